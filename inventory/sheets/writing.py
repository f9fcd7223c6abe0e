"""Writes the inventory as sheets: what is written and read again changes nothing."""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from itertools import zip_longest
from pathlib import Path

from inventory.incoming import cells_of
from inventory.problems import Problem
from inventory.sheets.atomic import write_files
from inventory.sheets.columns import (
    EVIDENCE,
    EVIDENCE_KEY,
    SAMPLE_MARK,
    Column,
    Language,
    Sheet,
    reasons_heading,
    sheets,
)
from inventory.sheets.csv_folder import Encoding, encode, letters_lacking
from inventory.sheets.escape import escape
from inventory.sheets.reading import Format
from inventory.sheets.tables import problem
from inventory.sheets.xlsx_layout import SheetContent, Value, workbook_bytes
from inventory.snapshot import CellType, Inventory, Record

# Excel counts a 29 February 1900 that never was; from this day on its dates are those of the calendar.
_EXCEL_BEGINS = date(1900, 3, 1)
# Integers beyond are rounded by spreadsheets, which hold every number as a 64-bit float.
_EXACT_INTEGERS = 2**53
_NUMBER = re.compile(r"-?[0-9.,]+(?:e-?[0-9]+)?")
_NUMBERS = (CellType.INTEGER, CellType.NUMBER)
# The key that carries the reasons of a rejected row in TOML; it is one of the headings that are never read.
REASONS_KEY = "rejection_reasons"


@dataclass(frozen=True, slots=True)
class TextSheet:
    """The rows of one kind as texts, a text per column; rejected rows with their reasons, proposed ones (`proposed`)
    with their evidence.
    """

    sheet: Sheet
    rows: Sequence[Sequence[str]]
    reasons: Sequence[str] | None = None
    proposed: bool = False

    @property
    def whole_rows(self) -> Iterator[Sequence[str]]:
        """The rows with their reasons, when there are any, as a last column."""
        for number, row in enumerate(self.rows):
            yield row if self.reasons is None else (*row, self.reasons[number])


def _text_sheets(inventory: Inventory, language: Language | None) -> list[TextSheet]:
    return [
        TextSheet(sheet, [_texts(sheet, record, language) for record in inventory.every(kind)])
        for kind, sheet in sheets().items()
    ]


def _texts(sheet: Sheet, record: Record, language: Language | None) -> list[str]:
    texts = cells_of(record, language)
    return [texts[column.field] for column in sheet.columns]


def _shown_number(number: float) -> bool:
    """Whether the number is the same after XLSX has written it with 16 digits."""
    return abs(number) <= _EXACT_INTEGERS and float(f"{number:.16G}") == number


def _value(column: Column, value: object, text: str) -> Value:
    """The cell of a workbook: numbers and dates as such where the spreadsheet keeps them exactly, else the text."""
    if column.cell.type is CellType.DATE and isinstance(value, date):
        return value if value >= _EXCEL_BEGINS else text
    if column.cell.type in _NUMBERS and isinstance(value, int | float):
        return value if _shown_number(value) else text
    return escape_in_workbook(text)


def escape_in_workbook(text: str) -> str:
    """Text cells of a workbook are no formulas; only what would be taken for an escaped text needs its apostrophe."""
    return escape(text) if text.startswith("'") else text


def _content(sheet: Sheet, inventory: Inventory, language: Language) -> SheetContent:
    records = inventory.every(sheet.kind)
    texts = [_texts(sheet, record, language) for record in records]
    rows = [
        [
            _value(column, getattr(record, column.field), text)
            for column, text in zip(sheet.columns, row, strict=True)
        ]
        for record, row in zip(records, texts, strict=True)
    ]
    return SheetContent(sheet.kind, rows)


def _csv_cell(column: Column | str, text: str) -> str:
    """The text, escaped; numbers are no formulas even below zero. The column of reasons comes as ''."""
    is_number = isinstance(column, Column) and column.cell.type in _NUMBERS and _NUMBER.fullmatch(text)
    return text if is_number else escape(text)


def csv_text(content: TextSheet, language: Language, *, sample: bool) -> str:
    """One CSV file: the mark of sample data, the headings, the rows."""
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    if sample:
        writer.writerow([SAMPLE_MARK])
    last = EVIDENCE[language] if content.proposed else reasons_heading(language)
    reasons = [] if content.reasons is None else [last]
    writer.writerow([*(column.heading[language] for column in content.sheet.columns), *reasons])
    for row in content.whole_rows:
        columns = zip_longest(content.sheet.columns, row, fillvalue="")
        writer.writerow([_csv_cell(column, text) for column, text in columns])
    return target.getvalue()


def _toml_string(text: str) -> str:
    # What JSON escapes, TOML escapes alike; only DEL is a control character to TOML alone.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_tables(content: TextSheet) -> Iterator[str]:
    last = EVIDENCE_KEY if content.proposed else REASONS_KEY
    fields = [*(column.field for column in content.sheet.columns), last]
    for row in content.whole_rows:
        yield f"\n[[{content.sheet.kind}]]\n"
        for field, text in zip(fields, row, strict=False):
            if text:
                yield f"{field} = {_toml_string(text)}\n"


def toml_text(contents: Sequence[TextSheet], *, sample: bool) -> str:
    """A TOML file: a table per row, a text per field that is not blank, codes rather than words."""
    mark = [f"# {SAMPLE_MARK}\n"] if sample else []
    return "".join(
        [*mark, "# netwatch inventory\n", *(line for content in contents for line in _toml_tables(content))]
    )


def csv_name(kind: str) -> str:
    """The name of the CSV file of a kind."""
    return f"{kind}.csv"


def _lacking(content: TextSheet) -> Iterator[Problem]:
    """Where cp1258 lacks letters, rows counted as in the file that would be written."""
    for number, row in enumerate(content.rows, start=2):
        for column, text in zip(content.sheet.columns, row, strict=True):
            for letter in letters_lacking(text):
                found = problem("sheet_letter", letter=letter, codepoint=f"U+{ord(letter):04X}")
                yield replace(
                    found,
                    kind=content.sheet.kind,
                    entity=row[0],
                    sheet=csv_name(content.sheet.kind),
                    row=number,
                    column=column.field,
                )


def _writable(reasons: Sequence[str] | None) -> Sequence[str] | None:
    """Reasons quote what is wrong, so they may hold any letter; those that cp1258 lacks become '?'."""
    if reasons is None:
        return None
    return ["".join("?" if letters_lacking(letter) else letter for letter in reason) for reason in reasons]


def write_csv(
    folder: Path, contents: Sequence[TextSheet], language: Language, encoding: Encoding, *, sample: bool
) -> tuple[Problem, ...]:
    """Write a CSV file per sheet into a folder, which is made when missing; with problems nothing is written."""
    if encoding == "cp1258":
        contents = [replace(content, reasons=_writable(content.reasons)) for content in contents]
    lacking = (
        tuple(each for content in contents for each in _lacking(content)) if encoding == "cp1258" else ()
    )
    if lacking:
        return lacking
    files: Mapping[Path, bytes] = {
        folder / csv_name(content.sheet.kind): encode(csv_text(content, language, sample=sample), encoding)
        for content in contents
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_files(files)
    return ()


def write(
    path: Path,
    inventory: Inventory,
    language: Language,
    format: Format,  # noqa: A002 - reads as a sentence
    *,
    sample: bool = False,
    encoding: Encoding = "utf-8",
) -> tuple[Problem, ...]:
    """Write the whole inventory, of units all their versions; for CSV `path` is a folder, `encoding` is CSV's alone.

    The problems name the letters that cp1258 lacks; with any of them nothing was written. Raises OSError.
    """
    if format == "csv":
        return write_csv(path, _text_sheets(inventory, language), language, encoding, sample=sample)
    if format == "toml":
        text = toml_text(_text_sheets(inventory, None), sample=sample)
        write_files({path: text.encode("utf-8")})
    else:
        contents = [_content(sheet, inventory, language) for sheet in sheets().values()]
        write_files({path: workbook_bytes(contents, language, sample=sample)})
    return ()
