"""A relay before slow agents: each question reaches the agent once, whoever asks it and however often.

The answer is the agent's own datagram, but for the request id, which is the asker's. So several clients can be compared
on the very same answers while the agent works once. v1 and v2c only.
"""

import select
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from probes.transports.snmp.ber import tlv

_STOP = b""
_BYTES = 65535

Address = tuple[str, int]


class _Parts(NamedTuple):
    """A message around its request id: what stands before the PDU, the PDU's tag, the id's element, the rest."""

    head: bytes
    pdu: int
    request_id: bytes
    rest: bytes


def _element(data: bytes, at: int) -> tuple[int, int]:
    """(start, end) of the content of the element at this place."""
    size, start = data[at + 1], at + 2
    if size > 0x7F:
        count = size & 0x7F
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    return start, start + size


def _parts(data: bytes) -> tuple[_Parts, bytes]:
    """A message known to be well-formed, and its community."""
    begin, _ = _element(data, 0)
    _, version_end = _element(data, begin)
    start, pdu_at = _element(data, version_end)
    id_at, pdu_end = _element(data, pdu_at)
    _, id_end = _element(data, id_at)
    parts = _Parts(data[begin:pdu_at], data[pdu_at], data[id_at:id_end], data[id_end:pdu_end])
    return parts, data[start:pdu_at]


def _joined(parts: _Parts) -> bytes:
    return tlv(0x30, parts.head + tlv(parts.pdu, parts.request_id + parts.rest))


class Relay:
    """Listens at `address`, `port`; `agents` says by community where the agent is."""

    def __init__(self, address: str, agents: Mapping[str, Address]) -> None:
        self._agents = {name.encode(): where for name, where in agents.items()}
        self._front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._front.bind((address, 0))
        self._back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._back.bind((address, 0))
        self.address: str = address
        self.port: int = self._front.getsockname()[1]
        self.asked = self.forwarded = 0
        # By question (a message without its request id): the answer, and who waits for it with which request id.
        self._answers: dict[_Parts, _Parts] = {}
        self._waiting: dict[_Parts, list[tuple[Address, bytes]]] = {}
        self._questions: dict[bytes, _Parts] = {}

    def serve(self) -> None:
        """Relay until `stop`."""
        while True:
            ready, _, _ = select.select([self._front, self._back], [], [])
            if self._back in ready:
                self._take_answer(self._back.recv(_BYTES))
            if self._front in ready:
                data, source = self._front.recvfrom(_BYTES)
                if data == _STOP:
                    return
                self._take_question(data, source)

    def stop(self) -> None:
        """Make `serve` return."""
        self._front.sendto(_STOP, (self.address, self.port))

    def close(self) -> None:
        """Close the sockets."""
        self._front.close()
        self._back.close()

    def _take_question(self, data: bytes, source: Address) -> None:
        parts, community = _parts(data)
        question = parts._replace(request_id=b"")
        self.asked += 1
        known = self._answers.get(question)
        if known is not None:
            self._front.sendto(_joined(known._replace(request_id=parts.request_id)), source)
            return
        self._waiting.setdefault(question, []).append((source, parts.request_id))
        self.forwarded += 1
        request_id = tlv(2, (1 << 24 | self.forwarded).to_bytes(4, "big"))
        self._questions[request_id] = question
        self._back.sendto(_joined(parts._replace(request_id=request_id)), self._agents[community])

    def _take_answer(self, data: bytes) -> None:
        answer, _ = _parts(data)
        question = self._questions.pop(answer.request_id, None)
        if question is None:
            return
        self._answers[question] = answer
        for source, request_id in self._waiting.pop(question, ()):
            self._front.sendto(_joined(answer._replace(request_id=request_id)), source)


@contextmanager
def relay(address: str, agents: Mapping[str, Address]) -> Iterator[Relay]:
    """Run a relay in a thread of its own until the end of the block."""
    running = Relay(address, agents)
    thread = threading.Thread(target=running.serve, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.stop()
        thread.join(5)
        running.close()
