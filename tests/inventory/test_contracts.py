"""Which line is under which contract on a day, and what steps of a credit table may say."""

from collections.abc import Sequence
from datetime import date, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from inventory.apply import apply, undo
from inventory.as_of import inventory_as_of
from inventory.changes import Complete, difference
from inventory.contracts import Contracts, exclusions, read_steps
from inventory.faults import CellFault
from inventory.incoming import IncomingRow
from inventory.load import load
from inventory.local_days import start_of
from inventory.organisation import members
from inventory.rules import check
from inventory.samples import sample_rows
from inventory.snapshot import EXCLUDABLE, Inventory, Line, LineContract, gather

ZONE = timezone(timedelta(hours=7))
NEW_YEAR = date(2026, 1, 1)
DAYS = [NEW_YEAR + timedelta(days=30 * month) for month in range(5)]


def contract(id_: str, **more: Any) -> LineContract:  # noqa: ANN401 - the fields of any contract
    """A contract of VNPT, from the new year on."""
    return LineContract(
        id=id_, name=id_, **{"provider": "VNPT", "number": f"{id_}/HĐ", "valid_from": NEW_YEAR, **more}
    )


def line(id_: str, number: str | None = None, provider: str | None = None) -> Line:
    """A line, with the number of a contract."""
    return Line(
        id=id_, name=id_, site="S", line_class="leased_line", contract_number=number, provider=provider
    )


def inventory(*records: Line | LineContract, on: date = NEW_YEAR) -> Inventory:
    """The inventory of these."""
    kinds = {Line: "line", LineContract: "line_contract"}
    return gather(((kinds[type(record)], record) for record in records), on)


def test_a_contract_that_names_a_line_comes_before_one_that_has_its_number() -> None:
    """While the first is in force; before and after, the number counts."""
    contracts = Contracts(
        inventory(
            line("L", "1/HĐ"),
            contract("A", number="1/hđ "),
            contract("B", lines=("L",), valid_from=DAYS[1], valid_to=DAYS[2]),
        )
    )
    found = [contracts.of("L", day) for day in DAYS[:3]]
    assert [one and one.id for one in found] == ["A", "B", "A"]
    assert contracts.of("L", NEW_YEAR - timedelta(days=1)) is None
    assert contracts.days("L") == tuple(DAYS[:3])


def test_of_several_contracts_of_one_number_that_of_the_lines_provider_counts() -> None:
    """A number is only one provider's; where the line names none, nobody can tell."""
    contracts = Contracts(
        inventory(
            line("L", "1/HĐ", "Viettel"),
            line("M", "1/HĐ"),
            contract("A", number="1/HĐ"),
            contract("B", number="1/HĐ", provider="VIETTEL"),
        )
    )
    assert [one.id for one in contracts.claiming("L", NEW_YEAR)] == ["B"]
    assert [one.id for one in contracts.claiming("M", NEW_YEAR)] == ["A", "B"]
    assert contracts.of("M", NEW_YEAR) is None


def test_numbers_that_differ_by_a_sign_are_different() -> None:
    """1/12 is not 11/2."""
    contracts = Contracts(inventory(line("L", "1/12"), contract("A", number="11/2")))
    assert contracts.lines() == ()


@given(st.data())
def test_no_rule_broken_means_at_most_one_contract_at_any_moment(data: st.DataObject) -> None:
    """And the rule is broken exactly when on some day two claim a line."""
    spans = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).filter(lambda both: both[0] < both[1])
    some = st.lists(st.sampled_from(["L1", "L2", "L3"]), max_size=3, unique=True)
    drawn = data.draw(
        st.lists(st.tuples(spans, some, st.sampled_from("12"), st.sampled_from("VW")), max_size=4)
    )
    records = [
        contract(
            f"C{place}", valid_from=first, valid_to=last, lines=tuple(lines), number=number, provider=who
        )
        for place, ((first, last), lines, number, who) in enumerate(drawn)
    ]
    numbers = st.tuples(st.sampled_from([None, "1", "2"]), st.sampled_from([None, "V", "W"]))
    lines = [line(id_, *data.draw(numbers)) for id_ in ("L1", "L2", "L3")]
    made = inventory(*lines, *records)
    contracts = Contracts(made)
    crowded = {
        one.id for one in lines for day in range(150)
        if len(contracts.claiming(one.id, NEW_YEAR + timedelta(days=day))) > 1
    }  # fmt: skip
    told = [problem for problem in check(made) if problem.code == "line_under_two_contracts"]
    assert {id_ for problem in told for kind, id_ in problem.involved if kind == "line"} == crowded


@pytest.mark.parametrize(
    ("texts", "steps"),
    [
        (["99.5=5", "99=10"], ((99_500, 5.0), (99_000, 10.0))),
        (["99,5 = 5", "99,125 % = 7,5 %"], ((99_500, 5.0), (99_125, 7.5))),
        (["<100=1"], ((100_000, 1.0),)),
        ([], ()),
        (["99=5", "98=5"], ((99_000, 5.0), (98_000, 5.0))),
    ],
)
def test_steps_are_read_as_they_are_written(
    texts: Sequence[str], steps: tuple[tuple[int, float], ...]
) -> None:
    """With a point or a comma, a sign of percent or none."""
    assert read_steps(texts, "percent") == steps


@given(st.lists(st.text(max_size=12), max_size=4), st.sampled_from(["percent", "days"]))
def test_any_texts_are_steps_or_a_fault(texts: list[str], unit: str) -> None:
    """Nothing else leaves the reader."""
    try:
        steps = read_steps(texts, unit)
    except CellFault:
        return
    assert len(steps) == len(texts)


def test_none_named_are_all_and_a_word_stands_for_nothing() -> None:
    """A blank cell cannot mean both."""
    assert exclusions(contract("A")) == EXCLUDABLE
    assert exclusions(contract("A", exclusions=("own_power",))) == ("own_power",)
    assert exclusions(contract("A", exclusions=("none",))) == ()


def test_a_line_can_be_taken_out_once_no_contract_in_force_names_it(sample: Inventory) -> None:
    """A version that is over goes on naming it, which is only worth a look."""
    for ends, severity in (({"valid_to": "2025-01-01"}, "warning"), ({}, "error")):
        held = difference(
            sample, _rows([{"valid_from": "2024-01-01", "lines": "4G-SUOI-MAU", **ends}])
        ).result
        without = [row for row in _all(held) if row.cells["id"] != "4G-SUOI-MAU"]
        proposal = difference(held, without, Complete("UBND-TINH-MAU", date(2026, 11, 23)))
        (problem,) = (problem for problem in proposal.problems if problem.kind == "line_contract")
        assert (problem.code, problem.severity) == ("retired_but_needed", severity)


def _rows(versions: Sequence[dict[str, str]]) -> list[IncomingRow]:
    named = {"id": "HD-4G", "name": "4G", "provider": "Nhà mạng Mẫu", "number": "4G/HĐ"}
    return [IncomingRow("line_contract", "c", n, {**named, **cells}) for n, cells in enumerate(versions, 1)]


def _all(held: Inventory) -> list[IncomingRow]:
    return [IncomingRow("line", "line", n, {"id": id_}) for n, id_ in enumerate(sorted(held.of("line")), 1)]


def test_a_contract_that_names_only_lines_of_a_unit_is_the_units(sample: Inventory) -> None:
    """One that goes by its number belongs to nobody alone."""
    held = difference(sample, _rows([{"valid_from": "2024-01-01", "lines": "4G-SUOI-MAU"}])).result
    belonging = {id_ for kind, id_ in members(held, "UBND-SUOI-MAU") if kind == "line_contract"}
    assert belonging == {"HD-4G"}


def test_terms_that_were_recorded_late_were_not_known_before(session: Session) -> None:
    """In November somebody writes down that stricter terms hold from October on; undone, they never did."""
    october, november = date(2026, 10, 31), date(2026, 11, 10)
    first = {"id": "HD-SUOI-MAU", "valid_from": "2026-01-01", "availability_target": "99"}
    _import(session, [*sample_rows(), IncomingRow("line_contract", "c", 1, first)], NEW_YEAR)
    late = {"id": "HD-SUOI-MAU", "valid_from": "2026-10-01", "availability_target": "99,95"}
    change_set = _import(session, [IncomingRow("line_contract", "c", 1, late)], november)

    def target(known: date | None) -> float | None:
        known_at = None if known is None else start_of(known, ZONE)
        found = Contracts(inventory_as_of(session, october, known_at, ZONE)).of("TSLCD-SUOI-MAU", october)
        return None if found is None else found.availability_target

    assert [target(known) for known in (october, november, None)] == [99.0, 99.95, 99.95]
    undo(session, change_set, author="An", at=start_of(date(2026, 11, 20), ZONE))
    assert [target(known) for known in (november, None)] == [99.95, 99.0]


def _import(session: Session, rows: Sequence[IncomingRow], on: date) -> str:
    proposal = difference(load(session, None), rows)
    assert proposal.applicable, proposal.errors
    made = apply(session, proposal.changes, author="An", at=start_of(on, ZONE), source="thử")
    assert made
    return made
