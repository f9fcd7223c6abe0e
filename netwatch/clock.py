"""The daemon's clock: int64 microseconds UTC that never run backwards, and the steps and suspends it noticed.

The wall clock is read once as an anchor; from there the boot clock (CLOCK_BOOTTIME, which goes on while the
machine is suspended) carries the time. `SystemClock.check` compares the two and tells of steps and suspends.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

MICROSECOND = 1
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

STEP_TOLERANCE = 2 * SECOND
SUSPEND_TOLERANCE = 2 * SECOND
SLEW = 0.05


class Clock(Protocol):
    """What the shell asks for the time; tests move a `ManualClock` by hand."""

    @property
    def ahead(self) -> int:
        """How far it is ahead of the wall clock, microseconds (negative: behind)."""

    def now(self) -> int:
        """Microseconds UTC, never less than an earlier answer."""

    def monotonic(self) -> float:
        """Seconds of a clock that only runs forward, for deadlines."""

    async def sleep_until(self, moment: int) -> None:
        """Return once `now` has reached the moment."""

    def check(self) -> "tuple[ClockEvent, ...]":
        """Steps and suspends since the last call; to be called every second or so."""


class Disturbance(StrEnum):
    """What can befall a clock."""

    STEPPED = "clock_stepped"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """A step of the wall clock or a suspend: `start` to `end` on our own clock is the sliver nobody measured."""

    what: Disturbance
    start: int
    end: int
    size: int


@dataclass(frozen=True, slots=True)
class Readings:
    """The three kernel clocks at one moment, microseconds."""

    wall: int
    boot: int
    monotonic: int


def kernel_readings() -> Readings:
    """Read wall, boot and monotonic clock, in that order."""
    wall, boot, monotonic = (
        time.clock_gettime_ns(which) // 1000
        for which in (time.CLOCK_REALTIME, time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC)
    )
    return Readings(wall, boot, monotonic)


def kernel_boot() -> int:
    """The boot clock alone, microseconds."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


class SystemClock:
    """Wall anchor plus boot clock.

    A wall clock set forward is followed at once. One set back is not: our clock goes on, told as an event, and runs
    5 % slow until the wall clock has caught up, so that no interval ever has a negative length. `not_before` is
    the last moment an earlier run wrote down: a restart does not run backwards either.
    """

    def __init__(self, read: Callable[[], Readings] | None = None, not_before: int = 0) -> None:
        self._read = read or kernel_readings
        self._boot = kernel_boot if read is None else self._scripted_boot
        self._monotonic = time.monotonic if read is None else self._scripted_monotonic
        first = self._read()
        self._offset = max(first.wall, not_before) - first.boot
        self._last = first.boot + self._offset
        self._seen = first

    def _scripted_boot(self) -> int:
        return self._read().boot

    def _scripted_monotonic(self) -> float:
        return self._read().monotonic / SECOND

    @property
    def ahead(self) -> int:
        """How far our clock is ahead of the wall clock, microseconds."""
        readings = self._read()
        return readings.boot + self._offset - readings.wall

    @property
    def offset(self) -> int:
        """How far it is ahead of the boot clock, microseconds: what a `FollowedClock` in another process needs."""
        return self._offset

    def now(self) -> int:
        """Microseconds UTC, never less than an earlier answer."""
        self._last = max(self._last, self._boot() + self._offset)
        return self._last

    def monotonic(self) -> float:
        """Seconds of the monotonic clock."""
        return self._monotonic()

    async def sleep_until(self, moment: int) -> None:
        """Sleep in real time until `now` has reached the moment."""
        while (left := moment - self.now()) > 0:  # noqa: ASYNC110 - a clock step may end a sleep early
            await asyncio.sleep(left / SECOND)

    def check(self) -> tuple[ClockEvent, ...]:
        """Look for a suspend or a step of the wall clock since the last call; to be called every second or so."""
        before, now = self._seen, self._read()
        self._seen = now
        return tuple(event for event in (self._suspended(before, now), self._stepped(before, now)) if event)

    def _suspended(self, before: Readings, now: Readings) -> ClockEvent | None:
        asleep = (now.boot - before.boot) - (now.monotonic - before.monotonic)
        if asleep <= SUSPEND_TOLERANCE:
            return None
        start, end = before.boot + self._offset, now.boot + self._offset
        return ClockEvent(Disturbance.SUSPENDED, start, end, asleep)

    def _stepped(self, before: Readings, now: Readings) -> ClockEvent | None:
        step = (now.wall - before.wall) - (now.boot - before.boot)
        start = before.boot + self._offset
        self._follow(now, elapsed=now.boot - before.boot)
        if abs(step) <= STEP_TOLERANCE:
            return None
        return ClockEvent(Disturbance.STEPPED, start, max(start, now.boot + self._offset), step)

    def _follow(self, now: Readings, elapsed: int) -> None:
        behind = now.wall - (now.boot + self._offset)
        slow = -int(elapsed * SLEW)
        self._offset += behind if behind > STEP_TOLERANCE else max(slow, min(-slow, behind))


class FollowedClock:
    """The daemon's clock in another process of the machine: the boot clock, and how far the daemon's is ahead of it.

    It tells of no steps or suspends: the daemon does, for all.
    """

    ahead = 0

    def __init__(self, offset: int) -> None:
        self._offset = offset
        self._last = 0

    def follow(self, offset: int) -> None:
        """The daemon's clock is now so far ahead of the boot clock."""
        self._offset = offset

    def now(self) -> int:
        """Microseconds UTC, never less than an earlier answer."""
        self._last = max(self._last, kernel_boot() + self._offset)
        return self._last

    def monotonic(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()

    async def sleep_until(self, moment: int) -> None:
        """Sleep in real time until `now` has reached the moment."""
        while (left := moment - self.now()) > 0:  # noqa: ASYNC110 - a clock step may end a sleep early
            await asyncio.sleep(left / SECOND)

    def check(self) -> tuple[ClockEvent, ...]:
        """Nothing: the daemon looks."""
        return ()


class ManualClock:
    """A clock moved by hand, for tests and stories; starts at `now`. Sleepers wake when the hand passes them."""

    def __init__(self, now: int = 0) -> None:
        self._now = now
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self.events: list[ClockEvent] = []
        self.ahead = 0

    def now(self) -> int:
        """Where the hand left it."""
        return self._now

    def monotonic(self) -> float:
        """The same in seconds."""
        return self._now / SECOND

    async def sleep_until(self, moment: int) -> None:
        """Wait until the hand has passed the moment."""
        if moment > self._now:
            sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._sleepers, (moment, next(self._order), sleeper))
            await sleeper

    def check(self) -> tuple[ClockEvent, ...]:
        """The events a test has laid in `events`, once."""
        events = tuple(self.events)
        self.events.clear()
        return events

    def next_sleeper(self) -> int | None:
        """When the next sleeper wants to wake, None when nobody sleeps."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def move_to(self, moment: int) -> None:
        """Move forward (never back) and wake whoever slept until then."""
        self._now = max(self._now, moment)
        while self._sleepers and self._sleepers[0][0] <= self._now:
            sleeper = heapq.heappop(self._sleepers)[2]
            if not sleeper.done():
                sleeper.set_result(None)
