"""Sends what the desk seals: one task per receiver, so that a slow channel delays no other; and the heartbeat.

A message is committed before it is sent and marked after it was taken, so that none is lost; a double is possible only
between a channel's acceptance and its mark, and mails then carry the same Message-ID. What a channel did not take goes
back to the desk, which may make one message of all that waits by the next attempt; what it may have taken is sent again
unchanged. After two attempts in vain the fallback's channel is asked too.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from alerts.channels.contract import Channel, Delivery, NotTaken, Unsure
from alerts.contract import Message, NoticeKind, Part
from alerts.render import RenderView, Unwritable, render
from netwatch.clock import HOUR, MINUTE, SECOND, Clock
from netwatch.store.contract import StoreFault

_log = logging.getLogger(__name__)

# The fallback is asked from this attempt in vain on.
PATIENCE = 2
# Alertmanager is told all that is open so often.
AGAIN = MINUTE
# What a message is given back with that was made before its receiver was served by states.
OTHERWISE = "receiver is told states now"
# So often the desk is asked without news.
IDLE = MINUTE


class DeskAccess(Protocol):
    """What the notifier asks of the desk; every call may raise StoreFault, and has changed nothing then."""

    async def seal(self, receiver: str, now: int) -> Message | int | None:
        """The next message, committed; a moment before which there is none; None while nothing waits."""

    async def unfinished(self, receiver: str) -> Sequence[Message]:
        """Messages that were under way when the daemon stopped."""

    async def sent(self, message: int, channel: str, now: int) -> None:
        """A channel took it."""

    async def failed(self, message: int, error: str, now: int, final: bool) -> None:
        """No channel took it, for sure."""

    async def alerting(self, receiver: str, now: int) -> Sequence[Part]:
        """What Alertmanager is to be told for a receiver: all that is open, and ends it does not know yet."""

    async def told(self, receiver: str, notices: Sequence[int], now: int) -> None:
        """Alertmanager took them."""

    async def changed(self) -> None:
        """Return when something may have to be sent."""


class StatesChannel(Protocol):
    """Takes states instead of messages."""

    async def tell(self, parts: Sequence[Part], now: int) -> None:
        """Hand over all that is open, and what is over; raises NotTaken."""

    async def test(self, text: str, now: int) -> None:
        """Hand over a test in these words; raises NotTaken."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who can be told: by messages (`channel`, read by `view`), or by states (`states`)."""

    view: RenderView
    channel: Channel | None = None
    states: StatesChannel | None = None
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon a failed attempt is made again, and after how long in vain messages are given up; microseconds."""

    first: int = 5 * SECOND
    most: int = 5 * MINUTE
    give_up: int = 72 * HOUR


@dataclass(slots=True)
class Standing:
    """How a receiver's channel does: `failing_since` 0 while it works; `by_fallback` counts what another took."""

    failing_since: int = 0
    failures: int = 0
    error: str = ""
    last_sent: int = 0
    by_fallback: int = 0


@dataclass(slots=True)
class _News:
    """Wakes every task when the desk has news."""

    event: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        self.event.set()
        self.event = asyncio.Event()


class Notifier:
    """Runs until cancelled. `beat` gives a sign of life every `interval` microseconds; None: nobody watches us."""

    def __init__(
        self, desk: DeskAccess, clock: Clock, receivers: Mapping[str, Receiver], pace: Pace | None = None
    ) -> None:
        self._desk, self._clock = desk, clock
        self._receivers, self._pace = dict(receivers), pace or Pace()
        self._standing: dict[str, Standing] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._news = _News()
        self._renewed = asyncio.Event()

    def renew(self, receivers: Mapping[str, Receiver], pace: Pace) -> None:
        """Settings were read again: other receivers, channels or paces from now on."""
        self._receivers, self._pace = dict(receivers), pace
        self._renewed.set()
        self._news.ring()

    def standing(self) -> Mapping[str, Standing]:
        """How every receiver's channel does."""
        return {name: self._standing.get(name, Standing()) for name in self._receivers}

    async def run(self) -> None:
        """Send for ever; cancelling ends what is under way, which is sent again by the next run."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            while True:
                self._staff(tasks)
                await self._renewed.wait()
                self._renewed.clear()

    def _staff(self, tasks: asyncio.TaskGroup) -> None:
        """A task for every receiver, none for such that are gone."""
        for name in self._tasks.keys() - self._receivers.keys():
            self._tasks.pop(name).cancel()
        for name in self._receivers.keys() - self._tasks.keys():
            self._tasks[name] = tasks.create_task(self._serve(name))

    async def _listen(self) -> None:
        while True:
            await self._desk.changed()
            self._news.ring()
            # Many changes in one second are one piece of news.
            await self._clock.sleep_until(self._clock.now() + SECOND)

    async def _serve(self, name: str) -> None:
        """One receiver, for ever; a database that cannot be written is asked again."""
        while True:
            news = self._news.event
            try:
                until = await self._turn(name)
            except StoreFault as fault:
                _log.error("Receiver %s: the database cannot be asked (%s).", name, fault)
                until = self._clock.now() + self._pace.first
                news = asyncio.Event()
            if until is not None:
                await self._pause(until, news)

    async def _turn(self, name: str) -> int | None:
        """One attempt. None: go on at once; else wait until then, or (unless it failed) until there is news."""
        receiver = self._receivers.get(name)
        if receiver is None:
            # A reload removed it while the database was asked; `run` ends this task.
            return self._clock.now() + IDLE
        if receiver.states is not None:
            return await self._tell(name, receiver.states)
        now = self._clock.now()
        unfinished = await self._desk.unfinished(name)
        sealed = unfinished[0] if unfinished else await self._desk.seal(name, now)
        if sealed is None:
            return now + IDLE
        if isinstance(sealed, int):
            return max(sealed, now + SECOND)
        return await self._send(name, sealed)

    async def _send(self, name: str, message: Message) -> int | None:
        fault = await self._attempt(name, name, message)
        if fault is None:
            return None
        standing = self._failing(name, fault)
        if (
            not isinstance(fault, Unsure)
            and standing.failures >= PATIENCE
            and await self._by_fallback(name, message)
        ):
            return None
        await self._report(message, fault, standing)
        await self._rest(self._clock.now() + self._delay(standing.failures))
        return None

    async def _report(self, message: Message, fault: NotTaken, standing: Standing) -> None:
        """Tell the desk what surely failed; what may have been taken stays under way, unless it did for too long."""
        now = self._clock.now()
        final = now - standing.failing_since >= self._pace.give_up
        if final or not isinstance(fault, Unsure):
            await self._desk.failed(message.id, fault.text, now, final)

    async def _rest(self, until: int) -> None:
        """Wait after a failure; news do not shorten it, other settings do."""
        await _first(self._renewed.wait(), self._clock.sleep_until(until))

    def _delay(self, failures: int) -> int:
        return int(min(self._pace.most, self._pace.first << min(failures - 1, 30)))

    async def _by_fallback(self, name: str, message: Message) -> bool:
        receivers, seen = self._receivers, {name}
        other = receivers[name].fallback if name in receivers else ""
        while other in receivers and other not in seen:
            seen.add(other)
            if await self._attempt(name, other, message) is None:
                self._standing[name].by_fallback += 1
                _log.warning("Receiver %s: message %d went by %s.", name, message.id, other)
                return True
            other = receivers[other].fallback
        return False

    async def _attempt(self, name: str, by: str, message: Message) -> NotTaken | None:
        """Hand a message to the channel of receiver `by`; None: it was taken, and that is written."""
        receiver = self._receivers.get(by)
        if receiver is None or receiver.channel is None:
            return NotTaken("address")
        # Whoever reads it acknowledges for the one whom it is for.
        view = replace(receiver.view, link=self._receivers.get(name, receiver).view.link)
        async with self._locks.setdefault(by, asyncio.Lock()):
            try:
                await receiver.channel.send(delivery(message, view))
            except Unwritable as fault:
                _log.error(
                    "Receiver %s: message %d could not be put into words (%s).", name, message.id, fault
                )
                return NotTaken("unwritable")
            except NotTaken as fault:
                return fault
        await self._marked(partial(self._desk.sent, message.id, by, self._clock.now()))
        if by == name:
            self._working(name)
        return None

    async def _marked(self, mark: Callable[[], Awaitable[None]]) -> None:
        """Write that it was taken, however long the database takes: who forgets it sends it twice."""
        while True:
            try:
                await mark()
            except StoreFault as fault:
                _log.error("A message was sent, but that cannot be written (%s).", fault)
                await self._clock.sleep_until(self._clock.now() + self._pace.first)
            else:
                return

    async def _tell(self, name: str, states: StatesChannel) -> int | None:
        now = self._clock.now()
        await self._tested(name, states)
        parts = await self._desk.alerting(name, now)
        try:
            if parts:
                await states.tell(parts, now)
        except NotTaken as fault:
            standing = self._failing(name, fault)
            await self._rest(now + min(AGAIN, self._delay(standing.failures)))
            return None
        if parts:
            self._working(name)
        waiting = [part.notice for part in parts if part.notice]
        if waiting:
            await self._marked(partial(self._desk.told, name, waiting, self._clock.now()))
        return now + AGAIN

    async def _tested(self, name: str, states: StatesChannel) -> None:
        """Tests are handed over; what else was under way when its receiver had another channel is told as a state."""
        for message in await self._desk.unfinished(name):
            fault = OTHERWISE
            if message.test:
                fault = await self._test(name, states, message)
            if fault:
                await self._desk.failed(message.id, fault, self._clock.now(), False)

    async def _test(self, name: str, states: StatesChannel, message: Message) -> str:
        """What keeps a test from being taken; '' when it was."""
        now, receiver = self._clock.now(), self._receivers.get(name)
        if receiver is None:
            return OTHERWISE
        try:
            await states.test(render(message, receiver.view).text.strip(), now)
        except NotTaken as fault:
            return self._failing(name, fault).error
        except Unwritable:
            return NotTaken("unwritable").text
        self._working(name)
        await self._marked(partial(self._desk.sent, message.id, name, now))
        return ""

    def _failing(self, name: str, fault: NotTaken) -> Standing:
        standing = self._standing.setdefault(name, Standing())
        now = self._clock.now()
        if not standing.failures:
            standing.failing_since = now
        standing.failures += 1
        if standing.error != fault.text:
            _log.warning("Receiver %s: %s", name, fault.text)
        standing.error = fault.text
        return standing

    def _working(self, name: str) -> None:
        standing = self._standing.setdefault(name, Standing())
        if standing.failures:
            _log.info("Receiver %s can be reached again.", name)
        standing.failing_since = standing.failures = 0
        standing.error, standing.last_sent = "", self._clock.now()

    async def _pause(self, until: int, news: asyncio.Event) -> None:
        """Sleep until a moment, or until there is news."""
        await _first(news.wait(), self._clock.sleep_until(until))


async def _first(*waiting: Awaitable[object]) -> None:
    """Wait for the first of several; the others are no longer waited for."""
    tasks = [asyncio.ensure_future(one) for one in waiting]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in tasks:
            one.cancel()


def delivery(message: Message, view: RenderView) -> Delivery:
    """A message in the words of a view; raises Unwritable."""
    words = render(message, view)
    return Delivery(
        message.reference, message.sealed, words.subject, words.text, words.html, words.brief, _tone(message)
    )


def _tone(message: Message) -> str:
    if message.test or message.report:
        return "plain"
    over = all(part.kind is NoticeKind.CLOSING for part in message.parts)
    return "good" if over else "bad"


class Beating(Protocol):
    """Gives one sign of life."""

    async def beat(self, now: int) -> None:
        """Raises NotTaken."""


@dataclass(slots=True)
class Pulse:
    """Gives a sign of life again and again; `heartbeat` None: nobody watches us. May change while it runs."""

    clock: Clock
    heartbeat: Beating | None = None
    interval: int = MINUTE
    failing: str = ""

    async def run(self) -> None:
        """Beat for ever; a watcher that cannot be reached is no reason to stop."""
        while True:
            next_one = self.clock.now() + self.interval
            if self.heartbeat is not None:
                await self._beat(self.heartbeat)
            await self.clock.sleep_until(next_one)

    async def _beat(self, heartbeat: Beating) -> None:
        try:
            await heartbeat.beat(self.clock.now())
        except NotTaken as fault:
            if fault.text != self.failing:
                _log.warning("Heartbeat: %s", fault.text)
            self.failing = fault.text
        else:
            self.failing = ""
