"""How our workbooks look: instructions first, one sheet per kind, drop-downs, comments, number formats."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any, TypeAlias

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from inventory.sheets.columns import (
    EVIDENCE,
    SAMPLE_MARK,
    Column,
    Language,
    Sheet,
    choice_words,
    reasons_heading,
    sheets,
    yes_no_words,
)
from inventory.sheets.comments import comment
from inventory.snapshot import CellType

Value: TypeAlias = str | int | float | date | None

# Drop-downs reach this far below the heading, further when the sheet holds more rows.
ROWS_PREPARED = 5_000
# The choices stand on a hidden sheet: a list inside the drop-down is limited to 255 characters and splits at commas.
LISTS_SHEET: Mapping[str, str] = {"vi": "Danh mục chọn", "en": "Choice lists"}
_NARROWEST, _WIDEST = 10, 44
# Excel takes no more comment text than this.
_COMMENT_LIMIT = 32_767
# A fixed date of creation, so that the same inventory gives the same bytes.
_CREATED = datetime(1980, 1, 1)  # noqa: DTZ001 - XLSX knows no time zones

_NUMBER_FORMATS: Mapping[CellType, str] = {
    CellType.INTEGER: "0",
    CellType.NUMBER: "0.0#########",
    CellType.DATE: "dd/mm/yyyy",
}


@dataclass(frozen=True, slots=True)
class SheetContent:
    """The rows of one sheet, a value per column; `reasons` adds a last column of them, one text per row.

    Of `proposed` rows that column holds their evidence.
    """

    kind: str
    rows: Sequence[Sequence[Value]]
    reasons: Sequence[str] | None = None
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class _Book:
    """A workbook under way: its formats, and where on the hidden sheet each list of choices stands."""

    workbook: Workbook
    language: Language
    sample: bool
    formats: Mapping[str, Format]
    lists: Mapping[tuple[str, ...], str]

    @property
    def heading_row(self) -> int:
        """Row (from 0) of the headings: the mark of sample data stands above them."""
        return 1 if self.sample else 0


@cache
def _instructions() -> Mapping[str, Any]:
    source = files("inventory.sheets").joinpath("instructions.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def instructions_sheet(language: Language) -> str:
    """The name of the first sheet, which holds no data."""
    return str(_instructions()[language]["sheet"])


def choices_of(column: Column, language: Language) -> tuple[str, ...]:
    """The words a cell of this column may hold, empty when it is free."""
    words = yes_no_words() if column.cell.type is CellType.YES_NO else choice_words(column.kind, column.field)
    return tuple(word[language] for word in words.values())


def _formats(workbook: Workbook) -> Mapping[str, Format]:
    heading: dict[str, Any] = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1}
    made = {
        "required": workbook.add_format({**heading, "bg_color": "#1F4E79", "font_color": "#FFFFFF"}),
        "optional": workbook.add_format({**heading, "bg_color": "#DDEBF7"}),
        "reasons": workbook.add_format({**heading, "bg_color": "#F8CBAD"}),
        "sample": workbook.add_format({"bold": True, "font_color": "#C00000", "font_size": 14}),
        "title": workbook.add_format({"bold": True, "font_size": 14}),
        "wrapped": workbook.add_format({"text_wrap": True, "valign": "top"}),
    }
    made.update(
        {kind.value: workbook.add_format({"num_format": _NUMBER_FORMATS.get(kind, "@")}) for kind in CellType}
    )
    return made


def _write_instructions(book: _Book) -> None:
    texts = _instructions()[book.language]
    sheet = book.workbook.add_worksheet(texts["sheet"])
    sheet.set_column(0, 0, 110, book.formats["wrapped"])
    if book.sample:
        sheet.write_string(0, 0, SAMPLE_MARK, book.formats["sample"])
    sheet.write_string(book.heading_row, 0, texts["title"], book.formats["title"])
    lines = [*texts["lines"], *(f"    {entry.name[book.language]}" for entry in sheets().values())]
    for row, line in enumerate(lines, start=book.heading_row + 1):
        sheet.write_string(row, 0, line, book.formats["wrapped"])


def _lists(language: Language) -> dict[tuple[str, ...], str]:
    found = (choices_of(column, language) for sheet in sheets().values() for column in sheet.columns)
    name = LISTS_SHEET[language]
    places: dict[tuple[str, ...], str] = {}
    for words in found:
        if words and words not in places:
            letter = xl_col_to_name(len(places))
            places[words] = f"='{name}'!${letter}$1:${letter}${len(words)}"
    return places


def _write_lists(book: _Book) -> None:
    sheet = book.workbook.add_worksheet(LISTS_SHEET[book.language])
    for column, words in enumerate(book.lists):
        for row, word in enumerate(words):
            sheet.write_string(row, column, word, book.formats["text"])
    sheet.hide()


def _referred_list(book: _Book, column: Column, last_row: int) -> str | None:
    if column.cell.type is not CellType.CODE or len(column.cell.refers) != 1:
        return None
    name = sheets()[column.cell.refers[0]].name[book.language]
    return f"='{name}'!$A${book.heading_row + 2}:$A${last_row + 1}"


def _validation(book: _Book, column: Column, last_row: int) -> dict[str, Any] | None:
    """Choices are enforced where they are required and else only warned about, because '-' clears an optional cell;
    codes are only offered, because what they name may be in the inventory and not in this file."""
    words = choices_of(column, book.language)
    if words and column.cell.type is not CellType.CODES:
        error = "stop" if column.cell.required and not column.cell.open else "warning"
        return {"validate": "list", "source": book.lists[words], "error_type": error}
    referred = _referred_list(book, column, last_row)
    return {"validate": "list", "source": referred, "show_error": False} if referred else None


def _write_heading(book: _Book, sheet: Worksheet, position: int, column: Column) -> None:
    text = column.heading[book.language]
    style = book.formats["required" if column.cell.required else "optional"]
    sheet.write_string(book.heading_row, position, text, style)
    note = comment(column, book.language)[:_COMMENT_LIMIT]
    sheet.write_comment(
        book.heading_row, position, note, {"x_scale": 2.5, "y_scale": 1.6, "author": "netwatch"}
    )
    width = max(_NARROWEST, len(text) + 4, len(column.example or "") + 2)
    sheet.set_column(position, position, min(width, _WIDEST), book.formats[column.cell.type.value])


def _write_value(sheet: Worksheet, row: int, position: int, value: Value, style: Format) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, position, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001
    elif isinstance(value, int | float):
        sheet.write_number(row, position, value, style)
    elif value:
        sheet.write_string(row, position, value, style)


def _write_reasons(book: _Book, sheet: Worksheet, position: int, reasons: Sequence[str], last: str) -> None:
    sheet.write_string(book.heading_row, position, last, book.formats["reasons"])
    sheet.set_column(position, position, _WIDEST * 2, book.formats["wrapped"])
    for row, reason in enumerate(reasons, start=book.heading_row + 1):
        sheet.write_string(row, position, reason, book.formats["wrapped"])


def _arrange(book: _Book, sheet: Worksheet, last_row: int, last_column: int) -> None:
    sheet.freeze_panes(book.heading_row + 1, 1)
    sheet.autofilter(book.heading_row, 0, last_row, last_column)
    sheet.set_row(book.heading_row, 32)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(book.heading_row)
    if book.sample:
        sheet.write_string(0, 0, SAMPLE_MARK, book.formats["sample"])
        sheet.set_header(f"&C{SAMPLE_MARK}")


def _write_sheet(book: _Book, layout: Sheet, content: SheetContent) -> None:
    sheet = book.workbook.add_worksheet(layout.name[book.language])
    last_row = book.heading_row + max(ROWS_PREPARED, len(content.rows))
    for position, column in enumerate(layout.columns):
        _write_heading(book, sheet, position, column)
        validation = _validation(book, column, last_row)
        if validation:
            sheet.data_validation(book.heading_row + 1, position, last_row, position, validation)
    styles = [book.formats[column.cell.type.value] for column in layout.columns]
    for row, values in enumerate(content.rows, start=book.heading_row + 1):
        for position, value in enumerate(values):
            _write_value(sheet, row, position, value, styles[position])
    if content.reasons is not None:
        last = EVIDENCE[book.language] if content.proposed else reasons_heading(book.language)
        _write_reasons(book, sheet, len(layout.columns), content.reasons, last)
    filled = book.heading_row + max(1, len(content.rows))
    _arrange(book, sheet, filled, len(layout.columns) - (content.reasons is None))


def workbook_bytes(contents: Sequence[SheetContent], language: Language, *, sample: bool) -> bytes:
    """A whole workbook: instructions, a sheet for each content given, and the hidden lists of choices."""
    target = BytesIO()
    workbook = Workbook(target, {"in_memory": True})
    workbook.set_properties({"title": "netwatch", "created": _CREATED})
    book = _Book(workbook, language, sample, _formats(workbook), _lists(language))
    _write_instructions(book)
    for content in contents:
        _write_sheet(book, sheets()[content.kind], content)
    _write_lists(book)
    workbook.close()
    return target.getvalue()
