"""Looks become hard facts."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.check import Check, FactKey, FactSeen, Hardening
from netwatch.state import FactState, Transition, advance, begin, blind, doubt, expire, interrupt, suspicious

KEY = FactKey("check", "", "reachable")
RULE = Hardening(3, 3)
CHECK = Check("aa", "t", "icmp_echo", "", "t", "127.0.0.1", interval=30, deadline=5, recheck=10)
WORDS: dict[bool | None, str] = {True: "answered", False: "no_answer", None: "permission"}


def seen(holds: bool | None) -> FactSeen:
    return FactSeen("", "reachable", holds, WORDS[holds])


def run(
    looks: Sequence[tuple[int, bool | None]], state: FactState | None = None, rule: Hardening = RULE
) -> tuple[FactState, list[Transition]]:
    state = state or begin(KEY, 0)
    told = []
    for at, holds in looks:
        state, transition = advance(state, seen(holds), at, rule)
        told += [transition] if transition else []
    return state, told


def test_a_fact_is_hard_after_three_looks_that_agree_and_dated_back_to_the_first() -> None:
    state, told = run([(10, True), (20, True), (30, True), (40, False), (50, False), (60, False)])
    assert [(t.holds, t.since, t.contrary, t.at) for t in told] == [(True, 10, 0, 30), (False, 40, 30, 60)]
    assert state.holds is False


def test_one_bad_look_between_good_ones_changes_nothing() -> None:
    _, told = run([(10, True), (20, True), (30, True), (40, False), (50, True), (60, False), (70, True)])
    assert [t.holds for t in told] == [True]


def test_two_of_three_tolerates_a_good_look_in_between_and_keeps_the_first_bad_one_as_onset() -> None:
    looks = [(10, True), (20, True), (30, False), (40, True), (50, False)]
    _, told = run(looks, rule=Hardening(2, 3))
    assert [(t.holds, t.since, t.contrary) for t in told] == [(True, 10, 0), (False, 30, 20)]


def test_looks_from_before_a_change_do_not_vote_on_the_next_one() -> None:
    looks = [(10, False), (20, False), (30, True), (40, True), (50, False)]
    state, told = run(looks, rule=Hardening(2, 4))
    assert [t.holds for t in told] == [False, True]
    assert state.soft


def test_a_look_that_cannot_tell_makes_unknown_only_when_it_repeats() -> None:
    good = [(10, True), (20, True), (30, True)]
    _, told = run([*good, (40, None), (50, True)])
    assert len(told) == 1
    _, told = run([*good, (40, None), (50, None), (60, None)])
    assert [(t.holds, t.since, t.reason) for t in told][1:] == [(None, 40, "permission")]


def test_looks_that_agree_on_nothing_do_not_keep_an_old_belief_alive() -> None:
    state, _ = run([(10, True), (20, True), (30, True)])
    told = None
    for turn in range(6):
        mixed = FactSeen("", "reachable", None, "deadline" if turn % 2 else "no_route")
        state, change = advance(state, mixed, 40 + turn * 10, RULE)
        told = told or change
    assert told is not None
    assert (told.holds, told.since) == (None, 40)


def test_after_unknown_the_first_look_that_says_what_held_before_is_believed_at_once() -> None:
    state, _ = run([(10, True), (20, True), (30, True)])
    state, stopped = interrupt(state, 35, 100, "stopped")
    assert stopped is not None
    assert (stopped.holds, stopped.since, stopped.contrary, stopped.reason) == (None, 35, 30, "stopped")
    _, told = run([(110, True)], state)
    assert [(t.holds, t.since) for t in told] == [(True, 110)]


def test_after_unknown_another_value_still_needs_three_looks() -> None:
    state, _ = run([(10, True), (20, True), (30, True)])
    state, _ = interrupt(state, 35, 100, "stopped")
    _, told = run([(110, False), (120, False)], state)
    assert told == []
    _, told = run([(110, False), (120, False), (130, False)], state)
    assert [(t.holds, t.since) for t in told] == [(False, 110)]


def test_silence_is_unknown_since_the_first_look_that_did_not_come() -> None:
    state, _ = run([(10, True), (20, True), (30, True)])
    assert expire(state, 30 + 3 * 30 + 5, CHECK)[1] is None
    _, told = expire(state, 30 + 3 * 30 + 6, CHECK)
    assert told is not None
    assert (told.holds, told.since, told.reason) == (None, 60, "silence")


def test_a_failure_that_began_while_the_vantage_was_blind_is_taken_back_to_where_it_began() -> None:
    state, _ = run([(10, True), (20, True), (30, True), (40, False), (50, False), (60, False)])
    assert suspicious(state, 35)
    assert not suspicious(state, 45)
    state, told = doubt(state, 70)
    assert told is not None
    assert (told.holds, told.since, told.reason) == (None, 40, "vantage")
    assert advance(state, seen(True), 80, RULE)[0].holds is True


@pytest.mark.parametrize(
    ("looks", "expected"),
    [([False, False], True), ([False, True], False), ([False, None], False), ([], False)],
)
def test_a_vantage_is_blind_only_while_the_newest_look_at_every_anchor_failed(
    looks: list[bool | None], expected: bool
) -> None:
    anchors = [run([(10, holds)])[0] for holds in looks]
    assert blind(anchors) is expected


LOOKS = st.lists(st.tuples(st.integers(1, 200), st.sampled_from([True, False, None])), max_size=40)
RULES = st.sampled_from([Hardening(1, 1), Hardening(2, 3), Hardening(3, 3), Hardening(2, 4), Hardening(3, 5)])


@given(LOOKS, RULES)
def test_whatever_is_seen_intervals_never_overlap_or_run_backwards(
    looks: list[tuple[int, bool | None]], rule: Hardening
) -> None:
    state, told = run(looks, rule=rule)
    starts = [t.since for t in told]
    assert starts == sorted(starts)
    assert all(t.contrary <= t.since <= t.at for t in told)
    assert all(before.holds is after.was for before, after in itertools.pairwise(told))
    assert state.holds is (told[-1].holds if told else None)


@given(LOOKS, RULES)
def test_delivering_every_look_twice_or_late_again_changes_nothing(
    looks: list[tuple[int, bool | None]], rule: Hardening
) -> None:
    once = run(looks, rule=rule)
    doubled = [look for look in looks for _ in range(2)]
    assert run(doubled, rule=rule) == once
    state, told = run(looks, state=once[0], rule=rule)
    assert (state, told) == (once[0], [])


@given(LOOKS, RULES, st.integers(0, 200))
def test_an_interruption_never_starts_before_what_it_interrupts(
    looks: list[tuple[int, bool | None]], rule: Hardening, since: int
) -> None:
    state, _ = run(looks, rule=rule)
    after, told = interrupt(state, since, 300, "stopped")
    assert after.holds is None
    if told:
        assert state.since <= told.since
        assert told.contrary <= told.since
