"""The Modbus engine against a real server, an independent client of that server, and servers that misbehave."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.transports.errors import BadAnswer, Refused, Silent, TransportError
from probes.transports.modbus.contract import ModbusAnswer, ModbusQuestion
from probes.transports.modbus.engine import TcpModbus
from probes.transports.modbus.frames import answer, remaining, request
from probes.transports.modbus.layout import Layout
from probes.transports.permits import Permits
from probes.transports.streams.engine import StreamOptions, TcpStreams

pytestmark = pytest.mark.anyio

HERE = "127.0.0.1"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Served = Callable[[Handler], AbstractAsyncContextManager[int]]


def engine() -> TcpModbus:
    return TcpModbus(TcpStreams(StreamOptions(), Permits(), time.time))


def soon(seconds: float = 3.0) -> float:
    return asyncio.get_running_loop().time() + seconds


@pytest.mark.parametrize(
    ("question", "values"),
    [
        (ModbusQuestion(1, "coil", 0), (1,)),
        (ModbusQuestion(1, "discrete", 1), (0,)),
        (ModbusQuestion(1, "discrete", 0, 4), (1, 0, 1, 1)),
        (ModbusQuestion(1, "holding", 0, 2), (215, 0xFFFE)),
        (ModbusQuestion(1, "input", 2, 2), (0x1234, 0x5678)),
    ],
)
async def test_values_are_read_from_a_real_server(
    modbus_port: int, question: ModbusQuestion, values: tuple[int, ...]
) -> None:
    """All four functions should give what the server holds."""
    assert (await engine().read(HERE, modbus_port, question, until=soon())).values == values


async def test_a_float_is_read_over_two_registers(modbus_port: int) -> None:
    """A 32-bit number the server laid out itself should be read as that number."""
    found = await engine().read(HERE, modbus_port, ModbusQuestion(1, "holding", 10, 2), until=soon())
    assert Layout("f32").number(found.values) == 21.5


@pytest.mark.parametrize(("address", "exception"), [(500, 2), (77, 6)])
async def test_exceptions_are_told_apart(modbus_port: int, address: int, exception: int) -> None:
    """An address that is not there and a busy device should be told as what they are."""
    found = await engine().read(HERE, modbus_port, ModbusQuestion(1, "holding", address), until=soon())
    assert found == ModbusAnswer(exception=exception)
    assert str(exception) in found.evidence


async def test_an_independent_client_reads_the_same(modbus_port: int) -> None:
    """mbpoll should read from our test server what the engine reads: the addresses mean the same to both."""
    program = shutil.which("mbpoll")
    if program is None:
        pytest.skip("mbpoll (Debian: mbpoll) is not installed")
    asked = ("-0", "-1", "-q", "-a", "1", "-r", "0", "-c", "2", "-t", "4", "-p", str(modbus_port), HERE)
    told = await asyncio.to_thread(
        subprocess.run, [program, *asked], capture_output=True, text=True, timeout=10, check=True
    )
    seen = [int(line.split()[1]) for line in told.stdout.splitlines() if line.startswith("[")]
    found = await engine().read(HERE, modbus_port, ModbusQuestion(1, "holding", 0, 2), until=soon())
    assert tuple(value & 0xFFFF for value in seen) == found.values


async def test_a_closed_port_is_a_refusal(served: Served, hanging: Handler) -> None:
    """Nobody listening is no silence."""
    async with served(hanging) as port:
        pass
    with pytest.raises(Refused):
        await engine().read(HERE, port, ModbusQuestion(1, "coil", 0), until=soon())


async def test_a_hanging_device_costs_only_those_who_ask_it(
    modbus_port: int, served: Served, hanging: Handler
) -> None:
    """A server that accepts and says nothing should be silent in time, also to who waits for a turn; others answer."""
    asking = engine()
    question = ModbusQuestion(1, "holding", 0)
    async with served(hanging) as port:
        waiting = [asyncio.create_task(asking.read(HERE, port, question, until=soon(0.2))) for _ in range(3)]
        assert (await asking.read(HERE, modbus_port, question, until=soon())).values == (215,)
        told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in told] == [Silent] * 3


async def test_a_device_is_asked_one_question_at_a_time(served: Served) -> None:
    """Many points of one device should never be more than one connection, and none afterwards."""
    now, highest = 0, 0

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal now, highest
        now += 1
        highest = max(highest, now)
        try:
            asked = await reader.readexactly(12)
            writer.write(asked[:2] + b"\0\0\0\x04\x01\x02\x01\x01")
            await reader.read()
        finally:
            now -= 1

    asking = engine()
    async with served(counting) as port:
        found = await asyncio.gather(
            *(asking.read(HERE, port, ModbusQuestion(1, "discrete", at), until=soon()) for at in range(12))
        )
    assert [each.values for each in found] == [(1,)] * 12
    assert highest <= 2  # the server may learn of a closed connection after it was asked by the next


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\1\0\0\0\1\1", b"\0\1\0\0\xff\xff\1\3\2\0\0", b""]
)
async def test_other_protocols_are_a_bad_answer(said: bytes, served: Served) -> None:
    """Whatever is no Modbus should be a bad answer, at once."""

    async def saying(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(12)
        writer.write(said)

    async with served(saying) as port:
        with pytest.raises(BadAnswer):
            await engine().read(HERE, port, ModbusQuestion(1, "holding", 0), until=soon())


@given(st.binary(max_size=300), st.sampled_from(["coil", "discrete", "holding", "input"]), st.integers(1, 2))
def test_no_bytes_bring_the_reading_down(said: bytes, function: str, count: int) -> None:
    """Any bytes should give an answer of the size asked for, an exception, or an error of ours."""
    asked = ModbusQuestion(1, function, 0, count)  # type: ignore[arg-type]
    frame = b"\0\7\0\0" + (len(said) + 1).to_bytes(2, "big") + b"\1" + said
    try:
        remaining(frame[:6])
        found = answer(frame, asked, 7)
    except TransportError:
        return
    assert found.exception or len(found.values) == count
    assert all(0 <= value <= 65535 for value in found.values)


def test_a_frame_is_what_the_standard_says() -> None:
    """The question for holding register 40108 of unit 17 should be the bytes of the standard's own example."""
    assert request(ModbusQuestion(17, "holding", 107, 3), 1).hex() == "000100000006" + "11" + "03006b0003"
    assert answer(
        bytes.fromhex("000100000009" + "11" + "0306022b00000064"), ModbusQuestion(17, "holding", 107, 3), 1
    ) == (ModbusAnswer((555, 0, 100)))


@pytest.mark.parametrize(
    "frame",
    ["0002000000051103020001", "0001000000051104020001", "000100000005110304000100", "00010000000311b000"],
)
def test_answers_to_other_questions_are_refused(frame: str) -> None:
    """Another transaction, another function or fewer values should be a bad answer, never a value."""
    with pytest.raises(BadAnswer):
        answer(bytes.fromhex(frame), ModbusQuestion(17, "holding", 0, 2), 1)
