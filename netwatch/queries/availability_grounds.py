"""What an account of a period rests on beside verdict rows: the inventory of its last day, and what is excluded in it.

A maintenance window excludes time it was in force, by intersection, from when it was written down on: what was planned
afterwards is taken out by reclassifying, with a trace. So nobody changes a past figure by adding a window.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from alerts.contract import Window
from alerts.window import occurrences
from inventory import history
from inventory.organisation import kind_of_unit
from netwatch.availability import periods
from netwatch.availability.arithmetic import LINE_CONTRACT, SITE_SERVICE
from netwatch.availability.contract import Exclusion, Owner, Period, Table
from netwatch.clock import MINUTE
from netwatch.commands import inventory_at
from netwatch.incidents.maintenance import covered
from netwatch.incidents.places import Places, same_provider
from netwatch.incidents.reclassify import exclusion
from netwatch.incidents.reclassifying import KIND
from netwatch.store.contract import VerdictRow
from netwatch.store.faults import told

# The daemon notes every few seconds that it lives; older than this, nobody watches.
SILENT = 2 * MINUTE


class Rooted(Protocol):
    """The part of a store that this needs; raises StoreFault."""

    engine: Engine

    def windows(self, since: int) -> Sequence[Window]:
        """Maintenance windows in force after a moment."""

    def heartbeats(self) -> Mapping[str, int]:
        """The last heartbeat of every vantage."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A maintenance window, and from when on it was known.

    `places` are those of its own day where an agency or territory that it names is gone since (None: nothing is).
    """

    window: Window
    known: int
    places: Places | None = None


@dataclass(frozen=True)
class Grounds:
    """The inventory of a period's last day; `former` is that of its first, for what is gone since (None: the same).

    `watched_until` is when the daemon last lived, None while it does.
    """

    period: Period
    now: int
    places: Places
    former: Places | None
    announced: Sequence[Announced]
    watched_until: int | None

    @property
    def until(self) -> int:
        """Up to when the period is counted."""
        return max(self.period.start, min(self.period.end, self.now))

    def at(self, subject: str) -> Places:
        """The places by which a subject is known."""
        known = self.former is None or self.places.kind(subject)
        return self.places if known or self.former is None else self.former

    def watched(self, rows: Iterable[VerdictRow]) -> list[VerdictRow]:
        """Rows as far as somebody watched."""
        return watched(rows, self.watched_until)


def grounds(store: Rooted, period: Period, zone: tzinfo, now: int, *, today: Places | None = None) -> Grounds:
    """Read them; raises StoreFault. Given the places of `today`, nothing is asked of what is gone since."""
    last = periods.last_day(period, now, zone)
    first = periods.first_day(period, zone)
    windows, watched = announced(store, period.start), watched_until(store, now)
    if today is not None and today.inventory.on == last:
        return Grounds(period, now, today, None, tuple(_as_named(store, windows, today, zone)), watched)
    places = Places(inventory_at(store.engine, last, None, zone))
    windows = tuple(_as_named(store, windows, places, zone))
    gone = today is None and first != last
    former = Places(inventory_at(store.engine, first, None, zone)) if gone else None
    return Grounds(period, now, places, former, windows, watched)


def _as_named(
    store: Rooted, windows: Iterable[Announced], places: Places, zone: tzinfo
) -> Iterator[Announced]:
    """The windows, those that name a unit which is gone with the places of their own day: it covered sites then."""
    then: dict[date, Places] = {}
    for one in windows:
        if all(kind_of_unit(places.inventory, unit) for unit in one.window.units):
            yield one
            continue
        on = periods.first_day(Period(one.window.start, one.window.start, ""), zone)
        if on not in then:
            then[on] = Places(inventory_at(store.engine, on, None, zone))
        yield replace(one, places=then[on])


def watched(rows: Iterable[VerdictRow], last: int | None) -> list[VerdictRow]:
    """Rows as far as somebody watched: after the daemon's `last` heartbeat nothing is known (None: it lives)."""
    if last is None:
        return list(rows)
    return [
        row if row.end is not None else replace(row, end=last)
        for row in rows
        if row.end is not None or row.start < last
    ]


def watched_until(store: Rooted, now: int) -> int | None:
    """When the daemon last lived; None while it does, and where none ever ran."""
    last = max(store.heartbeats().values(), default=0)
    return last if last and last < now - SILENT else None


def announced(store: Rooted, since: int) -> tuple[Announced, ...]:
    """The windows in force after a moment; one without an event that says when it was added was always known."""
    windows = store.windows(since)
    if not windows:
        return ()
    added = sorted(_added(store.engine))
    return tuple(Announced(window, _known(window, added)) for window in windows)


def _added(engine: Engine) -> Iterator[tuple[int, int]]:
    """(first number, when) of the windows added together; numbers follow each other."""
    before: int | None = None
    with told(engine.url), Session(engine) as session:
        while found := history.events(session, kind=KIND, before_seq=before, limit=history.MAX_EVENTS):
            for event in found:
                first = event.entity.partition(",")[0]
                if (event.after or {}).get("action") == "added" and first.isdecimal():
                    yield int(first), event.recorded_at
            before = found[-1].seq


def _known(window: Window, added: Sequence[tuple[int, int]]) -> int:
    place = bisect_right(added, window.id, key=lambda one: one[0])
    return added[place - 1][1] if place else 0


def exclusions(
    windows: Iterable[Announced], places: Places, period: Period, wanted: Collection[str]
) -> dict[str, tuple[Exclusion, ...]]:
    """What maintenance excludes of the subjects wanted in a period; those of which it excludes nothing are absent."""
    found: dict[str, tuple[Exclusion, ...]] = {}
    for one in windows:
        times = occurrences(one.window, period.start, period.end)
        known = [(max(start, one.known), end) for start, end in times if end > one.known]
        if not known:
            continue
        why, by = exclusion(one.window.reason, one.window.author), one.window.author
        spans = tuple(Exclusion(start, end, why, by) for start, end in known)
        for subject in covered(one.window, one.places or places).intersection(wanted):
            found[subject] = (*found.get(subject, ()), *spans)
    return found


def table_of(places: Places, subject: str, causes: Iterable[str]) -> Table:
    """The table of arithmetic of a subject; of a line with the owners of these causes."""
    if places.kind(subject) != "line":
        return SITE_SERVICE
    return replace(LINE_CONTRACT, owners={cause: owner(places, subject, cause) for cause in causes})


def owner(places: Places, line: str, cause: str) -> Owner:
    """Whose a root cause is, seen from a line: a line of the same provider is its, what we run ours."""
    kind = places.kind(cause)
    if kind == "line":
        own = same_provider(places.provider(line))
        same = bool(own) and own == same_provider(places.provider(cause))
        return Owner.PROVIDER if same else Owner.UNDECIDED
    return Owner.OURS if kind else Owner.UNDECIDED
