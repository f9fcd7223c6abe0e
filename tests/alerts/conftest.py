"""A desk in small: the books that pipeline and bundles are asked with, and a channel that can be cut."""

from collections import Counter
from dataclasses import dataclass, field, replace

import pytest

from alerts.bundle import Bundle, Limits, bundle
from alerts.contract import (
    Alert,
    Message,
    MessageState,
    Notice,
    NoticeKind,
    NoticeState,
    Part,
    Phrase,
    Route,
    Severity,
    Story,
)
from alerts.pipeline import Policy, decide

SECOND = 1_000_000
MINUTE = 60 * SECOND


@dataclass
class Office:
    """Alerts by incident, notices and messages by id, and a clock moved by hand. `cut` are receivers not reached."""

    policy: Policy = field(
        default_factory=lambda: Policy((Route("all", ("an",)),), frozenset({"an"}), live_since=0)
    )
    limits: Limits = field(default_factory=Limits)
    now: int = 1_000_000 * MINUTE
    alerts: dict[int, Alert] = field(default_factory=dict)
    notices: dict[int, Notice] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)

    def open(self, incident: int, severity: Severity = Severity.MAJOR, **more: object) -> None:
        """An incident that is ready to be told."""
        self.alerts[incident] = Alert(
            incident, "fault", severity, self.now, self.now, **{"announced": self.now, **more}
        )

    def change(self, incident: int, **more: object) -> None:
        """The incident becomes another; those that are not there stay away."""
        if incident in self.alerts:
            self.alerts[incident] = replace(self.alerts[incident], **more)

    def close(self, *incidents: int) -> None:
        """They are over."""
        for incident in incidents:
            if self.alerts[incident].closed is None:
                self.change(incident, closed=self.now)

    @property
    def book(self) -> dict[int, list[Notice]]:
        """The notices by incident."""
        found: dict[int, list[Notice]] = {}
        for notice in self.notices.values():
            found.setdefault(notice.incident, []).append(notice)
        return found

    def decide(self) -> tuple[Notice, ...]:
        """Ask the pipeline and write down what it says."""
        made = decide(self.alerts.values(), self.book, self.policy, self.now)
        for notice in made:
            self.put(replace(notice, id=notice.id or len(self.notices) + 1))
        return made

    def put(self, notice: Notice) -> None:
        """Write a notice down."""
        self.notices[notice.id] = notice

    def of(self, receiver: str) -> list[Notice]:
        """The notices of a receiver."""
        return [notice for notice in self.notices.values() if notice.receiver == receiver]

    def ask(self, receiver: str = "an") -> Bundle | int | None:
        """What is to be sent to a receiver now."""
        notices = self.of(receiver)
        waiting = [one for one in notices if one.state in (NoticeState.PENDING, NoticeState.OVER)]
        messages = [message for message in self.messages.values() if message.receiver == receiver]
        return bundle(waiting, notices, messages, self.limits, self.now)

    def seal(self, receiver: str = "an") -> Message | None:
        """The next message under way; None when nothing may go now."""
        chosen = self.ask(receiver)
        if chosen is None or isinstance(chosen, int):
            assert chosen is None or chosen > self.now
            return None
        parts = tuple(Part(one.id, one.kind, story(one)) for one in chosen.notices)
        over = tuple(story(one) for one in chosen.over)
        still = tuple(str(incident) for incident in chosen.still)
        id_ = len(self.messages) + 1
        message = Message(id_, receiver, f"<{id_}>", self.now, parts, over, chosen.back, chosen.total, still)
        self.messages[id_] = message
        for one in chosen.notices:
            self.put(replace(one, state=NoticeState.SEALED, message=id_))
        for one in chosen.over:
            self.put(replace(one, message=id_))
        return message

    def finish(self, message: Message) -> None:
        """The channel takes the message, or refuses it where the way is cut."""
        refused = message.receiver in self.cut
        state = MessageState.FAILED if refused else MessageState.SENT
        self.messages[message.id] = replace(message, state=state, finished=self.now)
        for one in list(self.notices.values()):
            if one.message == message.id and refused:
                over = one.state is NoticeState.OVER
                self.put(replace(one, state=NoticeState.OVER if over else NoticeState.PENDING, message=None))
            elif one.message == message.id:
                self.put(replace(one, state=NoticeState.DELIVERED))
        self.decide()

    def send(self, receiver: str = "an") -> list[Message]:
        """Send all that may go now; once only while the way is cut."""
        done: list[Message] = []
        while (message := self.seal(receiver)) is not None:
            self.finish(message)
            if receiver in self.cut:
                break
            done.append(message)
        return done

    def run(self, minutes: float = 0, step: int = 30 * SECOND) -> list[Message]:
        """Let time pass; what everybody was sent."""
        done: list[Message] = []
        end = self.now + int(minutes * MINUTE)
        while True:
            self.decide()
            for receiver in sorted(self.policy.receivers):
                done += self.send(receiver)
            if self.now >= end:
                return done
            self.now += step

    def told(self, receiver: str = "an") -> Counter[tuple[int, NoticeKind]]:
        """How often a receiver was told what of each incident by messages that arrived."""
        return Counter(
            (part.story.incident, part.kind)
            for message in self.messages.values()
            if message.receiver == receiver and message.state is MessageState.SENT
            for part in message.parts
        )


def story(notice: Notice) -> Story:
    """As much of a story as counts here."""
    nothing = Phrase("")
    return Story(notice.incident, notice.severity, nothing, "", nothing, notice.created, notice.created)


@pytest.fixture
def office() -> Office:
    """One receiver, 'an', who is told everything."""
    return Office()


@pytest.fixture(scope="session")
def new_office() -> type[Office]:
    """For tests that need several, or other policies."""
    return Office
