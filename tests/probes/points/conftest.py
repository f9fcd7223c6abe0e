"""A device that speaks Modbus TCP on loopback, served by pymodbus; and servers that misbehave as told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import pytest
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

BUSY = 77


async def busy_there(
    function_code: int,
    start_address: int,
    address: int,
    count: int,
    current: list[int],
    written: list[int] | list[bool] | None,
) -> ExcCodes | None:
    """One register whose device is always busy."""
    return ExcCodes.DEVICE_BUSY if address == BUSY else None


@pytest.fixture
async def modbus_port() -> AsyncIterator[int]:
    """The port of a device on 127.0.0.1: unit 1 with coils, inputs and registers, the register 77 always busy."""
    bits = [
        SimData(0, values=[True, False, True, True, False, False, False, False] * 2, datatype=DataType.BITS)
    ]
    numbers = [
        SimData(0, values=[215, 0xFFFE, 0x1234, 0x5678], datatype=DataType.REGISTERS),
        SimData(10, values=21.5, datatype=DataType.FLOAT32),
        SimData(BUSY, values=1, datatype=DataType.REGISTERS),
    ]
    device = SimDevice(1, simdata=(bits, bits, numbers, numbers), action=busy_there)
    server = ModbusTcpServer(device, address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    assert isinstance(server.transport, asyncio.Server)
    yield int(server.transport.sockets[0].getsockname()[1])
    await server.shutdown()  # type: ignore[no-untyped-call]


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[int]:
    """A server on loopback, its port; all conversations have ended when the block does."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await handler(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await asyncio.gather(*talks)


@pytest.fixture
def served() -> Callable[[Handler], AbstractAsyncContextManager[int]]:
    """Starts servers of one's own."""
    return serving


async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Take the connection and say nothing."""
    await reader.read()


@pytest.fixture
def hanging() -> Handler:
    """A handler that never answers."""
    return hang
