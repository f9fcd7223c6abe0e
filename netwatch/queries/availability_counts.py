"""What /metrics says of availability: seconds of sites and lines by period and class, up to one moment. Pure values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netwatch.availability.running import CLASSES
from netwatch.clock import SECOND


@dataclass(frozen=True, slots=True)
class Column:
    """Of one kind of thing (site, line) in one period: the ids, and of each class the time of every id, µs."""

    kind: str
    period: str
    ids: tuple[str, ...]
    times: tuple[tuple[int, ...], ...]

    def seconds(self, class_: int) -> list[float]:
        """The time of every id in the class at this place of `CLASSES`, in seconds to the microsecond."""
        return [time / SECOND for time in self.times[class_]]


@dataclass(frozen=True, slots=True)
class AvailabilityCount:
    """Everything counted up to `until` (µs UTC), by kind and period."""

    until: int
    columns: Mapping[tuple[str, str], Column]


def column(kind: str, period: str, spent: Mapping[str, Sequence[int]]) -> Column:
    """A column of the time by class of every id."""
    ids = tuple(sorted(spent))
    times = tuple(tuple(spent[id_][place] for id_ in ids) for place in range(len(CLASSES)))
    return Column(kind, period, ids, times)
