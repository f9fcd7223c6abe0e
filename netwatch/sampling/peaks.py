"""The peaks of the last valid day for /metrics: read once at the start and once after every local midnight. Shell."""

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from functools import partial

from inventory.local_days import end_of
from inventory.snapshot import Inventory
from netwatch.clock import MINUTE, SECOND, Clock
from netwatch.queries.capacity import last_ratios
from netwatch.sampling.keeping import Database
from netwatch.sampling.thinning import SETTLED
from netwatch.store.contract import StoreFault

_log = logging.getLogger(__name__)

EVERY = 5 * MINUTE

# An inventory, and the zone of its days.
Known = tuple[Inventory, tzinfo]


class Peaks:
    """Keeps `ratios`: the 95th percentile of the last valid day as a share of contract, by line and direction."""

    def __init__(self, database: Database, clock: Clock, known: Callable[[], Known]) -> None:
        self._database, self._clock, self._known = database, clock, known
        self._read: date | None = None
        self.ratios: Mapping[tuple[str, str], float] = {}

    async def run(self) -> None:
        """Look every five minutes whether there is a new day, for ever."""
        while True:
            await self.refresh()
            await self._clock.sleep_until(self._clock.now() + EVERY)

    async def refresh(self) -> None:
        """Read anew where the last whole day is another than before; what cannot be read stays as it was."""
        inventory, zone = self._known()
        last = last_whole_day(self._clock.now(), zone)
        if last == self._read:
            return
        try:
            self.ratios = await self._database.read(
                partial(last_ratios, inventory=inventory, last=last, zone=zone)
            )
        except StoreFault as fault:
            _log.warning("The peaks of lines could not be read (%s); those from before stay.", fault)
            return
        self._read = last


def last_whole_day(now: int, zone: tzinfo) -> date:
    """The last local day into which no look reaches any more."""
    today = datetime.fromtimestamp(now / SECOND, zone).date()
    yesterday = today - timedelta(days=1)
    return yesterday if now >= end_of(yesterday, zone) + SETTLED else yesterday - timedelta(days=1)
