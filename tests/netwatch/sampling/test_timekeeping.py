"""By how much our clock may have erred becomes samples that never understate it."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.capacity.contract import BUCKET
from netwatch.clock import MINUTE, SECOND, ManualClock
from netwatch.discipline import Discipline, ScriptedDiscipline
from netwatch.queries.timekeeping import Timekeeping, by_five_minutes, by_hours
from netwatch.sampling.book import Book
from netwatch.sampling.months import Stretch, hours_block, hours_of, stretch, utc_days
from netwatch.sampling.rows import NO_SAMPLES, DaySamples, day_block, day_samples, days_of
from netwatch.sampling.series import CLOCK_ERROR, CLOCK_UNSYNCHRONISED
from netwatch.sampling.timekeeping import Sample, Seen, Timekeeper, recorded, rounded_up

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONTH = date(2026, 10, 1)
DAYS = utc_days(MONTH, ZONE)
START = (DAYS.start + 2) * 288 * BUCKET
SECONDS = st.floats(0, 16, allow_subnormal=False)


def said(error: float, well: bool = True) -> Discipline:
    """A reading without an offset."""
    return Discipline(well, 0.0, error, error)


@given(SECONDS)
def test_an_error_is_rounded_up_by_little(value: float) -> None:
    """By no more than 0.4 %."""
    assert value <= rounded_up(value) <= value * (1 + 1 / 256)


@given(SECONDS, SECONDS, st.booleans(), st.booleans())
def test_five_minutes_hold_the_worse_of_their_ends(
    first: float, last: float, begun: bool, ended: bool
) -> None:
    """An error only where both ends are synchronised; else that they are not."""
    (one,) = recorded(Seen(START, said(first, begun)), Seen(START + BUCKET, said(last, ended)))
    if begun and ended:
        assert one == Sample(CLOCK_ERROR, START, rounded_up(max(first, last)))
    else:
        assert one == Sample(CLOCK_UNSYNCHRONISED, START, 1.0)


@given(st.integers(0, 3 * BUCKET), st.integers(0, 4 * BUCKET), st.booleans(), st.booleans())
def test_nothing_is_guessed(since: int, length: int, first: bool, last: bool) -> None:
    """Only five minutes that a reading begins and the next one ends are known."""
    before, after = START + since, START + since + length
    found = list(
        recorded(Seen(before, said(0.1) if first else None), Seen(after, said(0.1) if last else None))
    )
    assert bool(found) == (
        first and last and before % BUCKET <= 10 * SECOND and after // BUCKET == before // BUCKET + 1
    )


def test_the_keeper_goes_by_the_clock_that_is_ours() -> None:
    """A lead over the machine's clock counts; a kernel that falls silent leaves time unknown."""
    clock, book = ManualClock(START + 2 * MINUTE), Book()
    clock.ahead = -250_000
    kernel = ScriptedDiscipline(said(0.5), said(0.125), said(0.0625), said(2.0, False), None)
    keeper = Timekeeper(book, clock, kernel)
    told = []
    for each in range(6):
        clock.move_to(max(clock.now(), START + each * BUCKET + each * MINUTE // 60))
        keeper.look()
        told.append((keeper.synchronised(), keeper.at_most()))
    day = DAYS.start + 2
    kept = days_of(book.take(), day)
    assert told == [(True, 0.75), (True, 0.375), (True, 0.3125), (False, None), (None, None), (None, None)]
    assert [*kept[CLOCK_ERROR].covered[:5]] == [0, 250, 0, 0, 0]
    assert kept[CLOCK_ERROR].values[1] == 0.375
    assert [*kept[CLOCK_UNSYNCHRONISED].covered[:5]] == [0, 0, 250, 0, 0]


@pytest.mark.anyio
async def test_the_first_reading_is_at_once_and_the_next_at_the_edge() -> None:
    """Whenever the daemon starts."""
    clock = ManualClock(START + 2 * MINUTE)
    keeper = Timekeeper(Book(), clock, ScriptedDiscipline(None))
    task = keeper.run()
    assert task.send(None) is not None
    assert (keeper.seen, clock.next_sleeper()) == (Seen(START + 2 * MINUTE, None), START + BUCKET)
    task.close()


STATES = st.lists(st.one_of(st.none(), st.just(-1.0), SECONDS.map(rounded_up)), min_size=24, max_size=24)


def of_states(states: list[float | None]) -> dict[str, Stretch]:
    """Buckets of one day: an error, -1 for not synchronised, None for unknown; through the stored form."""
    known = {}
    for name in (CLOCK_ERROR, CLOCK_UNSYNCHRONISED):
        values, covered = [*NO_SAMPLES.values], bytearray(288)
        for place, state in enumerate(states):
            if state is not None and (state < 0) == (name == CLOCK_UNSYNCHRONISED):
                values[place], covered[place] = abs(state), 250
        block = day_block(name, DAYS.start + 2, DaySamples(values, bytes(covered), bytes(288)))
        known[name] = stretch(DAYS, {block.day: day_samples(block.content)})
    return known


@given(STATES)
def test_hours_understate_nothing(states: list[float | None]) -> None:
    """Packed and thinned out, the greatest error, synchronised, unsynchronised and unknown time are what they were."""
    known = of_states(states)
    end = START + len(states) * BUCKET
    fine = Timekeeping(START, end, tuple(by_five_minutes(known, START, end)))
    hours = {}
    for name, days in known.items():
        month = hours_of(hours_block(days, MONTH, ZONE), MONTH, ZONE)
        assert month is not None
        hours[name] = {MONTH: month}
    coarse = Timekeeping(START, end, tuple(by_hours(hours)))
    good = [state for state in states if state is not None and state >= 0]
    assert fine.greatest == coarse.greatest == (max(good) if good else None)
    assert fine.synchronised == coarse.synchronised == len(good) * BUCKET
    assert fine.unsynchronised == coarse.unsynchronised == states.count(-1.0) * BUCKET
    assert fine.unknown == coarse.unknown == states.count(None) * BUCKET
    for start, last in fine.spans():
        assert any(low <= start and last <= high for low, high in coarse.spans())
    assert sum(last - start for start, last in fine.spans()) == fine.unsynchronised
