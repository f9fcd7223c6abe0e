"""/metrics: CPU to render 100,000 series that stand ready as values, ours beside prometheus_client's Gauges, and
1,000,000 that have all changed since the scrape before.
"""

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from benchmarks.farm import port_name
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.province import CREDENTIALS, switches
from benchmarks.work import PORTS
from exporters.columns import pieces
from exporters.series import Family, Point
from exporters.text import render
from inventory.snapshot import gather, kind_of
from netwatch.check import LOCAL, Observation
from netwatch.clock import SECOND
from netwatch.plan import plan
from netwatch.planning.maker import PlanSettings
from netwatch.present import Present
from netwatch.translate.to_exporters import Exposition
from probes.contract import Columns
from probes.part import part_name
from probes.registry import probes

NAMES = tuple(f"netwatch_interface_number_{number}" for number in range(1, 11))
HELP = "A number of an interface."
_SPREAD = 2_654_435_761
NOW = 1000 * SECOND
# What a look at interfaces measures of each port.
METRICS = tuple(metric.name for metric in probes()["snmp_interfaces"].metrics)


def _series(count: int) -> Iterator[tuple[str, str, float]]:
    """(device, part, value) of one metric's share of the series: counters of up to 40 bits."""
    for place in range(count // len(NAMES)):
        yield f"sw-{place // 48:05d}", f"Gi1%2F0%2F{place % 48 + 1}", float(place * _SPREAD % 2**40)


def _timed(make: Callable[[], int], lines: int) -> Values:
    began = time.process_time()
    size = make()
    used = time.process_time() - began
    if size < lines:
        raise RuntimeError(f"{size} lines instead of {lines}")
    return (used / lines * 100_000,)


def ours(size: Size, _: str) -> Values:
    """Families of points."""
    points = [Point({"device": device, "part": part}, value) for device, part, value in _series(size.count)]
    families = [Family(name, "gauge", HELP, points) for name in NAMES]
    return _timed(lambda: render(families).encode().count(b"\n"), len(points) * len(NAMES))


def by_prometheus_client(size: Size, _: str) -> Values:
    """A registry of Gauges."""
    registry = CollectorRegistry()
    series = list(_series(size.count))
    for name in NAMES:
        gauge = Gauge(name, HELP, ["device", "part"], registry=registry)
        for device, part, value in series:
            gauge.labels(device, part).set(value)
    return _timed(lambda: generate_latest(registry).count(b"\n"), len(series) * len(NAMES))


RENDER = Benchmark(
    name="metrics_render",
    question="What does it cost to render 100,000 series for Prometheus?",
    units=("s CPU per 100,000 series",),
    contenders=(Contender(OURS, ours), Contender("prometheus_client", by_prometheus_client)),
    size=Size(100_000),
    tiny=Size(100),
)


class _Scene:
    """Switches of 48 exported ports that were looked at: what /metrics is made of."""

    def __init__(self, series: int) -> None:
        self._devices = max(1, -(-series // (PORTS * len(METRICS))))
        self._inventory = gather(
            ((kind_of(each), each) for each in switches(self._devices, 161, PORTS)), None
        )
        settings = PlanSettings(*(60 * SECOND,) * 7, credentials=frozenset({CREDENTIALS}))
        self._plan = plan(self._inventory, settings, 1)
        self._names = tuple(map(part_name, map(port_name, range(1, PORTS + 1))))
        self.exposition = Exposition(self.looked_at(0), probes())
        self.series = self._devices * PORTS * len(METRICS)

    def looked_at(self, round_: int) -> Present:
        """The present after so many rounds of looks: every value is another than the round before."""
        latest = {
            check.id: Observation(
                LOCAL, place, 1, check.id, NOW, 1000, (), columns=(Columns(self._names, values),)
            )
            for place, check in enumerate(self._plan.checks.values())
            if check.kind == "snmp_interfaces"
            for values in (_values(place, round_),)
        }
        return Present(
            at=NOW,
            started=0,
            live=True,
            ready=True,
            heartbeat=NOW,
            sample=False,
            plan_revision=1,
            inventory=self._inventory,
            checks=self._plan.checks,
            subjects=self._plan.topology.subjects,
            judged={},
            facts={},
            latest=latest,
        )

    def render(self, present: Present) -> int:
        """All of it in pieces, as a scrape is answered; how many lines there were."""
        return sum(piece.count(b"\n") for piece in pieces(self.exposition.sections(present, NOW, "0")))


def _values(place: int, round_: int) -> Mapping[str, Sequence[float]]:
    """Numbers of one look: counters of up to 40 bits, as integers."""
    first = (place * _SPREAD + round_ * 7_919) % 2**40
    return {
        name: [first + port * 97 + number for port in range(PORTS)] for number, name in enumerate(METRICS)
    }


def a_million(size: Size, _: str) -> Values:
    """Render what has changed since the scrape before, as /metrics does."""
    scene = _Scene(size.count)
    scene.render(scene.looked_at(0))
    present = scene.looked_at(1)
    # As the daemon does once it is set up.
    gc.collect()
    gc.freeze()
    began = time.process_time()
    told = scene.render(present)
    used = time.process_time() - began
    if told < scene.series:
        raise RuntimeError(f"{told} lines instead of {scene.series}")
    return (used / scene.series * 1e6,)


MILLION = Benchmark(
    name="metrics_1m",
    question="What does it cost to render 1,000,000 series that have all changed since the last scrape?",
    units=("s CPU per 1,000,000 series",),
    contenders=(Contender(OURS, a_million),),
    size=Size(1_000_000),
    tiny=Size(1_000),
    limits=(1.2,),
)
