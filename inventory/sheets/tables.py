"""From the cells of one sheet, whatever file it stood in, to rows of the inventory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

from xlsxwriter.utility import xl_col_to_name

from inventory.incoming import IncomingRow
from inventory.problems import Problem, Severity
from inventory.sheets.columns import SAMPLE_MARK, Language, sheets, skipped_headings
from inventory.sheets.escape import unescape
from inventory.sheets.headings import HeadingMet, Recogniser
from inventory.sheets.legacy import legacy_font
from inventory.sheets.limits import Limits
from inventory.sheets.merged import Carried, RawCell, carried_down
from inventory.snapshot import CellType
from inventory.texts import clean, fold

# Titles and dates stand above the headings of many sheets; further down than this nobody looks for headings.
_ROWS_SEARCHED = 10
# From here on a float no longer holds every integer, and is written with its exponent.
_INTEGERS_END = 1e15
# Spreadsheets count days from here, from 1 March 1900 on.
_DAY_ZERO = date(1899, 12, 30)
_FIRST_DAY, _LAST_DAY = 20_000, 80_000


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of one sheet, all rows from the first on, dates as ISO texts.

    `merged` are spans (top, left, bottom, right), `bare` places (row, column) of formulas that were never computed,
    all from 0. With `since_1904` numbers cannot be taken for dates.
    """

    name: str
    rows: Sequence[Sequence[RawCell]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    bare: Mapping[tuple[int, int], str] = field(default_factory=dict)
    since_1904: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What reading needs besides the cells."""

    recogniser: Recogniser
    language: Language
    limits: Limits


@dataclass(frozen=True, slots=True)
class Part:
    """What was read from one sheet, or from several put together."""

    rows: tuple[IncomingRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    headings: tuple[HeadingMet, ...] = ()
    sample: bool = False


def together(parts: Iterable[Part]) -> Part:
    """The parts of one file as one."""
    every = tuple(parts)
    return Part(
        rows=tuple(row for part in every for row in part.rows),
        problems=tuple(problem for part in every for problem in part.problems),
        headings=tuple(heading for part in every for heading in part.headings),
        sample=any(part.sample for part in every),
    )


def problem(code: str, *, severity: Severity = Severity.ERROR, **params: object) -> Problem:
    """A problem of a whole file; its parameters as texts."""
    return Problem(code, {name: str(value) for name, value in params.items()}, severity=severity)


def text_of_cell(cell: RawCell) -> str:
    """The text of a cell as a person reads it: 123.0 is '123', a tick is 'yes' or 'no'."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _INTEGERS_END:
        return str(int(cell))
    if isinstance(cell, float):
        return repr(cell)
    return "" if cell is None else str(cell)


@cache
def _skipped() -> frozenset[str]:
    return frozenset(fold(heading) for heading in skipped_headings()) - {""}


@cache
def _mark() -> str:
    return fold(SAMPLE_MARK)


def _is_blank(row: Sequence[RawCell]) -> bool:
    return not any(clean(text_of_cell(cell)) for cell in row)


def _is_mark(row: Sequence[RawCell]) -> bool:
    return any(
        isinstance(cell, str) and len(cell) <= 2 * len(SAMPLE_MARK) and fold(cell) == _mark() for cell in row
    )


def _known(kind: str, row: Sequence[RawCell], recogniser: Recogniser) -> frozenset[str]:
    fields = (recogniser.field_of(kind, text_of_cell(cell))[0] for cell in row)
    return frozenset(field for field in fields if field)


def _heading_row(table: Table, kind: str, recogniser: Recogniser) -> int | None:
    """The row (from 0) with most known headings among the first; None when none has any."""
    known = [len(_known(kind, row, recogniser)) for row in table.rows[:_ROWS_SEARCHED]]
    return known.index(max(known)) if any(known) else None


def heading_fields(table: Table, kind: str, recogniser: Recogniser) -> frozenset[str]:
    """The fields that the headings of a table mean on a sheet of a kind."""
    row = _heading_row(table, kind, recogniser)
    return frozenset() if row is None else _known(kind, table.rows[row], recogniser)


def is_skipped_heading(heading: str) -> bool:
    """Whether a column is one that is never read, such as running numbers or reasons of rejection."""
    return fold(heading) in _skipped() or heading == "#"


def _meet(table: Table, kind: str, row: int, context: Context) -> tuple[HeadingMet, ...]:
    texts = ((position, clean(text_of_cell(cell))) for position, cell in enumerate(table.rows[row], start=1))
    return tuple(
        context.recogniser.meet(table.name, kind, position, text, context.language)
        for position, text in texts
        if text and not is_skipped_heading(text)
    )


def letter(position: int) -> str:
    """What a spreadsheet calls a column, from 1."""
    return str(xl_col_to_name(position - 1))


def unknown_heading(met: HeadingMet) -> Problem:
    """The warning about a heading that no field has."""
    code = "sheet_heading_unknown_near" if met.suggestion else "sheet_heading_unknown"
    return problem(
        code,
        severity=Severity.WARNING,
        column=letter(met.column),
        heading=met.heading[:80],
        suggestion=met.suggestion or "",
    )


def _twice(mets: Iterable[HeadingMet]) -> Iterable[Problem]:
    first: dict[str, HeadingMet] = {}
    for met in mets:
        if met.field is None:
            continue
        earlier = first.setdefault(met.field, met)
        if earlier is not met:
            yield problem(
                "sheet_heading_twice",
                first=letter(earlier.column),
                column=letter(met.column),
                heading=met.heading[:80],
            )


def _without_heading(table: Table, row: int) -> Iterable[Problem]:
    """A warning for every column that holds values below a blank heading."""
    headings = [clean(text_of_cell(cell)) for cell in table.rows[row]]
    reported: set[int] = set()
    for number, cells in enumerate(table.rows[row + 1 :], start=row + 2):
        for position, cell in enumerate(cells):
            bare = position >= len(headings) or not headings[position]
            if bare and position not in reported and clean(text_of_cell(cell)):
                reported.add(position)
                yield replace(
                    problem("sheet_no_heading", severity=Severity.WARNING, column=letter(position + 1)),
                    row=number,
                )


def _too_long(cells: Sequence[RawCell], mets: Sequence[HeadingMet], limit: int) -> Iterable[Problem]:
    for met in mets:
        cell = cells[met.column - 1] if met.column <= len(cells) else None
        if isinstance(cell, str) and len(cell) > limit:
            found = problem("sheet_cell_long", column=letter(met.column), length=len(cell), limit=limit)
            yield replace(found, kind=met.kind, column=met.field)


def _numbers_as_codes(cells: Sequence[RawCell], mets: Sequence[HeadingMet]) -> Iterable[Problem]:
    for met in mets:
        cell = cells[met.column - 1] if met.column <= len(cells) else None
        number = isinstance(cell, int | float) and not isinstance(cell, bool)
        if number and sheets()[met.kind].column(met.field or "").cell.type in (CellType.CODE, CellType.CODES):
            found = problem("sheet_code_number", severity=Severity.WARNING)
            yield replace(found, kind=met.kind, column=met.field)


def _spoilt(
    table: Table, number: int, cells: Sequence[RawCell], mets: Sequence[HeadingMet]
) -> Iterable[Problem]:
    """What keeps a row from being read: a formula without its value, an error in its place, letters of old fonts."""
    for met in mets:
        cell = cells[met.column - 1] if met.column <= len(cells) else None
        text = cell if isinstance(cell, str) else ""
        error = table.bare.get((number - 1, met.column - 1))
        if error is not None:
            code = "sheet_error_value" if error else "sheet_formula"
            found = problem(code, column=letter(met.column), value=error)
        elif text and not text.isascii() and (font := legacy_font(text)):
            found = problem("sheet_legacy_cell", column=letter(met.column), font=font, value=text[:60])
        else:
            continue
        yield replace(found, kind=met.kind, column=met.field)


def _dates(
    table: Table, cells: Sequence[RawCell], mets: Sequence[HeadingMet]
) -> tuple[dict[str, str], list[Problem]]:
    """The dates that stand as the numbers by which spreadsheets count days, by field, and a word about each."""
    found: dict[str, str] = {}
    told: list[Problem] = []
    for met in mets:
        cell = cells[met.column - 1] if met.column <= len(cells) else None
        text = text_of_cell(cell)
        day = _day_counted(text) if not table.since_1904 and _is_date(met) else None
        if day is not None:
            found[met.field or ""] = day
            warning = problem("sheet_date_number", severity=Severity.WARNING, value=text, date=day)
            told.append(replace(warning, kind=met.kind, column=met.field))
    return found, told


def _is_date(met: HeadingMet) -> bool:
    return sheets()[met.kind].column(met.field or "").cell.type is CellType.DATE


def _day_counted(text: str) -> str | None:
    """The day of a number that a spreadsheet would show as one between 1955 and 2119."""
    known = len(text) == len(str(_FIRST_DAY)) and text.isascii() and text.isdigit()
    days = int(text) if known else 0
    return (_DAY_ZERO + timedelta(days=days)).isoformat() if _FIRST_DAY <= days <= _LAST_DAY else None


def _cells(cells: Sequence[RawCell], mets: Sequence[HeadingMet]) -> dict[str, str]:
    texts = {
        met.field or "": unescape(text_of_cell(cells[met.column - 1]))
        for met in mets
        if met.column <= len(cells)
    }
    return {field: text for field, text in texts.items() if text.strip()}


def _read_rows(table: Table, kind: str, start: int, mets: Sequence[HeadingMet], limits: Limits) -> Part:
    rows: list[IncomingRow] = []
    problems: list[Problem] = []
    uncomputed = {row for row, _ in table.bare}
    for number, cells in enumerate(table.rows[start:], start=start + 1):
        if not cells and number - 1 not in uncomputed:
            continue
        spoilt = (*_too_long(cells, mets, limits.cell), *_spoilt(table, number, cells, mets))
        days, told = _dates(table, cells, mets)
        problems += [
            replace(found, row=number) for found in (*spoilt, *told, *_numbers_as_codes(cells, mets))
        ]
        texts = {**_cells(cells, mets), **days}
        if texts and not spoilt:
            rows.append(
                IncomingRow(kind=kind, sheet=table.name, number=number, cells=MappingProxyType(texts))
            )
    return Part(tuple(rows), tuple(problems))


def _over_limit(table: Table, limits: Limits) -> Problem | None:
    if len(table.rows) > limits.rows:
        return problem("sheet_rows", limit=limits.rows)
    if max(map(len, table.rows), default=0) > limits.columns:
        return problem("sheet_columns", limit=limits.columns)
    return None


def _read_below(table: Table, kind: str, heading_row: int, context: Context) -> Part:
    mets = _meet(table, kind, heading_row, context)
    twice = tuple(replace(found, row=heading_row + 1) for found in _twice(mets))
    named = [met for met in mets if met.field]
    rows, carried = carried_down(table.rows, table.merged, heading_row + 1)
    whole = replace(table, rows=rows)
    part = Part() if twice else _read_rows(whole, kind, heading_row + 1, named, context.limits)
    unknown = tuple(replace(unknown_heading(met), row=heading_row + 1) for met in mets if met.field is None)
    told = (*twice, *unknown, *_without_heading(table, heading_row), *merged_told(carried))
    return Part(part.rows, (*told, *part.problems), mets)


def merged_told(carried: Carried | None) -> Iterable[Problem]:
    """A word about values that were carried down over the rows that they cover."""
    if carried:
        found = problem(
            "sheet_merged",
            severity=Severity.WARNING,
            count=carried.spans,
            column=letter(carried.column + 1),
            value=text_of_cell(carried.value)[:80],
        )
        yield replace(found, row=carried.row + 1)


def _legacy_headings(table: Table) -> Problem | None:
    """What is wrong when the sheet's first rows were typed with an old font."""
    for number, row in enumerate(table.rows[:_ROWS_SEARCHED], start=1):
        text = " ".join(cell for cell in row if isinstance(cell, str))
        font = legacy_font(text)
        if font:
            return replace(problem("sheet_legacy", font=font, value=text[:60]), row=number)
    return None


def read_table(table: Table, kind: str, context: Context) -> Part:
    """The rows of one sheet that holds a kind; problems carry the sheet's name, rows counted from 1."""
    over = _over_limit(table, context.limits)
    if over:
        return Part(problems=(replace(over, sheet=table.name),))
    sample = any(_is_mark(row) for row in table.rows[:_ROWS_SEARCHED])
    heading_row = _heading_row(table, kind, context.recogniser)
    if heading_row is None:
        bare = all(_is_blank(row) or _is_mark(row) for row in table.rows)
        told = _legacy_headings(table) or problem("sheet_no_headings")
        nothing = () if bare else (replace(told, sheet=table.name),)
        return Part(problems=nothing, sample=sample)
    part = _read_below(table, kind, heading_row, context)
    placed = tuple(replace(found, sheet=table.name) for found in part.problems)
    return replace(part, problems=placed, sample=sample)


def read_tables(tables: Iterable[Table], context: Context, *, ignored: frozenset[str]) -> tuple[Part, bool]:
    """Every table whose name is known, the others as warnings; and whether any was known.

    `ignored` are folded names of sheets that hold no data.
    """
    parts: list[Part] = []
    any_known = False
    for table in tables:
        kind = context.recogniser.kind_of(table.name)
        if kind:
            any_known = True
            parts.append(read_table(table, kind, context))
        elif fold(table.name) not in ignored and not all(map(_is_blank, table.rows)):
            parts.append(Part(problems=(unknown_sheet(table.name, context),)))
    return together(parts), any_known


def unknown_sheet(name: str, context: Context) -> Problem:
    """The warning about a sheet, file or table of no known kind."""
    suggestion = context.recogniser.suggest_sheet(name, context.language)
    code = "sheet_unknown_near" if suggestion else "sheet_unknown"
    return replace(problem(code, severity=Severity.WARNING, suggestion=suggestion or ""), sheet=name[:80])
