"""Read models of coverage: shares that are cut off, levels told once, evidence named, the way back from months."""

from dataclasses import replace
from datetime import date

import pytest

from inventory.coverage.audit import audit
from inventory.coverage.contract import Aspect, Evidence, Sighting
from inventory.snapshot import (
    Device,
    FieldRecord,
    Inventory,
    Norm,
    OrganisationUnit,
    Site,
    SurgeProtector,
    gather,
    kind_of,
)
from netwatch.cli.coverage_dates import ends_of_months
from netwatch.queries.coverage import Taken, coverage_report, failing, percent, told_once
from netwatch.queries.coverage_json import coverage_json
from netwatch.queries.coverage_plans import change_report, norm_list
from netwatch.queries.coverage_units import unit_report

TODAY, FOUNDED = date(2026, 11, 23), date(2020, 1, 1)
NOW, DAY = 1_795_410_000_000_000, 86_400_000_000


def inventory() -> Inventory:
    """A province with one commune, a switch, a protector that was inspected and one whose contact is read."""
    records = (
        OrganisationUnit(id="P", name="P", kind="department", level="province", valid_from=FOUNDED),
        OrganisationUnit(
            id="C", name="C", kind="department", level="commune", parent="P", valid_from=FOUNDED
        ),
        Site(id="S", name="S", organisation_units=("C",)),
        Device(id="D", name="Switch", site="S", kind="switch"),
        SurgeProtector(id="X1", name="X1", site="S"),
        SurgeProtector(id="X2", name="X2", site="S"),
        FieldRecord(id="I", item="X1", kind="inspection", on=date(2026, 6, 1), result="pass"),
        Norm(id="LAN", name="LAN", item="lan", valid_from=FOUNDED),
        Norm(
            id="SPD", name="SPD", item="surge_protector", levels=("commune",), quantity=2, valid_from=FOUNDED
        ),
    )
    return gather([(kind_of(record), record) for record in records], TODAY)


def taken(*sightings: Sighting) -> Taken:
    """An audit of it, with what was seen."""
    seen = {one.item: tuple(each for each in sightings if each.item == one.item) for one in sightings}
    known, evidence = inventory(), Evidence(NOW, TODAY, seen)
    return Taken(known, evidence, audit(known, evidence))


@pytest.mark.parametrize(
    ("part", "whole", "told"), [(1, 3, 33.3), (9999, 10000, 99.9), (0, 5, 0.0), (5, 5, 100.0), (0, 0, None)]
)
def test_shares_are_cut_off(part: int, whole: int, told: float | None) -> None:
    """100 % is said of all, never of nearly all; of nothing there is no share."""
    assert percent(part, whole) == told


def test_a_share_just_reached_is_not_under_it() -> None:
    """161 of 1000 are 16.1 %, which no binary number is."""
    report = coverage_report(taken())
    line = replace(report.figures[0], level="", denominator=1000, proved=161)
    assert failing(replace(report, figures=(line,)), 16.1, proved=True) == ()
    assert failing(replace(report, figures=(line,)), 16.2, proved=True) == (line,)


def test_a_level_that_is_all_there_is_stands_once() -> None:
    """Where several levels are asked, the line of all of them stands as well."""
    lines = told_once(coverage_report(taken()).figures)
    assert [(line.norm, line.level) for line in lines] == [
        ("LAN", ""),
        ("LAN", "province"),
        ("LAN", "commune"),
        ("SPD", "commune"),
    ]


def test_what_proved_a_thing_is_named() -> None:
    """The most telling sighting of the moment, or the inspection."""
    report = unit_report(
        taken(
            Sighting("D", Aspect.ANSWERED, "", NOW - DAY, NOW),
            Sighting("D", Aspect.SPEED, "1000000000", NOW - DAY, NOW),
            Sighting("X2", Aspect.CONTACT, "closed", NOW - DAY, NOW - DAY // 2),
        ),
        "P",
    )
    assert [cell.unit for cell in report.cells] == ["P", "C", "C"]
    shown = {item.item: (item.shown, item.value) for cell in report.cells for item in cell.items}
    assert shown == {"D": ("speed", "1000000000"), "X1": ("inspection", ""), "X2": ("contact", "closed")}
    [only] = unit_report(taken(), "P", frozenset({"LAN"}), frozenset({"declared"})).cells
    assert only.unit == "C"


def test_shares_that_are_too_low_are_found() -> None:
    """By what is declared or by what is proved, over all levels."""
    report = coverage_report(taken())
    assert [line.norm for line in failing(report, 100, proved=False)] == ["LAN"]
    assert [line.norm for line in failing(report, 50, proved=False)] == []
    assert [line.norm for line in failing(report, 50.1, proved=True)] == ["LAN", "SPD"]
    assert [line.norm for line in failing(report, 50, proved=True)] == ["LAN"]


def test_changes_name_figures_and_things() -> None:
    """A switch that answers moves its cell and its norm's figures."""
    report = change_report(taken(), taken(Sighting("D", Aspect.ANSWERED, "", NOW - DAY, NOW)))
    assert [(cell.unit, cell.before, cell.after) for cell in report.cells] == [("C", "declared", "proved")]
    assert [(item.item, item.name) for item in report.cells[0].items] == [("D", "Switch")]
    assert {(move.after.norm, move.after.level) for move in report.figures if move.after} == {
        ("LAN", ""),
        ("LAN", "commune"),
    }
    assert change_report(taken(), taken(), frozenset({"SPD"})).cells == ()


def test_json_holds_dates_moments_and_counts() -> None:
    """Moments with their microseconds beside, counts as an object."""
    found = replace(taken(), known_at=NOW)
    told = coverage_json(coverage_report(found))
    assert (told["on"], told["known_at_us"], told["at"][:10]) == ("2026-11-23", NOW, "2026-11-23")
    assert told["figures"][0]["counts"] == {"missing": 1, "declared": 1}
    norms = coverage_json(norm_list(found.inventory, TODAY, "P"))["norms"]
    assert [(norm["id"], norm["valid_from"]) for norm in norms] == [("LAN", "2020-01-01")]


def test_months_end_on_their_last_days() -> None:
    """Oldest first, up to the month before; never before the first day there is."""
    assert ends_of_months(date(2026, 3, 31), 3) == (date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28))
    assert ends_of_months(date(1, 2, 1), 12) == (date(1, 1, 31),)
