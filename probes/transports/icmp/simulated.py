"""Simulated ICMP: echoes wrapped in UDP to a responder on this machine, where real ICMP or namespaces are refused.

Wire format, big-endian, the same both ways (at least 41 bytes, padded with zeros to the echo's size):

    4  magic 'NWE1'
    1  kind: 1 request, 2 reply, 3 host unreachable
    16 target address (IPv4 as ::ffff:a.b.c.d, RFC 4291 section 2.5.5.2)
    16 reporter of an unreachable, else zeros
    8  token of the asking process
    4  number of the echo

The responder sends nothing for a dead address. It answers to the address that asked.
"""

import ipaddress
import struct
from collections.abc import Callable
from typing import NamedTuple

MAGIC = b"NWE1"
REQUEST = 1
REPLY = 2
UNREACHABLE = 3

_FORM = struct.Struct("!4sB16s16s8sI")
_NOBODY = bytes(16)


class SimulatedEcho(NamedTuple):
    """One simulated packet; `reporter` is '' unless `kind` is UNREACHABLE."""

    kind: int
    address: str
    reporter: str
    token: bytes
    number: int


def _packed(address: str) -> bytes:
    parsed = ipaddress.ip_address(address)
    return parsed.packed if parsed.version == 6 else b"\0" * 10 + b"\xff\xff" + parsed.packed


def _unpacked(packed: bytes) -> str:
    if packed == _NOBODY:
        return ""
    parsed = ipaddress.IPv6Address(packed)
    return str(parsed.ipv4_mapped or parsed)


def encode(echo: SimulatedEcho, size: int = 0) -> bytes:
    """The datagram of a simulated echo, padded to `size` bytes."""
    reporter = _packed(echo.reporter) if echo.reporter else _NOBODY
    packet = _FORM.pack(MAGIC, echo.kind, _packed(echo.address), reporter, echo.token, echo.number)
    return packet.ljust(size, b"\0")


def decode(data: bytes) -> SimulatedEcho | None:
    """Read a datagram; None when it is not of this format."""
    if len(data) < _FORM.size:
        return None
    magic, kind, address, reporter, token, number = _FORM.unpack_from(data)
    if magic != MAGIC or kind not in (REQUEST, REPLY, UNREACHABLE):
        return None
    return SimulatedEcho(kind, _unpacked(address), _unpacked(reporter), token, number)


def respond(data: bytes, alive: Callable[[str], bool], router: Callable[[str], str | None]) -> bytes | None:
    """What a responder sends back: a reply for a living address, an unreachable if `router` names a reporter."""
    asked = decode(data)
    if asked is None or asked.kind != REQUEST:
        return None
    if alive(asked.address):
        return encode(asked._replace(kind=REPLY), len(data))
    reporter = router(asked.address)
    return encode(asked._replace(kind=UNREACHABLE, reporter=reporter)) if reporter else None
