"""Whom norms ask, how much, and what the figures say: whole audits of small inventories."""

from datetime import date
from typing import Any

import pytest

from inventory.coverage.contract import Aspect, State
from inventory.coverage.items import Things
from inventory.coverage.needs import norms_for

Make = Any


@pytest.mark.parametrize(
    ("norm", "asked"),
    [
        ({}, ["A", "B", "P"]),
        ({"levels": ("commune",)}, ["A", "B"]),
        ({"unit_kinds": ("party_committee",)}, ["B"]),
        ({"tags": ("mountain",)}, ["A"]),
        ({"tags": ("mountain", "border")}, []),
        ({"without_tags": ("mountain",)}, ["B", "P"]),
        ({"within": "P"}, ["A", "P"]),
        ({"security_level": 3}, ["B"]),
        ({"security_level": 5}, []),
    ],
)
def test_a_norm_asks_those_it_names(make: Make, norm: dict[str, Any], asked: list[str]) -> None:
    """Levels, kinds, tags, without tags, a subtree, a security level of their services."""
    inventory = make.inventory(
        make.unit("P", "province"),
        make.unit("A", parent="P", tags=("mountain", "poor")),
        make.unit("B", kind="party_committee"),
        make.site("S", "B"),
        make.service("W", "S", security_level=4),
        make.norm("N", "lan", **norm),
    )
    found = make.audit(inventory)
    assert [cell.unit for cell in found.cells] == asked
    assert all(cell.state is State.MISSING for cell in found.cells)
    things = Things(inventory, make.today)
    assert [unit for unit in ("A", "B", "P") if norms_for(things, unit)] == asked


@pytest.mark.parametrize(
    ("per", "need", "reason"),
    [("unit", 2, ""), ("staff", 12, ""), ("computer", 10, ""), ("site", 4, "")],
)
def test_how_many_are_needed(make: Make, per: str, need: int, reason: str) -> None:
    """Per unit, per member of staff (rounded up), per computer, per site."""
    found = make.audit(
        make.inventory(
            make.unit("A"),
            make.site("S1", "A"),
            make.site("S2", "A"),
            make.asset("C", "S1", "Máy tính", 5),
            make.statement("A", "staff", 5.5),
            make.norm("N", "lan", per=per, quantity=2),
        )
    )
    assert (make.cell(found, "A").need, make.cell(found, "A").reason) == (need, reason)


@pytest.mark.parametrize(
    ("per", "reason"), [("staff", "no_statement"), ("computer", "no_statement"), ("site", "no_site")]
)
def test_a_need_that_nobody_can_know_says_so(make: Make, per: str, reason: str) -> None:
    """It is in no denominator, and nobody is counted as covered."""
    found = make.audit(make.inventory(make.unit("A"), make.norm("N", "lan", per=per)))
    cell, figure = make.cell(found, "A"), make.figure(found)
    assert (cell.need, cell.state, cell.reason) == (0, State.NOT_MEASURED, reason)
    assert (figure.denominator, figure.agencies) == (0, 0)


def test_who_is_known_to_need_none_has_no_cell(make: Make) -> None:
    """An agency that stated no staff needs no computers."""
    records = make.unit("A"), make.statement("A", "staff", 0), make.norm("N", "computer", per="staff")
    assert make.audit(make.inventory(*records)).cells == ()


def test_antivirus_is_counted_per_computer(make: Make) -> None:
    """Ninety of a hundred computers, stated: 90 % declared, none proved; a statement beats single assets."""
    found = make.audit(
        make.inventory(
            make.unit("A"),
            make.site("S", "A"),
            make.asset("C", "S", "Máy tính", 7),
            make.statement("A", "computer", 100),
            make.statement("A", "antivirus", 90),
            make.norm("N", "antivirus", per="computer", target=90),
        )
    )
    figure = make.figure(found)
    assert (figure.declared, figure.denominator, figure.proved, figure.target) == (90, 100, 0, 90)
    assert (figure.agencies, figure.agencies_declared) == (1, 0)


def test_a_shared_line_counts_once_as_item_and_once_for_each_agency(make: Make) -> None:
    """One line of a campus serves three agencies: three of three covered, by one item."""
    found = make.audit(
        make.inventory(
            *(make.unit(id_) for id_ in "ABC"),
            make.site("CAMPUS", "A", "B"),
            make.line("L", "CAMPUS", serves=("A", "B", "C")),
            make.norm("N", "data_line"),
        ),
        make.evidence([make.seen("L", Aspect.CARRIED)]),
    )
    figure = make.figure(found)
    assert (figure.proved, figure.denominator, figure.items, figure.items_proved) == (3, 3, 1, 1)
    [tally] = [one for one in found.tallies if (one.kind, one.detail) == ("data_line", "")]
    assert (tally.items, tally.places, tally.agencies, tally.proved) == (1, 1, 3, 1)


def test_redundancy_counts_routes(make: Make) -> None:
    """Two lines on one route leave one channel missing; on two they cover both, proved as far as they carry."""
    units = [make.unit("A"), make.site("S", "A"), make.norm("N", "data_line", quantity=2, routes=2)]

    def counts(routes: tuple[str | None, str | None], *carried: str) -> dict[State, int]:
        lines = [make.line(id_, "S", route_group=route) for id_, route in zip("LM", routes, strict=True)]
        seen = [make.seen(id_, Aspect.CARRIED) for id_ in carried]
        found = make.audit(make.inventory(*units, *lines), make.evidence(seen))
        return dict(make.cell(found, "A").counts)

    assert counts(("north", "north"), "L", "M") == {State.PROVED: 1, State.MISSING: 1}
    assert counts(("north", "south"), "L", "M") == {State.PROVED: 2}
    assert counts(("north", "south"), "L") == {State.PROVED: 1, State.DECLARED: 1}
    assert counts(("north", None), "L", "M") == {State.PROVED: 1, State.MISSING: 1}


def test_channels_of_a_line_count_as_units(make: Make) -> None:
    """A line of two channels covers a need of two, where no second route is asked for."""
    units = [make.unit("A"), make.site("S", "A"), make.norm("N", "data_line", quantity=2)]
    found = make.audit(make.inventory(*units, make.line("L", "S", channels=2)))
    assert make.cell(found, "A").count(State.DECLARED) == 2


def test_the_exempt_stand_in_no_denominator(make: Make) -> None:
    """Through the last day of the exemption; the day after, what is lacking is lacking again."""
    records = [make.unit("A"), make.unit("B"), make.norm("N", "lan"), make.exemption("N", "A", make.today)]
    found = make.audit(make.inventory(*records))
    cell, figure = make.cell(found, "A"), make.figure(found)
    assert (cell.state, cell.reason, cell.until) == (State.EXEMPT, "rebuilt", make.today)
    assert (figure.need, figure.denominator, figure.agencies) == (2, 1, 1)
    records[-1] = make.exemption("N", "A", date(2026, 11, 22))
    assert make.cell(make.audit(make.inventory(*records)), "A").state is State.MISSING


def test_norms_hold_by_their_dates(make: Make) -> None:
    """A later version asks for more from its day on."""
    norms = (
        make.norm("N", "lan", valid_to=date(2026, 7, 1)),
        make.norm("N", "lan", quantity=2, valid_from=date(2026, 7, 1)),
    )
    records = make.unit("A"), *norms
    before = make.audit(make.inventory(*records, on=date(2026, 6, 30)))
    after = make.audit(make.inventory(*records, on=date(2026, 7, 1)))
    assert (make.cell(before, "A").need, make.cell(after, "A").need) == (1, 2)


def test_a_merged_agencys_things_and_statements_are_its_successors(make: Make) -> None:
    """From the day of the merger, without a site being rewritten; a statement made since replaces those before."""
    merger = date(2026, 7, 1)
    records = [
        make.unit("A", valid_to=merger),
        make.unit("B", valid_to=merger),
        make.unit("C", valid_from=merger),
        make.site("SA", "A"),
        make.site("SB", "B"),
        make.device("DA", "SA"),
        make.line("LB", "SB", serves=("B",)),
        make.statement("A", "staff", 10),
        make.statement("B", "staff", 20),
        make.merged(merger, "C", "A", "B"),
        make.norm("N", "lan"),
        make.norm("O", "data_line"),
        make.norm("P", "computer", per="staff"),
    ]
    before = make.audit(make.inventory(*records, on=date(2026, 6, 30)))
    assert [(one.unit, one.state) for one in before.cells if one.norm == "N"] == [
        ("A", State.DECLARED),
        ("B", State.MISSING),
    ]
    after = make.audit(make.inventory(*records, on=merger))
    assert [(one.norm, one.unit, one.need) for one in after.cells] == [
        ("N", "C", 1),
        ("O", "C", 1),
        ("P", "C", 30),
    ]
    assert [one.state for one in after.cells] == [State.DECLARED, State.DECLARED, State.MISSING]
    anew = make.audit(make.inventory(*records, make.statement("C", "staff", 25, on=merger), on=merger))
    assert make.cell(anew, "C", "P").need == 25


def test_the_newest_statement_holds_through_its_last_day(make: Make) -> None:
    """An older one does not hold again, and one of tomorrow does not hold yet."""
    older = make.statement("A", "staff", 10, on=date(2025, 1, 1))
    newer = make.statement("A", "staff", 12, on=date(2026, 1, 1), valid_until=date(2026, 11, 23))
    coming = make.statement("A", "staff", 99, on=date(2026, 11, 24))
    records = make.unit("A"), make.norm("N", "computer", per="staff"), older, newer, coming
    assert make.cell(make.audit(make.inventory(*records)), "A").need == 12
    late = make.audit(make.inventory(*records[:-1], on=date(2026, 11, 24)))
    assert make.cell(late, "A").reason == "no_statement"


def test_a_scope_is_a_subtree_or_a_territory(make: Make) -> None:
    """And of a code that nobody knows nothing is found."""
    records = [
        make.unit("P", "province"),
        make.unit("A", parent="P", administrative_unit="99001"),
        make.unit("B"),
        make.norm("N", "lan"),
        make.site("S", "B"),
        make.device("D", "S"),
    ]
    inventory = make.inventory(*records)
    below = make.audit(inventory, scope="P")
    assert [cell.unit for cell in below.cells] == ["A", "P"]
    assert below.tallies == ()
    assert make.audit(inventory, scope="nobody").cells == ()
    assert [figure.level for figure in below.figures] == ["", "province", "commune"]


def test_tallies_count_quantities_places_and_statements(make: Make) -> None:
    """Cameras on one mast are one place; plain assets count by their quantity, a statement by its value."""
    found = make.audit(
        make.inventory(
            make.unit("A"),
            make.site("S", "A"),
            make.device("K1", "S", "camera", position="Cột 1"),
            make.device("K2", "S", "camera", position="Cột 1"),
            make.device("K3", "S", "camera", position="Cột 2"),
            make.asset("C", "S", "Camera", 4),
            make.line("L", "S"),
            make.statement("A", "certificate", 1979),
        ),
        make.evidence([make.seen("K1", Aspect.ANSWERED)]),
    )
    told = {(one.kind, one.detail): one for one in found.tallies}
    assert (told["camera", ""].items, told["camera", ""].places, told["camera", ""].proved) == (7, 3, 1)
    assert (told["certificate", ""].items, told["certificate", ""].agencies) == (1979, 1)
    assert told["data_line", "tslcd_access_2"].items == 1
    assert told["asset", "Camera"].items == 4
