"""CSV: one table, one file (RFC 4180), in UTF-8; texts that spreadsheets would take for formulas are defused."""

import csv
from io import StringIO

from exporters.documents.formats import plain, plain_heading
from exporters.documents.model import SAMPLE_MARK, Document, Language, Table

_BOM = "\ufeff"
_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_APOSTROPHE = "'"


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula; a reader takes one apostrophe away before one of the signs."""
    marked = text[:1] == _APOSTROPHE and text[1:2] in (*_SIGNS, _APOSTROPHE)
    return _APOSTROPHE + text if marked or text.startswith(_SIGNS) else text


def table_bytes(table: Table, language: Language, *, sample: bool = False, bom: bool = True) -> bytes:
    """The table as CSV, below a mark where it is sample data; `bom` lets spreadsheet programs recognise UTF-8."""
    target = StringIO(newline="")
    writer = csv.writer(target)
    if sample:
        writer.writerow([SAMPLE_MARK])
    writer.writerow([defused(plain_heading(column, language)) for column in table.columns])
    kinds = [column.kind for column in table.columns]
    for row in table.rows:
        writer.writerow(
            [
                defused(value) if isinstance(value, str) else plain(value, kind)
                for value, kind in zip(row, kinds, strict=True)
            ]
        )
    return ((_BOM if bom else "") + target.getvalue()).encode("utf-8", "replace")


def folder_files(document: Document, *, bom: bool = True) -> dict[str, bytes]:
    """The file of every table by its name."""
    language, sample = document.language, document.sample
    return {
        f"{table.key}.csv": table_bytes(table, language, sample=sample, bom=bom)
        for table in document.tables()
    }
