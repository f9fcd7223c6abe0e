"""The collector: makes the looks that are due and publishes what they saw.

At most `most` looks at once, never two of one check, and one request in flight per device (echoes go beside it, so
that a device that does not answer requests is still seen to answer echoes in time).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from netwatch.bus.contract import Bus, Command, Hasten
from netwatch.check import Batch, Check, Observation
from netwatch.clock import SECOND, Clock
from netwatch.schedule import Due, Schedule

BATCH = 500
FLUSH = SECOND // 20
TICK = SECOND // 20

Look = Callable[[Check], Awaitable[Observation]]


@dataclass(slots=True)
class CollectorCounts:
    """Looks since the start: by whether they could tell, and those that could not by reason."""

    looks: dict[str, int] = field(default_factory=lambda: {"known": 0, "unknown": 0})
    unknown: dict[str, int] = field(default_factory=dict)

    def add(self, seen: Observation) -> None:
        """Count one look."""
        self.looks["known" if seen.reason is None else "unknown"] += 1
        if seen.reason is not None:
            self.unknown[seen.reason] = self.unknown.get(seen.reason, 0) + 1


class Collector:
    """Runs the schedule of one plan; `look` makes one look and never raises."""

    def __init__(self, bus: Bus, clock: Clock, look: Look, most: int) -> None:
        self.schedule = Schedule()
        self.counts = CollectorCounts()
        self._bus, self._clock, self._look, self._most = bus, clock, look, most
        self._running: set[asyncio.Task[None]] = set()
        self._lanes: dict[str, deque[Due]] = {}
        self._seen: list[Observation] = []
        self._number = 0
        self._wake = asyncio.Event()
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_for: int | None = None
        self._unpublished = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether looks are under way or observations not yet published."""
        return bool(self._running or self._seen or self._lanes)

    @property
    def under_way(self) -> int:
        """How many devices are being asked at this moment."""
        return len(self._running)

    def adopt(self, checks: Mapping[str, Check], most: int) -> None:
        """Take over a plan and how many looks may be made at once; looks under way end as they began."""
        self._most = most
        self.schedule.adopt(checks, self._clock.now())
        self._wake.set()

    def forgive(self) -> None:
        """The clock was set forward or the machine slept: what became due meanwhile is not late."""
        self.schedule.forgive(self._clock.now())

    async def run(self) -> None:
        """Look for ever; cancelling ends the looks under way."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._obey())
            tasks.create_task(self._publish())
            await self._work(tasks)

    async def _work(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            self._wake.clear()
            for due in self.schedule.take(self._clock.now(), self._most - len(self._running)):
                self._start(due, tasks)
            self._set_alarm(tasks)
            await self._wake.wait()

    def _set_alarm(self, tasks: asyncio.TaskGroup) -> None:
        """See to it that the next look begins in time; what ends, changes or commands wakes us by itself."""
        due = self.schedule.next_due() if len(self._running) < self._most else None
        if due is None or (self._alarm_for is not None and self._alarm_for <= due):
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_for = due
        # What is due within a moment begins together: one turn for all of it.
        self._alarm = tasks.create_task(self._ring(max(due, self._clock.now() + TICK)))

    async def _ring(self, at: int) -> None:
        await self._clock.sleep_until(at)
        self._alarm, self._alarm_for = None, None
        self._wake.set()

    def _wake_if_sooner(self) -> None:
        """Something has ended: there is room again, or a look has become due before the alarm rings."""
        due = self.schedule.next_due()
        if due is not None and (self._alarm_for is None or due < self._alarm_for):
            self._wake.set()

    def _start(self, due: Due, tasks: asyncio.TaskGroup) -> None:
        lane = _lane(due.check)
        if lane in self._lanes:
            self._lanes[lane].append(due)
            return
        self._lanes[lane] = deque()
        task = tasks.create_task(self._serve(lane, due))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._wake_if_sooner()

    async def _serve(self, lane: str, due: Due) -> None:
        """Make the looks of one lane, one after the other, until none is waiting."""
        while True:
            await self._one(due)
            if not self._lanes[lane]:
                break
            due = self._lanes[lane].popleft()
        del self._lanes[lane]

    async def _one(self, due: Due) -> None:
        self.schedule.begin(due, self._clock.now())
        seen = await self._look(due.check)
        self.counts.add(seen)
        self._seen.append(seen)
        self._unpublished.set()
        self.schedule.done(due.check, due.due, self._clock.now())
        self._wake_if_sooner()

    async def _publish(self) -> None:
        while True:
            await self._unpublished.wait()
            await self._clock.sleep_until(self._clock.now() + FLUSH)
            self._unpublished.clear()
            await self.flush()

    async def flush(self) -> None:
        """Publish what has been seen, in batches."""
        while self._seen:
            taken, self._seen = self._seen[:BATCH], self._seen[BATCH:]
            self._number += 1
            await self._bus.publish(Batch(self._number, tuple(taken)))

    async def _obey(self) -> None:
        async for command in self._bus.commands():
            self._follow(command)
            self._wake.set()

    def _follow(self, command: Command) -> None:
        if isinstance(command, Hasten):
            self.schedule.hasten(command.checks, self._clock.now() + command.within)
        elif command.slower:
            self.schedule.back_off(command.checks)
        else:
            self.schedule.relax(command.checks)


# Kinds that ask no agent of the device: echoes, and services that are there to be asked by many at once.
BESIDE = ("icmp_", "tcp_", "http_get", "dns_", "smtp_")


def _lane(check: Check) -> str:
    beside = check.target if check.kind.startswith(BESIDE) else "request"
    return f"{check.device}/{beside}"
