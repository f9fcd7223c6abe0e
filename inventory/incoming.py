"""Rows from outside, read strictly: every cell becomes a value or a problem that says where and what is allowed.

A blank cell leaves the value as it is, '-' clears it. Values are only believed after `inventory.rules` has seen the
whole inventory they lead to.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from inventory.cells import CLEAR, MAX_CODE, Clear, Value, read_cell, text_of
from inventory.faults import CellFault, shortened
from inventory.problems import Problem
from inventory.snapshot import KINDS, Record, cells, kind_of
from inventory.texts import clean

__all__ = ["CLEAR", "CellFault", "IncomingRow", "ReadRow", "cells_of", "read_cell", "read_row", "text_of"]


@dataclass(frozen=True, slots=True)
class IncomingRow:
    """One row as found: texts by field name; `number` is the row's number as its reader sees it."""

    kind: str
    sheet: str
    number: int
    cells: Mapping[str, str]

    def problem(
        self, code: str, column: str | None = None, *, entity: str | None = None, **params: object
    ) -> Problem:
        """A problem of this row."""
        texts = {name: shortened(str(value)) for name, value in params.items()}
        return Problem(code, MappingProxyType(texts), self.kind, entity, self.sheet, self.number, column)


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row whose cells could be read: the values it states by field, without the id; CLEAR where it says '-'."""

    row: IncomingRow
    id: str
    values: Mapping[str, Value | Clear]


def is_blank(row: IncomingRow) -> bool:
    """Whether no cell of it says anything."""
    return not any(clean(text) for text in row.cells.values())


def read_row(row: IncomingRow) -> tuple[ReadRow | None, tuple[Problem, ...]]:
    """The values of a row; None with the reasons when any cell cannot be read or the row has no id."""
    if row.kind not in KINDS:
        return None, (row.problem("unknown_kind", value=row.kind, allowed=", ".join(KINDS)),)
    values: dict[str, Value | Clear] = {}
    problems: list[Problem] = []
    for field, text in row.cells.items():
        try:
            value = _value(row.kind, field, text)
        except CellFault as fault:
            problems.append(row.problem(fault.code, field, entity=stated_id(row), **fault.params))
        else:
            values.update({field: value} if value is not None else {})
    id_ = values.pop("id", None) or _minted(row.kind, values)
    if not isinstance(id_, str) and not any(problem.column == "id" for problem in problems):
        problems.append(row.problem("id_missing", "id"))
    if problems:
        return None, tuple(problems)
    return ReadRow(row, str(id_), MappingProxyType(values)), ()


def stated_id(row: IncomingRow) -> str | None:
    """The id a row speaks of, as far as it can be told without believing its cells."""
    given = {
        field: clean(row.cells.get(field, ""))
        for field in ("id", "device", "name", "item", "kind", "on", "at")
    }
    return shortened(given["id"], MAX_CODE) or _minted(row.kind, given)


def _value(kind: str, field: str, text: str) -> Value | Clear | None:
    known = cells(kind)
    if field not in known:
        near = difflib.get_close_matches(field, list(known), n=1)
        raise CellFault("unknown_column", value=field, allowed=", ".join(near or known))
    value = read_cell(kind, field, text)
    if value is CLEAR and known[field].required:
        raise CellFault("cannot_clear")
    return value


def _minted(kind: str, values: Mapping[str, Any]) -> str | None:
    """An interface is known by its device and ifName, a field record by its item, kind and moment.

    So their ids may be left out: they follow from these.
    """
    if kind == "field_record":
        return minted_record_id(values.get("item"), values.get("kind"), values.get("on"), values.get("at"))
    device, name = values.get("device"), values.get("name")
    if kind == "interface" and isinstance(device, str) and isinstance(name, str):
        minted = f"{device}:{quote(name, safe='/:.-_')}"
        return minted if len(minted) <= MAX_CODE else None
    return None


def minted_record_id(item: object, kind: object, on: object, at: object) -> str | None:
    """The id of a field record that was given none, such as 'CS-01/trip_test/2026-11-23T14:05'."""
    if not (item and kind and on) or any(value is CLEAR for value in (item, kind, on)):
        return None
    moment = f"{on}T{at}" if at and at is not CLEAR else f"{on}"
    minted = f"{item}/{kind}/{moment}"
    return minted if len(minted) <= MAX_CODE else None


def cells_of(record: Record, language: str | None = None) -> dict[str, str]:
    """The texts of a record by field, ready to be written; read back they give the same record."""
    kind = kind_of(record)
    return {field: text_of(kind, field, getattr(record, field), language) for field in cells(kind)}
