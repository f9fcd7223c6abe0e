"""Records as plain data: for the rows of the database and for the before and after of events. Pure."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


def from_rows(
    kind: str, names: Sequence[str], rows: Iterable[Sequence[Any]], whole: Callable[[str, str], Iterable[str]]
) -> Iterator[Record]:
    """Records of a kind out of rows of these columns, in which lists are JSON texts and dates are dates or ISO texts.

    Fields that have no column are lists, which `whole` gives by field and id. Equal values become the same object:
    a large inventory has millions of fields, and few different values among them.
    """
    made: Any = KINDS[kind]
    known = _readers(kind, names)
    apart = [field for field in _LISTS[kind] if field not in names]
    here = names.index("id")
    # A frozen record's own way of being made takes twice as long, and here are hundreds of thousands.
    put = [getattr(made, name).__set__ for name in (*names, *apart)]
    assert len(put) == len(fields(made)), f"every field of a {kind} must be given"
    for row in rows:
        values = list(row)
        for place, read in known:
            values[place] = read[values[place]]
        values += [tuple(whole(field, values[here])) for field in apart]
        record = object.__new__(made)
        for put_one, value in zip(put, values, strict=True):
            put_one(record, value)
        yield record


class _Known(dict[Any, Any]):
    """What was read before, so that each value is read and held once."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__({None: None})
        self._read = read

    def __missing__(self, key: Any) -> Any:  # noqa: ANN401 - a column's value
        value = self[key] = self._read(key)
        return value


def _readers(kind: str, names: Sequence[str]) -> Sequence[tuple[int, _Known]]:
    """By place of the column, for those whose values are not held as the row has them, or that repeat."""
    lists, dates, texts = _Known(_tuple_of), _Known(_date_of), _Known(str)
    found = [(place, lists) for place, name in enumerate(names) if name in _LISTS[kind]]
    found += [(place, dates) for place, name in enumerate(names) if name in _DATES[kind]]
    return found + [(place, texts) for place, name in enumerate(names) if name in _REPEATING[kind]]


def _tuple_of(text: str) -> tuple[Any, ...]:
    return tuple(json.loads(text))


def _date_of(value: str | date) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _of_types(*types: CellType) -> Mapping[str, tuple[str, ...]]:
    return {kind: tuple(field for field, cell in cells(kind).items() if cell.type in types) for kind in KINDS}


# Only these are held otherwise in plain data; an inventory has millions of fields.
_DATES = _of_types(CellType.DATE)
_LISTS = _of_types(CellType.CODES, CellType.TEXTS, CellType.PROTOCOLS)
# Texts of a few, or of whom the record is about: the same in many records.
_COMMON = frozenset({"vendor", "model", "provider", "person", "source", "routing_domain"})
_REPEATING = {
    kind: tuple(
        field
        for field, cell in cells(kind).items()
        if cell.type in (CellType.TEXT, CellType.CODE) and (cell.refers or cell.choices or field in _COMMON)
    )
    for kind in KINDS
}
