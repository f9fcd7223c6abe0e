"""The thinking of the first transaction: observations in, fact states and transitions out. No clock, no asyncio.

One `Recorder` per daemon. It holds every fact state in memory; the store holds the hard ones. What it returns must be
committed before the batch is acknowledged; repeated observations change nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from netwatch.backfill import OLDEST, Late, LateLooks
from netwatch.check import Check, FactKey, FactSeen, Observation
from netwatch.plan import Plan
from netwatch.schedule import MOST_BACK_OFF
from netwatch.state import (
    GONE,
    STOPPED,
    VANTAGE,
    FactState,
    Step,
    Transition,
    advance,
    begin,
    blind,
    doubt,
    expire,
    interrupt,
    overdue,
    suspicious,
)

REACHABLE = "reachable"


class Recorder:
    """All fact states, the newest observation of every check, and which vantages cannot see."""

    def __init__(self) -> None:
        self.plan = Plan()
        self.states: dict[FactKey, FactState] = {}
        self.latest: dict[str, Observation] = {}
        self.blind_since: dict[str, int] = {}
        self.late = LateLooks()
        self._keys: dict[str, set[FactKey]] = {}
        self._siblings: dict[str, tuple[str, ...]] = {}
        self._slowed: set[str] = set()
        self._seen_once: set[FactKey] = set()

    def restore(self, states: Iterable[FactState], until: int = 0) -> None:
        """Take over the hard facts of an earlier run, which looked until `until`."""
        for state in states:
            if state.reason != GONE:
                self._put(replace(state, watermark=max(state.watermark, until)))

    def adopt(self, plan: Plan, now: int) -> list[Transition]:
        """Take over a plan: facts of checks that are no longer in it are gone."""
        self._hurried(plan, now)
        self.plan = plan
        self._siblings = _by_device(plan.checks)
        self._slowed &= plan.checks.keys()
        self._seen_once = {key for key in self._seen_once if key.check in plan.checks}
        if not plan.anchors:
            self.blind_since.clear()
        gone = [key for check in self._keys.keys() - plan.checks.keys() for key in self._keys[check]]
        transitions = [self._drop(key, now) for key in gone]
        for id_ in self.latest.keys() - plan.checks.keys():
            del self.latest[id_]
        return [transition for transition in transitions if transition]

    def _hurried(self, plan: Plan, now: int) -> None:
        """Looks that are to come more often from now on are not overdue for the time before."""
        for id_, check in plan.checks.items():
            known = self.plan.checks.get(id_)
            if known is not None and check.interval < known.interval:
                for key in self._keys.get(id_, ()):
                    state = self.states[key]
                    self._put(replace(state, watermark=max(state.watermark, now - 1)))

    def interrupted(self, since: int, now: int, reason: str = STOPPED) -> list[Transition]:
        """Nobody looked from `since` until `now` (restart, suspend, clock step): every fact is unknown since."""
        return self._each(self.states.values(), lambda state: interrupt(state, min(since, now), now, reason))

    def expire(self, now: int) -> list[Transition]:
        """Make silence news, and see again where a vantage has recovered."""
        checks, slowed = self.plan.checks, self._slowed
        late = [
            (state, check, MOST_BACK_OFF if check.id in slowed else 1)
            for state in self.states.values()
            if state.holds is not None
            and (check := checks.get(state.key.check)) is not None
            and overdue(state, now, check)
        ]
        steps = [self._apply(expire(state, now, check, patience)) for state, check, patience in late]
        return [transition for transition in steps if transition]

    def paced(self, checks: Iterable[str], slower: bool) -> None:
        """These checks look less often from now on, or in their own interval again."""
        self._slowed = self._slowed | set(checks) if slower else self._slowed - set(checks)

    def answers(self, checks: Iterable[str]) -> bool:
        """Whether the newest look of any of these checks found something well."""
        return any(self.states[key].newest is True for id_ in checks for key in self._keys.get(id_, ()))

    def take(self, seen: Observation) -> list[Transition]:
        """Take one observation into account; observations of checks no longer planned are dropped."""
        check = self.plan.checks.get(seen.check)
        if check is None:
            return []
        transitions = [self._advance(check, fact, seen) for fact in self._facts(check, seen)]
        transitions += self._absent(seen)
        self._keep(seen)
        if check.anchor:
            transitions += self._look_around(seen)
        return [transition for transition in transitions if transition]

    def late_looks(self) -> dict[FactKey, Late]:
        """Looks that came after their time and may fill unknown time, by fact; `late.used` is told when they have."""
        waiting = self.late.waiting()
        self.late.used({key: looks for key, looks in waiting.items() if key.check not in self.plan.checks})
        waiting = {key: looks for key, looks in waiting.items() if key.check in self.plan.checks}
        return {key: Late(looks, self._in_time_since(key)) for key, looks in waiting.items()}

    def soft(self, check: str) -> bool:
        """Whether any fact of the check is about to change, so that a re-check is due."""
        return any(self.states[key].soft for key in self._keys.get(check, ()))

    def siblings(self, check: Check) -> tuple[str, ...]:
        """Ids of the other checks that go to the same device."""
        return tuple(id_ for id_ in self._siblings.get(check.device, ()) if id_ != check.id)

    def _keep(self, seen: Observation) -> None:
        newest = self.latest.get(seen.check)
        if newest is None or newest.at < seen.at:
            self.latest[seen.check] = seen

    def _facts(self, check: Check, seen: Observation) -> Iterable[FactSeen]:
        """What the look said; a look that could not tell says so of every fact of its check."""
        if seen.reason is None:
            return seen.facts
        told = {(fact.part, fact.fact): fact for fact in seen.facts}
        for key in self._keys.get(check.id, ()):
            told.setdefault((key.part, key.fact), FactSeen(key.part, key.fact, None, seen.reason))
        return told.values()

    def _advance(self, check: Check, fact: FactSeen, seen: Observation) -> Transition | None:
        key = FactKey(check.id, fact.part, fact.fact, seen.vantage)
        known = self.states.get(key)
        if known is not None and seen.at <= known.watermark:
            self._set_aside(known, fact, seen.at)
            return None
        if fact.holds is False and seen.vantage in self.blind_since and not check.anchor:
            fact = replace(fact, holds=None, reason=VANTAGE)
        state = known or replace(begin(key, seen.at - 1), ever=key in self._seen_once)
        return self._apply(advance(state, fact, seen.at, check.hardening))

    def _set_aside(self, state: FactState, fact: FactSeen, at: int) -> None:
        """Keep a late look, unless it was counted already, nothing is unknown then, or it is too old."""
        counted = any(vote.at == at for vote in state.votes)
        known = state.holds is not None and state.since <= at
        if not counted and not known and at > state.watermark - OLDEST:
            self.late.add(state.key, at, fact)

    def _in_time_since(self, key: FactKey) -> int:
        """The earliest moment from which looks in time may still tell something of a fact that is unknown."""
        state = self.states.get(key)
        if state is None:
            return 0
        return state.votes[0].at if state.votes else state.watermark + 1

    def _absent(self, seen: Observation) -> list[Transition | None]:
        """Parts that a complete look no longer mentions are gone; a late look does not know of newer ones."""
        if not seen.complete or seen.reason is not None:
            return []
        told = {fact.part for fact in seen.facts}
        gone = [
            key
            for key in self._keys.get(seen.check, ())
            if key.part and key.part not in told and self.states[key].watermark < seen.at
        ]
        return [self._drop(key, seen.at) for key in gone]

    def _look_around(self, seen: Observation) -> list[Transition | None]:
        """After an anchor was looked at: has the vantage lost its sight, or found it again?"""
        anchors = [
            self.states[key]
            for id_ in self.plan.anchors
            for key in self._keys.get(id_, ())
            if key.fact == REACHABLE
        ]
        was = self.blind_since.get(seen.vantage)
        if len(anchors) == len(self.plan.anchors) and blind(anchors):
            self.blind_since.setdefault(seen.vantage, min(anchor.last_good for anchor in anchors))
        elif was is not None:
            del self.blind_since[seen.vantage]
            return list(self._regain(was, seen.at))
        return []

    def _regain(self, blind_since: int, now: int) -> list[Transition]:
        doubtful = [state for state in self.states.values() if suspicious(state, blind_since)]
        return self._each(doubtful, lambda state: doubt(state, now))

    def _each(self, states: Iterable[FactState], step: Callable[[FactState], Step]) -> list[Transition]:
        transitions = [self._apply(step(state)) for state in list(states)]
        return [transition for transition in transitions if transition]

    def _apply(self, step: Step) -> Transition | None:
        self._put(step[0])
        return step[1]

    def _put(self, state: FactState) -> None:
        self.states[state.key] = state
        self._keys.setdefault(state.key.check, set()).add(state.key)

    def _drop(self, key: FactKey, now: int) -> Transition | None:
        state = self.states.pop(key)
        if state.ever:
            self._seen_once.add(key)
        keys = self._keys[key.check]
        keys.discard(key)
        if not keys:
            del self._keys[key.check]
        return interrupt(state, now, now, GONE)[1]


def _by_device(checks: Mapping[str, Check]) -> dict[str, tuple[str, ...]]:
    gathered: dict[str, list[str]] = {}
    for check in checks.values():
        gathered.setdefault(check.device, []).append(check.id)
    return {device: tuple(ids) for device, ids in gathered.items()}
