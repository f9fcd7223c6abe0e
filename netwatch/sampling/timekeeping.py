"""Keeps as samples by how much our clock may have erred. Shell around a pure `recorded`.

The kernel is asked at every wall-aligned five minutes. A bucket holds the worse of the readings at its two ends, or is
one in which the clock was not synchronised, or, with a reading missing, nothing: a bucket is known as a whole or not at
all, so that hours and days keep the true highest. Errors are rounded up to what hours keep of a number.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from netwatch.capacity.contract import BUCKET
from netwatch.clock import SECOND, Clock
from netwatch.discipline import Discipline, Read
from netwatch.sampling.blocks import COARSE
from netwatch.sampling.book import Book
from netwatch.sampling.series import CLOCK_ERROR, CLOCK_UNSYNCHRONISED

# A reading later than this after a bucket's start does not tell how it began.
SLACK = 10 * SECOND


class Seen(NamedTuple):
    """What the kernel said at a moment, microseconds, and how many seconds our clock was ahead of it."""

    at: int
    said: Discipline | None
    ahead: float = 0.0


class Sample(NamedTuple):
    """The value of a series over a whole bucket."""

    series: str
    start: int
    value: float


def recorded(before: Seen | None, after: Seen) -> Iterator[Sample]:
    """What two readings say of the bucket between them."""
    if before is None or before.said is None or after.said is None:
        return
    start = before.at - before.at % BUCKET
    if before.at - start > SLACK or after.at - after.at % BUCKET != start + BUCKET:
        return
    if before.said.synchronised and after.said.synchronised:
        worst = max(one.said.at_most(one.ahead) for one in (before, after) if one.said)
        yield Sample(CLOCK_ERROR, start, rounded_up(worst))
    else:
        yield Sample(CLOCK_UNSYNCHRONISED, start, 1.0)


def rounded_up(value: float) -> float:
    """The least number not below a value that the blocks of hours keep as it is."""
    fraction, exponent = math.frexp(value)
    steps = 1 << (COARSE + 1)
    return math.ldexp(math.ceil(fraction * steps) / steps, exponent)


class Timekeeper:
    """Asks for the kernel's word on its clock every five minutes; `seen` is the last answer."""

    def __init__(self, book: Book, clock: Clock, read: Read) -> None:
        self._book, self._clock, self._read = book, clock, read
        self.seen: Seen | None = None

    async def run(self) -> None:
        """At once, then at every five minutes, for ever."""
        while True:
            self.look()
            now = self._clock.now()
            await self._clock.sleep_until(now - now % BUCKET + BUCKET)

    def look(self) -> None:
        """Ask now, and record what is known of the five minutes before."""
        clock = self._clock
        seen = Seen(clock.now(), self._read(), clock.ahead / SECOND)
        for series, start, value in recorded(self.seen, seen):
            self._book.add(series, start, start + BUCKET, value, 0)
        self.seen = seen

    def at_most(self) -> float | None:
        """By how many seconds our clock may err while it is synchronised; None while that is not known."""
        seen = self.seen
        if seen is None or seen.said is None or not seen.said.synchronised:
            return None
        return seen.said.at_most(seen.ahead)

    def synchronised(self) -> bool | None:
        """Whether the kernel's clock is; None while that is not known."""
        return None if self.seen is None or self.seen.said is None else self.seen.said.synchronised
