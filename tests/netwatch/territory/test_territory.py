"""Provinces and communes: the data as a whole, what changed since, what old units became."""

import sqlite3
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netwatch.territory.amendments import AMENDMENTS
from netwatch.territory.conversion import convert
from netwatch.territory.gazetteer import BEGIN, Gazetteer, find_province, nearest, on, versions
from netwatch.territory.source import DISTRIBUTION, NoTerritory, read

CODES = (
    "01 04 08 11 12 14 15 19 20 22 24 25 31 33 37 38 40 42 44 46 48 51 52 56 66 68 75 79 80 82 86 91 92 96"
)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """The data set that is installed."""
    return read()


def test_the_counts_are_those_of_the_law_and_of_july_2026(gazetteer: Gazetteer) -> None:
    """34 and 3,321 (QĐ 19/2025/QĐ-TTg); of July 2026 also by kind."""
    assert sorted(gazetteer.provinces) == CODES.split()
    assert len(gazetteer.communes) == 3321
    summer = date(2026, 7, 25)
    kinds = Counter(on(unit, summer).kind for unit in gazetteer.communes.values())
    assert kinds == {"commune": 2611, "ward": 697, "special_zone": 13}
    cities = {unit.code for unit in gazetteer.provinces.values() if on(unit, summer).kind == "city"}
    assert cities == {"01", "31", "46", "48", "75", "79", "92"}


def test_every_amendment_is_of_a_unit_there_is(gazetteer: Gazetteer) -> None:
    """And changes its kind; days are in order."""
    assert list(AMENDMENTS) == sorted(AMENDMENTS, key=lambda amendment: amendment.on)
    for amendment in AMENDMENTS:
        for code in amendment.codes:
            unit = gazetteer.unit(code)
            assert unit is not None
            assert unit.kind != amendment.kind
            assert versions(unit)[-1].valid_from > BEGIN


def test_every_former_commune_became_something_in_the_province_its_own_became(gazetteer: Gazetteer) -> None:
    """And every commune there is was something before."""
    reached = set[str]()
    for former, codes in zip(gazetteer.former, gazetteer.became, strict=True):
        assert codes
        province = gazetteer.provinces_became[former.province_code]
        assert {gazetteer.communes[code].province for code in codes} == {province}
        reached.update(codes)
    assert reached == gazetteer.communes.keys()
    assert len({former.province_code for former in gazetteer.former}) == 63


@pytest.mark.parametrize(
    ("asked", "of", "codes", "unread"),
    [
        ("Phường Phúc Xá, Quận Ba Đình, Thành phố Hà Nội", "commune", ["00097"], ()),
        ("12 Lý Thường Kiệt, P.1, Q3, HCM", "commune", ["27154"], ("12 Lý Thường Kiệt",)),
        ("tx. Quảng Trị, t. Quảng Trị", "district", None, ()),
        ("Tỉnh Bình Phước", "province", ["75"], ()),
        ("huyện Côn Đảo, Bà Rịa - Vũng Tàu", "district", ["26732"], ()),
        ("00001", "commune", ["00097"], ()),
        ("70", "province", ["75"], ()),
        ("1234", "", [], ("1234",)),
        ("", "", [], ()),
    ],
)
def test_addresses_and_codes_of_before_are_understood(
    gazetteer: Gazetteer, asked: str, of: str, codes: list[str] | None, unread: tuple[str, ...]
) -> None:
    """As people write them, shortened or not."""
    found = convert(gazetteer, asked)
    assert (found.of, found.unread) == (of, unread)
    assert codes is None or [unit.code for unit in found.units] == codes


def test_what_is_not_one_is_told_as_several(gazetteer: Gazetteer) -> None:
    """A commune that was divided has its usual successor first; a name alone fits many."""
    divided = convert(gazetteer, "Xã Tân Thạnh, huyện Thới Lai, Cần Thơ")
    assert (divided.divided, divided.units[0].name) == (True, "Xã Trường Thành")
    assert convert(gazetteer, "phường tân thành").ambiguous
    assert len(convert(gazetteer, "Quận Ba Đình, Hà Nội").units) > 1


def test_every_former_commune_is_found_by_its_own_full_name(gazetteer: Gazetteer) -> None:
    """A sample over the whole country: what is written out in full means one commune."""
    for place in range(0, len(gazetteer.former), 97):
        former = gazetteer.former[place]
        found = convert(gazetteer, former.full_name)
        assert former in found.former, former.full_name
        assert not found.ambiguous, former.full_name


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
@example("," * 500)
@example("Hà Nội," * 100)
def test_nothing_people_type_is_a_fault(gazetteer: Gazetteer, text: str) -> None:
    """It is understood or not."""
    found = convert(gazetteer, text)
    assert (found.of == "") == (found.units == ())


def test_the_nearest_commune_is_that_of_its_own_point(gazetteer: Gazetteer) -> None:
    """And provinces are found by code and by name."""
    for code in ("00004", "32248", "22736"):
        unit = gazetteer.communes.get(code)
        if unit is not None:
            assert nearest(gazetteer, unit.latitude, unit.longitude)[0].distance == 0
    assert [unit.code for unit in find_province(gazetteer, "đắk lắk")] == ["66"]
    assert find_province(gazetteer, "x") == ()


def test_damaged_data_is_told_in_a_sentence(tmp_path: Path) -> None:
    """Missing, no database, a database of something else, and one with other values."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "converter_2025.json").write_text("{}", "utf-8")
    for content in (None, b"", b"no database" * 100):
        if content is not None:
            (data / "dataset.db").write_bytes(content)
        with pytest.raises(NoTerritory) as missing:
            read(tmp_path)
        assert DISTRIBUTION in str(missing.value.sentence.params["name"])
    (data / "dataset.db").unlink()
    _other(data / "dataset.db")
    with pytest.raises(NoTerritory):
        read(tmp_path)


def _other(path: Path) -> None:
    database = sqlite3.connect(path)
    columns = (
        "provinceCode, province, provinceLat, provinceLon, wardCode, ward, wardType, wardLat, wardLon, wardAreaKm2, "
        "provinceKey, wardKey"
    )
    database.execute(f"CREATE TABLE admin_units ({columns})")
    database.execute(
        "INSERT INTO admin_units VALUES ('1x', 'Tỉnh X', 1, 2, '00001', 'Xã', 'Xã', 1, 2, NULL, 'x', 'y')"
    )
    database.execute(
        "CREATE TABLE admin_units_legacy (wardCode, ward, districtCode, district, provinceCode, province, "
        "wardKeywords, districtKeywords, provinceKeywords, provinceKey, districtKey, wardKey)"
    )
    database.commit()
    database.close()
