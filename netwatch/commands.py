"""What people do to the inventory of record: import, undo, record, and what they ask of it: events, headings.

Plain blocking functions on an engine. The daemon runs what writes on its writer thread, a command without a daemon
itself, under the database's lock. An import or an undo is proposed and prepared first, from one reading of the
inventory and outside any transaction that writes; it is written only while that is still the inventory, else it is
proposed anew. A dry run ends before it is written.
"""

import difflib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, tzinfo
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory import headings, history, load
from inventory.apply import Moved, Prepared, UndoRefused, prepare, prepare_undo, undoing, write_prepared
from inventory.as_of import inventory_as_of
from inventory.cells import text_of
from inventory.changes import Change, Complete, Proposal, Reject, difference, good_rows
from inventory.incoming import IncomingRow
from inventory.local_days import start_of
from inventory.messages import TEXTS
from inventory.problems import Problem
from inventory.records import to_plain
from inventory.snapshot import Inventory
from netwatch.control.contract import Refused
from netwatch.language import Sentence
from netwatch.queries.models import EventLine
from netwatch.store.engine import writing
from netwatch.store.faults import told

LONGEST_NOTE = 2000
NOTE = "note"
# How often an import or an undo is proposed anew because the inventory changed meanwhile.
MOST_TRIES = 5
# An undo tells so many of its events.
MOST_TOLD = 200
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
    """What is to be imported, and how.

    `at` is from when it holds, `recorded_at` (0: the same) when it is written, µs UTC. `mapping` are column headings
    to remember for the next time.
    """

    rows: tuple[IncomingRow, ...]
    author: str
    at: int
    on: date
    source: str
    complete: Complete | None = None
    good_rows: bool = False
    dry_run: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)
    recorded_at: int = 0


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


def inventory_at(
    engine: Engine, on: date, known_at: int | None, zone: tzinfo, *, superseded: bool = True
) -> Inventory:
    """The inventory that held on a local date, as known at a moment (µs UTC; None: now); see `inventory_as_of`."""
    with _session(engine) as session:
        return inventory_as_of(session, on, known_at, zone, superseded=superseded)


def holding_from(since: date | None, now: int, zone: tzinfo | None) -> int:
    """From when a change holds: the beginning of a local day, now when that lies ahead or none is named."""
    return now if since is None else min(now, start_of(since, zone or UTC))


def import_rows(engine: Engine, order: ImportOrder) -> ImportReport:
    """Compare rows with the inventory and apply them as one change set unless something is wrong or the run is dry."""
    for _ in range(MOST_TRIES):
        proposed = propose_import(engine, order)
        try:
            return replace(proposed.report, change_set=write_import(engine, proposed, order))
        except Moved:
            continue
    raise never_still()


@dataclass(frozen=True, slots=True)
class Proposed:
    """What an import would do; `prepared` None where nothing is to be applied. Its report names no change set yet."""

    report: ImportReport
    prepared: Prepared | None


def propose_import(engine: Engine, order: ImportOrder) -> Proposed:
    """Compare rows with the inventory of this moment, and make what they change ready to be written."""
    current = inventory_of(engine, order.on)
    proposal = _propose(current, order)
    report = _report(proposal, None, dry_run=order.dry_run)
    if order.dry_run or not proposal.applicable or not proposal.changes:
        return Proposed(report, None)
    prepared = prepare(
        proposal.changes,
        engine.dialect,
        current.revision,
        author=order.author,
        at=order.at,
        source=order.source,
        recorded_at=order.recorded_at or None,
    )
    return Proposed(report, prepared)


def write_import(engine: Engine, proposed: Proposed, order: ImportOrder) -> str | None:
    """Write what was prepared and remember the headings, both or neither; the change set's id.

    Raises Moved when the inventory has changed since it was prepared.
    """
    if order.dry_run or not proposed.report.applicable or not (proposed.prepared or order.mapping):
        return None
    with _session(writing(engine)) as session:
        change_set = write_prepared(session, proposed.prepared) if proposed.prepared else None
        headings.remember(session, order.mapping, author=order.author, at=order.recorded_at or order.at)
        session.commit()
    return change_set


def never_still() -> Refused:
    """The refusal when the inventory changed during every try."""
    text = "The inventory was changed by others during each of {count} tries. Nothing was applied; try again."
    return Refused(Sentence(text, {"count": MOST_TRIES}))


def dry_import(current: Inventory, order: ImportOrder) -> ImportReport:
    """What an import into this inventory would change. Pure."""
    return _report(_propose(current, order), None, dry_run=True)


def _propose(current: Inventory, order: ImportOrder) -> Proposal:
    compare = good_rows if order.good_rows else difference
    return compare(current, order.rows, order.complete)


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


@dataclass(frozen=True, slots=True)
class ProposedUndo:
    """What an undo would do, and the same made ready to be written."""

    report: UndoReport
    prepared: Prepared


def undo(engine: Engine, change_set: str, *, author: str, at: int, dry_run: bool) -> UndoReport:
    """Take a change set back by an inverse one; raises Refused when later changes stand in the way."""
    for _ in range(MOST_TRIES):
        proposed = propose_undo(engine, change_set, author=author, at=at, dry_run=dry_run)
        try:
            return proposed.report if dry_run else write_undo(engine, proposed)
        except Moved:
            continue
    raise never_still()


def propose_undo(engine: Engine, change_set: str, *, author: str, at: int, dry_run: bool) -> ProposedUndo:
    """Compare a change set with the inventory of this moment, and make what reverses it ready; raises Refused."""
    with _session(engine) as session:
        try:
            found = undoing(session, change_set)
        except UndoRefused as refused:
            raise Refused(*refusals(refused.problems)) from None
    # What is undone never held; dated of today, a mistake would stand in all figures of the days before.
    since = min(at, found.undone.at)
    prepared = prepare_undo(found, engine.dialect, author=author, at=since, recorded_at=at)
    last = found.changes[-MOST_TOLD:]
    told = [_undone(change, prepared.change_set, author, since, at) for change in last]
    return ProposedUndo(UndoReport(prepared.change_set, change_set, dry_run, tuple(reversed(told))), prepared)


def write_undo(engine: Engine, proposed: ProposedUndo) -> UndoReport:
    """Write what was prepared; raises Moved when the inventory has changed since."""
    with _session(writing(engine)) as session:
        write_prepared(session, proposed.prepared)
        found = history.events(session, change_set=proposed.report.change_set, limit=MOST_TOLD)
        session.commit()
    return replace(proposed.report, events=tuple(map(_event_line, found)))


def _undone(change: Change, change_set: str, author: str, at: int, recorded_at: int) -> EventLine:
    """The event that would be written."""
    before, after = (to_plain(side) if side is not None else None for side in (change.before, change.after))
    moments = (at, recorded_at)
    event = history.EventRecord(0, *moments, author, change.kind, change.id, before, after, "", change_set)
    return _event_line(event)


def record(engine: Engine, entity: str, text: str, *, author: str, at: int, dry_run: bool) -> int:
    """Note a text against an item of the inventory; returns the event's sequence (0 in a dry run)."""
    if not text.strip() or len(text) > LONGEST_NOTE:
        limit = {"limit": LONGEST_NOTE}
        raise Refused(Sentence("A note has between 1 and {limit} characters.", limit))
    with _session(engine) as session:
        known = load.ids(session)
    if entity not in known:
        raise Refused(unknown_item(entity, known))
    if dry_run:
        return 0
    with _session(writing(engine)) as session:
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


def unknown_item(entity: str, known: Collection[str]) -> Sentence:
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
        recorded_at=event.recorded_at,
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
