"""Workbooks as offices really send them: understood, or refused with sheet, row, column and reason."""

import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from inventory.changes import difference, good_rows
from inventory.incoming import CLEAR, CellFault, read_cell
from inventory.messages import sentence
from inventory.problems import Problem
from inventory.sheets.columns import sheets
from inventory.sheets.csv_folder import encode
from inventory.sheets.legacy import TCVN3, VNI, legacy_bytes, legacy_font
from inventory.sheets.reading import Reading, read
from inventory.snapshot import KINDS, Inventory

Fill = Callable[[Workbook, Worksheet], None]


@pytest.fixture
def devices(tmp_path: Path) -> Callable[..., Path]:
    """Makes a workbook with one sheet of devices, filled by a function."""

    def made(fill: Fill, name: str = "may.xlsx", sheet: str = "Thiết bị") -> Path:
        path = tmp_path / name
        with Workbook(path) as workbook:
            fill(workbook, workbook.add_worksheet(sheet))
        return path

    return made


def _written(*rows: tuple[object, ...]) -> Fill:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    return fill


def _places(reading: Reading) -> list[tuple[str, int | None, str | None, bool]]:
    return [(each.code, each.row, each.column, each.is_error) for each in reading.problems]


def test_a_merged_cell_speaks_for_every_row_it_covers(devices: Callable[..., Path]) -> None:
    """A place merged over three devices is the place of all three, and that is told once."""

    def fill(workbook: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ("Mã", "Địa điểm"))
        sheet.write_column(1, 0, ("R1", "R2", "R3", "R4"))
        sheet.merge_range(1, 1, 3, 1, "S1", workbook.add_format())
        sheet.write(4, 1, "S2")

    reading = read(devices(fill))
    assert [row.cells["site"] for row in reading.rows] == ["S1", "S1", "S1", "S2"]
    assert _places(reading) == [("sheet_merged", 2, None, False)]
    assert "column B, is 'S1'" in sentence(reading.problems[0])


def test_a_title_merged_across_stays_a_title(devices: Callable[..., Path]) -> None:
    """Merged cells above the headings and across columns are carried nowhere."""

    def fill(workbook: Workbook, sheet: Worksheet) -> None:
        sheet.merge_range(0, 0, 0, 3, "DANH SÁCH THIẾT BỊ", workbook.add_format())
        sheet.write_row(1, 0, ("Mã", "Tên", "Hãng"))
        sheet.write_row(2, 0, ("R1", "a", "x"))

    reading = read(devices(fill))
    assert [dict(row.cells) for row in reading.rows] == [{"id": "R1", "name": "a", "vendor": "x"}]
    assert reading.problems == ()


def _replaced(path: Path, part: str, old: str, new: str) -> Path:
    with zipfile.ZipFile(path) as source:
        held = {name: source.read(name) for name in source.namelist()}
    content = held[part].decode()
    assert old in content
    held[part] = content.replace(old, new).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, each in held.items():
            target.writestr(name, each)
    return path


def test_a_formula_is_its_value_and_one_without_keeps_its_row_out(devices: Callable[..., Path]) -> None:
    """What the spreadsheet computed last is read; what no program ever computed is named by row and column."""

    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ("Mã", "Tên"))
        sheet.write_row(1, 0, ("R1", "a"))
        sheet.write_formula(2, 1, '="b"&"c"', value="bc")
        sheet.write(2, 0, "R2")
        sheet.write(3, 0, "R3")
        sheet.write_formula(3, 1, "A1&A2", value="77")
        sheet.write_formula(4, 0, "A9", value="88")

    path = devices(fill)
    _replaced(path, "xl/worksheets/sheet1.xml", "<v>77</v>", "")
    _replaced(path, "xl/worksheets/sheet1.xml", "<v>88</v>", "<v></v>")
    reading = read(path)
    assert [dict(row.cells) for row in reading.rows] == [
        {"id": "R1", "name": "a"},
        {"id": "R2", "name": "bc"},
    ]
    assert _places(reading) == [("sheet_formula", 4, "name", True), ("sheet_formula", 5, "id", True)]


@pytest.mark.parametrize("value", ["#REF!", "#N/A", "#DIV/0!"])
def test_an_error_in_the_place_of_a_value_keeps_its_row_out(devices: Callable[..., Path], value: str) -> None:
    """A formula that came to nothing is no name."""

    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ("Mã", "Tên"))
        sheet.write(1, 0, "R1")
        sheet.write_formula(1, 1, "=1/0", value=value)

    reading = read(devices(fill))
    assert reading.rows == ()
    assert _places(reading) == [("sheet_error_value", 2, "name", True)]


def test_days_that_stand_as_numbers_are_dates(devices: Callable[..., Path], tmp_path: Path) -> None:
    """45992 in a column of dates is 1 December 2025 and is told; with days counted from 1904 it is refused."""
    rows = (("Mã", "Ngày lắp đặt"), ("SP1", 45992), ("SP2", "45992"), ("SP3", 2025))
    path = devices(_written(*rows), sheet="Chống sét")
    reading = read(path)
    assert [row.cells["installed_on"] for row in reading.rows] == ["2025-12-01", "2025-12-01", "2025"]
    assert [code for code, *_ in _places(reading)] == ["sheet_date_number"] * 2
    old = tmp_path / "1904.xlsx"
    with Workbook(old, {"date_1904": True}) as workbook:
        sheet = workbook.add_worksheet("Chống sét")
        sheet.write_row(0, 0, rows[0])
        sheet.write_row(1, 0, rows[1])
    assert [row.cells["installed_on"] for row in read(old).rows] == ["45992"]


@pytest.mark.parametrize(
    "text",
    [
        "05/03/2024", "5/3/2024", "5.3.2024", "5-3-2024", "2024-03-05", "ngày 5 tháng 3 năm 2024",
        "Ngày 05 tháng 03 năm 2024", "5 tháng 3, năm 2024", "05/03/2024\u00a0",
        unicodedata.normalize("NFD", "ngày 5 tháng 3 năm 2024"), "ngày\u00a05\u00a0tháng 3 năm 2024",
    ],
)  # fmt: skip
def test_dates_in_every_vietnamese_form_are_the_same_day(text: str) -> None:
    """Day first, in figures or in words, composed or not, with any blanks."""
    assert str(read_cell("surge_protector", "installed_on", text)) == "2024-03-05"


@pytest.mark.parametrize(
    "text", ["20 Mbps", "20Mbps", "20M", "0,02 Gb/s", "20 Mbit/s", "20\u00a0Mbps", "20000 Kbps"]
)
def test_units_of_lines_in_every_form_are_the_same_rate(text: str) -> None:
    """Bits in any step."""
    assert read_cell("line", "bandwidth_down", text) == 20_000_000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("20 MB/s", "bandwidth_in_bytes"),
        ("20", "bandwidth_without_unit"),
        ("2.048 Mbps", "bandwidth_ambiguous"),
    ],
)
def test_units_that_could_mean_something_else_are_refused(text: str, code: str) -> None:
    """Bytes, no unit at all, and three digits behind a point."""
    with pytest.raises(CellFault) as refused:
        read_cell("line", "bandwidth_down", text)
    assert refused.value.code == code


def test_letters_composed_in_another_way_are_the_same(devices: Callable[..., Path]) -> None:
    """NFD headings and values, the old place of tones, no-break blanks."""
    nfd = unicodedata.normalize("NFD", "Tên thiết bị")
    path = devices(_written(("Mã\u00a0thiết bị", nfd, "Loại thiết bị"), ("R1", "Hoà Bình", "bộ định tuyến")))
    reading = read(path)
    assert [dict(row.cells) for row in reading.rows] == [
        {"id": "R1", "name": "Hoà Bình", "kind": "bộ định tuyến"}
    ]
    assert read_cell("device", "kind", unicodedata.normalize("NFD", "BỘ ĐỊNH TUYẾN")) == "router"
    assert read_cell("device", "name", unicodedata.normalize("NFD", "Hoà")) == "Hoà"
    assert read_cell("device", "vendor", "\u00a0-\u200b") is CLEAR


def test_the_same_sheet_twice_is_read_once(tmp_path: Path) -> None:
    """Rows that say the same are told and taken once; rows that contradict each other are both left out."""
    path = tmp_path / "hai.xlsx"
    with Workbook(path) as workbook:
        for name in ("Đầu mối liên hệ", "Liên hệ"):
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, ("Mã liên hệ", "Họ tên", "Vai trò", "Số điện thoại"))
            sheet.write_row(1, 0, ("C1", "Nga", "cơ quan", "0900"))
            sheet.write_row(2, 0, ("C2", "Lan", "cơ quan", "0901" if name == "Liên hệ" else "0902"))
    reading = read(path, {"Họ tên": "contact.name"})
    assert [(each.code, each.sheet, each.row) for each in reading.problems] == [
        ("sheet_row_again", "Liên hệ", 2)
    ]
    proposal = good_rows(Inventory(), reading.rows)
    assert [change.id for change in proposal.changes] == ["C1"]
    assert [problem.code for reject in proposal.rejects for problem in reject.problems] == ["row_twice"] * 2
    assert difference(Inventory(), reading.rows).applicable is False


def test_a_hundred_thousand_blank_rows_are_no_work(devices: Callable[..., Path]) -> None:
    """Rows that only have a format travel as a number, and what stands below them is read."""

    def fill(workbook: Workbook, sheet: Worksheet) -> None:
        style = workbook.add_format({"bold": True})
        sheet.write_row(0, 0, ("Mã", "Tên"))
        for number in range(1, 100_000):
            sheet.write_blank(number, 0, None, style)
        sheet.write_row(100_000, 0, ("R1", "a"))

    reading = read(devices(fill))
    assert [(row.number, row.cells["id"]) for row in reading.rows] == [(100_001, "R1")]
    assert reading.problems == ()


def test_macros_are_told_and_never_run(devices: Callable[..., Path]) -> None:
    """The cells of an XLSM file are read like any other's."""
    path = devices(_written(("Mã", "Tên"), ("R1", "a")), name="may.xlsm")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 whatever")
    reading = read(path)
    assert [code for code, *_ in _places(reading)] == ["file_macros"]
    assert [row.cells["id"] for row in reading.rows] == ["R1"]


@pytest.mark.parametrize(
    ("text", "font"),
    [
        ("Tªn thiÕt bÞ, m¹ng diÖn réng", TCVN3),
        ("®Þa ®iÓm huyÖn B¸t X¸t", TCVN3),
        ("Teân thieát bò, maïng dieän roäng", VNI),
        ("Ủy ban nhân dân xã Hoà Bình", None),
        ("Cisco® Catalyst 2960™, 10 µs, 5 m², 25 °C", None),
        ("Café crème à la carte", None),
        ("Straße in Zürich", None),
        ("ASCII only", None),
    ],
)
def test_old_fonts_are_told_from_unicode(text: str, font: str | None) -> None:
    """By letters that stand where no other text has them."""
    assert legacy_font(text) == font


def test_a_sheet_typed_in_an_old_font_is_refused_with_how_to_convert_it(devices: Callable[..., Path]) -> None:
    """Its headings are known by nobody; a cell among good ones keeps its row out."""
    bad = read(devices(_written(("M· thiÕt bÞ", "Tªn thiÕt bÞ"), ("R1", "M¸y chñ"))))
    assert (bad.rows, [(p.code, p.row, p.params["font"]) for p in bad.problems]) == (
        (),
        [("sheet_legacy", 1, TCVN3)],
    )
    mixed = read(devices(_written(("Mã", "Tên"), ("R1", "Bé ®Þnh tuyÕn B¸t X¸t"), ("R2", "Máy chủ"))))
    assert [row.cells["id"] for row in mixed.rows] == ["R2"]
    assert _places(mixed) == [("sheet_legacy_cell", 2, "name", True)]
    assert "UniKey" in sentence(mixed.problems[0])


def test_csv_in_an_old_encoding_is_refused_by_name(tmp_path: Path) -> None:
    """Its bytes would pass for cp1258 and be rubbish."""
    file = tmp_path / "device.csv"
    file.write_bytes("M· thiÕt bÞ;Tªn thiÕt bÞ;§Þa ®iÓm\nR1;Bé ®Þnh tuyÕn B¸t X¸t;S1\n".encode("latin-1"))
    (problem,) = read(file).problems
    assert (problem.code, problem.params["font"]) == ("file_legacy", TCVN3)


@pytest.mark.parametrize("kind", KINDS)
def test_cp1258_is_not_taken_for_an_old_font(kind: str) -> None:
    """Its tone marks are letters of their own too."""
    headings = ";".join(column.heading["vi"] for column in sheets()[kind].columns)
    assert legacy_bytes(encode(headings, "cp1258")) is None


def test_every_new_problem_names_its_place(devices: Callable[..., Path]) -> None:
    """Sheet and row stand before the sentence."""
    reading = read(devices(_written(("Mã", "Tên"), ("R1", "M¸y chñ B¸t X¸t"))))
    assert sentence(reading.problems[0]).startswith("Sheet 'Thiết bị', row 2")


def test_what_a_problem_quotes_is_short(devices: Callable[..., Path]) -> None:
    """A cell of a page of text is not repeated."""
    reading = read(devices(_written(("Mã", "Tên"), ("R1", "B¸t X¸t " * 200))))
    problem: Problem = reading.problems[0]
    values: Any = problem.params
    assert len(values["value"]) <= 60
