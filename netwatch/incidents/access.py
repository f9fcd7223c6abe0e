"""The desk as the notifier asks it: every question goes to the writer thread, where the desk lives."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from alerts.contract import Message, Part
from netwatch.clock import SECOND, Clock
from netwatch.incidents.desk import Desk

Result = TypeVar("Result")


class Run(Protocol):
    """Runs a blocking call on the writer thread, calls in order; raises what it raises."""

    def __call__(self, operation: Callable[[], Result], /) -> Awaitable[Result]:
        """What the operation returns."""


class DeskLine:
    """`netwatch.notify.DeskAccess` on a desk."""

    def __init__(self, desk: Desk, clock: Clock, run: Run) -> None:
        self._desk, self._clock, self._run = desk, clock, run
        self._seen = desk.view

    async def seal(self, receiver: str, now: int) -> Message | int | None:
        """The next message, committed."""
        return await self._run(lambda: self._desk.seal(receiver, now))

    async def unfinished(self, receiver: str) -> Sequence[Message]:
        """Messages whose fate is unknown."""
        return await self._run(lambda: self._desk.unfinished(receiver))

    async def sent(self, message: int, channel: str, now: int) -> None:
        """A channel took it."""
        await self._run(lambda: self._desk.sent(message, channel, now))

    async def failed(self, message: int, error: str, now: int, final: bool) -> None:
        """No channel took it, for sure."""
        await self._run(lambda: self._desk.failed(message, error, now, final))

    async def alerting(self, receiver: str, now: int) -> Sequence[Part]:
        """What a channel of states is to be told."""
        return await self._run(lambda: self._desk.alerting(receiver, now))

    async def told(self, receiver: str, notices: Sequence[int], now: int) -> None:
        """It took them."""
        await self._run(lambda: self._desk.told(receiver, notices, now))

    async def changed(self) -> None:
        """Return once the books are others than the last time."""
        while self._desk.view is self._seen:
            await self._clock.sleep_until(self._clock.now() + SECOND)
        self._seen = self._desk.view
