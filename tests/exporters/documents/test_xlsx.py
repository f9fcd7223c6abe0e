"""Workbooks hold real numbers, dates and shares, filters and frozen headings, and no formula."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook

from exporters.documents.model import SAMPLE_MARK, Column, ColumnKind, Document, Table
from exporters.documents.xlsx import write_workbook

NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture(scope="module")
def path(document: Document, folder: Path) -> Path:
    """The workbook of the document."""
    path = folder / "book.xlsx"
    write_workbook(path, document)
    return path


@pytest.fixture(scope="module")
def part(path: Path) -> Callable[[str], ET.Element]:
    """A part of the workbook by its name in the archive."""

    def read(name: str) -> ET.Element:
        with zipfile.ZipFile(path) as archive:
            return ET.fromstring(archive.read(name))

    return read


def test_values_come_back_as_what_they_are(path: Path) -> None:
    """Numbers as numbers, days as days, bandwidths in the unit of their heading, texts as texts."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Theo cơ quan").to_python()
    assert rows[0][0] == SAMPLE_MARK
    assert rows[1][0] == "Theo cơ quan"
    assert rows[2][4:6] == ["Chi phí (đồng)", "Băng thông (Mbit/s)"]
    assert rows[3] == ["UBND xã Đạ Huoai", 1234.0, 0.875, date(2026, 2, 5), 15_000_000.0, 100.0, 12.34]
    assert rows[4][0].startswith("=HYPERLINK(")
    assert rows[4][5] == 1.5
    assert rows[5][4] == "chưa biết"


def test_shares_are_shown_as_percentages(part: Callable[[str], ET.Element]) -> None:
    """The formats are Excel's own, so that every language shows them by its custom."""
    styles = part("xl/styles.xml")
    codes = {one.get("formatCode") for one in styles.iterfind(".//m:numFmt", NAMES)}
    assert {"0.0%", "dd/mm/yyyy", "#,##0.0"} <= codes


def test_tables_have_filters_frozen_headings_and_print_setup(part: Callable[[str], ET.Element]) -> None:
    """Headings stay in view and stand on every printed page; so does the mark of sample data."""
    sheet = part("xl/worksheets/sheet2.xml")
    pane = sheet.find(".//m:pane", NAMES)
    assert pane is not None
    assert (pane.get("topLeftCell"), pane.get("state")) == ("B4", "frozen")
    autofilter = sheet.find("m:autoFilter", NAMES)
    assert autofilter is not None
    assert autofilter.get("ref") == "A3:G6"
    header = sheet.find("m:headerFooter/m:oddHeader", NAMES)
    assert header is not None
    assert header.text == f"&C{SAMPLE_MARK}"
    setup = sheet.find("m:pageSetup", NAMES)
    assert setup is not None
    assert (setup.get("orientation"), setup.get("paperSize")) == ("landscape", "9")
    titles = [one.text for one in part("xl/workbook.xml").iterfind(".//m:definedName", NAMES)]
    assert "'Theo cơ quan'!$3:$3" in titles


def test_no_text_becomes_a_formula(path: Path) -> None:
    """A name that begins with '=' is a name."""
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)


def test_the_first_sheet_is_the_letter(path: Path) -> None:
    """Number, date, what it is about, as of when, and whom it is from."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    texts = [text for row in rows for text in row if text]
    for text in ("07/BC-SKHCN", "Lâm Đồng, ngày 05 tháng 02 năm 2026", "Nguyễn Thị Ánh Nguyệt", "31/12/2025"):
        assert text in texts


def test_sheets_have_names_that_excel_takes(document: Document, tmp_path: Path) -> None:
    """Forbidden signs, too long ones and twins."""
    titles = ["A/B: [c]?*", "x" * 40, "X" * 40, "'", "History"]
    tables = tuple(Table(f"t{at}", title, (Column("c"),), []) for at, title in enumerate(titles))
    write_workbook(tmp_path / "b.xlsx", replace(document, annexes=tables))
    names = CalamineWorkbook.from_path(str(tmp_path / "b.xlsx")).sheet_names
    assert names[2:5] == ["A B c", "x" * 31, "X" * 27 + " (2)"]
    assert len({name.casefold() for name in names}) == len(names)


def test_the_same_document_gives_the_same_workbook(document: Document, path: Path, tmp_path: Path) -> None:
    """No clock and no chance."""
    write_workbook(tmp_path / "again.xlsx", document)
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_a_text_longer_than_a_cell_ends_visibly(document: Document, tmp_path: Path) -> None:
    """Excel's cells end at 32,767 letters; what is longer is cut and not lost."""
    table = Table("t", "dài", (Column("c"), Column("n", ColumnKind.INTEGER)), [("á" * 40_000, 1)])
    write_workbook(tmp_path / "long.xlsx", replace(document, annexes=(table,), sample=False))
    row = CalamineWorkbook.from_path(str(tmp_path / "long.xlsx")).get_sheet_by_name("dài").to_python()[2]
    assert (len(row[0]), row[0][-1], row[1]) == (32_767, "…", 1)


def test_moments_and_lengths_of_time_are_what_excel_counts_with(document: Document, tmp_path: Path) -> None:
    """A moment is told as its zone's clocks show it; hours do not start anew after a day."""
    columns = tuple(
        Column(kind.value, kind) for kind in (ColumnKind.MOMENT, ColumnKind.DURATION, ColumnKind.SHARE)
    )
    table = Table("t", "times", columns, [(datetime(2026, 10, 5, 9, 15, 3, tzinfo=UTC), 90_061, 0.99213)])
    write_workbook(tmp_path / "times.xlsx", replace(document, annexes=(table,), sample=False))
    row = CalamineWorkbook.from_path(str(tmp_path / "times.xlsx")).get_sheet_by_name("times").to_python()[2]
    assert row == [datetime(2026, 10, 5, 9, 15, 3), timedelta(seconds=90_061), 0.99213]  # noqa: DTZ001 - Excel's


def test_letters_that_xml_cannot_hold_do_not_damage_the_workbook(document: Document, tmp_path: Path) -> None:
    """Control characters, halves of letters and non-characters, wherever they stand."""
    odd = "a\x00\x0b\ud800\ufffe b"
    table = Table("t", odd, (Column(odd),), [(odd,)], (odd,))
    path = tmp_path / "odd.xlsx"
    write_workbook(path, replace(document, subject=odd, annexes=(table,)))
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            ET.fromstring(archive.read(name))
    assert CalamineWorkbook.from_path(str(path)).get_sheet_by_index(2).to_python()[3] == ["a���� b"]


def test_a_place_where_nothing_can_be_written_is_told(document: Document, tmp_path: Path) -> None:
    """As the system says it."""
    with pytest.raises(OSError, match="No such file"):
        write_workbook(tmp_path / "none" / "b.xlsx", document)
