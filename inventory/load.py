"""The inventory of record, read into frozen records. No row leaves this file."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.models import CHANGE_SET, LISTS, RECORDS
from inventory.records import from_plain
from inventory.snapshot import KINDS, Inventory, gather

# Ids that one statement asks for: fewer than any database's limit of parameters.
_AT_ONCE = 500


def load(session: Session, on: date | None) -> Inventory:
    """Everything there is, with every version of the units; `on` is the local date whose versions are in force.

    None takes each unit's last version.
    """
    records = ((kind, record) for kind in KINDS for record in load_kind(session, kind))
    return gather(records, on, revision(session))


def revision(session: Session) -> int:
    """How many change sets were applied; 0 for an inventory nobody has written to."""
    return int(session.execute(select(func.coalesce(func.max(CHANGE_SET.c.revision), 0))).scalar_one())


def ids(session: Session) -> frozenset[str]:
    """The codes of everything there is, of units also those not in force."""
    return frozenset(id_ for kind in KINDS for id_ in session.scalars(select(RECORDS[kind].c.id).distinct()))


def load_kind(session: Session, kind: str) -> Iterator[Any]:
    """The records of one kind in a stable order; of units all versions."""
    table = RECORDS[kind]
    lists = {field: _members(session, kind, field) for kind_, field in LISTS if kind_ == kind}
    for row in session.execute(select(table).order_by(*table.primary_key)).mappings():
        named = {field: members.get(row["id"], []) for field, members in lists.items()}
        yield from_plain(kind, {**row, **named})


def load_some(session: Session, kind: str, ids: Collection[str]) -> Iterator[Any]:
    """The records of one kind with these ids, as `load_kind` gives them."""
    table = RECORDS[kind]
    wanted = sorted(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        lists = {field: _members(session, kind, field, some) for kind_, field in LISTS if kind_ == kind}
        query = select(table).where(table.c.id.in_(some)).order_by(*table.primary_key)
        for row in session.execute(query).mappings():
            named = {field: members.get(row["id"], []) for field, members in lists.items()}
            yield from_plain(kind, {**row, **named})


def _members(
    session: Session, kind: str, field: str, owners: Sequence[str] | None = None
) -> Mapping[str, list[str]]:
    owner, position, member = LISTS[kind, field].columns
    query = select(owner, member).order_by(owner, position)
    found: dict[str, list[str]] = {}
    for id_, other in session.execute(query if owners is None else query.where(owner.in_(owners))):
        found.setdefault(id_, []).append(other)
    return found
