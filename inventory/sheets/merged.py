"""Merged cells: a value that stands once and is meant for every cell it covers. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

RawCell: TypeAlias = str | int | float | bool | None
# Top, left, bottom, right, from 0.
Span: TypeAlias = tuple[int, int, int, int]

# Headings do not reach over more rows.
_HEADING_ROWS = 5


@dataclass(frozen=True, slots=True)
class Carried:
    """How many values were carried, and the first of them with its place from 0."""

    spans: int
    row: int
    column: int
    value: RawCell


def carried_down(
    rows: Sequence[Sequence[RawCell]], merged: Sequence[Span], start: int
) -> tuple[Sequence[Sequence[RawCell]], Carried | None]:
    """The rows with merged values in every row that they cover below row `start` (from 0), and what was carried.

    Only downwards: what is merged across is a title, and its value belongs to its first column.
    """
    spans = [span for span in merged if span[0] >= start and span[2] > span[0] and _value(rows, span) != ""]
    if not spans:
        return rows, None
    longer: dict[int, list[RawCell]] = {}
    for top, left, bottom, _ in _apart(spans):
        for place in range(top + 1, min(bottom, len(rows) - 1) + 1):
            row = longer.setdefault(place, list(rows[place]))
            row += [None] * (left + 1 - len(row))
            row[left] = rows[top][left]
    filled = [longer.get(place, row) for place, row in enumerate(rows)]
    top, left = spans[0][:2]
    return filled, Carried(len(spans), top, left, rows[top][left])


def _apart(spans: Sequence[Span]) -> Iterator[Span]:
    """Spans that do not overlap, column by column: no program makes others, and they would take time without end."""
    last: dict[int, int] = {}
    for span in sorted(spans):
        top, left, bottom, _ = span
        if top > last.get(left, -1):
            last[left] = bottom
            yield span


def carried_across(rows: Sequence[Sequence[RawCell]], merged: Sequence[Span]) -> Sequence[Sequence[RawCell]]:
    """The rows with merged values in every cell that they cover: of headings of several rows."""
    filled = list(rows)
    widest = max(map(len, rows), default=0)
    for span in merged:
        top, left, bottom, far = span
        right = min(far, widest - 1)
        for place in range(top, min(bottom, top + _HEADING_ROWS, len(rows) - 1) + 1):
            row = [*filled[place], *[None] * (right + 1 - len(filled[place]))]
            row[left : right + 1] = [_value(rows, span)] * (right + 1 - left)
            filled[place] = row
    return filled


def _value(rows: Sequence[Sequence[RawCell]], span: Span) -> RawCell:
    row = rows[span[0]] if span[0] < len(rows) else ()
    return row[span[1]] if span[1] < len(row) and row[span[1]] is not None else ""
