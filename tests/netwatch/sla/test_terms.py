"""Contracts as terms: their units, pieces of a period, and what is owed."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.contracts import Contracts
from inventory.local_days import start_of
from inventory.snapshot import (
    CREDIT_UNITS,
    EXCLUDABLE,
    MEASURING_PERIODS,
    Inventory,
    Line,
    LineContract,
    gather,
)
from netwatch.availability import periods
from netwatch.availability.contract import Period
from netwatch.availability.shares import thousandths
from netwatch.clock import HOUR, MINUTE, SECOND
from netwatch.sla import contract as values
from netwatch.sla.contract import WHOLE, CreditUnit, MeasuringPeriod, Party, Step
from netwatch.sla.measuring import measured_with, measuring_period
from netwatch.sla.terms import Piece, credit, lines_in, terms_from, terms_in, terms_of

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# Clocks there are put forward and back.
PARIS = ZoneInfo("Europe/Paris")
OCTOBER = periods.month(2026, 10, ZONE)
SINCE = date(2026, 1, 1)


def contract(id_: str = "A", **more: Any) -> LineContract:  # noqa: ANN401 - the fields of any contract
    """A contract about L from the new year on."""
    given_ = {"provider": "VNPT", "number": "1/HĐ", "lines": ("L",), "valid_from": SINCE, **more}
    return LineContract(id=id_, name=id_, **given_)


def inventory(*contracts: LineContract, on: date | None = date(2026, 11, 23)) -> Inventory:
    """These contracts and three lines, the last of which has the number of a contract."""
    lines = [Line(id=id_, name=id_, site="S", line_class="leased_line") for id_ in ("L", "M")]
    lines.append(Line(id="N", name="N", site="S", line_class="leased_line", contract_number="1/HĐ"))
    records = [*(("line", one) for one in lines), *(("line_contract", one) for one in contracts)]
    return gather(records, on)


def test_terms_are_in_the_units_of_figures() -> None:
    """Percent to the thousandth, minutes and hours to microseconds, milliseconds to seconds."""
    found = terms_from(
        contract(
            availability_target=99.95, restoration_time=240, rtt_limit=50.0, loss_limit=1.0, jitter_limit=20.0,
            minimum_outage=60, degraded="down", exclusions=("own_power",), notice_hours=24,
            credit_steps=("99,95=5", "99=10"), credit_unit="days", monthly_fee=2_500_000, measuring_period="quarter",
        )
    )  # fmt: skip
    assert (found.target, found.restoration, found.minimum_outage) == (99_950, 240 * MINUTE, 60 * SECOND)
    assert (found.rtt, found.loss, found.jitter, found.notice) == (0.05, 0.01, 0.02, 24 * HOUR)
    assert (found.degraded_down, found.excluded) == (True, frozenset({Party.OWN_POWER}))
    assert found.steps == (Step(99_950, 5.0), Step(99_000, 10.0))
    assert (found.credit_unit, found.measuring_period) == (CreditUnit.DAYS, MeasuringPeriod.QUARTER)
    assert (found.fee, found.contract, found.number, found.provider) == (2_500_000, "A", "1/HĐ", "VNPT")


def test_nothing_is_agreed_unless_it_is_written() -> None:
    """No target is invented; the four usual exclusions hold unless others are named."""
    found = terms_from(contract())
    assert (found.target, found.restoration, found.rtt, found.loss, found.jitter, found.fee) == (None,) * 6
    assert (found.steps, found.notice, found.minimum_outage, found.degraded_down) == ((), 0, 0, False)
    assert found.excluded == frozenset(values.EXCLUDABLE)
    assert terms_from(contract(exclusions=("none",))).excluded == frozenset()


def test_the_words_of_sheets_are_those_of_the_values() -> None:
    """Whatever a sheet may hold there is a value for."""
    assert set(EXCLUDABLE) == {party.value for party in values.EXCLUDABLE}
    assert set(MEASURING_PERIODS) == {one.value for one in MeasuringPeriod}
    assert set(CREDIT_UNITS) == {one.value for one in CreditUnit}


def test_a_line_is_under_the_contract_that_holds_on_the_day() -> None:
    """The day of the inventory unless another is asked for; a line of the number is under it too."""
    held = inventory(contract(valid_to=date(2026, 11, 1)), contract("B", valid_from=date(2026, 11, 1)))
    assert [_id(terms_of(held, "L", on)) for on in (None, date(2026, 10, 31), date(2025, 12, 31))] == [
        "B",
        "A",
        "",
    ]
    assert _id(terms_of(Contracts(held), "N")) == "B"
    assert terms_of(held, "M") is None
    assert terms_of(held, "unknown") is None


def _id(terms: values.Terms | None) -> str:
    return "" if terms is None else terms.contract


def test_a_contract_that_changes_within_a_period_gives_pieces() -> None:
    """They meet at local midnight; before the first version nothing is agreed."""
    turn, end = date(2026, 10, 11), date(2026, 10, 21)
    held = inventory(
        contract(valid_from=date(2026, 10, 6), valid_to=turn, availability_target=99.0),
        contract(valid_from=turn, valid_to=end, availability_target=99.5),
    )
    pieces = terms_in(held, "L", OCTOBER, ZONE)
    assert [piece.terms and piece.terms.target for piece in pieces] == [None, 99_000, 99_500, None]
    assert [piece.start for piece in pieces[1:]] == [
        start_of(day, ZONE) for day in (date(2026, 10, 6), turn, end)
    ]
    assert (pieces[0].start, pieces[-1].end) == (OCTOBER.start, OCTOBER.end)


def test_days_on_which_a_lines_terms_stay_the_same_part_nothing() -> None:
    """A contract of its number that changes while another names it is none of its business."""
    held = inventory(
        contract("A", lines=("N",), number="2/HĐ"),
        contract("B", lines=(), valid_to=date(2026, 10, 9)),
        contract("B", lines=(), valid_from=date(2026, 10, 9)),
    )
    assert [_id(piece.terms) for piece in terms_in(held, "N", OCTOBER, ZONE)] == ["A"]


def test_the_lines_of_a_provider_are_those_under_its_contracts_in_the_period() -> None:
    """Whatever the lines themselves say."""
    held = inventory(
        contract("A", valid_to=date(2026, 10, 9), number="2/HĐ"),
        contract("B", lines=("M",), provider="Viettel", number="3/HĐ", valid_from=date(2026, 10, 31)),
        contract("C", valid_from=date(2026, 11, 1), lines=()),
    )
    assert set(lines_in(held, OCTOBER, ZONE)) == {"L", "M"}
    assert set(lines_in(held, OCTOBER, ZONE, "VIETTEL")) == {"M"}
    assert set(lines_in(held, periods.month(2026, 11, ZONE), ZONE)) == {"M", "N"}


_DAYS = st.dates(date(2026, 9, 15), date(2026, 11, 15))


@given(
    st.lists(st.tuples(_DAYS, st.none() | st.integers(1, 40), st.booleans()), max_size=5),
    st.sampled_from([ZONE, PARIS]),
)
def test_pieces_fill_a_period_and_agree_with_every_day(
    drawn: list[tuple[date, int | None, bool]], zone: ZoneInfo
) -> None:
    """Whatever contracts there are, also such as no rule allows: at noon of each day the piece is what holds then."""
    contracts = [
        contract(f"C{place}", valid_from=first, valid_to=length and first + timedelta(days=length),
                 lines=("L",) if named else (), number=f"{place}/HĐ")
        for place, (first, length, named) in enumerate(drawn)
    ]  # fmt: skip
    held, period = inventory(*contracts), periods.month(2026, 10, zone)
    pieces = terms_in(held, "L", period, zone)
    _check_filled(pieces, period)
    for day in range(31):
        noon = start_of(date(2026, 10, 1) + timedelta(days=day), zone) + 12 * HOUR
        (piece,) = (one for one in pieces if one.start <= noon < one.end)
        assert piece.terms == terms_of(held, "L", date(2026, 10, 1) + timedelta(days=day))


def _check_filled(pieces: tuple[Piece, ...], period: Period) -> None:
    assert pieces[0].start == period.start
    assert pieces[-1].end == period.end
    assert all(one.end == other.start and one.terms != other.terms for one, other in pairwise(pieces))
    assert all(piece.start < piece.end for piece in pieces)


_SHARES = st.lists(st.integers(1, WHOLE), max_size=6, unique=True).map(
    lambda found: sorted(found, reverse=True)
)


@given(_SHARES, st.data())
def test_a_worse_line_is_never_owed_less(below: list[int], data: st.DataObject) -> None:
    """And nothing is owed at or above the highest step."""
    amounts = sorted(data.draw(st.lists(st.integers(1, 100), min_size=len(below), max_size=len(below))))
    texts = tuple(f"{one / 1000:.3f}={amount}" for one, amount in zip(below, amounts, strict=True))
    terms = terms_from(contract(credit_steps=texts))
    worse, better = sorted(data.draw(st.tuples(st.integers(0, WHOLE), st.integers(0, WHOLE))))
    owed = [0.0 if (step := credit(terms, each)) is None else step.credit for each in (worse, better)]
    assert owed[0] >= owed[1]
    if below:
        assert credit(terms, below[0]) is None
        assert credit(terms, below[-1] - 1) == terms.steps[-1]
    else:
        assert owed == [0, 0]


@given(st.integers(0, 10**13), st.integers(1, 10**13), st.integers(1, WHOLE))
def test_a_share_that_is_cut_off_is_below_a_step_exactly_when_the_part_is(
    part: int, whole: int, below: int
) -> None:
    """Without a float: 99.4999 percent is below 99.5."""
    found = thousandths(part, whole)
    terms = terms_from(contract(credit_steps=(f"{below / 1000:.3f}=1",)))
    assert found is not None
    assert (credit(terms, found) is not None) == (part * WHOLE < below * whole)


@pytest.mark.parametrize(
    ("kind", "on", "name", "first", "after"),
    [
        ("month", date(2026, 10, 31), "2026-10", date(2026, 10, 1), date(2026, 11, 1)),
        ("quarter", date(2026, 10, 1), "2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("quarter", date(2026, 9, 30), "2026-Q3", date(2026, 7, 1), date(2026, 10, 1)),
        ("quarter", date(2026, 1, 1), "2026-Q1", date(2026, 1, 1), date(2026, 4, 1)),
        ("year", date(2026, 12, 31), "2026", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_contract_counts_by_the_calendar_period_that_a_day_lies_in(
    kind: str, on: date, name: str, first: date, after: date
) -> None:
    """Local, as long as the zone's clocks make it."""
    for zone in (ZONE, PARIS):
        found = measuring_period(MeasuringPeriod(kind), on, zone)
        assert found == Period(start_of(first, zone), start_of(after, zone), name)
        assert measured_with(MeasuringPeriod(kind), periods.day(on, zone), zone) == found


def test_a_quarter_is_three_months_and_there_are_four() -> None:
    """They fill the year without gaps."""
    quarters = [periods.quarter(2026, number, PARIS) for number in range(1, 5)]
    year = periods.year(2026, PARIS)
    assert [one.start for one in quarters[1:]] == [one.end for one in quarters[:-1]]
    assert (quarters[0].start, quarters[-1].end) == (year.start, year.end)
    for number in (0, 5):
        with pytest.raises(ValueError, match="month must be in"):
            periods.quarter(2026, number, PARIS)
