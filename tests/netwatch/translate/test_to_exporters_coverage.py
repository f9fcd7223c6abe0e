"""Coverage as metrics: states that add up, shares that have a denominator."""

from dataclasses import replace
from datetime import date

from exporters.series import Family
from inventory.coverage.contract import Audit, Cell, Figure, State
from inventory.snapshot import Inventory, Norm
from netwatch.clock import SECOND
from netwatch.present import Present
from netwatch.queries.coverage_counts import counted
from netwatch.translate.to_exporters_coverage import coverage_families


def cell(unit: str, state: State, level: str = "commune") -> Cell:
    return Cell("lan", unit, level, 1, {state: 1}, state)


FIGURE = Figure(
    "lan", "", 4, {State.PROVED: 1, State.DECLARED: 1, State.MISSING: 1, State.EXEMPT: 1}, 3, 2, 1, 2, 1, 90
)
NORM = Norm(id="lan", name="Mạng LAN", item="lan", valid_from=date(2026, 1, 1))
AUDIT = Audit(
    None,  # type: ignore[arg-type]
    "",
    (cell("a", State.PROVED), cell("b", State.DECLARED), cell("c", State.MISSING), cell("d", State.EXEMPT, "province")),
    (FIGURE, replace(FIGURE, level="commune"), Figure("ups", "", 1, {State.EXEMPT: 1}, 0, 0, 0, 0, 0)),
    (),
)  # fmt: skip


def told(present: Present) -> dict[str, Family]:
    """The families with points."""
    return {
        family.name.removeprefix("netwatch_"): family
        for family in coverage_families(present)
        if family.points
    }


def points(family: Family) -> dict[str, float]:
    return {" ".join(point.labels.values()): point.value for point in family.points}


def test_nothing_is_said_before_it_was_counted(present: Present) -> None:
    """Zero would be a figure."""
    assert told(present) == {}


def test_states_add_up_to_what_is_asked_for(present: Present, now: int) -> None:
    """Of each norm and level all states are there; shares leave out the exempt, and are absent of nothing."""
    count = counted(AUDIT, now, Inventory({"norm": {"lan": NORM}}))
    families = told(replace(present, coverage=count))
    cells = points(families["coverage_cells"])
    assert len(cells) == 14
    assert (cells["lan commune proved"], cells["lan commune seen"], cells["lan province exempt"]) == (1, 0, 1)
    assert sum(cells.values()) == 4
    units = points(families["coverage_units"])
    assert len(units) == 7
    assert sum(units.values()) == 4
    assert points(families["coverage_declared_ratio"]) == {"lan": 2 / 3}
    assert points(families["coverage_proved_ratio"]) == {"lan": 1 / 3}
    assert points(families["coverage_target_ratio"]) == {"lan": 0.9, "ups": 1}
    assert points(families["coverage_audit_timestamp_seconds"]) == {"": now / SECOND}
    assert points(families["norm_info"]) == {"lan Mạng LAN lan": 1}
