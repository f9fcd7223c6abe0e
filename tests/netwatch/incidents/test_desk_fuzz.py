"""The desk from verdict rows to messages, whatever befalls lines, channels, database and daemon."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
from hypothesis import given, settings

from alerts.contract import Message, NoticeKind, NoticeState, Route, Silence, Window
from netwatch.clock import HOUR, MINUTE, SECOND
from netwatch.incidents.orders import NoSuch
from netwatch.store.contract import StoreFault
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store
from netwatch.verdict import Kind

if TYPE_CHECKING:
    from conftest import Office

LINES = ("L1", "L2", "L3", "L4", "L5", "L6")
MAIL, PAGER = "mail", "pager"
FIRST = frozenset({NoticeKind.OPENING, NoticeKind.ESCALATION})
ROUTES = (Route("all", (MAIL,), escalate_after=10 * MINUTE, escalate_to=(PAGER,)),)
DUTY = (replace(ROUTES[0], duty="07:30-17:00"),)
PAUSES = (1, 20, 70, 300, 1200, 7200)

line = st.sampled_from(LINES)
receiver = st.sampled_from([MAIL, PAGER])
SEND = st.tuples(
    st.just("send"), receiver, st.sampled_from(["taken", "taken", "refused", "unsure", "given up"])
)
CUT = st.tuples(st.just("cut"), st.sets(line, min_size=1))
MEND = st.tuples(st.just("mend"), st.sets(line, min_size=1))
REST = st.one_of(
    st.tuples(
        st.just("turn"), st.sampled_from([Kind.DOWN, Kind.UP, Kind.UNKNOWN]), st.sets(line, min_size=1)
    ),
    st.tuples(st.just("pause"), st.sampled_from(PAUSES)),
    st.tuples(
        st.sampled_from(
            ["restart", "silence", "speak", "works", "done", "live", "blind", "see", "lock", "hours"]
        )
    ),
    st.tuples(st.just("acknowledge"), st.integers(1, 6)),
)
ACTIONS = st.lists(st.one_of(CUT, SEND, MEND, SEND, REST), min_size=12, max_size=40)


class Life:
    """One desk's life; keeps account of what every receiver was told."""

    def __init__(self, office: "Office") -> None:
        self.office = office
        office.arrangement = replace(office.arrangement, routes=ROUTES)
        office.desk = office.open()
        self.told: Counter[tuple[int, str, str]] = Counter()
        self.messages: set[int] = set()
        self.lost: set[tuple[int, str]] = set()

    def turn(self, kind: Kind, lines: set[str]) -> None:
        self.office.turn(kind, *sorted(lines))

    def cut(self, lines: set[str]) -> None:
        """Long enough to be told."""
        self.turn(Kind.DOWN, lines)
        self.pause(20)

    def mend(self, lines: set[str]) -> None:
        """Long enough to be over."""
        self.turn(Kind.UP, lines)
        self.pause(70)

    def pause(self, seconds: int) -> None:
        for _ in range(4):
            self.office.now += seconds * SECOND // 4
            self.office.turn(Kind.UP)

    def restart(self) -> None:
        before = self.office.desk.view
        self.office.desk = self.office.open()
        after = self.office.desk.view
        assert (after.incidents, after.notices) == (before.incidents, before.notices)

    def lock(self) -> None:
        """A step that the database does not take."""
        self.office.locked = True
        before = self.office.desk.view
        with suppress(StoreFault):
            self.office.turn(Kind.UP)
            self.office.desk.go_live(self.office.now)
        self.office.locked = False
        assert self.office.desk.view is before or self.office.desk.view.incidents == before.incidents

    def live(self) -> None:
        self.office.desk.go_live(self.office.now)

    def silence(self) -> None:
        now = self.office.now
        self.office.desk.silence(Silence(0, now, now + HOUR, "lan", "works"), now)

    def speak(self) -> None:
        for silence in self.office.desk.view.silences:
            if not silence.ended_by and silence.end > self.office.now:
                self.office.desk.end_silence(silence.id, "lan", self.office.now)

    def works(self) -> None:
        now = self.office.now
        self.office.desk.add_windows([Window(0, now, HOUR, "lan", "works", subjects=("L1", "L2"))], now)

    def done(self) -> None:
        for window in self.office.desk.view.windows:
            if not window.ended_by:
                self.office.desk.end_window(window.id, "lan", self.office.now)

    def hours(self) -> None:
        other = DUTY if self.office.arrangement.routes is ROUTES else ROUTES
        self.office.arrangement = self.office.desk.arrangement = replace(
            self.office.arrangement, routes=other
        )

    def blind(self) -> None:
        self.office.blind = {"local": self.office.now}
        self.office.turn(Kind.UNKNOWN, *LINES)

    def see(self) -> None:
        self.office.blind = {}

    def acknowledge(self, incident: int) -> None:
        with suppress(NoSuch):
            self.office.desk.acknowledge(incident, "lan", self.office.now)

    def send(self, receiver: str, outcome: str) -> None:
        desk, now = self.office.desk, self.office.now
        states = {notice.id: notice.state for told in desk.view.notices.values() for notice in told}
        message = desk.seal(receiver, now)
        if not isinstance(message, Message):
            return
        if message.id not in self.messages:
            self.messages.add(message.id)
            assert {states[part.notice] for part in message.parts} <= {NoticeState.PENDING}
        if outcome == "taken":
            desk.sent(message.id, receiver, now)
            self.account(message)
        elif outcome != "unsure":
            desk.failed(message.id, "no route", now, outcome == "given up")
        if outcome == "given up":
            told = (*(part.story for part in message.parts), *message.over)
            self.lost |= {(story.incident, receiver) for story in told}

    def account(self, message: Message) -> None:
        """What was told, and that none of it was told before, nor an end before a beginning."""
        for part in message.parts:
            key = part.story.incident, message.receiver
            if part.kind is NoticeKind.CLOSING:
                assert self.told[*key, "opening"] or self.told[*key, "escalation"]
                assert part.story.ended is not None
                assert not self.told[*key, "over"]
            self.told[*key, str(part.kind)] += 1
        for story in message.over:
            assert not any(self.told[story.incident, message.receiver, str(kind)] for kind in FIRST)
            self.told[story.incident, message.receiver, "over"] += 1

    def settle(self) -> None:
        """All is well in the end, and the channels take everything."""
        self.live()
        self.speak()
        self.done()
        self.see()
        self.turn(Kind.UP, set(LINES))
        for _ in range(12):
            self.pause(1200)
            for receiver in (MAIL, PAGER):
                self.send(receiver, "taken")

    def check(self) -> None:
        """Whoever heard of something heard its end, everything once."""
        assert not self.office.desk.view.open
        corrections = str(NoticeKind.CORRECTION)
        assert all(count == 1 for key, count in self.told.items() if key[2] != corrections and count)
        heard = {key[:2] for key, count in self.told.items() if count and key[2] in ("opening", "escalation")}
        ended = {key[:2] for key, count in self.told.items() if count and key[2] == "closing"}
        assert heard - self.lost <= ended <= heard
        waiting = {notice.state for told in self.office.desk.view.notices.values() for notice in told}
        assert waiting <= {NoticeState.DELIVERED, NoticeState.DROPPED}


@settings(max_examples=12, deadline=None)
@given(live=st.booleans(), actions=ACTIONS)
def test_whoever_heard_of_an_incident_hears_its_end_once(
    live: bool, actions: list[tuple[Any, ...]], make_office: "type[Office]"
) -> None:
    """Whatever fails when: one opening and one closing to each receiver, nothing of what was dropped, nothing lost."""
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/netwatch.db", Holder("here", 1, 0, "test"))
        try:
            life = Life(make_office(store))
            if live:
                life.live()
            for action in actions:
                getattr(life, action[0])(*action[1:])
            life.settle()
            life.check()
        finally:
            store.close()
