"""Workbooks: a first sheet with what the letter says, then every table with real numbers, filters and frozen headings.

Rows go to disk as they are written (XlsxWriter's constant memory), so tens of thousands take little memory.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from exporters.documents.formats import heading, in_unit, long_date
from exporters.documents.model import SAMPLE_MARK, Column, ColumnKind, Document, Paragraph, Row, Table, Value

# Excel's limits: rows of a sheet less room for what stands above them, letters of a cell, letters of a sheet's name.
MOST_ROWS = 1_048_000
MOST_LETTERS = 32_767
NAME_LETTERS = 31
A4 = 9
# What XML 1.0 cannot hold (section 2.2): a workbook with one of these in it counts as damaged.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_FIRST_SHEET = {"vi": "Văn bản", "en": "Document"}
_NUMBER_FORMATS: Mapping[ColumnKind, str] = {
    ColumnKind.TEXT: "@",
    ColumnKind.INTEGER: "#,##0",
    ColumnKind.NUMBER: "#,##0.0",
    ColumnKind.PERCENT: "0.0%",
    ColumnKind.SHARE: "0.000%",
    ColumnKind.DATE: "dd/mm/yyyy",
    ColumnKind.MOMENT: "dd/mm/yyyy hh:mm:ss",
    ColumnKind.DURATION: "[h]:mm:ss",
    ColumnKind.MONEY: "#,##0",
    ColumnKind.BANDWIDTH: "#,##0",
}
_FRACTION = "#,##0.0##"
_WIDTHS: Mapping[ColumnKind, int] = {ColumnKind.TEXT: 28, ColumnKind.MONEY: 18, ColumnKind.MOMENT: 19}
_USUAL_WIDTH = 13
# Days are counted so that 1 is the first of January 1900 (ISO/IEC 29500-1, 18.17.4.1; its 29 February 1900 included).
_DAY_NOUGHT = date(1899, 12, 30)
_MIDNIGHT_NOUGHT = datetime(1899, 12, 30)  # noqa: DTZ001 - XLSX knows no zones
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Styles:
    """The formats of one workbook."""

    kinds: Mapping[ColumnKind, Format]
    fraction: Format
    heading: Format
    title: Format
    sample: Format
    wrapped: Format
    bold: Format


def _styles(workbook: Workbook) -> _Styles:
    top = {"valign": "top"}
    return _Styles(
        {kind: workbook.add_format({"num_format": code, **top}) for kind, code in _NUMBER_FORMATS.items()},
        workbook.add_format({"num_format": _FRACTION, **top}),
        workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "bg_color": "#DDEBF7"}
        ),
        workbook.add_format({"bold": True, "font_size": 14}),
        workbook.add_format({"bold": True, "font_size": 14, "font_color": "#C00000"}),
        workbook.add_format({"text_wrap": True, **top}),
        workbook.add_format({"bold": True, "text_wrap": True, **top}),
    )


def _sheet_name(title: str, taken: set[str]) -> str:
    """The title as Excel allows it: some signs not, no apostrophe at the ends, at most 31 letters, each once."""
    plain = " ".join(_FORBIDDEN.sub(" ", _clipped(title)).split()).strip("'") or "-"
    name, number = plain[:NAME_LETTERS].strip(), 1
    while name.casefold() in taken:
        number += 1
        tail = f" ({number})"
        name = plain[: NAME_LETTERS - len(tail)].strip() + tail
    taken.add(name.casefold())
    return name


def _clipped(text: str) -> str:
    """The text as a cell can hold it."""
    fit = _UNFIT.sub("\ufffd", text)
    return fit if len(fit) <= MOST_LETTERS else fit[: MOST_LETTERS - 1] + "…"


def _write(sheet: Worksheet, place: tuple[int, int], value: Value, kind: ColumnKind, styles: _Styles) -> None:
    """A text is always written as a text: never a formula, never a link."""
    if isinstance(value, str):
        sheet.write_string(*place, _clipped(value), styles.kinds[ColumnKind.TEXT])
    elif isinstance(value, datetime):
        since = value.replace(tzinfo=None) - _MIDNIGHT_NOUGHT
        sheet.write_number(*place, since / timedelta(days=1), styles.kinds[ColumnKind.MOMENT])
    elif isinstance(value, date):
        sheet.write_number(*place, (value - _DAY_NOUGHT) / timedelta(days=1), styles.kinds[ColumnKind.DATE])
    elif value is not None:
        number = value / _SECONDS_A_DAY if kind is ColumnKind.DURATION else in_unit(kind, value)
        whole = kind is not ColumnKind.BANDWIDTH or number == int(number)
        sheet.write_number(*place, number, styles.kinds[kind] if whole else styles.fraction)


def _width(column: Column, title: str) -> int:
    longest = max((len(word) for word in title.split()), default=0)
    return max(column.width or _WIDTHS.get(column.kind, _USUAL_WIDTH), longest + 2)


def _print_setup(sheet: Worksheet, *, sample: bool) -> None:
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")
    if sample:
        sheet.set_header(f"&C{SAMPLE_MARK}")


def _first_sheet(sheet: Worksheet, document: Document, styles: _Styles) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 80)
    sheet.set_portrait()
    _print_setup(sheet, sample=document.sample)
    rows = [*_head(document, styles), *_text(document, styles), *_foot(document, styles)]
    for place, (style, *cells) in enumerate(rows):
        for column, text in enumerate(cells):
            sheet.write_string(place, column, _clipped(text), style)


def _head(document: Document, styles: _Styles) -> Iterable[tuple[Format, str] | tuple[Format, str, str]]:
    letter = document.letter
    if document.sample:
        yield styles.sample, SAMPLE_MARK
    for text in (letter.parent, letter.agency, letter.number):
        if text:
            yield styles.bold, text
    on = long_date(document.on, document.language)
    yield styles.wrapped, f"{letter.place}, {on}" if letter.place else on
    yield styles.title, document.title
    yield styles.title, document.subject
    for name, value in document.facts:
        yield styles.wrapped, name, value


def _text(document: Document, styles: _Styles) -> Iterable[tuple[Format, str] | tuple[Format, str, str]]:
    for part in document.body:
        if isinstance(part, Paragraph):
            yield (styles.bold, part.text) if part.heading else (styles.wrapped, "", part.text)
    for table in document.tables():
        for note in table.notes:
            yield styles.wrapped, table.title, note


def _foot(document: Document, styles: _Styles) -> Iterable[tuple[Format, str]]:
    letter = document.letter
    for text in (letter.authority, letter.signer_title, letter.signer_name):
        if text:
            yield styles.bold, text
    for text in letter.recipients:
        yield styles.wrapped, text


@dataclass(frozen=True, slots=True)
class _Book:
    """A workbook under way."""

    workbook: Workbook
    document: Document
    styles: _Styles
    names: set[str]


def _table_sheet(book: _Book, table: Table, rows: Sequence[Row]) -> None:
    sheet = book.workbook.add_worksheet(_sheet_name(table.title, book.names))
    titles = [_clipped(heading(column, book.document.language)) for column in table.columns]
    for position, (column, title) in enumerate(zip(table.columns, titles, strict=True)):
        sheet.set_column(position, position, _width(column, title))
    above = [(_clipped(table.title), book.styles.title)]
    if book.document.sample:
        above.insert(0, (SAMPLE_MARK, book.styles.sample))
    for place, (text, style) in enumerate(above):
        sheet.write_string(place, 0, text, style)
    top = len(above)
    sheet.set_row(top, 45)
    for position, title in enumerate(titles):
        sheet.write_string(top, position, title, book.styles.heading)
    kinds = [column.kind for column in table.columns]
    for place, row in enumerate(rows, start=top + 1):
        for position, (value, kind) in enumerate(zip(row, kinds, strict=True)):
            _write(sheet, (place, position), value, kind, book.styles)
    _arrange(sheet, table, top, top + max(1, len(rows)))
    _print_setup(sheet, sample=book.document.sample)


def _arrange(sheet: Worksheet, table: Table, top: int, last: int) -> None:
    sheet.freeze_panes(top + 1, table.fixed)
    sheet.autofilter(top, 0, last, len(table.columns) - 1)
    sheet.repeat_rows(top)
    sheet.set_landscape()


def write_workbook(path: Path, document: Document) -> None:
    """Write the document as a workbook; the same document gives the same bytes. Raises OSError."""
    workbook = Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.absolute().parent)})
    created = datetime(document.on.year, document.on.month, document.on.day)  # noqa: DTZ001 - XLSX knows no zones
    workbook.set_properties(
        {
            "title": _clipped(document.subject or document.title),
            "company": _clipped(document.letter.agency),
            "language": document.language,
            "created": created,
        }
    )
    book = _Book(workbook, document, _styles(workbook), set())
    first = workbook.add_worksheet(_sheet_name(_FIRST_SHEET[document.language], book.names))
    _first_sheet(first, document, book.styles)
    for table in document.tables():
        for start in range(0, max(1, len(table.rows)), MOST_ROWS):
            _table_sheet(book, table, table.rows[start : start + MOST_ROWS])
    try:
        workbook.close()
    except FileCreateError as fault:
        raise OSError(*getattr(fault.args[0], "args", ()), str(path)) from fault
