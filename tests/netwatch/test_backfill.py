"""Late looks fill unknown time and nothing else."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from netwatch.backfill import TAIL, Late, LateLooks, Look, backfill
from netwatch.check import Check, FactKey, FactSeen, Hardening
from netwatch.state import Transition
from netwatch.store.contract import FactRow

KEY = FactKey("check", "", "reachable")
CHECK = Check(
    "check", "t", "echo", "", "t", "", interval=10, deadline=1, recheck=1, hardening=Hardening(2, 2)
)
WORDS = {True: "answered", False: "no_answer", None: "silence"}
NEVER = 10_000


def look(moment: int, holds: bool | None) -> Look:
    return moment, FactSeen("", "reachable", holds, WORDS[holds])


def told(*values: tuple[int, bool | None], reason: str = "", ever: bool = True) -> list[FactRow]:
    """Rows of these values from these moments on, the last one open."""
    ends = [*(start for start, _ in values[1:]), None]
    return [
        FactRow(
            place + 1,
            Transition(KEY, None, holds, start, start, start, reason or WORDS[holds], ever=ever),
            start,
            end,
        )
        for place, ((start, holds), end) in enumerate(zip(values, ends, strict=True))
    ]


def shape(rows: list[FactRow]) -> list[tuple[int, int | None, bool | None]]:
    return [(row.start, row.end, row.transition.holds) for row in rows]


def filled(history: list[FactRow], *looks: Look, until: int = NEVER) -> list[FactRow]:
    return backfill(history, Late(looks, until), KEY, CHECK)


GAP = told((0, True), (100, None), (200, True))
OUTAGE = [(110, True), (120, True), (130, False), (140, False), (150, True), (160, True)]


def test_late_looks_fill_the_gap_they_fell_into() -> None:
    looks = [look(moment, True) for moment in range(100, 200, 10)]
    assert shape(filled(GAP, *looks)) == [(0, 100, True), (100, 200, True), (200, None, True)]


def test_an_outage_inside_the_gap_appears_with_its_own_bounds() -> None:
    after = filled(GAP, *(look(*one) for one in OUTAGE))
    assert shape(after) == [
        (0, 100, True),
        (100, 110, None),
        (110, 130, True),
        (130, 150, False),
        (150, 170, True),
        (170, 200, None),
        (200, None, True),
    ]
    assert [row.transition.was for row in after[1:6]] == [None, None, True, False, True]
    assert [row.transition.contrary for row in after[2:5]] == [100, 120, 140]
    assert [row.sequence for row in after] == [1, 0, 0, 0, 0, 0, 3]


def test_what_was_known_is_never_changed() -> None:
    assert filled(GAP, look(20, False), look(30, False)) == GAP


def test_a_single_late_look_is_not_believed() -> None:
    assert filled(GAP, look(150, False)) == GAP


def test_silence_between_late_looks_stays_unknown() -> None:
    looks = [look(moment, True) for moment in (100, 110, 160, 170)]
    assert shape(filled(GAP, *looks))[1:-1] == [
        (100, 120, True),
        (120, 160, None),
        (160, 180, True),
        (180, 200, None),
    ]


def test_a_last_look_that_says_otherwise_leaves_the_time_after_it_undecided() -> None:
    looks = [look(110, True), look(120, True), look(130, False)]
    assert shape(filled(GAP, *looks))[2:4] == [(110, 130, True), (130, 200, None)]


def test_a_gap_still_open_stays_open_from_where_looks_in_time_go_on() -> None:
    looks = [look(110, True), look(120, True)]
    assert shape(filled(GAP[:1] + told((100, None)), *looks, until=125))[-2:] == [
        (110, 125, True),
        (125, None, None),
    ]


def test_time_before_anything_was_stored_may_be_filled_too() -> None:
    looks = [look(110, True), look(120, True)]
    assert shape(filled(told((200, True)), *looks)) == [
        (110, 130, True),
        (130, 200, None),
        (200, None, True),
    ]
    assert shape(filled([], *looks, until=125)) == [(110, 125, True), (125, None, None)]


def test_a_part_that_was_gone_stays_gone() -> None:
    gone = told((0, None), reason="gone")
    assert filled(gone, look(110, True), look(120, True)) == gone


def test_what_once_held_is_remembered_so_that_its_failure_counts() -> None:
    (failure,) = (
        row for row in filled(GAP, look(110, False), look(120, False)) if row.transition.holds is False
    )
    assert failure.transition.ever
    assert (failure.transition.reason, failure.start, failure.end) == ("no_answer", 110, 130)


VALUES = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=8)
LATE = st.dictionaries(st.integers(0, 400), st.sampled_from([True, False, None]), max_size=25)


def at(rows: list[FactRow], moment: int) -> FactRow | None:
    return next((row for row in reversed(rows) if row.start <= moment), None)


@given(VALUES, LATE, st.integers(0, 400), st.integers(0, 60))
def test_whatever_comes_late_known_time_stays_and_there_is_no_gap_or_overlap(
    values: list[bool | None], looks: dict[int, bool | None], until: int, first: int
) -> None:
    history = told(*((first + place * 40, value) for place, value in enumerate(values)))
    late = [look(*one) for one in sorted(looks.items())]
    after = filled(history, *late, until=until)
    assert after[-1].end is None
    assert all(one.end == two.start for one, two in itertools.pairwise(after))
    assert all(row.end is None or row.start < row.end for row in after)
    assert all(row.transition.since == row.start >= row.transition.contrary for row in after)
    assert [row for row in history if row.transition.holds is not None] == [
        row for row in after if row.transition.holds is not None and row.sequence
    ]
    for moment in range(0, 430, 3):
        before, now = at(history, moment), at(after, moment)
        if before is not None and before.transition.holds is not None:
            assert now == before
        elif now is not None and now.transition.holds is not None:
            assert moment < until
    assert filled(after, *late, until=until) == after


def test_looks_set_aside_are_kept_until_used_and_their_last_ones_beyond() -> None:
    aside = LateLooks()
    for moment in (30, 10, 20, 10):
        aside.add(KEY, *look(moment, True))
    first = aside.waiting()
    assert [moment for moment, _ in first[KEY]] == [10, 20, 30]
    aside.add(KEY, *look(40, False))
    aside.used(first)
    assert [moment for moment, _ in aside.waiting()[KEY]] == [10, 20, 30, 40]
    aside.used(aside.waiting())
    assert aside.waiting() == {}


@given(st.lists(st.sampled_from([True, False]), min_size=1, max_size=30), st.integers(1, 6))
def test_a_run_of_late_looks_told_in_pieces_comes_out_as_told_at_once(seen: list[bool], size: int) -> None:
    """As long as no flapping is longer than the looks that are remembered."""
    steady = [value for value in seen for _ in range(3)]
    looks = [look(100 + place * 10, value) for place, value in enumerate(steady)]
    gap = told((0, None))
    aside, pieces = LateLooks(), gap
    for piece in range(0, len(looks), size):
        for one in looks[piece : piece + size]:
            aside.add(KEY, *one)
        waiting = aside.waiting()
        assert len(waiting[KEY]) <= TAIL + size
        pieces = filled(pieces, *waiting[KEY])
        aside.used(waiting)
    at_once = filled(gap, *looks)
    for moment in range(0, 1200, 5):
        one, two = at(pieces, moment), at(at_once, moment)
        assert one is not None
        assert two is not None
        assert one.transition.holds is two.transition.holds
