"""Changes into the inventory of record, and out again. One change set is one transaction; the caller commits."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from inventory.changes import Change
from inventory.history import ChangeSetRecord, append, change_set_of, events, events_of
from inventory.inverse import Conflict, inverse, touched_fields
from inventory.load import load, load_kind, revision
from inventory.merge import by_key
from inventory.models import CHANGE_SET
from inventory.problems import Entity, Problem
from inventory.records import to_plain
from inventory.rules import check
from inventory.snapshot import KINDS, gather
from inventory.write import write

UNDO = "undo"


class Refused(Exception):  # noqa: N818 - a refusal, not a mistake of the program
    """The inventory is not in a state in which this can be done; `problems` name the records."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            ", ".join(f"{problem.code} {problem.kind} {problem.entity}" for problem in self.problems)
        )


class Stale(Refused):
    """Records changed after the difference was made."""


class UndoRefused(Refused):
    """A change set cannot be undone: later ones touched or refer to the same, or the rules would not hold."""


def apply(
    session: Session,
    changes: Sequence[Change],
    *,
    author: str,
    at: int,
    source: str,
    reason: str = "",
    recorded_at: int | None = None,
) -> str | None:
    """Write the changes, an event for each and the change set; its id, or None when there is nothing to change.

    `at` is when the changes hold from, `recorded_at` (by default the same) when they are written, µs UTC. Raises
    Stale when a record is no longer what the change says it was before.
    """
    if not changes:
        return None
    _refuse_stale(session, changes)
    header = ChangeSetRecord(
        id="",
        revision=revision(session) + 1,
        at=at,
        recorded_at=at if recorded_at is None else recorded_at,
        author=author,
        source=source,
        reason=reason,
        state="applied",
        summary=summary(changes),
        undoes=None,
    )
    return _recorded(session, changes, header)


def undo(
    session: Session,
    change_set: str,
    *,
    author: str,
    at: int,
    reason: str = "",
    recorded_at: int | None = None,
) -> str:
    """Reverse a change set by a new one; its id. Fields that others changed since, elsewhere, are kept.

    Raises UndoRefused when it is unknown or undone already, when a later change set holds one of its fields, or when
    the rules would not hold without it.
    """
    undone = change_set_of(session, change_set)
    if undone is None:
        raise UndoRefused([Problem("unknown_change_set", {"change_set": change_set})])
    if undone.state == "undone":
        raise UndoRefused([Problem("already_undone", {"change_set": change_set})])
    changes = _inverse(session, change_set)
    header = ChangeSetRecord(
        id="",
        revision=revision(session) + 1,
        at=at,
        recorded_at=at if recorded_at is None else recorded_at,
        author=author,
        source=UNDO,
        reason=reason,
        state="applied",
        summary=summary(changes),
        undoes=change_set,
    )
    id_ = _recorded(session, changes, header)
    session.execute(update(CHANGE_SET).where(CHANGE_SET.c.id == change_set).values(state="undone"))
    if undone.undoes is not None:  # undoing an undo puts the first change set in force again
        session.execute(update(CHANGE_SET).where(CHANGE_SET.c.id == undone.undoes).values(state="applied"))
    return id_


def summary(changes: Iterable[Change]) -> str:
    """How many records of each kind were created (+), changed (~) and retired (-), such as 'device +3 ~1'."""
    counts = Counter((change.kind, _sign(change)) for change in changes)
    parts = (
        " ".join([kind, *(f"{sign}{counts[kind, sign]}" for sign in "+~-" if counts[kind, sign])])
        for kind in KINDS
        if any(counts[kind, sign] for sign in "+~-")
    )
    return ", ".join(parts)


def _sign(change: Change) -> str:
    if change.before is None:
        return "+"
    return "-" if change.after is None else "~"


def _refuse_stale(session: Session, changes: Sequence[Change]) -> None:
    kinds = {change.kind for change in changes}
    there = by_key(gather(((kind, record) for kind in kinds for record in load_kind(session, kind)), None))
    stale = [
        change for change in changes if there.get((change.kind, change.id, change.version)) != change.before
    ]
    if stale:
        raise Stale(
            Problem("changed_meanwhile", {}, change.kind, change.id, version=change.version)
            for change in stale
        )


def _recorded(session: Session, changes: Sequence[Change], header: ChangeSetRecord) -> str:
    id_ = f"CS-{header.revision}"
    columns = {column.name: getattr(header, column.name) for column in CHANGE_SET.columns}
    session.execute(insert(CHANGE_SET).values(columns | {"id": id_}))
    write(session, changes)
    append(session, [_event(change, header, id_) for change in changes])
    return id_


def _event(change: Change, header: ChangeSetRecord, change_set: str) -> dict[str, Any]:
    return {
        "at": header.at,
        "recorded_at": header.recorded_at,
        "actor": header.author,
        "kind": change.kind,
        "entity": change.id,
        "before": to_plain(change.before) if change.before is not None else None,
        "after": to_plain(change.after) if change.after is not None else None,
        "reason": header.reason,
        "change_set": change_set,
    }


def _inverse(session: Session, change_set: str) -> list[Change]:
    current = load(session, None)
    there = by_key(current)
    changes, conflicts = inverse(events_of(session, change_set), there)
    if conflicts:
        raise UndoRefused(_told(session, change_set, conflict) for conflict in conflicts)
    changed = {(change.kind, change.id, change.version): change.after for change in changes}
    records = ((key[0], record) for key, record in {**there, **changed}.items() if record is not None)
    standing = frozenset(check(current))
    broken = [
        problem for problem in check(gather(records, None)) if problem.is_error and problem not in standing
    ]
    if broken:
        gone = {(change.kind, change.id) for change in changes if change.after is None}
        raise UndoRefused(_referred_to(session, change_set, problem, gone) for problem in broken)
    return changes


def _referred_to(session: Session, change_set: str, problem: Problem, gone: set[Entity]) -> Problem:
    """A reference to what the undoing would take away says which change set made it; other problems are as they are."""
    if problem.column is None or not problem.code.startswith("reference_") or not gone & {*problem.involved}:
        return problem
    column, value = problem.column, problem.params["value"]
    later = next(
        (
            event.change_set
            for event in events(session, kind=problem.kind, entity=problem.entity)
            if event.change_set and _holds(event.after, column, value) > _holds(event.before, column, value)
        ),
        None,
    )
    if later is None:
        return problem
    params = {"id": problem.entity or "", "value": value, "later": later, "change_set": change_set}
    return Problem("referred_to_later", params, problem.kind, problem.entity, column=column)


def _holds(side: Mapping[str, Any] | None, field: str, id_: str) -> bool:
    value = side.get(field) if side is not None else None
    return id_ in value if isinstance(value, list) else id_ == value


def _told(session: Session, change_set: str, conflict: Conflict) -> Problem:
    event = conflict.event
    later = next(
        (
            other.change_set
            for other in events(session, kind=event.kind, entity=event.entity)
            if other.seq > event.seq
            and other.change_set
            and set(touched_fields(other)) & set(conflict.fields)
        ),
        None,
    )
    params = {"later": later or "–", "fields": ", ".join(conflict.fields), "change_set": change_set}
    return Problem("touched_later", params, event.kind, event.entity)
