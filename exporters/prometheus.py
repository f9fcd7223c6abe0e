"""Our families and prometheus_client: ours as a Collector for whoever has a registry, its process metrics as ours."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from exporters.series import Family, Point


class FamilyCollector(Collector):
    """Hands families to a prometheus_client registry; `families` is asked at every scrape."""

    def __init__(self, families: Callable[[], Iterable[Family]]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        """The families as prometheus_client knows them."""
        return (_metric(family) for family in self._families())

    def describe(self) -> Iterable[Metric]:
        """Nothing: the names depend on what there is, and asking for them would cost a scrape."""
        return ()


def _metric(family: Family) -> Metric:
    name = family.name.removesuffix("_total") if family.kind == "counter" else family.name
    metric = Metric(name, family.help, family.kind)
    for point in family.points:
        metric.add_sample(f"{family.name}{point.suffix}", dict(point.labels), point.value)
    return metric


def process_registry() -> CollectorRegistry:
    """A registry of the daemon's own process: CPU, memory, descriptors, start time, interpreter."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


def families_of(registry: CollectorRegistry) -> list[Family]:
    """What a registry collects, as families."""
    return [_family(metric) for metric in registry.collect()]


def _family(metric: Metric) -> Family:
    name = f"{metric.name}_total" if metric.type == "counter" else metric.name
    kept = (sample for sample in metric.samples if not sample.name.endswith("_created"))
    points = [Point(sample.labels, sample.value, sample.name.removeprefix(name)) for sample in kept]
    return Family(name, metric.type, metric.documentation, points)
