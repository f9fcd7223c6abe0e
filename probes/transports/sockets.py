"""Non-blocking datagram sockets with large receive buffers, and the ICMP errors that Linux queues for them.

Option numbers are those of Linux (asm-generic/socket.h, linux/in.h, linux/in6.h, linux/errqueue.h); Python 3.11
does not name them.
"""

import errno
import ipaddress
import socket
import struct
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from probes.transports.errors import (
    LocalFault,
    NoRoute,
    PathBroken,
    PermissionDenied,
    Refused,
    Silent,
    TransportError,
)

SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
IP_RECVERR = 11
IPV6_RECVERR = 25

SocketAddress: TypeAlias = tuple[Any, ...]

# struct sock_extended_err: errno, origin, type, code, padding, info, data; the reporter's address follows.
_EXTENDED_ERROR = struct.Struct("=IBBBBII")
_ERROR_MESSAGES = {(socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR)}
_ORIGIN_ICMP = 2
_ORIGIN_ICMP6 = 3
_ANCILLARY = 512
_ADDRESSES_KEPT = 65_536
_PORT_UNREACHABLE = "port unreachable"

# RFC 792, RFC 1122 and RFC 1812: (type, code) -> name. What only asks us to send smaller or slower is not here.
_NAMES_4 = {
    (3, 0): "net unreachable",
    (3, 1): "host unreachable",
    (3, 2): "protocol unreachable",
    (3, 3): _PORT_UNREACHABLE,
    (3, 5): "source route failed",
    (3, 6): "net unknown",
    (3, 7): "host unknown",
    (3, 9): "net prohibited",
    (3, 10): "host prohibited",
    (3, 11): "net unreachable for this service",
    (3, 12): "host unreachable for this service",
    (3, 13): "communication prohibited",
    (11, 0): "time to live exceeded",
}
# RFC 4443 section 3.
_NAMES_6 = {
    (1, 0): "no route",
    (1, 1): "communication prohibited",
    (1, 2): "beyond scope",
    (1, 3): "address unreachable",
    (1, 4): _PORT_UNREACHABLE,
    (1, 5): "source address refused",
    (1, 6): "route rejected",
    (3, 0): "hop limit exceeded",
}

# What a failed send says about ourselves, once errors of earlier packets are out of the way.
_SEND_FAULTS: dict[int, type[TransportError]] = {
    errno.ENETUNREACH: NoRoute,
    errno.EHOSTUNREACH: NoRoute,
    errno.EADDRNOTAVAIL: NoRoute,
    errno.ENETDOWN: NoRoute,
    errno.EINVAL: NoRoute,
    errno.EACCES: PermissionDenied,
    errno.EPERM: PermissionDenied,
}


class QueuedError(NamedTuple):
    """An ICMP error about a packet of ours: where that went, who reported, what, and the packet's beginning."""

    destination: SocketAddress
    reporter: str
    what: str
    payload: bytes


def open_datagram(family: int, kind: int, protocol: int, buffer_bytes: int) -> socket.socket:
    """A non-blocking socket that queues ICMP errors; raises OSError."""
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setblocking(False)
        report_errors(opened, family, wanted=True)
        _enlarge(opened, buffer_bytes)
    except OSError:
        opened.close()
        raise
    return opened


def report_errors(opened: socket.socket, family: int, *, wanted: bool) -> None:
    """Have the kernel queue ICMP errors with who reported them (of TCP while it connects, since Linux 5.9)."""
    level, option = (
        (socket.IPPROTO_IP, IP_RECVERR) if family == socket.AF_INET else (socket.IPPROTO_IPV6, IPV6_RECVERR)
    )
    opened.setsockopt(level, option, int(wanted))


def icmp_fault(opened: socket.socket, destination: SocketAddress) -> TransportError | None:
    """What the next queued ICMP error means for a socket that talks to one destination only; None without one.

    A report of our own kernel that nobody on our own link answers is plain silence, not a broken path.
    """
    queued = next_error(opened)
    if queued is None or not queued.what:
        return None
    if queued.reporter == destination[0]:
        return Refused(queued.what)
    if queued.reporter == own_address_towards(destination):
        return Silent()
    return PathBroken(queued.reporter)


def _enlarge(opened: socket.socket, buffer_bytes: int) -> None:
    """Ask for a receive buffer beyond net.core.rmem_max (needs CAP_NET_ADMIN), else for as much as is allowed."""
    try:
        opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, buffer_bytes)
    except PermissionError:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)


def receive_buffer(opened: socket.socket) -> int:
    """The receive buffer in bytes as asked for; the kernel reports twice that, for its own overhead (socket(7))."""
    return opened.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2


@lru_cache(maxsize=_ADDRESSES_KEPT)
def address_family(address: str) -> int:
    """AF_INET or AF_INET6; raises LocalFault when the text is no IP address."""
    try:
        socket.inet_pton(socket.AF_INET, address)
    except (OSError, ValueError):
        return _address_family_other_than_plain_4(address)
    return socket.AF_INET


def _address_family_other_than_plain_4(address: str) -> int:
    """As `address_family`, for what is not the usual case."""
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        raise LocalFault(address) from None
    return socket.AF_INET if version == 4 else socket.AF_INET6


@lru_cache(maxsize=_ADDRESSES_KEPT)
def socket_address(address: str, port: int) -> SocketAddress:
    """The address as sockets compare it, with scope for link-local IPv6; no name is ever looked up."""
    if address_family(address) == socket.AF_INET:
        return address, port
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        raise LocalFault(address) from None
    return found[0][4]


def next_error(opened: socket.socket) -> QueuedError | None:
    """Take one ICMP error off the queue; None when it is empty. Errors that matter to nobody have `what` ''."""
    try:
        payload, ancillary, _, destination = opened.recvmsg(2048, _ANCILLARY, socket.MSG_ERRQUEUE)
    except OSError:
        return None
    for level, kind, data in ancillary:
        # A receive time may come along, of the very same length.
        if (level, kind) in _ERROR_MESSAGES and len(data) >= _EXTENDED_ERROR.size:
            reporter, what = _explain(data)
            return QueuedError(destination or (), reporter, what, payload)
    return QueuedError(destination or (), "", "", payload)


def _explain(data: bytes) -> tuple[str, str]:
    _, origin, kind, code, _, _, _ = _EXTENDED_ERROR.unpack_from(data)
    offender = data[_EXTENDED_ERROR.size :]
    if origin == _ORIGIN_ICMP and len(offender) >= 8:
        return socket.inet_ntop(socket.AF_INET, offender[4:8]), _NAMES_4.get((kind, code), "")
    if origin == _ORIGIN_ICMP6 and len(offender) >= 24:
        return socket.inet_ntop(socket.AF_INET6, offender[8:24]), _NAMES_6.get((kind, code), "")
    return "", ""


def own_address_towards(destination: SocketAddress) -> str | None:
    """The address of ours from which packets leave for there; None when our table has no route.

    Connecting a datagram socket sends nothing: it only asks the routing table.
    """
    family = socket.AF_INET6 if len(destination) == 4 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((destination[0], destination[1] or 9, *destination[2:]))
        except OSError:
            return None
        return str(asking.getsockname()[0])


def send_fault(error: OSError, destination: SocketAddress) -> TransportError:
    """What a failed send means. 'No route' is ours only if our own table has none (asked again to be sure)."""
    kind = _SEND_FAULTS.get(error.errno or 0, LocalFault)
    if kind is NoRoute and own_address_towards(destination) is not None:
        kind = LocalFault
    return kind(errno.errorcode.get(error.errno or 0, ""))
