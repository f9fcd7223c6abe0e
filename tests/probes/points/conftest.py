"""A device that speaks Modbus TCP on loopback, served by pymodbus."""

import asyncio
from collections.abc import AsyncIterator

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
