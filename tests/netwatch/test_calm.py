"""A recorder that notes calm checks once says what one says that notes every look in every state."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.calm import Calm
from netwatch.check import Check, FactKey, FactSeen, Hardening, Observation, check_id
from netwatch.plan import Plan
from netwatch.recorder import Recorder
from netwatch.state import FactState, Transition, expire

SECOND = 1_000_000
INTERVAL = 10 * SECOND
WORDS = {True: "carrier_up", False: "carrier_down", None: "switched_off"}

Step = Callable[[Recorder], list[Transition]]


class Plain(Recorder):
    """Every look is noted in every state, and silence is looked for in all of them."""

    def take(self, seen: Observation) -> list[Transition]:
        """As `Recorder.take`, without calm checks."""
        told = super().take(seen)
        self._calms.clear()
        return told

    def expire(self, now: int) -> list[Transition]:
        """As `Recorder.expire`, of all states."""
        states = [state for state in self.states.values() if state.key.check in self.plan.checks]
        return self._each(
            states,
            lambda state: expire(
                state, now, self.plan.checks[state.key.check], 8 if state.key.check in self._slowed else 1
            ),
        )


def check(name: str, rule: Hardening, interval: int = INTERVAL, *, anchor: bool = False) -> Check:
    id_ = check_id(name, "snmp_interfaces")
    return Check(
        id_, name, "snmp_interfaces", "", name, "127.0.0.1", interval, SECOND, SECOND, rule, anchor=anchor
    )


def plan(revision: int, rule: Hardening, interval: int, *names: str) -> Plan:
    made = [check(name, rule, interval, anchor=name == "anchor") for name in names]
    anchors = frozenset(one.id for one in made if one.anchor)
    return Plan(revision, "", {one.id: one for one in made}, anchors=anchors)


RULES = st.sampled_from([Hardening(3, 3), Hardening(1, 1), Hardening(2, 3), Hardening(2, 4)])
NAMES = ("anchor", "switch", "router")
PLANS = st.builds(
    lambda rule, interval, names: plan(1, rule, interval, *names),
    RULES,
    st.sampled_from([INTERVAL, 3 * INTERVAL]),
    st.sampled_from([NAMES, NAMES[:2], NAMES[1:]]),
)
VALUES = st.lists(st.sampled_from([True, True, True, False, None]), min_size=0, max_size=3)


def _observe(name: str, moment: int, values: list[bool | None], complete: bool, reason: str | None) -> Step:
    facts = tuple(
        FactSeen("" if name == "anchor" else f"p{place}", "reachable", holds, WORDS[holds])
        for place, holds in enumerate(values[: 1 if name == "anchor" else None])
    )
    id_ = check_id(name, "snmp_interfaces")
    seen = Observation("local", moment, 1, id_, moment, 0, () if reason else facts, complete, reason)
    return lambda recorder: recorder.take(seen)


def _paced(recorder: Recorder, slower: bool) -> list[Transition]:
    recorder.paced([check_id("switch", "snmp_interfaces")], slower)
    return []


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """Runs of like looks, and now and then whatever else may befall a recorder."""
    now = 1000 * SECOND
    told: list[Step] = []
    for _ in range(draw(st.integers(1, 12))):
        name, values = draw(st.sampled_from(NAMES)), draw(VALUES)
        complete, reason = draw(st.booleans()), draw(st.sampled_from([None, None, None, "no_answer"]))
        for _ in range(draw(st.integers(1, 7))):
            now += draw(st.sampled_from([SECOND, INTERVAL, 5 * INTERVAL]))
            late = draw(st.sampled_from([0, 0, 0, 0, 25 * SECOND]))
            told.append(_observe(name, now - late, values, complete, reason))
        told.append(_event(draw, now))
    return told


def _event(draw: st.DrawFn, now: int) -> Step:
    made, slower = draw(PLANS), draw(st.booleans())
    events: list[Step] = [
        lambda recorder: recorder.expire(now),
        lambda recorder: recorder.expire(now + 5 * INTERVAL),
        lambda recorder: recorder.interrupted(now - INTERVAL, now),
        lambda recorder: recorder.adopt(made, now),
        lambda recorder: _paced(recorder, slower),
    ]
    return draw(st.sampled_from(events))


def _order(told: list[Transition]) -> list[str]:
    return sorted(map(repr, told))


@settings(max_examples=150)
@given(PLANS, steps())
def test_calm_checks_change_nothing_of_what_is_believed_and_told(first: Plan, told: list[Step]) -> None:
    """Whatever is looked at, expires, is interrupted, paced or replanned in whatever order."""
    quick, plain = Recorder(), Plain()
    quick.adopt(first, 0)
    plain.adopt(first, 0)
    for step in told:
        assert _order(step(quick)) == _order(step(plain))
        assert quick.states == plain.states
        assert (quick.blind_since, quick.late_looks()) == (plain.blind_since, plain.late_looks())
        for id_ in quick.plan.checks:
            assert (quick.soft(id_), quick.answers([id_])) == (plain.soft(id_), plain.answers([id_]))


@pytest.fixture
def calm() -> Recorder:
    """A recorder after ten equal looks at a switch of 48 ports."""
    recorder = Recorder()
    recorder.adopt(plan(1, Hardening(), INTERVAL, "switch"), 0)
    for turn in range(10):
        recorder.take(_seen(turn))
    return recorder


FACTS = tuple(FactSeen(f"p{place}", "carrier", place > 0, WORDS[place > 0]) for place in range(48))
SWITCH = check_id("switch", "snmp_interfaces")


def _seen(turn: int) -> Observation:
    return Observation("local", turn, 1, SWITCH, 1000 * SECOND + turn * INTERVAL, 0, FACTS)


def test_a_calm_look_touches_no_state(calm: Recorder) -> None:
    """The states kept are the same objects, and what is read of them is as of the last look."""
    kept = [id(state) for state in calm._facts[SWITCH].values()]
    assert calm.take(_seen(10)) == []
    assert [id(state) for state in calm._facts[SWITCH].values()] == kept
    state = calm.states[FactKey(SWITCH, "p7", "carrier")]
    assert (state.watermark, len(state.votes)) == (_seen(10).at, 4)
    assert len(calm.states) == 48


def test_words_made_anew_are_those_that_are_recognised_from_then_on(calm: Recorder) -> None:
    """After a reload a worker sends its words anew, and then says only that they are the same."""
    anew = replace(_seen(10), facts=tuple(replace(fact) for fact in FACTS))
    assert calm.take(anew) == []
    assert calm._calms[SWITCH].facts is anew.facts


def test_a_calm_failure_is_followed_up_and_calm_health_is_not(calm: Recorder) -> None:
    """A port that is down keeps its check from being called well."""
    assert not calm.well(SWITCH)
    healthy = tuple(replace(fact, holds=True, reason="carrier_up") for fact in FACTS)
    for turn in range(11, 20):
        calm.take(replace(_seen(turn), facts=healthy))
    assert calm.well(SWITCH)


def test_a_run_says_once_that_it_has_grown_long_enough() -> None:
    """From then on the votes before it need not be kept."""
    run = Calm(FACTS, "local", 0, 4)
    assert [run.note(at) for at in range(1, 8)] == [False, False, False, True, False, False, False]
    state = FactState(FactKey(SWITCH, "p1", "carrier"), True)
    assert [vote.at for vote in run.of(state).votes] == [4, 5, 6, 7]
