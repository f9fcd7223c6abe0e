"""Workbooks as spreadsheet programs and other people make them."""

import struct
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter.workbook import Workbook

from inventory.messages import sentence
from inventory.sheets.columns import LANGUAGES
from inventory.sheets.headings import HeadingMapFault
from inventory.sheets.limits import Limits
from inventory.sheets.reading import Reading, read
from inventory.sheets.template import write_template

Sheets = dict[str, list[list[object]]]
Make = Callable[[Sheets], Path]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _write(workbook: Workbook, name: str, rows: Sequence[Sequence[object]]) -> None:
    sheet = workbook.add_worksheet(name)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                style = workbook.add_format({"num_format": "dd/mm/yyyy"})
                sheet.write_datetime(number, column, value, style)
            else:
                sheet.write(number, column, value)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a workbook of plain values, as a spreadsheet program would."""

    def made(sheets: Sheets) -> Path:
        path = tmp_path / "danh-sach.xlsx"
        with Workbook(path) as workbook:
            for name, rows in sheets.items():
                _write(workbook, name, rows)
        return path

    return made


def _codes(reading: Reading) -> list[str]:
    return [problem.code for problem in reading.problems]


def test_numbers_that_are_whole_lose_the_point_the_spreadsheet_gave_them(make: Make) -> None:
    """A port typed as 161 is held as 161.0 and read as '161'; other numbers keep their decimals."""
    reading = read(
        make(
            {"Thiết bị": [["Mã", "Cổng SNMP"], ["R1", 161]], "Sites": [["Code", "Latitude"], ["S1", 21.0285]]}
        )
    )
    assert [dict(row.cells) for row in reading.rows] == [
        {"id": "R1", "snmp_port": "161"},
        {"id": "S1", "latitude": "21.0285"},
    ]


def test_a_code_held_as_a_number_is_read_with_a_warning(make: Make) -> None:
    """Zeros at its front may be lost, which only a person can know; a code held as text keeps them."""
    reading = read(make({"ĐVHC": [["Mã", "Tên"], [4, "Cao Bằng"], ["04", "Cao Bằng"]]}))
    assert [row.cells["id"] for row in reading.rows] == ["4", "04"]
    assert [
        (problem.code, problem.row, problem.column, problem.is_error) for problem in reading.problems
    ] == [("sheet_code_number", 2, "id", False)]


def test_dates_and_truth_values_are_read_as_texts(make: Make) -> None:
    """Dates become ISO dates, a time of day stays visible, TRUE and FALSE become yes and no."""
    rows: list[list[object]] = [
        ["Mã", "Lõi", "Ghi chú lạ"],
        ["R1", True, None],
        ["R2", False, None],
    ]
    spds: list[list[object]] = [
        ["Mã", "Ngày lắp đặt"],
        ["SP1", date(2025, 7, 1)],
        ["SP2", datetime(2025, 7, 1, 10, 30)],  # noqa: DTZ001 - spreadsheets know no time zones
    ]
    reading = read(make({"Thiết bị": rows, "Chống sét": spds}))
    assert [row.cells.get("core") for row in reading.rows[:2]] == ["yes", "no"]
    assert [row.cells["installed_on"] for row in reading.rows[2:]] == ["2025-07-01", "2025-07-01T10:30:00"]


def test_rows_and_columns_are_named_as_the_spreadsheet_shows_them(make: Make) -> None:
    """A table that begins further down and to the right keeps its row numbers and column letters."""
    rows: list[list[object]] = [
        [],
        [],
        [None, None, "Mã", "Tên", "Qqqq"],
        [],
        [None, None, "R1", "Router", 1],
    ]
    reading = read(make({"Thiết bị": rows}))
    assert [(row.number, dict(row.cells)) for row in reading.rows] == [(5, {"id": "R1", "name": "Router"})]
    assert [(problem.row, problem.params["column"]) for problem in reading.problems] == [(3, "E")]


def test_other_peoples_sheets_are_told_and_left_alone(make: Make) -> None:
    """An unknown sheet is a warning that names the nearest known one; an empty one is not worth a word."""
    reading = read(make({"Thiết bị": [["Mã"], ["R1"]], "Đường truyềnn": [["x"]], "Sheet3": []}))
    assert [
        (problem.sheet, problem.params["suggestion"], problem.is_error) for problem in reading.problems
    ] == [("Đường truyềnn", "Đường truyền", False)]
    assert len(reading.rows) == 1


def test_own_headings_and_sheet_names_are_understood_as_mapped(make: Make) -> None:
    """A caller's mapping names fields and kinds; an entry for one kind alone is not used for others."""
    path = make(
        {"DS máy": [["Mã", "Tên gọi tắt"], ["R1", "Router"]], "Sites": [["Code", "Tên gọi tắt"], ["S1", "x"]]}
    )
    reading = read(
        path, {"DS MAY": "device", "ten goi tat": "device.name", "site.Tên gọi tắt": "site.street_address"}
    )
    assert [dict(row.cells) for row in reading.rows] == [
        {"id": "R1", "name": "Router"},
        {"id": "S1", "street_address": "x"},
    ]
    assert [met.remembered for met in reading.headings] == [False, True, False, True]
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("meaning", "code", "allowed"),
    [
        ("device.nmae", "map_field", "name"),
        ("devise", "map_kind", "device"),
        ("devise.name", "map_kind", "line"),
    ],
)
def test_a_mapping_to_nothing_is_refused(make: Make, meaning: str, code: str, allowed: str) -> None:
    """An entry whose kind or field does not exist names itself and all that is allowed."""
    with pytest.raises(HeadingMapFault) as refused:
        read(make({"Thiết bị": [["Mã"]]}), {"Máy": meaning})
    problem = refused.value.problem
    assert (problem.code, problem.params["heading"]) == (code, "Máy")
    assert allowed in problem.params["known"].split(", ")
    assert str(refused.value) == sentence(problem)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\0" * 100, "file_empty"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "file_format"),
        (b"PK\x03\x04 and then nothing of a ZIP", "file_damaged"),
        (_OLE + b"\0" * 4000, "file_damaged"),
        (_OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600, "file_encrypted"),
    ],
    ids=["empty", "zeros", "web page", "no archive", "no compound file", "encrypted"],
)
def test_what_is_no_workbook_is_named(content: bytes, code: str, tmp_path: Path) -> None:
    """The file is refused with what it is instead."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    assert _codes(read(path)) == [code]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that cannot be opened is a problem like others, not an exception."""
    assert _codes(read(tmp_path / "none.xlsx")) == ["file_missing"]


def _archive(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_an_archive_that_is_no_workbook_is_named(tmp_path: Path) -> None:
    """Any ZIP file begins as XLSX does."""
    assert _codes(read(_archive(tmp_path / "book.xlsx", {"a.txt": b"x"}))) == ["file_damaged"]


def test_an_archive_that_says_it_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    """The sizes in the archive's directory are added up before anything is opened."""
    path = _archive(tmp_path / "book.xlsx", {"xl/workbook.xml": b"\0" * 2_000_000})
    assert _codes(read(path, limits=Limits(expanded=1_000_000))) == ["file_expands"]


def test_an_archive_that_lies_about_its_size_meets_the_memory_limit(make: Make, tmp_path: Path) -> None:
    """The reading process may not take more memory than allowed, whatever the file promises."""
    original = make({"Thiết bị": [["Mã"], ["R1"]]})
    content = b"<sst>" + b"<si><t>" + b"x" * 40_000_000 + b"</t></si></sst>"
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(original) as source:
        entries = {entry: source.read(entry) for entry in source.namelist()}
    _archive(path, {**entries, "xl/sharedStrings.xml": content})
    lying = path.read_bytes().replace(len(content).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(lying)
    reading = read(path, limits=Limits(memory=100_000_000))
    assert _codes(reading)[0] in {"file_heavy", "file_damaged"}
    assert reading.rows == ()


def test_a_cell_in_the_last_corner_of_the_sheet_does_not_take_all_memory(tmp_path: Path) -> None:
    """A file of a few kilobytes can span seventeen thousand million cells."""
    path = tmp_path / "corner.xlsx"
    with Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Thiết bị")
        sheet.write(0, 0, "Mã")
        sheet.write(1_048_575, 16_383, "x")
    assert _codes(read(path)) == ["file_heavy"]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(rows=3), "sheet_rows"),
        (Limits(columns=1), "sheet_columns"),
        (Limits(file=1000), "file_too_large"),
        (Limits(sheets=1), "file_too_many_sheets"),
        (Limits(text=50), "file_heavy"),
    ],
    ids=["rows", "columns", "bytes", "sheets", "text"],
)
def test_what_exceeds_a_limit_is_refused_by_its_name(limits: Limits, code: str, make: Make) -> None:
    """Every cap has a sentence of its own."""
    path = make({"Thiết bị": [["Mã", "Tên"], *([f"R{n}", "x"] for n in range(5))], "Sites": [["Code"]]})
    reading = read(path, limits=limits)
    assert _codes(reading) == [code]
    assert reading.rows == ()


def test_a_cell_with_too_much_text_leaves_out_its_row_alone(make: Make) -> None:
    """Sheet, row and column are named, the other rows are read."""
    reading = read(
        make({"Thiết bị": [["Mã", "Tên"], ["R1", "x" * 101], ["R2", "y"]]}), limits=Limits(cell=100)
    )
    assert [(problem.code, problem.row, problem.column) for problem in reading.problems] == [
        ("sheet_cell_long", 2, "name")
    ]
    assert [row.cells["id"] for row in reading.rows] == ["R2"]


_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Thiết bị">{rows}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)


def _ods(path: Path, rows: str) -> Path:
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return _archive(
        path,
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": manifest,
            "content.xml": _ODS.format(rows=rows).encode(),
        },
    )


def _ods_cell(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def test_an_open_document_is_read(tmp_path: Path) -> None:
    """ODS files are workbooks too, with the rows that the program repeats up to the sheet's end."""
    rows = "".join(f"<table:table-row>{_ods_cell(text)}</table:table-row>" for text in ("Mã", "R1"))
    end = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    reading = read(_ods(tmp_path / "book.ods", rows + end))
    assert [dict(row.cells) for row in reading.rows] == [{"id": "R1"}]
    assert reading.problems == ()


def test_an_open_document_that_repeats_without_end_is_refused(tmp_path: Path) -> None:
    """A few bytes can repeat a filled cell over the whole sheet."""
    wide = _ods_cell("x", ' table:number-columns-repeated="16384"')
    rows = f'<table:table-row table:number-rows-repeated="1048576">{wide}</table:table-row>'
    reading = read(_ods(tmp_path / "book.ods", rows), limits=Limits(seconds=5))
    assert reading.rows == ()
    assert all(problem.is_error for problem in reading.problems)
    assert reading.problems != ()


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.integers(0, 5_000), byte=st.integers(0, 255), cut=st.integers(0, 200))
def test_a_spoilt_workbook_never_raises(place: int, byte: int, cut: int, make: Make, tmp_path: Path) -> None:
    """Whatever happened to the bytes on the way, the answer is rows or problems."""
    content = bytearray(make({"Thiết bị": [["Mã", "Tên"], ["R1", "Router"]]}).read_bytes())
    content[place % len(content)] = byte
    path = tmp_path / "spoilt.xlsx"
    path.write_bytes(bytes(content[: len(content) - cut]))
    reading = read(path)
    assert reading.rows or reading.problems


def test_the_instructions_and_lists_of_our_own_workbooks_are_not_read(tmp_path: Path) -> None:
    """A template read back has no rows and no faults."""
    for language in LANGUAGES:
        path = tmp_path / f"{language}.xlsx"
        write_template(path, language)
        reading = read(path)
        assert (reading.rows, reading.problems) == ((), ())
        assert all(met.field for met in reading.headings)


def _record(number: int, content: bytes = b"") -> bytes:
    """One BIFF record ([MS-XLS], section 2.1.4)."""
    return struct.pack("<HH", number, len(content)) + content


def _label(row: int, column: int, text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + encoded)


def _biff(name: str, cells: bytes) -> bytes:
    """The stream of a workbook of one sheet, long enough not to be held among the small streams."""
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0x0600))
    title = name.encode("utf-16-le")
    bound = 4 + 6 + 2 + len(title)
    start = len(begin) + bound + 4
    listed = _record(0x0085, struct.pack("<IBBBB", start, 0, 0, len(name), 1) + title)
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0x0600)) + cells + _record(0x000A)
    return (begin + listed + _record(0x000A) + sheet).ljust(4096, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    title = name.encode("utf-16-le")
    links = struct.pack("<IIII", 0xFFFFFFFF, 0xFFFFFFFF, child, 0)
    head = title.ljust(64, b"\0") + struct.pack("<HBB", len(title) + 2, kind, 1)
    return (head + links).ljust(116, b"\0") + struct.pack("<IQ", start, size)


def _compound(stream: bytes) -> bytes:
    """A compound file of one stream ([MS-CFB]): header, FAT in sector 0, directory in sector 1, then the stream."""
    sectors = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    fat = b"".join(struct.pack("<I", each) for each in chain).ljust(512, b"\xff")
    head = _OLE + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header = (head + struct.pack("<I", 0)).ljust(512, b"\xff")
    directory = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    return header + fat + directory.ljust(512, b"\0") + stream


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    """XLS of the years before 2007 still lies in many offices."""
    number = _record(0x0203, struct.pack("<HHHd", 1, 2, 0, 161.0))
    cells = b"".join(
        _label(row, column, text)
        for row, texts in enumerate((("Mã", "Tên", "Cổng SNMP"), ("R1", "Bộ định tuyến")))
        for column, text in enumerate(texts)
    )
    path = tmp_path / "cu.xls"
    path.write_bytes(_compound(_biff("Thiết bị", cells + number)))
    reading = read(path)
    assert reading.problems == ()
    assert [dict(row.cells) for row in reading.rows] == [
        {"id": "R1", "name": "Bộ định tuyến", "snmp_port": "161"}
    ]
