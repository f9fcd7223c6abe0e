"""Drives the daemon's own judging and desk through a span, with what became known and a clock of its own. Pure.

Nothing is stored: the books of a replay number rows and follow what the desk writes. Between news the desk is asked
whenever time alone may make it do something.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from alerts.contract import SEVERITIES, Message, NoticeState, Phrase, Severity, Story
from alerts.due import next_due
from alerts.pipeline import Policy
from netwatch.check import FactKey
from netwatch.clock import MINUTE
from netwatch.incidents.alerting import to_alert
from netwatch.incidents.arrangement import Arrangement
from netwatch.incidents.circumstances import Circumstances
from netwatch.incidents.contract import DeskChange, DeskState, Incident
from netwatch.incidents.desk import Desk
from netwatch.judging import Judging
from netwatch.replay.contract import Deed, Followed, News, Rules, Surroundings, Told
from netwatch.state import FactState
from netwatch.store.contract import FactRow, Judgement, Store, VerdictRow
from netwatch.store.ledger import by_key

# While something is open the desk is asked at least so often: flags decay, nights end.
REGULARLY = 15 * MINUTE
WAITING = frozenset({NoticeState.PENDING, NoticeState.OVER})
CHANNEL = "replay"


@dataclass(frozen=True, slots=True)
class Beginning:
    """How things stood when the span began: facts, verdict rows, agents, incidents and what else is in the books."""

    at: int
    facts: Mapping[FactKey, Sequence[FactRow]]
    rows: Sequence[VerdictRow]
    agents: Sequence[FactState]
    books: DeskState


class Books:
    """The store of a replay: it numbers verdict rows, and follows incidents and messages."""

    def __init__(self, state: DeskState) -> None:
        self._state = state
        self._row = 0
        self._incidents: dict[int, Incident] = {one.id: one for one in state.incidents}
        self._worst: dict[int, Severity] = {one.id: one.severity for one in state.incidents}
        self._heard: dict[int, dict[str, int]] = {}
        self._messages: dict[str, int] = {}
        for notice in state.notices:
            if notice.state not in (NoticeState.DROPPED, *WAITING):
                self._heard.setdefault(notice.incident, {}).setdefault(notice.receiver, notice.created)

    def judge(self, judgement: Judgement) -> Sequence[VerdictRow]:
        """The added rows with numbers."""
        self.put(judgement.desk)
        first = self._row + 1
        self._row += len(judgement.add)
        return [replace(row, id=first + place) for place, row in enumerate(judgement.add)]

    def put(self, change: DeskChange) -> None:
        """Follow what the desk changed."""
        for incident in change.incidents:
            before = self._worst.get(incident.id, incident.severity)
            self._incidents[incident.id] = incident
            self._worst[incident.id] = min(before, incident.severity, key=SEVERITIES.index)

    def desk(self, _: int) -> DeskState:
        """What was in the books when the span began."""
        return self._state

    def sent(self, message: Message) -> None:
        """Note who heard of what."""
        self._messages[message.receiver] = self._messages.get(message.receiver, 0) + 1
        for story in (*(part.story for part in message.parts), *message.over):
            self._heard.setdefault(story.incident, {}).setdefault(message.receiver, message.sealed)

    def told(self, start: int) -> Told:
        """All incidents that were open at `start` or later."""
        found = [
            Followed(incident, self._worst[id_], self._heard.get(id_, {}))
            for id_, incident in sorted(self._incidents.items())
            if incident.closed is None or incident.closed > start
        ]
        return Told(tuple(found), dict(self._messages))


class Replay:
    """One run through a span by some rules."""

    def __init__(self, rules: Rules, beginning: Beginning) -> None:
        self._rules, self._plan = rules, rules.plan
        self._start, self._books = beginning.at, Books(beginning.books)
        # Judging and desk ask no more of a store here than the books can do.
        store = cast("Store", self._books)
        self._judging = Judging(store)
        self._judging.topology, self._judging.checks = self._plan.topology, self._plan.checks
        self._circumstances = Circumstances()
        arrangement: Arrangement = replace(rules.arrangement, tell=_bare)
        self._desk = Desk(store, arrangement, self._circumstances)
        self._judging.consequences = self._desk
        self._blind: Mapping[str, int] = {}
        self._wakes: list[int] = []
        self._waking: set[int] = set()
        self._regular = 0
        self._begin(beginning)

    def _begin(self, beginning: Beginning) -> None:
        topology = self._plan.topology
        self._circumstances.restore(self._plan.checks, beginning.facts)
        told = {key: rows for key, rows in beginning.facts.items() if key in topology.told_by}
        self._judging.restore(told, [row for row in beginning.rows if row.subject in topology.subjects])
        self._desk.restore(self._judging.rows, beginning.agents, beginning.at, beginning.at)

    def run(self, news: Iterable[News], end: int, progress: Callable[[int], object]) -> Told:
        """What is told by the end, news in order of time; `progress` hears how far it is."""
        self._judging.settle_plan(self._plan.topology, self._start)
        self._after(self._start)
        for one in news:
            self._wait(one.at)
            self._take(one)
            self._after(one.at)
            progress(one.at)
        self._wait(end)
        return self._books.told(self._start)

    def _wait(self, until: int) -> None:
        while self._wakes and self._wakes[0] < until:
            now = heapq.heappop(self._wakes)
            self._waking.discard(now)
            self._judging.attend(now)
            self._notify(now)
            self._plan_ahead(now)

    def _take(self, one: News) -> None:
        if one.surroundings is not None:
            self._surround(one.surroundings)
        self._circumstances.restore(self._plan.checks, by_key(one.rows))
        self._judging.settle(one.rows, self._plan.topology, self._blind, one.at)
        self._judging.attend(one.at)
        for deed in one.deeds:
            self._acknowledge(deed, one.at)

    def _surround(self, known: Surroundings) -> None:
        self._blind, self._desk.conditions = known.blind, known.conditions

    def _acknowledge(self, deed: Deed, now: int) -> None:
        for incident in self._desk.view.open:
            if incident.acknowledged is None and not deed.roots.isdisjoint(incident.roots):
                self._desk.acknowledge(incident.id, deed.by, now)

    def _after(self, now: int) -> None:
        self._notify(now)
        rules = self._rules.arrangement.rules
        for later in (
            rules.gather,
            rules.stay_up,
            (rules.stay_up + rules.settle) // 2,
            rules.settle,
            rules.ignorance,
        ):
            self._wake(now + later)
        self._plan_ahead(now)

    def _wake(self, at: int) -> None:
        if at not in self._waking:
            self._waking.add(at)
            heapq.heappush(self._wakes, at)

    def _plan_ahead(self, now: int) -> None:
        """When time alone may change something that is open."""
        rules, view = self._rules.arrangement.rules, self._desk.view
        waits = any(notice.state in WAITING for told in view.notices.values() for notice in told)
        if not (view.open or waits):
            return
        if now >= self._regular:
            self._regular = now + REGULARLY
        moments = {self._regular, self._due(now) or 0}
        for incident in view.open:
            moments.add(incident.opened + rules.gather)
            if incident.ended is not None:
                moments |= {incident.ended + rules.stay_up, incident.ended + rules.settle}
                moments.add(incident.ended + (rules.stay_up + rules.settle) // 2)
        for moment in moments:
            if moment > now:
                self._wake(moment)

    def _due(self, now: int) -> int | None:
        arranged, view = self._rules.arrangement, self._desk.view
        alerts = [to_alert(incident, arranged.places) for incident in view.open]
        policy = Policy(
            routes=arranged.routes,
            receivers=arranged.receivers,
            silences=view.silences,
            zone=arranged.zone,
            live_since=view.live_since,
            daytime=arranged.daytime,
        )
        return next_due(alerts, view.notices, policy, now)

    def _notify(self, now: int) -> None:
        waiting = {
            notice.receiver
            for told in self._desk.view.notices.values()
            for notice in told
            if notice.state in WAITING
        }
        for receiver in sorted(waiting):
            sealed = self._desk.seal(receiver, now)
            while isinstance(sealed, Message):
                self._books.sent(sealed)
                self._desk.sent(sealed.id, CHANNEL, now)
                sealed = self._desk.seal(receiver, now)
            if sealed is not None and sealed > now:
                self._wake(sealed)


def _bare(incident: Incident, _: int, __: Mapping[str, VerdictRow]) -> Story:
    """Whom a message reaches, and when, is compared; its words are not."""
    return Story(
        incident=incident.id,
        severity=incident.severity,
        title=Phrase(""),
        place=incident.scope,
        what=Phrase(""),
        since=incident.onset,
        not_before=incident.contrary,
        ended=incident.ended,
    )
