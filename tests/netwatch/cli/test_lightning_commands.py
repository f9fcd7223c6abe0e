"""netwatch lightning, and what records of inspections and of earth resistance say."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from netwatch.cli.sparkline import sparkline
from netwatch.queries.lightning import season

Run = Callable[..., Any]
HEAD = """
[[organisation_unit]]
id = "U"
name = "UBND xã"
kind = "peoples_committee"
level = "commune"
valid_from = 2020-01-01
[[organisation_unit]]
id = "V"
name = "UBND phường"
kind = "peoples_committee"
level = "commune"
valid_from = 2020-01-01
[[site]]
id = "S"
name = "Trụ sở"
organisation_units = ["U"]
"""


@pytest.fixture
def protectors(run: Run, tmp_path: Path) -> Run:
    """A site with protectors: one long overdue, one with years to go, one without any date."""
    text = HEAD
    for id_, more in (
        ("OLD", "installed_on = 2020-05-31\ndesign_life = 5"),
        ("FAR", "installed_on = 2020-01-01\ninspection_interval = 1200"),
        ("BLANK", ""),
    ):
        text += f'[[surge_protector]]\nid = "{id_}"\nname = "{id_}"\nsite = "S"\n{more}\n'
    file = tmp_path / "stock.toml"
    file.write_text(text, "utf-8")
    assert run("import", file).code == 0
    return run


def due(run: Run, *words: str) -> dict[str, Any]:
    found = run("lightning", "due", "--json", *words).json
    return {line["id"]: line for line in found["lines"]}


def test_what_is_due_is_listed_the_forced_first(protectors: Run) -> None:
    """Its exit code says whether there is anything; other agencies' protectors are none of ours."""
    found = due(protectors)
    assert list(found) == ["OLD", "BLANK"]
    assert (found["OLD"]["status"], found["OLD"]["due"]) == ("overdue", "2021-05-31")
    assert [one["trigger"] for one in found["OLD"]["forced"]] == ["design_life"]
    assert (found["BLANK"]["status"], found["BLANK"]["due"]) == ("unknown", None)
    assert protectors("lightning", "due").code == 1
    assert due(protectors, "--unit", "V") == {}
    assert protectors("lightning", "due", "--unit", "V").code == 0
    assert "FAR" in due(protectors, "--until", "2120-01-01")
    assert protectors("lightning", "due", "--unit", "W").code == 64
    assert protectors("lightning", "due", "--until", "soon").code == 64
    assert protectors("lightning", "due", "--until", "2026-01-01", "--before-season").code == 64
    shown = protectors("lightning", "due", "--before-season")
    assert "Storm season" in shown.out
    assert "its design life is over [2025-05-31]" in shown.out


def test_the_life_of_a_protector_goes_on_with_its_records(protectors: Run) -> None:
    """An inspection with a result begins its term anew; earth resistances make a trend."""
    without = protectors("record", "inspection", "OLD", "--on", "2026-01-31")
    assert "Without --result" in without.err
    assert due(protectors)["OLD"]["last"] is None
    words = ("--result", "pass", "--indicator", "green", "--person", "An")
    assert protectors("record", "inspection", "OLD", "--on", "2026-02-28", *words).code == 0
    for day, ohms in (("2025-03-01", "4"), ("2026-02-28", "12")):
        given = ("--reading", ohms, "--method", "three_pole", "--instrument", "Kyoritsu 4105A")
        assert protectors("record", "earth", "OLD", "--on", day, *given).code == 0
    assert protectors("record", "inspection", "OLD", "--result", "good").code == 64
    found = protectors("lightning", "show", "OLD", "--json").json
    assert (found["line"]["last"], found["line"]["result"], found["line"]["due"]) == (
        "2026-02-28",
        "pass",
        "2027-02-28",
    )
    assert {one["trigger"] for one in found["line"]["forced"]} == {"earth_resistance", "design_life"}
    trend = protectors("lightning", "trend", "OLD", "--json").json
    assert [(one["ohms"], one["over"], one["method"]) for one in trend["values"]] == [
        (4.0, False, "three_pole"),
        (12.0, True, "three_pole"),
    ]
    shown = protectors("lightning", "show", "OLD").out
    assert "▃█ 12 Ω (28/02/2026; limit 10 Ω)" in shown
    assert "passed; green" in shown
    assert "Kyoritsu 4105A" in protectors("lightning", "trend", "OLD", "--lang", "vi").out
    assert protectors("lightning", "show", "OLDE").code == 64


@pytest.mark.parametrize(
    ("on", "begins", "ends", "first", "last"),
    [
        (date(2026, 2, 1), 4, 10, date(2026, 4, 1), date(2026, 10, 31)),
        (date(2026, 6, 1), 4, 10, date(2026, 4, 1), date(2026, 10, 31)),
        (date(2026, 11, 1), 4, 10, date(2027, 4, 1), date(2027, 10, 31)),
        (date(2026, 12, 24), 11, 2, date(2026, 11, 1), date(2027, 2, 28)),
        (date(2028, 2, 29), 11, 2, date(2027, 11, 1), date(2028, 2, 29)),
        (date(2026, 3, 1), 11, 2, date(2026, 11, 1), date(2027, 2, 28)),
    ],
)
def test_the_season_is_the_one_that_goes_on_or_comes_next(
    on: date, begins: int, ends: int, first: date, last: date
) -> None:
    """Also where it runs over the end of the year."""
    assert season(on, begins, ends) == (first, last)


def test_a_sparkline_shows_the_way_of_numbers() -> None:
    """From 0, so that heights are shares of the highest; of many the highest of each piece; a dot where none is."""
    assert sparkline([1, 2, 3, 0]) == "▃▅█ "
    assert sparkline([7, 7]) == "██"
    assert sparkline([None, 2, None]) == "·█·"
    assert sparkline([1.0, 8.0, None, 4.0], 2) == "█▄"
    assert len(sparkline([float(n) for n in range(100)], 60)) == 60
