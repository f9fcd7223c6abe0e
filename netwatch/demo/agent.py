"""The SNMP agents of the province: one answer to one request. SNMPv2c, read only (RFC 3416)."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from netwatch.demo.glance import Glance
from netwatch.demo.objects import Key, Layout, layout_of
from probes.transports.snmp.ber import (
    GET,
    GET_BULK,
    GET_NEXT,
    RESPONSE,
    BerError,
    arcs,
    encode_bindings,
    encode_integer,
    tlv,
)
from probes.transports.snmp.contract import (
    END_OF_MIB_VIEW,
    NO_SUCH_INSTANCE,
    NULL,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
)

# RFC 3417 section 3.2 asks for 484 at least; this keeps an answer within one Ethernet frame.
MOST_BYTES = 1400
MOST_REPETITIONS = 100
_SEQUENCE, _INTEGER = 0x30, 0x02
_VERSION_2C = 1

Bound = tuple[bytes, bytes]


class Request(NamedTuple):
    """A request: `first` and `second` are non-repeaters and max-repetitions of a GetBulk, 0 otherwise."""

    community: bytes
    pdu: int
    number: int
    first: int
    second: int
    oids: tuple[bytes, ...]


class _Reader:
    """Reads elements front to back; every step stays within the bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def more(self) -> bool:
        return self._at < len(self._data)

    def element(self) -> tuple[int, bytes]:
        """The next element's tag and content."""
        if len(self._data) < self._at + 2:
            raise BerError("cut short")
        tag, size, start = self._data[self._at], self._data[self._at + 1], self._at + 2
        if size > 0x7F:
            wide = size & 0x7F
            if not 1 <= wide <= 3:
                raise BerError("indefinite or oversized length")
            size, start = int.from_bytes(self._data[start : start + wide], "big"), start + wide
        if start + size > len(self._data):
            raise BerError("length beyond the packet")
        self._at = start + size
        return tag, self._data[start : start + size]

    def expect(self, *tags: int) -> bytes:
        """The content of the next element, which must have one of these tags."""
        tag, content = self.element()
        if tag not in tags:
            raise BerError("unexpected tag")
        return content

    def integer(self) -> int:
        """The next element as an integer of at most four bytes."""
        content = self.expect(_INTEGER)
        if not 1 <= len(content) <= 4:
            raise BerError("overlong integer")
        return int.from_bytes(content, "big", signed=True)


def decode_request(data: bytes) -> Request:
    """Read a v2c Get, GetNext or GetBulk; raises BerError for whatever else."""
    message = _Reader(_Reader(data).expect(_SEQUENCE))
    if message.integer() != _VERSION_2C:
        raise BerError("unexpected version")
    community = message.expect(OCTET_STRING)
    pdu, content = message.element()
    if pdu not in _ANSWERS:
        raise BerError("unexpected request")
    body = _Reader(content)
    number, first, second = body.integer(), body.integer(), body.integer()
    oids = tuple(_oids(_Reader(body.expect(_SEQUENCE))))
    return Request(community, pdu, number, max(first, 0), max(second, 0), oids)


def _oids(bindings: _Reader) -> Iterator[bytes]:
    while bindings.more:
        binding = _Reader(bindings.expect(_SEQUENCE))
        oid = binding.expect(OBJECT_IDENTIFIER)
        binding.expect(NULL)
        arcs(oid)
        yield oid


def respond(request: Request, glance: Glance) -> bytes:
    """The answer of a device's agent, never longer than `MOST_BYTES` bytes of bindings."""
    layout = layout_of(glance.device, glance.reality)
    bindings: list[Bound] = []
    size = 0
    for bound in _ANSWERS[request.pdu](layout, request, glance):
        size += len(bound[0]) + len(bound[1]) + 8
        if size > MOST_BYTES and bindings:
            break
        bindings.append(bound)
    body = encode_integer(request.number) + encode_integer(0) * 2 + encode_bindings(bindings)
    message = encode_integer(_VERSION_2C) + tlv(OCTET_STRING, request.community) + tlv(RESPONSE, body)
    return tlv(_SEQUENCE, message)


def _get(layout: Layout, request: Request, glance: Glance) -> Iterator[Bound]:
    for oid in request.oids:
        key = arcs(oid)
        place = bisect_left(layout.keys, key)
        found = place < len(layout.keys) and layout.keys[place] == key
        yield oid, layout.reads[place](glance) if found else tlv(NO_SUCH_INSTANCE, b"")


def _next(layout: Layout, request: Request, glance: Glance) -> Iterator[Bound]:
    for oid in request.oids:
        yield _following(layout, oid, arcs(oid), glance)


def _following(layout: Layout, oid: bytes, key: Key, glance: Glance) -> Bound:
    place = bisect_right(layout.keys, key)
    if place == len(layout.keys):
        return oid, tlv(END_OF_MIB_VIEW, b"")
    return layout.oids[place], layout.reads[place](glance)


def _bulk(layout: Layout, request: Request, glance: Glance) -> Iterator[Bound]:
    for oid in request.oids[: request.first]:
        yield _following(layout, oid, arcs(oid), glance)
    rows = list(request.oids[request.first :])
    for _ in range(min(request.second, MOST_REPETITIONS) if rows else 0):
        for column, oid in enumerate(rows):
            bound = _following(layout, oid, arcs(oid), glance)
            rows[column] = bound[0]
            yield bound


_Answer = Callable[[Layout, Request, Glance], Iterator[Bound]]
_ANSWERS: Mapping[int, _Answer] = {GET: _get, GET_NEXT: _next, GET_BULK: _bulk}
