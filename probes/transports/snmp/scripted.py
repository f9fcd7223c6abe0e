"""A v1 and v2c agent on a real socket that does what a script says, however wrong: the fake for tests of the engine.

It reads requests by code of its own, so that a fault in the codec cannot hide on both sides. It runs in a thread of its
own, or in the event loop of the test, where time may be moved (`probes/transports/moved.py`).
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

from probes.transports.snmp.ber import encode_bindings, encode_integer, tlv

# (OID bytes, whole value element)
Pair: TypeAlias = tuple[bytes, bytes]
_RESPONSE = 0xA2


class Request(NamedTuple):
    """What a request said; `number` counts this agent's requests from 1, `source` is who asked."""

    pdu: int
    request_id: int
    repetitions: int
    oids: tuple[bytes, ...]
    community: bytes
    number: int
    source: tuple[str, int]
    version: int = 1


Script: TypeAlias = Callable[[Request], Sequence[bytes]]


def _element(data: bytes, at: int) -> tuple[int, bytes, int]:
    tag, size, start = data[at], data[at + 1], at + 2
    if size > 0x7F:
        count = size & 0x7F
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    return tag, data[start : start + size], start + size


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        tag, content, at = _element(data, at)
        yield tag, content


def read_request(data: bytes, number: int, source: tuple[str, int]) -> Request:
    """Read a v1 or v2c request that is known to be well-formed."""
    (_, version), (_, community), (pdu, body) = _elements(_element(data, 0)[1])
    (_, request_id), _, (_, repetitions), (_, bindings) = _elements(body)
    oids = tuple(next(_elements(binding))[1] for _, binding in _elements(bindings))
    return Request(
        pdu,
        int.from_bytes(request_id, "big"),
        int.from_bytes(repetitions, "big"),
        oids,
        community,
        number,
        source,
        version[0],
    )


def response(
    request_id: int, pairs: Sequence[Pair], status: int = 0, index: int = 0, version: int = 1
) -> bytes:
    """An answer of community 'public', in v2c (1) or v1 (0)."""
    body = (
        encode_integer(request_id) + encode_integer(status) + encode_integer(index) + encode_bindings(pairs)
    )
    return tlv(0x30, encode_integer(version) + tlv(4, b"public") + tlv(_RESPONSE, body))


class ScriptedAgent:
    """One running agent: its address, its port, the requests it got, and its socket for odd errands."""

    def __init__(self, address: str, script: Script) -> None:
        self.address = address
        self.requests: list[Request] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.port: int = self.socket.getsockname()[1]
        self._script = script

    def serve(self) -> None:
        """Answer until an empty datagram comes."""
        while True:
            data, source = self.socket.recvfrom(65535)
            if not data:
                return
            for datagram in self._answers(data, source):
                self.socket.sendto(datagram, source)

    def _answers(self, data: bytes, source: tuple[str, int]) -> Sequence[bytes]:
        request = read_request(data, len(self.requests) + 1, source)
        self.requests.append(request)
        return self._script(request)

    def serve_in(self, loop: asyncio.AbstractEventLoop, delay: float = 0.0) -> None:
        """Answer in this event loop, each request after so many seconds of its time."""
        self.socket.setblocking(False)

        def serve() -> None:
            data, source = self.socket.recvfrom(65535)
            for datagram in self._answers(data, source):
                loop.call_later(delay, self.socket.sendto, datagram, source)

        loop.add_reader(self.socket.fileno(), serve)


@contextmanager
def scripted_agent(address: str, script: Script) -> Iterator[ScriptedAgent]:
    """Run an agent in a thread of its own until the end of the block."""
    agent = ScriptedAgent(address, script)
    thread = threading.Thread(target=agent.serve, daemon=True)
    thread.start()
    try:
        yield agent
    finally:
        agent.socket.sendto(b"", (agent.address, agent.port))
        thread.join(5)
        agent.socket.close()


@contextmanager
def agent_in_loop(address: str, script: Script, delay: float = 0.0) -> Iterator[ScriptedAgent]:
    """Run an agent in the running event loop until the end of the block; it answers `delay` seconds late."""
    agent, loop = ScriptedAgent(address, script), asyncio.get_running_loop()
    agent.serve_in(loop, delay)
    try:
        yield agent
    finally:
        loop.remove_reader(agent.socket.fileno())
        agent.socket.close()
