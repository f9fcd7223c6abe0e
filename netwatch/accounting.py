"""Counts for /metrics how long sites and lines were up, down, unknown and excluded: the figures of record, to date.

What is over is added up once; every minute only subjects whose rows have changed are read again. It works on a thread
of its own, a few subjects at a time, so that a year of a province's rows at the start holds nobody up.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from itertools import islice
from typing import Protocol, TypeVar

from inventory.snapshot import Inventory
from netwatch.availability import periods
from netwatch.availability.contract import Exclusion, Owner, Period
from netwatch.availability.running import Spent, Standing, standing
from netwatch.clock import MINUTE, SECOND, Clock
from netwatch.incidents.places import Places
from netwatch.memory import building
from netwatch.queries.availability_counts import AvailabilityCount, column
from netwatch.queries.availability_grounds import (
    Grounds,
    Rooted,
    exclusions,
    grounds,
    table_of,
    watched_until,
)
from netwatch.store.contract import StoreFault
from netwatch.store.verdict_sql import Counted
from netwatch.verdict import Kind

_log = logging.getLogger(__name__)

KINDS = ("site", "line")
# So many subjects are read and added up before others have their turn.
BATCH = 100
# A row that ended may be stored a little later than it says.
LATE = 10 * MINUTE
ALL = 2**62
# The first looks come before the first count; where it could not be made then, it is tried as often for a minute.
SOON = 5 * SECOND

Result = TypeVar("Result")
# The inventory and the time zone of its dates.
Known = tuple[Inventory, tzinfo]


class Counting(Rooted, Protocol):
    """The part of a store that this reads; raises StoreFault."""

    def counted(self, subjects: Iterable[str], start: int) -> Sequence[Counted]:
        """Current rows of some subjects from a moment on, by subject and start."""

    def changed(self, after: int, ended_since: int) -> tuple[frozenset[str], int]:
        """The subjects whose rows have changed, and the highest number of a row."""


@dataclass(frozen=True)
class Ledger:
    """A period's grounds: who is counted in it, and what is excluded of whom."""

    grounds: Grounds
    ids: Mapping[str, frozenset[str]]
    excluded: Mapping[str, tuple[Exclusion, ...]]

    @property
    def period(self) -> Period:
        """The period."""
        return self.grounds.period


@dataclass(frozen=True, slots=True)
class Entry:
    """A subject in a period, and by what it was added up."""

    standing: Standing
    excluded: tuple[Exclusion, ...]
    owners: Mapping[str, Owner]


@dataclass
class Books:
    """All that is kept between two counts; `row` is the highest row number read, `until` up to when was counted."""

    ledgers: dict[str, Ledger] = field(default_factory=dict)
    entries: dict[str, dict[str, Entry]] = field(default_factory=lambda: defaultdict(dict))
    row: int = 0
    until: int = 0


class Accountant:
    """Keeps the last `count`; None before there is one."""

    def __init__(self, store: Counting, clock: Clock, known: Callable[[], Known]) -> None:
        self._store, self._clock, self._known = store, clock, known
        self._books = Books()
        self._inventory: Inventory | None = None
        self._based: tuple[object, ...] = ()
        self.count: AvailabilityCount | None = None

    async def run(self) -> None:
        """Count soon after the start and then every minute, for ever."""
        begun, pause = self._clock.now(), SOON
        while True:
            await self._clock.sleep_until(self._clock.now() + pause)
            await self.refresh()
            # Before the daemon has said that it lives again, it is counted up to when an earlier run did.
            pause = rest(begun, self._clock.now(), self._books.until > begun)

    async def refresh(self) -> None:
        """Count now; what the database does not give leaves the count from before."""
        now = self._clock.now()
        try:
            inventory, zone = self._known()
            watched = await beside(lambda: watched_until(self._store, now))
            await self._rebase(inventory, zone, now)
            await self._read_changed()
            until = now if watched is None else watched
            self.count = await beside(lambda: counted(self._books, until))
            self._books.until = until
        except StoreFault as fault:
            _log.warning("Availability could not be counted (%s); the numbers from before stay.", fault)

    async def _rebase(self, inventory: Inventory, zone: tzinfo, now: int) -> None:
        """Take over a new inventory, day or maintenance window; what none of it touches stays added up."""
        today = datetime.fromtimestamp(now / SECOND, zone).date()
        since = min(periods.to_date(name, today, zone).start for name in periods.COUNTED)
        windows = await beside(lambda: tuple(self._store.windows(since)))
        based = (zone, today, windows)
        if self._inventory is inventory and self._based == based:
            return
        places = Places(inventory)
        for name in periods.COUNTED:
            period = periods.to_date(name, today, zone)
            made = await beside(partial(ledger, self._store, places, period, zone, now))
            await beside(partial(forget, self._books.entries[name], made))
            self._books.ledgers[name] = made
        self._inventory, self._based = inventory, based

    async def _read_changed(self) -> None:
        books = self._books
        # At first everything is missing, and nobody need be asked what has changed.
        since = (books.row, books.until - LATE) if books.until else (ALL, ALL)
        changed, row = await beside(partial(self._store.changed, *since))
        waiting = iter(await beside(partial(to_be_read, books, changed)))
        while batch := tuple(islice(waiting, BATCH)):
            await beside(partial(read, self._store, books, batch))
        books.row = row


def ledger(store: Rooted, today: Places, period: Period, zone: tzinfo, now: int) -> Ledger:
    """A period's grounds, and who of those there are today is counted in it; raises StoreFault."""
    with building():
        base = grounds(store, period, zone, now, today=today)
    now_, then = today.inventory, base.places.inventory
    ids = {kind: frozenset(now_.of(kind)) & frozenset(then.of(kind)) for kind in KINDS}
    every = frozenset().union(*ids.values())
    return Ledger(base, ids, exclusions(base.announced, base.places, period, every))


def forget(entries: dict[str, Entry], made: Ledger) -> None:
    """Drop what was added up of another period, with other exclusions or owners, or of who is gone."""
    every = frozenset().union(*made.ids.values())
    for id_, entry in list(entries.items()):
        fits = (
            id_ in every
            and entry.standing.period == made.period
            and entry.excluded == made.excluded.get(id_, ())
            and entry.owners == table_of(made.grounds.places, id_, entry.owners).owners
        )
        if not fits:
            del entries[id_]


def to_be_read(books: Books, changed: frozenset[str]) -> list[str]:
    """Who is counted and has changed, or was not added up yet, in order."""
    wanted = {id_ for made in books.ledgers.values() for ids in made.ids.values() for id_ in ids}
    missing = {
        id_
        for name, made in books.ledgers.items()
        for ids in made.ids.values()
        for id_ in ids - books.entries[name].keys()
    }
    return sorted((changed & wanted) | missing)


def read(store: Counting, books: Books, batch: Iterable[str]) -> None:
    """Read and add up these subjects anew; raises StoreFault."""
    rows: dict[str, list[Counted]] = {id_: [] for id_ in batch}
    for row in store.counted(rows, min(made.period.start for made in books.ledgers.values())):
        rows[row.subject].append(row)
    for name, made in books.ledgers.items():
        for id_, own in rows.items():
            if any(id_ in ids for ids in made.ids.values()):
                books.entries[name][id_] = _entry(made, id_, own)


def _entry(made: Ledger, id_: str, rows: Sequence[Counted]) -> Entry:
    causes = {row.cause for row in rows if row.kind is Kind.UNREACHABLE}
    table = table_of(made.grounds.places, id_, causes)
    excluded = made.excluded.get(id_, ())
    return Entry(standing(rows, excluded, made.period, table), excluded, table.owners)


def counted(books: Books, until: int) -> AvailabilityCount:
    """All time up to a moment."""
    columns = {}
    for name, made in books.ledgers.items():
        for kind in KINDS:
            spent: dict[str, Spent] = {
                id_: books.entries[name][id_].standing.at(until) for id_ in made.ids[kind]
            }
            columns[kind, name] = column(kind, name, spent)
    return AvailabilityCount(until, columns)


def rest(begun: int, now: int, done: bool) -> int:
    """How long to wait until it is counted again, by when counting began and whether a first count was made."""
    return MINUTE if done or now - begun >= MINUTE else SOON


async def beside(work: Callable[[], Result]) -> Result:
    """Work on a thread; the database is closed after us, so what still reads it comes to its end first."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
