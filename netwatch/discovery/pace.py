"""How fast a sweep asks: so many packets a second over everything, later where more were sent than was foreseen."""

import asyncio
from collections.abc import Awaitable, Callable


class Pace:
    """Hands out packets at a rate. What was sent unforeseen (nobody knows how long a walk is) is waited for after.

    `monotonic` and `sleep` are seconds. `packets` counts what was handed out.
    """

    def __init__(
        self,
        rate: float,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._seconds = 1.0 / rate
        self._monotonic = monotonic
        self._sleep = sleep
        self._free_at = 0.0
        self.packets = 0

    async def turn(self, packets: int = 1) -> None:
        """Wait until so many packets may be sent."""
        wait = max(0.0, self._free_at - self._monotonic())
        self.owe(packets)
        if wait:
            await self._sleep(wait)

    def owe(self, packets: int) -> None:
        """Count packets that were sent already: whoever comes next waits for them."""
        self.packets += packets
        self._free_at = max(self._free_at, self._monotonic()) + packets * self._seconds
