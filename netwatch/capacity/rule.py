"""From the loads of days to peaks, runs, weeks and a forecast. Pure.

A day on which too little was measured is no proof of anything: it does not end a run, does not count into it and does
not join what stands on both sides of it to seven consecutive days. What would be a breach if it had been over the limit
is told as possible, with how many days say nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain, pairwise

from netwatch.capacity.contract import (
    CONSECUTIVE,
    HOLE,
    LIMIT_PERCENT,
    PERCENTILE,
    VALID_BUCKETS,
    DayLoad,
    Direction,
    Peak,
    Run,
    State,
    Week,
)
from netwatch.capacity.forecast import forecast

ONE = timedelta(days=1)


def nearest_rank(values: Sequence[float], percentile: int = PERCENTILE) -> float:
    """The smallest value that so many per cent of the values do not exceed; raises ValueError without any."""
    if not values:
        raise ValueError("a percentile of no values")
    return sorted(values)[-(-percentile * len(values) // 100) - 1]


def direction(loads: Sequence[DayLoad], older: Sequence[Peak] = ()) -> Direction:
    """The rule on one direction; `loads` are consecutive days in order, `older` the peaks of days right before them."""
    peaks = (*older, *(peak(load) for load in loads))
    return Direction(peaks, tuple(runs(peaks)), tuple(weeks(loads)), forecast(peaks))


def peak(load: DayLoad) -> Peak:
    """What a day says."""
    p95 = nearest_rank(load.rates) if load.rates else None
    state = state_of(p95 if load.complete else None, load.contracted)
    return Peak(load.day, p95, load.contracted, len(load.rates), load.buckets, state)


def state_of(p95: float | None, contracted: int | None) -> State:
    """What a peak says; None: too little of the day was measured."""
    if p95 is None:
        return State.UNMEASURED
    if not contracted:
        return State.UNCONTRACTED
    return State.OVER if p95 * 100 > LIMIT_PERCENT * contracted else State.WITHIN


def runs(peaks: Sequence[Peak]) -> Iterator[Run]:
    """The runs of days over the limit, in order; `peaks` are consecutive days."""
    begun: list[Peak] = []
    for one in peaks:
        if one.state is State.OVER:
            if begun and (one.day - begun[-1].day).days > HOLE:
                yield _run(begun)
                begun = []
            begun.append(one)
        elif one.state is State.WITHIN and begun:
            yield _run(begun)
            begun = []
    if begun:
        yield _run(begun)


def _run(over: Sequence[Peak]) -> Run:
    longest = row = 1
    for before, one in pairwise(over):
        row = row + 1 if one.day - before.day == ONE else 1
        longest = max(longest, row)
    days = (over[-1].day - over[0].day).days + 1
    return Run(over[0].day, over[-1].day, len(over), days - len(over), longest)


def weeks(loads: Sequence[DayLoad]) -> Iterator[Week]:
    """The other reading for every day that has six before it."""
    shares = [sorted(_shares(load)) for load in loads]
    for end in range(CONSECUTIVE, len(loads) + 1):
        span = loads[end - CONSECUTIVE : end]
        # Sorted pieces: merging them is what sorting their chain does.
        values = sorted(chain.from_iterable(shares[end - CONSECUTIVE : end]))
        known = all(load.contracted for load in span) and len(values) >= CONSECUTIVE * VALID_BUCKETS
        yield Week(loads[end - 1].day, nearest_rank(values) if known else None, len(values))


def _shares(load: DayLoad) -> Iterator[float]:
    if load.contracted:
        yield from (rate / load.contracted for rate in load.rates)
