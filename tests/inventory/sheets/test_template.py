"""What stands in the workbook itself, looked up in its XML: a spreadsheet program would show it."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from xlsxwriter.utility import xl_col_to_name

from inventory.sheets.columns import LANGUAGES, SAMPLE_MARK, Language, sheets, yes_no_words
from inventory.sheets.template import write_template
from inventory.sheets.writing import write
from inventory.snapshot import CellType, Inventory

_FORMATS = {
    ("administrative_unit", "id"): "@",
    ("contact", "phone"): "@",
    ("device", "snmp_port"): "1",  # number 1 of the built-in formats: 0
    ("surge_protector", "installed_on"): "dd/mm/yyyy",
}
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _parts(path: Path) -> Mapping[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def _sheet_xml(parts: Mapping[str, str], name: str) -> ET.Element:
    workbook = ET.fromstring(parts["xl/workbook.xml"])
    names = [sheet.attrib["name"] for sheet in workbook.iter(f"{_MAIN}sheet")]
    return ET.fromstring(parts[f"xl/worksheets/sheet{names.index(name) + 1}.xml"])


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    """Each language in turn."""
    chosen: Language = request.param
    return chosen


@pytest.fixture
def parts(language: Language, tmp_path: Path) -> Mapping[str, str]:
    """The parts of a template in that language."""
    write_template(tmp_path / "template.xlsx", language)
    return _parts(tmp_path / "template.xlsx")


def _validations(sheet: ET.Element) -> Mapping[str, ET.Element]:
    """The drop-downs of a sheet by column letters."""
    return {
        each.attrib["sqref"].split(":")[0].rstrip("0123456789"): each
        for each in sheet.iter(f"{_MAIN}dataValidation")
    }


def test_sheets_stand_in_order_after_the_instructions(parts: Mapping[str, str], language: Language) -> None:
    """Instructions first, the lists of choices hidden at the end."""
    found = ET.fromstring(parts["xl/workbook.xml"]).iter(f"{_MAIN}sheet")
    names = [(sheet.attrib["name"], sheet.attrib.get("state")) for sheet in found]
    assert [name for name, _ in names[1:-1]] == [sheet.name[language] for sheet in sheets().values()]
    assert [state for _, state in names] == [None] * (len(names) - 1) + ["hidden"]


def test_headings_stay_in_sight_and_can_be_filtered(parts: Mapping[str, str], language: Language) -> None:
    """The pane below the headings is frozen with the codes, and a filter covers every column."""
    for sheet in sheets().values():
        xml = _sheet_xml(parts, sheet.name[language])
        pane = xml.find(f".//{_MAIN}pane")
        assert pane is not None
        assert (pane.attrib["state"], pane.attrib["topLeftCell"]) == ("frozen", "B2")
        assert xml.find(f"{_MAIN}autoFilter") is not None
        assert len(xml.findall(f".//{_MAIN}row")) == 1


def test_every_heading_carries_its_comment(parts: Mapping[str, str], language: Language) -> None:
    """As many comments as columns, each beginning with the column's purpose."""
    comments = "".join(text for name, text in parts.items() if re.fullmatch(r"xl/comments\d+\.xml", name))
    columns = [column for sheet in sheets().values() for column in sheet.columns]
    assert comments.count("<comment ") == len(columns)
    plain = re.sub(r"<[^>]+>", "", comments).replace("&amp;", "&").replace("&gt;", ">").replace("&lt;", "<")
    assert all(column.purpose[language] in plain for column in columns)


def test_choices_references_and_yes_no_have_drop_downs(parts: Mapping[str, str], language: Language) -> None:
    """Choices and yes/no come from the hidden lists, references from the first column of the sheet they name."""
    for sheet in sheets().values():
        found = _validations(_sheet_xml(parts, sheet.name[language]))
        for position, column in enumerate(sheet.columns):
            validation = found.get(xl_col_to_name(position))
            single = column.cell.type is CellType.CODE and len(column.cell.refers) == 1
            one_of = bool(column.cell.choices) and column.cell.type is not CellType.CODES
            wanted = one_of or column.cell.type is CellType.YES_NO or single
            assert (validation is not None) == wanted, (sheet.kind, column.field)
            if validation is not None:
                source = validation.findtext(f"{_MAIN}formula1") or ""
                place = sheets()[column.cell.refers[0]].name[language] if single else "!"
                assert place in source


def test_only_required_choices_refuse_what_is_not_on_the_list(
    parts: Mapping[str, str], language: Language
) -> None:
    """An optional choice must take '-', and a code may name what is in the inventory but not in the file."""
    found = _validations(_sheet_xml(parts, sheets()["line"].name[language]))
    fields = [column.field for column in sheets()["line"].columns]
    by_field = {field: found.get(chr(ord("A") + position)) for position, field in enumerate(fields)}
    required, optional, code = by_field["line_class"], by_field["role"], by_field["a_device"]
    assert required is not None
    assert optional is not None
    assert code is not None
    assert "errorStyle" not in required.attrib
    assert optional.attrib["errorStyle"] == "warning"
    assert "showErrorMessage" not in code.attrib


def test_codes_and_phone_numbers_are_text_and_dates_are_dates(
    parts: Mapping[str, str], language: Language
) -> None:
    """What is typed below a heading takes the column's format, so that leading zeros survive."""
    styles = ET.fromstring(parts["xl/styles.xml"])
    custom = {each.attrib["numFmtId"]: each.attrib["formatCode"] for each in styles.iter(f"{_MAIN}numFmt")}
    formats = [each.attrib["numFmtId"] for each in styles.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")]
    for (kind, field), wanted in _FORMATS.items():
        names = [column.field for column in sheets()[kind].columns]
        columns = list(_sheet_xml(parts, sheets()[kind].name[language]).iter(f"{_MAIN}col"))
        position = names.index(field) + 1
        style = next(
            c.attrib["style"] for c in columns if int(c.attrib["min"]) <= position <= int(c.attrib["max"])
        )
        number_format = formats[int(style)]
        assert custom.get(number_format, number_format) == wanted


def test_the_lists_hold_the_words_of_the_language(parts: Mapping[str, str], language: Language) -> None:
    """Yes and no are offered in the reader's words."""
    assert all(f">{word[language]}<" in parts["xl/sharedStrings.xml"] for word in yes_no_words().values())


def test_the_same_template_gives_the_same_bytes(tmp_path: Path) -> None:
    """No clock and no chance goes into a workbook."""
    write_template(tmp_path / "a.xlsx", "vi")
    write_template(tmp_path / "b.xlsx", "vi")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_sample_data_is_marked_on_every_sheet(tmp_path: Path, language: Language) -> None:
    """The mark stands above the headings, which stay frozen below it, and on every printed page."""
    write(tmp_path / "sample.xlsx", Inventory(), language, "xlsx", sample=True)
    parts = _parts(tmp_path / "sample.xlsx")
    strings = [t.text for t in ET.fromstring(parts["xl/sharedStrings.xml"]).iter(f"{_MAIN}t")]
    for sheet in sheets().values():
        xml = _sheet_xml(parts, sheet.name[language])
        first = xml.find(f".//{_MAIN}c[@r='A1']/{_MAIN}v")
        assert first is not None
        assert strings[int(first.text or "-1")] == SAMPLE_MARK
        assert SAMPLE_MARK in (xml.findtext(f".//{_MAIN}oddHeader") or "")
        pane = xml.find(f".//{_MAIN}pane")
        assert pane is not None
        assert pane.attrib["topLeftCell"] == "B3"
