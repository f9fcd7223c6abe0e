"""Workbooks of unknown layout, read as a person described them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter.workbook import Workbook

from inventory.incoming import IncomingRow
from inventory.messages import sentence
from inventory.sheets.layout_guess import guess
from inventory.sheets.layout_reading import read_by, rows_by
from inventory.sheets.layout_templates import TemplateFault, as_code, read_template
from inventory.sheets.layouts import LayoutFault, like, read_layout
from inventory.sheets.tables import Table

_LAYOUT = """
note = "Danh sách của STTTT"

[[sheet]]
name = "DS thiết bị*"
headings = [3, 4]
skip = ["Tổng cộng*"]
section = "xa"
section_like = ["Xã *", "Phường *"]

[sheet.values]
diem = "DD-{xa|code}"

[[sheet.rows]]
of = "site"
[sheet.rows.fields]
id = "{diem}"
name = "UBND {xa}"
organisation_units = "CQ-{xa|code}"

[[sheet.rows]]
of = "device"
need = "Tên thiết bị"
[sheet.rows.fields]
id = "TB-{STT|pad 3}-{xa|code}"
name = "Tên thiết bị"
site = "{diem}"
kind = { from = "{Địa chỉ / Loại|part 2 /}", words = { "SW*" = "switch", "Router*" = "router" }, otherwise = "other" }
address = "{Địa chỉ / Loại|part 1 /}"
vendor = "{=F}"

[[sheet.rows]]
of = "line"
need = "{Đường truyền / Tốc độ}"
[sheet.rows.fields]
id = "DT-{STT|pad 3}-{xa|code}"
name = "Đường truyền {?Ghi chú}"
site = "{diem}"
line_class = "tslcd_access_2"
bandwidth_down = { from = "{Đường truyền / Tốc độ}", unit = "Mbps" }
"""
_LAYOUT = _LAYOUT.replace('need = "Tên thiết bị"', 'need = "{Tên thiết bị}"').replace(
    'name = "Tên thiết bị"', 'name = "{Tên thiết bị}"'
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Somebody's workbook: titles, two rows of headings, sections, totals, a second page's headings."""
    path = tmp_path / "so-lieu.xlsx"
    with Workbook(path) as workbook:
        plain = workbook.add_format()
        sheet = workbook.add_worksheet("DS thiết bị 2026")
        sheet.merge_range(0, 0, 0, 6, "DANH SÁCH THIẾT BỊ CÁC XÃ", plain)
        headings = ("STT", "Tên thiết bị", "Địa chỉ / Loại")
        for column, text in enumerate(headings):
            sheet.merge_range(2, column, 3, column, text, plain)
        sheet.merge_range(2, 3, 2, 4, "Đường truyền", plain)
        sheet.write_row(3, 3, ("Tốc độ", "Nhà mạng", "Hãng", "Ghi chú"))
        sheet.write_row(4, 0, ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"))
        sheet.merge_range(5, 0, 5, 6, "Xã Tân Lập", plain)
        sheet.write_row(6, 0, (1, "Bộ chuyển mạch", "10.1.1.1 / SW Huawei", 20, "VNPT", "Huawei", ""))
        sheet.write_row(7, 0, (2, "Máy chủ", "10.1.1.2 / PC", "-", "", "Dell", ""))
        sheet.write_row(8, 0, ("Phường Đông Hà",))
        sheet.write_row(
            9, 0, ("STT", "Tên thiết bị", "Địa chỉ / Loại", "Tốc độ", "Nhà mạng", "Hãng", "Ghi chú")
        )
        sheet.write_row(
            10, 0, (3, "Bộ định tuyến", "10.1.2.1/Router", "0,1 Gbps", "Viettel", "Cisco", "chính")
        )
        sheet.write_row(11, 1, ("Tổng cộng: 3",))
        workbook.add_worksheet("Ghi chú").write(0, 0, "xem thêm")
    return path


def _of(rows: Sequence[IncomingRow], kind: str) -> list[dict[str, str]]:
    return [dict(row.cells) for row in rows if row.kind == kind]


def test_a_workbook_is_read_as_its_layout_says(book: Path) -> None:
    """Sections are carried down, a site is told once, cells are split, numbers get their unit, totals are left out."""
    reading = read_by(read_layout(_LAYOUT), book)
    assert _of(reading.rows, "site") == [
        {"id": "DD-XA-TAN-LAP", "name": "UBND Xã Tân Lập", "organisation_units": "CQ-XA-TAN-LAP"},
        {"id": "DD-PHUONG-DONG-HA", "name": "UBND Phường Đông Hà", "organisation_units": "CQ-PHUONG-DONG-HA"},
    ]
    devices = _of(reading.rows, "device")
    assert [each["id"] for each in devices] == [
        "TB-001-XA-TAN-LAP", "TB-002-XA-TAN-LAP", "TB-003-PHUONG-DONG-HA",
    ]  # fmt: skip
    assert [(each["kind"], each["address"], each["vendor"]) for each in devices] == [
        ("switch", "10.1.1.1", "Huawei"),
        ("other", "10.1.1.2", "Dell"),
        ("router", "10.1.2.1", "Cisco"),
    ]
    assert [(each["name"], each["bandwidth_down"]) for each in _of(reading.rows, "line")] == [
        ("Đường truyền", "20 Mbps"),
        ("Đường truyền chính", "0,1 Gbps"),
    ]
    assert [(each.code, each.is_error) for each in reading.problems] == [
        ("layout_skipped", False),
        ("layout_sheet_left", False),
    ]
    assert reading.problems[0].params["rows"] == "5, 10, 12"
    assert {row.number for row in reading.rows} == {7, 8, 11}


def _small(more: str = "", fields: str = 'id = "{Mã}"') -> str:
    return f'[[sheet]]\n{more}\n[[sheet.rows]]\nof = "device"\n[sheet.rows.fields]\n{fields}\n'


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("", 1, "layout_empty"),
        ("[[sheet", 1, "layout_toml"),
        (_small("name = 5"), 2, "layout_texts"),
        ('[[sheet]]\nname = "x"\n', 1, "layout_no_rows"),
        (_small("headinsg = 3"), 2, "layout_key"),
        (_small("headings = [3, 5]"), 2, "layout_headings"),
        (_small("position = 0"), 2, "layout_number"),
        (_small().replace("device", "devise"), 4, "layout_kind"),
        (_small(fields='id = "{Mã}"\nnmae = "x"'), 7, "layout_field"),
        (_small(fields='id = "{Mã"'), 6, "layout_template"),
        (_small(fields='id = "{Mã|kode}"'), 6, "layout_template"),
        (_small(fields="id = true"), 6, "layout_value"),
        (_small(fields='id = { from = "{Mã}", words = 5 }'), 6, "layout_words"),
        (_small(fields=""), 3, "layout_no_fields"),
        (f"position = {'9' * 5000}", 1, "layout_toml"),
        (f"\n{'a.' * 10_000}a = 1", 2, "layout_toml"),
    ],
)
def test_a_fault_of_a_layout_names_its_line(text: str, line: int, code: str) -> None:
    """And what is allowed."""
    with pytest.raises(LayoutFault) as refused:
        read_layout(text)
    problem = refused.value.problem
    assert (problem.code, int(problem.params["line"])) == (code, line)
    assert str(refused.value) == sentence(problem)


@given(st.text(max_size=80))
def test_no_text_makes_the_reader_of_layouts_raise_anything_else(text: str) -> None:
    """Garbage is a fault with a line."""
    with pytest.raises(LayoutFault):
        read_layout(f"[[sheet]]\n{text}\n[[sheet.rows]]\n")


@given(st.text(max_size=40))
def test_a_template_is_filled_or_refused(text: str) -> None:
    """Whatever stands in it."""
    try:
        template = read_template(text)
    except TemplateFault:
        return
    assert isinstance(template.filled(lambda name: name), str)


def test_faults_of_the_file_name_layout_line_sheet_and_row() -> None:
    """A heading that is not there, one that is there twice, a sheet that is not there."""
    layout = read_layout(_small("headings = 2", 'id = "{Mã}"\nname = "{Tên}"\nsite = "{Điểm}"'))
    table = Table("Máy", (("Danh sách",), ("Mã", "Tên", "Tên"), ("R1", "a", "b")))
    found = rows_by(layout, (table,))
    assert found.rows == ()
    assert [(each.code, each.params["line"], each.sheet, each.row) for each in found.problems] == [
        ("layout_heading_twice", "7", "Máy", 2),
        ("layout_heading", "8", "Máy", 2),
    ]
    assert "columns B, C are all called 'Tên'" in sentence(found.problems[0])
    nowhere = rows_by(read_layout(_small('name = "Khác"')), (table,))
    assert [each.code for each in nowhere.problems] == ["layout_no_sheet", "layout_sheet_left"]


def test_headings_are_looked_for_where_the_layout_does_not_say() -> None:
    """The row in which most of them stand."""
    table = Table("Máy", (("Danh sách Mã",), ("Mã", "Tên"), ("R1", "a")))
    found = rows_by(read_layout(_small(fields='id = "{Mã}"\nname = "{Tên}"')), (table,))
    assert [dict(row.cells) for row in found.rows] == [{"id": "R1", "name": "a"}]


def test_a_blank_cell_makes_the_whole_text_blank_unless_it_may_be() -> None:
    """A code is never half made."""
    template = read_template("TB-{STT|pad 3}-{?Xã|code}{{x}}")
    cells = {"STT": "5", "Xã": "Đông Hà"}
    assert template.filled(cells.__getitem__) == "TB-005-DONG-HA{x}"
    assert template.filled({"STT": "5", "Xã": "–"}.__getitem__) == "TB-005-{x}"
    assert template.filled({"STT": " ", "Xã": "x"}.__getitem__) == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [("Xã Tân Lập", "XA-TAN-LAP"), ("Đắk Lắk (2)", "DAK-LAK-2"), ("  ", ""), ("Bà Rịa–VT", "BA-RIA-VT")],
)
def test_names_become_codes(text: str, code: str) -> None:
    """Without diacritics, in capitals, with hyphens."""
    assert as_code(text) == code


def test_patterns_do_not_mind_case_diacritics_and_signs() -> None:
    """A star is anything; nothing else is special."""
    assert like("TỔNG CỘNG: 3", "Tổng cộng*")
    assert not like("Số tổng cộng", "Tổng cộng*")
    assert like("a[1]", "A[1]")


def test_a_layout_is_proposed_for_a_list_nobody_described(tmp_path: Path) -> None:
    """Headings nearly ours, values that tell themselves, words and units to be looked through; it can be read."""
    table = Table(
        "Bảng tổng hợp",
        (
            ("DANH SÁCH",),
            ("STT", "Tên thiết bị", "Địa điểm lắp", "Loại", "IP", "Ghi chú"),
            (1, "SW 1", "Xã Tân Lập", "SW", "10.0.0.1", "x"),
            (2, "RT 1", "Xã Tân Lập", "router", "10.0.0.2", ""),
        ),
    )
    text = guess((table,), "vi")
    layout = read_layout(text)
    found = rows_by(layout, (table,))
    assert [(row.kind, row.cells["id"], row.cells["address"]) for row in found.rows] == [
        ("device", "TB-001", "10.0.0.1"),
        ("device", "TB-002", "10.0.0.2"),
    ]
    assert found.rows[0].cells["site"] == "XA-TAN-LAP"
    assert '"SW" = ' in text
    assert "# Not taken: Ghi chú" in text
    assert guess((Table("x", ((1, 2), (3, 4))),), "en") == ""


def test_merged_values_are_carried_down_in_a_layout_too(tmp_path: Path) -> None:
    """The commune merged over its devices is that of each."""
    table = Table("Máy", (("Mã", "Xã"), ("R1", "A"), ("R2", "")), merged=((1, 1, 2, 1),))
    made = rows_by(read_layout(_small(fields='id = "{Mã}"\nsite = "{Xã}"')), (table,))
    assert [row.cells["site"] for row in made.rows] == ["A", "A"]
    assert [each.code for each in made.problems] == ["sheet_merged"]


def test_rows_of_one_record_that_say_different_things_stay_apart() -> None:
    """So that the contradiction is told, and rows that only add to each other become one."""
    rows = (("Mã", "Hãng", "Kiểu"), ("R1", "A", ""), ("R1", "", "M"), ("R1", "B", ""))
    table = Table("Máy", rows)
    fields = 'id = "{Mã}"\nvendor = "{Hãng}"\nmodel = "{Kiểu}"'
    made = rows_by(read_layout(_small(fields=fields)), (table,))
    assert [dict(row.cells) for row in made.rows] == [
        {"id": "R1", "vendor": "A", "model": "M"},
        {"id": "R1", "vendor": "B"},
    ]


def test_a_heading_of_two_rows_and_totals_are_seen_by_the_proposal() -> None:
    """Both rows are the heading; totals tell nothing of a column, and the meaning of a strange word is asked."""
    table = Table(
        "ĐT",
        (
            ("DANH SÁCH ĐƯỜNG TRUYỀN",),
            ("TT", "Tên đường truyền", "Kênh truyền", "", "Nhà mạng"),
            ("", "", "Loại kênh", "Tốc độ", ""),
            (1, "Đường 1", "TSLCD cấp II", "20", "VNPT"),
            (2, "Đường 2", "vệ tinh", "20", "VNPT"),
            ("Tổng", "", "2 kênh", "", ""),
        ),
        merged=((1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 2, 4)),
    )
    text = guess((table,), "vi")
    assert "headings = [2, 3]" in text
    assert 'provider = "{Nhà mạng}"' in text
    assert 'bandwidth_down = { from = "{Tốc độ}", unit = "Mbps" }' in text
    assert '"TSLCD cấp II" = "tslcd_access_2"' in text
    assert "2 kênh" not in text
    assert "# say what these words mean: vệ tinh" in text
    assert [row.cells["provider"] for row in rows_by(read_layout(text), (table,)).rows] == ["VNPT", "VNPT"]
