"""Where a figure could say something false: edges of evidence, of merged agencies, and of what is counted."""

from datetime import date, timedelta
from typing import Any

import pytest

from inventory.coverage.audit import audit
from inventory.coverage.calendar import calendar
from inventory.coverage.contract import Aspect, Sighting, State
from inventory.coverage.needs import in_scope
from inventory.snapshot import Exemption

Make = Any
MEGABIT = 1_000_000
MERGER = date(2026, 7, 1)


def weighed(make: Make, item: str, thing: list[Any], seen: list[Any], /, **norm: Any) -> Any:  # noqa: ANN401
    """The best covering of the one agency's need."""
    records = [make.unit("A"), make.site("S", "A"), make.norm("N", item, **norm), *thing]
    cell = make.cell(make.audit(make.inventory(*records), make.evidence(seen)), "A")
    return cell.coverings[0]


def merged(make: Make, *more: Any) -> list[Any]:  # noqa: ANN401
    """A and B that went into C, which is new."""
    ended = [make.unit(id_, valid_to=MERGER) for id_ in "AB"]
    return [*ended, make.unit("C", valid_from=MERGER), make.merged(MERGER, "C", "A", "B"), *more]


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ("SN: FOC1234X0AB", "FOC1234X0AB"),
        ("S/N FOC1234X0AB", "foc-1234x0ab"),
        ("12345678", "0012345678"),
        ("AB1; AB2", "AB2"),
        ("-", "AB2"),
        ("N/A", "AB2"),
        ("không rõ", "AB2"),
        ("AB1", "Not Specified"),
        ("AB1", "0000000"),
        ("AB1", "To be filled by O.E.M."),
    ],
)
def test_the_same_serial_number_written_otherwise_is_no_contradiction(
    make: Make, declared: str, found: str
) -> None:
    """Labels, zeros that a spreadsheet ate, members of a stack, and what says nothing at all."""
    seen = [make.seen("D", Aspect.ANSWERED), make.seen("D", Aspect.SERIAL, found)]
    assert weighed(make, "lan", [make.device("D", "S", serial=declared)], seen).state is State.PROVED


@pytest.mark.parametrize(
    ("declared", "found", "same"),
    [
        ("Huawei S5720", "S5720-28P-SI-AC", True),
        ("Cisco Catalyst 2960", "WS-C2960-24TT-L", True),
        ("FortiGate 60F", "FGT60F", True),
        ("FortiGate 60F", "FortiGate 100F", False),
        ("S5720-28P", "S5720-52P", False),
        ("Switch Aruba", "J9773A", True),
        ("MikroTik RB4011", "RB4011iGS+", True),
        ("Cisco 2960X", "WS-C3560-24TS", False),
    ],
)
def test_models_are_the_same_by_the_words_with_numbers(
    make: Make, declared: str, found: str, *, same: bool
) -> None:
    """A maker's name beside them is no other model; where one of the two has no number nobody can tell."""
    seen = [make.seen("D", Aspect.ANSWERED), make.seen("D", Aspect.MODEL, found)]
    state = weighed(make, "lan", [make.device("D", "S", model=declared)], seen).state
    assert state is (State.PROVED if same else State.CONTRADICTED)


def test_a_switch_is_as_fast_as_it_was_within_the_norms_days(make: Make) -> None:
    """At night, and on a holiday, when computers sleep, ports run slowly: that is neither proof nor contradiction."""
    switch = [make.device("D", "S", port_speed=1000 * MEGABIT)]
    by_day = make.seen("D", Aspect.SPEED, str(1000 * MEGABIT), 9)
    by_night = make.seen("D", Aspect.SPEED, str(10 * MEGABIT))
    found = weighed(make, "lan", switch, [by_day, by_night], bandwidth=100 * MEGABIT)
    assert (found.state, found.proved_at) == (State.PROVED, make.now - 9 * make.day)
    never = weighed(make, "lan", switch, [by_night], bandwidth=100 * MEGABIT)
    assert (never.state, never.reason) == (State.CONTRADICTED, "speed")


def test_an_idle_port_speaks_for_the_speed_declared_and_proves_none(make: Make) -> None:
    """A trunk port of 10 Gbit/s with nothing in it is there; the norm's speed must have run all the same."""
    switch = [make.device("D", "S", port_speed=10_000 * MEGABIT)]
    seen = [
        make.seen("D", Aspect.SPEED, str(1000 * MEGABIT)),
        make.seen("D", Aspect.CAPACITY, str(10_000 * MEGABIT)),
    ]
    assert weighed(make, "lan", switch, seen, bandwidth=1000 * MEGABIT).state is State.PROVED
    asked = weighed(make, "lan", switch, seen, bandwidth=10_000 * MEGABIT)
    assert (asked.state, asked.reason) == (State.SEEN, "too_slow")


def wired(make: Make, oid: str = "1.3.6.1") -> Any:  # noqa: ANN401
    """A protector whose contact is read through an object of D."""
    return make.protector("P", "S", input_device="D", input_oid=oid, input_closed_values=("1",))


def test_a_contact_moved_to_another_input_proves_nothing_until_it_is_tried(make: Make) -> None:
    """What was read of the input before is not about this protector any more."""
    tried = make.done(
        "T", "P", "trip_test", date(2026, 6, 1), positions=("closed", "open"), input="D snmp:1.3.6.1"
    )
    seen = [make.seen("P", Aspect.CONTACT, "closed", 2)]
    reader = make.device("D", "S", "io_device")
    before = weighed(make, "surge_protector", [reader, wired(make), tried], seen)
    after = weighed(make, "surge_protector", [reader, wired(make, "1.3.6.2"), tried], seen)
    assert (before.state, after.state, after.reason) == (State.PROVED, State.SEEN, "uncommissioned")


def test_what_an_inspection_lacks_is_told_rather_than_the_missing_input(make: Make) -> None:
    """A protector without an input is inspected by people: overdue is what somebody can act on."""
    norm, site = make.norm("N", "surge_protector"), make.site("S", "A")
    late = make.done("I", "P", "inspection", date(2025, 6, 1), result="pass")

    def told(*more: Any) -> tuple[State, str]:  # noqa: ANN401
        things = make.inventory(make.unit("A"), site, norm, make.protector("P", "S"), *more)
        covering = make.cell(make.audit(things, make.evidence(P="no_input")), "A").coverings[0]
        return covering.state, covering.reason

    assert told(late) == (State.DECLARED, "inspection_overdue")
    assert told() == (State.NOT_MEASURED, "no_input")


def test_per_site_a_second_one_at_one_site_does_not_cover_another(make: Make) -> None:
    """Two at one site leave the other without; one from elsewhere that serves the agency covers any."""
    records = [
        make.unit("A"),
        make.unit("P"),
        make.site("S1", "A"),
        make.site("S2", "A"),
        make.site("SP", "P"),
        make.norm("N", "ups", per="site"),
        make.device("U1", "S1", "ups"),
        make.device("U2", "S1", "ups"),
    ]
    cell = make.cell(make.audit(make.inventory(*records)), "A")
    assert dict(cell.counts) == {State.DECLARED: 1, State.MISSING: 1}
    records.append(make.device("U3", "SP", "ups", serves=("A",)))
    assert dict(make.cell(make.audit(make.inventory(*records)), "A").counts) == {State.DECLARED: 2}


def test_a_norm_within_a_unit_that_was_merged_asks_all_below_its_successor(make: Make) -> None:
    """It would otherwise silently ask nobody; after a split it asks below every part."""
    inventory = make.inventory(
        *merged(make, make.unit("X", parent="C", valid_from=MERGER), make.norm("N", "lan", within="A"))
    )
    assert [cell.unit for cell in make.audit(inventory).cells] == ["C", "X"]


def test_an_exemption_goes_on_where_all_that_were_merged_had_one(make: Make) -> None:
    """Until the first of them ends; one of only some of them exempts nobody else."""
    norm = make.norm("N", "lan")
    both = [make.exemption("N", "A", date(2027, 6, 1)), make.exemption("N", "B", date(2027, 3, 1))]
    cell = make.cell(make.audit(make.inventory(*merged(make, norm, *both))), "C")
    assert (cell.state, cell.until) == (State.EXEMPT, date(2027, 3, 1))
    cell = make.cell(make.audit(make.inventory(*merged(make, norm, both[0]))), "C")
    assert cell.state is State.MISSING


def test_an_agency_that_goes_on_inherits_no_exemption(make: Make) -> None:
    """It was asked before, and is asked still."""
    records = [
        make.unit("A", valid_to=MERGER),
        make.unit("C"),
        make.merged(MERGER, "C", "A"),
        make.norm("N", "lan"),
        make.exemption("N", "A"),
    ]
    assert make.cell(make.audit(make.inventory(*records)), "C").state is State.MISSING


def test_staff_that_only_some_of_the_merged_stated_is_not_known(make: Make) -> None:
    """The sum of some would be a denominator that is too small, in silence."""
    norm = make.norm("N", "computer", per="staff")
    some = merged(make, norm, make.statement("A", "staff", 10))
    cell = make.cell(make.audit(make.inventory(*some)), "C")
    assert (cell.need, cell.reason) == (0, "partly_stated")
    lapsed = make.statement("B", "staff", 5, valid_until=date(2026, 8, 1))
    assert make.cell(make.audit(make.inventory(*some, lapsed)), "C").reason == "partly_stated"
    anew = make.statement("C", "staff", 14, on=date(2026, 8, 1))
    assert make.cell(make.audit(make.inventory(*some, anew)), "C").need == 14


def test_an_agency_that_goes_on_must_have_stated_itself(make: Make) -> None:
    """What it took over is not all of it."""
    records = [
        make.unit("A", valid_to=MERGER),
        make.unit("C"),
        make.merged(MERGER, "C", "A"),
        make.norm("N", "computer", per="staff"),
        make.statement("A", "staff", 10),
    ]
    assert make.cell(make.audit(make.inventory(*records)), "C").reason == "partly_stated"


def test_what_merged_agencies_have_on_paper_runs_out_for_their_successor(make: Make) -> None:
    """The calendar names the agency that there is."""
    records = merged(
        make,
        make.norm("N", "lan"),
        make.exemption("N", "A", date(2027, 3, 1)),
        make.statement("B", "staff", 5, valid_until=date(2027, 2, 1)),
    )
    found = calendar(make.inventory(*records), make.today, date(2027, 12, 31))
    assert {(due.what, due.units) for due in found} == {
        ("exemption_ends", ("C",)),
        ("statement_ends", ("C",)),
    }


def test_an_exemption_of_one_day_holds_that_day(make: Make) -> None:
    """And neither the day before nor the day after."""
    for away, state in ((-1, State.MISSING), (0, State.EXEMPT), (1, State.MISSING)):
        day = make.today + timedelta(days=away)
        records = [make.unit("A"), make.norm("N", "lan")]
        records.append(
            Exemption(id="X", norm="N", organisation_unit="A", reason="r", on=make.today, until=make.today)
        )
        assert make.cell(make.audit(make.inventory(*records, on=day)), "A").state is state


def test_a_version_that_ends_on_the_day_the_next_begins_holds_never_beside_it(make: Make) -> None:
    """Of a norm with a version that ended the day it began nothing is asked by that version."""
    day = make.today
    norms = (
        make.norm("N", "lan", quantity=7, valid_from=day, valid_to=day),
        make.norm("N", "lan", quantity=2, valid_to=day),
        make.norm("O", "lan", valid_to=day),
    )
    found = make.audit(make.inventory(make.unit("A"), *norms))
    assert found.cells == ()


def test_sightings_cut_at_the_same_moment_do_not_slow_a_switch(make: Make) -> None:
    """As of a past day, rows of day and night both reach its end: the fast one still counts."""
    rows = [
        Sighting("D", Aspect.SPEED, str(speed * MEGABIT), make.now - age * make.day, make.now)
        for speed, age in ((1000, 300), (10, 200))
    ]
    found = weighed(
        make, "lan", [make.device("D", "S", port_speed=1000 * MEGABIT)], rows, bandwidth=100 * MEGABIT
    )
    assert found.state is State.PROVED


def test_a_scope_of_a_later_day_has_those_who_went_into_it(make: Make) -> None:
    """With all that stood below them; a merger alone moves no figure, and a part of a split has none before."""
    before = date(2026, 6, 30)
    records = merged(
        make,
        make.unit("X", parent="B"),
        make.unit("Z"),
        make.norm("N", "lan"),
        make.unit("D", valid_from=MERGER),
    )
    then, now = make.inventory(*records, on=before), make.inventory(*records)
    assert in_scope(then, "C", now) == {"A", "B", "X"}
    assert in_scope(now, "C", now) == in_scope(now, "C") == {"C", "X"}
    assert in_scope(then, "D", now) == frozenset()
    assert {cell.unit for cell in audit(then, make.evidence(), "C", now).cells} == {"A", "B", "X"}
