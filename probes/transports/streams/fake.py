"""Conversations as told beforehand: no socket, no time."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from probes.transports.errors import BadAnswer, Silent, TransportError
from probes.transports.streams.contract import Before, Presented, Tls


@dataclass
class Script:
    """One server: `greeting` comes unasked, then one of `replies` after each send; a TransportError is raised.

    With `ends` the conversation ends after the last, else all further waiting is in vain.
    """

    replies: list[bytes | TransportError] = field(default_factory=list)
    greeting: bytes = b""
    presented: Presented | None = None
    ends: bool = False


class FakeStream:
    """One conversation with a script; see `Stream`."""

    def __init__(self, script: Script, sent: list[bytes]) -> None:
        self._replies, self._ends = [*script.replies], script.ends
        self._came = bytearray(script.greeting)
        self._sent = sent
        self.local = ("127.0.0.1", 40000)
        self.presented: Presented | None = None

    async def send(self, data: bytes) -> None:
        """As `Stream.send`."""
        self._sent.append(data)
        reply = self._replies.pop(0) if self._replies else b""
        if isinstance(reply, TransportError):
            raise reply
        self._came += reply

    async def read(self, limit: int) -> bytes:
        """As `Stream.read`."""
        if not self._came and not self._ends:
            raise Silent("connected")
        return self._taken(limit)

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._came[:count])
        del self._came[:count]
        return taken

    async def read_exactly(self, count: int) -> bytes:
        """As `Stream.read_exactly`."""
        if len(self._came) < count:
            raise BadAnswer("ended early") if self._ends else Silent("connected")
        return self._taken(count)

    async def read_until(self, separator: bytes, limit: int) -> bytes:
        """As `Stream.read_until`."""
        place = self._came.find(separator, 0, limit)
        if place >= 0:
            return self._taken(place + len(separator))
        if len(self._came) >= limit:
            raise BadAnswer(f"more than {limit} bytes")
        raise BadAnswer("ended early") if self._ends else Silent("connected")


@dataclass
class FakeStreams:
    """Servers by (address, port): a script, or an error that connecting raises; any other is silent.

    `sent` is everything that was sent, `opened` what was connected to.
    """

    servers: Mapping[tuple[str, int], Script | TransportError] = field(default_factory=dict)
    sent: list[bytes] = field(default_factory=list)
    opened: list[tuple[str, int, Tls | None]] = field(default_factory=list)

    @asynccontextmanager
    async def open(
        self,
        address: str,
        port: int,
        *,
        tls: Tls | None = None,
        before: Before | None = None,
        until: float,  # noqa: ARG002 - no time passes here
    ) -> AsyncIterator[FakeStream]:
        """As `Streams.open`."""
        self.opened.append((address, port, tls))
        script = self.servers.get((address, port), Silent())
        if isinstance(script, TransportError):
            raise script
        stream = FakeStream(script, self.sent)
        if before is not None:
            await before(stream)
        stream.presented = script.presented if tls else None
        yield stream

    def counts(self) -> dict[str, int]:
        """As `Streams.counts`."""
        return {"connections": len(self.opened)}
