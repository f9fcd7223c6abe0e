"""A farm of SNMP agents: one process answers requests to any address of 127.0.0.0/8 as a switch would.

`farm` runs the one in C (farm.c: v2c and v3, agents that misbehave) where it can be built, and else the one here,
which answers v2c alone. `python -m benchmarks.farm PORTS` prints the UDP port it listens at and answers until it is
ended. Answers are cached for a second of time, so that the farm costs less than those who ask; counters and sysUpTime
move from second to second. Both listen on the loopback interface alone.
"""

import socket
import struct
import subprocess
import sys
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks.native import built, lacking
from netwatch.demo.agent import MOST_BYTES, Request, decode_request
from probes.transports.snmp.ber import (
    GET,
    GET_BULK,
    RESPONSE,
    BerError,
    arcs,
    encode_bindings,
    encode_integer,
    encode_oid,
    tlv,
)
from probes.transports.snmp.contract import (
    COUNTER32,
    COUNTER64,
    END_OF_MIB_VIEW,
    GAUGE32,
    INTEGER,
    NO_SUCH_INSTANCE,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    TIME_TICKS,
)

COMMUNITY = "public"
# Of the farm in C: the user of v3 with HMAC-192-SHA-256 and AES-128.
USER, AUTHENTICATION, ENCRYPTION = "bench", "authentication", "encryption"
# The second octets at which its agents misbehave: they never answer, answer after four seconds, repeat their last
# answer 5,000 times a second, send 60 kB of garbage a second.
SILENT, SLOW, FLOODING, BABBLING = 200, 201, 202, 203
# Linux names that Python 3.11 does not have: linux/in.h, asm-generic/socket.h.
_IP_PKTINFO = 8
_SO_RCVBUFFORCE = 33
_BUFFER = 8 * 2**20
_PACKET_INFO = struct.Struct("=I4s4s")
_SYSTEM, _IF, _IFX = "1.3.6.1.2.1.1", "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"

# Seconds since the farm began -> the value's element.
Value = Callable[[int], bytes]
Bound = tuple[bytes, bytes]


def _same(element: bytes) -> Value:
    return lambda _: element


def _text(words: str) -> Value:
    return _same(tlv(OCTET_STRING, words.encode()))


def _counter(rate: int, tag: int) -> Value:
    wrap = 2**32 if tag == COUNTER32 else 2**64
    return lambda second: encode_integer((10**9 + rate * second) % wrap, tag)


def port_name(port: int) -> str:
    """ifName of a port, counted from 1."""
    return f"Gi0/{port}"


def _system() -> Iterator[tuple[str, Value]]:
    yield f"{_SYSTEM}.1.0", _text("Synthetic switch of the benchmarks, version 1")
    yield f"{_SYSTEM}.2.0", _same(tlv(OBJECT_IDENTIFIER, encode_oid("1.3.6.1.4.1.99999.1")))
    yield f"{_SYSTEM}.3.0", lambda second: encode_integer(10**8 + 100 * second, TIME_TICKS)
    for number, words in ((4, "noc@example.test"), (5, "switch"), (6, "Phòng máy chủ")):
        yield f"{_SYSTEM}.{number}.0", _text(words)
    yield f"{_SYSTEM}.7.0", _same(encode_integer(3))


def _tables(ports: int) -> Iterator[tuple[str, Value]]:
    """When rows came or went, which is never, and how many there are."""
    yield "1.3.6.1.2.1.2.1.0", _same(encode_integer(ports))
    yield "1.3.6.1.2.1.31.1.5.0", _same(encode_integer(4321, TIME_TICKS))


def _port(port: int) -> Iterator[tuple[str, Value]]:
    for column, value in ((1, port), (3, 6), (4, 1500), (7, 1), (8, 1)):
        yield f"{_IF}.{column}.{port}", _same(encode_integer(value, INTEGER))
    yield f"{_IF}.2.{port}", _text(f"GigabitEthernet0/{port}")
    yield f"{_IF}.5.{port}", _same(encode_integer(10**9, GAUGE32))
    for column in (10, 11, 13, 14, 16, 17, 19, 20):
        yield f"{_IF}.{column}.{port}", _counter(column * port, COUNTER32)
    yield f"{_IFX}.1.{port}", _text(port_name(port))
    for column in (6, 7, 10, 11):
        yield f"{_IFX}.{column}.{port}", _counter(10_000 * column * port, COUNTER64)
    yield f"{_IFX}.15.{port}", _same(encode_integer(1000, GAUGE32))
    yield f"{_IFX}.18.{port}", _text(f"tầng {port}")
    yield f"{_IFX}.19.{port}", _same(encode_integer(0, TIME_TICKS))


class Agent:
    """What every device of the farm offers, and its answers to one request."""

    def __init__(self, ports: int) -> None:
        offered = [
            *_system(),
            *_tables(ports),
            *(bound for port in range(1, ports + 1) for bound in _port(port)),
        ]
        ordered = sorted((arcs(encode_oid(oid)), place) for place, (oid, _) in enumerate(offered))
        self._keys = [key for key, _ in ordered]
        self._bound = [(encode_oid(offered[place][0]), offered[place][1]) for _, place in ordered]

    def bindings(self, request: Request, second: int) -> bytes:
        """The variable bindings of the answer."""
        found: list[Bound] = []
        size = 0
        for bound in self._bounds(request, second):
            size += len(bound[0]) + len(bound[1]) + 6
            if size > MOST_BYTES and found:
                break
            found.append(bound)
        return encode_bindings(found)

    def _bounds(self, request: Request, second: int) -> Iterator[Bound]:
        if request.pdu == GET:
            yield from (self._exactly(oid, second) for oid in request.oids)
            return
        cursors = list(request.oids)
        for _ in range(request.second if request.pdu == GET_BULK else 1):
            for place, oid in enumerate(cursors):
                bound = self._after(oid, second)
                cursors[place] = bound[0]
                yield bound

    def _exactly(self, oid: bytes, second: int) -> Bound:
        key = arcs(oid)
        place = bisect_left(self._keys, key)
        if place == len(self._keys) or self._keys[place] != key:
            return oid, tlv(NO_SUCH_INSTANCE, b"")
        return oid, self._bound[place][1](second)

    def _after(self, oid: bytes, second: int) -> Bound:
        place = bisect_right(self._keys, arcs(oid))
        if place == len(self._keys):
            return oid, tlv(END_OF_MIB_VIEW, b"")
        found, value = self._bound[place]
        return found, value(second)


class Cache:
    """Answers by all of the request but its id, good for one second."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._second = -1
        self._answers: dict[tuple[int, int, bytes], tuple[bytes, bytes]] = {}

    def answer(self, data: bytes, second: int) -> bytes:
        """The answer to a request; raises BerError or IndexError for what is none."""
        if second != self._second:
            self._second = second
            self._answers.clear()
        pdu, number, rest = split(data)
        key = pdu, len(number), rest
        prepared = self._answers.get(key)
        if prepared is None:
            prepared = self._answers[key] = self._prepare(data, number)
        return prepared[0] + number + prepared[1]

    def _prepare(self, data: bytes, number: bytes) -> tuple[bytes, bytes]:
        request = decode_request(data)
        tail = encode_integer(0) * 2 + self._agent.bindings(request, self._second)
        body = tlv(OCTET_STRING, request.community) + tlv(RESPONSE, number + tail)
        message = tlv(0x30, encode_integer(1) + body)
        cut = len(message) - len(tail)
        return message[: cut - len(number)], message[cut:]


def split(data: bytes) -> tuple[int, bytes, bytes]:
    """(PDU tag, the request id's element, what follows it) of a v2c message."""
    at = _content(data, 0) + 3
    at += 2 + data[at + 1]
    pdu, at = data[at], _content(data, at)
    end = at + 2 + data[at + 1]
    return pdu, data[at:end], data[end:]


def _content(data: bytes, at: int) -> int:
    size = data[at + 1]
    return at + 2 if size < 0x80 else at + 2 + (size & 0x7F)


def open_farm() -> socket.socket:
    """A socket for all addresses of the loopback interface; raises OSError."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    opened.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    try:
        opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    except PermissionError:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    opened.bind(("0.0.0.0", 0))
    return opened


def serve(opened: socket.socket, agent: Agent) -> None:
    """Answer for ever, each request from the address it was sent to."""
    cache = Cache(agent)
    began = time.monotonic()
    while True:
        data, ancillary, _, source = opened.recvmsg(2048, 128)
        try:
            answer = cache.answer(data, int(time.monotonic() - began))
        except (BerError, IndexError):
            continue
        opened.sendmsg([answer], [_from(ancillary)], 0, source)


def _from(ancillary: list[tuple[int, int, bytes]]) -> tuple[int, int, bytes]:
    _, local, _ = _PACKET_INFO.unpack_from(ancillary[0][2])
    return socket.IPPROTO_IP, _IP_PKTINFO, _PACKET_INFO.pack(0, local, b"\0\0\0\0")


@contextmanager
def farm(ports: int) -> Iterator[str]:
    """A farm in a process of its own, ended at the end; its UDP port as text."""
    plain = [sys.executable, "-m", "benchmarks.farm"]
    command = [*(plain if lacking("farm") else [str(built("farm"))]), str(ports)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def address(place: int) -> str:
    """The address of a device by its place, from 0."""
    return f"127.{16 + place // 62_500}.{place // 250 % 250}.{place % 250 + 1}"


if __name__ == "__main__":
    with open_farm() as listening:
        print(listening.getsockname()[1], flush=True)
        serve(listening, Agent(int(sys.argv[1])))
