"""Changes into tables, in batches. Constraints between tables are checked at commit, so the order is free."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import BindParameter, Executable, and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from inventory.changes import Change
from inventory.models import IDENTITIES, LISTS, RECORDS
from inventory.snapshot import KINDS, Record


def write(session: Session, changes: Sequence[Change]) -> None:
    """Make the tables hold what the changes say; the caller has seen that they fit what is there."""
    for kind in KINDS:
        of_kind = [change for change in changes if change.kind == kind]
        if of_kind:
            _write_records(session, kind, of_kind)
            _write_lists(session, kind, of_kind)
            _write_identities(session, kind)


def _write_records(session: Session, kind: str, changes: Sequence[Change]) -> None:
    table = RECORDS[kind]
    keys = [column.name for column in table.primary_key]
    others = [column.name for column in table.columns if column.name not in keys]
    here = and_(*(table.c[name] == bindparam(f"key_{name}") for name in keys))
    given: dict[str, BindParameter[Any]] = {name: bindparam(f"new_{name}") for name in others}
    gone = [_row(change.before, keys, "key_") for change in changes if change.after is None]
    new = [_row(change.after, (*keys, *others)) for change in changes if change.before is None]
    kept = [change.after for change in changes if change.before is not None and change.after is not None]
    _execute(session, delete(table).where(here), gone)
    _execute(session, insert(table), new)
    _execute(
        session,
        update(table).where(here).values(given),
        [_row(r, keys, "key_") | _row(r, others, "new_") for r in kept],
    )


def _write_lists(session: Session, kind: str, changes: Sequence[Change]) -> None:
    for (kind_, field), table in LISTS.items():
        if kind_ == kind:
            owner, position, member = table.columns
            ids = [{"owner_id": change.id} for change in changes if change.before is not None]
            rows = [
                {owner.name: change.id, position.name: place, member.name: other}
                for change in changes
                for place, other in enumerate(getattr(change.after, field, ()))
            ]
            _execute(session, delete(table).where(owner == bindparam("owner_id")), ids)
            _execute(session, insert(table), rows)


def _write_identities(session: Session, kind: str) -> None:
    """A unit has an identity as long as it has a version."""
    if kind in IDENTITIES:
        identity, versions = IDENTITIES[kind], RECORDS[kind]
        unknown = select(versions.c.id).distinct().where(versions.c.id.not_in(select(identity.c.id)))
        session.execute(insert(identity).from_select(["id"], unknown))
        session.execute(delete(identity).where(identity.c.id.not_in(select(versions.c.id))))


def _row(record: Record | Any, names: Sequence[str], prefix: str = "") -> dict[str, Any]:  # noqa: ANN401
    values: Mapping[str, Any] = {f.name: getattr(record, f.name) for f in fields(record)}
    return {
        prefix + name: list(value) if isinstance(value := values[name], tuple) else value for name in names
    }


def _execute(session: Session, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(statement, list(rows))
