"""The officer's page and the program speak of the same columns."""

from pathlib import Path

from inventory.sheets.columns import choice_words, sheets
from inventory.sheets.limits import DEFAULT_LIMITS

_PAGE = (Path(__file__).parents[3] / "docs" / "sheets.md").read_text(encoding="utf-8")
_LINES = _PAGE.splitlines()


def test_every_sheet_and_column_stands_in_the_docs() -> None:
    """Headings in both languages, field, whether required, and the words of choices, one row a column."""
    rows = 0
    for sheet in sheets().values():
        assert f"### {sheet.name['vi']} / {sheet.name['en']} (`{sheet.kind}`)" in _LINES
        for column in sheet.columns:
            words = "; ".join(
                f"{word['vi']} = {word['en']}" for word in choice_words(sheet.kind, column.field).values()
            )
            required = "yes" if column.cell.required else ""
            names = f"| {column.heading['vi']} | {column.heading['en']} | `{column.field}`"
            assert f"{names} | {required} | {words} |" in _LINES
            rows += 1
    assert sum(line.startswith("| ") and line.count("|") == 6 and "`" in line for line in _LINES) == rows


def test_the_limits_stand_in_the_docs() -> None:
    """The numbers are those in force."""
    limits = DEFAULT_LIMITS
    for said in (f"{limits.file // 2**20} MiB", f"{limits.expanded // 2**20} MiB", f"{limits.sheets} sheets",
                 f"{limits.rows:,} rows", f"{limits.columns} columns", f"{limits.cell:,}",
                 f"{limits.memory // 2**30} GiB", f"{limits.seconds} seconds"):  # fmt: skip
        assert said in _PAGE
