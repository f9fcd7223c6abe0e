"""The sockets that carry echoes: real ICMP (datagram or raw), or the simulation over UDP."""

import errno
import os
import socket
import struct
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from probes.transports.icmp.packet import (
    ECHO_REPLY_4,
    ECHO_REPLY_6,
    ECHO_REQUEST_4,
    ECHO_REQUEST_6,
    TOKEN_BYTES,
    echo_reply,
    echo_request,
    quoted_sequence,
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
_TIMESPEC = struct.Struct("=qq")
_PROTOCOLS = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}


class Received(NamedTuple):
    """Something about an echo of ours: a reply (`what` '') or an ICMP error.

    `number` is the echo's whole number in a reply, the low 16 bits of it in an error. `at` is the kernel's receive
    time in seconds of the wall clock, None when it gave none.
    """

    address: str
    number: int
    at: float | None = None
    reporter: str = ""
    what: str = ""


class Wire(Protocol):
    """One socket that carries echoes. `foreign` counts packets that were not for us."""

    mode: str
    foreign: int
    socket: socket.socket

    def resolve(self, address: str) -> SocketAddress:
        """The address as it is sent to and as answers are compared with; raises LocalFault."""
        ...

    def send(self, destination: SocketAddress, number: int, size: int) -> None:
        """Send one echo; raises OSError."""
        ...

    def receive(self) -> Received | None:
        """The next answer or error about an echo of ours; None when there is nothing more."""
        ...


def _kernel_time(ancillary: list[tuple[int, int, bytes]]) -> float | None:
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS and len(data) == _TIMESPEC.size:
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
    foreign: int = 0

    def resolve(self, address: str) -> SocketAddress:
        """As `Wire.resolve`; the port is 0, as raw sockets demand."""
        return socket_address(address, 0)

    def send(self, destination: SocketAddress, number: int, size: int) -> None:
        """As `Wire.send`."""
        self.socket.sendto(echo_request(self.request, self.identifier, self.token, number, size), destination)

    def receive(self) -> Received | None:
        """As `Wire.receive`: data first, then queued errors."""
        while True:
            try:
                data, ancillary, _, source = self.socket.recvmsg(_READ_BYTES, _ANCILLARY_BYTES)
            except OSError:
                return self._error()
            number = echo_reply(data, self.reply, self.token, self.with_ip_header)
            if number is not None:
                return Received(source[0], number, _kernel_time(ancillary))
            self.foreign += 1

    def _error(self) -> Received | None:
        while queued := next_error(self.socket):
            sequence = quoted_sequence(queued.payload, self.request, self.identifier)
            if sequence is not None and queued.what and queued.destination:
                return Received(queued.destination[0], sequence, None, queued.reporter, queued.what)
        return None


def open_icmp_wire(
    family: int, token: bytes, buffer_bytes: int
) -> tuple[IcmpWire | None, OSError | None, str]:
    """A socket for real ICMP: unprivileged datagram first, then raw; else (None, last error, all errors in words)."""
    errors: list[str] = []
    last: OSError | None = None
    for mode, kind in (("datagram", socket.SOCK_DGRAM), ("raw", socket.SOCK_RAW)):
        try:
            opened = open_datagram(family, kind, _PROTOCOLS[socket.AddressFamily(family)], buffer_bytes)
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
    mode: str = "simulated"
    foreign: int = 0

    def resolve(self, address: str) -> SocketAddress:
        """As `Wire.resolve`."""
        return socket_address(address, 0)

    def send(self, destination: SocketAddress, number: int, size: int) -> None:
        """As `Wire.send`."""
        echo = SimulatedEcho(REQUEST, destination[0], "", self.token, number)
        self.socket.sendto(encode(echo, size), self.responder)

    def receive(self) -> Received | None:
        """As `Wire.receive`."""
        while True:
            try:
                data, ancillary, _, source = self.socket.recvmsg(_READ_BYTES, _ANCILLARY_BYTES)
            except OSError:
                self._drop_errors()
                return None
            echo = decode(data)
            if echo is None or source != self.responder or echo.token != self.token or echo.kind == REQUEST:
                self.foreign += 1
            elif echo.kind == REPLY:
                return Received(echo.address, echo.number, _kernel_time(ancillary))
            elif echo.kind == UNREACHABLE:
                return Received(echo.address, echo.number & 0xFFFF, None, echo.reporter, "host unreachable")

    def _drop_errors(self) -> None:
        """Empty the error queue: that the responder is away tells nothing about a target."""
        while next_error(self.socket):
            self.foreign += 1


def open_simulated_wire(responder: tuple[str, int], token: bytes, buffer_bytes: int) -> SimulatedWire:
    """A socket towards the responder; raises OSError or LocalFault."""
    destination = socket_address(*responder)
    family = socket.AF_INET6 if len(destination) == 4 else socket.AF_INET
    opened = open_datagram(family, socket.SOCK_DGRAM, 0, buffer_bytes)
    opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    return SimulatedWire(opened, destination, token)


def new_token() -> bytes:
    """A token that tells our echoes from everybody else's."""
    return os.urandom(TOKEN_BYTES)
