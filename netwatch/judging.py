"""The second consumer: keeps verdicts, live ones at once and stored ones after each commit.

Live verdicts may run ahead of the database (it may be locked or full); figures of record only ever come from stored
rows. Both are told by the same pure `netwatch.judge`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

from netwatch.amend import Amended, amended, anchor_keys, going_on, retell, spans
from netwatch.backfill import Late
from netwatch.check import Check, FactKey, Observation
from netwatch.evidence import Looks, ripe, telling, working_parents
from netwatch.hastening import Hastening
from netwatch.histories import RETELL, FactSpan, Histories, Hold
from netwatch.incidents.contract import DeskChange
from netwatch.intervals import Span
from netwatch.judge import Outcome, judge, judge_all, judge_these, recent, retire
from netwatch.plan import Plan
from netwatch.present import Judged
from netwatch.state import NOT_YET_MEASURED, FactState, Transition
from netwatch.store.contract import FactRow, Judgement, Store, VerdictRow
from netwatch.topology import Topology
from netwatch.verdict import FactNow, Subject, SubjectKind, Verdict, Why

OPEN = None


class Consequences(Protocol):
    """What follows from stored verdicts (incidents, who is told), written in the transaction of the verdicts."""

    def step(
        self, rows: Mapping[str, Sequence[VerdictRow]], blind: Mapping[str, int], now: int
    ) -> DeskChange:
        """What follows from the rows that changed, and from time going by."""

    def accept(self, change: DeskChange, now: int) -> None:
        """That is written."""

    def look(self, rows: Mapping[str, Sequence[VerdictRow]], gone: Iterable[str]) -> None:
        """Rows of the past that changed, and subjects that are no longer there: nothing follows by itself."""

    def reread(self, rows: Mapping[str, Sequence[VerdictRow]], now: int) -> None:
        """After a fault: these rows, and what else the database holds, count."""

    def hear(self, rows: Iterable[FactRow]) -> None:
        """Facts that were stored."""

    def wanted(self) -> Collection[str]:
        """Subjects at which a look now would tell more; they are handed over."""


class Judging:
    """Verdicts of every subject: `live` as of the newest look, and what the next transaction must write.

    Of the facts only the history of those is kept that tell of a subject: most are ports nobody judges. When a new
    plan lets others tell, they are taken over from `states` (what is believed now) and from what is stored.
    """

    def __init__(self, store: Store, states: Mapping[FactKey, FactState] = MappingProxyType({})) -> None:
        self._store, self._states = store, states
        self.topology = Topology()
        self.checks: Mapping[str, Check] = {}
        self._hastening = Hastening()
        # The sequence of the last fact row that was judged; the cursor stays behind it while something is held.
        self._heard = 0
        self._acquainted: Topology | None = None
        self._live = Histories()
        self._stored = Histories()
        self.live: dict[str, Judged] = {}
        self.consequences: Consequences | None = None
        self._blind: Mapping[str, int] = {}
        self._attended = -1
        self._retold: set[str] = set()

    def restore(self, facts: Mapping[FactKey, Sequence[FactRow]], rows: Iterable[VerdictRow]) -> None:
        """Take over the recent intervals of the facts that tell, and the verdict rows, of an earlier run."""
        self._acquainted = self.topology
        stored = _by_subject(rows)
        kept = {id_: those for id_, told in stored.items() if (those := going_on(told))}
        floors = {id_: told[-1].end or 0 for id_, told in stored.items() if id_ not in kept}
        for histories in (self._live, self._stored):
            histories.rows.update(kept)
            histories.floors.update(floors)
            for key, told in facts.items():
                histories.relearn(key, spans(told))

    @property
    def rows(self) -> Mapping[str, Sequence[VerdictRow]]:
        """The recent stored rows of every subject; to be read on the writer thread."""
        return self._stored.rows

    def reread(self, facts: Sequence[FactRow], now: int) -> None:
        """After a fault nobody knows what the database took: read the rows of these facts' time anew."""
        first = min((row.transition.since for row in facts), default=now)
        rows = _by_subject(self._store.verdicts(min(first, now) - RETELL))
        current = {id_: those for id_, told in rows.items() if (those := going_on(told))}
        self._stored = Histories(
            dict(self._stored.facts),
            dict(self._stored.blind),
            current,
            self._stored.floors,
            dict(self._stored.held),
        )
        for fact in sorted(_telling(self.topology, facts), key=lambda row: row.sequence):
            self._stored.learn(fact)
        if self.consequences:
            self.consequences.reread(current, now)

    def adopt(self, plan: Plan, now: int) -> None:
        """Take over a plan for the live picture; `settle_plan` does the same for the stored one."""
        self.topology, self.checks = plan.topology, plan.checks
        gone = self._live.rows.keys() - plan.topology.subjects.keys()
        self._hastening.forget(gone)
        for id_ in gone:
            del self._live.rows[id_]
            self._live.held.pop(id_, None)
            self.live.pop(id_, None)
        self._meet()
        looks = self._looks()
        self._show(judge_all(plan.topology, self._live, now, now, looks), looks, now)

    def _meet(self) -> None:
        """Facts that tell only since this plan are told from what is believed of them."""
        for key in self._live.facts.keys() - self.topology.told_by.keys():
            del self._live.facts[key]
        for key in self.topology.told_by.keys() - self._live.facts.keys():
            state = self._states.get(key)
            if state is not None and state.reason != NOT_YET_MEASURED:
                fact = FactNow(state.holds, state.reason, state.ever, state.evidence)
                self._live.relearn(key, (FactSpan(state.since, state.contrary, fact),))

    def _acquaint(self, working: Histories, topology: Topology, now: int) -> None:
        """The same for the stored picture, from what is stored."""
        if topology is self._acquainted:
            return
        for key in working.facts.keys() - topology.told_by.keys():
            del working.facts[key]
        missing = topology.told_by.keys() - working.facts.keys()
        for key, told in self._store.fact_histories(missing, now - 2 * RETELL, now + 1).items():
            working.relearn(key, spans(told))

    def foresee(self, transitions: Sequence[Transition], blind: Mapping[str, int], now: int) -> None:
        """Move the live picture on, before anything is committed."""
        news = _telling(self.topology, [FactRow(0, told, told.since, OPEN) for told in transitions])
        for row in news:
            self._live.learn(row)
        self._live.trim({row.transition.key for row in news}, now)
        looks = self._looks()
        if self._look_around(self._live, blind, now):
            since = _since(self._live, news, now)
            self._show(judge_all(self.topology, self._live, since, now, looks), looks, now)
        elif news or self._live.held:
            self._show(judge(self.topology, self._live, news, now, looks), looks, now)

    def _looks(self) -> Looks:
        return Looks(self._states, self.checks)

    def looks(self, news: Sequence[Transition], *, everything: bool = False) -> Looks:
        """The newest looks as they are now, of all that `settle` needs to know of to judge this news.

        Those are what fails or failed by the news, or anything that fails, and what it hangs from.
        """
        held = self._stored.held.keys()
        keys = [told.key for told in news]
        touched = self.topology.subjects if everything else self.topology.touched(keys)
        failed = {
            id_ for told in news if told.holds is False for id_ in self.topology.told_by.get(told.key, ())
        }
        wanted = {id_ for id_ in touched if self._fails(self.topology.subjects[id_])} | failed | held
        states: dict[FactKey, FactState] = {}
        for id_ in wanted & self.topology.subjects.keys():
            for near in (id_, *self.topology.subjects[id_].above):
                self._copy_states(near, states)
        return Looks(states, self.checks)

    def _copy_states(self, id_: str, states: dict[FactKey, FactState]) -> None:
        subject = self.topology.subjects.get(id_)
        for key in telling(subject) if subject else ():
            if key not in states and (state := self._states.get(key)) is not None:
                states[key] = state

    def _fails(self, subject: Subject) -> bool:
        """Whether something that once told well of a subject with something above it now tells that it fails."""
        newest = (self._live.facts.get(key, ())[-1:] for key in (telling(subject) if subject.above else ()))
        return any(spans and spans[0].fact.holds is False and spans[0].fact.ever for spans in newest)

    def ripens(self, looks: Looks, now: int) -> bool:
        """Whether what is held back in the stored picture can be told now, or must."""
        return bool(ripe(self.topology.subjects, self._stored, looks, now))

    @property
    def holding(self) -> bool:
        """Whether stored facts wait to be told, so that the past cannot be amended."""
        return _first_held(self._stored.held.values()) is not None

    @property
    def held(self) -> Mapping[str, Hold]:
        """The failures that are not told yet, by subject, in the live picture."""
        return MappingProxyType(self._live.held)

    def doubt(self, seen: Observation, now: int) -> None:
        """Something began to fail: what it hangs from is to be looked at, if that was not done since.

        What a device speaks may be silent because the device is: then that is to be looked at itself.
        """
        looks = self._looks()
        for fact in seen.facts:
            key = FactKey(seen.check, fact.part, fact.fact, seen.vantage)
            for id_ in self.topology.told_by.get(key, ()) if fact.holds is False else ():
                subject = self.topology.subjects[id_]
                if key in telling(subject):
                    self._ask(id_, looks.since(key), looks, now)
                elif subject.kind is SubjectKind.DEVICE and fact.reason == Why.NO_ANSWER:
                    self._hastening.ask(subject, looks.since(key), looks, now)

    def _ask(self, child: str, onset: int, looks: Looks, now: int) -> None:
        for id_ in working_parents(self.topology.subjects[child], self._live.rows, now):
            self._hastening.ask(self.topology.subjects[id_], onset, looks, now)

    def hastened(self) -> tuple[str, ...]:
        """Ids of the checks to be looked at at once; they are handed over."""
        return self._hastening.take()

    def wanted(self) -> tuple[str, ...]:
        """Ids of the checks by which more would be known of what follows; they are handed over."""
        ids = self.consequences.wanted() if self.consequences else ()
        known = (self.topology.subjects[id_] for id_ in ids if id_ in self.topology.subjects)
        return tuple(dict.fromkeys(key.check for subject in known for key in subject.facts))

    def settle(
        self,
        rows: Sequence[FactRow],
        topology: Topology,
        blind: Mapping[str, int],
        now: int,
        looks: Looks | None = None,
    ) -> None:
        """Transaction 2 for committed transitions; raises StoreFault and may be repeated.

        `looks` are from `looks`; without them nothing is held back.
        """
        self._blind = dict(blind)
        if self.consequences:
            self.consequences.hear(rows)
        working = self._copy()
        self._acquaint(working, topology, now)
        news = _telling(topology, rows)
        for row in news:
            working.learn(row)
        turned = self._look_around(working, blind, now)
        waits = looks is not None and bool(ripe(topology.subjects, working, looks, now))
        if not rows and not turned and not waits:
            return
        outcome = (
            judge_all(topology, working, _since(working, news, now), now, looks)
            if turned
            else judge(topology, working, news, now, looks)
        )
        _take_holds(working, outcome, news, topology)
        heard = max((row.sequence for row in rows), default=self._heard)
        working.trim({row.transition.key for row in news}, now)
        self._commit(working, replace(outcome.judgement, cursor=_cursor(working, heard)), outcome, now)
        self._acquainted, self._heard = topology, heard

    def settle_plan(self, topology: Topology, now: int, looks: Looks | None = None) -> None:
        """Transaction 2 after a new plan: judge everything from now on, end what is no longer there."""
        working = self._copy()
        self._acquaint(working, topology, now)
        outcome = judge_all(topology, working, now, now, looks)
        _take_holds(working, outcome, (), topology)
        ended = retire(working.rows, topology.subjects, now)
        gone = working.rows.keys() - topology.subjects.keys()
        for id_ in gone:
            del working.rows[id_]
            working.held.pop(id_, None)
        if self.consequences:
            self.consequences.look({}, gone)
        ends = (*outcome.judgement.end, *ended.end)
        judgement = replace(outcome.judgement, end=ends, cursor=_cursor(working, self._heard))
        self._commit(working, judgement, outcome, now)
        self._acquainted = topology

    def settle_late(self, late: Mapping[FactKey, Late], plan: Plan, now: int) -> None:
        """The transaction for looks that came late, once all else is settled; like `settle` it may be repeated.

        Nothing but the stored past changes; `catch_up` then takes it over into the live picture.
        """
        if not late:
            return
        start = min(looks.looks[0][0] for looks in late.values())
        keys = {*late, *anchor_keys(plan, {key.vantage for key in late})}
        stored = self._store.fact_histories(keys, start, now + 1)
        change = amended(late, stored, plan, self._stored)
        if change.after:
            self._rewrite(change, late, plan.topology, (start, now))

    def _rewrite(
        self, change: Amended, late: Mapping[FactKey, Late], topology: Topology, window: tuple[int, int]
    ) -> None:
        start, now = window
        changed = {key: spans(rows, late[key].looks) for key, rows in change.after.items()}
        outcome = retell(topology, self._past(changed, topology, window), changed, start, now)
        added = self._store.amend(change.fills, outcome.judgement, now)
        working = self._copy()
        for key in changed.keys() & topology.told_by.keys():
            working.relearn(key, changed[key])
        self._take_over(working, outcome, added, now)
        if self.consequences:
            self.consequences.look(outcome.rows, ())
        self._retold |= {
            id_ for key in changed for id_ in topology.told_by.get(key, ())
        } | outcome.rows.keys()

    def _past(self, changed: Iterable[FactKey], topology: Topology, window: tuple[int, int]) -> Histories:
        """What is stored of the subjects these facts touch, and of what they lean on, since the window's start."""
        start, now = window
        subjects = [topology.subjects[id_] for id_ in topology.touched(changed)]
        keys = {key for subject in subjects for key in subject.hears}
        facts = self._store.fact_histories(keys, start, now + 1)
        rows: dict[str, tuple[VerdictRow, ...]] = {}
        wanted = {id_ for subject in subjects for id_ in (subject.id, *subject.leans_on)}
        for row in self._store.verdicts(start) if subjects else ():
            if row.subject in wanted:
                rows[row.subject] = (*rows.get(row.subject, ()), row)
        return Histories({key: spans(those) for key, those in facts.items()}, dict(self._stored.blind), rows)

    def take(self, subjects: Iterable[str], now: int) -> Mapping[str, Sequence[VerdictRow]]:
        """On the writer thread, after others changed stored rows of these subjects: read them anew.

        Returns what is now stored of each since the time that may still be told anew. `catch_up` then takes it over
        into the live picture.
        """
        stored = _by_subject(self._store.verdicts(now - 2 * RETELL))
        working = self._copy()
        taken = {id_: going_on(stored.get(id_, ())) for id_ in subjects if id_ in working.rows}
        working.rows.update(taken)
        self._stored = working
        self._retold = self._retold | taken.keys()
        if self.consequences:
            self.consequences.look(taken, ())
        return taken

    def catch_up(self, waiting: Sequence[Transition], blind: Mapping[str, int], now: int) -> None:
        """After a commit that told the past anew: the live picture is the stored one and what waits to be stored."""
        # Taken at once: the writer thread may add to them meanwhile (`take`).
        retold, self._retold = self._retold, set()
        if not retold:
            return
        self._live = self._copy()
        for id_ in self._live.rows.keys() - self.topology.subjects.keys():
            del self._live.rows[id_]
        self._meet()
        anew = [id_ for id_ in self.topology.subjects if id_ in retold or id_ not in self._live.rows]
        looks = self._looks()
        self._show(judge_these(self.topology, self._live, anew, (now, now), looks), looks, now)
        self.foresee(waiting, blind, now)

    def _copy(self) -> Histories:
        stored = self._stored
        return Histories(
            dict(stored.facts), dict(stored.blind), dict(stored.rows), stored.floors, dict(stored.held)
        )

    def _commit(self, working: Histories, judgement: Judgement, outcome: Outcome, now: int) -> None:
        change = self._follow(outcome.rows, now)
        added = self._store.judge(replace(judgement, desk=change))
        self._take_over(working, outcome, added, now)
        self._attend(change, now)

    def _follow(self, rows: Mapping[str, Sequence[VerdictRow]], now: int) -> DeskChange:
        return self.consequences.step(rows, self._blind, now) if self.consequences else DeskChange()

    def _attend(self, change: DeskChange, now: int) -> None:
        self._attended = now
        if self.consequences:
            self.consequences.accept(change, now)

    def attend(self, now: int) -> None:
        """What follows from time going by, where no verdict changed at this moment; raises StoreFault."""
        if self._attended == now:
            return
        change = self._follow({}, now)
        if change:
            self._store.put(change)
        self._attend(change, now)

    def _take_over(self, working: Histories, outcome: Outcome, added: Sequence[VerdictRow], now: int) -> None:
        stored = {(row.subject, row.start): row for row in added}
        for id_, rows in outcome.rows.items():
            named = [stored.get((row.subject, row.start), row) if not row.id else row for row in rows]
            working.rows[id_] = recent(named, now)
        self._stored = working

    def _show(self, outcome: Outcome, looks: Looks, now: int) -> None:
        new = [(id_, hold) for id_, hold in outcome.held.items() if hold and id_ not in self._live.held]
        outcome.hold(self._live)
        for id_, rows in outcome.rows.items():
            if _came_back(self._live.rows.get(id_, ()), rows):
                self._look_again(id_)
            self._live.rows[id_] = recent(rows, now)
        for id_, hold in new:
            self._ask(id_, hold.onset, looks, now)
        for id_, verdict in outcome.newest.items():
            self.live[id_] = _judged(self._live.rows[id_][-1], verdict)

    def _look_again(self, parent: str) -> None:
        """What hangs from this and fails is looked at again before anything new is told of it."""
        for id_ in self.topology.leaned_on_by.get(parent, ()):
            child = self.topology.subjects[id_]
            if parent in child.above and self._fails(child):
                self._hastening.again(child)

    @staticmethod
    def _look_around(histories: Histories, blind: Mapping[str, int], now: int) -> bool:
        """Note which vantages cannot see; True when that has changed."""
        turned = False
        for name in histories.blind.keys() | blind.keys():
            spells = histories.blind.get(name, ())
            changed = _spells(spells, blind.get(name), now)
            turned = turned or changed != spells
            histories.blind[name] = changed
        return turned


def _by_subject(rows: Iterable[VerdictRow]) -> dict[str, tuple[VerdictRow, ...]]:
    gathered: dict[str, tuple[VerdictRow, ...]] = {}
    for row in rows:
        gathered[row.subject] = (*gathered.get(row.subject, ()), row)
    return gathered


def _came_back(before: Sequence[VerdictRow], after: Sequence[VerdictRow]) -> bool:
    return bool(before) and not before[-1].verdict.operational and after[-1].verdict.operational


def _take_holds(working: Histories, outcome: Outcome, news: Sequence[FactRow], topology: Topology) -> None:
    """Note what is held back, and by which stored row each new tale begins."""
    known = working.held.keys() & outcome.held.keys()
    outcome.hold(working)
    began: dict[FactKey, int] = {}
    for row in news:
        began[row.transition.key] = min(row.sequence, began.get(row.transition.key, row.sequence))
    for id_ in (outcome.held.keys() - known) & working.held.keys():
        subject = topology.subjects[id_]
        near = [
            subject,
            *(topology.subjects[other] for other in subject.above if other in topology.subjects),
        ]
        first = min((began[key] for one in near for key in one.facts if key in began), default=0)
        working.held[id_] = replace(working.held[id_], sequence=first)


def _first_held(held: Iterable[Hold]) -> int | None:
    """The first stored fact row of what is held back."""
    return min((hold.sequence for hold in held if hold.sequence and not hold.undecided), default=None)


def _cursor(working: Histories, heard: int) -> int:
    """Up to where facts were judged: a crash must bring those of a held failure again."""
    first = _first_held(working.held.values())
    return heard if first is None else min(heard, first - 1)


def _spells(spells: tuple[Span[bool], ...], since: int | None, now: int) -> tuple[Span[bool], ...]:
    open_spell = bool(spells) and spells[-1].end is OPEN
    if since is not None and not open_spell:
        return (*spells[-3:], Span(since, OPEN, True))
    if since is None and open_spell:
        return (*spells[:-1], Span(spells[-1].start, now, True))
    return spells


def _telling(topology: Topology, rows: Sequence[FactRow]) -> list[FactRow]:
    """Those of the facts that tell of a subject."""
    return [row for row in rows if row.transition.key in topology.told_by]


def _since(histories: Histories, news: Sequence[FactRow], now: int) -> int:
    """From when everything is to be told again once a vantage lost or found its sight: its spell, or older news."""
    return min([_blind_since(histories, now), *(row.transition.since for row in news)])


def _blind_since(histories: Histories, now: int) -> int:
    return min((spells[-1].start for spells in histories.blind.values() if spells), default=now)


def _judged(row: VerdictRow, newest: Verdict) -> Judged:
    return Judged(newest, row.start, row.contrary)
