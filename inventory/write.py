"""Changes into tables, in batches. Constraints between tables are checked at commit, so the order is free.

Everything that takes time is done when the batches are made, before any transaction: statements are compiled for
their database and values are what its driver takes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import (
    JSON,
    Column,
    Dialect,
    Executable,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from inventory.changes import Change
from inventory.models import IDENTITIES, LISTS, RECORDS
from inventory.snapshot import KINDS, Record

# What a driver takes as it is.
Plain: TypeAlias = str | int | float | bool | None
# A parameter of a statement by its name, and the column that says its type.
Parameters: TypeAlias = Mapping[str, Column[Any]]


@dataclass(frozen=True, slots=True)
class Batch:
    """One statement in the words of a database's driver, and the values of each time it is to be carried out."""

    statement: str
    rows: tuple[tuple[Plain, ...], ...]


def execute(session: Session, batches: Iterable[Batch]) -> None:
    """Carry the batches out in order."""
    connection = session.connection()
    for batch in batches:
        if batch.rows:
            connection.exec_driver_sql(batch.statement, list(batch.rows))


def write(session: Session, changes: Sequence[Change]) -> None:
    """Make the tables hold what the changes say, without change set or event."""
    execute(session, tuple(batches(changes, session.get_bind().dialect)))


def batches(changes: Sequence[Change], dialect: Dialect) -> Iterator[Batch]:
    """What makes the tables hold what the changes say; the caller has seen that they fit what is there."""
    for kind in KINDS:
        of_kind = [change for change in changes if change.kind == kind]
        if of_kind:
            yield from _records(kind, of_kind, dialect)
            yield from _lists(kind, of_kind, dialect)
            yield from _identities(kind, dialect)


def batch(
    statement: Executable, parameters: Parameters, rows: Sequence[Sequence[object]], dialect: Dialect
) -> Batch:
    """A statement with the values of its parameters, given in the order of `parameters`."""
    # Drivers take values by place; PostgreSQL's has names too, which would have to be repeated in every row.
    positional = dialect.paramstyle == "qmark"
    worded = dialect if positional else type(dialect)(paramstyle="format")  # type: ignore[call-arg]  # theirs is untyped
    compiled = statement.compile(dialect=worded)  # type: ignore[attr-defined]  # not in the protocol
    names = list(parameters)
    order = [names.index(name) for name in compiled.positiontup or ()]
    as_json = [isinstance(parameters[names[place]].type, JSON) for place in order]
    made = tuple(
        tuple(_plain(row[place], json_) for place, json_ in zip(order, as_json, strict=True)) for row in rows
    )
    return Batch(str(compiled), made)


def _plain(value: Any, as_json: bool) -> Plain:  # noqa: ANN401 - a field's value
    if as_json:
        return None if value is None else json.dumps(value, ensure_ascii=False)
    if isinstance(value, date):
        return value.isoformat()
    return value  # type: ignore[no-any-return]  # what else columns hold is plain


def inserted(table: Table, rows: Sequence[Mapping[str, object]], dialect: Dialect) -> Batch:
    """New rows of a table, all with the columns of the first."""
    names = list(rows[0]) if rows else []
    statement = insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in names})
    values = [[row[name] for name in names] for row in rows]
    return batch(statement, {name: table.c[name] for name in names}, values, dialect)


def _records(kind: str, changes: Sequence[Change], dialect: Dialect) -> Iterator[Batch]:
    table = RECORDS[kind]
    keys = [column.name for column in table.primary_key]
    names = [column.name for column in table.columns]
    here = and_(*(table.c[name] == bindparam(f"key_{name}", type_=table.c[name].type) for name in keys))
    of_keys = {f"key_{name}": table.c[name] for name in keys}
    gone = [_values(change.before, keys) for change in changes if change.after is None]
    yield batch(delete(table).where(here), of_keys, gone, dialect)
    new = [
        dict(zip(names, _values(change.after, names), strict=True))
        for change in changes
        if change.before is None
    ]
    if new:
        yield inserted(table, new, dialect)
    yield from _updated(table, here, changes, dialect)


def _updated(table: Table, here: Any, changes: Sequence[Change], dialect: Dialect) -> Iterator[Batch]:  # noqa: ANN401
    keys = [column.name for column in table.primary_key]
    others = [column.name for column in table.columns if column.name not in keys]
    kept = [change.after for change in changes if change.before is not None and change.after is not None]
    if kept:
        given = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in others}
        parameters = {
            **{f"key_{name}": table.c[name] for name in keys},
            **{f"new_{name}": table.c[name] for name in others},
        }
        rows = [_values(record, [*keys, *others]) for record in kept]
        yield batch(update(table).where(here).values(given), parameters, rows, dialect)


def _lists(kind: str, changes: Sequence[Change], dialect: Dialect) -> Iterator[Batch]:
    for (kind_, field), table in LISTS.items():
        if kind_ == kind:
            owner, position, member = table.columns
            ids = [[change.id] for change in changes if change.before is not None]
            whose = owner == bindparam("owner_id", type_=owner.type)
            yield batch(delete(table).where(whose), {"owner_id": owner}, ids, dialect)
            rows = [
                {owner.name: change.id, position.name: place, member.name: other}
                for change in changes
                for place, other in enumerate(getattr(change.after, field, ()))
            ]
            yield inserted(table, rows, dialect) if rows else Batch("", ())


def _identities(kind: str, dialect: Dialect) -> Iterator[Batch]:
    """A unit has an identity as long as it has a version."""
    if kind in IDENTITIES:
        identity, versions = IDENTITIES[kind], RECORDS[kind]
        unknown = select(versions.c.id).distinct().where(versions.c.id.not_in(select(identity.c.id)))
        yield batch(insert(identity).from_select(["id"], unknown), {}, [()], dialect)
        yield batch(delete(identity).where(identity.c.id.not_in(select(versions.c.id))), {}, [()], dialect)


def _values(record: Record | Any, names: Sequence[str]) -> list[object]:  # noqa: ANN401
    held = {f.name: getattr(record, f.name) for f in fields(record)}
    return [list(value) if isinstance(value := held[name], tuple) else value for name in names]
