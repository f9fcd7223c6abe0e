"""Syslog over TCP and TLS (RFC 6587, RFC 5425): connections, bounded in number whoever connects."""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice

from probes.listeners.senders import plain_address
from probes.listeners.syslog_framing import Frames, FramingError

# Of one address, and of all that the inventory does not know: the others must still get in.
MOST_OF_ONE = 10
UNKNOWN_SHARE = 0.5
HANDSHAKE_SECONDS = 10.0
BACKLOG = 128
# Some 4 ms of work; a piece of a stream may hold tens of thousands of tiny messages.
AT_ONCE = 200
# A sender that is gone without a word is noticed after some ten minutes.
_KEEP_ALIVE = ((socket.TCP_KEEPIDLE, 300), (socket.TCP_KEEPINTVL, 60), (socket.TCP_KEEPCNT, 5))

# A message and the address it came from.
Receive = Callable[[bytes, str], None]


class Connections:
    """Counts connections by address and says whether one more may stay; `knows` tells addresses of the inventory."""

    def __init__(self, most: int, knows: Callable[[str], bool]) -> None:
        self.most, self._knows = most, knows
        self.refused = 0
        self.transports: set[asyncio.BaseTransport] = set()
        self._open: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._open.total()

    def enter(self, address: str) -> bool:
        """Whether a connection from there may stay; it is counted then until `leave`."""
        known = self._knows(address)
        full = len(self) >= self.most or self._open[address] >= MOST_OF_ONE
        if full or (not known and self._strangers() >= self.most * UNKNOWN_SHARE):
            self.refused += 1
            return False
        self._open[address] += 1
        return True

    def _strangers(self) -> int:
        return sum(count for address, count in self._open.items() if not self._knows(address))

    def close(self) -> None:
        """End all of them."""
        for transport in tuple(self.transports):
            transport.close()

    def leave(self, address: str) -> None:
        """One of its connections is over."""
        self._open[address] -= 1
        self._open += Counter()


class _Connection(asyncio.Protocol):
    def __init__(self, receive: Receive, connections: Connections, broken: Callable[[], None]) -> None:
        self._receive, self._connections, self._broken = receive, connections, broken
        self._frames = Frames()
        self._address = ""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        peer = transport.get_extra_info("peername")
        address = plain_address(peer[0]) if peer else ""
        if not address or not self._connections.enter(address):
            transport.close()
            return
        self._address, self._transport = address, transport
        self._connections.transports.add(transport)
        opened = transport.get_extra_info("socket")
        with suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in _KEEP_ALIVE:
                opened.setsockopt(socket.IPPROTO_TCP, option, value)

    def data_received(self, data: bytes) -> None:
        self._go_on(self._frames.feed(data))

    def _go_on(self, messages: Iterator[bytes]) -> None:
        """Pass on a few messages; with more there, read no further until all else had its turn."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        passed_on = 0
        try:
            for message in islice(messages, AT_ONCE):
                self._receive(message, self._address)
                passed_on += 1
        except FramingError:
            self._broken()
            transport.close()
            return
        if passed_on == AT_ONCE:
            transport.pause_reading()
            asyncio.get_running_loop().call_soon(self._go_on, messages)
        elif not transport.is_reading():
            transport.resume_reading()

    def connection_lost(self, _fault: Exception | None) -> None:
        if self._address:
            if rest := self._frames.end():
                self._receive(rest, self._address)
            self._connections.leave(self._address)
            self._address = ""
        if self._transport is not None:
            self._connections.transports.discard(self._transport)
            self._transport = None


async def serve_streams(
    opened: socket.socket,
    receive: Receive,
    connections: Connections,
    broken: Callable[[], None],
    context: ssl.SSLContext | None = None,
) -> asyncio.Server:
    """Take connections at a listening socket until the server is closed; `broken` is told of streams that are none."""
    return await asyncio.get_running_loop().create_server(
        lambda: _Connection(receive, connections, broken),
        sock=opened,
        backlog=BACKLOG,
        ssl=context,
        ssl_handshake_timeout=HANDSHAKE_SECONDS if context is not None else None,
    )
