"""The inventory of record, read into frozen records. No row leaves this file."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.models import CHANGE_SET, LISTS, RECORDS
from inventory.records import from_plain
from inventory.snapshot import KINDS, Inventory, gather


def load(session: Session, on: date | None) -> Inventory:
    """Everything there is, with every version of the units; `on` is the local date whose versions are in force.

    None takes each unit's last version.
    """
    records = ((kind, record) for kind in KINDS for record in load_kind(session, kind))
    return gather(records, on, revision(session))


def revision(session: Session) -> int:
    """How many change sets were applied; 0 for an inventory nobody has written to."""
    return int(session.execute(select(func.coalesce(func.max(CHANGE_SET.c.revision), 0))).scalar_one())


def load_kind(session: Session, kind: str) -> Iterator[Any]:
    """The records of one kind in a stable order; of units all versions."""
    table = RECORDS[kind]
    lists = {field: _members(session, kind, field) for kind_, field in LISTS if kind_ == kind}
    for row in session.execute(select(table).order_by(*table.primary_key)).mappings():
        named = {field: members.get(row["id"], []) for field, members in lists.items()}
        yield from_plain(kind, {**row, **named})


def _members(session: Session, kind: str, field: str) -> Mapping[str, list[str]]:
    owner, position, member = LISTS[kind, field].columns
    found: dict[str, list[str]] = {}
    for id_, other in session.execute(select(owner, member).order_by(owner, position)):
        found.setdefault(id_, []).append(other)
    return found
