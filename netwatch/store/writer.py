"""The one writer thread: coroutines hand it calls, it makes them one after the other, in order."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

Result = TypeVar("Result")


class Writer:
    """A queue of blocking calls and the thread that makes them.

    `measured` is told, on the event loop, how many seconds each call took (without its wait in the queue), whether
    it succeeded or raised.
    """

    def __init__(
        self, measured: Callable[[float], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._measured = measured
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="netwatch-writer")
        self._depth = 0

    @property
    def depth(self) -> int:
        """How many callers wait, the one being served included."""
        return self._depth

    async def run(self, call: Callable[[], Result]) -> Result:
        """Make the call on the writer thread; returns what it returns, raises what it raises.

        A caller cancelled while its call waits in the queue takes it back; one cancelled later does not learn the
        outcome, but the call is completed. Raises RuntimeError once closed.
        """
        loop = asyncio.get_running_loop()
        self._depth += 1
        try:
            return await loop.run_in_executor(self._thread, self._timed, loop, call)
        finally:
            self._depth -= 1

    def _timed(self, loop: asyncio.AbstractEventLoop, call: Callable[[], Result]) -> Result:
        start = self._clock()
        try:
            return call()
        finally:
            loop.call_soon_threadsafe(self._measured, self._clock() - start)

    async def close(self) -> None:
        """Let the queued calls finish, then end the thread."""
        await asyncio.to_thread(self._thread.shutdown)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
