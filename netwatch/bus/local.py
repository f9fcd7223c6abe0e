"""The bus inside one process: two queues and the batches not yet acknowledged."""

import asyncio
from collections.abc import AsyncIterator

from netwatch.bus.contract import Command
from netwatch.check import Batch


class LocalBus:
    """A `Bus` for one collector and one consumer in the same event loop."""

    def __init__(self) -> None:
        self._batches: asyncio.Queue[Batch] = asyncio.Queue()
        self._commands: asyncio.Queue[Command] = asyncio.Queue()
        self._unacknowledged: dict[int, Batch] = {}

    async def publish(self, batch: Batch) -> None:
        """Queue the batch and remember it until it is acknowledged."""
        self._unacknowledged[batch.number] = batch
        self._batches.put_nowait(batch)

    async def batches(self) -> AsyncIterator[Batch]:
        """Batches in order, for ever."""
        while True:
            yield await self._batches.get()

    async def acknowledge(self, batch: Batch) -> None:
        """Forget the batch."""
        self._unacknowledged.pop(batch.number, None)

    async def refuse(self, batch: Batch) -> None:
        """Queue the batch again, unless it was acknowledged meanwhile."""
        if batch.number in self._unacknowledged:
            self._batches.put_nowait(batch)

    async def command(self, command: Command) -> None:
        """Queue a command."""
        self._commands.put_nowait(command)

    async def commands(self) -> AsyncIterator[Command]:
        """Commands in order, for ever."""
        while True:
            yield await self._commands.get()

    @property
    def depth(self) -> int:
        """Batches not yet acknowledged."""
        return len(self._unacknowledged)
