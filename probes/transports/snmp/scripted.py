"""A v2c agent on a real socket that does what a script says, however wrong: the fake for tests of the engine itself.

It reads requests by code of its own, so that a fault in the codec cannot hide on both sides.
"""

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
    """Read a v2c request that is known to be well-formed."""
    _, (_, community), (pdu, body) = _elements(_element(data, 0)[1])
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
    )


def response(request_id: int, pairs: Sequence[Pair], status: int = 0, index: int = 0) -> bytes:
    """A v2c answer of community 'public'."""
    body = (
        encode_integer(request_id) + encode_integer(status) + encode_integer(index) + encode_bindings(pairs)
    )
    return tlv(0x30, b"\x02\x01\x01" + tlv(4, b"public") + tlv(_RESPONSE, body))


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
            request = read_request(data, len(self.requests) + 1, source)
            self.requests.append(request)
            for datagram in self._script(request):
                self.socket.sendto(datagram, source)


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
