"""Audits everything now and then for /metrics: on a thread of its own, since that takes seconds of a province.

It is only done where there are norms, at most every five minutes, and when something it would tell may have changed:
the inventory (which is read anew every day) or what looks have shown.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, tzinfo

from inventory.coverage.audit import audit
from inventory.snapshot import Inventory
from netwatch.clock import MINUTE, SECOND, Clock
from netwatch.memory import building
from netwatch.queries.coverage_counts import CoverageCount, counted
from netwatch.queries.evidence import Sighted, evidence_at
from netwatch.store.contract import StoreFault

_log = logging.getLogger(__name__)

EVERY = 5 * MINUTE

# An inventory, how often what was shown has changed, and the time zone of its dates.
Known = tuple[Inventory, int, tzinfo]


class Auditor:
    """Keeps the last `count`; None before there is one, and where there are no norms."""

    def __init__(self, store: Sighted, clock: Clock, known: Callable[[], Known]) -> None:
        self._store, self._clock, self._known = store, clock, known
        self._counted: Known | None = None
        self.count: CoverageCount | None = None

    async def run(self) -> None:
        """Look every minute whether there is something to count, for ever."""
        while True:
            await self._clock.sleep_until(self._clock.now() + MINUTE)
            known, now = self._known(), self._clock.now()
            if not known[0].of("norm"):
                self.count = self._counted = None
            elif self._moved(known) and (self.count is None or now - self.count.at >= EVERY):
                await self._count(known, now)

    def _moved(self, known: Known) -> bool:
        counted = self._counted
        return counted is None or counted[0] is not known[0] or counted[1:] != known[1:]

    async def _count(self, known: Known, now: int) -> None:
        work = asyncio.create_task(asyncio.to_thread(count, self._store, known[0], known[2], now))
        try:
            self.count = await asyncio.shield(work)
        except asyncio.CancelledError:
            # The database is closed after us: what still reads it comes to its end first.
            await asyncio.wait([work])
            raise
        except StoreFault as fault:
            _log.warning("Coverage could not be counted (%s); the numbers from before stay.", fault)
            return
        self._counted = known


def count(store: Sighted, inventory: Inventory, zone: tzinfo, now: int) -> CoverageCount:
    """Audit an inventory as of now; raises StoreFault."""
    on = datetime.fromtimestamp(now / SECOND, zone).date()
    names = {id_: (norm.name, norm.item) for id_, norm in inventory.of("norm").items()}
    with building():
        return counted(audit(inventory, evidence_at(store, inventory, on, zone, now)), now, names)
