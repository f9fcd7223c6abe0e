"""The empty workbook that people fill in."""

from pathlib import Path

from inventory.sheets.atomic import write_files
from inventory.sheets.columns import Language, sheets
from inventory.sheets.xlsx_layout import SheetContent, workbook_bytes


def write_template(path: Path, language: Language) -> None:
    """Write an empty workbook in a language: instructions, one sheet per kind; raises OSError."""
    contents = [SheetContent(kind, ()) for kind in sheets()]
    write_files({path: workbook_bytes(contents, language, sample=False)})
