"""A storm: a fifth of all targets fails within a second, and people are told why.

From the last looks that are needed to the message that is queued, on SQLite: fact states, verdicts, incidents, blame,
notices, and the message with its story. What the design waits for (the third look, the time in which an incident
gathers what belongs to it) costs nothing here: the clock is moved by hand.
"""

import asyncio
import gc
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from alerts.contract import Message, Route
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.province import DEVICES_A_SITE, gathered, look, planned
from netwatch.bus.local import LocalBus
from netwatch.check import Batch, Check, Observation
from netwatch.clock import SECOND, ManualClock
from netwatch.incidents.arrangement import Arrangement
from netwatch.incidents.contract import Incident
from netwatch.incidents.desk import Desk
from netwatch.incidents.places import Places
from netwatch.memory import THRESHOLDS, put_aside
from netwatch.plan import Plan
from netwatch.queries.contacts import Directory
from netwatch.recording import Recording
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.translate.to_alerts import story

START = 1_793_491_200 * SECOND
INTERVAL = 10 * SECOND
BATCH = 500
WELL, FAILING = 4, 3
RECEIVER, HUB = "duty", "D0"

Fails = Callable[[Check], bool]


def _site(check: Check) -> int:
    number = int(check.target[1:])
    return number if check.target.startswith("L") else number // DEVICES_A_SITE


def cut(check: Check) -> bool:
    """The line of one site in five is cut, and all behind it is silent."""
    return _site(check) % 5 == 4


def apart(check: Check) -> bool:
    """Two switches of each site fail by themselves."""
    return check.target.startswith("D") and int(check.target[1:]) % DEVICES_A_SITE in (4, 5)


class Scale:
    """Recording, judging and desk as the daemon puts them together, with a clock moved by hand."""

    def __init__(self, store: SqlStore, plan: Plan, places: Places) -> None:
        self.clock = ManualClock(START)
        self.bus = LocalBus()
        self.recording = Recording(store, self.bus, self.clock, self._write)
        arrangement = Arrangement(
            tell=lambda incident, now, rows: story(
                incident, places, Directory(places.inventory, datetime.fromtimestamp(0, UTC)), UTC, now, rows
            ),
            plan=plan,
            places=places,
            routes=(Route("all", (RECEIVER,)),),
            receivers=frozenset({RECEIVER}),
        )
        self.desk = Desk(store, arrangement, self.recording.circumstances)
        self.recording.judging.consequences = self.desk
        self.recording.restore(plan, START)
        self.recording.adopt(plan)
        self.desk.go_live(START)
        self._checks = list(plan.checks.values())
        self._number = 0

    @staticmethod
    async def _write(call: Callable[[], None]) -> None:
        call()

    async def round(self, fails: Fails, every: bool = True) -> None:
        """One look at everything within a second, taken in and committed; or only at what fails, and at the hub."""
        self.clock.move_to(self.clock.now() + INTERVAL)
        asked = [check for check in self._checks if every or fails(check) or check.target == HUB]
        seen = [
            self._look(check, self.clock.now() - SECOND + place, not fails(check))
            for place, check in enumerate(asked)
        ]
        for start in range(0, len(seen), BATCH):
            await self.bus.publish(Batch(seen[start].sequence, tuple(seen[start : start + BATCH])))
        await self.until(lambda: not self.bus.depth)

    def _look(self, check: Check, at: int, well: bool) -> Observation:
        self._number += 1
        seen = look(check, at, self._number, well)
        silent = not well and check.kind == "snmp_interfaces"
        return replace(seen, reason="no_answer") if silent else seen

    async def tick(self) -> None:
        """A second goes by."""
        self.clock.move_to(self.clock.now() + SECOND)
        self.recording.beat()
        for _ in range(20):
            await asyncio.sleep(0)

    @staticmethod
    async def until(done: Callable[[], object]) -> None:
        """Let everything run until something is so."""
        for _ in range(1_000_000):
            if done():
                return
            await asyncio.sleep(0)
        raise RuntimeError("what was waited for did not happen")

    async def message(self) -> Message:
        """The first message, once the incidents have gathered what belongs to them."""
        self.clock.move_to(self.clock.now() + self.desk.arrangement.rules.gather)
        for _ in range(120):
            sealed = self.desk.seal(RECEIVER, self.clock.now())
            if isinstance(sealed, Message):
                return sealed
            await self.tick()
        raise RuntimeError("nobody was told")


@contextmanager
def _scale(count: int) -> Iterator[Scale]:
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as folder:
        path = Path(folder) / "storm.db"
        store = open_store(f"sqlite:///{path}", Holder("here", 1, 0, "benchmark"))
        try:
            yield Scale(store, planned(count), Places(gathered(count)))
        finally:
            store.close()


def measure(fails: Fails, size: Size, _: str) -> Values:
    """Seconds to the message, those of them on a core, and how many incidents there were."""
    gc.set_threshold(*THRESHOLDS)  # as the daemon does
    with _scale(size.count) as scale:
        return asyncio.run(_storm(scale, fails))


async def _storm(scale: Scale, fails: Fails) -> Values:
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(scale.recording.run())
        for _ in range(WELL):
            await scale.round(lambda _: False)
        for _ in range(FAILING - 1):
            await scale.round(fails)
        put_aside()
        began, used = time.perf_counter(), time.process_time()
        await scale.round(fails, every=False)
        await scale.message()
        took, used = time.perf_counter() - began, time.process_time() - used
        running.cancel()
    found = [incident for incident in scale.desk.view.incidents.values() if _explained(incident)]
    if not found:
        raise RuntimeError("no incident was opened: there was nothing to tell")
    return took, used, float(len(found))


def _explained(incident: Incident) -> bool:
    return incident.announced is not None


STORM = Benchmark(
    name="storm",
    question="How long does it take until people are told why 2,000 of 10,000 targets failed in one second?",
    units=("s", "CPU s", "incidents"),
    contenders=(Contender(OURS, partial(measure, cut)),),
    size=Size(10_000),
    tiny=Size(50),
    runs=3,
    limits=(5.0,),
)
APART = Benchmark(
    name="storm_apart",
    question="How long does it take when the same number fails by itself, two at each of 1,000 sites?",
    units=("s", "CPU s", "incidents"),
    contenders=(Contender(OURS, partial(measure, apart)),),
    size=Size(10_000),
    tiny=Size(50),
    runs=3,
    limits=(5.0,),
)
