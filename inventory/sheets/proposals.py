"""Proposed rows with their evidence, in any format, to be looked through by a person and then imported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inventory.labels import choice_label
from inventory.problems import Problem
from inventory.sheets.atomic import write_files
from inventory.sheets.columns import Language, Sheet, sheets
from inventory.sheets.csv_folder import Encoding
from inventory.sheets.reading import Format
from inventory.sheets.writing import TextSheet, escape_in_workbook, toml_text, write_csv
from inventory.sheets.xlsx_layout import SheetContent, workbook_bytes
from inventory.snapshot import CellType


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """A row: texts by field, choices as codes, blank where nothing is proposed; `evidence` says why, in words."""

    kind: str
    cells: Mapping[str, str]
    evidence: str


def write_proposal(
    path: Path,
    rows: Sequence[ProposedRow],
    language: Language,
    format: Format,  # noqa: A002 - reads as a sentence
    *,
    encoding: Encoding = "utf-8",
) -> tuple[Problem, ...]:
    """Write the rows, each with its evidence in a last column that is never read.

    Problems and errors are those of `inventory.sheets.writing.write`.
    """
    told = None if format == "toml" else language
    contents = [
        _sheet(sheet, found, told)
        for kind, sheet in sheets().items()
        if (found := [row for row in rows if row.kind == kind])
    ]
    if format == "csv":
        return write_csv(path, contents, language, encoding, sample=False)
    if format == "toml":
        write_files({path: toml_text(contents, sample=False).encode("utf-8")})
    else:
        write_files({path: workbook_bytes([_content(each) for each in contents], language, sample=False)})
    return ()


def _sheet(sheet: Sheet, rows: Sequence[ProposedRow], language: Language | None) -> TextSheet:
    texts = [_texts(sheet, row, language) for row in rows]
    return TextSheet(sheet, texts, [row.evidence for row in rows], proposed=True)


def _texts(sheet: Sheet, row: ProposedRow, language: Language | None) -> list[str]:
    """The cells in the order of the columns; with a language choices in its words."""
    return [
        choice_label(sheet.kind, column.field, text, language)
        if language and text and column.cell.choices and column.cell.type is not CellType.CODES
        else text
        for column in sheet.columns
        for text in (row.cells.get(column.field, ""),)
    ]


def _content(sheet: TextSheet) -> SheetContent:
    rows = [[escape_in_workbook(text) for text in row] for row in sheet.rows]
    return SheetContent(sheet.sheet.kind, rows, sheet.reasons, proposed=True)
