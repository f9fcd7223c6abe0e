"""The score of flapping: what adds to it, what makes the flag and takes it off, and what leaves it alone."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.clock import HOUR, MINUTE
from netwatch.incidents.flapping import CEILING, HALF_LIFE, REUSE, SUPPRESS, WORKS, Flaps, Stretch, damped
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, Verdict

STEPS = st.lists(
    st.tuples(st.sampled_from(list(Kind)), st.integers(min_value=1, max_value=2 * HOUR)), max_size=40
)


def rows(steps: Sequence[tuple[Kind, int]]) -> list[VerdictRow]:
    """Stored rows one after the other: each kind lasts so long, the last one is open."""
    told: list[VerdictRow] = []
    start = 0
    for place, (kind, lasts) in enumerate(steps):
        end = start + lasts if place + 1 < len(steps) else None
        told.append(VerdictRow(place + 1, "L1", Verdict(kind, "why"), start, end, start, 1, start))
        start += lasts
    return told


def flaps(steps: Sequence[tuple[Kind, int]]) -> Flaps:
    found = Flaps()
    for row in rows(steps):
        found.note(row)
    return found


def alternating(count: int, every: int) -> list[tuple[Kind, int]]:
    return [((Kind.UP, Kind.DOWN)[place % 2], every) for place in range(count + 1)]


def test_one_outage_and_its_end_make_no_flapper() -> None:
    """Two changes in a second score 2 and put no flag."""
    found = flaps(alternating(2, 1))
    assert found.score("L1", 2) == pytest.approx(2)
    assert found.flapping(2) == frozenset()


def test_two_outages_within_a_quarter_of_an_hour_make_one() -> None:
    """Four changes, four minutes apart, put the flag with the last of them; quiet takes it off within the hour."""
    found = flaps(alternating(4, 4 * MINUTE))
    assert found.flapping(16 * MINUTE - 1) == frozenset()
    assert found.flapping(16 * MINUTE) == {"L1"}
    assert found.flapping(16 * MINUTE + 20 * MINUTE) == {"L1"}
    assert found.flapping(16 * MINUTE + HOUR) == frozenset()


def test_the_score_halves_in_a_quarter_of_an_hour() -> None:
    """The formula of the docstring holds."""
    found = flaps(alternating(1, 10))
    assert found.score("L1", 10 + HALF_LIFE) == pytest.approx(0.5)


def test_while_unreachable_the_score_is_frozen() -> None:
    """A day of not knowing neither takes the flag off nor counts as a change."""
    steps = [*alternating(4, 1)[:-1], (Kind.UP, 1), (Kind.UNREACHABLE, 24 * HOUR), (Kind.UP, 1)]
    found = flaps(steps)
    at = 5 + 24 * HOUR
    assert found.score("L1", at) == pytest.approx(found.score("L1", 5))
    assert found.flapping(at) == {"L1"}


@pytest.mark.parametrize("between", [Kind.UNREACHABLE, Kind.UNKNOWN])
def test_a_change_to_or_from_not_knowing_is_no_flap(between: Kind) -> None:
    """Up, unreachable, down, unknown, up again and again scores nothing."""
    found = flaps([(Kind.UP, 1), (between, 1), (Kind.DOWN, 1), (between, 1)] * 10)
    assert found.score("L1", 40) == 0


def test_degraded_works() -> None:
    """Between up and degraded nothing flaps."""
    assert flaps([(Kind.UP, 1), (Kind.DEGRADED, 1)] * 9).score("L1", 20) == 0


def test_what_is_told_anew_replaces_what_was_told_of_that_time() -> None:
    """Ups and downs that turn out to have been one unreachable time are forgotten."""
    found = flaps(alternating(6, MINUTE))
    assert found.flapping(6 * MINUTE) == {"L1"}
    found.note(VerdictRow(99, "L1", Verdict(Kind.UNREACHABLE, "upstream"), MINUTE, None, 0, 1, 7 * MINUTE))
    assert (found.score("L1", 8 * MINUTE), found.flapping(8 * MINUTE)) == (0, frozenset())


@given(STEPS, st.data())
def test_a_row_delivered_again_changes_nothing(steps: list[tuple[Kind, int]], data: st.DataObject) -> None:
    """However often and in which order rows are repeated, the score is the same."""
    once = flaps(steps)
    told = rows(steps)
    again = Flaps()
    for row in told:
        again.note(row)
        for old in data.draw(st.lists(st.sampled_from(told[: told.index(row) + 1]), max_size=3)):
            again.note(old)
    now = sum(lasts for _, lasts in steps)
    assert again.score("L1", now) == once.score("L1", now)
    assert again.flapping(now) == once.flapping(now)


@given(STEPS, st.integers(min_value=0, max_value=4 * HOUR))
def test_the_score_keeps_its_bounds_and_falls_while_nothing_changes(
    steps: list[tuple[Kind, int]], later: int
) -> None:
    """It lies between 0 and the ceiling, never grows by waiting, and a flag means a score of at least REUSE."""
    found = flaps(steps)
    now = sum(lasts for _, lasts in steps)
    score = found.score("L1", now)
    assert 0 <= found.score("L1", now + later) <= score <= CEILING
    if found.flapping(now + later):
        assert found.score("L1", now + later) >= REUSE


@given(STEPS)
def test_fewer_than_three_changes_put_no_flag(steps: list[tuple[Kind, int]]) -> None:
    """The score is never more than the number of changes, so the first outage never flags."""
    stretches = [Stretch(row.start, {Kind.DOWN: False}.get(row.verdict.kind, True)) for row in rows(steps)]
    turns = sum(a.works is not b.works for a, b in pairwise(stretches))
    state = damped(stretches, sum(lasts for _, lasts in steps))
    assert state.score <= turns
    assert not state.flaps or turns >= SUPPRESS


def test_who_left_is_forgotten_at_once() -> None:
    """Else the score of what was last not known would stand for ever."""
    flaps = Flaps()
    for place, kind in enumerate([Kind.UP, Kind.DOWN] * 4):
        start = HOUR + place * MINUTE
        flaps.note(VerdictRow(place, "L", Verdict(kind, ""), start, start + MINUTE, start, 1, start))
    late = HOUR + 8 * MINUTE
    assert flaps.flapping(late) == {"L"}
    flaps.note(VerdictRow(9, "L", Verdict(Kind.UNKNOWN, ""), late, None, late, 1, late))
    assert flaps.flapping(late + 100 * MINUTE) == {"L"}
    flaps.forget("L")
    assert flaps.flapping(late + 100 * MINUTE) == frozenset()


@given(STEPS, st.integers(min_value=0, max_value=4 * HOUR))
def test_the_flag_is_that_of_the_score_however_long_it_has_been_quiet(
    steps: list[tuple[Kind, int]], later: int
) -> None:
    """What is passed over for being quiet for long would have no flag if it were counted."""
    found, now = flaps(steps), sum(lasts for _, lasts in steps) + later
    told = [Stretch(row.start, WORKS.get(row.verdict.kind), row.recorded_at) for row in rows(steps)]
    assert found.flapping(now) == (frozenset({"L1"}) if damped(told, now).flaps else frozenset())
