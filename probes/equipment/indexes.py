"""Takes the index of a row apart, as INDEX clauses of MIBs put it together (RFC 2578 section 7.7)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address
from types import MappingProxyType

from probes.equipment.answers import spelled, words
from probes.transports.snmp.contract import OCTET_STRING, Index

_IPV4, _IPV6, _IPV4_ZONED, _IPV6_ZONED = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an index: its numbers as they stand there, and what they say."""

    arcs: Index
    told: str


def decode(index: Index, kinds: Sequence[str], code_page: str = "") -> tuple[Part, ...] | None:
    """The parts of an index; None when it is not made up of them. Without `kinds` every number is a part.

    Numbers beyond those of the last part make it another index, and so None.
    """
    if not kinds:
        return tuple(Part((arc,), str(arc)) for arc in index)
    parts: list[Part] = []
    rest = index
    for kind in kinds:
        length = _LENGTHS[kind](rest)
        if length is None or length > len(rest):
            return None
        taken, rest = rest[:length], rest[length:]
        told = _told(kind, taken, code_page)
        if told is None:
            return None
        parts.append(Part(taken, told))
    return None if rest else tuple(parts)


def _fixed(length: int) -> Callable[[Index], int | None]:
    return lambda _: length


def _prefixed(rest: Index) -> int | None:
    """As many as the first number says, which is one more."""
    return rest[0] + 1 if rest else None


def _address(rest: Index) -> int | None:
    """A type, a length, octets: InetAddressType and InetAddress (RFC 4001)."""
    return rest[1] + 2 if len(rest) > 1 else None


_LENGTHS: Mapping[str, Callable[[Index], int | None]] = MappingProxyType(
    {
        "integer": _fixed(1),
        "mac": _fixed(6),
        "ipv4": _fixed(4),
        "text": _prefixed,
        "octets": _prefixed,
        "oid": _prefixed,
        "address": _address,
        "text_implied": len,
        "rest": len,
    }
)


def _told(kind: str, arcs: Index, code_page: str) -> str | None:
    match kind:
        case "integer" | "rest":
            return spelled(arcs)
        case "oid":
            return spelled(arcs[1:])
    prefix = {"text": 1, "octets": 1, "address": 2}.get(kind, 0)
    octets = _octets(arcs[prefix:])
    if octets is None:
        return None
    match kind:
        case "text" | "text_implied":
            return words((OCTET_STRING, octets), code_page)
        case "address":
            return address(octets) if arcs[0] in (_IPV4, _IPV6, _IPV4_ZONED, _IPV6_ZONED) else octets.hex()
        case "ipv4":
            return address(octets)
        case "mac":
            return mac(octets)
    return octets.hex()


def _octets(arcs: Index) -> bytes | None:
    return bytes(arcs) if all(arc <= 0xFF for arc in arcs) else None


def mac(octets: bytes) -> str:
    """Octets as a hardware address is written."""
    return octets.hex(":")


def address(octets: bytes) -> str:
    """Octets as an IP address (a zone behind it is left out); hexadecimal digits when they are none."""
    if len(octets) in (4, 8):
        return ".".join(map(str, octets[:4]))
    if len(octets) in (16, 20):
        return _ipv6(octets[:16])
    return octets.hex()


def _ipv6(octets: bytes) -> str:
    return str(IPv6Address(octets))
