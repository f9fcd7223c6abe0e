"""Own sums over device counters: arithmetic alone, with time as numbers."""

from array import array
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.counters import (
    GARBAGE,
    RESET,
    Agent,
    CounterValues,
    Judged,
    Run,
    Sums,
    agent_seconds,
    grown_plainly,
    growth,
    judge,
    most_growth,
    no_sums,
    run_between,
)

WRAP = 2**32
C32, C64, NULL = 0x41, 0x46, 0x05
GIGABIT = 1e9 / 8 * 1.1
FASTEST = 1.6e12 / 8


def heard(
    values: Sequence[int | None], at: float, run: Run = Run.SAME, *, tag: int = C64, rate: float = FASTEST
) -> CounterValues:
    """One look 60 s after the one before."""
    tags = bytes(NULL if value is None else tag for value in values)
    return CounterValues(at, 60.0, run, tags, values, [rate] * len(values), FASTEST)


class Device:
    """Looks at the counters of one device, one after the other."""

    def __init__(self, slots: int = 1) -> None:
        self.sums, self.pinned, self.at = no_sums(slots, 0.0), bytes([NULL]) * slots, 0.0
        self.last: Judged

    def look(
        self,
        *values: int | None,
        run: Run = Run.SAME,
        tag: int = C64,
        rate: float = FASTEST,
        fresh: Sequence[int] = (),
    ) -> list[int | None]:
        self.at += 60.0
        self.last = judge(self.sums, self.pinned, heard(values, self.at, run, tag=tag, rate=rate), fresh)
        self.sums, self.pinned = self.last.sums, self.last.tags
        return list(self.last.shown)


@given(st.integers(0, 2**62), st.lists(st.integers(0, 10**9), max_size=20))
def test_the_sum_is_what_the_device_counted_since_the_first_look(start: int, steps: list[int]) -> None:
    """Whatever the raw value began with."""
    device, raw = Device(), start
    assert device.look(raw) == [0]
    for step in steps:
        raw += step
        device.look(raw)
    assert list(device.sums.totals) == [sum(steps)]


@given(st.integers(0, WRAP - 1), st.lists(st.integers(0, WRAP - 1), max_size=20))
def test_a_32_bit_counter_may_wrap_while_its_agent_runs_through(start: int, steps: list[int]) -> None:
    """At most once between two looks, which is all that can be known."""
    device, raw = Device(), start
    device.look(raw, tag=C32)
    for step in steps:
        raw = (raw + step) % WRAP
        device.look(raw, tag=C32)
    assert list(device.sums.totals) == [sum(steps)]


ANYTHING = st.one_of(st.none(), st.integers(-5, 2**70), st.integers(0, 3000))


@given(
    st.lists(
        st.tuples(
            st.lists(ANYTHING, min_size=3, max_size=3),
            st.sampled_from(Run),
            st.sampled_from([C32, C64, 0x02, 0x42]),
            st.frozensets(st.integers(0, 2)),
            st.sampled_from([1.0, GIGABIT, FASTEST]),
        ),
        max_size=30,
    )
)
def test_the_sum_never_goes_back_nor_grows_faster_than_any_port(
    looks: list[tuple[list[int | None], Run, int, frozenset[int], float]],
) -> None:
    """Whatever agents send; and what is shown is the sum or nothing."""
    device, before = Device(3), [0, 0, 0]
    read = [0.0, 0.0, 0.0]
    for values, run, tag, fresh, rate in looks:
        shown = device.look(*values, run=run, tag=tag, rate=rate, fresh=sorted(fresh))
        for slot, (was, now) in enumerate(zip(before, device.sums.totals, strict=True)):
            assert 0 <= now - was <= most_growth(rate, device.at - read[slot])
            assert shown[slot] in (now, None)
            read[slot] = read[slot] if shown[slot] is None else device.at
        before = list(device.sums.totals)


@given(
    st.lists(st.tuples(st.integers(0, 2**40), st.integers(-1000, 2**44), st.integers(0, 2**50)), min_size=1),
    st.floats(0, 1000),
)
def test_all_at_once_gives_what_one_by_one_gives(slots: list[tuple[int, int, int]], seconds: float) -> None:
    """The quick way either agrees with the careful one or declines."""
    from_raw, steps, totals = zip(*slots, strict=True)
    before = Sums(0.0, array("Q", from_raw), array("Q", totals))
    values = [max(0, raw + step) for raw, step in zip(from_raw, steps, strict=True)]
    quick = grown_plainly(before, values, [GIGABIT] * len(slots), seconds, 60.0)
    tags = bytes([C64]) * len(slots)
    rates = [GIGABIT] * len(slots)
    careful = judge(before, tags, CounterValues(60.0, seconds, Run.SAME, tags, values, rates, FASTEST))
    if quick is None:
        assert careful.counts
    else:
        assert (quick.raw, quick.totals, quick.stale) == (
            careful.sums.raw,
            careful.sums.totals,
            careful.sums.stale,
        )


def test_going_back_without_a_sure_wrap_is_a_reset() -> None:
    """64 bits never wrap; 32 bits only if the agent surely ran through and the line could carry that much."""
    most = most_growth(GIGABIT, 60)
    assert growth(1000, 10, 64, True, most) == RESET
    assert growth(1000, 10, 32, False, most) == RESET
    assert growth(WRAP - 5, 10, 32, True, most) == 15
    assert growth(WRAP - 5, 10, 32, True, 14) == RESET
    assert growth(0, 381 * 10**15, 64, True, most_growth(FASTEST, 60)) == GARBAGE


def test_a_reset_keeps_the_sum_and_begins_a_new_baseline() -> None:
    """What was counted before the device started its counter again is not lost, and nothing is invented."""
    device = Device()
    assert [device.look(value) for value in (100, 150, 20, 50)] == [[0], [50], [50], [80]]
    assert device.last.counts["counter_resets"] == 0


@pytest.mark.parametrize("run", [Run.RESTARTED, Run.JUMPED])
def test_a_restart_adds_nothing_even_if_the_counter_is_larger_now(run: Run) -> None:
    """What it counted between its start and our look cannot be told from what it counted before."""
    device = Device()
    device.look(100)
    assert (device.look(900, run=run), device.look(950)) == ([0], [50])


def test_another_width_starts_a_new_baseline() -> None:
    """32 and 64 bits are never compared with each other, and neither is the change taken for a wrap."""
    device = Device()
    device.look(100, tag=C32)
    assert device.look(5_000_000_000) == [0]
    assert device.last.counts["counter_width_changes"] == 1
    assert device.look(5_000_000_007) == [7]
    assert device.look(3, tag=C32) == [7]


def test_a_discontinuity_adds_nothing() -> None:
    """The agent itself says that the difference means nothing, even where the counter grew."""
    device = Device(2)
    device.look(100, 100)
    assert device.look(160, 160, fresh=[1]) == [60, 0]
    assert device.look(170, 170) == [70, 10]


def test_what_was_not_read_is_no_sample_and_counts_from_its_last_reading() -> None:
    """Its time runs on too, so that a busy line is not taken for nonsense after a gap."""
    device = Device(2)
    device.look(0, 0)
    busy = int(1e9 / 8 * 60)
    assert device.look(busy, None, rate=GIGABIT) == [busy, None]
    assert device.look(2 * busy, 2 * busy, rate=GIGABIT) == [2 * busy, 2 * busy]


def test_what_was_missed_over_a_restart_starts_anew() -> None:
    """What it held before the restart is not compared with what it holds after."""
    device = Device()
    device.look(100)
    assert device.look(None, run=Run.RESTARTED) == [None]
    assert (device.look(130), device.look(140)) == ([0], [10])


def test_nonsense_is_no_sample_and_no_baseline() -> None:
    """Neither the jump up nor the way back is counted; a 32-bit counter does not 'wrap' back from it."""
    for tag in (C32, C64):
        device = Device()
        device.look(1000, tag=tag, rate=1e6)
        assert device.look(4_000_000_000, tag=tag, rate=1e6) == [None]
        assert device.last.counts["counter_garbage"] == 1
        assert device.last.faster == [0]
        assert device.look(2000, tag=tag, rate=1e6) == [0]
        assert device.look(2500, tag=tag, rate=1e6) == [500]


@pytest.mark.parametrize(("value", "tag"), [(-1, 0x02), (WRAP, C32), (2**64, C64), (2**64, 0x42)])
def test_a_value_beyond_its_width_is_nonsense(value: int, tag: int) -> None:
    """Broken encoders send such."""
    device = Device()
    device.look(5, tag=tag)
    assert device.look(value, tag=tag) == [None]
    assert device.last.counts["counter_garbage"] == 1


def test_the_wrap_of_sysuptime_after_497_days_is_no_restart() -> None:
    """It is compared modulo 2**32; a few seconds of slack are allowed."""
    before = Agent(0.0, WRAP - 3_000)
    assert run_between(before, Agent(60.0, 3_000)) is Run.SAME
    assert run_between(before, Agent(60.0, 3_500)) is Run.SAME
    assert run_between(before, Agent(60.0, 100_000)) is Run.JUMPED
    assert run_between(Agent(0.0, 900_000), Agent(60.0, 500)) is Run.RESTARTED
    assert run_between(before, Agent(60.0)) is Run.UNKNOWN
    assert agent_seconds(before, Agent(60.0, 3_100), Run.SAME) == pytest.approx(61.0)
    assert agent_seconds(before, Agent(60.0, 100), Run.RESTARTED) == pytest.approx(60.0)


def test_boots_tell_a_restart_that_sysuptime_leaves_open() -> None:
    """An agent that went back to a longer time than has passed may have been set, unless it counts its boots."""
    assert run_between(Agent(0.0, 10**8, 4), Agent(60.0, 10**7, 5)) is Run.RESTARTED
    assert run_between(Agent(0.0, 10**8, 4), Agent(60.0, 10**7, 4)) is Run.JUMPED
    assert run_between(Agent(0.0, 10**8, 4), Agent(60.0, 10**8 + 6_000, 5)) is Run.SAME


@given(st.integers(0, WRAP - 1), st.floats(0, 10**7), st.floats(-9, 9))
def test_an_agent_that_runs_through_is_the_same_at_any_age(uptime: int, elapsed: float, off: float) -> None:
    """However long between looks, within the slack."""
    later = int(uptime + (elapsed + off) * 100) % WRAP
    assert run_between(Agent(0.0, uptime), Agent(elapsed, later)) is Run.SAME
