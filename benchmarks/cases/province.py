"""A whole province: the daemon with 10,000 devices and a million series, at its default intervals."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.cases.icmp import no_echoes
from benchmarks.farm import farm
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.province import ROUTER_PORTS, SWITCH_PORTS, province
from benchmarks.running import Pace, prepare, started, until_known, watch

PACE = Pace(witness=30.0, devices=60.0, lines=60.0, ports=300.0)
# After every port was looked at once, everything it will say is there.
_SETTLING = 1.1


@contextmanager
def _farms(_: Size) -> Iterator[str]:
    """A farm of routers and one of switches."""
    with farm(ROUTER_PORTS) as routers, farm(SWITCH_PORTS) as switches:
        yield f"{routers} {switches}"


def measure(size: Size, ports: str) -> Values:
    """Run a daemon for so many seconds once everything is known and exported."""
    pace = PACE.within(size.seconds)
    routers, switches = map(int, ports.split())
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as name:
        metrics = prepare(Path(name), province(size.count, routers, switches), pace)
        with started(Path(name), metrics) as running:
            known = until_known(running, size.count)
            time.sleep(_SETTLING * pace.ports)
            cost = watch(running, size.seconds, size.count)
    gibibytes = cost.resident / 1024
    return cost.cores, gibibytes, cost.late, cost.waiting, cost.looks, cost.series, known


PROVINCE = Benchmark(
    name="province",
    question="What does the daemon need for 10,000 devices, 2,000 lines and a million series?",
    units=(
        "cores",
        "GiB resident",
        "share of looks late or skipped",
        "share of time waiting for a core",
        "looks/s",
        "series",
        "s until every device is known",
    ),
    contenders=(Contender(OURS, measure, lacking=no_echoes),),
    size=Size(10_000, 600.0),
    tiny=Size(10, 1.0),
    surroundings=_farms,
    runs=1,
    limits=(0.6, 1.5, 0.001),
)
