"""Reads somebody's workbook by a layout: the same rows that our own sheets would have given.

`rows_by` is pure; `read_by` opens the file first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from inventory.faults import CellFault
from inventory.incoming import IncomingRow
from inventory.problems import Problem, Severity
from inventory.quantities import read_number
from inventory.sheets.columns import LANGUAGES
from inventory.sheets.layout_templates import said
from inventory.sheets.layouts import Layout, Mapped, RowLayout, SheetLayout, like
from inventory.sheets.limits import DEFAULT_LIMITS, Limits
from inventory.sheets.merged import carried_across, carried_down
from inventory.sheets.reading import Format, Reading, cells_of_file
from inventory.sheets.tables import Table, letter, merged_told, problem, text_of_cell
from inventory.sheets.xlsx_layout import LISTS_SHEET, instructions_sheet
from inventory.texts import clean, fold

_ROWS_SEARCHED = 20
_MOST_TOLD = 20
_JOINT = " / "
# What every template may name beside columns.
_OWN = ("row", "sheet")


def read_by(layout: Layout, path: Path, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """Read a workbook or a CSV file by a layout. Never raises: each fault is a problem with sheet, row and column."""
    cells = cells_of_file(path, limits)
    if cells.fault:
        return Reading((), (cells.fault,), (), None, False)
    found = rows_by(layout, cells.tables)
    format_: Format = "csv" if path.suffix.lower() in (".csv", ".txt") else "xlsx"
    return Reading(found.rows, (*cells.notes, *found.problems), (), format_, False)


@dataclass(frozen=True, slots=True)
class Found:
    """What a layout makes of tables."""

    rows: tuple[IncomingRow, ...]
    problems: tuple[Problem, ...]


def rows_by(layout: Layout, tables: Sequence[Table]) -> Found:
    """The rows that a layout makes of the sheets of a file."""
    rows: list[IncomingRow] = []
    problems: list[Problem] = []
    meant: set[int] = set()
    for sheet in layout.sheets:
        of_sheet = [place for place, table in enumerate(tables) if sheet.means(table.name, place + 1)]
        if not of_sheet:
            names = ", ".join(table.name for table in tables)[:300]
            problems.append(problem("layout_no_sheet", line=sheet.line, known=names))
        for place in of_sheet:
            meant.add(place)
            found = _Sheet(sheet, tables[place]).read()
            rows += found.rows
            problems += [replace(each, sheet=tables[place].name) for each in found.problems]
    problems += [
        _left_alone(table) for place, table in enumerate(tables) if place not in meant and table.rows
    ]
    return Found(tuple(once(rows)), tuple(problems))


def _left_alone(table: Table) -> Problem:
    return replace(problem("layout_sheet_left", severity=Severity.WARNING), sheet=table.name[:80])


def once(rows: Iterable[IncomingRow]) -> Iterator[IncomingRow]:
    """Rows that speak of the same record without contradiction as one, where it was first spoken of."""
    found: dict[tuple[str, str, str], IncomingRow] = {}
    for row in rows:
        key = (row.kind, fold(row.cells.get("id", "")), row.cells.get("valid_from", ""))
        first = found.get(key) if key[1] else None
        shared = first.cells.keys() & row.cells.keys() if first else ()
        if first and all(first.cells[name] == row.cells[name] for name in shared):
            found[key] = replace(first, cells=MappingProxyType({**row.cells, **first.cells}))
        else:
            found[key if key[1] and not first else (row.kind, row.sheet, str(row.number))] = row
    yield from found.values()


@dataclass(slots=True)
class _Sheet:
    """One sheet being read by its layout."""

    layout: SheetLayout
    table: Table
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> Found:
        heading_rows = self.layout.headings or self._sought()
        if not heading_rows or heading_rows[-1] > len(self.table.rows):
            code = "layout_headings_nowhere"
            return Found((), (problem(code, line=self.layout.line, names=", ".join(self._named())[:300]),))
        columns = self._columns(heading_rows)
        if any(each.is_error for each in self.problems):
            return Found((), tuple(self.problems))
        return Found(tuple(self._rows(heading_rows, columns)), tuple(self.problems))

    def _mapped(self) -> Iterator[Mapped]:
        yield from self.layout.values.values()
        for rows in self.layout.rows:
            yield from (*([rows.need] if rows.need else []), *rows.fields.values())

    def _named(self) -> dict[str, int]:
        """The columns that the layout names, with the line that does first."""
        own = {*_OWN, self.layout.section, *self.layout.values}
        found: dict[str, int] = {}
        for mapped in self._mapped():
            for hole in mapped.template.holes:
                if hole.name not in own:
                    found.setdefault(hole.name, mapped.line)
        return found

    def _sought(self) -> tuple[int, ...]:
        """The row, among the first, in which most of the named headings stand."""
        wanted = {fold(name) for name in self._named() if not name.startswith("=")}
        if not wanted:
            return (1,)
        met = [
            len(wanted & {fold(text_of_cell(cell)) for cell in row})
            for row in self.table.rows[:_ROWS_SEARCHED]
        ]
        return (met.index(max(met)) + 1,) if any(met) else ()

    def _columns(self, heading_rows: Sequence[int]) -> Mapping[str, int]:
        """Every named column's place from 0; what cannot be found becomes a problem."""
        texts = headings_of(self.table, heading_rows)
        found: dict[str, int] = {}
        for name, line in self._named().items():
            if name.startswith("="):
                place = _place_of(name[1:])
                if place is None:
                    self._told("layout_letter", line, heading_rows, name=name)
                else:
                    found[name] = place
                continue
            places = [place for place, text in enumerate(texts) if fold(text) == fold(name)] or [
                place for place, text in enumerate(texts) if fold(text.split(_JOINT)[-1]) == fold(name)
            ]
            if len(places) == 1:
                found[name] = places[0]
            else:
                code = "layout_heading_twice" if places else "layout_heading"
                letters = ", ".join(letter(place + 1) for place in places)
                known = ", ".join(text for text in texts if text)[:300]
                self._told(code, line, heading_rows, name=name, known=known, columns=letters)
        return found

    def _told(self, code: str, line: int, heading_rows: Sequence[int], **params: str) -> None:
        texts = {"line": str(line), **params}
        self.problems.append(Problem(code, texts, sheet=self.table.name, row=heading_rows[-1]))

    def _rows(self, heading_rows: Sequence[int], columns: Mapping[str, int]) -> Iterator[IncomingRow]:
        start = heading_rows[-1]
        headings = [fold(text) for text in headings_of(self.table, heading_rows[-1:])]
        cells, carried = carried_down(self.table.rows, self.table.merged, start)
        self.problems += merged_told(carried)
        wide = self._wide()
        skipped: list[int] = []
        section = ""
        for number, row in enumerate(self.table.rows[start:], start=start + 1):
            texts = [said(text_of_cell(cell)) for cell in row]
            filled = [text for text in texts if text]
            if not filled:
                continue
            if self._is_section(filled, wide.get(number - 1, 0) * 2 > len(row)):
                section = filled[0]
            elif self._is_skipped(filled) or _repeats(texts, headings, number - start):
                skipped.append(number)
            else:
                whole = [said(text_of_cell(cell)) for cell in cells[number - 1]]
                yield from self._made(number, whole, columns, section)
        if skipped:
            self.problems.append(_skipped(skipped))

    def _is_section(self, filled: Sequence[str], spanned: bool) -> bool:
        likes = self.layout.section_like
        alone = len(set(filled)) == 1 or spanned
        return (
            bool(self.layout.section) and alone and (not likes or any(like(filled[0], one) for one in likes))
        )

    def _wide(self) -> Mapping[int, int]:
        """The width of the widest merged cell within a row, by rows from 0."""
        found: dict[int, int] = {}
        for top, left, bottom, right in self.table.merged:
            if top == bottom:
                found[top] = max(found.get(top, 0), right - left + 1)
        return found

    def _is_skipped(self, filled: Sequence[str]) -> bool:
        return any(like(text, pattern) for text in filled[:3] for pattern in self.layout.skip)

    def _made(
        self, number: int, texts: Sequence[str], columns: Mapping[str, int], section: str
    ) -> Iterator[IncomingRow]:
        own = {"row": str(number), "sheet": self.table.name, self.layout.section: section}
        row = _Row(texts, columns, own)
        for name, mapped in self.layout.values.items():
            own[name] = row.text(mapped)
        for rows in self.layout.rows:
            if rows.need is None or row.text(rows.need):
                made = _incoming(rows, row, self.table.name, number)
                if made is not None:
                    yield made


@dataclass(frozen=True, slots=True)
class _Row:
    """The texts of one row by the names that templates use."""

    texts: Sequence[str]
    columns: Mapping[str, int]
    own: Mapping[str, str]

    def value(self, name: str) -> str:
        """The text of a column or of a name."""
        if name in self.own:
            return self.own[name]
        place = self.columns[name]
        return self.texts[place] if place < len(self.texts) else ""

    def text(self, mapped: Mapped) -> str:
        """What a field is given."""
        text = mapped.template.filled(self.value)
        if not text:
            return ""
        word = next((word for pattern, word in mapped.words.items() if like(text, pattern)), mapped.otherwise)
        return _with_unit(text if word is None else word, mapped.unit)


def _with_unit(text: str, unit: str) -> str:
    try:
        read_number(text)
    except CellFault:
        return text
    return f"{text} {unit}".strip()


def _incoming(rows: RowLayout, row: _Row, sheet: str, number: int) -> IncomingRow | None:
    """A row of this kind; None where no column that it takes says anything."""
    cells = {name: text for name, mapped in rows.fields.items() if (text := row.text(mapped))}
    says = any(
        cells.get(name) and any(True for _ in mapped.template.holes) for name, mapped in rows.fields.items()
    )
    return IncomingRow(rows.kind, sheet, number, MappingProxyType(cells)) if says else None


def headings_of(table: Table, heading_rows: Sequence[int]) -> list[str]:
    """The heading of each column; of several rows joined by ' / ', merged ones carried over what they cover."""
    across = carried_across(table.rows[: max(heading_rows, default=0)], table.merged)
    rows = [across[row - 1] if row <= len(across) else () for row in heading_rows]
    width = max(map(len, rows), default=0)
    parts = [
        dict.fromkeys(clean(text_of_cell(row[place])) for row in rows if place < len(row))
        for place in range(width)
    ]
    return [_JOINT.join(text for text in each if text) for each in parts]


def _place_of(letters: str) -> int | None:
    known = letters.isascii() and letters.isalpha() and len(letters) <= 3
    if not known:
        return None
    place = 0
    for each in letters.upper():
        place = place * 26 + ord(each) - ord("A") + 1
    return place - 1


def _repeats(texts: Sequence[str], headings: Sequence[str], below: int) -> bool:
    """Whether a row repeats the headings, as on a new page, or numbers the columns, as right below them."""
    if [fold(text) for text in texts] == list(headings)[: len(texts)]:
        return True
    numbers = [text.strip("()[] ") for text in texts if text]
    return below == 1 and len(numbers) > 2 and numbers == [str(place) for place in range(1, len(numbers) + 1)]


def _skipped(numbers: Sequence[int]) -> Problem:
    told = ", ".join(map(str, numbers[:_MOST_TOLD])) + ("…" if len(numbers) > _MOST_TOLD else "")
    found = problem("layout_skipped", severity=Severity.WARNING, count=len(numbers), rows=told)
    return replace(found, row=numbers[0])


def _own_sheets() -> frozenset[str]:
    """The folded names of the sheets of our own workbooks that hold no data."""
    names = (*LISTS_SHEET.values(), *(instructions_sheet(language) for language in LANGUAGES))
    return frozenset(map(fold, names))
