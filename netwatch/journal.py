"""What the daemon notices about itself, written to the event log: starts, stops, and what befell the clock.

A database that does not take it stops nothing: notices wait in memory, in order, until it does.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory.history import events, record_event
from netwatch.clock import SECOND, Clock
from netwatch.store.contract import StoreFault
from netwatch.store.engine import writing
from netwatch.store.faults import told

ACTOR = "netwatch"
ENTITY = "daemon"
RETRY = 5 * SECOND
# Notices are rare; a clock that steps every second while the database is full must not fill the memory.
MOST_WAITING = 1000

Write = Callable[[Callable[[Engine], None]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened (an event's kind) to what and when it began, microseconds UTC; `facts` say more."""

    kind: str
    at: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    entity: str = ENTITY


class Journal:
    """Writes notices one by one; `write` runs an operation on the writer thread and raises StoreFault."""

    def __init__(self, write: Write, clock: Clock) -> None:
        self._write, self._clock = write, clock
        self._waiting: deque[Notice] = deque(maxlen=MOST_WAITING)
        self._news = asyncio.Event()

    def note(self, notice: Notice) -> None:
        """Have it written when the database takes it."""
        self._waiting.append(notice)
        self._news.set()

    async def run(self) -> None:
        """Write for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            while not await self.flush():
                await self._clock.sleep_until(self._clock.now() + RETRY)

    async def flush(self) -> bool:
        """Write what waits; False when the database did not take all of it."""
        while self._waiting:
            try:
                await self._write(partial(self._record, notice=self._waiting[0], now=self._clock.now()))
            except StoreFault:
                return False
        return True

    def _record(self, engine: Engine, notice: Notice, now: int) -> None:
        """On the writer thread, which completes a call even if nobody waits for it any more: written is done with."""
        record(engine, notice, now)
        if self._waiting and self._waiting[0] is notice:
            self._waiting.popleft()


def noted(
    engine: Engine, kind: str, most: int = 1000, entity: str | None = ENTITY
) -> tuple[Mapping[str, Any], ...]:
    """The facts of the newest notices of a kind about the daemon, or whatever else (None: anything), oldest first.

    Raises StoreFault.
    """
    with told(engine.url), Session(engine) as session:
        found = events(session, kind=kind, entity=entity, limit=most)
    return tuple(one.after for one in reversed(found) if one.after)


def record(engine: Engine, notice: Notice, now: int) -> None:
    """One notice as an event; raises StoreFault."""
    with told(engine.url), Session(writing(engine)) as session, session.begin():
        record_event(
            session,
            at=notice.at,
            recorded_at=now,
            actor=ACTOR,
            kind=notice.kind,
            entity=notice.entity,
            after=dict(notice.facts) or None,
        )
