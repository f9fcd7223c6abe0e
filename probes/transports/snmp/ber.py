"""BER for SNMP messages (X.690 as RFC 3417 section 8 restricts it), bounded and in one pass.

Requests are made once as prefix and suffix; a request is prefix + 4 bytes of request id + suffix. Answers are read
front to back without recursion. Only `BerError` leaves the reading functions, whatever the bytes are.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

GET = 0xA0
GET_NEXT = 0xA1
RESPONSE = 0xA2
GET_BULK = 0xA5
REPORT = 0xA8

# RFC 2578 section 3.5: an OID has at most 128 arcs, each below 2**32.
MAX_ARCS = 128
MAX_ARC = 2**32 - 1
# 128 arcs of five bytes; the first two share one.
_MAX_OID_BYTES = 5 * (MAX_ARCS - 1)

_V3 = 3
# Longer row indexes than these bytes are not kept: an agent may invent ever new ones, each six kilobytes in memory.
SHORT = 32

_INTEGER = 0x02
_OCTETS = 0x04
_OID = 0x06
_SEQUENCE = 0x30
_COUNTER64 = 0x46
# The unsigned types and their largest value. Some agents omit the leading zero that keeps a large value positive,
# others add one: such bytes are read unsigned all the same.
_MOST = {0x41: 2**32 - 1, 0x42: 2**32 - 1, 0x43: 2**32 - 1, 0x47: 2**32 - 1, _COUNTER64: 2**64 - 1}
# The version of v1 and v2c with the community's tag behind it; error-status and error-index of an answer without error.
_VERSIONS = (b"\x02\x01\x00\x04", b"\x02\x01\x01\x04")
NO_ERROR = b"\x02\x01\x00\x02\x01\x00"
_NO_ERROR_AND_BINDINGS = NO_ERROR + bytes((_SEQUENCE,))

Binding: TypeAlias = tuple[bytes, int, int | bytes]


class BerError(ValueError):
    """The bytes are not an SNMP message we accept."""


class Response(NamedTuple):
    """One answer: bindings are (OID as BER bytes, tag, content)."""

    request_id: int
    error_status: int
    error_index: int
    bindings: list[Binding]


@lru_cache(maxsize=65536)
def encode_oid(oid: str) -> bytes:
    """The content bytes of a dotted OID; raises ValueError when it is none."""
    arcs = [int(arc) for arc in oid.strip().lstrip(".").split(".") if arc.isascii() and arc.isdigit()]
    if len(arcs) != oid.strip().lstrip(".").count(".") + 1 or not 2 <= len(arcs) <= MAX_ARCS:
        raise ValueError(f"not an OID: {oid}")
    if arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39) or max(arcs) > MAX_ARC:
        raise ValueError(f"not an OID: {oid}")
    return b"".join(map(_arc, (arcs[0] * 40 + arcs[1], *arcs[2:])))


def _arc(value: int) -> bytes:
    septets = [value & 0x7F]
    while value := value >> 7:
        septets.append(value & 0x7F | 0x80)
    return bytes(reversed(septets))


def encode_arcs(arcs: Sequence[int]) -> bytes:
    """The bytes of arcs that follow a column's OID: a row index."""
    return b"".join(map(_arc, arcs))


@lru_cache(maxsize=65536)
def short_arcs(content: bytes) -> tuple[int, ...]:
    """As `arcs`, of at most `SHORT` bytes: kept, since nearly all devices have the same row indexes."""
    return _read_arcs(content)


def arcs(content: bytes) -> tuple[int, ...]:
    """The arcs of OID bytes after the first two, or of a row index; raises BerError."""
    return short_arcs(content) if len(content) <= SHORT else _read_arcs(content)


def _read_arcs(content: bytes) -> tuple[int, ...]:
    if len(content) > _MAX_OID_BYTES:
        raise BerError("OID too long")
    found: list[int] = []
    value = 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if value > MAX_ARC:
            raise BerError("arc beyond 32 bits")
        if byte < 0x80:
            found.append(value)
            value = 0
    if content and content[-1] >= 0x80:
        raise BerError("cut arc")
    if len(found) > MAX_ARCS:
        raise BerError("too many arcs")
    return tuple(found)


@lru_cache(maxsize=8192)
def dotted(content: bytes) -> str:
    """An OID's content bytes as dotted text; '' for bytes that are none."""
    try:
        head, *rest = arcs(content)
    except ValueError:
        return ""
    first = min(head // 40, 2)
    return ".".join(map(str, (first, head - 40 * first, *rest)))


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    if size < 0x100:
        return bytes((0x81, size))
    return bytes((0x82, size >> 8, size & 0xFF))


def tlv(tag: int, content: bytes) -> bytes:
    """One element: tag, definite length, content (at most 65,535 bytes)."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    return bytes((tag,)) + _length(size) + content


def encode_integer(value: int, tag: int = _INTEGER) -> bytes:
    """An integer element in two's complement, as short as it can be."""
    bits = (value if value >= 0 else ~value).bit_length()
    return tlv(tag, value.to_bytes(bits // 8 + 1, "big", signed=True))


def encode_bindings(bindings: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A variable-bindings list of (OID bytes, encoded value element)."""
    return tlv(_SEQUENCE, b"".join(tlv(_SEQUENCE, tlv(_OID, oid) + value) for oid, value in bindings))


def request_pdu(pdu: int, oids: Sequence[bytes], first: int = 0, second: int = 0) -> tuple[bytes, bytes]:
    """A request's PDU as (prefix, suffix) around four bytes of request id.

    `first` and `second` are error-status and error-index of a plain request, non-repeaters and max-repetitions of
    a GetBulk (RFC 3416 section 3).
    """
    tail = encode_integer(first) + encode_integer(second)
    tail += encode_bindings([(oid, b"\x05\x00") for oid in oids])
    return tlv(pdu, b"\x02\x04\x00\x00\x00\x00" + tail)[: -4 - len(tail)], tail


def request(
    version: int, community: bytes, pdu: int, oids: Sequence[bytes], first: int = 0, second: int = 0
) -> tuple[bytes, bytes]:
    """A v1 (0) or v2c (1) request as (prefix, suffix) around four bytes of request id; see `request_pdu`."""
    head, tail = request_pdu(pdu, oids, first, second)
    inside = encode_integer(version) + tlv(_OCTETS, community) + head
    return bytes((_SEQUENCE,)) + _length(len(inside) + 4 + len(tail)) + inside, tail


def request_v2c(
    community: bytes, pdu: int, oids: Sequence[bytes], first: int = 0, second: int = 0
) -> tuple[bytes, bytes]:
    """A v2c request as (prefix, suffix) around four bytes of request id; see `request_pdu`."""
    return request(1, community, pdu, oids, first, second)


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    """(content length, where it starts) of a length that is known to be in long form."""
    form = data[at]
    if form == 0x82:
        return data[at + 1] << 8 | data[at + 2], at + 3
    if form == 0x81:
        return data[at + 1], at + 2
    # No datagram needs more than two bytes, but there are agents that always write four.
    if not 0x83 <= form <= 0x84:
        raise BerError("indefinite or oversized length")
    start = at + 1 + (form & 0x7F)
    return int.from_bytes(data[at + 1 : start], "big"), start


def _element(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """(start, end) of the content of the element with this tag at this place."""
    if data[at] != tag:
        raise BerError("unexpected tag")
    size = data[at + 1]
    start = at + 2
    if size > 0x7F:
        size, start = _read_length(data, at + 1)
    if start + size > len(data):
        raise BerError("length beyond the packet")
    return start, start + size


def _integer(data: bytes, at: int) -> tuple[int, int]:
    start, end = _element(data, at, _INTEGER)
    if not 1 <= end - start <= 8:
        raise BerError("overlong integer")
    return int.from_bytes(data[start:end], "big", signed=True), end


# The same two for readers of other messages; IndexError means that the bytes end too early.
read_element, read_integer = _element, _integer


def decode_response(data: bytes) -> Response:
    """Read a v1 or v2c answer; raises BerError."""
    version, number, rest = peek(data)
    if version not in (0, 1):
        raise BerError("unexpected version")
    return decode_rest(data, rest, number)


def peek(data: bytes) -> tuple[int, int, int]:
    """(version, number, where the error-status is) of an answer: as little as tells whose it is; raises BerError.

    The number is the request id of v1 and v2c, and the msgID of v3 (RFC 3412), whose third figure is 0.
    """
    try:
        if data[0] != _SEQUENCE:
            raise BerError("unexpected tag")
        size, at = data[1], 2
        if size > 0x7F:
            size, at = _read_length(data, 1)
        if at + size != len(data):
            raise BerError("length beyond the packet, or bytes after the message")
        # Nearly every answer has its version in one byte and its community in a short length.
        if data.startswith(_VERSIONS, at) and data[at + 4] < 0x80:
            version, at = data[at + 2], at + 5 + data[at + 4]
        else:
            version, at = _integer(data, at)
            if version == _V3:
                return version, _integer(data, _element(data, at, _SEQUENCE)[0])[0], 0
            at = _element(data, at, _OCTETS)[1]
        if data[at] != RESPONSE:
            raise BerError("unexpected PDU")
        size = data[at + 1]
        at += 2
        if size > 0x7F:
            size, at = _read_length(data, at - 1)
        if at + size != len(data):
            raise BerError("length beyond the packet, or bytes after the PDU")
        if data[at + 2] < 0x80 and data.startswith(b"\x02\x04", at):
            return version, int.from_bytes(data[at + 2 : at + 6], "big"), at + 6
        number, at = _integer(data, at)
    except IndexError:
        raise BerError("cut short") from None
    return version, number, at


def unpadded(data: bytes) -> bytes:
    """A message without the bytes that stand behind it; raises BerError when there are none.

    Some agents pad what they send, and net-snmp and pysnmp read them all the same.
    """
    try:
        _, end = _element(data, 0, _SEQUENCE)
    except IndexError:
        raise BerError("cut short") from None
    if end == len(data):
        raise BerError("nothing behind the message")
    return data[:end]


def decode_pdu(data: bytes, at: int = 0) -> tuple[int, Response]:
    """(tag, content) of the Response or Report PDU that begins at this place and ends the bytes; raises BerError."""
    try:
        tag = data[at]
        if tag not in (RESPONSE, REPORT):
            raise BerError("unexpected PDU")
        at, end = _element(data, at, tag)
        if end != len(data):
            raise BerError("bytes after the PDU")
        number, at = _integer(data, at)
    except IndexError:
        raise BerError("cut short") from None
    return tag, decode_rest(data, at, number)


def decode_rest(data: bytes, at: int, number: int) -> Response:
    """The answer of this request id, whose error-status is at this place; raises BerError."""
    try:
        status, at = _integer(data, at)
        index, at = _integer(data, at)
        at, end = _element(data, at, _SEQUENCE)
        if end != len(data):
            raise BerError("bytes after the bindings")
        return Response(number, status, index, _bindings(data, at))
    except IndexError:
        raise BerError("cut short") from None


class Expected(NamedTuple):
    """How an answer will look if it holds these values again: their tags, each OID's element with the tag behind it,
    and what to do with the content (see `WIDTHS`)."""

    tags: bytes
    heads: tuple[bytes, ...]
    widths: tuple[int, ...]


_PLAIN_OCTETS, _SMALL_INTEGER, _ANY_CONTENT = 0, -1, -2
# By tag: so many bytes at most are a plain unsigned number, or one of the marks above.
WIDTHS = {
    0x41: 4,
    0x42: 4,
    0x43: 4,
    0x47: 4,
    _COUNTER64: 8,
    _OCTETS: _PLAIN_OCTETS,
    _INTEGER: _SMALL_INTEGER,
}


@lru_cache(maxsize=65536)
def _head(oid: bytes, tag: int) -> bytes:
    return tlv(_OID, oid) + bytes((tag,))


@lru_cache(maxsize=16384)
def expect(oids: tuple[bytes, ...], tags: bytes) -> Expected:
    """Prepare for an answer that holds these OIDs (as content bytes) with values of these tags, in this order."""
    heads = tuple(_head(oid, tag) for oid, tag in zip(oids, tags, strict=True))
    return Expected(tags, heads, tuple(WIDTHS.get(tag, _ANY_CONTENT) for tag in tags))


def read_expected(data: bytes, at: int, expected: Expected) -> list[int | bytes | None] | None:
    """The contents of an answer without error that is as expected; None when it is any other, or none at all.

    `at` is where the error-status is. This is the hot loop of multi-GETs, hence one function.
    """
    if not data.startswith(_NO_ERROR_AND_BINDINGS, at):
        return None
    contents: list[int | bytes | None] = []
    add, number, matches = contents.append, int.from_bytes, data.startswith
    try:
        size, at = data[at + 7], at + 8
        if size > 0x7F:
            size, at = _read_length(data, at - 1)
        if at + size != len(data):
            return None
        for head, width in zip(expected.heads, expected.widths, strict=True):
            if data[at] != _SEQUENCE:
                return None
            size = data[at + 1]
            at += 2
            if size > 0x7F:
                size, at = _read_length(data, at - 1)
            stop = at + size
            if not matches(head, at):
                return None
            at += len(head)
            size = data[at]
            at += 1
            if size > 0x7F:
                size, at = _read_length(data, at - 1)
            if at + size != stop:
                return None
            if 0 < size <= width:
                add(data[at] if size == 1 else number(data[at:stop], "big"))
            elif width == _PLAIN_OCTETS:
                add(data[at:stop])
            elif width == _SMALL_INTEGER and size == 1 and data[at] < 0x80:
                add(data[at])
            else:
                add(_content(head[-1], data[at:stop]))
            at = stop
    except (IndexError, BerError):
        return None
    return contents if at == len(data) else None


def _bindings(data: bytes, at: int) -> list[Binding]:
    """The list of bindings that fills the packet from `at` on; the hot loop of walks, hence inline."""
    end = len(data)
    found: list[Binding] = []
    add, number, width = found.append, int.from_bytes, WIDTHS.get
    while at < end:
        if data[at] != _SEQUENCE:
            raise BerError("unexpected tag")
        size = data[at + 1]
        at += 2
        if size > 0x7F:
            size, at = _read_length(data, at - 1)
        stop = at + size
        if stop > end or data[at] != _OID:
            raise BerError("binding beyond the packet or without OID")
        size = data[at + 1]
        at += 2
        if size > 0x7F:
            size, at = _read_length(data, at - 1)
        oid = data[at : at + size]
        at += size
        if at >= stop or not size or oid[-1] > 0x7F or (size >= MAX_ARCS and not _short_enough(oid)):
            raise BerError("OID that is cut, empty or too long")
        tag, size = data[at], data[at + 1]
        at += 2
        if size > 0x7F:
            size, at = _read_length(data, at - 1)
        if at + size != stop:
            raise BerError("value that does not fill its binding")
        if 0 < size <= width(tag, 0):
            add((oid, tag, number(data[at:stop], "big")))
        elif tag == _OCTETS:
            add((oid, tag, data[at:stop]))
        else:
            add((oid, tag, _content(tag, data[at:stop])))
        at = stop
    return found


def _short_enough(oid: bytes) -> bool:
    return len(oid) <= _MAX_OID_BYTES and sum(byte < 0x80 for byte in oid) < MAX_ARCS


def _content(tag: int, content: bytes) -> int | bytes:
    """An integer for the integer types, the bytes for others. Non-minimal forms pass, as many agents send them."""
    if tag == _INTEGER:
        if not 1 <= len(content) <= 8:
            raise BerError("overlong integer")
        return int.from_bytes(content, "big", signed=True)
    limit = _MOST.get(tag)
    if limit is not None:
        value, size = int.from_bytes(content, "big"), len(content)
        if value > limit or not size or (size > 5 and (size > 9 or tag != _COUNTER64)):
            raise BerError("unsigned integer out of its range")
        return value
    if tag == _OID:
        arcs(content)
    return content


read_length, read_content = _read_length, _content
