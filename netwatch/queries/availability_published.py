"""Availability as it was published, as it is known today, and why the two differ, row by row."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum
from itertools import islice

from sqlalchemy import Engine

from inventory.history import EventRecord
from inventory.sealing import Header
from netwatch.availability import periods
from netwatch.availability.contract import Exclusion, Owner
from netwatch.availability.publication import KIND, Difference, Frozen, FrozenLine, differences, thaw
from netwatch.availability.retold import Retold, retold
from netwatch.incidents.reclassifying import KIND as MAINTENANCE
from netwatch.queries.availability import EDGE
from netwatch.queries.availability_frozen import Taken, taken
from netwatch.queries.publication_grounds import told_of
from netwatch.queries.publication_lines import PublicationLine, line_of, listed, replacement_of
from netwatch.queries.publications import Cause, recorded_cause
from netwatch.store import publications_sql
from netwatch.store.sql import SqlStore
from netwatch.verdict import Verdict

# Of one row so many reasons of a sort are told.
MOST_REASONS = 20


class What(StrEnum):
    """Why a figure is no longer what was published."""

    LATE = "late"
    RECLASSIFIED = "reclassified"
    WINDOW = "window"
    OWNER = "owner"
    MEMBER = "member"
    SITE = "site"
    WATCHED = "watched"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row differs.

    late: of [start, end) looks that came late tell `after` (verdict and reason) instead of `before`. reclassified: it
    no longer counts, or again, by `actor` for `why`. window: another maintenance window lies over it. owner: the cause
    `subject` is someone else's. member: `subject` became, or is no longer, a site of the agency. site: the figures of
    the agency's site `subject` differ, for reasons of its own. watched: until when a daemon had looked. computed:
    nothing that was recorded explains it, release `before` computed it. '' where something is, or was, nothing.
    """

    what: What
    subject: str = ""
    start: int = 0
    end: int = 0
    before: str = ""
    after: str = ""
    why: str = ""
    actor: str = ""
    recorded_at: int = 0


@dataclass(frozen=True, slots=True)
class RowLine:
    """One thing whose figures differ; None where there were, or are, none."""

    kind: str
    id: str
    name: str
    published: FrozenLine | None
    today: FrozenLine | None
    reasons: tuple[Reason, ...]
    recorded: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class PublishedAvailability:
    """A publication beside the same scope and period as they are known today."""

    publication: PublicationLine
    frozen: Frozen
    today: Taken
    rows: tuple[RowLine, ...]


@dataclass(frozen=True, slots=True)
class _Since:
    """What was written down since a publication: reclassifications, and what of the inventory reaches back."""

    reclassified: Sequence[EventRecord]
    inventory: Mapping[str, Sequence[EventRecord]]


def published_lines(engine: Engine) -> tuple[PublicationLine, ...]:
    """Every publication of availability, in the order in which they were recorded; raises StoreFault."""
    return listed(engine, KIND, thaw, _told_of)


def _told_of(frozen: Frozen) -> Mapping[str, str]:
    year, month = (int(part) for part in frozen.period.name.split("-"))
    last = date(year, month, monthrange(year, month)[1])
    return {"on": last.isoformat(), "release": frozen.release}


def published_availability(store: SqlStore, header: Header, now: int, zone: tzinfo) -> PublishedAvailability:
    """A publication beside what is known of it today; raises StoreFault, PublicationFault when it was changed, and
    NoSuchScopeError when its scope is no longer known to have been.
    """
    engine = store.engine
    frozen, digest = thaw(publications_sql.content_of(engine, header.id), header)
    today = taken(store, frozen.period, header.scope, zone, now)
    line = line_of(header, replacement_of(engine, header), sha256=digest, **_told_of(frozen))
    found = tuple(differences(frozen.lines, today.lines))
    since = _since(engine, frozen, zone) if found else _Since((), {})
    changed = {one.id for one in found if one.kind == "site"}
    rows = (_row(store, one, frozen, today, since, changed) for one in found)
    return PublishedAvailability(line, frozen, today, tuple(rows))


def _since(engine: Engine, frozen: Frozen, zone: tzinfo) -> _Since:
    """Read it; raises StoreFault."""
    day = periods.last_day(frozen.period, frozen.period.end, zone)
    by_id: dict[str, list[EventRecord]] = {}
    for event in publications_sql.recorded_since(engine, frozen.last_event, frozen.period.end):
        for id_ in _mentioned(event) if told_of(event, day) else ():
            by_id.setdefault(id_, []).append(event)
    events = publications_sql.events_since(engine, frozen.last_event, MAINTENANCE)
    told = [event for event in events if (event.after or {}).get("action") == "reclassify"]
    return _Since(told, by_id)


def _mentioned(event: EventRecord) -> set[str]:
    """The record itself, and the agencies and sites it belongs to."""
    found = {event.entity}
    for side in (event.before or {}, event.after or {}):
        for field in ("organisation_units", "predecessors", "successors"):
            found.update(side.get(field) or ())
    return found


def _row(
    store: SqlStore, one: Difference, frozen: Frozen, today: Taken, since: _Since, changed: set[str]
) -> RowLine:
    reasons = list(_reasons(store, one, frozen, today, since, changed))
    places = today.base.at(one.id)
    wanted = {one.id, places.site(one.id), *(reason.subject for reason in reasons)}
    recorded = tuple(_recorded(wanted, reasons, since))
    if not reasons and not recorded:
        reasons = [Reason(What.COMPUTED, one.id, before=frozen.release)]
    told = one.published or one.now
    name = told.name if told is not None else one.id
    return RowLine(one.kind, one.id, name, one.published, one.now, tuple(reasons), recorded)


def _reasons(
    store: SqlStore, one: Difference, frozen: Frozen, today: Taken, since: _Since, changed: set[str]
) -> Iterator[Reason]:
    if one.kind == "agency":
        yield from _of_members(one, changed)
        return
    period = frozen.period
    rows = store.versions(one.id, period.start - EDGE, period.end)
    told = retold(rows, frozen.last_verdict, (period.start - EDGE, period.end))
    yield from islice(_told(one.id, told, since.reclassified), MOST_REASONS)
    if one.published is not None and one.now is not None:
        yield from islice(_windows(one.id, one.published.exclusions, one.now.exclusions), MOST_REASONS)
        yield from _owners(one.published.owners, one.now.owners)
    watched = today.base.watched_until or 0
    if watched != frozen.watched_until and min(filter(None, (watched, frozen.watched_until))) < period.end:
        yield Reason(What.WATCHED, one.id, start=frozen.watched_until, end=watched)


def _of_members(one: Difference, changed: set[str]) -> Iterator[Reason]:
    then, now = (set(line.members if line else ()) for line in (one.published, one.now))
    for site in sorted(then ^ now):
        yield Reason(What.MEMBER, site, before=one.id * (site in then), after=one.id * (site in now))
    yield from (Reason(What.SITE, site) for site in sorted(then & now & changed))


def _told(subject: str, told: Iterable[Retold], reclassified: Sequence[EventRecord]) -> Iterator[Reason]:
    for piece in told:
        if not piece.excluded:
            sides = _verdict(piece.before), _verdict(piece.after)
            yield Reason(What.LATE, subject, piece.start, piece.end, *sides, recorded_at=piece.recorded_at)
        was, now = (verdict.excluded if verdict else "" for verdict in (piece.before, piece.after))
        if was != now:
            event = _reclassification(subject, piece, reclassified)
            why, actor = (event.reason, event.actor) if event else (now or was, "")
            sides = (was, now)
            at = event.recorded_at if event else piece.recorded_at
            yield Reason(What.RECLASSIFIED, subject, piece.start, piece.end, was, now, why, actor, at)


def _verdict(verdict: Verdict | None) -> str:
    return f"{verdict.kind}:{verdict.reason}" if verdict is not None else ""


def _reclassification(subject: str, piece: Retold, events: Sequence[EventRecord]) -> EventRecord | None:
    """The last one that touches the time."""
    return next(
        (
            event
            for event in reversed(events)
            for after in (event.after or {},)
            if subject in after.get("subjects", ())
            and after.get("start", 0) < piece.end
            and after.get("end", 0) > piece.start
        ),
        None,
    )


def _windows(subject: str, then: Sequence[Exclusion], now: Sequence[Exclusion]) -> Iterator[Reason]:
    for one in sorted({*then} ^ {*now}, key=lambda each: (each.start, each.end)):
        sides = one.reason * (one in then), one.reason * (one in now)
        yield Reason(What.WINDOW, subject, one.start, one.end, *sides, why=one.reason, actor=one.by)


def _owners(then: Mapping[str, Owner], now: Mapping[str, Owner]) -> Iterator[Reason]:
    for cause in sorted({*then} & {*now}):
        if then[cause] is not now[cause]:
            yield Reason(What.OWNER, cause, before=then[cause].value, after=now[cause].value)


def _recorded(wanted: set[str], reasons: Sequence[Reason], since: _Since) -> Iterator[Cause]:
    """What was written down since about these, where verdict rows alone do not explain the difference."""
    told = {reason.what for reason in reasons}
    if told and told <= {What.LATE, What.RECLASSIFIED, What.SITE, What.WATCHED}:
        return
    found = {event.seq: event for id_ in sorted(wanted) for event in since.inventory.get(id_, ())}
    yield from map(recorded_cause, islice(found.values(), MOST_REASONS))
