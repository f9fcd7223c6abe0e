"""Modbus TCP over conversations of one question each: some devices serve two connections and no more.

Whoever asks a device that is being asked waits for its turn, so that a device never holds more than one connection of
ours, and none between two looks.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from probes.transports.modbus.contract import ModbusAnswer, ModbusQuestion
from probes.transports.modbus.frames import HEADER_BYTES, answer, remaining, request
from probes.transports.permits import patience
from probes.transports.streams.contract import Streams


@dataclass(slots=True)
class _Turn:
    """Whose turn it is at one device, and how many want one."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0


class TcpModbus:
    """Asks devices over TCP; see `Modbus`."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._turns: dict[tuple[str, int], _Turn] = {}

    async def read(self, address: str, port: int, question: ModbusQuestion, *, until: float) -> ModbusAnswer:
        """As `Modbus.read`. Who gets no turn in time is as little answered as the one it waited for."""
        transaction = int.from_bytes(os.urandom(2), "big") or 1
        async with (
            self._turn((address, port), until),
            self._streams.open(address, port, until=until) as stream,
        ):
            await stream.send(request(question, transaction))
            header = await stream.read_exactly(HEADER_BYTES)
            return answer(header + await stream.read_exactly(remaining(header)), question, transaction)

    @asynccontextmanager
    async def _turn(self, device: tuple[str, int], until: float) -> AsyncIterator[None]:
        turn = self._turns.setdefault(device, _Turn())
        turn.wanted += 1
        try:
            async with patience(until, "busy with other questions"):
                await turn.lock.acquire()
            try:
                yield
            finally:
                turn.lock.release()
        finally:
            turn.wanted -= 1
            if not turn.wanted:
                del self._turns[device]
