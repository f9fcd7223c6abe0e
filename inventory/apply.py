"""Changes into the inventory of record, and out again. One change set is one transaction; the caller commits.

What takes time is done before the transaction: a change set is prepared against the inventory of a revision, and
written only while that is still the revision.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Dialect, bindparam, update
from sqlalchemy.orm import Session

from inventory.changes import Change
from inventory.history import ChangeSetRecord, change_set_of, events, events_of
from inventory.inverse import Conflict, inverse, touched_fields
from inventory.load import load, load_some, revision
from inventory.merge import by_key
from inventory.models import CHANGE_SET, EVENT
from inventory.problems import Entity, Problem
from inventory.records import to_plain
from inventory.rules import check
from inventory.snapshot import KINDS, Inventory, gather
from inventory.write import Batch, batch, batches, execute, inserted

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


class Moved(Refused):
    """The inventory has another revision than the one a change set was prepared for."""


class UndoRefused(Refused):
    """A change set cannot be undone: later ones touched or refer to the same, or the rules would not hold."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A change set made ready to be written: the inventory's `revision` it was made for, its id, and all statements.

    The statements are gone through once.
    """

    revision: int
    change_set: str
    batches: Iterable[Batch]


@dataclass(frozen=True, slots=True)
class Undoing:
    """What taking a change set back would change, of the inventory of a revision."""

    undone: ChangeSetRecord
    changes: tuple[Change, ...]
    revision: int


def prepare(
    changes: Sequence[Change],
    dialect: Dialect,
    revision: int,
    *,
    author: str,
    at: int,
    source: str,
    reason: str = "",
    recorded_at: int | None = None,
    undoes: str | None = None,
) -> Prepared:
    """Make the changes, an event for each and the change set ready for a database of this kind. Touches none.

    `at` is when the changes hold from, `recorded_at` (by default the same) when they are written, µs UTC.
    """
    header = ChangeSetRecord(
        id=f"CS-{revision + 1}",
        revision=revision + 1,
        at=at,
        recorded_at=at if recorded_at is None else recorded_at,
        author=author,
        source=source,
        reason=reason,
        state="applied",
        summary=summary(changes),
        undoes=undoes,
    )
    columns = {column.name: getattr(header, column.name) for column in CHANGE_SET.columns}
    events_ = [_event(change, header) for change in changes]
    made = (
        inserted(CHANGE_SET, [columns], dialect),
        *batches(changes, dialect),
        *([inserted(EVENT, events_, dialect)] if events_ else []),
    )
    return Prepared(revision, header.id, made)


def write_prepared(session: Session, prepared: Prepared) -> str:
    """Write a change set; its id. Raises Moved when the inventory is no longer what it was made for."""
    if revision(session) != prepared.revision:
        raise Moved([])
    execute(session, prepared.batches)
    return prepared.change_set


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
    dialect = session.get_bind().dialect
    prepared = prepare(
        changes,
        dialect,
        revision(session),
        author=author,
        at=at,
        source=source,
        reason=reason,
        recorded_at=recorded_at,
    )
    return write_prepared(session, prepared)


def undoing(session: Session, change_set: str) -> Undoing:
    """What would reverse a change set. Fields that others changed since, elsewhere, are kept.

    Raises UndoRefused when it is unknown or undone already, when a later change set holds one of its fields, or when
    the rules would not hold without it.
    """
    undone = change_set_of(session, change_set)
    if undone is None:
        raise UndoRefused([Problem("unknown_change_set", {"change_set": change_set})])
    if undone.state == "undone":
        raise UndoRefused([Problem("already_undone", {"change_set": change_set})])
    current = load(session, None)
    return Undoing(undone, tuple(_inverse(session, change_set, current)), current.revision)


def prepare_undo(
    undoing_: Undoing,
    dialect: Dialect,
    *,
    author: str,
    at: int,
    reason: str = "",
    recorded_at: int | None = None,
) -> Prepared:
    """Make the new change set that reverses another ready, as `prepare` does."""
    undone = undoing_.undone
    prepared = prepare(
        undoing_.changes,
        dialect,
        undoing_.revision,
        author=author,
        at=at,
        source=UNDO,
        reason=reason,
        recorded_at=recorded_at,
        undoes=undone.id,
    )
    states = [["undone", undone.id]]
    if undone.undoes is not None:  # undoing an undo puts the first change set in force again
        states.append(["applied", undone.undoes])
    whose = CHANGE_SET.c.id == bindparam("whose", type_=CHANGE_SET.c.id.type)
    statement = update(CHANGE_SET).where(whose).values(state=bindparam("now", type_=CHANGE_SET.c.state.type))
    marked = batch(statement, {"now": CHANGE_SET.c.state, "whose": CHANGE_SET.c.id}, states, dialect)
    return replace(prepared, batches=(*prepared.batches, marked))


def undo(
    session: Session,
    change_set: str,
    *,
    author: str,
    at: int,
    reason: str = "",
    recorded_at: int | None = None,
) -> str:
    """Reverse a change set by a new one; its id. Raises as `undoing` does."""
    found = undoing(session, change_set)
    dialect = session.get_bind().dialect
    prepared = prepare_undo(found, dialect, author=author, at=at, reason=reason, recorded_at=recorded_at)
    return write_prepared(session, prepared)


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
    """Only the records that change are read again."""
    ids: dict[str, set[str]] = {}
    for change in changes:
        ids.setdefault(change.kind, set()).add(change.id)
    found = ((kind, record) for kind, some in ids.items() for record in load_some(session, kind, some))
    there = by_key(gather(found, None))
    stale = [
        change for change in changes if there.get((change.kind, change.id, change.version)) != change.before
    ]
    if stale:
        raise Stale(
            Problem("changed_meanwhile", {}, change.kind, change.id, version=change.version)
            for change in stale
        )


def _event(change: Change, header: ChangeSetRecord) -> dict[str, Any]:
    return {
        "at": header.at,
        "recorded_at": header.recorded_at,
        "actor": header.author,
        "kind": change.kind,
        "entity": change.id,
        "before": to_plain(change.before) if change.before is not None else None,
        "after": to_plain(change.after) if change.after is not None else None,
        "reason": header.reason,
        "change_set": header.id,
    }


def _inverse(session: Session, change_set: str, current: Inventory) -> list[Change]:
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
