"""The sockets that carry echoes: real ICMP (datagram or raw), or the simulation over UDP."""

import errno
import os
import select
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias

from probes.transports.icmp.packet import (
    ECHO_REPLY_4,
    ECHO_REPLY_6,
    ECHO_REQUEST_4,
    ECHO_REQUEST_6,
    TOKEN_BYTES,
    EchoForm,
    echo_reply,
    quoted_echo,
)
from probes.transports.icmp.simulated import REPLY, REQUEST, UNREACHABLE, SimulatedEcho, decode, encode
from probes.transports.sockets import SO_TIMESTAMPNS, SocketAddress, next_error, open_datagram, socket_address

# linux/icmp.h, linux/icmpv6.h: let the kernel drop all but echo replies on raw sockets.
_SOL_RAW = 255
_ICMP_FILTER = 1
_ICMP6_FILTER = 1
_ONLY_REPLIES_4 = struct.pack("=I", 0xFFFFFFFF & ~(1 << ECHO_REPLY_4))
_ONLY_REPLIES_6 = struct.pack(
    "=8I",
    *(
        0xFFFFFFFF & ~(1 << ECHO_REPLY_6 % 32) if word == ECHO_REPLY_6 // 32 else 0xFFFFFFFF
        for word in range(8)
    ),
)
# Enough for headers and the part of the payload that is read; the rest of a large echo is cut off unread.
_READ_BYTES = 256
_ANCILLARY_BYTES = 64
# Sizes are parameters of checks: there are few.
_FORMS_KEPT = 64
_TIMESPEC = struct.Struct("=qq")
_CLASS_OPTIONS = {
    socket.AF_INET: (socket.IPPROTO_IP, socket.IP_TOS),
    socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_TCLASS),
}
SIMULATED = "simulated"
_PROTOCOLS = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}


# A reply to an echo of ours: the echo's whole number, who answered, and the kernel's receive time in seconds of the
# wall clock, None when it gave none. A plain tuple, since there is one for every echo.
Reply: TypeAlias = tuple[int, str, float | None]


Packets: TypeAlias = Callable[[int], bytes | bytearray]
Send: TypeAlias = Callable[[bytes | bytearray, SocketAddress], object]


class EchoError(NamedTuple):
    """An ICMP error about an echo of ours to `address`.

    `sequence` is the low half of its number; `number` is the whole one where enough of the echo was quoted.
    """

    address: str
    sequence: int
    number: int | None
    reporter: str
    what: str


class Wire(Protocol):
    """What carries echoes: a socket, or a fake.

    `foreign` counts packets that were not for us, `awaited` bursts under way: there is nothing to read for 0.
    """

    mode: str
    foreign: int
    awaited: int

    def resolve(self, address: str) -> SocketAddress:
        """The address as it is sent to and as answers are compared with; raises LocalFault."""
        ...

    def packets(self, size: int, destination: SocketAddress) -> Packets:
        """What makes the packet of an echo's number; each is good until the next is made."""
        ...

    @property
    def send(self) -> Send:
        """What sends one packet to a destination; raises OSError."""
        ...

    def waiting(self) -> int:
        """What is there to be read: select.POLLIN for packets, select.POLLERR for errors; 0 for nothing."""
        ...

    def receive(self, most: int) -> list[Reply]:
        """The answers to echoes of ours among the next `most` packets."""
        ...

    def errors(self, most: int) -> list[EchoError]:
        """ICMP errors about echoes of ours among the next `most` that are queued."""
        ...


def _kernel_time(ancillary: list[tuple[int, int, bytes]]) -> float | None:
    for level, kind, data in ancillary:
        if kind == SO_TIMESTAMPNS and level == socket.SOL_SOCKET and len(data) == _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack(data)
            return float(seconds + nanoseconds / 1e9)
    return None


@dataclass(slots=True)
class IcmpWire:
    """Real ICMP of one address family; `mode` is datagram or raw."""

    socket: socket.socket
    mode: str
    identifier: int
    token: bytes
    request: int
    reply: int
    with_ip_header: bool
    # The socket's own method: there is nothing to add to it.
    send: Send
    # Asking whether there is anything is cheaper than trying to read it.
    poll: select.poll
    foreign: int = 0
    awaited: int = 0
    forms: dict[int, Packets] = field(default_factory=dict)

    def resolve(self, address: str) -> SocketAddress:
        """As `Wire.resolve`; the port is 0, as raw sockets demand."""
        return socket_address(address, 0)

    def packets(self, size: int, destination: SocketAddress) -> Packets:  # noqa: ARG002
        """As `Wire.packets`."""
        form = self.forms.get(size)
        if form is None:
            if len(self.forms) >= _FORMS_KEPT:
                self.forms.clear()
            form = self.forms[size] = EchoForm(self.request, self.identifier, self.token, size).packet
        return form

    def waiting(self) -> int:
        """As `Wire.waiting`."""
        found = self.poll.poll(0)
        return found[0][1] if found else 0

    def receive(self, most: int) -> list[Reply]:
        """As `Wire.receive`."""
        recvmsg, kind, token, raw = self.socket.recvmsg, self.reply, self.token, self.with_ip_header
        heard: list[Reply] = []
        packets = 0
        try:
            while packets < most:
                data, ancillary, _, source = recvmsg(_READ_BYTES, _ANCILLARY_BYTES)
                packets += 1
                number = echo_reply(data, kind, token, raw)
                if number is not None:
                    heard.append((number, source[0], _kernel_time(ancillary)))
        except OSError:
            # Nothing more for now, or an error that waits in its queue.
            pass
        self.foreign += packets - len(heard)
        return heard

    def errors(self, most: int) -> list[EchoError]:
        """As `Wire.errors`."""
        found: list[EchoError] = []
        for _ in range(most):
            queued = next_error(self.socket)
            if queued is None:
                break
            quoted = quoted_echo(queued.payload, self.request, self.identifier, self.token)
            if quoted is not None and queued.what and queued.destination:
                found.append(EchoError(queued.destination[0], *quoted, queued.reporter, queued.what))
        return found


def polled(opened: socket.socket) -> select.poll:
    """What tells whether there is anything to read on a socket."""
    poll = select.poll()
    poll.register(opened, select.POLLIN)
    return poll


def open_icmp_wire(
    family: int, token: bytes, buffer_bytes: int, tos: int = 0
) -> tuple[IcmpWire | None, OSError | None, str]:
    """A socket for real ICMP: unprivileged datagram first, then raw; else (None, last error, all errors in words).

    `tos` is the traffic class its packets bear: DSCP in the upper six bits.
    """
    errors: list[str] = []
    last: OSError | None = None
    for mode, kind in (("datagram", socket.SOCK_DGRAM), ("raw", socket.SOCK_RAW)):
        try:
            opened = open_datagram(family, kind, _PROTOCOLS[socket.AddressFamily(family)], buffer_bytes)
            if tos:
                opened.setsockopt(*_CLASS_OPTIONS[socket.AddressFamily(family)], tos)
        except OSError as error:
            last = error
            errors.append(f"{mode}: {errno.errorcode.get(error.errno or 0, '')}")
            continue
        return _icmp_wire(opened, mode, token), None, ""
    return None, last, ", ".join(errors)


def _icmp_wire(opened: socket.socket, mode: str, token: bytes) -> IcmpWire:
    four = opened.family == socket.AF_INET
    opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    if mode == "datagram":
        # The kernel chooses the identifier of a datagram socket when it is bound.
        opened.bind(("", 0))
        identifier = opened.getsockname()[1]
    else:
        identifier = int.from_bytes(os.urandom(2), "big")
        level, option, value = (
            (_SOL_RAW, _ICMP_FILTER, _ONLY_REPLIES_4)
            if four
            else (socket.IPPROTO_ICMPV6, _ICMP6_FILTER, _ONLY_REPLIES_6)
        )
        opened.setsockopt(level, option, value)
    return IcmpWire(
        socket=opened,
        send=opened.sendto,
        poll=polled(opened),
        mode=mode,
        identifier=identifier,
        token=token,
        request=ECHO_REQUEST_4 if four else ECHO_REQUEST_6,
        reply=ECHO_REPLY_4 if four else ECHO_REPLY_6,
        with_ip_header=four and mode == "raw",
    )


@dataclass(slots=True)
class SimulatedWire:
    """Echoes wrapped in UDP to one responder, for both address families."""

    socket: socket.socket
    responder: SocketAddress
    token: bytes
    poll: select.poll
    mode: str = SIMULATED
    foreign: int = 0
    awaited: int = 0
    told: list[SimulatedEcho] = field(default_factory=list)

    def resolve(self, address: str) -> SocketAddress:
        """As `Wire.resolve`."""
        return socket_address(address, 0)

    def packets(self, size: int, destination: SocketAddress) -> Packets:
        """As `Wire.packets`."""
        address, token = destination[0], self.token
        return lambda number: encode(SimulatedEcho(REQUEST, address, "", token, number), size)

    @property
    def send(self) -> Send:
        """As `Wire.send`."""
        return lambda packet, _: self.socket.sendto(packet, self.responder)

    def waiting(self) -> int:
        """As `Wire.waiting`."""
        found = self.poll.poll(0)
        return (found[0][1] if found else 0) | (select.POLLERR if self.told else 0)

    def receive(self, most: int) -> list[Reply]:
        """As `Wire.receive`. Errors that the responder told of come along with `errors`."""
        heard: list[Reply] = []
        try:
            for _ in range(most):
                data, ancillary, _, source = self.socket.recvmsg(_READ_BYTES, _ANCILLARY_BYTES)
                echo = decode(data)
                if echo is None or source != self.responder or echo.token != self.token:
                    self.foreign += 1
                elif echo.kind == REPLY:
                    heard.append((echo.number, echo.address, _kernel_time(ancillary)))
                elif echo.kind == UNREACHABLE:
                    self.told.append(echo)
        except OSError:
            # Nothing more for now, or an error that waits in its queue.
            pass
        return heard

    def errors(self, most: int) -> list[EchoError]:
        """As `Wire.errors`. That the responder is away tells nothing about a target."""
        told, self.told = self.told[:most], self.told[most:]
        for _ in range(most):
            if next_error(self.socket) is None:
                break
            self.foreign += 1
        return [
            EchoError(echo.address, echo.number & 0xFFFF, echo.number, echo.reporter, "host unreachable")
            for echo in told
        ]


OpenWire: TypeAlias = IcmpWire | SimulatedWire


def open_simulated_wire(responder: tuple[str, int], token: bytes, buffer_bytes: int) -> SimulatedWire:
    """A socket towards the responder; raises OSError or LocalFault."""
    destination = socket_address(*responder)
    family = socket.AF_INET6 if len(destination) == 4 else socket.AF_INET
    opened = open_datagram(family, socket.SOCK_DGRAM, 0, buffer_bytes)
    opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    return SimulatedWire(opened, destination, token, polled(opened))


def new_token() -> bytes:
    """A token that tells our echoes from everybody else's."""
    return os.urandom(TOKEN_BYTES)
