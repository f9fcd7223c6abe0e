"""The inventory as it held on a day, as far as it was known at a moment: read from the events.

Two times: a change set holds from `at`, and was written down at `recorded_at`. Of a thing every field is what the most
recently recorded of those events says that hold on the day and were known at the moment. Records with dates of their
own (versions of units and norms, events of organisation, statements, exemptions, field records) hold by these dates,
so that of them only the moment of recording counts.

Only what has events that do not count is put together anew; the rest stands in the tables as it stood then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import chain
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from inventory.load import SUPERSEDING, load_kind, load_newest
from inventory.local_days import end_of
from inventory.models import CHANGE_SET, EVENT, RECORDS
from inventory.problems import Entity
from inventory.records import from_plain
from inventory.snapshot import KINDS, VERSIONED, Inventory, gather

SELF_DATED = (*VERSIONED, "organisation_change", "statement", "exemption", "field_record")
# Numbers of events that one statement asks for: fewer than any database's limit of parameters.
_AT_ONCE = 500

Plain: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """What counts: events that hold before `end` and were recorded at `known_at` or before (µs UTC; None: all).

    `void` are the change sets that never held: those undone, and those that undid them.
    """

    end: int
    known_at: int | None = None
    void: tuple[str, ...] = ()

    def counts(self) -> ColumnElement[bool]:
        """Whether an event counts."""
        holds = or_(EVENT.c.kind.in_(SELF_DATED), EVENT.c.at < self.end)
        if self.void:
            holds = and_(holds, or_(EVENT.c.change_set.is_(None), EVENT.c.change_set.not_in(self.void)))
        return holds if self.known_at is None else and_(holds, EVENT.c.recorded_at <= self.known_at)

    @property
    def bound(self) -> int:
        """What was recorded before counts: nothing holds from later than when it was recorded."""
        return self.end if self.known_at is None else min(self.end, self.known_at + 1)


def inventory_as_of(
    session: Session, on: date, known_at: int | None, zone: tzinfo, *, superseded: bool = True
) -> Inventory:
    """The inventory that held on a local date, as known at a moment (µs UTC; None: now).

    Its `revision` is that of the last change set known then. References may lead to records that came later. Without
    those `superseded` it may lack statements and inspections whose place newer ones have taken: after ten years most.
    """
    moment = Moment(end_of(on, zone), known_at, _void(session, known_at))
    touched, whole, parted = _touched(session, moment)
    anew = (*_last(session, whole), *_folded(session, parted, moment))
    kept = (
        (kind, record)
        for kind in KINDS
        for record in (
            load_kind(session, kind, touched[kind])
            if superseded or kind not in SUPERSEDING
            else load_newest(
                session, kind, on, touched[kind], _untold(kind, moment) if touched[kind] else None
            )
        )
    )
    records = (each for each in chain(anew, kept) if each[0] != "field_record" or each[1].on <= on)
    in_order = sorted(records, key=lambda each: str(each[1].id)) if anew else records
    return gather(in_order, on, _revision(session, known_at))


def _untold(kind: str, moment: Moment) -> ColumnElement[bool]:
    """Whether a record is among those that `_touched` finds."""
    same = and_(EVENT.c.kind == kind, EVENT.c.entity == RECORDS[kind].c.id)
    return exists().where(same, EVENT.c.recorded_at >= moment.bound, ~moment.counts())


def _revision(session: Session, known_at: int | None) -> int:
    query = select(func.coalesce(func.max(CHANGE_SET.c.revision), 0))
    if known_at is not None:
        query = query.where(CHANGE_SET.c.recorded_at <= known_at)
    return int(session.execute(query).scalar_one())


def _void(session: Session, known_at: int | None) -> tuple[str, ...]:
    """What was undone by then, with what undid it: an undoing that was undone itself undoes nothing."""
    query = select(CHANGE_SET.c.id, CHANGE_SET.c.undoes).where(CHANGE_SET.c.undoes.is_not(None))
    if known_at is not None:
        query = query.where(CHANGE_SET.c.recorded_at <= known_at)
    void: dict[str, None] = {}
    for id_, undone in session.execute(query.order_by(CHANGE_SET.c.revision.desc())):
        if id_ not in void:
            void |= {id_: None, undone: None}
    return tuple(void)


def _touched(session: Session, moment: Moment) -> tuple[dict[str, set[str]], list[int], list[Entity]]:
    """What has events that do not count, ids by kind; of these the last events of those whose others all come later,
    and the rest.

    Where all that counts was recorded before all that does not, the last of it says the whole record.
    """
    some = (
        select(EVENT.c.kind, EVENT.c.entity)
        .where(EVENT.c.kind.in_(KINDS), EVENT.c.recorded_at >= moment.bound, ~moment.counts())
        .distinct()
        .subquery()
    )
    last = func.max(case((moment.counts(), EVENT.c.seq)))
    first = func.min(case((~moment.counts(), EVENT.c.seq)))
    query = (
        select(EVENT.c.kind, EVENT.c.entity, last, first)
        .join(some, and_(EVENT.c.kind == some.c.kind, EVENT.c.entity == some.c.entity))
        .group_by(EVENT.c.kind, EVENT.c.entity)
    )
    touched: dict[str, set[str]] = {kind: set() for kind in KINDS}
    whole: list[int] = []
    parted: list[Entity] = []
    # Of today mostly nothing lies beyond the bound; SQLite would read all events to find none.
    last_recorded = session.execute(select(func.max(EVENT.c.recorded_at))).scalar_one()
    if last_recorded is None or last_recorded < moment.bound:
        return touched, whole, parted
    for kind, entity, counted, other in session.execute(query):
        touched[kind].add(entity)
        if counted is not None and (counted > other or kind in VERSIONED):
            parted.append((kind, entity))
        elif counted is not None:
            whole.append(counted)
    return touched, whole, parted


def _last(session: Session, numbers: Sequence[int]) -> Iterator[tuple[str, Any]]:
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        query = select(EVENT.c.kind, EVENT.c.after).where(EVENT.c.seq.in_(some))
        for kind, after in session.execute(query):
            if after is not None:
                yield kind, from_plain(kind, after)


def _folded(session: Session, entities: Sequence[Entity], moment: Moment) -> Iterator[tuple[str, Any]]:
    by_kind: dict[str, list[str]] = {}
    for kind, entity in entities:
        by_kind.setdefault(kind, []).append(entity)
    for kind, ids in by_kind.items():
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            query = (
                select(EVENT.c.entity, EVENT.c.before, EVENT.c.after)
                .where(EVENT.c.kind == kind, EVENT.c.entity.in_(some), moment.counts())
                .order_by(EVENT.c.seq)
            )
            for state in folded((entity, before, after) for entity, before, after in session.execute(query)):
                yield kind, from_plain(kind, state)


def folded(events: Iterable[tuple[str, Plain | None, Plain | None]]) -> Iterator[Plain]:
    """The records that events (entity, before, after) lead to, in the order recorded; of units every version.

    An event changes only the fields in which its two sides differ. Where it changes what no event has made, somebody
    said that the record held then as it left it.
    """
    states: dict[tuple[str, object], Plain] = {}
    for entity, before, after in events:
        side = after if after is not None else before
        key = (entity, side.get("valid_from") if side is not None else None)
        if after is None:
            states.pop(key, None)
        elif before is None or key not in states:
            states[key] = dict(after)
        else:
            states[key] |= _changed(before, after)
    yield from states.values()


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Plain:
    return {name: value for name, value in after.items() if name not in before or before[name] != value}
