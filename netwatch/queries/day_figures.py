"""How local days went, day by day: the figures that a report of each of these days tells, of many subjects at once.

Days on which the inventory was the same are counted together, so that it is read once for them.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from alerts.window import occurrences
from inventory.local_days import end_of, start_of
from inventory.models import CHANGE_SET, EVENT
from inventory.snapshot import UNITS, Inventory
from netwatch.availability import periods
from netwatch.availability.contract import Exclusion
from netwatch.availability.days import DayFigures, of_account, plain, unwatched
from netwatch.commands import inventory_at
from netwatch.incidents.places import JUDGED, Places
from netwatch.memory import building
from netwatch.queries.availability import EDGE, Asked, Recorded, account_of, subjects_of
from netwatch.queries.availability_grounds import Announced, Grounds, announced, exclusions, watched_until
from netwatch.store.contract import VerdictRow
from netwatch.store.faults import told

# Bars show so many days, today among them.
SHOWN = 90
# The kinds by which it is decided whose time is excluded and whose a cause is; some hold by dates of their own.
SELF_DATED = (*UNITS, "organisation_change")
PLACED = (*JUDGED, *SELF_DATED)
# So many days are counted together at the most.
TOGETHER = 15


@dataclass(frozen=True)
class DayGrounds:
    """A day's grounds, and what maintenance excludes of whom in it."""

    on: date
    base: Grounds
    excluded: Mapping[str, tuple[Exclusion, ...]]


@dataclass(frozen=True, slots=True)
class Bars:
    """Days of several subjects, the oldest first, today last; of `names` by id, `by` what they are."""

    days: tuple[date, ...]
    by: str
    names: Mapping[str, str]
    figures: Mapping[str, Sequence[DayFigures]]
    watched_until: int


def last_days(today: date, count: int = SHOWN) -> tuple[date, ...]:
    """So many days up to this one, the oldest first."""
    return tuple(today - timedelta(days=ago) for ago in range(count - 1, -1, -1))


def bars(store: Recorded, scope: str, by: str, today: date, zone: tzinfo, now: int) -> Bars:
    """Of everything in a scope; raises StoreFault, and NoSuchScopeError as `availability` does."""
    days = last_days(today)
    span = periods.between(days[0], today, zone)
    with building():
        places = Places(inventory_at(store.engine, today, None, zone))
    windows, watched = announced(store, span.start), watched_until(store, now)
    base = Grounds(span, now, places, None, windows, watched)
    told_by, _, things = subjects_of(base, Asked(scope, by, span))
    found: dict[str, dict[date, DayFigures]] = {id_: {} for id_ in things}
    turns = turning(store.engine, places.inventory, days[0], today, zone)
    for group in together(days, turns):
        grounds = day_grounds(store.engine, group, things, base, turns, zone)
        for id_, figures in counted(store, grounds, things).items():
            found[id_].update(zip(group, figures, strict=True))
    in_order = {id_: [known[day] for day in days] for id_, known in found.items()}
    names = {id_: places.name(id_) for id_ in things}
    return Bars(days, told_by, names, in_order, watched or 0)


def turning(engine: Engine, inventory: Inventory, first: date, last: date, zone: tzinfo) -> frozenset[date]:
    """The days after `first`, up to `last`, whose inventory may be another than that of the day before.

    Raises StoreFault.
    """
    query = (
        select(EVENT.c.at)
        .where(EVENT.c.kind.in_(PLACED), EVENT.c.at >= end_of(first, zone), EVENT.c.at < end_of(last, zone))
        .distinct()
    )
    with told(engine.url), Session(engine) as session:
        moments = session.scalars(query).all()
    days = {datetime.fromtimestamp(at // 1_000_000, UTC).astimezone(zone).date() for at in moments}
    versions = (version for kind in UNITS for version in inventory.every(kind))
    days.update(day for version in versions for day in (version.valid_from, version.valid_to) if day)
    days.update(change.on for change in inventory.of("organisation_change").values())
    return frozenset(day for day in days if first < day <= last)


def altered_since(engine: Engine, revision: int) -> int | None:
    """The moment from which on change sets after a revision may have made the inventory another; None: not at all.

    0 where that may be any. Raises StoreFault.
    """
    later = CHANGE_SET.c.revision > revision
    events = select(func.min(EVENT.c.at)).join(CHANGE_SET, EVENT.c.change_set == CHANGE_SET.c.id).where(later)
    undoing = select(func.count()).select_from(CHANGE_SET).where(later, CHANGE_SET.c.undoes.is_not(None))
    with told(engine.url), Session(engine) as session:
        dated = session.scalar(events.where(EVENT.c.kind.in_(SELF_DATED)))
        if dated is not None or session.scalar(undoing):
            return 0
        since: int | None = session.scalar(events.where(EVENT.c.kind.in_(PLACED)))
        return since


def together(days: Sequence[date], turns: Collection[date]) -> Iterator[tuple[date, ...]]:
    """The same days in groups that share an inventory, the newest group first."""
    group: list[date] = []
    for day in reversed(days):
        group.insert(0, day)
        if day in turns or day == days[0] or len(group) == TOGETHER:
            yield tuple(group)
            group = []
    if group:
        yield tuple(group)


def day_grounds(
    engine: Engine,
    group: Sequence[date],
    wanted: Collection[str],
    base: Grounds,
    turns: Collection[date],
    zone: tzinfo,
) -> list[DayGrounds]:
    """The grounds of days that share an inventory, which are those of `base` but for it; raises StoreFault.

    `base` has the inventory that holds after the last of `turns`.
    """
    places = base.places
    if any(day > group[-1] for day in turns):
        with building():
            places = Places(inventory_at(engine, group[-1], None, zone))
    return [_of_day(day, places, base, wanted, zone) for day in group]


def _of_day(day: date, places: Places, base: Grounds, wanted: Collection[str], zone: tzinfo) -> DayGrounds:
    period = periods.day(day, zone)
    own = Grounds(period, base.now, places, None, base.announced, base.watched_until)
    return DayGrounds(day, own, exclusions(base.announced, places, period, wanted))


def counted(
    store: Recorded, days: Sequence[DayGrounds], subjects: Collection[str]
) -> Mapping[str, list[DayFigures]]:
    """The figures of these days, which follow one another, by subject; raises StoreFault."""
    first, last = days[0].base, days[-1].base
    rows: dict[str, list[VerdictRow]] = {id_: [] for id_ in subjects}
    for row in store.verdicts_of(subjects, first.period.start - EDGE, last.until + EDGE):
        rows[row.subject].append(row)
    return {id_: [_figures(day, id_, own) for day in days] for id_, own in rows.items()}


def _figures(day: DayGrounds, subject: str, rows: Sequence[VerdictRow]) -> DayFigures:
    """What an account of the day says; the same without arithmetic where nothing happened in it."""
    base, period = day.base, day.base.period
    if not base.places.kind(subject):
        return unwatched(base.until - period.start)
    own = _overlapping(rows, period.start - EDGE, base.until + EDGE)
    excluded = day.excluded.get(subject, ())
    over = period.end <= base.now and (base.watched_until is None or period.end <= base.watched_until)
    usual = plain(own, period) if over and not excluded else None
    return usual or of_account(account_of(base, subject, own, excluded))


def _overlapping(rows: Sequence[VerdictRow], start: int, end: int) -> list[VerdictRow]:
    last = bisect_left(rows, end, key=lambda row: row.start)
    return [row for row in rows[:last] if row.end is None or row.end > start]


def touched(
    days: Iterable[date], former: Sequence[Announced], present: Sequence[Announced], zone: tzinfo
) -> set[date]:
    """The days on which windows that have come, gone or changed exclude, or did, anything."""
    moved = set(former) ^ set(present)
    edges = {day: (start_of(day, zone), end_of(day, zone)) for day in days} if moved else {}
    return {day for day, span in edges.items() if any(occurrences(one.window, *span) for one in moved)}
