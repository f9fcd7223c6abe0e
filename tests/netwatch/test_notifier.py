"""The notifier: what is sealed is sent, once as far as that can be, whatever channels, database and daemon do."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from alerts.channels.contract import Delivery, NotTaken, Unsure
from alerts.contract import Message, NoticeKind, Part, Phrase, Severity, Story
from alerts.render import RenderView
from netwatch.clock import HOUR, MINUTE, SECOND, ManualClock
from netwatch.notify import Notifier, Pace, Pulse, Receiver
from netwatch.store.contract import StoreFault

pytestmark = pytest.mark.anyio

PACE = Pace(first=5 * SECOND, most=60 * SECOND, give_up=HOUR)
VIEW = RenderView(str, "en", str, str, str)


def opening(incident: int, kind: NoticeKind = NoticeKind.OPENING) -> Part:
    """One line of a message."""
    title = Phrase("Fault {number}", {"number": incident})
    return Part(incident, kind, Story(incident, Severity.MAJOR, title, "xã An", title, 0, 0))


@dataclass
class Office:
    """A desk in small: waiting incidents by receiver; a message holds all that wait."""

    waiting: dict[str, list[int]] = field(default_factory=dict)
    messages: dict[int, tuple[Message, str]] = field(default_factory=dict)
    told_states: list[int] = field(default_factory=list)
    broken: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, receiver: str, *incidents: int) -> None:
        """Something happened."""
        self.waiting.setdefault(receiver, []).extend(incidents)
        self.news.set()

    def states(self, receiver: str) -> list[str]:
        """What became of a receiver's messages, in order."""
        return [state for message, state in self.messages.values() if message.receiver == receiver]

    async def seal(self, receiver: str, now: int) -> Message | int | None:
        """As the desk."""
        if self.broken:
            raise StoreFault("gone", "no database")
        waiting = self.waiting.pop(receiver, [])
        if not waiting:
            return None
        id_ = len(self.messages) + 1
        parts = tuple(opening(incident) for incident in waiting)
        message = Message(id_, receiver, f"<{id_}@netwatch.invalid>", now, parts)
        self.messages[id_] = message, "sending"
        return message

    async def unfinished(self, receiver: str) -> Sequence[Message]:
        """As the desk."""
        return [
            message
            for message, state in self.messages.values()
            if state == "sending" and message.receiver == receiver
        ]

    async def sent(self, message: int, channel: str, now: int) -> None:
        """As the desk."""
        if self.broken:
            raise StoreFault("gone", "no database")
        self.messages[message] = self.messages[message][0], f"sent by {channel}"

    async def failed(self, message: int, error: str, now: int, final: bool) -> None:
        """As the desk: what a message held waits again."""
        kept = self.messages[message][0]
        self.messages[message] = kept, "dead" if final else "failed"
        if not final:
            self.add(kept.receiver, *(part.notice for part in kept.parts))

    async def alerting(self, receiver: str, now: int) -> Sequence[Part]:
        """As the desk."""
        return [opening(incident) for incident in self.waiting.get(receiver, [])]

    async def told(self, receiver: str, notices: Sequence[int], now: int) -> None:
        """As the desk."""
        self.told_states += notices

    async def changed(self) -> None:
        """As the desk."""
        await self.news.wait()
        self.news.clear()


@dataclass
class Scripted:
    """A channel that keeps what it took; `faults` come first, one a call; while `shut` is set nothing passes."""

    faults: list[NotTaken] = field(default_factory=list)
    shut: NotTaken | None = None
    taken: list[Delivery] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def send(self, delivery: Delivery) -> None:
        """As a channel."""
        self.tried.append(delivery.reference)
        if self.gate is not None:
            await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        if self.shut is not None:
            raise self.shut
        self.taken.append(delivery)

    async def tell(self, parts: Sequence[Part], now: int) -> None:
        """As an Alertmanager."""
        await self.send(Delivery(",".join(str(part.story.incident) for part in parts), now, "", "", "", ""))

    async def test(self, text: str, now: int) -> None:
        """As an Alertmanager."""
        await self.send(Delivery(text, now, "", "", "", ""))


@dataclass
class World:
    """A notifier, its desk, and a clock moved by hand."""

    office: Office
    clock: ManualClock
    notifier: Notifier

    async def settle(self) -> None:
        """Let everybody do what can be done without time going by."""
        for _ in range(200):
            await asyncio.sleep(0)

    async def later(self, by: int) -> None:
        """Let time go by, second by second where somebody wakes."""
        end = self.clock.now() + by
        await self.settle()
        while (wake := self.clock.next_sleeper()) is not None and wake <= end:
            self.clock.move_to(wake)
            await self.settle()
        self.clock.move_to(end)
        await self.settle()


@asynccontextmanager
async def running(office: Office, receivers: dict[str, Receiver]) -> AsyncIterator[World]:
    """A notifier that runs until the end of the block."""
    clock = ManualClock(1_000 * HOUR)
    notifier = Notifier(office, clock, receivers, PACE)
    task = asyncio.ensure_future(notifier.run())
    world = World(office, clock, notifier)
    try:
        await world.settle()
        yield world
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.wait([task])


def by(channel: Scripted, fallback: str = "") -> Receiver:
    """A receiver reached by a channel."""
    return Receiver(VIEW, channel=channel, fallback=fallback)


async def test_what_waits_is_sent_at_once_and_marked() -> None:
    """Within a second of the news."""
    office, mail = Office(), Scripted()
    async with running(office, {"it": by(mail)}) as world:
        office.add("it", 1)
        await world.later(SECOND)
        assert [one.subject for one in mail.taken] == ["SERIOUS: Fault 1 – xã An"]
        assert office.states("it") == ["sent by it"]


async def test_a_slow_channel_delays_no_other() -> None:
    """Each receiver has a task of its own."""
    office, slow, quick = Office(), Scripted(gate=asyncio.Event()), Scripted()
    async with running(office, {"slow": by(slow), "quick": by(quick)}) as world:
        office.add("slow", 1)
        office.add("quick", 1)
        await world.later(SECOND)
        assert len(quick.taken) == 1
        assert office.states("slow") == ["sending"]


async def test_after_a_failure_all_that_waits_is_one_message() -> None:
    """While the mail server is away incidents come and wait; then there is one message."""
    office, mail = Office(), Scripted(shut=NotTaken("unreachable"))
    async with running(office, {"it": by(mail)}) as world:
        for incident in range(1, 41):
            office.add("it", incident)
            await world.later(20 * SECOND)
        assert not mail.taken
        assert world.notifier.standing()["it"].error == "The server cannot be reached."
        mail.shut = None
        await world.later(2 * MINUTE)
        assert len(mail.taken) == 1
        assert "Fault 40" in mail.taken[0].text
        assert world.notifier.standing()["it"].failures == 0


async def test_attempts_grow_rarer() -> None:
    """5, 10, 20, 40, then 60 seconds apart: a server that is away is not hammered."""
    office, mail = Office(), Scripted(shut=NotTaken("unreachable"))
    async with running(office, {"it": by(mail)}) as world:
        office.add("it", 1)
        await world.later(10 * MINUTE)
        assert len(mail.tried) == 13


async def test_an_unsure_message_comes_again_as_the_same() -> None:
    """Its Message-ID tells mail programs that they know it."""
    office, mail = Office(), Scripted(faults=[Unsure("late")])
    async with running(office, {"it": by(mail)}) as world:
        office.add("it", 1)
        await world.later(MINUTE)
        assert mail.tried == ["<1@netwatch.invalid>"] * 2
        assert office.states("it") == ["sent by it"]


async def test_a_message_under_way_at_the_end_of_a_run_is_sent_by_the_next() -> None:
    """Unchanged, under the same reference."""
    office, mail = Office(), Scripted(gate=asyncio.Event())
    async with running(office, {"it": by(mail)}) as world:
        office.add("it", 1)
        await world.later(SECOND)
    mail.gate = None
    async with running(office, {"it": by(mail)}):
        pass
    assert mail.tried == ["<1@netwatch.invalid>"] * 2
    assert office.states("it") == ["sent by it"]


async def test_the_fallback_takes_over_after_two_attempts() -> None:
    """Whoever cannot be reached one way is reached another way, once."""
    office, mail, sms = Office(), Scripted(shut=NotTaken("unreachable")), Scripted()
    async with running(office, {"it": by(mail, "sms"), "sms": by(sms)}) as world:
        office.add("it", 1)
        await world.later(4 * SECOND)
        assert not sms.taken
        await world.later(3 * SECOND)
        assert len(sms.taken) == 1
        assert office.states("it") == ["failed", "sent by sms"]
        assert world.notifier.standing()["it"].by_fallback == 1
        mail.shut = None
        office.add("it", 2)
        await world.later(SECOND)
        assert len(mail.taken) == 1


async def test_messages_are_given_up_at_last() -> None:
    """A dead letter is visible; the next message starts anew."""
    office, mail = Office(), Scripted(shut=NotTaken("login"))
    async with running(office, {"it": by(mail)}) as world:
        office.add("it", 1)
        await world.later(HOUR + 2 * MINUTE)
        assert office.states("it")[-1] == "dead"
        assert not office.waiting.get("it")


async def test_a_mark_that_cannot_be_written_is_written_later() -> None:
    """The message is not sent twice because the database was away."""
    office, mail = Office(), Scripted(gate=asyncio.Event())
    async with running(office, {"it": by(mail)}) as world:
        office.add("it", 1)
        await world.later(SECOND)
        office.broken = True
        assert mail.gate is not None
        mail.gate.set()
        await world.later(MINUTE)
        office.broken = False
        await world.later(MINUTE)
        assert len(mail.taken) == 1
        assert office.states("it") == ["sent by it"]


async def test_a_database_that_cannot_be_asked_is_asked_again() -> None:
    """And nothing is lost meanwhile."""
    office, mail = Office(broken=True), Scripted()
    async with running(office, {"it": by(mail)}) as world:
        office.add("it", 1)
        await world.later(MINUTE)
        office.broken = False
        await world.later(6 * SECOND)
        assert len(mail.taken) == 1


async def test_receivers_come_and_go_with_a_reload() -> None:
    """Without a restart."""
    office, mail, chat = Office(), Scripted(), Scripted()
    async with running(office, {"it": by(mail)}) as world:
        world.notifier.renew({"chat": by(chat)}, PACE)
        office.add("it", 1)
        office.add("chat", 2)
        await world.later(SECOND)
        assert (len(mail.taken), len(chat.taken)) == (0, 1)
        world.notifier.renew({"it": by(mail), "chat": by(chat)}, PACE)
        await world.later(SECOND)
        assert len(mail.taken) == 1


async def test_a_reload_ends_the_wait_after_a_failure() -> None:
    """Whoever mends an address need not wait five minutes."""
    office, mail = Office(), Scripted(faults=[NotTaken("address")] * 4)
    async with running(office, {"it": by(mail)}) as world:
        office.add("it", 1)
        await world.later(40 * SECOND)
        assert len(mail.tried) == 4
        world.notifier.renew({"it": by(mail)}, PACE)
        await world.later(0)
        assert len(mail.taken) == 1


async def test_an_alertmanager_is_told_every_minute_and_at_once_of_news() -> None:
    """All that is open, again and again."""
    office, manager = Office(), Scripted()
    async with running(office, {"am": Receiver(VIEW, states=manager)}) as world:
        office.add("am", 1)
        await world.later(SECOND)
        assert manager.tried == ["1"]
        await world.later(2 * MINUTE)
        assert len(manager.tried) == 3
        office.add("am", 2)
        await world.later(SECOND)
        assert manager.tried[-1] == "1,2"
        assert set(office.told_states) == {1, 2}


@dataclass
class Watcher:
    """Counts signs of life; some fail."""

    beats: list[int] = field(default_factory=list)
    away: bool = False

    async def beat(self, now: int) -> None:
        """As a heartbeat."""
        self.beats.append(now)
        if self.away:
            raise NotTaken("unreachable")


async def test_the_pulse_beats_every_minute_whether_or_not_anybody_listens() -> None:
    """A watcher that is away is told again when it comes back."""
    clock, watcher = ManualClock(HOUR), Watcher(away=True)
    pulse = Pulse(clock, watcher)
    task = asyncio.ensure_future(pulse.run())
    world = World(Office(), clock, Notifier(Office(), clock, {}))
    await world.later(3 * MINUTE)
    assert pulse.failing == "The server cannot be reached."
    watcher.away = False
    await world.later(MINUTE)
    assert pulse.failing == ""
    assert [beat - HOUR for beat in watcher.beats] == [number * MINUTE for number in range(5)]
    task.cancel()
    await asyncio.wait([task])


@dataclass
class Reloading(Office):
    """A desk during one of whose answers the settings are read again, without any receiver."""

    notifier: Notifier | None = None
    when: str = "sent"

    async def seal(self, receiver: str, now: int) -> Message | int | None:
        """As the desk."""
        self._reload("seal")
        return await super().seal(receiver, now)

    async def sent(self, message: int, channel: str, now: int) -> None:
        """As the desk."""
        await super().sent(message, channel, now)
        self._reload("sent")

    async def failed(self, message: int, error: str, now: int, final: bool) -> None:
        """As the desk."""
        self._reload("failed")
        await super().failed(message, error, now, final)

    def _reload(self, when: str) -> None:
        if self.notifier is not None and when == self.when:
            self.notifier.renew({}, PACE)


@pytest.mark.parametrize("when", ["seal", "sent", "failed"])
async def test_a_receiver_may_be_removed_at_any_moment(when: str) -> None:
    """The reload comes while its task waits for the database: nothing else is disturbed."""
    office = Reloading(when=when)
    faults = [NotTaken("unreachable")] * 3 if when == "failed" else []
    receivers = {"it": by(Scripted(faults), fallback="boss"), "boss": by(Scripted(list(faults)))}
    async with running(office, receivers) as world:
        office.notifier = world.notifier
        office.add("it", 1)
        await world.later(MINUTE)


async def test_a_message_that_cannot_be_put_into_words_waits_and_stops_nobody() -> None:
    """Its parts are told anew as they are then; the daemon goes on."""
    office, mail = Office(), Scripted()
    view = RenderView(str, "en", _no_moment, str, str)
    async with running(office, {"it": Receiver(view, channel=mail), "boss": by(mail)}) as world:
        office.add("it", 1)
        office.add("boss", 2)
        await world.later(SECOND)
        assert office.states("it") == ["failed"]
        assert office.states("boss") == ["sent by boss"]
        assert world.notifier.standing()["it"].error == "The message could not be put into words."


def _no_moment(at: int) -> str:
    raise OverflowError(at)


async def test_what_goes_by_the_fallback_acknowledges_as_the_one_it_is_for() -> None:
    """The code and the link in it are those of the receiver who was to be told."""
    office = Office()
    views = {name: RenderView(str, "en", str, str, str, link=_link_of(name)) for name in ("it", "boss")}
    down, up = Scripted(shut=NotTaken("unreachable")), Scripted()
    receivers = {
        "it": Receiver(views["it"], channel=down, fallback="boss"),
        "boss": Receiver(views["boss"], channel=up),
    }
    async with running(office, receivers) as world:
        office.add("it", 1)
        await world.later(MINUTE)
        assert "https://nw.example/ack/it" in up.taken[0].text


def _link_of(name: str) -> Callable[[Part], str]:
    return lambda _part: f"https://nw.example/ack/{name}"


@pytest.mark.parametrize("reachable", [True, False])
async def test_a_test_for_an_alertmanager_is_handed_over_or_said_to_have_failed(reachable: bool) -> None:
    """Whoever asked for it learns from the queue what became of it; nothing stays under way for ever."""
    office = Office()
    office.messages[1] = Message(1, "am", "<1@netwatch.invalid>", 0, ()), "sending"
    manager = Scripted(shut=None if reachable else NotTaken("unreachable"))
    async with running(office, {"am": Receiver(VIEW, states=manager)}) as world:
        await world.settle()
        assert office.states("am") == ["sent by am" if reachable else "failed"]
        assert "This is a test: am can be reached." in manager.tried[0]
        assert world.notifier.standing()["am"].failures == (0 if reachable else 1)


async def test_what_was_under_way_to_somebody_who_is_told_states_now_is_told_so() -> None:
    """The settings give a receiver of mail to Alertmanager while his mail server is away."""
    office = Office()
    office.messages[1] = Message(1, "am", "<1@netwatch.invalid>", 0, (opening(7),)), "sending"
    manager = Scripted()
    async with running(office, {"am": Receiver(VIEW, states=manager)}) as world:
        await world.settle()
        assert office.states("am") == ["failed"]
        assert set(manager.tried) == {"7"}
        assert set(office.told_states) == {7}
