"""`netwatch units`: what the data set holds, loaded, converted and proposed."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
WHERE = """
[[site]]
id = "CHUA-BIET"
name = "Trụ sở chưa rõ xã"
organisation_units = "UBND-SUOI-MAU"
latitude = 10.74
longitude = 106.89
"""


def test_provinces_are_listed_with_their_codes(run: Run) -> None:
    """All 34, codes as texts with their zeros, named as they are today."""
    units = run("units", "list", "--json").json["units"]
    assert len(units) == 34
    assert (units[0]["code"], units[0]["name"]) == ("01", "Thành phố Hà Nội")
    assert {unit["name"] for unit in units if unit["code"] == "75"} == {"Thành phố Đồng Nai"}


def test_communes_of_a_province_are_found_by_its_name_without_diacritics(run: Run) -> None:
    """The remark says of which day the data is."""
    done = run("units", "list", "dong nai")
    assert (done.code, "26485" in done.out, "as of 01/07/2025" in done.err) == (0, True, True)
    assert run("units", "list", "nowhere").code == 64


def test_a_province_is_loaded_by_an_ordinary_import(stocked: Run, home: Path) -> None:
    """Either at once, as a change set that can be undone, or by way of a file; both lead to the same."""
    done = stocked("units", "load", "Đồng Nai", "--import", "--json")
    assert (done.code, done.json["change_set"]) == (0, "CS-2")
    created = [change for change in done.json["changes"] if change["id"] == "75"]
    assert [change["action"] for change in created] == ["created", "created"]
    assert stocked("units", "load", "75", "--output", home / "75.toml").code == 0
    again = stocked("import", home / "75.toml", "--dry-run", "--json").json
    assert (again["applicable"], again["changes"]) == (True, [])
    assert stocked("undo", "CS-2").code == 0


@pytest.mark.parametrize(
    "words", [(), ("75",), ("75", "--all", "--import"), ("75", "--import", "--output", "x")]
)
def test_where_units_go_must_be_said(run: Run, words: tuple[str, ...]) -> None:
    """Else nothing is done."""
    assert run("units", "load", *words).code == 64


def test_an_old_address_leads_to_the_unit_of_today(run: Run) -> None:
    """One where there is one; several are told as such, and the exit code says so."""
    one = run("units", "convert", "P. Phúc Xá, Q. Ba Đình, Hà Nội")
    assert (one.code, "Phường Hồng Hà (00097), Thành phố Hà Nội (01)" in one.out) == (0, True)
    several = run("units", "convert", "Xã Tân Thạnh, huyện Thới Lai, Cần Thơ")
    assert (several.code, "was divided" in several.out) == (1, True)
    words = ("Phường Không Có, Huế", "99999", "phường tân thành", "001", "xyz")
    many = run("units", "convert", *words, "--json")
    assert many.code == 1
    found = [each["of"] for each in many.json["conversions"]]
    assert found == ["province", "", "commune", "district", ""]
    told = run("units", "convert", *words).out
    for text in ("not read as a unit: Phường Không Có", "former communes; name the district", "are now in:"):
        assert text in told


def test_communes_are_proposed_for_sites_that_name_none(stocked: Run, home: Path) -> None:
    """As rows to be looked through; nothing is changed."""
    (home / "more.toml").write_text(WHERE, "utf-8")
    assert stocked("import", home / "more.toml").code == 0
    shown = stocked("units", "locate")
    assert "Phường Nhơn Trạch (26485)" in shown.out
    assert "netwatch units load 75 --import" in shown.err
    assert stocked("units", "locate", "--output", home / "proposed.xlsx", "--json").code == 0
    assert stocked("units", "load", "75", "--import").code == 0
    taken = stocked("import", home / "proposed.xlsx", "--json")
    assert (taken.code, [change["id"] for change in taken.json["changes"]]) == (0, ["CHUA-BIET"])
    assert "Every site" in stocked("units", "locate").out


def test_the_code_of_the_data_set_is_never_run(run: Run) -> None:
    """It would load everything at its import, and ask the Internet about streets."""
    assert run("units", "list").code == 0
    assert not {"vietnamadminunits", "geopy", "shapely"} & sys.modules.keys()
