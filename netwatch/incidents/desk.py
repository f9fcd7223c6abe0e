"""The drive of incidents: at every commit it compares what is stored with what is open, and sees to it that people are
told.

It lives on the writer thread; whatever it changes is written in the transaction of the verdicts it follows from, or in
one of its own (a timer, a person, a channel), and counts only once that is done. `view` alone is read elsewhere.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from alerts.contract import Message, MessageState, Notice, Part, Report, Silence, Window
from alerts.pipeline import Policy, decide
from alerts.window import in_force
from netwatch.check import Check, FactKey
from netwatch.clock import MINUTE, SECOND
from netwatch.incidents import orders, sealing
from netwatch.incidents.alerting import Alerts
from netwatch.incidents.arrangement import Arrangement
from netwatch.incidents.book import KEPT, WAITING, Book, open_book
from netwatch.incidents.circumstances import Circumstances
from netwatch.incidents.clues import unsettled
from netwatch.incidents.contract import (
    Cause,
    Change,
    Clue,
    Condition,
    DeskChange,
    Incident,
    LogEntry,
    Nature,
    Unmanaged,
)
from netwatch.incidents.flapping import Flaps
from netwatch.incidents.follow import follow
from netwatch.incidents.life import MANAGED
from netwatch.incidents.maintenance import in_maintenance
from netwatch.incidents.scene import Scene
from netwatch.incidents.view import DeskView
from netwatch.state import NOT_YET_MEASURED, SILENCE, STOPPED, VANTAGE, FactState
from netwatch.store.contract import FactRow, Store, VerdictRow
from netwatch.verdict import Kind

SYSTEM, MANAGEABLE, CREDENTIALS = "snmp_system", "manageable", "credentials"
# Reasons that lie with ourselves say nothing about a device's agent.
OURS = frozenset({NOT_YET_MEASURED, STOPPED, SILENCE, VANTAGE})
# An incident that is over for no longer may be resumed, or explain what still fails.
RECENT = 10 * MINUTE
# How long what maintenance covers is taken for known.
FRESH = 10 * SECOND

NOBODY: Counter[str] = Counter()

Rows = Mapping[str, Sequence[VerdictRow]]


class Desk:
    """All incidents and notices of one daemon. Raises StoreFault where it writes by itself; then nothing changed."""

    def __init__(self, store: Store, arrangement: Arrangement, circumstances: Circumstances) -> None:
        self.arrangement = arrangement
        self.conditions: Mapping[str, Condition] = {}
        self.view = DeskView()
        self._store, self._circumstances = store, circumstances
        self._book, self._alerts = Book(), Alerts()
        self._rows: dict[str, VerdictRow] = {}
        self._troubled: set[str] = set()
        self._unmanaged: dict[str, Unmanaged] = {}
        self._checks: Mapping[str, Check] = {}
        self._flaps = Flaps()
        self._begun = 0
        self._wanted: set[str] = set()
        self._covered: tuple[int, object, Mapping[str, str]] = 0, None, {}
        self._sent: Counter[str] = Counter()
        self._dead: Counter[str] = Counter()

    def restore(self, rows: Rows, states: Iterable[FactState], since: int, now: int) -> None:
        """Take over what an earlier run stored: the books since a moment, the recent verdict rows, and what is believed
        of whether devices can be managed.
        """
        self._begun = now
        self._book = open_book(self._store.desk(since))
        self._score(rows)
        self.look(rows, ())
        for incident in self._book.incidents.values():
            self._recall(incident)
        for state in states:
            self._manage(state.key, state.holds, state.reason, state.since, state.ever)
        self._show(now)

    def reread(self, rows: Rows, now: int) -> None:
        """After a fault nobody knows what the database took: the books are what it holds, the newest rows are these."""
        self._book = open_book(self._store.desk(now - KEPT))
        self._rows, self._troubled = {}, set()
        self.look(rows, ())

    def _recall(self, incident: Incident) -> None:
        """Until looks say otherwise the agents of an open incident are as they were before the restart."""
        about_agents = incident.nature is Nature.IGNORANCE and incident.scope.partition(":")[0] in MANAGED
        if incident.open and about_agents:
            for root in incident.roots:
                self._unmanaged[root] = Unmanaged(incident.reason, incident.onset)

    def _score(self, rows: Rows) -> None:
        for told in rows.values():
            for row in told:
                self._flaps.note(row)

    def look(self, rows: Rows, gone: Iterable[str]) -> None:
        """Take note of verdict rows that changed, and of subjects that are no longer there."""
        for id_, told in rows.items():
            if told:
                self._rows[id_] = told[-1]
                self._troubled.add(id_)
        for id_ in gone:
            self._rows.pop(id_, None)
            self._unmanaged.pop(id_, None)
            self._flaps.forget(id_)

    def hear(self, rows: Iterable[FactRow]) -> None:
        """Take note of facts that tell whether a device can be managed."""
        for row in rows:
            seen = row.transition
            self._manage(seen.key, seen.holds, seen.reason, seen.since, seen.ever)

    def _manage(self, key: FactKey, holds: bool | None, reason: str, since: int, ever: bool) -> None:
        check = self.arrangement.plan.checks.get(key.check) if key.fact == MANAGEABLE else None
        if check is None or reason in OURS:
            return
        known = self._unmanaged.get(check.device)
        # An agent that never answered is for the to-do list; one that refuses us is there.
        if holds is True or not (ever or reason == CREDENTIALS):
            self._unmanaged.pop(check.device, None)
        elif known is None or known.reason != reason:
            self._unmanaged[check.device] = Unmanaged(reason, since)

    def _miss_no_more(self) -> None:
        """Agents that are not asked any more, by another plan, are not missed."""
        checks = self.arrangement.plan.checks
        if checks is not self._checks:
            self._checks = checks
            asked = {check.device for check in checks.values() if check.kind == SYSTEM}
            self._unmanaged = {id_: it for id_, it in self._unmanaged.items() if id_ in asked}

    def step(self, rows: Rows, blind: Mapping[str, int], now: int) -> DeskChange:
        """What is to be written now, in view of the rows that changed; `accept` it once that is done."""
        self._miss_no_more()
        self._score(rows)
        self.look(rows, ())
        change = self._followed(self.scene(blind, now), now)
        self._troubled = {id_ for id_ in self._troubled if self._troubles(id_)}
        return change

    def _troubles(self, id_: str) -> bool:
        row = self._rows.get(id_)
        return row is not None and row.verdict.kind is not Kind.UP

    def scene(self, blind: Mapping[str, int], now: int) -> Scene:
        """Everything incidents are made from."""
        # Taken once: a reload may put another in its place at any moment.
        arranged = self.arrangement
        return Scene(
            now=now,
            rows=self._rows,
            troubled=frozenset(self._troubled),
            topology=arranged.plan.topology,
            places=arranged.places,
            rules=arranged.rules,
            blind=blind,
            unmanaged=self._unmanaged,
            conditions=self.conditions,
            flapping=self._flaps.flapping(now),
            in_maintenance=self._maintained(now),
            started=self._circumstances.started,
            on_battery=self._circumstances.on_battery,
            answered=self._circumstances.answered,
            hints=self._hints(),
            begun=self._begun,
        )

    def _hints(self) -> Mapping[str, tuple[Clue, ...]]:
        said = orders.words(self._book.incidents.values())
        heard = self._circumstances.hints.copy()
        return {id_: (*said.get(id_, ()), *heard.get(id_, ())) for id_ in said.keys() | heard.keys()}

    def _maintained(self, now: int) -> Mapping[str, str]:
        at, key, covered = self._covered
        wanted = self._book.windows, self.arrangement.places
        if key != wanted or not 0 <= now - at < FRESH:
            covered = in_maintenance(
                tuple(self._book.windows.values()), self.arrangement.places, now, in_force
            )
            self._covered = now, wanted, covered
        return covered

    def _followed(self, scene: Scene, now: int) -> DeskChange:
        recent = {
            id_: it
            for id_, it in self._book.incidents.items()
            if it.closed is None or now - it.closed < RECENT
        }
        changes = follow(recent, scene)
        for opened in changes:
            if opened.before is None and opened.after.nature is Nature.FAULT:
                self._wanted.update(unsettled(opened.after, scene))
        incidents, log = self._numbered(changes)
        change = DeskChange(incidents=incidents, log=log)
        return self._with_notices(change, now)

    def _numbered(self, changes: Sequence[Change]) -> tuple[tuple[Incident, ...], tuple[LogEntry, ...]]:
        """New incidents get their ids, and their log lines too."""
        incidents: list[Incident] = []
        log: list[LogEntry] = []
        following = self._book.free("incident")
        for change in changes:
            incident = change.after
            if not incident.id:
                incident = replace(incident, id=following)
                following += 1
            incidents.append(incident)
            log += [replace(entry, incident=incident.id) for entry in change.log]
        return tuple(incidents), tuple(log)

    def _with_notices(self, change: DeskChange, now: int) -> DeskChange:
        """The change with the notices that follow from it, and from time going by."""
        book = self._book.with_change(change)
        lost = sealing.abandoned(book, self.arrangement.receivers, now)
        change = replace(change, messages=(*change.messages, *lost.messages))
        by_incident: dict[int, list[Notice]] = {}
        for notice in book.notices.values():
            by_incident.setdefault(notice.incident, []).append(notice)
        stirred = {notice.incident for notice in book.notices.values() if notice.state in WAITING}
        stirred |= {incident.id for incident in change.incidents}
        concerned = [it for it in book.incidents.values() if it.open or it.id in stirred]
        alerts = self._alerts.of(concerned, self.arrangement.places)
        made = decide(alerts, by_incident, self._policy(book), now)
        free = book.free("notice")
        new = [notice for notice in made if not notice.id]
        numbered = [replace(notice, id=free + place) for place, notice in enumerate(new)]
        kept = [notice for notice in made if notice.id]
        return replace(change, notices=(*change.notices, *kept, *numbered))

    def _policy(self, book: Book) -> Policy:
        arranged = self.arrangement
        return Policy(
            routes=arranged.routes,
            receivers=arranged.receivers,
            silences=tuple(book.silences.values()),
            zone=arranged.zone,
            live_since=book.live_since,
            daytime=arranged.daytime,
        )

    def wanted(self) -> frozenset[str]:
        """Subjects that were well before a new incident: a look at them now tells more of its cause. Handed over."""
        wanted, self._wanted = frozenset(self._wanted), set()
        return wanted

    def accept(self, change: DeskChange, now: int) -> None:
        """The change is written."""
        if change:
            self._book = self._book.with_change(change).without_old(now)
        stale = self._maintained(now) is not self.view.in_maintenance
        if change or stale or self._flaps.flapping(now) != self.view.flapping:
            self._show(now)

    def _show(self, now: int) -> None:
        book = self._book
        notices: dict[int, tuple[Notice, ...]] = {}
        for notice in book.notices.values():
            notices[notice.incident] = (*notices.get(notice.incident, ()), notice)
        self.view = DeskView(
            incidents=book.incidents,
            notices=notices,
            messages=tuple(book.messages.values()),
            silences=tuple(book.silences.values()),
            windows=tuple(book.windows.values()),
            used_codes=book.used_codes,
            in_maintenance=self._maintained(now),
            flapping=self._flaps.flapping(now),
            live_since=book.live_since,
            sent=dict(self._sent),
            dead=dict(self._dead),
        )

    def _write(
        self, change: DeskChange, now: int, sent: Counter[str] = NOBODY, dead: Counter[str] = NOBODY
    ) -> None:
        if change:
            self._store.put(change)
        self._sent += sent
        self._dead += dead
        self.accept(change, now)

    def acknowledge(
        self, incident: int, by: str, now: int, note: str = "", *, code: bool = False
    ) -> Incident:
        """See `orders.acknowledge`; `code`: a receiver `by` whose one-time code or link was used."""
        if code:
            self._write(orders.acknowledge_by_code(self._book, incident, by, now), now)
        else:
            self._write(orders.acknowledge(self._book, incident, by, now, note), now)
        return self._book.incidents[incident]

    def assign(self, incident: int, to: str, by: str, now: int) -> Incident:
        """See `orders.assign`."""
        self._write(orders.assign(self._book, incident, to, by, now), now)
        return self._book.incidents[incident]

    def note(self, incident: int, cause: Cause | None, text: str, by: str, now: int) -> Incident:
        """See `orders.note`."""
        self._write(orders.note(self._book, incident, cause, text, by, now), now)
        return self._book.incidents[incident]

    def silence(self, asked: Silence, now: int) -> Silence:
        """See `orders.silence`; returns it with its id."""
        change = orders.silence(self._book, asked)
        self._write(change, now)
        return change.silences[0]

    def end_silence(self, id_: int, by: str, now: int) -> Silence:
        """See `orders.end_silence`."""
        self._write(orders.end_silence(self._book, id_, by, now), now)
        return self._book.silences[id_]

    def add_windows(self, asked: Sequence[Window], now: int) -> tuple[Window, ...]:
        """See `orders.add_windows`; returns them with their ids."""
        change = orders.add_windows(self._book, asked)
        self._write(change, now)
        return change.windows

    def end_window(self, id_: int, by: str, now: int) -> Window:
        """See `orders.end_window`."""
        self._write(orders.end_window(self._book, id_, by, now), now)
        return self._book.windows[id_]

    def go_live(self, now: int) -> int:
        """See `orders.go_live`; returns since when notifications are live."""
        self._write(orders.go_live(self._book, now), now)
        return self._book.live_since or now

    def test(self, receiver: str, now: int) -> Message:
        """See `orders.test_message`. Raises NoSuch for a receiver nobody knows."""
        if receiver not in self.arrangement.receivers:
            raise orders.NoSuch("receiver", receiver)
        change = orders.test_message(self._book, receiver, now, self.arrangement.identity)
        self._write(change, now)
        return change.messages[0]

    def report(self, receiver: str, report: Report, now: int, known: Message | None = None) -> Message:
        """See `sealing.reported`. Raises NoSuch for a receiver nobody knows."""
        if receiver not in self.arrangement.receivers:
            raise orders.NoSuch("receiver", receiver)
        identity = self.arrangement.identity
        change, message = sealing.reported(self._book, receiver, report, now, identity, known)
        self._write(change, now)
        return message

    def seal(self, receiver: str, now: int) -> Message | int | None:
        """The next message for a receiver, written before it is sent; see `sealing.seal`."""
        sealed = sealing.seal(self._book, receiver, self._teller(now))
        if sealed is None or isinstance(sealed, int):
            return sealed
        change, message = sealed
        self._write(change, now)
        return message

    def _teller(self, now: int) -> sealing.Teller:
        return sealing.Teller(self.arrangement, self._rows, now)

    def unfinished(self, receiver: str) -> tuple[Message, ...]:
        """Messages whose fate is unknown: the daemon died, or the channel did not answer in time."""
        return tuple(
            message
            for message in self._book.messages.values()
            if message.receiver == receiver and message.state is MessageState.SENDING
        )

    def sent(self, message: int, channel: str, now: int) -> None:
        """See `sealing.sent`."""
        receiver = self._book.messages[message].receiver
        self._write(sealing.sent(self._book, message, channel, now), now, Counter({receiver: 1}))

    def failed(self, message: int, error: str, now: int, final: bool = False) -> None:
        """See `sealing.failed`; notices of incidents that ended meanwhile are settled at once."""
        receiver = self._book.messages[message].receiver
        give_up = self.arrangement.limits.give_up
        change = sealing.failed(self._book, message, error, now, final, give_up)
        dead = sum(one.state is MessageState.DEAD for one in change.messages)
        self._write(self._with_notices(change, now), now, dead=Counter({receiver: dead}))

    def alerting(self, receiver: str, now: int) -> tuple[Part, ...]:
        """See `sealing.alerting`."""
        return sealing.alerting(self._book, receiver, self._teller(now))

    def told(self, receiver: str, notices: Iterable[int], now: int) -> None:
        """See `sealing.delivered`."""
        self._write(sealing.delivered(self._book, notices, receiver, now), now)
