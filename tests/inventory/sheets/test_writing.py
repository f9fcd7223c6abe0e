"""What stands in written files, and that they are there whole or not at all."""

import csv
import tomllib
import zipfile
from collections.abc import Sequence
from datetime import date
from io import StringIO
from pathlib import Path

import pytest

from inventory.sheets.atomic import write_files
from inventory.sheets.columns import SAMPLE_MARK, sheets
from inventory.sheets.reading import Format, read
from inventory.sheets.writing import write
from inventory.snapshot import (
    AdministrativeUnit,
    Asset,
    Contact,
    Device,
    Inventory,
    Line,
    SurgeProtector,
    gather,
)


def _inventory(name: str = "Bộ định tuyến") -> Inventory:
    return gather(
        [
            ("administrative_unit",
             AdministrativeUnit(id="04", name="Cao Bằng", kind="province", valid_from=date(2025, 7, 1))),
            ("contact", Contact(id="C1", name="=HYPERLINK(1)", role="agency", phone="+84 24 3555 0101")),
            ("device", Device(id="R1", name=name, site="S1", kind="router", core=True, credentials=("a;b", "-"))),
            ("line", Line(id="L1", name="TSLCD", site="S1", line_class="tslcd_access_2", bandwidth_down=20_000_000)),
            ("surge_protector", SurgeProtector(id="P1", name="-5 kV", site="S1", installed_on=date(1900, 1, 15))),
            ("asset", Asset(id="A1", name="Máy tính", site="S1", kind="@", quantity=12)),
        ],
        None,
    )  # fmt: skip


def _csv(path: Path) -> list[list[str]]:
    return list(csv.reader(StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_csv_is_written_in_the_readers_words(tmp_path: Path) -> None:
    """Headings, choices and yes/no in the language, bandwidth with its unit, UTF-8 with its mark."""
    assert write(tmp_path / "out", _inventory(), "vi", "csv") == ()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        f"{kind}.csv" for kind in sheets()
    )
    assert (tmp_path / "out" / "line.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    headings, row = _csv(tmp_path / "out" / "line.csv")
    line = dict(zip(headings, row, strict=True))
    assert (line["Loại đường truyền"], line["Băng thông xuống"]) == ("TSLCD truy nhập cấp II", "20 Mbps")
    headings, row = _csv(tmp_path / "out" / "device.csv")
    assert dict(zip(headings, row, strict=True))["Thiết bị lõi"] == "có"


def test_texts_in_csv_are_no_formulas(tmp_path: Path) -> None:
    """Texts that begin with = + - @ carry an apostrophe; codes keep their zeros."""
    write(tmp_path, _inventory(), "en", "csv")
    assert _csv(tmp_path / "contact.csv")[1][:4] == ["C1", "'=HYPERLINK(1)", "agency", "'+84 24 3555 0101"]
    assert _csv(tmp_path / "surge_protector.csv")[1][1] == "'-5 kV"
    assert _csv(tmp_path / "administrative_unit.csv")[1][0] == "04"


def test_a_workbook_holds_no_formulas_and_no_links(tmp_path: Path) -> None:
    """Whatever a text begins with, its cell is a text."""
    path = tmp_path / "out.xlsx"
    write(path, _inventory(), "vi", "xlsx")
    with zipfile.ZipFile(path) as archive:
        xml = "".join(
            archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name
        )
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in xml
    assert "<hyperlink" not in xml
    assert "<t>=HYPERLINK(1)</t>" in strings
    assert "<t>+84 24 3555 0101</t>" in strings


def test_toml_is_written_in_codes(tmp_path: Path) -> None:
    """TOML is for programs: fields by their names, choices by their codes, nothing where nothing is."""
    path = tmp_path / "out.toml"
    write(path, _inventory(), "vi", "toml")
    (line,) = tomllib.loads(path.read_text(encoding="utf-8"))["line"]
    assert line == {"id": "L1", "name": "TSLCD", "site": "S1", "line_class": "tslcd_access_2", "role": "main",
                    "witness": "none", "bandwidth_down": "20 Mbps", "channels": "1"}  # fmt: skip


@pytest.mark.parametrize("format_", ["xlsx", "csv", "toml"])
def test_sample_data_says_so_and_is_read_all_the_same(format_: Format, tmp_path: Path) -> None:
    """The mark is seen when the file is read; without it a file is no sample."""
    path = tmp_path / f"out.{format_}"
    write(path, _inventory(), "vi", format_, sample=True)
    reading = read(path)
    assert (reading.sample, reading.problems, len(reading.rows)) == (True, (), 6)
    write(path, _inventory(), "vi", format_)
    assert (read(path).sample, len(read(path).rows)) == (False, 6)


def test_every_csv_file_of_sample_data_says_so(tmp_path: Path) -> None:
    """The mark is the first line of each, also in cp1258."""
    write(tmp_path, _inventory(), "en", "csv", sample=True, encoding="cp1258")
    marked = [path.read_bytes().startswith(SAMPLE_MARK.encode("utf-8")) for path in tmp_path.iterdir()]
    assert not any(marked)
    assert read(tmp_path).sample
    write(tmp_path, _inventory(), "en", "csv", sample=True)
    assert all(_csv(path)[0] == [SAMPLE_MARK] for path in tmp_path.iterdir())


def test_letters_that_cp1258_lacks_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    """Each by sheet, row, column and code point."""
    (problem,) = write(tmp_path / "out", _inventory("Router 路"), "vi", "csv", encoding="cp1258")
    assert (problem.code, problem.sheet, problem.row, problem.column) == (
        "sheet_letter",
        "device.csv",
        2,
        "name",
    )
    assert problem.params == {"letter": "路", "codepoint": "U+8DEF"}
    assert not (tmp_path / "out").exists()


def _names(folder: Path) -> Sequence[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_that_cannot_be_moved_to_its_place_leaves_no_remains(tmp_path: Path) -> None:
    """The old file stays as it was and no temporary file is left."""
    (tmp_path / "b.csv").mkdir()
    (tmp_path / "b.csv" / "in the way").write_text("x")
    (tmp_path / "old.csv").write_text("old")
    with pytest.raises(OSError, match=r"b\.csv"):
        write_files({tmp_path / "b.csv": b"new", tmp_path / "old.csv": b"new"})
    assert _names(tmp_path) == ["b.csv", "old.csv"]
    assert (tmp_path / "old.csv").read_text() == "old"


def test_a_folder_that_does_not_exist_is_an_error_of_the_system(tmp_path: Path) -> None:
    """Writers raise OSError, for the caller to word."""
    with pytest.raises(OSError, match="nowhere"):
        write(tmp_path / "nowhere" / "out.xlsx", Inventory(), "vi", "xlsx")
