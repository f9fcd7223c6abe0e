"""What follows from audits: gaps and their cost, what runs out when, what changed since."""

from datetime import date
from typing import Any

from inventory.coverage.calendar import calendar
from inventory.coverage.changes import ItemChange, changes
from inventory.coverage.contract import Aspect, State
from inventory.coverage.gaps import gap_totals, gaps

Make = Any


def test_gaps_say_what_is_lacking_and_what_it_costs(make: Make) -> None:
    """By agency, and in all: everything that lacks, and as much of it as the target asks."""
    inventory = make.inventory(
        *(make.unit(f"U{number}") for number in range(10)),
        make.site("S", "U0", "U1"),
        make.device("D", "S"),
        make.norm("N", "lan", quantity=2, target=50, unit_cost=3_000_000),
        make.norm("O", "firewall"),
    )
    audit = make.audit(inventory)
    first, second, *_ = gaps(audit, inventory)
    assert (first.unit, first.lacking, first.cost) == ("U0", 1, 3_000_000)
    assert (second.unit, second.need) == ("U1", 2)
    costed, free = gap_totals(audit, inventory)
    assert (costed.lacking, costed.cost) == (18, 54_000_000)
    assert (costed.to_target, costed.cost_to_target) == (8, 24_000_000)
    assert (free.lacking, free.cost, free.to_target) == (10, None, 10)


def test_the_calendar_tells_what_runs_out(make: Make) -> None:
    """In order, up to the last day; past ones only where somebody has yet to act."""
    inventory = make.inventory(
        make.unit("A"),
        make.site("S", "A"),
        make.device("OLD", "S", end_of_life=date(2026, 1, 1), warranty_until=date(2024, 1, 1)),
        make.device("NEW", "S", warranty_until=date(2027, 1, 31), end_of_life=date(2031, 1, 1)),
        make.protector("P", "S", commissioned_on=date(2025, 1, 31), design_life=2),
        make.protector("Q", "S", commissioned_on=date(2020, 1, 1)),
        make.done("I", "Q", "inspection", date(2026, 2, 28), result="pass"),
        make.exemption("N", "A", date(2026, 12, 31)),
        make.statement("A", "staff", 10, valid_until=date(2026, 11, 23)),
        make.norm("N", "lan", valid_to=date(2027, 1, 1)),
    )
    told = [(due.on, due.what, due.item) for due in calendar(inventory, make.today, date(2027, 2, 28))]
    assert told == [
        (date(2026, 1, 1), "end_of_life", "OLD"),
        (date(2026, 1, 31), "inspection_due", "P"),
        (date(2026, 11, 23), "statement_ends", "A-staff-2020-01-01"),
        (date(2026, 12, 31), "exemption_ends", "N-A"),
        (date(2027, 1, 1), "norm_ends", "N"),
        (date(2027, 1, 31), "end_of_life", "P"),
        (date(2027, 1, 31), "warranty_ends", "NEW"),
        (date(2027, 2, 28), "inspection_due", "Q"),
    ]


def test_changes_name_the_cells_that_moved_and_why(make: Make) -> None:
    """Items that came, went or fared otherwise; exemptions; needs; cells that appear and vanish."""
    common = [make.unit("A"), make.unit("B"), make.unit("C"), make.site("S", "A"), make.norm("N", "lan")]
    before = make.audit(make.inventory(*common, make.device("D", "S")))
    after = make.audit(
        make.inventory(
            *common[:2], make.unit("D"), *common[3:], make.device("E", "S"), make.exemption("N", "B")
        ),
        make.evidence([make.seen("E", Aspect.ANSWERED)]),
    )
    told = {change.unit: change for change in changes(before, after)}
    assert {unit: change.reason for unit, change in told.items()} == {
        "A": "items",
        "B": "exempted",
        "C": "vanished",
        "D": "appeared",
    }
    assert (told["A"].proved_before, told["A"].proved_after) == (0, 1)
    assert told["A"].items == (
        ItemChange("D", "device", State.DECLARED, None),
        ItemChange("E", "device", None, State.PROVED),
    )
    assert changes(before, before) == ()
