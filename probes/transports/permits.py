"""How many connections may be open at once, over all that is looked at: each costs a file descriptor and memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from probes.transports.errors import LocalFault, Silent

MOST = 200


class Permits:
    """One for all transports that open a socket per conversation. Who waits is served in turn.

    `open` is how many are held, `highest` the most that ever were, `denied` how often none came free in time.
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.open = self.highest = self.denied = self.taken = 0
        self._free = asyncio.Semaphore(most)

    @asynccontextmanager
    async def hold(self, until: float) -> AsyncIterator[None]:
        """Hold one; raises LocalFault when none came free until then."""
        try:
            async with patience(until):
                await self._free.acquire()
        except Silent:
            self.denied += 1
            raise LocalFault(f"more than {self.most} connections") from None
        self.taken += 1
        self.open += 1
        self.highest = max(self.highest, self.open)
        try:
            yield
        finally:
            self.open -= 1
            self._free.release()

    def counts(self) -> dict[str, int]:
        """What was counted."""
        return {
            "connections": self.taken,
            "connections_open": self.open,
            "connections_highest": self.highest,
            "connections_denied": self.denied,
        }


@asynccontextmanager
async def patience(until: float, silence: str = "") -> AsyncIterator[None]:
    """Raises Silent with `silence` as its detail once the event loop's clock passes `until`; inf waits for ever."""
    try:
        async with asyncio.timeout_at(until if until != float("inf") else None):
            yield
    except TimeoutError:
        raise Silent(silence) from None
