"""Has looks around transitions written every minute, and reads them back. Shell."""

from collections.abc import Iterable
from functools import partial

from sqlalchemy import Engine

from netwatch.clock import MINUTE, Clock
from netwatch.sampling.keeping import Database
from netwatch.sampling.looks import QUARTER, REMEMBERED, Look, Memory, told
from netwatch.store import look_sql
from netwatch.store.contract import StoreFault

EVERY = MINUTE
# Blocks written in one transaction.
WRITTEN = 200


class LookKeeper:
    """Keeps what a memory of looks has marked."""

    def __init__(self, memory: Memory, database: Database, clock: Clock) -> None:
        self._memory, self._database, self._clock = memory, database, clock

    def restore(self, engine: Engine, subjects: Iterable[str], now: int) -> None:
        """Go on with what an earlier run kept of these subjects in the last hour; raises StoreFault."""
        start = now - now % QUARTER - REMEMBERED
        self._memory.restore(look_sql.looks_since(engine, subjects, start))

    async def run(self) -> None:
        """Write every minute, for ever."""
        while True:
            await self._clock.sleep_until(self._clock.now() + EVERY)
            await self.flush()

    async def flush(self) -> bool:
        """Write what is marked; False when the database did not take it: then it waits."""
        blocks = self._memory.take(self._clock.now())
        try:
            for start in range(0, len(blocks), WRITTEN):
                some = blocks[start : start + WRITTEN]
                await self._database.write(partial(look_sql.put_looks, blocks=some))
        except StoreFault:
            self._memory.refused(blocks)
            return False
        finally:
            self._memory.let_go(self._clock.now())
        return True


def looks_around(engine: Engine, subject: str, start: int, end: int) -> tuple[Look, ...]:
    """The kept looks at a line or endpoint from 15 minutes before `start` to 15 minutes after `end`, in order.

    Microseconds UTC. Kept are those around what became another; of quiet times there are none. Raises StoreFault.
    """
    first, last = start - QUARTER, end + QUARTER
    blocks = look_sql.looks_between(engine, subject, first - QUARTER, last + 1)
    return tuple(look for block in blocks for look in told(block) if first <= look.at <= last)
