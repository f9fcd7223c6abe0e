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
    values = {field: data[field] for field in cells(kind) if field in data}
    for field in _DATES[kind]:
        if isinstance(values.get(field), str):
            values[field] = date.fromisoformat(values[field])
    for field in _LISTS[kind]:
        if isinstance(values.get(field), list):
            values[field] = tuple(values[field])
    return KINDS[kind](**values)


def _of_types(*types: CellType) -> Mapping[str, tuple[str, ...]]:
    return {kind: tuple(field for field, cell in cells(kind).items() if cell.type in types) for kind in KINDS}


# Only these are held otherwise in plain data; an inventory has millions of fields.
_DATES = _of_types(CellType.DATE)
_LISTS = _of_types(CellType.CODES, CellType.TEXTS, CellType.PROTOCOLS)
