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
    def __init__(
        self,
        receive: Receive,
        connections: Connections,
        broken: Callable[[], None],
        context: ssl.SSLContext | None,
    ) -> None:
        self._receive, self._connections, self._broken = receive, connections, broken
        self._context = context
        self._frames = Frames()
        self._address = ""
        self._transport: asyncio.Transport | None = None
        self._encrypting: asyncio.Task[None] | None = None
        self._early = b""
        # More messages wait for their turn; nothing more is to be read; it is no longer counted.
        self._more = self._over = self._left = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        peer = transport.get_extra_info("peername")
        address = plain_address(peer[0]) if peer else ""
        if not address or not self._connections.enter(address):
            transport.close()
            return
        self._address = address
        self._connections.transports.add(transport)
        if self._context is None:
            self._transport = transport
        else:
            # Counted before TLS begins: whoever connects and says nothing holds a file descriptor all the same.
            transport.pause_reading()
            self._encrypting = asyncio.get_running_loop().create_task(self._encrypt(transport, self._context))
        opened = transport.get_extra_info("socket")
        with suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in _KEEP_ALIVE:
                opened.setsockopt(socket.IPPROTO_TCP, option, value)

    async def _encrypt(self, plain: asyncio.Transport, context: ssl.SSLContext) -> None:
        try:
            transport = await asyncio.get_running_loop().start_tls(
                plain, self, context, server_side=True, ssl_handshake_timeout=HANDSHAKE_SECONDS
            )
        except OSError:
            transport = None
        self._connections.transports.discard(plain)
        if transport is None or self._left:
            plain.abort()
            self.connection_lost(None)
            return
        self._connections.transports.add(transport)
        self._transport = transport
        early, self._early = self._early, b""
        self.data_received(early)

    def data_received(self, data: bytes) -> None:
        if self._transport is None:
            # What came together with the end of the handshake.
            self._early += data
        elif not self._over:
            self._go_on(self._frames.feed(data))

    def _go_on(self, messages: Iterator[bytes]) -> None:
        """Pass on a few messages; with more there, read no further until all else had its turn."""
        passed_on = 0
        try:
            for message in islice(messages, AT_ONCE):
                self._receive(message, self._address)
                passed_on += 1
        except FramingError:
            self._broken()
            self._over, self._more = True, False
            if self._transport is not None:
                self._transport.close()
            return
        self._more = passed_on == AT_ONCE
        if self._more:
            asyncio.get_running_loop().call_soon(self._go_on, messages)
        if self._transport is None:
            self._finish()
        elif self._more:
            self._transport.pause_reading()
        elif not self._transport.is_reading():
            self._transport.resume_reading()

    def _finish(self) -> None:
        """The connection is over: what its last line is, once all before it was passed on."""
        if not self._more and not self._over and (rest := self._frames.end()):
            self._over = True
            self._receive(rest, self._address)

    def connection_lost(self, _fault: Exception | None) -> None:
        if not self._address or self._left:
            return
        self._left = True
        self._connections.leave(self._address)
        if self._transport is not None:
            self._connections.transports.discard(self._transport)
            self._transport = None
        self._finish()


async def serve_streams(
    opened: socket.socket,
    receive: Receive,
    connections: Connections,
    broken: Callable[[], None],
    context: ssl.SSLContext | None = None,
) -> asyncio.Server:
    """Take connections at a listening socket until the server is closed; `broken` is told of streams that are none."""
    return await asyncio.get_running_loop().create_server(
        lambda: _Connection(receive, connections, broken, context), sock=opened, backlog=BACKLOG
    )
