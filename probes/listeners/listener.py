"""The socket at which notifications arrive: many a turn of the event loop, but never so many that all else waits."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

from probes.listeners.notification import MOST_BYTES
from probes.listeners.senders import plain_address
from probes.transports.sockets import SO_RCVBUFFORCE, SocketAddress

# Some 5 ms of work; what is left waits in the kernel's buffer while others have their turn.
READS_AT_ONCE = 200
# linux/in.h, linux/in6.h, asm-generic/socket.h, linux/sock_diag.h; Python 3.11 names the last two nowhere.
_IP_PKTINFO = 8
_SO_MEMINFO, _MEMINFO = 55, struct.Struct("=9I")
_ANCILLARY = 128
_KEPT_ADDRESSES = 65_536

# A datagram, the sender's address, when it came (microseconds UTC) -> what is to be sent back, if anything.
Receive = Callable[[bytes, str, int], bytes | None]


def open_notification_socket(host: str, port: int, buffer_bytes: int) -> socket.socket:
    """A socket for notifications; one bound to :: takes IPv4 as well. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        opened.bind((host, port))
        prepare_socket(opened, buffer_bytes)
    except OSError:
        opened.close()
        raise
    return opened


def prepare_socket(opened: socket.socket, buffer_bytes: int) -> None:
    """Make a bound datagram socket fit to take notifications: its buffer, and where each was sent to.

    An answer must leave from the address the question was sent to: a machine may have several, and whoever asked
    one of them, or a firewall between, waits for that one. Raises OSError.
    """
    opened.setblocking(False)
    try:
        opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, buffer_bytes)
    except PermissionError:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
    if opened.family == socket.AF_INET6:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    else:
        opened.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)


class Listener:
    """Reads a socket from now on until `close`; the socket stays the caller's."""

    def __init__(self, opened: socket.socket, receive: Receive, now: Callable[[], int]) -> None:
        self._socket, self._receive, self._now = opened, receive, now
        self._plain: dict[str, str] = {}
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(opened.fileno(), self._read)

    def close(self) -> None:
        """Read no more."""
        self._loop.remove_reader(self._socket.fileno())

    @property
    def lost(self) -> int:
        """Datagrams the kernel had no room for, since the socket was opened."""
        told = self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
        return int(_MEMINFO.unpack(told)[-1])

    def _read(self) -> None:
        for _ in range(READS_AT_ONCE):
            try:
                data, ancillary, _, address = self._socket.recvmsg(MOST_BYTES, _ANCILLARY)
            except OSError:
                return
            host = address[0]
            answer = self._receive(data, self._plain.get(host) or self._plainly(host), self._now())
            if answer:
                self._answer(answer, ancillary, address)

    def _plainly(self, host: str) -> str:
        if len(self._plain) >= _KEPT_ADDRESSES:
            self._plain.clear()
        plain = self._plain[host] = plain_address(host)
        return plain

    def _answer(self, answer: bytes, ancillary: list[tuple[int, int, bytes]], address: SocketAddress) -> None:
        # Who does not get it asks again: nothing here is worth waiting for.
        with suppress(OSError):
            self._socket.sendmsg([answer], _from_where_it_was_sent_to(ancillary), 0, address)


def _from_where_it_was_sent_to(ancillary: list[tuple[int, int, bytes]]) -> list[tuple[int, int, bytes]]:
    """The source address for an answer; the interface is left to the routing table, but for link-local addresses."""
    for level, kind, info in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
            return [(level, kind, bytes(4) + info[4:])]
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO):
            scoped = info.startswith(b"\xfe\x80")
            return [(level, kind, info if scoped else info[:16] + bytes(4))]
    return []
