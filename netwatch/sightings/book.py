"""The sightings themselves: what is known of every item, and what of it must be written. No clock.

One row for each value an item's aspect had, from the first look to the last, as long as no more than a day lies
between two looks; a value that comes back within a day goes on, so that a port that is fast by day and slow by night
makes no rows. Rows are written when they begin and when a value comes back, else every few hours.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from zlib import crc32

from inventory.coverage.contract import Aspect, Sighting
from netwatch.clock import DAY, HOUR
from netwatch.sightings.claims import Claim

GAP = DAY
# How often the end of a row is written, and over what time that of rows is spread which began together.
EVERY = 6 * HOUR
# A device that tells of another serial number at every look must fill neither memory nor the database: of one aspect
# of an item no more values than this go on at a time, and what else is seen while they do is not kept.
MOST_VALUES = 16
_SPREAD = HOUR
_HASHES = 2**32


class Row:
    """A sighting that goes on; `stored` is its `last` as the database has it, 0 for none of it."""

    __slots__ = ("aspect", "first", "item", "last", "queued", "stored", "value")

    def __init__(self, item: str, aspect: Aspect, value: str, first: int, last: int, stored: int) -> None:
        self.item, self.aspect, self.value = item, aspect, value
        self.first, self.last, self.stored = first, last, stored
        self.queued = False

    def sighting(self) -> Sighting:
        """As it is now."""
        return Sighting(self.item, self.aspect, self.value, self.first, self.last)


class Book:
    """All rows that may go on, by item, and those that wait to be written; `news` counts what began or came back."""

    def __init__(self) -> None:
        self.news = 0
        self._rows: dict[str, list[Row]] = {}
        self._waiting: list[Row] = []

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def restore(self, sightings: Iterable[Sighting]) -> None:
        """Take over rows of an earlier run, the oldest of an item first."""
        for one in sightings:
            row = Row(one.item, one.aspect, one.value, one.first, one.last, one.last)
            rows = self._rows.setdefault(one.item, [])
            known = _find(rows, one.aspect, one.value)
            if known is not None:
                rows.remove(known)
            rows.append(row)

    def see(self, claim: Claim, at: int, *, news: bool) -> Row:
        """Take a claim in; `news`: the look before did not make it, so that it is written soon."""
        rows = self._rows.setdefault(claim.item, [])
        row = _find(rows, claim.aspect, claim.value)
        if row is not None and at - row.last > GAP:
            rows.remove(row)
            if row.last > row.stored:
                self._queue(row)
            row = None
        if row is None:
            first = _free(rows, claim.aspect, at)
            row = Row(claim.item, claim.aspect, claim.value, first, first, 0)
            if self._full(rows, claim.aspect, at):
                # As if it waited already: never written.
                row.queued = True
                return row
            rows.append(row)
            self._queue(row)
            self.news += 1
        elif at > row.last:
            row.last = at
            self.news += news
            if news or at - row.stored >= EVERY + _share(row.item):
                self._queue(row)
        return row

    def _full(self, rows: list[Row], aspect: Aspect, at: int) -> bool:
        """Whether as many values of an aspect go on as may; those that ended make room first."""
        known = [row for row in rows if row.aspect is aspect]
        if len(known) < MOST_VALUES:
            return False
        over = [row for row in known if at - row.last > GAP]
        for row in over:
            rows.remove(row)
            if row.last > row.stored:
                self._queue(row)
        return len(known) - len(over) >= MOST_VALUES

    def go_on(self, rows: Iterable[Row], at: int) -> None:
        """The same claims were made again."""
        for row in rows:
            if at > row.last:
                row.last = at
                if at - row.stored >= EVERY and at - row.stored >= EVERY + _share(row.item):
                    self._queue(row)

    def _queue(self, row: Row) -> None:
        if not row.queued:
            row.queued = True
            self._waiting.append(row)

    def take(self, most: int) -> Sequence[tuple[Row, Sighting]]:
        """What is to be written next, with the rows it is of; `written` or `refused` say what became of it."""
        rows, self._waiting = self._waiting[:most], self._waiting[most:]
        for row in rows:
            row.queued = False
        return [(row, row.sighting()) for row in rows]

    @staticmethod
    def written(told: Iterable[tuple[Row, Sighting]]) -> None:
        """These are stored."""
        for row, one in told:
            row.stored = one.last

    def refused(self, told: Iterable[tuple[Row, Sighting]]) -> None:
        """These wait again."""
        for row, _ in told:
            self._queue(row)

    def renew(self, items: Iterable[str]) -> None:
        """Have the next look at these written, though it may show what others did: their records mean others now."""
        for row in chain.from_iterable(self._rows.get(item, ()) for item in items):
            row.stored = 0

    def finish(self) -> None:
        """Have everything written that goes further than the database knows."""
        for row in chain.from_iterable(self._rows.values()):
            if row.last > row.stored:
                self._queue(row)

    def forget(self, items: Collection[str], now: int) -> Iterator[None]:
        """Keep only what may go on of these items, one item after the other; the rest is written first."""
        for id_, rows in list(self._rows.items()):
            kept = [row for row in rows if id_ in items and now - row.last <= GAP]
            for row in rows:
                if row.last > row.stored and row not in kept:
                    self._queue(row)
            if kept:
                self._rows[id_] = kept
            else:
                del self._rows[id_]
            yield

    def sightings(self) -> Iterator[Sighting]:
        """All that may go on."""
        return (row.sighting() for row in chain.from_iterable(self._rows.values()))


def _find(rows: Iterable[Row], aspect: Aspect, value: str) -> Row | None:
    return next((row for row in rows if row.aspect is aspect and row.value == value), None)


def _free(rows: Sequence[Row], aspect: Aspect, at: int) -> int:
    """When a new row begins: an item's rows of one aspect are told apart by that."""
    taken = {row.first for row in rows if row.aspect is aspect}
    while at in taken:
        at += 1
    return at


def _share(item: str) -> int:
    return _SPREAD * crc32(item.encode()) // _HASHES
