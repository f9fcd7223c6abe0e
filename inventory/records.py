"""Records as plain data: for the rows of the database and for the before and after of events. Pure."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from inventory.snapshot import KINDS, CellType, Record, cells


def to_plain(record: Record) -> dict[str, Any]:
    """A record as JSON can hold it: dates as ISO texts, tuples as lists."""
    return {f.name: _plain(getattr(record, f.name)) for f in fields(record)}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a field's value
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def from_plain(kind: str, data: Mapping[str, Any]) -> Record:
    """The record again; fields it has lost since are ignored, those it has gained take their defaults."""
    values = {field: _value(cell.type, data[field]) for field, cell in cells(kind).items() if field in data}
    return KINDS[kind](**values)


def _value(type_: CellType, value: Any) -> Any:  # noqa: ANN401 - a field's value
    if isinstance(value, str) and type_ is CellType.DATE:
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value
