"""What travels between a client, the daemon and the process that proposes: rows, orders, reports, batches. Pure.

Rows and reports travel in parts, each a line of JSON of bounded length, so that nobody has to hold or read all of a
large file at once.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import islice
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from inventory.apply import Prepared
from inventory.changes import Reject
from inventory.incoming import IncomingRow
from inventory.problems import Problem
from inventory.write import Batch
from netwatch.commands import ImportOrder, ImportReport, RowChange
from netwatch.control.wire import plain

# Rows, changes or values of a statement in one part: some hundred kilobytes.
ROWS_OF_A_PART = 1000
_PARTS: Mapping[str, TypeAdapter[Any]] = {
    "changes": TypeAdapter(tuple[RowChange, ...]),
    "problems": TypeAdapter(tuple[Problem, ...]),
    "rejects": TypeAdapter(tuple[Reject, ...]),
}
_ORDER: TypeAdapter[ImportOrder] = TypeAdapter(ImportOrder)

Item = TypeVar("Item")


class NotUnderstood(ValueError):  # noqa: N818 - it says what is the case
    """A part is not of the form agreed on."""


def parts_of(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items, so many at a time."""
    rest = iter(items)
    while some := list(islice(rest, ROWS_OF_A_PART)):
        yield some


def rows_to_line(rows: Sequence[IncomingRow]) -> str:
    """Rows as one line."""
    return json.dumps(
        [[row.kind, row.sheet, row.number, dict(row.cells)] for row in rows], ensure_ascii=False
    )


def rows_from_line(line: str | bytes) -> Iterator[IncomingRow]:
    """The rows of a line; raises NotUnderstood."""
    try:
        for kind, sheet, number, cells in json.loads(line):
            known = isinstance(kind, str) and isinstance(sheet, str) and isinstance(number, int)
            if not known or not all(isinstance(text, str) for pair in cells.items() for text in pair):
                raise NotUnderstood("a row of another form")
            yield IncomingRow(kind, sheet, number, cells)
    except (TypeError, AttributeError, RecursionError, ValueError) as fault:
        raise NotUnderstood(str(fault)[:100]) from None


def order_to_json(order: ImportOrder) -> Mapping[str, object]:
    """An order without its rows, which travel by themselves."""
    bare = replace(order, rows=())
    return {field.name: plain(getattr(bare, field.name)) for field in fields(bare)}


def order_from_json(content: Mapping[str, object], rows: tuple[IncomingRow, ...]) -> ImportOrder:
    """The order with its rows again."""
    return replace(_ORDER.validate_python(content), rows=rows)


def report_to_lines(report: ImportReport) -> Iterator[str]:
    """The long parts of a report, a line each: [name, [items]]."""
    for name in _PARTS:
        for some in parts_of(getattr(report, name)):
            yield json.dumps([name, plain(some)], ensure_ascii=False)


def without_parts(report: ImportReport) -> ImportReport:
    """The report whose long parts travel by themselves."""
    return replace(report, changes=(), problems=(), rejects=())


def report_from_lines(report: ImportReport, lines: Iterable[str | bytes]) -> ImportReport:
    """The report with its long parts again; raises NotUnderstood."""
    found: dict[str, list[Any]] = {name: [] for name in _PARTS}
    try:
        for line in lines:
            name, items = json.loads(line)
            found[name] += _PARTS[name].validate_python(items)
    except (ValidationError, TypeError, LookupError, ValueError) as fault:
        raise NotUnderstood(str(fault)[:100]) from None
    return replace(
        report,
        changes=tuple(found["changes"]),
        problems=tuple(found["problems"]),
        rejects=tuple(found["rejects"]),
    )


def batches_to_lines(prepared: Prepared) -> Iterator[str]:
    """The statements, a line for so many rows of each: [statement, [rows]]."""
    for batch in prepared.batches:
        for some in parts_of(batch.rows):
            yield json.dumps([batch.statement, some], ensure_ascii=False)


def batches_from_lines(lines: Iterable[str | bytes]) -> Iterator[Batch]:
    """The statements again, one at a time."""
    for line in lines:
        statement, rows = json.loads(line)
        yield Batch(statement, tuple(map(tuple, rows)))
