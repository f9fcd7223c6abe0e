"""What happened to the inventory, and everything else that is worth an event. Frozen values out, no rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session

from inventory.models import CHANGE_SET, EVENT

MAX_EVENTS = 10_000


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One event: `at` is when it happened, `recorded_at` when it was written down (µs UTC).

    `kind` and `entity` name the record it is about; `before` and `after` are its fields as JSON holds them.
    """

    seq: int
    at: int
    recorded_at: int
    actor: str
    kind: str
    entity: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    reason: str
    change_set: str | None


@dataclass(frozen=True, slots=True)
class ChangeSetRecord:
    """One batch of changes: `state` is applied or undone; `undoes` names the change set it reverses."""

    id: str
    revision: int
    at: int
    recorded_at: int
    author: str
    source: str
    reason: str
    state: str
    summary: str
    undoes: str | None


def events(
    session: Session,
    *,
    kind: str | None = None,
    entity: str | None = None,
    change_set: str | None = None,
    actor: str | None = None,
    since: int | None = None,
    until: int | None = None,
    before_seq: int | None = None,
    limit: int = 200,
) -> tuple[EventRecord, ...]:
    """Events, newest first, at most `limit` (and 10,000) of them.

    `since` and `until` bound `recorded_at`, half-open: what was written down this week, whenever it began.
    `before_seq` continues a listing where the last one ended.
    """
    given = {"kind": kind, "entity": entity, "change_set": change_set, "actor": actor}
    conditions: list[ColumnElement[bool]] = [
        EVENT.c[name] == value for name, value in given.items() if value is not None
    ]
    conditions += [EVENT.c.recorded_at >= since] if since is not None else []
    conditions += [EVENT.c.recorded_at < until] if until is not None else []
    conditions += [EVENT.c.seq < before_seq] if before_seq is not None else []
    query = select(EVENT).where(*conditions).order_by(EVENT.c.seq.desc()).limit(min(limit, MAX_EVENTS))
    return tuple(EventRecord(**row) for row in session.execute(query).mappings())


def events_of(session: Session, change_set: str) -> tuple[EventRecord, ...]:
    """Every event of a change set, in the order it was written."""
    query = select(EVENT).where(EVENT.c.change_set == change_set).order_by(EVENT.c.seq)
    return tuple(EventRecord(**row) for row in session.execute(query).mappings())


def change_sets(session: Session, *, limit: int = 50) -> tuple[ChangeSetRecord, ...]:
    """The last change sets, newest first."""
    query = select(CHANGE_SET).order_by(CHANGE_SET.c.revision.desc()).limit(limit)
    return tuple(ChangeSetRecord(**row) for row in session.execute(query).mappings())


def change_set_of(session: Session, id_: str) -> ChangeSetRecord | None:
    """One change set; None when there is none of that id."""
    row = session.execute(select(CHANGE_SET).where(CHANGE_SET.c.id == id_)).mappings().one_or_none()
    return ChangeSetRecord(**row) if row is not None else None


def record_event(
    session: Session,
    *,
    at: int,
    recorded_at: int,
    actor: str,
    kind: str,
    entity: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> int:
    """Write down something outside any change set, such as a note (kind 'note'); its number. The caller commits."""
    values = {
        "at": at,
        "recorded_at": recorded_at,
        "actor": actor,
        "kind": kind,
        "entity": entity,
        "reason": reason,
    }
    sides = {
        "before": dict(before) if before is not None else None,
        "after": dict(after) if after is not None else None,
    }
    query = insert(EVENT).values(**values, **sides).returning(EVENT.c.seq)
    return int(session.execute(query).scalar_one())
