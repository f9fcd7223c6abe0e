"""Reads the newest looks for sightings now and then, and has them written on the one writer thread.

A database that does not take them stops nothing: they wait in memory, where each is one row however long it waits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from inventory.coverage.contract import Sighting
from inventory.snapshot import Inventory
from netwatch.adjacency import sights
from netwatch.check import Check
from netwatch.clock import MINUTE, SECOND, Clock
from netwatch.sightings.places import found
from netwatch.sightings.watch import Latest, Watch
from netwatch.store.contract import StoreFault

# A look waits no longer than this to be read, far less than until the next one.
EVERY = 15 * SECOND
# How often wiring is looked at, where it has changed.
WIRING = 5 * MINUTE
# So many looks are read at a time: some milliseconds' work where all of them are new; so many rows written.
PORTION, BATCH = 200, 1000

Write = Callable[[Sequence[Sighting]], Awaitable[None]]


class SightingKeeper:
    """Keeps what looks have shown of the items of the inventory in force; `write` raises StoreFault."""

    def __init__(self, write: Write, clock: Clock) -> None:
        self._write, self._clock = write, clock
        self._watch = Watch()
        self._inventory: Inventory = Inventory()
        self._checks: Mapping[str, Check] = {}
        self._wired, self._wired_at = 0, 0

    @property
    def news(self) -> int:
        """How often something began to be seen, or came back."""
        return self._watch.book.news

    def restore(self, sightings: Iterable[Sighting]) -> None:
        """Take over what an earlier run stored and may go on."""
        self._watch.book.restore(sightings)

    def adopt(self, inventory: Inventory, checks: Mapping[str, Check]) -> None:
        """Take over plan and inventory."""
        self._inventory, self._checks = inventory, checks
        self._watch.adopt(inventory, checks)

    async def run(self, latest: Callable[[], Latest]) -> None:
        """Read and write for ever."""
        while True:
            await self._clock.sleep_until(self._clock.now() + EVERY)
            await self._read(latest())
            await self._look_at_wiring(latest())
            await self._flush()

    async def finish(self, latest: Latest) -> bool:
        """Have everything written before the daemon ends; False when the database did not take it."""
        await self._read(latest)
        self._watch.book.finish()
        return await self._flush()

    async def _read(self, latest: Latest) -> None:
        steps = self._watch.read(latest, self._clock.now())
        for place, _ in enumerate(steps, start=1):
            if place % PORTION == 0:
                await asyncio.sleep(0)

    async def _look_at_wiring(self, latest: Latest) -> None:
        """Where devices are by their neighbours, on another thread: it reads what all devices tell."""
        now, wired = self._clock.now(), self._watch.wired
        if wired == self._wired or now - self._wired_at < WIRING:
            return
        self._wired, self._wired_at = wired, now
        inventory, checks = self._inventory, self._checks
        places = await asyncio.to_thread(lambda: found(inventory, sights(inventory, checks, latest)))
        if inventory is self._inventory:
            self._watch.found(places)

    async def _flush(self) -> bool:
        book = self._watch.book
        while told := book.take(BATCH):
            try:
                await self._write([one for _, one in told])
            except StoreFault:
                book.refused(told)
                return False
            book.written(told)
        return True
