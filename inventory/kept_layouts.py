"""Layouts that people saved: how somebody's workbook maps to our sheets, by a name, with who saved it and when."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from inventory.history import record_event
from inventory.models import LAYOUT

EVENT = "layout"


@dataclass(frozen=True, slots=True)
class KeptLayout:
    """One layout: its TOML text; `at` µs UTC."""

    name: str
    content: str
    author: str
    at: int


def kept(session: Session) -> Mapping[str, KeptLayout]:
    """All of them by name."""
    rows = session.execute(select(LAYOUT).order_by(LAYOUT.c.name)).mappings()
    return {row["name"]: KeptLayout(**row) for row in rows}


def keep(session: Session, name: str, content: str, *, author: str, at: int) -> None:
    """Save a layout in the place of one of the same name, and write an event of it. The caller commits."""
    before = kept(session).get(name)
    session.execute(delete(LAYOUT).where(LAYOUT.c.name == name))
    session.execute(insert(LAYOUT).values(name=name, content=content, author=author, at=at))
    _note(session, name, before, content, author, at)


def forget(session: Session, name: str, *, author: str, at: int) -> bool:
    """Delete a layout; False when there is none. What it said stays in the event."""
    before = kept(session).get(name)
    if before is not None:
        session.execute(delete(LAYOUT).where(LAYOUT.c.name == name))
        _note(session, name, before, None, author, at)
    return before is not None


def _note(
    session: Session, name: str, before: KeptLayout | None, after: str | None, author: str, at: int
) -> None:
    record_event(
        session,
        at=at,
        recorded_at=at,
        actor=author,
        kind=EVENT,
        entity=name,
        before={"content": before.content} if before else None,
        after={"content": after} if after is not None else None,
    )
