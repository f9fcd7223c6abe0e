"""The rule: 95th percentile by nearest rank, 90 %, seven consecutive days; days that say nothing prove nothing."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.capacity.contract import DayLoad, Direction, Run, State, Trend
from netwatch.capacity.rule import direction, nearest_rank, peak, weeks

FIRST = date(2026, 10, 1)
CONTRACTED = 100_000_000


def day(number: int, share: float | None, contracted: int | None = CONTRACTED) -> DayLoad:
    """A day with one share of 100 Mbit/s in each of its buckets; None: a day on which one bucket too few is valid."""
    rates = [share * CONTRACTED] * 288 if share is not None else [CONTRACTED] * 273
    return DayLoad(FIRST + timedelta(days=number), rates, 288, contracted)


def days(marks: str) -> list[DayLoad]:
    """Days in order: O over the limit, . within it, ? too little measured."""
    shares = {"O": 0.95, ".": 0.5, "?": None}
    return [day(number, shares[mark]) for number, mark in enumerate(marks)]


def spans(told: Sequence[Run]) -> list[tuple[int, int, int, int, int, bool, bool]]:
    """(first, last, over, unmeasured, consecutive, breach, possible) of runs, days counted from the first."""
    return [
        (
            (run.first - FIRST).days,
            (run.last - FIRST).days,
            run.over,
            run.unmeasured,
            run.consecutive,
            run.breach,
            run.possible,
        )
        for run in told
    ]


def test_the_percentile_is_a_value_that_was_measured() -> None:
    """Of 288 the 274th, of 2,016 the 1,916th, of one the one."""
    assert nearest_rank(list(range(1, 289))) == 274
    assert nearest_rank(list(range(2016, 0, -1))) == 1916
    assert nearest_rank([7.0]) == 7.0
    with pytest.raises(ValueError, match="no values"):
        nearest_rank([])


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=400))
def test_the_percentile_is_the_smallest_that_95_of_100_do_not_exceed(values: list[int]) -> None:
    """By its definition, tried value by value."""
    naive = min(each for each in values if sum(one <= each for one in values) * 100 >= 95 * len(values))
    assert nearest_rank([float(each) for each in values]) == naive


def test_exactly_90_percent_is_within_the_limit() -> None:
    """The circular says `does not exceed`."""
    assert peak(day(0, 0.9)).state is State.WITHIN
    assert peak(day(0, 0.9001)).state is State.OVER
    # Fourteen of 288 buckets may be as full as they like, a fifteenth not.
    for full, state in ((14, State.WITHIN), (15, State.OVER)):
        rates = [CONTRACTED] * full + [0.0] * (288 - full)
        assert peak(DayLoad(FIRST, rates, 288, CONTRACTED)).state is state


def test_a_day_counts_with_274_of_288_buckets() -> None:
    """And with the same share of a day that summer time made shorter."""
    for valid, buckets, state in (
        (274, 288, State.OVER),
        (273, 288, State.UNMEASURED),
        (263, 276, State.OVER),
        (262, 276, State.UNMEASURED),
        (0, 288, State.UNMEASURED),
    ):
        assert peak(DayLoad(FIRST, [CONTRACTED] * valid, buckets, CONTRACTED)).state is state
    assert peak(day(0, 0.5, None)).state is State.UNCONTRACTED


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        ("OOOOOOO", [(0, 6, 7, 0, 7, True, False)]),
        ("OOOOOO.O", [(0, 5, 6, 0, 6, False, False), (7, 7, 1, 0, 1, False, False)]),
        # Seven days of which one says nothing: neither a breach nor its end.
        ("OOO?OOO", [(0, 6, 6, 1, 3, False, True)]),
        ("OOO?OOOO", [(0, 7, 7, 1, 4, False, True)]),
        ("?OOOOOOO?", [(1, 7, 7, 0, 7, True, False)]),
        ("OO???.", [(0, 1, 2, 0, 2, False, False)]),
        # A week of nothing ends what is known.
        ("O??????O", [(0, 7, 2, 6, 1, False, True)]),
        ("O???????O", [(0, 0, 1, 0, 1, False, False), (8, 8, 1, 0, 1, False, False)]),
        ("..?", []),
    ],
)
def test_runs(marks: str, told: list[tuple[int, int, int, int, int, bool, bool]]) -> None:
    """Days that say nothing are counted, and never make seven consecutive days of what is not."""
    assert spans(direction(days(marks)).runs) == told


@given(st.text("O.?", max_size=40))
def test_a_breach_is_seven_measured_days_over_the_limit_in_a_row(marks: str) -> None:
    """Neither more nor less: read off the marks."""
    found = direction(days(marks))
    assert found.breach == ("OOOOOOO" in marks)
    assert sum(run.over for run in found.runs) == marks.count("O")
    for run in found.runs:
        between = marks[(run.first - FIRST).days : (run.last - FIRST).days + 1]
        assert "." not in between
        assert (between[0], between[-1]) == ("O", "O")
        assert run.unmeasured == between.count("?")


def test_another_bandwidth_from_some_day_on_is_another_limit_from_then_on() -> None:
    """Doubled in the middle of a run, the same traffic is within it; the week goes by shares of each day's own."""
    loads = [day(number, 0.95, CONTRACTED * (2 if number >= 5 else 1)) for number in range(9)]
    found = direction(loads)
    assert [one.state for one in found.peaks] == [State.OVER] * 5 + [State.WITHIN] * 4
    assert spans(found.runs) == [(0, 4, 5, 0, 5, False, False)]
    # In the week of days 0 to 6 five days stand at 0.95 and two at half of it.
    assert [round(one.share or 0, 3) for one in found.weeks] == [0.95] * 3
    assert [one.over for one in found.weeks] == [True] * 3


def test_both_readings_may_differ_and_both_are_there() -> None:
    """Six days full and one empty: no seven consecutive days, but over in one percentile of them all."""
    found = direction(days("OOOOOO."))
    assert not found.breach
    assert [(one.samples, one.over) for one in found.weeks] == [(2016, True)]


@given(st.lists(st.integers(270, 288), min_size=7, max_size=8), st.integers(0, 99))
def test_a_week_is_one_percentile_of_all_its_samples(counts: list[int], seed: int) -> None:
    """Where enough are valid; else nothing is said."""
    chance = Random(seed)
    shares = [[chance.random() for _ in range(count)] for count in counts]
    loads = [
        DayLoad(FIRST + timedelta(days=number), [each * 1000 for each in one], 288, 1000)
        for number, one in enumerate(shares)
    ]
    for place, week in enumerate(weeks(loads)):
        values = [rate / 1000 for load in loads[place : place + 7] for rate in load.rates]
        assert week.samples == len(values)
        assert week.share == (nearest_rank(values) if len(values) >= 7 * 274 else None)


def trend(shares: Sequence[float | None]) -> Direction:
    """The rule on days with these shares."""
    return direction([day(number, share) for number, share in enumerate(shares)])


def test_the_crossing_is_told_where_there_is_a_trend() -> None:
    """Half a per cent a day from 50 %: after 60 days at 79.5 % it is 21 days to 90 %."""
    shares = [0.5 + 0.005 * number + (0.01 if number % 2 else -0.01) for number in range(60)]
    told = trend(shares).forecast
    assert (told.trend, told.days) == (Trend.CROSSING, 60)
    assert told.on is not None
    assert abs((told.on - FIRST).days - 80) <= 2


@pytest.mark.parametrize(
    ("shares", "told", "count"),
    [
        ([0.5] * 29, Trend.TOO_FEW, 29),
        ([0.5] * 40, Trend.NO_TREND, 40),
        ([0.5, 0.7] * 25, Trend.NO_TREND, 50),
        ([0.8 - 0.005 * number for number in range(60)], Trend.NO_TREND, 60),
        # So slow that no straight line is believed for so long.
        ([0.1 + 0.0001 * number for number in range(60)], Trend.NO_TREND, 60),
        ([0.95] * 30, Trend.OVER, 30),
        ([0.5, None] * 30, Trend.NO_TREND, 30),
    ],
)
def test_no_trend_is_said_to_be_none(shares: list[float | None], told: Trend, count: int) -> None:
    """Too few days, scatter, falling, or too slow."""
    found = trend(shares).forecast
    assert (found.trend, found.days, found.on) == (told, count, None)


def test_the_need_is_the_bandwidth_of_which_the_highest_peak_is_90_percent() -> None:
    """Days on which too little was measured do not count."""
    assert trend([0.45, 0.9, None]).need == pytest.approx(CONTRACTED)
    assert trend([None]).need is None
    last = trend([0.45, 0.6, None]).last
    assert last is not None
    assert last.share == pytest.approx(0.6)
