"""The wall clock is stepped, the machine sleeps: a sliver of unknown, an event, and no interval of negative length.

The clock is the daemon's own, over readings of a machine that a test moves.
"""

import asyncio
import heapq
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session

from inventory.history import EventRecord, events
from netwatch.clock import HOUR, SECOND, Readings, SystemClock
from netwatch.store.integrity import check_integrity

if TYPE_CHECKING:
    from conftest import Bench, Watch

pytestmark = pytest.mark.anyio
STEP = SECOND // 10


@dataclass
class Machine:
    """The kernel's three clocks, and those who sleep on them: as in the kernel, by the monotonic one."""

    readings: Readings
    sleepers: list[tuple[int, int, "asyncio.Future[None]"]] = field(default_factory=list)
    order: "itertools.count[int]" = field(default_factory=itertools.count)

    def read(self) -> Readings:
        """The clocks now."""
        return self.readings

    async def sleep(self, microseconds: int) -> None:
        """Return when the monotonic clock has gone on by so much."""
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self.sleepers, (self.readings.monotonic + microseconds, next(self.order), sleeper))
        await sleeper

    def move(self, *, wall: int, boot: int, monotonic: int) -> None:
        """Move each clock, and wake who is due."""
        now = self.readings
        self.readings = Readings(now.wall + wall, now.boot + boot, now.monotonic + monotonic)
        while self.sleepers and self.sleepers[0][0] <= self.readings.monotonic:
            sleeper = heapq.heappop(self.sleepers)[2]
            if not sleeper.done():
                sleeper.set_result(None)

    async def run(self, watch: "Watch", seconds: float, step: int = STEP) -> None:
        """Let all three run, and the daemon with them."""
        await watch.settle()
        for _ in range(round(seconds * SECOND / step)):
            self.move(wall=step, boot=step, monotonic=step)
            await watch.settle()


class MachineClock(SystemClock):
    """The daemon's clock, except that it sleeps on the machine of the test."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine.read)
        self._machine = machine

    async def sleep_until(self, moment: int) -> None:
        """As `SystemClock.sleep_until`."""
        while (left := moment - self.now()) > 0:
            await self._machine.sleep(left)


@dataclass(frozen=True)
class Disturbance:
    """What the machine does to its clocks, and what must come of it."""

    wall: int
    boot: int
    kind: str
    gap: int


DISTURBANCES = {
    "an hour forward": Disturbance(HOUR, 0, "clock_stepped", HOUR),
    "an hour back": Disturbance(-HOUR, 0, "clock_stepped", 0),
    "eight hours asleep": Disturbance(8 * HOUR, 8 * HOUR, "suspended", 8 * HOUR),
}


def noted(watch: "Watch", kind: str) -> tuple[EventRecord, ...]:
    """Events of a kind."""
    with Session(watch.store.engine) as session:
        return events(session, kind=kind)


@pytest.mark.parametrize("what", DISTURBANCES.values(), ids=DISTURBANCES.keys())
async def test_a_disturbed_clock_leaves_a_sliver_of_unknown_and_an_event(
    bench: "Bench", what: Disturbance
) -> None:
    """Facts go on as before after it; a clock set back is outrun and says so."""
    machine = Machine(Readings(bench.clock.now(), HOUR, HOUR))
    clock = MachineClock(machine)
    async with bench.run(clock=clock) as watch:
        await machine.run(watch, 14.5)
        before = clock.now()
        machine.move(wall=what.wall, boot=what.boot, monotonic=0)
        await machine.run(watch, 14)
        assert watch.live("d1") == "up"
        rows = watch.rows("d1")
        assert all(row.end is None or row.start < row.end for row in rows)
        assert all(one.end == two.start for one, two in itertools.pairwise(rows))
        (gap,) = (row for row in rows if row.verdict.reason == what.kind)
        assert gap.end is not None
        assert before - SECOND <= gap.start <= before
        assert what.gap <= gap.end - gap.start <= what.gap + 12 * SECOND
        assert {row.verdict.reason for row in rows} == {"not_yet_measured", "answers", what.kind}
        (event,) = noted(watch, what.kind)
        assert event.at == gap.start
        assert event.after is not None
        assert abs(event.after["by_seconds"]) >= HOUR / SECOND
        assert watch.ails() == (["clock_ahead"] if what.wall < 0 else [])
        assert watch.daemon.present().counts.clock_steps == 1
    assert check_integrity(bench.url) == ()


async def test_what_a_sleeping_machine_did_not_see_is_not_taken_for_silence(bench: "Bench") -> None:
    """When a heartbeat comes before the first look after it, the reason is the sleep all the same."""
    machine = Machine(Readings(bench.clock.now(), HOUR, HOUR))
    clock = MachineClock(machine)
    async with bench.run(clock=clock, overrides=("intervals.devices=600",)) as watch:
        await machine.run(watch, 600, step=5 * SECOND)
        while (watch.daemon.poller._collector.schedule.next_due() or 0) < clock.now() + 3 * SECOND:
            await machine.run(watch, 1)
        machine.move(wall=8 * HOUR, boot=8 * HOUR, monotonic=0)
        await machine.run(watch, 2)
        told = [watch.rows(f"d{number}")[-1].verdict for number in range(1, len(bench.addresses) + 1)]
        assert {verdict.reason for verdict in told} == {"suspended"}


async def test_an_event_of_the_clock_waits_for_the_database(bench: "Bench") -> None:
    """A step while the database is locked stops nothing, and is written down once that is over."""
    machine = Machine(Readings(bench.clock.now(), HOUR, HOUR))
    clock = MachineClock(machine)
    async with bench.run(clock=clock) as watch:
        await machine.run(watch, 3)
        other = watch.store.engine.raw_connection()
        other.cursor().execute("BEGIN IMMEDIATE")
        machine.move(wall=HOUR, boot=0, monotonic=0)
        await machine.run(watch, 3)
        assert noted(watch, "clock_stepped") == ()
        assert watch.ails() == ["store_locked"]
        other.cursor().execute("ROLLBACK")
        other.close()
        await machine.run(watch, 6)
        assert len(noted(watch, "clock_stepped")) == 1
