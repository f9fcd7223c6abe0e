"""Who gets labels, and what letters take from the settings."""

from datetime import date

import pytest

from inventory.coverage.items import Things
from inventory.snapshot import Inventory
from netwatch.reports.labels import chosen, labels_of
from netwatch.reports.letterhead import manner, usual_letter
from netwatch.settings_reports import ReportSettings

DAY = date(2026, 11, 23)


@pytest.fixture
def things(inventory: Inventory) -> Things:
    """The things of the district."""
    return Things(inventory, DAY)


@pytest.mark.parametrize(
    ("items", "units", "sites", "kinds", "found"),
    [
        (("R-AN",), (), (), (), ["R-AN"]),
        ((), ("XA-DAI",), (), (), ["L-AN", "L-NET", "R-AN", "S-AN"]),
        ((), ("TINH",), (), ("line",), ["L-AN", "L-NET"]),
        ((), (), ("S-AN",), ("router",), ["R-AN"]),
        ((), (), (), ("site",), ["S-AN", "S-MOI"]),
        ((), ("XA-MOI",), (), ("line",), []),
    ],
)
def test_things_are_chosen_by_name_place_and_kind(
    things: Things,
    items: tuple[str, ...],
    units: tuple[str, ...],
    sites: tuple[str, ...],
    kinds: tuple[str, ...],
    found: list[str],
) -> None:
    """A unit is everything that serves it and those below, also at a site it shares."""
    assert sorted(one.id for one in chosen(things, items, units, sites, kinds)) == found


def test_a_label_names_the_agencies_and_the_short_address(things: Things) -> None:
    """All of those it serves."""
    (label,) = labels_of(chosen(things, ("R-AN",), (), (), ()), things, "https://h")
    assert label.agency == "UBND xã An Bình; UBND xã Đại Lộc"
    assert (label.name, label.address) == ("Bộ định tuyến An Bình", "https://h/i/R-AN")


@pytest.mark.parametrize(
    ("pattern", "number", "written"),
    [
        ("{number}/BC-SKHCN", "7", "07/BC-SKHCN"),
        ("{number}/BC-SKHCN", "", "\u00a0" * 8 + "/BC-SKHCN"),
        ("", "12A", "12A"),
        ("", "", ""),
    ],
)
def test_a_number_is_written_into_its_pattern(pattern: str, number: str, written: str) -> None:
    """Below ten with a zero; without a number its place stays free."""
    assert usual_letter(ReportSettings(number=pattern), number).number == written


def test_a_letter_takes_the_settings() -> None:
    """And the shipped texts with the values put in."""
    settings = ReportSettings(folder="", agency="Sở KH&CN", place="Lâm Đồng", recipients=("Lưu: VT",))
    found = manner(settings, "coverage", "vi", DAY, {"scope": "tỉnh", "on": "1/1"}, number="7")
    assert (found.letter.agency, found.letter.recipients) == ("Sở KH&CN", ("Lưu: VT",))
    assert "định mức của tỉnh" in found.texts.opening[0]
