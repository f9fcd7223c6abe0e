"""The inventory of record, read into frozen records. No row leaves this file."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Date, Text, and_, cast, func, or_, select, type_coerce
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


# Kinds of which newer records take the place of older ones.
SUPERSEDING = ("statement", "field_record")


def load_newest(
    session: Session, kind: str, on: date, without: Collection[str], untold: ColumnElement[bool] | None = None
) -> Iterator[Any]:
    """The records of a kind of `SUPERSEDING` on or before a date as `load_kind` gives them, without those superseded:
    of an agency and a subject all statements but the newest, which alone ever holds, even when it has run out; of an
    item all inspections with a result but the newest, unless they tell of an indicator too.

    Those for which `untold` is true are as if they were not there.
    """
    column = RECORDS[kind].c
    here = column.on <= on if untold is None else and_(column.on <= on, ~untold)
    if kind == "statement":
        order = [column.on.desc()]
        wanted = _first(column.id, (column.organisation_unit, column.subject), order, here)
    else:
        plain = and_(column.kind == "inspection", column.result.is_not(None), column.indicator.is_(None))
        inspected = and_(here, column.kind == "inspection", column.result.is_not(None))
        order = [column.on.desc(), func.coalesce(column.at, "24:00").desc()]
        wanted = or_(~plain, _first(column.id, (column.item,), order, inspected))
    yield from _selected(session, kind, (column.on <= on, wanted), without)


def _first(
    id_: Column[str], group: Sequence[Column[Any]], order: Sequence[Any], condition: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether a record is the first of its group, or as good as the first, among those for which something holds."""
    place = func.rank().over(partition_by=group, order_by=order)
    ranked = select(id_, place.label("place")).where(condition).subquery()
    return id_.in_(select(ranked.c.id).where(ranked.c.place == 1))


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
