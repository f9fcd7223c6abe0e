"""The inventory of record, read into frozen records. No row leaves this file."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Date, Text, cast, func, select, type_coerce
from sqlalchemy.orm import Session

from inventory.models import CHANGE_SET, LISTS, RECORDS
from inventory.records import from_rows
from inventory.snapshot import KINDS, Inventory, cells, gather

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


def load_kind(session: Session, kind: str, without: Collection[str] = frozenset()) -> Iterator[Any]:
    """The records of one kind in a stable order, all but those `without`; of units all versions."""
    yield from _selected(session, kind, (), without)


def load_newest(
    session: Session, on: date, without: Collection[str], later: ColumnElement[bool] | None = None
) -> Iterator[Any]:
    """The statements, as `load_kind` gives them, but of each agency and subject only the newest on or before a date.

    Only the newest ever holds, even when it has run out. Those for which `later` is true are as if they were not there.
    """
    column = RECORDS["statement"].c
    newest_first = (column.on.desc(), column.id.desc())
    place = func.row_number().over(
        partition_by=(column.organisation_unit, column.subject), order_by=newest_first
    )
    ranked = select(column.id, place.label("place")).where(column.on <= on)
    if later is not None:
        ranked = ranked.where(~later)
    found = ranked.subquery()
    first = column.id.in_(select(found.c.id).where(found.c.place == 1))
    yield from _selected(session, "statement", (first,), without)


def load_some(session: Session, kind: str, ids: Collection[str]) -> Iterator[Any]:
    """The records of one kind with these ids, as `load_kind` gives them."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        yield from _selected(session, kind, (RECORDS[kind].c.id.in_(some),), frozenset(), some)


def _selected(
    session: Session,
    kind: str,
    conditions: Iterable[ColumnElement[bool]],
    without: Collection[str],
    owners: Sequence[str] | None = None,
) -> Iterator[Any]:
    table = RECORDS[kind]
    lists = {field: _members(session, kind, field, owners) for kind_, field in LISTS if kind_ == kind}
    names = [name for name in cells(kind) if name not in lists]
    query = select(*(_raw(table.c[name]) for name in names)).where(*conditions).order_by(*table.primary_key)
    here = names.index("id")
    rows = (row for row in session.execute(query) if row[here] not in without)
    return from_rows(kind, names, rows, lambda field, id_: lists[field].get(id_, ()))


def _raw(column: Column[Any]) -> ColumnElement[Any]:
    """A column as the database has it, where reading each value by itself would cost more than knowing them."""
    if isinstance(column.type, JSON):
        return cast(column, Text)
    return type_coerce(column, Text) if isinstance(column.type, Date) else column


def _members(
    session: Session, kind: str, field: str, owners: Sequence[str] | None = None
) -> Mapping[str, list[str]]:
    owner, position, member = LISTS[kind, field].columns
    query = select(owner, member).order_by(owner, position)
    found: dict[str, list[str]] = {}
    for id_, other in session.execute(query if owners is None else query.where(owner.in_(owners))):
        found.setdefault(id_, []).append(other)
    return found
