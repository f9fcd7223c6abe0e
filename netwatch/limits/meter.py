"""The number a limit is about, from look to look: means over some time, and how fast a sum grows. No clock.

Looks are taken in order; one that is not newer than the last changes nothing.
"""

from collections.abc import Sequence

from netwatch.check import Observation
from netwatch.clock import SECOND
from netwatch.limits.contract import Limit, Watched
from netwatch.limits.evaluate import sampled
from probes.contract import Columns

NEVER = -(1 << 62)


class Mean:
    """The mean of the values of the last `span` microseconds, kept in two halves: of half of it at the least.

    It is not known before a first half is over, nor after a gap of a whole span.
    """

    __slots__ = ("_before", "_before_count", "_began", "_count", "_last", "_span", "_sum")

    def __init__(self, span: int) -> None:
        self._span = span
        self._began = self._count = self._before_count = 0
        self._last = NEVER
        self._sum = self._before = 0.0

    def add(self, at: int, value: float) -> None:
        """Take a value in."""
        if at - self._last > self._span:
            self._began, self._sum, self._count, self._before_count = at, 0.0, 0, 0
        elif at - self._began >= self._span // 2:
            self._before, self._before_count = self._sum, self._count
            self._began, self._sum, self._count = at, 0.0, 0
        self._sum, self._count, self._last = self._sum + value, self._count + 1, at

    @property
    def value(self) -> float | None:
        """The mean; None while too little is known."""
        if not self._before_count:
            return None
        return (self._before + self._sum) / (self._before_count + self._count)


class Growth:
    """How much a sum in a column grows in a second. Sums start at 0 with the process that keeps them: no value then.

    `since` is when the look was from which on the last growth was measured.
    """

    __slots__ = ("_at", "_metric", "_part", "_parts", "_place", "_sum", "since")

    def __init__(self, part: str, metric: str) -> None:
        self._part, self._metric = part, metric
        self._parts: tuple[str, ...] | None = None
        self._place = -1
        self._at, self._sum = 0, -1.0
        self.since = 0

    def take(self, seen: Observation) -> float | None:
        """The growth since the look before."""
        now = self._find(seen.columns)
        if now is None or seen.at <= self._at:
            return None
        before, since = self._sum, self._at
        self._sum, self._at, self.since = now, seen.at, since
        return (now - before) * SECOND / (seen.at - since) if 0 <= before <= now else None

    def _find(self, columns: Sequence[Columns]) -> float | None:
        for one in columns:
            values = one.values.get(self._metric)
            if values is not None:
                if one.parts is not self._parts:
                    self._parts = one.parts
                    self._place = one.parts.index(self._part) if self._part in one.parts else -1
                return values[self._place] if self._place >= 0 else None
        return None


class Meter:
    """What a limit in force measures: from a look to the number that it is about."""

    __slots__ = ("_full", "_growth", "_limit", "_mean")

    def __init__(self, watched: Watched, interval: int) -> None:
        self._limit: Limit = watched.limit
        self._full = watched.full
        self._growth = Growth(watched.key.part, watched.column) if watched.column else None
        # Looks further apart than the span would never make a mean.
        self._mean = Mean(max(self._limit.over, 4 * interval)) if self._limit.over else None

    def take(self, seen: Observation) -> float | None:
        """The look's own number; None when it gave none."""
        if self._growth is None:
            return sampled(self._limit, seen.samples)
        grown = self._growth.take(seen)
        return None if grown is None else grown / self._full

    def settled(self, at: int, value: float) -> float | None:
        """The number to be judged, once this one is taken in; None while too little is known."""
        if self._mean is None:
            return value
        self._mean.add(at, value)
        return self._mean.value
