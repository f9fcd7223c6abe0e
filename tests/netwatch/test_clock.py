"""Our clock never runs backwards and tells of steps and suspends."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netwatch.clock import HOUR, SECOND, Disturbance, Readings, SystemClock


class Machine:
    """A machine whose three clocks a test moves."""

    def __init__(self) -> None:
        self.readings = Readings(wall=1_000 * HOUR, boot=HOUR, monotonic=HOUR)

    def read(self) -> Readings:
        return self.readings

    def run(self, microseconds: int) -> None:
        now = self.readings
        self.readings = Readings(
            now.wall + microseconds, now.boot + microseconds, now.monotonic + microseconds
        )

    def sleep(self, microseconds: int) -> None:
        now = self.readings
        self.readings = replace(now, wall=now.wall + microseconds, boot=now.boot + microseconds)

    def step(self, microseconds: int) -> None:
        self.readings = replace(self.readings, wall=self.readings.wall + microseconds)


def test_a_step_an_hour_forward_is_followed_and_told() -> None:
    machine = Machine()
    clock = SystemClock(machine.read)
    before = clock.now()
    machine.run(SECOND)
    machine.step(HOUR)
    (event,) = clock.check()
    assert (event.what, event.size) == (Disturbance.STEPPED, HOUR)
    assert (event.start, event.end) == (before, before + SECOND + HOUR)
    assert clock.now() == machine.readings.wall


def test_a_step_an_hour_back_is_told_once_and_our_clock_goes_on_until_met() -> None:
    machine = Machine()
    clock = SystemClock(machine.read)
    before = clock.now()
    machine.step(-HOUR)
    machine.run(SECOND)
    (event,) = clock.check()
    assert (event.what, event.size) == (Disturbance.STEPPED, -HOUR)
    assert clock.now() >= before
    for _ in range(21 * 3600):
        machine.run(SECOND)
        assert clock.check() == ()
    assert clock.now() == machine.readings.wall


def test_a_suspended_machine_is_told_with_the_time_it_slept() -> None:
    machine = Machine()
    clock = SystemClock(machine.read)
    before = clock.now()
    machine.sleep(HOUR)
    (event,) = clock.check()
    assert (event.what, event.start, event.end) == (Disturbance.SUSPENDED, before, before + HOUR)


def test_a_restart_does_not_run_backwards_either() -> None:
    machine = Machine()
    late = machine.readings.wall + 10 * SECOND
    clock = SystemClock(machine.read, not_before=late)
    assert clock.now() == late
    assert clock.ahead == 10 * SECOND


@given(
    st.lists(
        st.tuples(st.sampled_from(["run", "sleep", "step"]), st.integers(-2 * HOUR, 2 * HOUR)), max_size=30
    )
)
def test_whatever_befalls_the_machine_time_never_runs_backwards(moves: list[tuple[str, int]]) -> None:
    machine = Machine()
    clock = SystemClock(machine.read)
    last = clock.now()
    for move, size in moves:
        getattr(machine, move)(size if move == "step" else abs(size))
        for event in clock.check():
            assert event.start <= event.end
        assert clock.now() >= last
        last = clock.now()
