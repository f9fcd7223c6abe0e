"""What happened: change sets, the append-only events, remembered column headings and layouts."""

from typing import Any

from sqlalchemy import DDL, JSON, CheckConstraint, Index, UniqueConstraint, event
from sqlmodel import Field

from inventory.models.base import Base, Numbered, key, maybe_code_of, metadata, text, whole


class ChangeSetRow(Base, table=True):
    """One undoable batch of changes; `revision` is the inventory's once it was applied."""

    __tablename__ = "change_set"
    __table_args__ = (
        UniqueConstraint("revision"),
        CheckConstraint("state IN ('applied', 'undone')", name="state"),
    )

    id: str = key()
    revision: int = whole()
    at: int = whole()
    recorded_at: int = whole()
    author: str = text()
    source: str = text()
    reason: str = text()
    state: str = text()
    summary: str = text()
    undoes: str | None = maybe_code_of("change_set")


class EventRow(Base, table=True):
    """One thing that changed or happened; audit, undo and as-of are its readers."""

    __tablename__ = "event"
    __table_args__ = (Index(None, "kind", "entity", "seq"), Index(None, "recorded_at"))

    seq: int = Field(sa_type=Numbered, primary_key=True)
    at: int = whole()
    recorded_at: int = whole()
    actor: str = text()
    kind: str = text()
    entity: str = text()
    before: dict[str, Any] | None = Field(sa_type=JSON(none_as_null=True))
    after: dict[str, Any] | None = Field(sa_type=JSON(none_as_null=True))
    reason: str = text()
    change_set: str | None = maybe_code_of("change_set")


class HeadingRow(Base, table=True):
    """A heading met in somebody's file, and the field ('kind.field') or kind it was said to mean."""

    __tablename__ = "heading"

    heading: str = key()
    meaning: str = text()
    author: str = text()
    at: int = whole()


class LayoutRow(Base, table=True):
    """How somebody's workbook maps to the sheets of the inventory: a layout's TOML text by its name."""

    __tablename__ = "layout"
    __table_args__ = ({"info": {"since": "0007"}},)

    name: str = key()
    content: str = text()
    author: str = text()
    at: int = whole()


_SQLITE = tuple(
    f"CREATE TRIGGER event_no_{what.lower()} BEFORE {what} ON event "
    "BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END"
    for what in ("UPDATE", "DELETE")
)
_POSTGRESQL = (
    (
        "CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'events are only ever added'; END $$"
    ),
    (
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event "
        "FOR EACH ROW EXECUTE FUNCTION event_append_only()"
    ),
    (
        "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event "
        "FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()"
    ),
)
_APPEND_ONLY = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


def append_only(dialect: str) -> tuple[str, ...]:
    """The statements that make the database itself refuse to change events; for 'sqlite' or 'postgresql'."""
    return _APPEND_ONLY[dialect]


for _dialect, _statements in _APPEND_ONLY.items():
    for _statement in _statements:
        _trigger = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]  # theirs is untyped
        event.listen(metadata.tables["event"], "after_create", _trigger)
