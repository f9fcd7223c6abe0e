"""Both kinds of points with the kit that the daemon opens, against servers on loopback."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from probes.contract import Fact, Look, Reason, Target
from probes.kit import KitSettings, open_kit
from probes.registry import probes
from probes.run import run_look
from probes.secret import Secret

pytestmark = pytest.mark.anyio

HERE = "127.0.0.1"
PROBES = probes()
STATE = b"<datavalues><digitalInput1>1</digitalInput1></datavalues>"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Served = Callable[[Handler], AbstractAsyncContextManager[int]]


def secret(name: str) -> Secret:
    raise LookupError(name)


async def look(kind: str, seconds: float = 3.0, **params: object) -> Look:
    """One look as the daemon makes it."""
    probe = PROBES[kind]
    async with open_kit(KitSettings(), secret) as kit:
        given = probe.params.model_validate({"expected": ["1"], "unexpected": ["0"], **params})
        return await run_look(probe, Target("io", HERE), given, kit, seconds, kit.monotonic)


async def test_an_input_is_read_by_modbus(modbus_port: int) -> None:
    """A closed contact of a real server should be as expected."""
    seen = await look("modbus_point", function="discrete", address=0, port=modbus_port)
    assert seen.readings[0] == Fact("", "expected", True, Reason.AS_EXPECTED, "1")


async def test_an_input_is_read_by_http(served: Served) -> None:
    """The state of a module should be asked for by its path and read by name."""
    asked = b""

    async def state(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(STATE), STATE))
        await writer.drain()

    async with served(state) as port:
        seen = await look("http_point", path="/state.xml", name="digitalInput1", port=port)
    assert asked.startswith(b"GET /state.xml HTTP/1.1\r\n")
    assert seen.readings[0] == Fact("", "expected", True, Reason.AS_EXPECTED, "1")


@pytest.mark.parametrize(
    "point",
    [
        {"kind": "modbus_point", "function": "coil", "address": 0},
        {"kind": "http_point", "path": "/state.xml", "name": "digitalInput1"},
    ],
)
async def test_a_hanging_device_leaves_its_inputs_unknown(
    point: dict[str, str], served: Served, hanging: Handler
) -> None:
    """Whoever takes the connection and says nothing should be a look without facts, in time."""
    async with served(hanging) as port:
        seen = await look(seconds=0.4, port=port, **point)
    assert seen.readings == ()
    assert seen.reason is Reason.NO_ANSWER
    assert seen.took < 0.4
