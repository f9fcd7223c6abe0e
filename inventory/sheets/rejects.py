"""Rejected rows with their reasons, in the format they came in, to be corrected and read again."""

from collections.abc import Callable, Sequence
from pathlib import Path

from inventory.changes import Reject
from inventory.incoming import IncomingRow
from inventory.problems import Problem
from inventory.sheets.atomic import write_files
from inventory.sheets.columns import Language, Sheet, sheets
from inventory.sheets.csv_folder import Encoding
from inventory.sheets.reading import Format
from inventory.sheets.writing import TextSheet, escape_in_workbook, toml_text, write_csv
from inventory.sheets.xlsx_layout import SheetContent, workbook_bytes


def _texts(sheet: Sheet, row: IncomingRow) -> list[str]:
    return [row.cells.get(column.field, "") for column in sheet.columns]


def _text_sheet(sheet: Sheet, rejects: Sequence[Reject], sentence: Callable[[Problem], str]) -> TextSheet:
    rows = [_texts(sheet, reject.row) for reject in rejects]
    reasons = ["\n".join(sentence(problem) for problem in reject.problems) for reject in rejects]
    return TextSheet(sheet, rows, reasons)


def _text_sheets(rejects: Sequence[Reject], sentence: Callable[[Problem], str]) -> list[TextSheet]:
    """One for every kind that has rejected rows."""
    of_kind = {kind: [reject for reject in rejects if reject.row.kind == kind] for kind in sheets()}
    return [_text_sheet(sheets()[kind], found, sentence) for kind, found in of_kind.items() if found]


def _content(sheet: TextSheet) -> SheetContent:
    rows = [[escape_in_workbook(text) for text in row] for row in sheet.rows]
    return SheetContent(sheet.sheet.kind, rows, sheet.reasons)


def write_rejects(
    path: Path,
    rejects: Sequence[Reject],
    sentence: Callable[[Problem], str],
    language: Language,
    format: Format,  # noqa: A002 - reads as a sentence
    *,
    sample: bool = False,
    encoding: Encoding = "utf-8",
) -> tuple[Problem, ...]:
    """Write rejected rows as they were, each with its reasons in a last column that is never read.

    `sentence` words a problem. Problems and errors are those of `inventory.sheets.writing.write`. Rows of a kind
    that does not exist have no sheet to stand on and are left out.
    """
    contents = _text_sheets(rejects, sentence)
    if format == "csv":
        return write_csv(path, contents, language, encoding, sample=sample)
    if format == "toml":
        write_files({path: toml_text(contents, sample=sample).encode("utf-8")})
    else:
        workbook = workbook_bytes([_content(content) for content in contents], language, sample=sample)
        write_files({path: workbook})
    return ()
