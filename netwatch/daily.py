"""Counts how every site and line did on each of the last days that are over: once a day, and anew what changes later.

Kept in memory, few bytes a day, for pages. It works on a thread of its own, a few subjects at a time, the newest days
first; today is counted by `netwatch.accounting`.
"""

import logging
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import partial
from itertools import islice
from typing import Protocol

from inventory.local_days import end_of, start_of
from inventory.snapshot import Inventory
from netwatch.accounting import ALL, LATE, SOON, beside, rest
from netwatch.availability import periods
from netwatch.availability.days import DayFigures, pack, unpack
from netwatch.clock import SECOND, Clock
from netwatch.incidents.places import Places
from netwatch.queries.availability import Recorded
from netwatch.queries.availability_grounds import Announced, Grounds, announced, watched_until
from netwatch.queries.day_figures import (
    altered_since,
    counted,
    day_grounds,
    last_days,
    together,
    touched,
    turning,
)
from netwatch.queries.day_strips import KINDS, DayStrips
from netwatch.store.contract import StoreFault

_log = logging.getLogger(__name__)

# So many subjects are counted before others have their turn.
BATCH = 100
# Of more than these everybody is counted: that is remembered more easily.
MOST_NAMED = 1000

Known = tuple[Inventory, tzinfo]
# Whom to count anew on a day; None is everybody.
Due = dict[date, set[str] | None]


class Days(Recorded, Protocol):
    """The part of a store that this reads; raises StoreFault."""

    def moved(self, after: int, ended_since: int) -> tuple[Mapping[str, int], int]:
        """By subject the earliest moment at which rows written later may change what was; the highest row number."""


@dataclass(frozen=True)
class Basis:
    """What all days are counted by."""

    inventory: Inventory
    zone: tzinfo
    today: date
    windows: Sequence[Announced]

    @property
    def subjects(self) -> frozenset[str]:
        """Who is counted."""
        return frozenset().union(*(self.inventory.of(kind) for kind in KINDS))


@dataclass
class Standing:
    """What is known of what is to be done: `row` is the highest row number taken into account."""

    basis: Basis | None = None
    row: int = 0
    counted: int = 0
    due: Due = field(default_factory=dict)


class DayKeeper:
    """Keeps `strips`; what is not counted yet is not in them."""

    def __init__(self, store: Days, clock: Clock, known: Callable[[], Known]) -> None:
        self._store, self._clock, self._known = store, clock, known
        self._standing = Standing()
        self.strips = DayStrips()

    async def run(self) -> None:
        """Count what is due soon after the start and then every minute, for ever."""
        begun, pause = self._clock.now(), SOON
        while True:
            await self._clock.sleep_until(self._clock.now() + pause)
            await self.refresh()
            pause = rest(begun, self._clock.now(), bool(self._standing.counted))

    async def refresh(self) -> None:
        """Count what is due now; what the database does not give stays due."""
        now = self._clock.now()
        try:
            inventory, zone = self._known()
            # Before the daemon has said that it lives again, all of its absence would look as if it went on.
            if await beside(partial(watched_until, self._store, now)) is not None:
                return
            today = datetime.fromtimestamp(now / SECOND, zone).date()
            start = start_of(last_days(today)[0], zone)
            windows = await beside(partial(announced, self._store, start))
            await self._take_over(Basis(inventory, zone, today, windows))
            await self._note_changes(now)
            await self._count(now)
        except StoreFault as fault:
            _log.warning("Days could not be counted (%s); those from before stay.", fault)

    async def _take_over(self, basis: Basis) -> None:
        """Note what a new inventory, day or maintenance window leaves to be counted."""
        standing, former = self._standing, self._standing.basis
        days = last_days(basis.today)[:-1]
        if self.strips.days != days:
            self.strips = await beside(partial(rolled, self.strips, days))
        if former is None or former.zone != basis.zone:
            self.strips = DayStrips(days)
            standing.due = dict.fromkeys(days)
        else:
            fresh = await self._fresh(former, basis, days)
            left = {day: due for day, due in standing.due.items() if day in days}
            standing.due = left | dict.fromkeys(fresh)
            if former.inventory is not basis.inventory:
                self.strips = DayStrips(days, kept(self.strips.packed, basis.subjects))
                add(standing.due, basis.subjects - self.strips.packed.keys(), days)
        standing.basis = basis

    async def _fresh(self, former: Basis, basis: Basis, days: Sequence[date]) -> set[date]:
        """The days on which everybody is counted anew."""
        fresh = {day for day in days if day >= former.today}
        fresh |= await beside(partial(touched, days, former.windows, basis.windows, basis.zone))
        if former.inventory.revision != basis.inventory.revision:
            since = await beside(partial(altered_since, self._store.engine, former.inventory.revision))
            fresh |= set() if since is None else {day for day in days if end_of(day, basis.zone) > since}
        return fresh

    async def _note_changes(self, now: int) -> None:
        standing = self._standing
        # At first everything is due, and nobody need be asked what has changed.
        since = (standing.row, standing.counted - LATE) if standing.counted else (ALL, ALL)
        moved, standing.row = await beside(partial(self._store.moved, *since))
        standing.counted = now
        if standing.basis is not None:
            note(standing.due, moved, standing.basis, self.strips.days)

    async def _count(self, now: int) -> None:
        standing = self._standing
        basis = standing.basis
        if not standing.due or basis is None:
            return
        days = self.strips.days
        turns = await beside(
            partial(turning, self._store.engine, basis.inventory, days[0], basis.today, basis.zone)
        )
        span = periods.between(days[0], days[-1], basis.zone)
        base = Grounds(span, now, Places(basis.inventory), None, basis.windows, None)
        for group in together(days, turns):
            for part in _runs(group, standing.due):
                await self._count_group(part, base, basis, turns)
                for day in part:
                    del standing.due[day]

    async def _count_group(
        self, group: Sequence[date], base: Grounds, basis: Basis, turns: Collection[date]
    ) -> None:
        wanted = whom(group, self._standing.due, basis.subjects)
        make = partial(day_grounds, self._store.engine, group, wanted, base, turns, basis.zone)
        grounds = await beside(make)
        waiting = iter(sorted(wanted))
        while batch := tuple(islice(waiting, BATCH)):
            figures = await beside(partial(counted, self._store, grounds, batch))
            self.strips.packed.update(await beside(partial(laid, self.strips, group, figures)))


def _runs(group: Sequence[date], due: Due) -> Iterator[tuple[date, ...]]:
    """What is due of days that follow one another, in parts without gaps."""
    part: list[date] = []
    for day in group:
        if day in due:
            part.append(day)
        elif part:
            yield tuple(part)
            part = []
    if part:
        yield tuple(part)


def whom(days: Sequence[date], due: Due, everybody: Collection[str]) -> frozenset[str]:
    """Who is due on any of some days."""
    wanted: set[str] = set()
    for day in days:
        some = due[day]
        if some is None:
            return frozenset(everybody)
        wanted |= some
    return frozenset(wanted).intersection(everybody)


def note(due: Due, moved: Mapping[str, int], basis: Basis, days: Sequence[date]) -> None:
    """Have the days counted anew that rows written later reach back into."""
    ends = [end_of(day, basis.zone) for day in days]
    for subject in basis.subjects.intersection(moved):
        add(due, (subject,), days[bisect_right(ends, moved[subject]) :])


def add(due: Due, subjects: Collection[str], days: Iterable[date]) -> None:
    """Have some subjects counted on some days, besides who is to be counted already."""
    for day in days if subjects else ():
        some = due.setdefault(day, set())
        if some is not None:
            some.update(subjects)
            if len(some) > MOST_NAMED:
                due[day] = None


def rolled(strips: DayStrips, days: tuple[date, ...]) -> DayStrips:
    """The same strips of other days: what is known of them stays."""
    places = {day: place for place, day in enumerate(strips.days)}
    order = [places.get(day) for day in days]

    def moved(content: bytes) -> bytes:
        known = unpack(content)
        return pack([None if place is None else known[place] for place in order])

    return DayStrips(days, {id_: moved(content) for id_, content in strips.packed.items()})


def kept(packed: Mapping[str, bytes], subjects: Collection[str]) -> dict[str, bytes]:
    """Those of who is still there."""
    return {id_: content for id_, content in packed.items() if id_ in subjects}


def laid(
    strips: DayStrips, days: Sequence[date], figures: Mapping[str, Sequence[DayFigures]]
) -> dict[str, bytes]:
    """The strips of some subjects with these days as they were counted now."""
    first = strips.days.index(days[0])
    found = {}
    for id_, own in figures.items():
        known = list(strips.of(id_))
        known[first : first + len(days)] = own
        found[id_] = pack(known)
    return found
