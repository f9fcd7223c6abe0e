"""Traps and informs of SNMP as values, bounded and in one pass. Pure.

v1 Trap-PDU (RFC 1157 section 4.1.6), v2 trap and inform (RFC 3416 sections 4.2.6 and 4.2.7); what a v1 trap is called
in v2 is said by RFC 3584 section 3.1. Only `BerError` leaves these functions, whatever the bytes are.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from probes.transports.snmp.ber import (
    MAX_ARCS,
    RESPONSE,
    BerError,
    dotted,
    encode_arcs,
    encode_integer,
    encode_oid,
    read_element,
    read_integer,
    tlv,
)

TRAP_V1 = 0xA4
INFORM = 0xA6
TRAP_V2 = 0xA7

# What UDP can carry; a notification has a dozen bindings, so that more than these are refused unread.
MOST_BYTES = 65_535
MOST_BINDINGS = 256
# The longest names of vendors' traps have two dozen arcs; what is remembered of senders stays small.
MOST_TRAP_BYTES = 128

_INTEGER, _OCTETS, _OID, _SEQUENCE, _IP_ADDRESS, _TIME_TICKS = 0x02, 0x04, 0x06, 0x30, 0x40, 0x43
_V1, _V2C, _V3 = 0, 1, 3
VERSIONS: Mapping[int, str] = MappingProxyType({_V1: "1", _V2C: "2c", _V3: "3"})

# SNMPv2-MIB: the values of snmpTrapOID for RFC 1157's generic traps 0 to 5, below snmpTraps.
SNMP_TRAPS = "1.3.6.1.6.3.1.1.5"
GENERIC = ("coldStart", "warmStart", "linkDown", "linkUp", "authenticationFailure", "egpNeighborLoss")
_ENTERPRISE_SPECIFIC = 6
NAMES: Mapping[bytes, str] = MappingProxyType(
    {encode_oid(f"{SNMP_TRAPS}.{number}"): name for number, name in enumerate(GENERIC, 1)}
)
_GENERIC_OIDS = tuple(NAMES)
LINK_TRAPS = frozenset(oid for oid, name in NAMES.items() if name.startswith("link"))

# SNMPv2-MIB snmpTrapOID.0, SNMP-COMMUNITY-MIB snmpTrapAddress.0 (RFC 3584), IF-MIB ifIndex.
_SNMP_TRAP_OID = encode_oid("1.3.6.1.6.3.1.1.4.1.0")
_TRAP_ADDRESS = encode_oid("1.3.6.1.6.3.18.1.3.0")
_IF_INDEX = encode_oid("1.3.6.1.2.1.2.2.1.1")
_NO_AGENT = bytes(4)

# OID bytes, tag, content bytes.
RawBinding: TypeAlias = tuple[bytes, int, bytes]


class OtherMessage(BerError):  # noqa: N818 - named after what came, as BerError is after what failed
    """A sound message of SNMP that is no notification: a request, an answer."""


class Notification(NamedTuple):
    """One trap or inform.

    `trap` is the value of snmpTrapOID as BER bytes; `agent` the address it claims to be from ('' where it claims
    none); `listed` the encoded bindings of an inform, which its answer repeats, and empty for a trap. `proven`: its
    sender authenticated itself (SNMPv3); a community, or a user without a password, proves nothing.
    """

    version: str
    inform: bool
    request_id: int
    trap: bytes
    agent: str
    bindings: Sequence[RawBinding]
    listed: bytes = b""
    proven: bool = False

    @property
    def name(self) -> str:
        """The trap's name where it is one of the standard six, else its dotted OID."""
        return NAMES.get(self.trap) or dotted(self.trap)

    @property
    def about_link(self) -> bool:
        """Whether a link came up or went down."""
        return self.trap in LINK_TRAPS

    @property
    def if_index(self) -> int | None:
        """The interface it speaks of, by the first ifIndex instance among its bindings; None when it names none."""
        for oid, tag, content in self.bindings:
            if tag == _INTEGER and oid.startswith(_IF_INDEX) and 1 <= len(content) <= 4:
                return int.from_bytes(content, "big", signed=True)
        return None


class Envelope(NamedTuple):
    """What stands before the PDU: the version, of v1 and v2c the community (b'' of v3), and where the PDU begins."""

    version: str
    community: bytes
    at: int


def envelope(data: bytes) -> Envelope:
    """Read a message up to its PDU, so that who may not speak is not read further; raises BerError."""
    try:
        start, end = read_element(data, 0, _SEQUENCE)
        if end != len(data):
            raise BerError("bytes after the message")
        version, at = read_integer(data, start)
        if version not in VERSIONS:
            raise BerError("unexpected version")
        if version == _V3:
            return Envelope(VERSIONS[version], b"", at)
        start, at = read_element(data, at, _OCTETS)
    except IndexError:
        raise BerError("cut short") from None
    return Envelope(VERSIONS[version], data[start:at], at)


def decode_pdu(data: bytes, at: int, version: str) -> Notification:
    """The notification whose PDU fills the bytes from `at` on; raises BerError, OtherMessage for other PDUs."""
    try:
        return _trap_v1(data, at) if version == VERSIONS[_V1] else _notification(data, at, version)
    except IndexError:
        raise BerError("cut short") from None


def _notification(data: bytes, at: int, version: str) -> Notification:
    """The v2 PDU that fills the bytes from `at` on."""
    kind = data[at]
    if kind not in (TRAP_V2, INFORM):
        raise OtherMessage("no trap or inform")
    at, end = read_element(data, at, kind)
    if end != len(data):
        raise BerError("bytes after the PDU")
    request_id, at = read_integer(data, at)
    _, at = read_integer(data, at)
    _, listed = read_integer(data, at)
    bindings = _bindings(data, listed)
    # The first of a name counts; the two that must be there stand in front.
    named = {oid: (tag, content) for oid, tag, content in reversed(bindings)}
    tag, trap = named.get(_SNMP_TRAP_OID, (0, b""))
    if tag != _OID or len(trap) > MOST_TRAP_BYTES or not dotted(trap):
        raise BerError("no trap OID")
    tag, address = named.get(_TRAP_ADDRESS, (0, b""))
    agent = _agent(address) if tag == _IP_ADDRESS else ""
    inform = kind == INFORM
    return Notification(version, inform, request_id, trap, agent, bindings, data[listed:] if inform else b"")


def _trap_v1(data: bytes, at: int) -> Notification:
    if data[at] != TRAP_V1:
        raise OtherMessage("no trap")
    at, end = read_element(data, at, TRAP_V1)
    if end != len(data):
        raise BerError("bytes after the PDU")
    start, at = read_element(data, at, _OID)
    enterprise = data[start:at]
    start, at = read_element(data, at, _IP_ADDRESS)
    address = data[start:at]
    generic, at = read_integer(data, at)
    specific, at = read_integer(data, at)
    _, at = read_element(data, at, _TIME_TICKS)
    trap = _trap_oid(enterprise, generic, specific)
    return Notification("1", False, 0, trap, _agent(address), _bindings(data, at))


def _trap_oid(enterprise: bytes, generic: int, specific: int) -> bytes:
    """What v2 calls a v1 trap: RFC 3584 section 3.1 (2) and (3)."""
    if 0 <= generic < _ENTERPRISE_SPECIFIC:
        return _GENERIC_OIDS[generic]
    if generic != _ENTERPRISE_SPECIFIC or not 0 <= specific < 1 << 31:
        raise BerError("a v1 trap of no known form")
    trap = enterprise + encode_arcs((0, specific))
    if len(trap) > MOST_TRAP_BYTES or not dotted(trap):
        raise BerError("an enterprise that is no OID")
    return trap


def _agent(address: bytes) -> str:
    if len(address) != len(_NO_AGENT):
        raise BerError("an agent address that is none")
    return ".".join(map(str, address)) if address != _NO_AGENT else ""


def _bindings(data: bytes, at: int) -> list[RawBinding]:
    """The list of bindings that fills the bytes from `at` on; values are cut out and not interpreted."""
    at, end = read_element(data, at, _SEQUENCE)
    if end != len(data):
        raise BerError("bytes after the bindings")
    found: list[RawBinding] = []
    while at < end:
        at, stop = read_element(data, at, _SEQUENCE)
        start, at = read_element(data, at, _OID)
        oid = data[start:at]
        # No arc is shorter than a byte; the arcs of an OID that matters are counted where it is compared.
        if not oid or oid[-1] > 0x7F or len(oid) > 5 * MAX_ARCS or len(found) == MOST_BINDINGS:
            raise BerError("an OID cut or too long, or too many bindings")
        tag = data[at]
        start, at = read_element(data, at, tag)
        if at != stop:
            raise BerError("value that does not fill its binding")
        found.append((oid, tag, data[start:at]))
    return found


def answer_pdu(inform: Notification) -> bytes:
    """The Response-PDU that acknowledges an inform: the same request id and bindings (RFC 3416 section 4.2.7)."""
    return tlv(RESPONSE, encode_integer(inform.request_id) + _NO_ERROR + inform.listed)


_NO_ERROR = encode_integer(0) + encode_integer(0)


def answer_v2c(community: bytes, inform: Notification) -> bytes:
    """The whole message that acknowledges a v2c inform."""
    return tlv(_SEQUENCE, encode_integer(_V2C) + tlv(_OCTETS, community) + answer_pdu(inform))
