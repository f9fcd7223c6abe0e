"""How the cost of one device grows with their number: the whole daemon with 1,000 devices, and with 10,000.

Devices of 8 ports, everything looked at every 60 s and scraped every 15 s. The first contender has them all, the
second a tenth.
"""

import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.cases.icmp import no_echoes
from benchmarks.farm import farm
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.province import PORTS, records
from benchmarks.running import every, prepare, started, until_known, watch

INTERVAL = 60.0


def _farm(_: Size) -> AbstractContextManager[str]:
    return farm(PORTS)


def cost_of_each(size: Size, port: str) -> Values:
    """CPU for a device a minute in milliseconds, and its memory in KiB."""
    pace = every(INTERVAL).within(size.seconds)
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as name:
        metrics = prepare(Path(name), records(size.count, int(port)), pace)
        with started(Path(name), metrics) as running:
            until_known(running, size.count)
            time.sleep(pace.devices)
            cost = watch(running, size.seconds, size.count)
    return cost.cores * 60_000 / size.count, cost.resident * 1024 / size.count


GROWTH = Benchmark(
    name="growth",
    question="How much more does each of 10,000 devices cost the daemon than each of 1,000?",
    units=("ms CPU a minute per device", "KiB per device"),
    contenders=(
        Contender(OURS, cost_of_each, lacking=no_echoes),
        Contender("a_tenth", cost_of_each, share=0.1, lacking=no_echoes),
    ),
    size=Size(10_000, 60.0),
    tiny=Size(20, 1.0),
    surroundings=_farm,
    runs=3,
    limits=(1.25,),
)
