"""Audits everything now and then for /metrics and pages: on a thread of its own, since that may take seconds.

It is only done where there are norms, and when something it would tell may have changed: the inventory (which is read
anew every day), what looks have shown, or what befell surge protectors. It takes a thirtieth of the time: what takes
half a second is done every 15 seconds, what takes ten of them every five minutes.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, tzinfo

from inventory.coverage.audit import audit
from inventory.snapshot import Inventory
from netwatch.clock import MINUTE, SECOND, Clock
from netwatch.inspections import Happened
from netwatch.memory import building
from netwatch.queries.coverage_counts import CoverageCount, counted
from netwatch.queries.evidence import Sighted, evidence_at
from netwatch.store.contract import StoreFault

_log = logging.getLogger(__name__)

# How often it is looked whether there is something to count, and how seldom it is counted at the seldomest.
OFTEN, EVERY = 15 * SECOND, 5 * MINUTE
_SHARE = 30

# An inventory, how often what was shown has changed, the time zone of its dates, and what happened to protectors.
Known = tuple[Inventory, int, tzinfo, Happened]


class Auditor:
    """Keeps the last `count`; None before there is one, and where there are no norms."""

    def __init__(self, store: Sighted, clock: Clock, known: Callable[[], Known]) -> None:
        self._store, self._clock, self._known = store, clock, known
        self._counted: Known | None = None
        self._rest = OFTEN
        self.count: CoverageCount | None = None

    async def run(self) -> None:
        """Look every 15 seconds whether there is something to count, for ever."""
        while True:
            await self._clock.sleep_until(self._clock.now() + OFTEN)
            known, now = self._known(), self._clock.now()
            if not known[0].of("norm"):
                self.count = self._counted = None
            elif self._moved(known) and (self.count is None or now - self.count.at >= self._rest):
                await self._count(known, now)

    def _moved(self, known: Known) -> bool:
        counted = self._counted
        return counted is None or counted[0] is not known[0] or counted[1:] != known[1:]

    async def _count(self, known: Known, now: int) -> None:
        work = asyncio.create_task(asyncio.to_thread(count, self._store, known, now))
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
        self._rest = rest_after(self._clock.now() - now)


def rest_after(took: int) -> int:
    """How long nothing is counted after a count that took so long; microseconds both."""
    return min(EVERY, max(OFTEN, _SHARE * took))


def count(store: Sighted, known: Known, now: int) -> CoverageCount:
    """Audit an inventory as of now; raises StoreFault.

    What happened is taken from who has noticed it, since that may be written down only later.
    """
    inventory, _, zone, happened = known
    on = datetime.fromtimestamp(now / SECOND, zone).date()
    with building():
        evidence = evidence_at(store, inventory, on, zone, now, happened=happened)
        return counted(audit(inventory, evidence), now, inventory)
