"""Where echo requests for the province arrive: real ICMP inside a namespace, else simulated ICMP over UDP."""

import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from probes.transports.icmp.packet import ECHO_REPLY_4, ECHO_REQUEST_4, checksum
from probes.transports.icmp.simulated import REPLY, REQUEST, decode, encode

LOOPBACK = "127.0.0.1"
_RECEIVE_BUFFER = 4 * 1024 * 1024
# Larger than any echo or request the daemon sends; what is longer arrives cut and is not understood.
_LARGEST = 9000
_MOST_AT_ONCE = 256
# linux/icmp.h and linux/in.h; Python 3.11 does not name them.
_SOL_RAW, _ICMP_FILTER = 255, 1
IP_PKTINFO = 8
_PACKET_INFO = struct.Struct("=I4s4s")
_ICMP_HEADER = struct.Struct("!BBH")


class Asked(NamedTuple):
    """An echo request: for which address, the bytes to answer from, and where the answer goes."""

    address: str
    packet: bytes
    back: tuple[str, int]


class Echoes(Protocol):
    """A place where echo requests arrive and replies leave; sockets are non-blocking."""

    @property
    def socket(self) -> socket.socket:
        """What becomes readable."""

    def receive(self) -> Iterator[Asked]:
        """The requests that have arrived, not more than a few hundred at once."""

    def reply(self, asked: Asked) -> None:
        """Answer one."""


def drain(opened: socket.socket) -> Iterator[tuple[bytes, list[tuple[int, int, bytes]], tuple[str, int]]]:
    """The datagrams waiting at a non-blocking socket, with ancillary data and sender."""
    for _ in range(_MOST_AT_ONCE):
        try:
            data, ancillary, _, sender = opened.recvmsg(_LARGEST, 256)
        except (BlockingIOError, ConnectionError):
            return
        yield data, ancillary, sender


def sent_to(ancillary: list[tuple[int, int, bytes]]) -> str | None:
    """The address a datagram was sent to, from its IP_PKTINFO."""
    for level, kind, value in ancillary:
        if level == socket.IPPROTO_IP and kind == IP_PKTINFO:
            return socket.inet_ntoa(_PACKET_INFO.unpack_from(value)[2])
    return None


def send_from(opened: socket.socket, data: bytes, address: str, back: tuple[str, int]) -> None:
    """Send a datagram that comes from `address`; what cannot be sent now is lost, as packets are."""
    info = _PACKET_INFO.pack(0, socket.inet_aton(address), bytes(4))
    try:
        opened.sendmsg([data], [(socket.IPPROTO_IP, IP_PKTINFO, info)], 0, back)
    except OSError:
        return


def datagrams(host: str, port: int) -> socket.socket:
    """A non-blocking UDP socket that tells where its datagrams were sent to; raises OSError."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    opened.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    bound_to_loopback(opened)
    opened.setblocking(False)
    opened.bind((host, port))
    return opened


def bound_to_loopback(opened: socket.socket) -> None:
    """Only what the loopback interface carries may come in, whatever address is bound."""
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")


class RawEchoes:
    """ICMP in a namespace whose kernel answers no echo itself; needs CAP_NET_RAW there."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        wanted = struct.pack("=I", ~(1 << ECHO_REQUEST_4) & 0xFFFFFFFF)
        self.socket.setsockopt(_SOL_RAW, _ICMP_FILTER, wanted)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self.socket.setblocking(False)

    def receive(self) -> Iterator[Asked]:
        """The requests that have arrived."""
        for data, _, sender in drain(self.socket):
            header = (data[0] & 0x0F) * 4
            yield Asked(socket.inet_ntoa(data[16:20]), data[header:], (sender[0], 0))

    def reply(self, asked: Asked) -> None:
        """An echo reply from the address that was asked."""
        rest = asked.packet[4:]
        total = checksum(_ICMP_HEADER.pack(ECHO_REPLY_4, 0, 0) + rest)
        send_from(self.socket, _ICMP_HEADER.pack(ECHO_REPLY_4, 0, total) + rest, asked.address, asked.back)


class SimulatedEchoes:
    """ICMP wrapped in UDP, as `probes.transports.icmp.simulated` says."""

    def __init__(self, opened: socket.socket) -> None:
        self.socket = opened

    def receive(self) -> Iterator[Asked]:
        """The requests that have arrived."""
        for data, _, sender in drain(self.socket):
            asked = decode(data)
            if asked is not None and asked.kind == REQUEST:
                yield Asked(asked.address, data, sender)

    def reply(self, asked: Asked) -> None:
        """The same echo as a reply."""
        echo = decode(asked.packet)
        if echo is not None:
            send_from(self.socket, encode(echo._replace(kind=REPLY), len(asked.packet)), LOOPBACK, asked.back)
