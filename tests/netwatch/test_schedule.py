"""Checks are due in their own rhythm, never piled up."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netwatch.check import Check, check_id
from netwatch.schedule import MOST_BACK_OFF, Due, Schedule, next_round, phase

SECOND = 1_000_000


def check(name: str, interval: int = 30 * SECOND) -> Check:
    return Check(
        check_id(name, "icmp_echo"), name, "icmp_echo", "", name, "127.0.0.1", interval, 5 * SECOND, 10
    )


def adopted(*checks: Check, now: int = 0) -> Schedule:
    schedule = Schedule()
    schedule.adopt({c.id: c for c in checks}, now)
    return schedule


def take_one(schedule: Schedule, now: int) -> Due:
    (due,) = schedule.take(now, 10)
    return due


@given(st.text(min_size=1), st.integers(1, 10**9), st.integers(0, 10**15))
def test_the_next_round_is_within_one_interval_and_in_the_checks_own_phase(
    name: str, interval: int, now: int
) -> None:
    one = check(name, interval)
    due = next_round(one, now)
    assert now < due <= now + interval
    assert due % interval == phase(one.id, interval)


def test_a_restart_keeps_the_rhythm() -> None:
    one = check("a")
    before, after = adopted(one, now=100), adopted(one, now=SECOND)
    assert (before.next_due() or 0) % one.interval == (after.next_due() or 0) % one.interval


def test_a_thousand_checks_spread_evenly_over_their_interval() -> None:
    interval = 60 * SECOND
    slots = [0] * 10
    for number in range(1000):
        slots[phase(check(f"device-{number}").id, interval) * 10 // interval] += 1
    assert min(slots) > 60


def test_a_check_handed_out_is_not_due_again_until_done() -> None:
    schedule = adopted(check("a"))
    due = take_one(schedule, 30 * SECOND)
    assert schedule.take(300 * SECOND, 10) == []
    schedule.done(due.check, due.due, 31 * SECOND)
    assert len(schedule.take(90 * SECOND, 10)) == 1


def test_rounds_slept_through_are_skipped_and_counted_not_piled_up() -> None:
    schedule = adopted(check("a"))
    due = take_one(schedule, 30 * SECOND)
    schedule.done(due.check, due.due, due.due + 95 * SECOND)
    assert schedule.skipped == 3
    assert len(schedule.take(due.due + 130 * SECOND, 10)) == 1


def test_a_round_begun_late_is_counted() -> None:
    schedule = adopted(check("a"))
    due = schedule.next_due() or 0
    taken = take_one(schedule, due + 4 * SECOND)
    schedule.begin(taken, due + 4 * SECOND)
    assert schedule.late == 1
    assert adopted(check("a")).overdue(due + 4 * SECOND) == 4 * SECOND


def test_a_round_that_waited_for_its_device_counts_as_late_once_its_look_begins() -> None:
    schedule = adopted(check("a"))
    due = take_one(schedule, 30 * SECOND)
    schedule.begin(due, due.due + 3 * SECOND)
    assert schedule.late == 0
    schedule.begin(due, due.due + 3 * SECOND + 1)
    assert schedule.late == 1


def test_a_clock_set_forward_makes_nothing_late_or_skipped() -> None:
    schedule = adopted(check("running"), check("waiting"))
    first, second = sorted(schedule.take(60 * SECOND, 10), key=lambda due: due.due)
    schedule.done(second.check, second.due, second.due)
    later = first.due + 3600 * SECOND
    schedule.forgive(later)
    schedule.done(first.check, first.due, later + SECOND)
    (due,) = [one for one in schedule.take(later, 10) if one.check == second.check]
    assert schedule.overdue(later) == 0
    schedule.begin(due, later + SECOND)
    assert (schedule.late, schedule.skipped) == (0, 0)
    schedule.done(due.check, due.due, later + 95 * SECOND)
    assert schedule.skipped in (3, 4), "rounds after the step count"


def test_a_hastened_check_is_looked_at_sooner_and_then_in_its_rhythm_again() -> None:
    one = check("a")
    schedule = adopted(one)
    rhythm = schedule.next_due() or 0
    schedule.hasten([one.id], 1)
    due = take_one(schedule, 2)
    schedule.done(due.check, due.due, 3)
    assert schedule.next_due() == rhythm


def test_a_check_hastened_while_it_runs_comes_again_at_once() -> None:
    one = check("a")
    schedule = adopted(one)
    due = take_one(schedule, 30 * SECOND)
    schedule.hasten([one.id], 31 * SECOND)
    schedule.done(one, due.due, 32 * SECOND)
    assert schedule.next_due() == 31 * SECOND


def test_backing_off_doubles_up_to_a_bound_and_relaxes_at_once() -> None:
    one = check("a")
    schedule = adopted(one)
    for _ in range(10):
        schedule.back_off([one.id])
    due = take_one(schedule, 30 * SECOND)
    schedule.done(one, due.due, due.due + 1)
    assert schedule.next_due() == due.due + MOST_BACK_OFF * one.interval
    assert schedule.skipped == 0
    schedule.relax([one.id])
    schedule.hasten([one.id], due.due + 2)
    again = take_one(schedule, due.due + 3)
    schedule.done(one, again.due, due.due + 4)
    assert schedule.next_due() == due.due + one.interval


def test_a_new_plan_drops_what_is_gone_and_keeps_what_stays() -> None:
    kept, gone = check("kept"), check("gone")
    schedule = adopted(kept, gone)
    due = schedule.next_due()
    schedule.adopt({kept.id: replace(kept, address="127.0.0.2")}, 5)
    assert len(schedule) == 1
    assert schedule.take(60 * SECOND, 10)[0].check.address == "127.0.0.2"
    assert due is not None


def test_a_check_dropped_while_it_runs_does_not_come_back() -> None:
    one = check("a")
    schedule = adopted(one)
    due = take_one(schedule, 30 * SECOND)
    schedule.adopt({}, 31 * SECOND)
    schedule.done(one, due.due, 32 * SECOND)
    assert schedule.next_due() is None


def test_a_check_that_comes_back_while_its_look_is_under_way_is_due_only_once() -> None:
    one = check("a")
    schedule = adopted(one)
    due = take_one(schedule, 30 * SECOND)
    schedule.adopt({}, 31 * SECOND)
    schedule.adopt({one.id: one}, 32 * SECOND)
    schedule.done(one, due.due, 33 * SECOND)
    assert len(schedule.take(90 * SECOND, 10)) == 1
