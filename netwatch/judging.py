"""The second consumer: keeps verdicts, live ones at once and stored ones after each commit.

Live verdicts may run ahead of the database (it may be locked or full); figures of record only ever come from stored
rows. Both are told by the same pure `netwatch.judge`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

from netwatch.amend import Amended, amended, anchor_keys, going_on, retell, spans
from netwatch.backfill import Late
from netwatch.check import FactKey
from netwatch.histories import RETELL, FactSpan, Histories
from netwatch.incidents.contract import DeskChange
from netwatch.intervals import Span
from netwatch.judge import Outcome, judge, judge_all, judge_these, recent, retire
from netwatch.plan import Plan
from netwatch.present import Judged
from netwatch.state import NOT_YET_MEASURED, FactState, Transition
from netwatch.store.contract import FactRow, Judgement, Store, VerdictRow
from netwatch.topology import Topology
from netwatch.verdict import FactNow, Verdict

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

    def hear(self, rows: Iterable[FactRow]) -> None:
        """Facts that were stored."""


class Judging:
    """Verdicts of every subject: `live` as of the newest look, and what the next transaction must write.

    Of the facts only the history of those is kept that tell of a subject: most are ports nobody judges. When a new
    plan lets others tell, they are taken over from `states` (what is believed now) and from what is stored.
    """

    def __init__(self, store: Store, states: Mapping[FactKey, FactState] = MappingProxyType({})) -> None:
        self._store, self._states = store, states
        self.topology = Topology()
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

    def reread(self, facts: Sequence[FactRow], now: int) -> None:
        """After a fault nobody knows what the database took: read the rows of these facts' time anew."""
        first = min((row.transition.since for row in facts), default=now)
        rows = _by_subject(self._store.verdicts(min(first, now) - RETELL))
        current = {id_: those for id_, told in rows.items() if (those := going_on(told))}
        self._stored = Histories(
            dict(self._stored.facts), dict(self._stored.blind), current, self._stored.floors
        )
        for fact in sorted(_telling(self.topology, facts), key=lambda row: row.sequence):
            self._stored.learn(fact)

    def adopt(self, plan: Plan, now: int) -> None:
        """Take over a plan for the live picture; `settle_plan` does the same for the stored one."""
        self.topology = plan.topology
        for id_ in self._live.rows.keys() - plan.topology.subjects.keys():
            del self._live.rows[id_]
            self.live.pop(id_, None)
        self._meet()
        self._show(judge_all(plan.topology, self._live, now, now), now)

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
        if self._look_around(self._live, blind, now):
            since = _since(self._live, news, now)
            self._show(judge_all(self.topology, self._live, since, now), now)
        elif news:
            self._show(judge(self.topology, self._live, news, now), now)

    def settle(self, rows: Sequence[FactRow], topology: Topology, blind: Mapping[str, int], now: int) -> None:
        """Transaction 2 for committed transitions; raises StoreFault and may be repeated."""
        self._blind = dict(blind)
        if self.consequences:
            self.consequences.hear(rows)
        working = self._copy()
        self._acquaint(working, topology, now)
        news = _telling(topology, rows)
        for row in news:
            working.learn(row)
        turned = self._look_around(working, blind, now)
        if not rows and not turned:
            return
        outcome = (
            judge_all(topology, working, _since(working, news, now), now)
            if turned
            else judge(topology, working, news, now)
        )
        cursor = max((row.sequence for row in rows), default=0)
        working.trim({row.transition.key for row in news}, now)
        self._commit(working, replace(outcome.judgement, cursor=cursor), outcome, now)
        self._acquainted = topology

    def settle_plan(self, topology: Topology, now: int) -> None:
        """Transaction 2 after a new plan: judge everything from now on, end what is no longer there."""
        working = self._copy()
        self._acquaint(working, topology, now)
        outcome = judge_all(topology, working, now, now)
        ended = retire(working.rows, topology.subjects, now)
        gone = working.rows.keys() - topology.subjects.keys()
        for id_ in gone:
            del working.rows[id_]
        if self.consequences:
            self.consequences.look({}, gone)
        judgement = replace(outcome.judgement, end=(*outcome.judgement.end, *ended.end))
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
        keys = {key for subject in subjects for key in subject.facts}
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
        self._show(judge_these(self.topology, self._live, anew, (now, now)), now)
        self.foresee(waiting, blind, now)

    def _copy(self) -> Histories:
        stored = self._stored
        return Histories(dict(stored.facts), dict(stored.blind), dict(stored.rows), stored.floors)

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

    def _show(self, outcome: Outcome, now: int) -> None:
        for id_, rows in outcome.rows.items():
            self._live.rows[id_] = recent(rows, now)
        for id_, verdict in outcome.newest.items():
            self.live[id_] = _judged(self._live.rows[id_][-1], verdict)

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
