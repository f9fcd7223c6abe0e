"""What people do to the inventory of record: import, undo, record, and what they ask of it: events, headings.

Plain blocking functions on an engine. The daemon runs them on its writer thread, a command without a daemon itself,
under the database's lock. A dry run does everything and keeps nothing.
"""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory import headings, history, load
from inventory.apply import Stale, UndoRefused, apply
from inventory.apply import undo as undo_change_set
from inventory.cells import text_of
from inventory.changes import Change, Complete, Proposal, Reject, difference, good_rows
from inventory.incoming import IncomingRow
from inventory.messages import TEXTS
from inventory.problems import Problem
from inventory.snapshot import Inventory
from netwatch.control.contract import Refused
from netwatch.language import Sentence
from netwatch.queries.models import EventLine
from netwatch.store.engine import writing
from netwatch.store.faults import told

LONGEST_NOTE = 2000
NOTE = "note"
# The whole of what an event proves: too long for a line, so that lists of events leave it out.
EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, as texts in the form of the sheets' codes."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """One record that changes: `action` is created, changed or retired."""

    kind: str
    id: str
    name: str
    action: str
    fields: tuple[FieldChange, ...]
    sheet: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What is to be imported, and how. `mapping` are column headings to remember for the next time."""

    rows: tuple[IncomingRow, ...]
    author: str
    at: int
    on: date
    source: str
    complete: Complete | None = None
    good_rows: bool = False
    dry_run: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did or would do; `change_set` None when nothing was applied."""

    change_set: str | None
    dry_run: bool
    applicable: bool
    changes: tuple[RowChange, ...]
    problems: tuple[Problem, ...]
    rejects: tuple[Reject, ...]


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What an undo did or would do: `change_set` is the new one, `undone` the old."""

    change_set: str
    undone: str
    dry_run: bool
    events: tuple[EventLine, ...]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted: an empty field wants all; `since` and `until` in microseconds UTC."""

    kind: str = ""
    entity: str = ""
    change_set: str = ""
    actor: str = ""
    since: int = 0
    until: int = 0
    limit: int = 50


@contextmanager
def _session(engine: Engine) -> Iterator[Session]:
    """A session whose work is only kept by `commit`; database trouble is a StoreFault."""
    with told(engine.url), Session(engine) as session:
        yield session


def inventory_of(engine: Engine, on: date | None) -> Inventory:
    """The inventory of record in force on a local date."""
    with _session(engine) as session:
        return load.load(session, on)


def import_rows(engine: Engine, order: ImportOrder) -> ImportReport:
    """Compare rows with the inventory and apply them as one change set unless something is wrong or the run is dry."""
    if order.dry_run:
        return dry_import(inventory_of(engine, order.on), order)
    with _session(writing(engine)) as session:
        proposal = _propose(load.load(session, order.on), order)
        if not proposal.applicable:
            return _report(proposal, None, dry_run=False)
        change_set = _apply(session, proposal, order)
        session.commit()
    return _report(proposal, change_set, dry_run=False)


def dry_import(current: Inventory, order: ImportOrder) -> ImportReport:
    """What an import into this inventory would change. Pure."""
    return _report(_propose(current, order), None, dry_run=True)


def _propose(current: Inventory, order: ImportOrder) -> Proposal:
    compare = good_rows if order.good_rows else difference
    return compare(current, order.rows, order.complete)


def _apply(session: Session, proposal: Proposal, order: ImportOrder) -> str | None:
    try:
        change_set = apply(session, proposal.changes, author=order.author, at=order.at, source=order.source)
    except Stale as stale:
        raise Refused(*refusals(stale.problems)) from None
    if order.mapping:
        headings.remember(session, order.mapping, author=order.author, at=order.at)
    return change_set


def refusals(problems: Sequence[Problem]) -> tuple[Sentence, ...]:
    """Problems of the inventory as sentences without a place in a sheet."""
    return tuple(
        Sentence("Refused: {fault}", {"fault": Sentence(TEXTS[problem.code], dict(problem.params))})
        for problem in problems
    )


def _report(proposal: Proposal, change_set: str | None, dry_run: bool) -> ImportReport:
    return ImportReport(
        change_set=change_set,
        dry_run=dry_run,
        applicable=proposal.applicable,
        changes=tuple(_row_change(change) for change in proposal.changes),
        problems=proposal.problems,
        rejects=proposal.rejects,
    )


def _row_change(change: Change) -> RowChange:
    action = "created" if change.before is None else "retired" if change.after is None else "changed"
    record = change.after or change.before
    return RowChange(
        kind=change.kind,
        id=change.id,
        name=getattr(record, "name", change.id),
        action=action,
        fields=tuple(_field_change(change, name) for name in change.fields) if action != "retired" else (),
        sheet=change.sheet,
        row=change.row,
    )


def _field_change(change: Change, name: str) -> FieldChange:
    before, after = (
        text_of(change.kind, name, getattr(side, name)) if side is not None else ""
        for side in (change.before, change.after)
    )
    return FieldChange(name, before, after)


def undo(engine: Engine, change_set: str, *, author: str, at: int, dry_run: bool) -> UndoReport:
    """Take a change set back by an inverse one; raises Refused when later changes stand in the way."""
    with _session(writing(engine)) as session:
        try:
            inverse = undo_change_set(session, change_set, author=author, at=at)
        except UndoRefused as refused:
            raise Refused(*refusals(refused.problems)) from None
        found = history.events(session, change_set=inverse)
        if not dry_run:
            session.commit()
    return UndoReport(inverse, change_set, dry_run, tuple(map(_event_line, found)))


def record(engine: Engine, entity: str, text: str, *, author: str, at: int, dry_run: bool) -> int:
    """Note a text against an item of the inventory; returns the event's sequence (0 in a dry run)."""
    if not text.strip() or len(text) > LONGEST_NOTE:
        limit = {"limit": LONGEST_NOTE}
        raise Refused(Sentence("A note has between 1 and {limit} characters.", limit))
    with _session(writing(engine)) as session:
        known = {id_ for _, item in load.load(session, None) for id_ in [item.id]}
        if entity not in known:
            raise Refused(unknown_item(entity, known))
        if dry_run:
            return 0
        sequence = history.record_event(
            session, at=at, recorded_at=at, actor=author, kind=NOTE, entity=entity, reason=text.strip()
        )
        session.commit()
    return sequence


def note_act(
    engine: Engine, *, kind: str, entity: str, after: Mapping[str, Any], reason: str, author: str, at: int
) -> int:
    """Write down what somebody did outside the inventory, to an incident for one; returns the event's sequence."""
    with _session(writing(engine)) as session:
        sequence = history.record_event(
            session,
            at=at,
            recorded_at=at,
            actor=author,
            kind=kind,
            entity=entity,
            after=after,
            reason=reason,
        )
        session.commit()
    return sequence


def unknown_item(entity: str, known: Sequence[str] | set[str]) -> Sentence:
    """The sentence about an id the inventory does not know."""
    near = difflib.get_close_matches(entity, sorted(known), n=1)
    parts = (Sentence("There is no item '{item}' in the inventory.", {"item": entity}),)
    more = tuple(Sentence("Did you mean {word}?", {"word": word}) for word in near)
    return Sentence("{parts}", {"parts": (*parts, *more)})


def events(engine: Engine, wanted: EventFilter) -> tuple[EventLine, ...]:
    """The newest events wanted, newest first."""
    with _session(engine) as session:
        found = history.events(
            session,
            kind=wanted.kind or None,
            entity=wanted.entity or None,
            change_set=wanted.change_set or None,
            actor=wanted.actor or None,
            since=wanted.since or None,
            until=wanted.until or None,
            limit=wanted.limit,
        )
    return tuple(map(_event_line, found))


def _event_line(event: history.EventRecord) -> EventLine:
    before, after = event.before or {}, event.after or {}
    differing = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    return EventLine(
        sequence=event.seq,
        at=event.at,
        actor=event.actor,
        kind=event.kind,
        entity=event.entity,
        reason=event.reason,
        before=_short(before, differing),
        after=_short(after, differing),
        change_set=event.change_set or "",
    )


def _short(side: Mapping[str, Any], names: Sequence[str]) -> str:
    shown = (name for name in names if name != EVIDENCE and side.get(name) not in (None, ""))
    return "; ".join(f"{name}={_text(side[name])}" for name in shown)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def remembered_headings(engine: Engine) -> Mapping[str, str]:
    """The column headings people have mapped before."""
    with _session(engine) as session:
        return dict(headings.remembered(session))
