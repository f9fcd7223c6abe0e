"""What is stored of a span, as a replay takes it: how things stood at first, and what became known when. Reads only."""

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import merge
from itertools import groupby
from operator import attrgetter, itemgetter

from alerts.contract import SEVERITIES, Notice, NoticeState
from netwatch.check import FactKey
from netwatch.clock import HOUR
from netwatch.incidents.contract import Condition, DeskState, Incident, Nature
from netwatch.incidents.desk import MANAGEABLE, SYSTEM
from netwatch.limits.contract import WITHIN
from netwatch.limits.evaluate import BESIDE
from netwatch.plan import Plan
from netwatch.replay.contract import Deed, Followed, News, Surroundings, Told
from netwatch.replay.measuring import failures
from netwatch.replay.running import Beginning
from netwatch.store import replay_sql
from netwatch.store.contract import FactRow
from netwatch.store.ledger import fact_state
from netwatch.store.sql import SqlStore
from netwatch.topology import Topology

# What was written down so much later than it was seen came from a collector that was cut off: no incident followed.
LATE = HOUR
CONDITION = "condition:"
VANTAGE = "vantage:"


@dataclass(slots=True)
class History:
    """The stored evidence of [start, end), and the incidents that the daemon made of it."""

    store: SqlStore
    start: int
    end: int
    incidents: tuple[Incident, ...]
    books: DeskState
    live: bool
    late: int = 0

    def beginning(self, plan: Plan) -> Beginning:
        """How things stood at the start, for the subjects of a plan."""
        agents = {FactKey(id_, "", MANAGEABLE) for id_, check in plan.checks.items() if check.kind == SYSTEM}
        wanted = agents | plan.topology.told_by.keys()
        stored = self.store.fact_histories(wanted, self.start - HOUR, self.start)
        facts = {key: known for key, rows in stored.items() if (known := _open(rows, self.start))}
        rows = [
            replace(row, end=None)
            for row in self.store.verdicts(self.start - 1, self.start)
            if row.end is None or row.end >= self.start
        ]
        states = [fact_state(facts[key][-1]) for key in sorted(agents & facts.keys(), key=str)]
        return Beginning(self.start, facts, rows, states, self.books)

    def news(self, topology: Topology, without: Collection[FactKey], made: Iterable[News]) -> Iterator[News]:
        """What became known when, without these facts and with those that were `made` of samples."""
        known = self._facts(topology, frozenset(without))
        return merge(known, self._turns(), self._deeds(), made, key=attrgetter("at"))

    def _facts(self, topology: Topology, without: frozenset[FactKey]) -> Iterator[News]:
        held = replay_sql.failures_told(self.store.engine, self.start - HOUR, self.end)
        self.late = 0
        delayed: list[tuple[int, FactRow]] = []
        recorded = replay_sql.recorded(self.store.engine, self.start, self.end)
        for at, several in groupby(recorded, attrgetter("at")):
            while delayed and delayed[0][0] < at:
                due = delayed[0][0]
                yield News(due, tuple(row for when, row in delayed if when == due))
                delayed = [(when, row) for when, row in delayed if when != due]
            rows: list[FactRow] = []
            for one in several:
                if one.row.transition.key in without:
                    continue
                if at - one.row.transition.at > LATE:
                    self.late += 1
                    continue
                until = _told_at(one.row, topology, held)
                if until is not None and at < until <= at + LATE:
                    insort(delayed, (until, _bare(one.row)), key=itemgetter(0))
                else:
                    rows.append(_bare(one.row))
            if rows:
                yield News(at, tuple(rows))
        for due, several_ in groupby(delayed, lambda each: each[0]):
            yield News(due, tuple(row for _, row in several_))

    def _turns(self) -> Iterator[News]:
        """What vantages could not see, and what no verdict told, as the incidents of that time say."""
        those = [one for one in self.incidents if _beside(one)]
        moments = {self.start} if those else set()
        for one in those:
            moments |= {one.opened, *(() if one.ended is None else (one.ended,))}
        for at in sorted(moment for moment in moments if self.start <= moment < self.end):
            now = [one for one in those if one.opened <= at and (one.ended is None or one.ended > at)]
            yield News(at, surroundings=_surroundings(now))

    def _deeds(self) -> Iterator[News]:
        marked = ((one.acknowledged, one) for one in self.incidents)
        done = sorted(
            (mark.at, one.id, Deed(frozenset(one.roots), mark.by)) for mark, one in marked if mark is not None
        )
        yield from (News(at, deeds=(deed,)) for at, _, deed in done if self.start <= at < self.end)

    def told(self) -> Told:
        """What the daemon made of it."""
        heard: dict[int, dict[str, int]] = {}
        worst = {one.id: one.severity for one in self.incidents}
        for notice in self.store.desk(self.start).notices:
            if notice.state in (NoticeState.SEALED, NoticeState.DELIVERED):
                receivers = heard.setdefault(notice.incident, {})
                before = receivers.get(notice.receiver, notice.created)
                receivers[notice.receiver] = min(before, notice.created)
                known = worst.get(notice.incident, notice.severity)
                worst[notice.incident] = min(known, notice.severity, key=SEVERITIES.index)
        return Told(tuple(Followed(one, worst[one.id], heard.get(one.id, {})) for one in self.incidents))

    def failing(self, plan: Plan, checks: Collection[str]) -> Callable[[str], list[tuple[int, int]]]:
        """When these checks' own target failed, by check."""
        keys = {
            key
            for subject in plan.topology.subjects.values()
            for key in subject.facts
            if key.check in checks and not key.part and key.fact not in BESIDE
        }
        rows = (
            (key.check, row.start, row.end)
            for key, several in self.store.fact_histories(keys, self.start, self.end).items()
            for row in several
            if row.transition.holds is False and not key.fact.startswith(WITHIN)
        )
        found = failures(rows, self.end)
        return lambda check: found.get(check, [])


def history(store: SqlStore, start: int, end: int) -> History:
    """What is stored of a span; raises StoreFault."""
    state = store.desk(start)
    known = store.incidents(start, end)
    live = state.live_since is not None and state.live_since <= start
    return History(store, start, end, tuple(known), _as_of(state, known, start), live)


def _as_of(state: DeskState, known: Collection[Incident], at: int) -> DeskState:
    """The books as they were at a moment; whoever is to be told is told from then on."""
    incidents = tuple(_then(one, at) for one in known if one.opened < at)
    ids = {one.id for one in incidents}
    notices = tuple(_delivered(one) for one in state.notices if one.incident in ids and one.created < at)
    return replace(
        state,
        incidents=incidents,
        notices=notices,
        messages=(),
        used_codes=(),
        live_since=min(at, at if state.live_since is None else state.live_since),
        next_incident=max(ids, default=0) + 1,
        next_notice=max((one.id for one in notices), default=0) + 1,
        next_message=1,
    )


def _then(incident: Incident, at: int) -> Incident:
    mark = incident.acknowledged
    return replace(
        incident,
        announced=_past(incident.announced, at),
        ended=_past(incident.ended, at),
        closed=_past(incident.closed, at),
        acknowledged=mark if mark is not None and mark.at < at else None,
        members=tuple(
            replace(one, left=None if one.left is None else _past(one.left, at))
            for one in incident.members
            if one.since < at
        ),
    )


def _past(moment: int | None, at: int) -> int | None:
    return moment if moment is not None and moment < at else None


def _delivered(notice: Notice) -> Notice:
    return (
        notice
        if notice.state is NoticeState.DROPPED
        else replace(notice, state=NoticeState.DELIVERED, message=None)
    )


def _open(rows: Iterable[FactRow], at: int) -> tuple[FactRow, ...]:
    return tuple(_bare(row) for row in rows if row.transition.at < at)


def _bare(row: FactRow) -> FactRow:
    """The row as it was when it was new: nobody knew when it would end."""
    return replace(row, start=row.transition.since, end=None)


def _told_at(row: FactRow, topology: Topology, held: Mapping[tuple[str, int], int]) -> int | None:
    """When a failure was told that was held back until what it hangs from was looked at."""
    seen = row.transition
    if seen.holds is not False:
        return None
    subjects = topology.told_by.get(seen.key, ())
    above = (id_ for id_ in subjects if topology.subjects[id_].above)
    moments = [held[id_, seen.since] for id_ in above if (id_, seen.since) in held]
    return min(moments, default=None)


def _beside(incident: Incident) -> bool:
    return incident.nature is Nature.BLINDNESS or incident.scope.startswith(CONDITION)


def _surroundings(incidents: Iterable[Incident]) -> Surroundings:
    blind: dict[str, int] = {}
    conditions: dict[str, Condition] = {}
    for one in incidents:
        if one.scope.startswith(CONDITION):
            key = one.scope.removeprefix(CONDITION)
            conditions[key] = Condition(one.roots[0] if one.roots else "", one.reason, one.onset)
        elif one.scope.startswith(VANTAGE):
            blind[one.scope.removeprefix(VANTAGE)] = one.onset
    return Surroundings(blind, conditions)
