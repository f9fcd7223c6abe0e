"""Has samples written every minute, days packed, months thinned out and old blocks deleted. Shell.

What changes the database is done in short steps on the one writer thread, what only reads or computes beside it; a
database that does not take samples stops nothing: they wait in memory for three hours.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import date, datetime, tzinfo
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import Engine

from netwatch.capacity.contract import BUCKET
from netwatch.clock import DAY, HOUR, MINUTE, SECOND, Clock
from netwatch.sampling import thinning
from netwatch.sampling.book import OPEN, Book
from netwatch.sampling.rows import PORTIONS
from netwatch.sampling.series import DAY as DAILY
from netwatch.sampling.series import FIVE_MINUTES
from netwatch.sampling.series import HOUR as HOURLY
from netwatch.store import sample_sql
from netwatch.store.contract import StoreFault
from netwatch.store.sample_sql import SampleBlock

_log = logging.getLogger(__name__)

EVERY, TIDY = MINUTE, HOUR
# Blocks written, and blocks deleted, in one transaction; series thinned out at a time.
WRITTEN, DELETED, THINNED = 50, 200, 20

Result = TypeVar("Result")


class Database(Protocol):
    """How the daemon lets others at its database; both raise StoreFault."""

    async def write(self, operation: Callable[[Engine], Result]) -> Result:
        """On the one writer thread."""

    async def read(self, operation: Callable[[Engine], Result]) -> Result:
        """Beside everything else."""


class SampleKeeper:
    """Keeps the samples of a book; `zone` is that of local days."""

    def __init__(self, book: Book, database: Database, clock: Clock, zone: Callable[[], tzinfo]) -> None:
        self._book, self._database, self._clock, self._zone = book, database, clock, zone
        self._tidied = 0

    def restore(self, engine: Engine, now: int) -> None:
        """Go on with the buckets that an earlier run left open; raises StoreFault."""
        start = now - (OPEN + 1) * BUCKET
        self._book.restore(sample_sql.rows_between(engine, start, now + BUCKET, range(PORTIONS)), now)

    async def run(self) -> None:
        """Write every minute, tidy up every hour, for ever."""
        while True:
            await self._clock.sleep_until(self._clock.now() + EVERY)
            await self.flush()
            if self._clock.now() - self._tidied >= TIDY:
                self._tidied = self._clock.now()
                await self._tidy()

    async def flush(self) -> bool:
        """Write what has changed; False when the database did not take it."""
        rows = list(self._book.take())
        try:
            await self._database.write(partial(sample_sql.put_rows, rows=rows))
        except StoreFault:
            self._book.refused(rows)
            return False
        finally:
            self._book.let_go(self._clock.now())
        return True

    async def _tidy(self) -> None:
        try:
            await self.tidy()
        except StoreFault as fault:
            _log.warning("Samples could not be packed or thinned out (%s); it is tried again.", fault)

    async def tidy(self) -> None:
        """Pack, thin out, delete what is due; raises StoreFault."""
        read = self._database.read
        packed = -1
        while (day := await read(partial(thinning.day_to_pack, now=self._clock.now()))) not in (None, packed):
            packed = day
            for portion in range(PORTIONS):
                await self._pack(day, portion)
        zone, today = self._zone(), self._today()
        while (month := await read(partial(thinning.month_to_thin, today=today, zone=zone))) is not None:
            await self._thin(month, zone)
        await self._delete(today, zone)

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock.now() / SECOND, self._zone()).date()

    async def _pack(self, day: int, portion: int) -> None:
        blocks = await self._database.read(partial(thinning.packed_day, day=day, portion=portion))
        await self._put(FIVE_MINUTES, blocks)
        start, end = day * DAY, (day + 1) * DAY
        await self._database.write(partial(sample_sql.drop_rows, start=start, end=end, portion=portion))

    async def _put(self, grain: str, blocks: list[SampleBlock]) -> None:
        for start in range(0, len(blocks), WRITTEN):
            some = blocks[start : start + WRITTEN]
            await self._database.write(partial(sample_sql.put_blocks, grain=grain, blocks=some))

    async def _thin(self, month: date, zone: tzinfo) -> None:
        series = await self._database.read(partial(thinning.series_of_month, month=month, zone=zone))
        for start in range(0, len(series), THINNED):
            some = series[start : start + THINNED]
            hours, days = await self._database.read(
                partial(thinning.thinned, month=month, zone=zone, series=some)
            )
            await self._put(HOURLY, hours)
            await self._put(DAILY, days)
            await asyncio.sleep(0)
        # Last: before it the month would be thinned out again.
        await self._put(DAILY, [thinning.whole_month(month)])

    async def _delete(self, today: date, zone: tzinfo) -> None:
        unthinned = await self._database.read(partial(thinning.unthinned, zone=zone))
        for grain, before, prefix in thinning.too_old(today, unthinned):
            drop = partial(sample_sql.drop_blocks, grain=grain, before=before, prefix=prefix, most=DELETED)
            while await self._database.write(drop):
                pass
