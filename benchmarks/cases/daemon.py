"""The whole daemon, a process of its own: 1,000 devices of 8 ports by echoes, system group and interfaces every 10 s.

/metrics is scraped every 15 s as Prometheus would. Echoes are answered by the kernel, requests by the farm; only the
daemon's own process is counted.
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

INTERVAL = 10.0
# It goes on for so many intervals once every device is known: its start is a story of its own.
_SETTLING = 3


def switches(_: Size) -> AbstractContextManager[str]:
    """A farm of small switches."""
    return farm(PORTS)


def measure(size: Size, port: str) -> Values:
    """Run a daemon for so many seconds once it knows all its devices."""
    pace = every(INTERVAL).within(size.seconds)
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as name:
        metrics = prepare(Path(name), records(size.count, int(port)), pace)
        with started(Path(name), metrics) as running:
            until_known(running, size.count)
            time.sleep(_SETTLING * pace.devices)
            cost = watch(running, size.seconds, size.count)
    return cost.cores, cost.resident, cost.late, cost.waiting, cost.looks, cost.series


DAEMON = Benchmark(
    name="daemon",
    question="What does the daemon need for 1,000 devices of 8 ports, everything looked at every 10 s?",
    units=(
        "cores",
        "MiB resident",
        "share of looks late or skipped",
        "share of time waiting for a core",
        "looks/s",
        "series",
    ),
    contenders=(Contender(OURS, measure, lacking=no_echoes),),
    size=Size(1_000, 60.0),
    tiny=Size(10, 1.0),
    surroundings=switches,
    runs=1,
)
