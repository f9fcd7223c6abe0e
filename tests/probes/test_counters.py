"""Own sums over device counters: arithmetic alone, with time as numbers."""

from hypothesis import given
from hypothesis import strategies as st

from probes.counters import Counter, CounterBook, Reading, Sums, advance, same_run

KEY = ("e1", "bytes")
WRAP = 2**32


def reading(at: float, uptime: int | None, value: int, bits: int = 64) -> Reading:
    return Reading(at, uptime, {KEY: (value, bits)})


def sums(*readings: tuple[Reading, bool]) -> list[int]:
    book = CounterBook()
    return [book.add("t", each, complete).get(KEY, -1) for each, complete in readings]


@given(st.integers(0, 2**64 - 1), st.lists(st.integers(0, 10**9), max_size=20))
def test_the_sum_is_what_the_device_counted_since_the_first_look(start: int, steps: list[int]) -> None:
    """Whatever the raw value began with."""
    counter = advance(None, start, 64, None)
    for step in steps:
        counter = advance(counter, counter.raw + step, 64, True)
    assert counter.total == sum(steps)


@given(st.integers(0, WRAP - 1), st.lists(st.integers(0, WRAP - 1), max_size=20))
def test_a_32_bit_counter_may_wrap_while_its_agent_runs_through(start: int, steps: list[int]) -> None:
    """At most once between two looks, which is all that can be known."""
    counter = Counter(start, 32)
    for step in steps:
        counter = advance(counter, (counter.raw + step) % WRAP, 32, True)
    assert counter.total == sum(steps)


@given(
    st.lists(
        st.tuples(st.integers(0, 2**64 - 1), st.sampled_from([32, 64]), st.sampled_from([True, False, None])),
        max_size=30,
    )
)
def test_the_sum_never_goes_back(looks: list[tuple[int, int, bool | None]]) -> None:
    """Whatever agents send."""
    counter, before = None, 0
    for value, bits, ran_through in looks:
        counter = advance(counter, value, bits, ran_through)
        assert counter.total >= before
        before = counter.total


def test_going_back_without_a_sure_wrap_is_a_reset() -> None:
    """64 bits never wrap; 32 bits only if sysUpTime says that the agent ran through."""
    assert advance(Counter(1000, 64, 5), 10, 64, True) == Counter(10, 64, 5)
    assert advance(Counter(1000, 32, 5), 10, 32, None) == Counter(10, 32, 5)
    assert advance(Counter(1000, 32, 5), 10, 32, False) == Counter(10, 32, 5)


def test_a_restart_of_the_agent_adds_nothing_even_if_the_counter_is_larger_now() -> None:
    """What it counted between its start and our look cannot be told from what it counted before."""
    assert sums(
        (reading(0, 500_000, 100), True), (reading(60, 3_000, 900), True), (reading(120, 9_000, 950), True)
    ) == [0, 0, 50]


def test_another_width_starts_a_new_baseline() -> None:
    """32 and 64 bits are never compared with each other."""
    assert sums(
        (reading(0, 0, 100, 32), True),
        (reading(60, 6_000, 5_000_000_000), True),
        (reading(120, 12_000, 5_000_000_007), True),
    ) == [0, 0, 7]


def test_a_part_missed_over_a_restart_starts_anew() -> None:
    """A partial look keeps what it did not read, unless the agent restarted meanwhile."""
    nothing = Reading(60, 6_000, {})
    restarted = Reading(60, 100, {})
    kept = sums((reading(0, 0, 100), True), (nothing, False), (reading(120, 12_000, 130), True))
    dropped = sums((reading(0, 900_000, 100), True), (restarted, False), (reading(120, 6_100, 130), True))
    gone = sums((reading(0, 0, 100), True), (nothing, True), (reading(120, 12_000, 130), True))
    assert (kept[-1], dropped[-1], gone[-1]) == (30, 0, 0)


def test_the_wrap_of_sysuptime_after_497_days_is_no_restart() -> None:
    """It is compared modulo 2**32; a few seconds of slack are allowed."""
    before = Sums(0.0, WRAP - 3_000)
    assert same_run(before, Reading(60.0, 3_000, {})) is True
    assert same_run(before, Reading(60.0, 3_500, {})) is True
    assert same_run(before, Reading(60.0, 100_000, {})) is False
    assert same_run(Sums(0.0, 900_000), Reading(60.0, 500, {})) is False
    assert same_run(before, Reading(60.0, None, {})) is None


def test_targets_no_longer_planned_are_forgotten() -> None:
    """So memory stays bounded by the plan."""
    book = CounterBook()
    for target in ("a", "b"):
        book.add(target, reading(0, 0, 1), complete=True)
    book.keep({"b"})
    assert len(book) == 1
