"""Proposes a layout for a workbook nobody has described yet, by its headings and what stands below them. Pure.

A person looks it through: what could not be told stands in it as remarks.
"""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inventory.cells import read_cell
from inventory.faults import CellFault
from inventory.labels import known_choices
from inventory.sheets.columns import Language, Sheet, sheets
from inventory.sheets.headings import known_headings, known_sheets
from inventory.sheets.layout_reading import headings_of
from inventory.sheets.layout_templates import said
from inventory.sheets.merged import RawCell
from inventory.sheets.tables import Table, is_skipped_heading, letter, text_of_cell
from inventory.snapshot import CellType
from inventory.texts import fold

_ROWS_SEARCHED, _SAMPLES = 20, 30
_CLOSE, _PART, _NEAR = 0.8, 0.72, 0.6
# Two choices as like as this cannot be told apart.
_APART = 0.03
# A heading that merely contains a known one of so many letters is like it.
_LONG_ENOUGH = 5
# Types that tell themselves by what a column holds.
_TELLING = (CellType.ADDRESS, CellType.DATE, CellType.BANDWIDTH)
_PREFIXES: Mapping[str, str] = {
    "site": "DD", "device": "TB", "line": "DT", "surge_protector": "CS", "asset": "TS", "contact": "LH",
    "organisation_unit": "CQ", "service": "DV", "sensor": "CB", "conferencing_endpoint": "DC",
}  # fmt: skip


# Rows that add up others, and tell nothing of what a column holds.
_TOTALS = ("tong", "cong")
_JOINT = " / "


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the proposal says beside its lines, in the language of whoever looks it through."""

    proposal: str = (
        "A proposal: look through every line. `netwatch import FILE --layout NAME --dry-run` tries it."
    )
    like: str = "like this heading, not the same"
    minted: str = "made up: nothing looks like a code"
    needed: str = "needed"
    words: str = "say what these words mean"
    left: str = "Not taken"


@dataclass(frozen=True, slots=True)
class _Guess:
    """A sheet taken for a kind: its heading rows from 1, and columns (from 0) by field with how sure that is."""

    kind: str
    heading_rows: tuple[int, ...]
    fields: Mapping[str, tuple[int, float]]

    @property
    def worth(self) -> float:
        """How well it fits."""
        return sum(sure for _, sure in self.fields.values())


def guess(tables: Sequence[Table], language: Language, remarks: Remarks | None = None) -> str:
    """The TOML text of a layout for these sheets; '' when no sheet looks like anything known."""
    said_ = remarks or Remarks()
    parts = [text for table in tables if (text := "\n".join(_sheet(table, language, said_)))]
    return "\n".join([f"# {said_.proposal}", "", *parts]) if parts else ""


def _sheet(table: Table, language: Language, remarks: Remarks) -> Iterator[str]:
    found = _best(table)
    if found is None:
        return
    headings = headings_of(table, found.heading_rows)
    rows = found.heading_rows
    yield "[[sheet]]"
    yield f"name = {_text(table.name)}"
    yield f"headings = {rows[0] if len(rows) == 1 else list(rows)}"
    yield 'skip = ["Tổng*", "Cộng*"]'
    yield ""
    yield "[[sheet.rows]]"
    yield f"of = {_text(found.kind)}"
    yield "[sheet.rows.fields]"
    yield from _fields(found, table, headings, language, remarks)
    taken = {place for place, _ in found.fields.values()}
    left = [text for place, text in enumerate(headings) if text and place not in taken]
    if left := [text for text in left if not is_skipped_heading(text)]:
        yield f"# {remarks.left}: {'; '.join(left)}"
    yield ""


def _fields(
    found: _Guess, table: Table, headings: Sequence[str], language: Language, remarks: Remarks
) -> Iterator[str]:
    sheet = sheets()[found.kind]
    for column in sheet.columns:
        if column.field in found.fields:
            place, sure = found.fields[column.field]
            template, unread = _template(sheet, column.field, table, place, found, headings)
            doubts = [remarks.like] if sure < 1 else []
            doubts += [f"{remarks.words}: {'; '.join(unread)}"] if unread else []
            yield f"{column.field} = {template}" + "".join(f"  # {doubt}" for doubt in doubts)
        elif column.field == "id":
            yield f"id = {_text(_minted(found, headings))}  # {remarks.minted}"
        elif column.cell.required:
            yield f"# {remarks.needed}: {column.field} = ...  ({column.heading[language]})"


def _template(
    sheet: Sheet, field: str, table: Table, place: int, found: _Guess, headings: Sequence[str]
) -> tuple[str, list[str]]:
    """The column's template (codes made of names, units for bare numbers, words for words), and the words left over."""
    cell = sheet.column(field).cell
    name = _hole(headings, place)
    samples = _samples(table, found.heading_rows, place)
    if cell.type in (CellType.CODE, CellType.CODES) and any(" " in text for text in samples):
        return _text(f"{{{name}|code}}"), []
    if cell.type is CellType.BANDWIDTH and any(_is_bare(text) for text in samples):
        return f'{{ from = {_text(f"{{{name}}}")}, unit = "Mbps" }}', []
    strange = sorted({text for text in samples if cell.choices and not _reads(sheet.kind, field, text)})
    near = {text: choice for text in strange if (choice := _near(sheet.kind, field, text))}
    if near:
        words = ", ".join(f"{_text(text)} = {_text(choice)}" for text, choice in near.items())
        template = f"{{ from = {_text(f'{{{name}}}')}, words = {{ {words} }} }}"
        return template, [text for text in strange if text not in near]
    return _text(f"{{{name}}}"), strange


def _near(kind: str, field: str, text: str) -> str:
    """The choice whose word in either language holds this one, or is most like it; '' for none, or where two are."""
    known, word = known_choices(kind, field), fold(text)
    likeness = {each: difflib.SequenceMatcher(None, word, each).ratio() for each in known}
    best = max(likeness.values(), default=0.0)
    found = {code for each, code in known.items() if word and word in each}
    found = found or {
        known[each] for each, ratio in likeness.items() if best >= _NEAR and ratio > best - _APART
    }
    return found.pop() if len(found) == 1 else ""


def _is_bare(text: str) -> bool:
    return text.replace(",", "").replace(".", "").isdigit()


def _reads(kind: str, field: str, text: str) -> bool:
    try:
        return read_cell(kind, field, text) is not None
    except CellFault:
        return False


def _minted(found: _Guess, headings: Sequence[str]) -> str:
    running = next((text for text in headings if fold(text) in ("stt", "tt", "sothutu", "no")), None)
    prefix = _PREFIXES.get(found.kind, found.kind[:2].upper())
    if running:
        return f"{prefix}-{{{running}|pad 3}}"
    name = found.fields.get("name")
    return f"{prefix}-{{{_hole(headings, name[0])}|code}}" if name else f"{prefix}-{{row}}"


def _hole(headings: Sequence[str], place: int) -> str:
    """What names a column: its heading where it is the only one of that text and fit for braces, else its letter."""
    text = headings[place].rpartition(_JOINT)[2]
    alone = sum(fold(other.rpartition(_JOINT)[2]) == fold(text) for other in headings) == 1
    return text if alone and not set(text) & set("{}|") else f"={letter(place + 1)}"


def _best(table: Table) -> _Guess | None:
    named = known_sheets().get(fold(table.name))
    guesses = [
        made
        for row in range(1, min(_ROWS_SEARCHED, len(table.rows)) + 1)
        for kind in ([named] if named else sheets())
        if (made := _guessed(table, kind, row)) is not None
    ]
    return max(guesses, key=lambda made: made.worth, default=None)


def _guessed(table: Table, kind: str, row: int) -> _Guess | None:
    rows = _heading_rows(table, row)
    texts = [fold(text.rpartition(_JOINT)[2]) for text in headings_of(table, rows)]
    if sum(bool(text) and not text.isdigit() for text in texts) < 2:
        return None
    found: dict[str, tuple[int, float]] = {}
    for place, text in enumerate(texts):
        field, sure = _field_like(kind, text)
        if field and sure > found.get(field, (0, 0.0))[1]:
            found[field] = (place, sure)
    if not any(sure >= 1 for _, sure in found.values()):
        return None
    guessed = _Guess(kind, rows, found)
    return _Guess(kind, rows, {**_told_by_values(table, guessed), **found})


def _heading_rows(table: Table, row: int) -> tuple[int, ...]:
    """The row, with the one above it where cells are merged over both: a heading of two rows."""
    both = any(top == row - 2 and bottom == row - 1 for top, _, bottom, _ in table.merged)
    return (row - 1, row) if both else (row,)


def _field_like(kind: str, heading: str) -> tuple[str, float]:
    """The field whose heading is most like this one, with 1 for the same; '' for none."""
    known = known_headings(kind)
    if not heading or heading in known:
        return known.get(heading, ""), 1.0
    within = [name for name in known if len(name) >= _LONG_ENOUGH and (name in heading or heading in name)]
    if within and len(heading) >= _LONG_ENOUGH:
        return known[max(within, key=len)], _PART
    near = difflib.get_close_matches(heading[:100], list(known), n=1, cutoff=_CLOSE)
    return (known[near[0]], _PART) if near else ("", 0.0)


def _told_by_values(table: Table, found: _Guess) -> dict[str, tuple[int, float]]:
    """Columns whose values are addresses, dates or bandwidths, for fields of that type that no heading told."""
    taken = {place for place, _ in found.fields.values()}
    told: dict[str, tuple[int, float]] = {}
    open_ = [
        column for column in sheets()[found.kind].columns
        if column.field not in found.fields and column.cell.type in _TELLING
    ]  # fmt: skip
    for place in range(len(table.rows[found.heading_rows[-1] - 1])):
        samples = [] if place in taken else _samples(table, found.heading_rows, place)
        for column in open_:
            if samples and all(_reads(found.kind, column.field, text) for text in samples):
                told.setdefault(column.field, (place, _PART))
                break
    return told


def _samples(table: Table, heading_rows: Sequence[int], place: int) -> list[str]:
    rows = table.rows[heading_rows[-1] : heading_rows[-1] + _SAMPLES]
    texts = [said(text_of_cell(row[place])) for row in rows if place < len(row) and not _adds_up(row)]
    return [text for text in texts if text]


def _adds_up(row: Sequence[RawCell]) -> bool:
    """Whether a row is one of totals, by what it begins with."""
    first = next((fold(text) for cell in row if (text := text_of_cell(cell))), "")
    return first.startswith(_TOTALS)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
