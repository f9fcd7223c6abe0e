"""The buckets that are still open, in memory, and which of them must be written. No clock.

A bucket is written every minute while it grows, and for a quarter of an hour after, in which looks may still come that
reach back into it. What comes later is not taken in.
"""

from collections.abc import Collection, Iterable, Iterator
from math import isfinite

from netwatch.capacity.buckets import Bucket, spread
from netwatch.capacity.contract import BUCKET
from netwatch.sampling.blocks import LARGEST
from netwatch.sampling.rows import portion_of, restored, row_of
from netwatch.store.sample_sql import SampleRow

# For how many buckets a look may come late, and for how many those wait that the database does not take.
OPEN, WAITING = 3, 36

Place = tuple[int, int]


class Book:
    """What was measured in the last quarter of an hour, by start of the bucket and portion."""

    def __init__(self) -> None:
        self._rows: dict[Place, dict[str, Bucket]] = {}
        self._dirty: set[Place] = set()
        self._closed = 0
        self._portions: dict[str, int] = {}

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def add(self, series: str, since: int, at: int, value: float, code: int) -> None:
        """Take in a value that held over [since, at); what is no number, or too late, is left out."""
        if not isfinite(value) or abs(value) > LARGEST:
            return
        portion = self._portions.get(series)
        if portion is None:
            portion = self._portions[series] = portion_of(series)
        for start, length in spread(since, at):
            if start >= self._closed:
                place = start, portion
                row = self._rows.get(place)
                if row is None:
                    row = self._rows[place] = {}
                bucket = row.get(series)
                if bucket is None:
                    bucket = row[series] = Bucket()
                bucket.add(value, length, code)
                self._dirty.add(place)

    def restore(self, rows: Iterable[SampleRow], now: int) -> None:
        """Go on with what an earlier run wrote of the buckets that are still open."""
        self._close(now)
        for row in rows:
            if row.start >= self._closed:
                self._rows[row.start, row.portion] = dict(restored(row))

    def take(self) -> Iterator[SampleRow]:
        """What must be written, the oldest first; each is taken for written unless it is `refused`."""
        for place in sorted(self._dirty):
            self._dirty.discard(place)
            yield row_of(*place, self._rows[place])

    def refused(self, rows: Iterable[SampleRow]) -> None:
        """These must still be written."""
        self._dirty.update((row.start, row.portion) for row in rows)

    def let_go(self, now: int) -> None:
        """Forget the buckets into which no look reaches any more, those that could not be written later."""
        self._close(now)
        last = self._closed - WAITING * BUCKET
        gone = [place for place in self._rows if place[0] < (last if place in self._dirty else self._closed)]
        for place in gone:
            del self._rows[place]
            self._dirty.discard(place)

    def forget(self, series: Collection[str]) -> None:
        """Keep in mind only these names; what was measured of others is still written."""
        self._portions = {name: portion for name, portion in self._portions.items() if name in series}

    def _close(self, now: int) -> None:
        self._closed = max(self._closed, now - now % BUCKET - OPEN * BUCKET)
