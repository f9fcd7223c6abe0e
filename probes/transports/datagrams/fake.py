"""Requests and answers by UDP as told beforehand: no socket, no time."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from probes.transports.datagrams.contract import Arrived, Reply
from probes.transports.errors import Silent, TransportError

# What a server answers to one datagram: none, one or several.
Answers: TypeAlias = Callable[[bytes], Sequence[bytes]]


class FakeDatagram:
    """A socket towards one server; see `Datagram`. An answer to the first request takes 10 ms."""

    def __init__(self, answers: Answers, port: int, sent: list[bytes]) -> None:
        self._answers, self._port, self._sent = answers, port, sent
        self._came: deque[bytes] = deque()
        self.local = ("127.0.0.1", 40000)

    async def send(self, data: bytes) -> None:
        """As `Datagram.send`."""
        self._sent.append(data)
        self._came.extend(self._answers(data))

    async def receive(self, wait: float | None = None) -> Arrived | None:
        """As `Datagram.receive`."""
        if self._came:
            return Arrived(self._came.popleft(), self._port, 0.0)
        if wait is None:
            raise Silent
        return None

    async def ask(self, data: bytes, accept: Callable[[bytes], bool], resend: Sequence[float] = ()) -> Reply:
        """As `Datagram.ask`."""
        for repeated in range(len(resend) + 1):
            await self.send(data)
            while self._came:
                answer = self._came.popleft()
                if accept(answer):
                    return Reply(answer, self._port, None if repeated else 0.01)
        raise Silent


@dataclass
class FakeDatagrams:
    """Servers by (address, port): what they answer, or an error that opening raises; any other is silent."""

    servers: Mapping[tuple[str, int], Answers | TransportError] = field(default_factory=dict)
    sent: list[bytes] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, address: str, port: int, *, until: float) -> AsyncIterator[FakeDatagram]:  # noqa: ARG002
        """As `Datagrams.open`."""
        answers = self.servers.get((address, port))
        if isinstance(answers, TransportError):
            raise answers
        yield FakeDatagram(answers or (lambda _: ()), port, self.sent)

    def counts(self) -> dict[str, int]:
        """As `Datagrams.counts`."""
        return {"datagram_conversations": len(self.sent)}
