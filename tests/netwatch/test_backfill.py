"""Late looks fill unknown time and nothing else."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from netwatch.backfill import Known, backfill
from netwatch.check import FactKey, FactSeen, Hardening
from netwatch.intervals import Span, at

KEY = FactKey("check", "", "reachable")
UP: Known = (True, "answered")
DOWN: Known = (False, "no_answer")
UNKNOWN: Known = (None, "silence")
RULE = Hardening(2, 2)


def look(moment: int, holds: bool | None) -> tuple[int, FactSeen]:
    return moment, FactSeen(
        "", "reachable", holds, {True: "answered", False: "no_answer", None: "silence"}[holds]
    )


def filled(
    history: list[Span[Known]], *looks: tuple[int, FactSeen]
) -> list[tuple[int, int | None, bool | None]]:
    return [(s.start, s.end, s.value[0]) for s in backfill(history, looks, KEY, RULE, interval=10)]


GAP = [Span(0, 100, UP), Span(100, 200, UNKNOWN), Span(200, None, UP)]


def test_late_looks_fill_the_gap_they_fell_into() -> None:
    looks = [look(moment, True) for moment in range(100, 200, 10)]
    assert filled(GAP, *looks) == [(0, None, True)]


def test_an_outage_inside_the_gap_appears_with_its_own_bounds() -> None:
    seen = [(110, True), (120, True), (130, False), (140, False), (150, True), (160, True)]
    assert filled(GAP, *(look(*one) for one in seen)) == [
        (0, 100, True),
        (100, 110, None),
        (110, 130, True),
        (130, 150, False),
        (150, 170, True),
        (170, 200, None),
        (200, None, True),
    ]


def test_what_was_known_is_never_changed() -> None:
    assert filled(GAP, look(20, False), look(30, False)) == [(s.start, s.end, s.value[0]) for s in GAP]


def test_a_single_late_look_is_not_believed() -> None:
    assert filled(GAP, look(150, False)) == [(s.start, s.end, s.value[0]) for s in GAP]


HISTORIES = st.lists(st.sampled_from([UP, DOWN, UNKNOWN]), min_size=1, max_size=8)
LATE = st.lists(st.tuples(st.integers(0, 300), st.sampled_from([True, False, None])), max_size=20)


@given(HISTORIES, LATE)
def test_whatever_comes_late_known_time_stays_and_there_is_no_gap_or_overlap(
    values: list[Known], looks: list[tuple[int, bool | None]]
) -> None:
    ends = [*range(40, 40 * len(values), 40), None]
    history = [
        Span(place * 40, end, value) for place, (value, end) in enumerate(zip(values, ends, strict=True))
    ]
    after = backfill(history, [look(*one) for one in looks], KEY, RULE, interval=10)
    assert after[0].start == 0
    assert after[-1].end is None
    assert all(one.end == two.start for one, two in itertools.pairwise(after))
    for moment in range(0, 330, 3):
        before = at(history, moment)
        assert before is not None
        if before[0] is not None:
            assert at(after, moment) == before
