"""The thinking of the first transaction: observations in, fact states and transitions out. No clock, no asyncio.

One `Recorder` per daemon. It holds every fact state in memory; the store holds the hard ones. What it returns must be
committed before the batch is acknowledged; repeated observations change nothing.

Most looks say word for word what the look before said and what is believed. Such a check is *calm*: only the times of
its looks are noted, and what they make of its states is told when somebody asks (see `netwatch.calm`).
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from netwatch.backfill import OLDEST, Late, LateLooks
from netwatch.calm import Calm, States, calmed
from netwatch.check import Check, FactKey, FactSeen, Observation
from netwatch.limits.contract import WITHIN, Watched
from netwatch.plan import Plan
from netwatch.schedule import MOST_BACK_OFF
from netwatch.state import (
    GONE,
    STOPPED,
    VANTAGE,
    Ballot,
    FactState,
    Step,
    Transition,
    advance,
    begin,
    blind,
    doubt,
    expire,
    interrupt,
    suspicious,
)

REACHABLE = "reachable"
PERMISSION = "permission"


class Recorder:
    """All fact states, the newest observation of every check, and which vantages cannot see.

    `denied` are the checks whose newest look was not permitted.
    """

    def __init__(self) -> None:
        self.plan = Plan()
        self.latest: dict[str, Observation] = {}
        self.blind_since: dict[str, int] = {}
        self.late = LateLooks()
        self.denied: set[str] = set()
        self._facts: dict[str, dict[FactKey, FactState]] = {}
        self._calms: dict[str, Calm] = {}
        self._watch: list[tuple[int, str]] = []
        self._watch_at: dict[str, int] = {}
        self._watched: Plan | None = None
        self._siblings: dict[str, tuple[str, ...]] = {}
        self._slowed: set[str] = set()
        self._seen_once: set[FactKey] = set()
        # Since when facts have failed that were looked at before and are to be again.
        self._failures: dict[FactKey, int] = {}
        self._limits: Mapping[str, tuple[Watched, ...]] | None = None

    @property
    def states(self) -> Mapping[FactKey, FactState]:
        """Every fact state, as of now whenever it is asked for."""
        return States(self._facts, self._calms)

    def restore(self, states: Iterable[FactState], until: int = 0) -> None:
        """Take over the hard facts of an earlier run, which looked until `until`."""
        for state in states:
            if state.reason != GONE:
                self._stir(state.key.check)
                self._put(replace(state, watermark=max(state.watermark, until)))

    def adopt(self, plan: Plan, now: int) -> list[Transition]:
        """Take over a plan: facts of checks that are no longer in it are gone."""
        self._hurried(plan, now)
        self.plan = plan
        self._siblings = _by_device(plan.checks)
        self._slowed &= plan.checks.keys()
        self._seen_once = {key for key in self._seen_once if key.check in plan.checks}
        self._failures = {key: at for key, at in self._failures.items() if key.check in plan.checks}
        self.denied &= plan.checks.keys()
        if not plan.anchors:
            self.blind_since.clear()
        gone = [key for check in self._facts.keys() - plan.checks.keys() for key in self._awake(check)]
        gone += self._unlimited(plan)
        transitions = [self._drop(key, now) for key in gone]
        for id_ in self.latest.keys() - plan.checks.keys():
            del self.latest[id_]
        return [transition for transition in transitions if transition]

    def _unlimited(self, plan: Plan) -> list[FactKey]:
        """The facts of limits that no longer hold, on checks that go on; of all checks the first time."""
        ids = self._facts.keys() if self._limits is None else self._limits.keys() | plan.limits.keys()
        self._limits = plan.limits
        stale = []
        for id_ in self._facts.keys() & ids & plan.checks.keys():
            known = {limit.key for limit in plan.limits.get(id_, ())}
            stale += [key for key in self._facts[id_] if key.fact.startswith(WITHIN) and key not in known]
        for key in stale:
            self._stir(key.check)
        return stale

    def _hurried(self, plan: Plan, now: int) -> None:
        """Looks that are to come more often from now on are not overdue for the time before."""
        for id_, check in plan.checks.items():
            known = self.plan.checks.get(id_)
            if known is None:
                continue
            rules = check.hardening != known.hardening or check.rules != known.rules
            if rules or check.interval < known.interval:
                self._stir(id_)
            if check.interval < known.interval:
                for state in list(self._facts.get(id_, {}).values()):
                    self._put(replace(state, watermark=max(state.watermark, now - 1)))

    def interrupted(self, since: int, now: int, reason: str = STOPPED) -> list[Transition]:
        """Nobody looked from `since` until `now` (restart, suspend, clock step): every fact is unknown since."""
        return list(self.interrupting(since, now, reason))

    def interrupting(self, since: int, now: int, reason: str = STOPPED) -> Iterator[Transition]:
        """The same one after the other, for whoever must not be held up; it has to be brought to its end."""
        for id_ in list(self._facts):
            yield from self._each(
                self._awake(id_).values(), lambda state: interrupt(state, min(since, now), now, reason)
            )

    def expire(self, now: int) -> list[Transition]:
        """Make silence news. Only checks whose time may have come are looked at, by what was known of them before."""
        if self._watched is not self.plan:
            self._watched = self.plan
            self._watch_soon(self._facts)
        due: list[str] = []
        while self._watch and self._watch[0][0] < now:
            moment, id_ = heapq.heappop(self._watch)
            if self._watch_at.get(id_) == moment:
                del self._watch_at[id_]
                due.append(id_)
        return [transition for id_ in due for transition in self._silent(id_, now)]

    def _silent(self, id_: str, now: int) -> list[Transition]:
        check = self.plan.checks.get(id_)
        moment = self._overdue_from(check) if check else None
        if check is None or moment is None:
            return []
        transitions: list[Transition] = []
        if moment < now:
            patience = self.patience(id_)
            states = self._awake(id_).values()
            transitions = self._each(states, lambda state: expire(state, now, check, patience))
            moment = self._overdue_from(check)
        if moment is not None:
            self._watch_from(id_, moment)
        return transitions

    def _overdue_from(self, check: Check) -> int | None:
        """The moment after which the first of the check's facts is overdue; None while all are unknown."""
        known = [s.watermark for s in self._facts.get(check.id, {}).values() if s.holds is not None]
        if not known:
            return None
        calm = self._calms.get(check.id)
        watermark = calm.newest if calm else min(known)
        patient = check.hardening.agree * check.interval * self.patience(check.id)
        return watermark + patient + check.deadline

    def patience(self, id_: str) -> int:
        """By how much the looks of a check are spaced out at the moment, at the most."""
        return MOST_BACK_OFF if id_ in self._slowed else 1

    def _watch_from(self, id_: str, moment: int) -> None:
        """Look at the check once this moment is past, or sooner if that is due."""
        if moment < self._watch_at.get(id_, moment + 1):
            self._watch_at[id_] = moment
            heapq.heappush(self._watch, (moment, id_))

    def _watch_soon(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            self._watch_from(id_, 0)

    def paced(self, checks: Iterable[str], slower: bool) -> None:
        """These checks look less often from now on, or in their own interval again."""
        ids = set(checks)
        self._slowed = self._slowed | ids if slower else self._slowed - ids
        self._watch_soon(ids)

    def answers(self, checks: Iterable[str]) -> bool:
        """Whether the newest look of any of these checks found something well."""
        return any(state.newest is True for id_ in checks for state in self._own(id_))

    def take(self, seen: Observation) -> list[Transition]:
        """Take one observation into account; observations of checks no longer planned are dropped."""
        check = self.plan.checks.get(seen.check)
        if check is None:
            return []
        calm = self._calms.get(check.id)
        if calm is not None:
            if calm.goes_on(seen, self.blind_since):
                self._note(calm, check.id, seen)
                return []
            self._stir(check.id)
        return self._weigh(check, seen)

    def _note(self, calm: Calm, id_: str, seen: Observation) -> None:
        # Whoever looks may have made its words anew; from now on these are the ones that come again.
        calm.facts = seen.facts
        if calm.note(seen.at):
            # As many looks as votes are kept: those from before say nothing any more.
            facts = self._facts[id_]
            for key, state in facts.items():
                facts[key] = replace(state, votes=())
        self._keep(seen)

    def _weigh(self, check: Check, seen: Observation) -> list[Transition]:
        before = self.latest.get(check.id)
        ballot = Ballot(seen.at)
        transitions = [self._advance(check, fact, seen, ballot) for fact in self._told(check, seen)]
        transitions += self._absent(seen)
        self._keep(seen)
        if check.anchor:
            transitions += self._look_around(seen)
        elif before is not None and seen.reason is None and before.facts == seen.facts:
            calm = calmed(self._facts.get(check.id, {}).values(), seen, check.most_votes)
            if calm is not None:
                self._calms[check.id] = calm
        return [transition for transition in transitions if transition]

    def _awake(self, id_: str) -> dict[FactKey, FactState]:
        """The states of a check, brought up to date and no longer calm."""
        self._stir(id_)
        return self._facts.get(id_, {})

    def _stir(self, id_: str) -> None:
        calm = self._calms.pop(id_, None)
        if calm is not None:
            facts = self._facts[id_]
            for key, state in facts.items():
                facts[key] = calm.of(state)

    def late_looks(self) -> dict[FactKey, Late]:
        """Looks that came after their time and may fill unknown time, by fact; `late.used` is told when they have."""
        waiting = self.late.waiting()
        self.late.used({key: looks for key, looks in waiting.items() if key.check not in self.plan.checks})
        waiting = {key: looks for key, looks in waiting.items() if key.check in self.plan.checks}
        return {key: Late(looks, *self._in_time_since(key)) for key, looks in waiting.items()}

    def soft(self, check: str) -> bool:
        """Whether any fact of the check is about to change, so that a re-check is due; limits have time."""
        return check not in self._calms and any(state.soft for state in self._own(check))

    def _own(self, check: str) -> Iterator[FactState]:
        """The states of what a check itself tells, without those of limits."""
        states = self._facts.get(check, {}).values()
        return (state for state in states if not state.key.fact.startswith(WITHIN))

    def well(self, check: str) -> bool:
        """Whether the check's looks go on saying the same and nothing of it fails: there is nothing to follow up."""
        calm = self._calms.get(check)
        return calm is not None and not calm.failing

    def siblings(self, check: Check) -> tuple[str, ...]:
        """Ids of the other checks that go to the same device."""
        return tuple(id_ for id_ in self._siblings.get(check.device, ()) if id_ != check.id)

    def _keep(self, seen: Observation) -> None:
        newest = self.latest.get(seen.check)
        if newest is None or newest.at < seen.at:
            self.latest[seen.check] = seen
            if seen.reason == PERMISSION:
                self.denied.add(seen.check)
            elif self.denied:
                self.denied.discard(seen.check)

    def _told(self, check: Check, seen: Observation) -> Iterable[FactSeen]:
        """What the look said; a look that could not tell says so of every fact of its check."""
        if seen.reason is None:
            return seen.facts
        told = {(fact.part, fact.fact): fact for fact in seen.facts}
        for key in self._facts.get(check.id, ()):
            told.setdefault((key.part, key.fact), FactSeen(key.part, key.fact, None, seen.reason))
        return told.values()

    def _advance(self, check: Check, fact: FactSeen, seen: Observation, ballot: Ballot) -> Transition | None:
        key = FactKey(check.id, fact.part, fact.fact, seen.vantage)
        known = self._facts.get(check.id, {}).get(key)
        if known is not None and seen.at <= known.watermark:
            self._set_aside(known, fact, seen.at)
            return None
        if fact.holds is False and seen.vantage in self.blind_since and not check.anchor:
            fact = replace(fact, holds=None, reason=VANTAGE)
        state = known or self._begun(key, ballot)
        return self._apply(advance(state, fact, seen.at, check.rule(fact.fact), ballot))

    def _begun(self, key: FactKey, ballot: Ballot) -> FactState:
        """The state of a fact that was not looked at lately, with what was known of it before."""
        return replace(
            begin(key, ballot.before), ever=key in self._seen_once, failed=self._failures.get(key, 0)
        )

    def _set_aside(self, state: FactState, fact: FactSeen, at: int) -> None:
        """Keep a late look, unless it was counted already, nothing is unknown then, or it is too old."""
        counted = any(vote.at == at for vote in state.votes)
        known = state.holds is not None and state.since <= at
        if not counted and not known and at > state.watermark - OLDEST:
            self.late.add(state.key, at, fact)

    def _in_time_since(self, key: FactKey) -> tuple[int, int]:
        """The earliest moment from which looks in time may still tell something of a fact that is unknown.

        And when it last began to fail.
        """
        state = self.states.get(key)
        if state is None:
            return 0, 0
        return state.votes[0].at if state.votes else state.watermark + 1, state.failed

    def latching(self, keys: Iterable[FactKey]) -> list[FactKey]:
        """Which of these facts stay failed until somebody puts them right."""
        checks = self.plan.checks
        return [
            key for key in keys if key.check in checks and checks[key.check].rule(key.fact).latch is not None
        ]

    def failed(self, told: Mapping[FactKey, tuple[int, bool | None]]) -> None:
        """Take over since when facts have last failed, and what was last known of them, from what is stored."""
        for key, (failed, known) in told.items():
            states = self._awake(key.check)
            if key not in states:
                self._failures[key] = failed
            else:
                state = states[key]
                resumes = known if state.holds is None and state.resumes is None else state.resumes
                states[key] = replace(state, failed=max(failed, state.failed), resumes=resumes)

    def _absent(self, seen: Observation) -> list[Transition | None]:
        """Parts that a complete look no longer mentions are gone; a late look does not know of newer ones."""
        if not seen.complete or seen.reason is not None:
            return []
        told = {fact.part for fact in seen.facts}
        gone = [
            key
            for key, state in self._facts.get(seen.check, {}).items()
            if key.part and key.part not in told and state.watermark < seen.at
        ]
        return [self._drop(key, seen.at) for key in gone]

    def _look_around(self, seen: Observation) -> list[Transition | None]:
        """After an anchor was looked at: has the vantage lost its sight, or found it again?"""
        anchors = [
            state
            for id_ in self.plan.anchors
            for key, state in self._facts.get(id_, {}).items()
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
        doubtful = [
            state.key
            for facts in self._facts.values()
            for state in facts.values()
            if suspicious(state, blind_since)
        ]
        return self._each([self._awake(key.check)[key] for key in doubtful], lambda state: doubt(state, now))

    def _each(self, states: Iterable[FactState], step: Callable[[FactState], Step]) -> list[Transition]:
        transitions = [self._apply(step(state)) for state in list(states)]
        return [transition for transition in transitions if transition]

    def _apply(self, step: Step) -> Transition | None:
        self._put(step[0])
        return step[1]

    def _put(self, state: FactState) -> None:
        facts = self._facts.setdefault(state.key.check, {})
        known = facts.get(state.key)
        if state.holds is not None and (known is None or known.holds is None):
            self._watch_from(state.key.check, 0)
        facts[state.key] = state

    def _drop(self, key: FactKey, now: int) -> Transition | None:
        facts = self._facts[key.check]
        state = facts.pop(key)
        if state.ever:
            self._seen_once.add(key)
        if not facts:
            del self._facts[key.check]
        return interrupt(state, now, now, GONE)[1]


def _by_device(checks: Mapping[str, Check]) -> dict[str, tuple[str, ...]]:
    gathered: dict[str, list[str]] = {}
    for check in checks.values():
        gathered.setdefault(check.device, []).append(check.id)
    return {device: tuple(ids) for device, ids in gathered.items()}
