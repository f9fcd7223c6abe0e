"""A failure that stays one until somebody puts it right, whatever looks say in between."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netwatch.backfill import Late, last_failure, tell
from netwatch.check import Check, FactKey, FactSeen, Hardening
from netwatch.state import LATCHED, FactState, Transition, advance, begin, interrupt, latched
from netwatch.store.contract import FactRow

KEY = FactKey("aa", "", "expected")
RULE = Hardening(3, 3, latch=((0, 5),))
CHECK = Check("aa", "t", "snmp_scalar", "", "t", "", 10, 5, 10, hardening=RULE)
WORDS = {True: "as_expected", False: "not_as_expected", None: "bad_answer"}


def seen(holds: bool | None) -> FactSeen:
    return FactSeen("", "expected", holds, WORDS[holds])


def looks(
    state: FactState, said: str, start: int, rule: Hardening = RULE
) -> tuple[FactState, list[Transition]]:
    """The state after looks ten apart: + - ? say what was seen, s that netwatch stood still."""
    told = []
    for place, sign in enumerate(said):
        at = start + 10 * place
        if sign == "s":
            state, change = interrupt(state, at, at, "stopped")
        else:
            state, change = advance(state, seen({"+": True, "-": False, "?": None}[sign]), at, rule)
        told += [change] if change else []
    return state, told


def test_a_contact_that_returns_by_itself_is_told_as_latched() -> None:
    """As a failure of another reason, since it returned."""
    state, told = looks(begin(KEY, 0), "+++---+++", 10)
    assert [(t.holds, t.reason, t.since) for t in told] == [
        (True, "as_expected", 10), (False, "not_as_expected", 40), (False, LATCHED, 70),
    ]  # fmt: skip
    assert state.failed == 40


def test_what_began_in_an_excused_span_is_over_when_the_contact_is_back() -> None:
    """The moment of the replacement has moved beyond the onset."""
    state, _ = looks(begin(KEY, 0), "+++---", 10)
    state, told = looks(state, "+++", 70, replace(RULE, latch=((0, 60),)))
    assert [(t.holds, t.reason) for t in told] == [(True, "as_expected")]


def test_an_undone_replacement_brings_the_fault_back() -> None:
    """Latched again since the looks after that."""
    state, _ = looks(begin(KEY, 0), "+++---", 10)
    state, _ = looks(state, "+++", 70, replace(RULE, latch=((0, 60),)))
    state, told = looks(state, "+++", 100)
    assert [(t.holds, t.reason) for t in told] == [(False, LATCHED)]


def test_without_a_latch_a_contact_returns_as_ever() -> None:
    """Doors open and close."""
    _, told = looks(begin(KEY, 0), "---+++", 10, Hardening(3, 3))
    assert [t.holds for t in told] == [False, True]


@given(st.text("+-?s", max_size=60))
def test_a_failed_protector_never_turns_well_without_a_replacement(said: str) -> None:
    """Whatever is seen, not seen, and however often netwatch starts anew."""
    state, told = looks(begin(KEY, 0), "---" + said, 10)
    assert all(change.holds is not True for change in told)
    assert state.failed >= 10
    assert state.holds is not True


@given(st.text("+-?s", max_size=60), st.integers(0, 700))
def test_a_restart_knows_what_was_known(said: str, replaced: int) -> None:
    """What stored rows tell is what the state remembers, whenever it was replaced."""
    rule = replace(RULE, latch=((0, replaced),))
    state, told = looks(begin(KEY, 0), said, 10, rule)
    rows = [FactRow(place, change, change.since, None) for place, change in enumerate(told)]
    failed, _ = last_failure(rows)
    assert latched(failed, rule.latch or ()) == latched(state.failed, rule.latch or ())
    assert failed == state.failed


@given(st.text("+-?", max_size=40))
def test_late_looks_after_a_failure_never_tell_that_it_is_well(said: str) -> None:
    """They fill time that was unknown, and the protector was failed then as well."""
    late = tuple(
        (100 + 10 * place, seen({"+": True, "-": False, "?": None}[sign])) for place, sign in enumerate(said)
    )
    rows = tell(Late(late, 10_000, failed=50), KEY, CHECK) if late else []
    assert all(row.transition.holds is not True for row in rows)


@given(st.integers(1, 100), st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=4))
def test_a_failure_is_excused_by_the_span_it_began_in(failed: int, spans: list[tuple[int, int]]) -> None:
    """Half-open spans."""
    assert latched(failed, spans) != any(failed in range(*span) for span in spans)
    assert not latched(0, spans)
