"""CSV comes back as it was written; numbers read as each language writes them."""

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.documents.csv_file import defused, folder_files, table_bytes
from exporters.documents.formats import long_date, number, plain, shown
from exporters.documents.model import SAMPLE_MARK, Column, ColumnKind, Document, Language, Table, Value

LATE = datetime(2026, 2, 5, 7, 30, 9, 999, UTC)


def read(content: bytes) -> list[list[str]]:
    """Rows as a program reads them."""
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_table_comes_back(table: Table) -> None:
    """Values in the units of their headings, ISO dates, decimal points; formulas are defused."""
    rows = read(table_bytes(table, "vi"))
    assert rows[0][1:3] == ["Số lượng", "Tỷ lệ (%)"]
    assert rows[1] == ["UBND xã Đạ Huoai", "1234", "87.5", "2026-02-05", "15000000", "100", "12.34"]
    assert rows[2][0].startswith("'=HYPERLINK(")


def test_the_mark_of_utf_8_is_there_unless_unwanted(table: Table) -> None:
    """Spreadsheet programs need it, other programs do not."""
    assert table_bytes(table, "vi").startswith(b"\xef\xbb\xbf")
    assert not table_bytes(table, "vi", bom=False).startswith(b"\xef\xbb\xbf")


def test_half_a_letter_is_a_question_mark() -> None:
    """A lone surrogate has no form in UTF-8."""
    assert read(table_bytes(Table("t", "t", (Column("c"),), [("a\ud800",)]), "en"))[1] == ["a?"]


def test_every_table_has_a_file_and_sample_data_says_so(document: Document) -> None:
    """Named by the tables' keys."""
    files = folder_files(document)
    assert sorted(files) == ["agencies.csv", "long.csv"]
    assert all(read(content)[0] == [SAMPLE_MARK] for content in files.values())


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r")), min_size=1))
def test_any_texts_come_back_and_none_is_a_formula(texts: list[str]) -> None:
    """One apostrophe taken away before a sign gives the text letter for letter."""
    rows = read(table_bytes(Table("t", "t", (Column("c"),), [(text,) for text in texts]), "en", bom=False))[
        1:
    ]
    cells = [row[0] if row else "" for row in rows]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)
    assert [cell[1:] if cell != text else cell for cell, text in zip(cells, texts, strict=True)] == texts
    assert all(defused(text) == cell for cell, text in zip(cells, texts, strict=True))


@pytest.mark.parametrize(
    ("value", "kind", "vietnamese", "english"),
    [
        (1234567, ColumnKind.INTEGER, "1.234.567", "1,234,567"),
        (0.8751, ColumnKind.PERCENT, "87,5 %", "87.5%"),
        (1.0, ColumnKind.PERCENT, "100,0 %", "100.0%"),
        (1_500_000, ColumnKind.BANDWIDTH, "1,5", "1.5"),
        (2_000_000_000, ColumnKind.BANDWIDTH, "2.000", "2,000"),
        (12.34, ColumnKind.NUMBER, "12,3", "12.3"),
        (date(2026, 2, 5), ColumnKind.DATE, "05/02/2026", "05/02/2026"),
        (LATE, ColumnKind.MOMENT, "05/02/2026 07:30:09", "05/02/2026 07:30:09"),
        (0.99213, ColumnKind.SHARE, "99,213 %", "99.213%"),
        (2678399, ColumnKind.DURATION, "743:59:59", "743:59:59"),
        (None, ColumnKind.MONEY, "", ""),
        ("chưa đo", ColumnKind.MONEY, "chưa đo", "chưa đo"),
        (-5, ColumnKind.MONEY, "-5", "-5"),
    ],
)
def test_values_read_as_the_language_writes_them(
    value: Value, kind: ColumnKind, vietnamese: str, english: str
) -> None:
    """Separators change places between the languages."""
    assert shown(value, kind, "vi") == vietnamese
    assert shown(value, kind, "en") == english


@given(st.integers(-(10**15), 10**15), st.sampled_from(["vi", "en"]))
def test_separators_lose_no_digit(value: int, language: Language) -> None:
    """A number with its separators taken out is the number."""
    assert int(number(value, language).replace(".", "").replace(",", "")) == value
    assert int(plain(value, ColumnKind.INTEGER)) == value


def test_dates_of_letters_have_their_zeros() -> None:
    """Days below ten and the first two months, no others."""
    assert long_date(date(2026, 2, 5), "vi") == "ngày 05 tháng 02 năm 2026"
    assert long_date(date(2026, 11, 23), "vi") == "ngày 23 tháng 11 năm 2026"
    assert long_date(date(2026, 3, 1), "vi") == "ngày 01 tháng 3 năm 2026"
    assert long_date(date(2026, 3, 1), "en") == "1 March 2026"
