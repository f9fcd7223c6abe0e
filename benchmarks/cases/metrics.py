"""/metrics: CPU to render 100,000 series that stand ready as values, ours beside prometheus_client's Gauges."""

import time
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from exporters.series import Family, Point
from exporters.text import render

NAMES = tuple(f"netwatch_interface_number_{number}" for number in range(1, 11))
HELP = "A number of an interface."
_SPREAD = 2_654_435_761


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
