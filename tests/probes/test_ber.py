"""The BER codec: what we write others can read, and nothing that comes in can make it fail otherwise than BerError."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ
from pysnmp.proto import api

from probes.transports.snmp.ber import (
    GET_BULK,
    MAX_ARCS,
    BerError,
    arcs,
    decode_response,
    dotted,
    encode_bindings,
    encode_integer,
    encode_oid,
    expect,
    peek,
    read_expected,
    request_v2c,
    tlv,
)

ARC = st.one_of(st.integers(0, 127), st.integers(0, 2**32 - 1))
OIDS = st.tuples(st.integers(0, 2), st.integers(0, 39), st.lists(ARC, max_size=20)).map(
    lambda parts: ".".join(map(str, (parts[0], parts[1], *parts[2])))
)
ELEMENTS = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(lambda value: (2, value, encode_integer(value))),
    st.binary(max_size=300).map(lambda value: (4, value, tlv(4, value))),
    st.integers(0, 2**32 - 1).map(lambda value: (0x41, value, encode_integer(value, 0x41))),
    st.integers(0, 2**64 - 1).map(lambda value: (0x46, value, encode_integer(value, 0x46))),
    st.sampled_from([0x80, 0x81, 0x82, 5]).map(lambda tag: (tag, b"", tlv(tag, b""))),
    OIDS.map(lambda oid: (6, encode_oid(oid), tlv(6, encode_oid(oid)))),
)
MESSAGES = st.tuples(
    st.integers(-(2**31), 2**31 - 1),
    st.integers(0, 18),
    st.integers(0, 100),
    st.lists(st.tuples(OIDS, ELEMENTS), max_size=8),
)


def message(request_id: int, status: int, index: int, bindings: list[tuple[bytes, bytes]]) -> bytes:
    body = (
        encode_integer(request_id)
        + encode_integer(status)
        + encode_integer(index)
        + encode_bindings(bindings)
    )
    return tlv(0x30, b"\x02\x01\x01" + tlv(4, b"public") + tlv(0xA2, body))


VALID = message(
    7, 0, 0, [(encode_oid("1.3.6.1.2.1.1.3.0"), tlv(0x43, b"\x01\x02")), (encode_oid("1.3.6"), tlv(4, b"x"))]
)


@given(OIDS)
def test_an_oid_survives_encoding_and_is_what_pyasn1_makes_of_it(oid: str) -> None:
    """Our bytes equal pyasn1's, and reading them gives the text back."""
    assert tlv(6, encode_oid(oid)) == encoder.encode(univ.ObjectIdentifier(oid))
    assert dotted(encode_oid(oid)) == oid


@pytest.mark.parametrize(
    "bad",
    ["", "1", "3.1", "1.40", "1..3", "1.3.x", "1.3.4294967296", "a.b", "1.3." + "1." * 200 + "1", "1.-3"],
)
def test_a_text_that_is_no_oid_is_refused(bad: str) -> None:
    """encode_oid raises ValueError."""
    with pytest.raises(ValueError, match="not an OID"):
        encode_oid(bad)


@given(st.lists(ARC, max_size=30))
def test_the_order_of_decoded_indexes_is_numeric(values: list[int]) -> None:
    """BER bytes do not sort as numbers do, decoded arcs do."""
    encoded = [encode_oid(f"1.3.{value}")[1:] for value in values]
    assert sorted(encoded, key=arcs) == [encode_oid(f"1.3.{value}")[1:] for value in sorted(values)]


@given(MESSAGES)
def test_a_valid_answer_is_read_as_it_was_meant(
    parts: tuple[int, int, int, list[tuple[str, tuple[int, object, bytes]]]],
) -> None:
    """Every field and every binding comes back."""
    request_id, status, index, bindings = parts
    data = message(request_id, status, index, [(encode_oid(oid), element[2]) for oid, element in bindings])
    read = decode_response(data)
    assert (read.request_id, read.error_status, read.error_index) == (request_id, status, index)
    assert read.bindings == [(encode_oid(oid), tag, value) for oid, (tag, value, _) in bindings]


@given(st.lists(OIDS, min_size=1, max_size=30), st.integers(1, 2**31 - 1), st.integers(0, 200))
def test_pysnmp_understands_our_requests(oids: list[str], request_id: int, repetitions: int) -> None:
    """A prepared GetBulk with its id put in is a message that pysnmp reads with the same content."""
    prefix, suffix = request_v2c(b"public", GET_BULK, [encode_oid(oid) for oid in oids], 0, repetitions)
    v2c = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
    read, rest = decoder.decode(prefix + request_id.to_bytes(4, "big") + suffix, asn1Spec=v2c.Message())
    pdu = v2c.apiMessage.get_pdu(read)
    assert not rest
    assert int(v2c.apiBulkPDU.get_request_id(pdu)) == request_id
    assert int(v2c.apiBulkPDU.get_max_repetitions(pdu)) == repetitions
    assert [str(oid) for oid, _ in v2c.apiBulkPDU.get_varbinds(pdu)] == oids


@given(st.binary(max_size=200))
@example(b"")
@example(b"\x30")
@example(b"\x30\x80\x00\x00")
@example(b"\x30\x84\xff\xff\xff\xff")
def test_any_bytes_give_an_answer_or_a_ber_error(data: bytes) -> None:
    """No other exception leaves the codec."""
    with contextlib.suppress(BerError):
        decode_response(data)


@given(st.data(), MESSAGES)
def test_a_damaged_answer_gives_an_answer_or_a_ber_error(
    data: st.DataObject, parts: tuple[int, int, int, list[tuple[str, tuple[int, object, bytes]]]]
) -> None:
    """Bytes changed, cut off, doubled or added in a valid answer never make the codec fail otherwise."""
    whole = bytearray(message(*parts[:3], [(encode_oid(oid), element[2]) for oid, element in parts[3]]))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(0, len(whole) - 1)))
        kind = data.draw(st.sampled_from(["change", "cut", "insert", "drop"]))
        if kind == "change" and whole:
            whole[place] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del whole[place:]
        elif kind == "insert":
            whole[place:place] = data.draw(st.binary(min_size=1, max_size=5))
        elif whole:
            del whole[place]
    try:
        read = decode_response(bytes(whole))
    except BerError:
        return
    assert all(isinstance(oid, bytes) and oid for oid, _, _ in read.bindings)


@pytest.mark.parametrize("cut", range(len(VALID)))
def test_an_answer_cut_anywhere_is_refused(cut: int) -> None:
    """A truncated answer never passes."""
    with pytest.raises(BerError):
        decode_response(VALID[:cut])


LONG_OID = b"\x2b" + b"\x01" * (MAX_ARCS - 1)
OID = encode_oid("1.3.6.1.2.1.1.1.0")


@pytest.mark.parametrize(
    ("why", "data"),
    [
        ("an indefinite length", b"\x30\x80" + VALID[2:] + b"\0\0"),
        ("a length beyond the packet", VALID[:1] + bytes((VALID[1] + 1,)) + VALID[2:]),
        ("bytes after the message", VALID + b"\0"),
        ("a length of five bytes", message(1, 0, 0, [(OID, b"\x04\x85\0\0\0\0\1x")])),
        ("an integer of nine bytes", message(1, 0, 0, [(OID, tlv(2, bytes(9)))])),
        ("an empty integer", message(1, 0, 0, [(OID, tlv(2, b""))])),
        ("a Counter32 beyond 32 bits", message(1, 0, 0, [(OID, tlv(0x41, b"\1\0\0\0\0"))])),
        ("a Counter64 of ten bytes", message(1, 0, 0, [(OID, tlv(0x46, bytes(10)))])),
        ("an OID of 129 arcs", message(1, 0, 0, [(LONG_OID, tlv(5, b""))])),
        ("an OID that ends within an arc", message(1, 0, 0, [(b"\x2b\x81", tlv(5, b""))])),
        (
            "an OID value with an arc beyond 32 bits",
            message(1, 0, 0, [(OID, tlv(6, b"\x2b\xff\xff\xff\xff\x7f"))]),
        ),
        ("an empty OID", message(1, 0, 0, [(b"", tlv(5, b""))])),
        ("a binding with something after its value", message(1, 0, 0, [(OID, tlv(5, b"") + b"\0")])),
        (
            "a nested sequence for an OID",
            tlv(
                0x30,
                b"\x02\x01\x01"
                + tlv(4, b"")
                + tlv(0xA2, b"\2\1\1\2\1\0\2\1\0" + tlv(0x30, tlv(0x30, tlv(0x30, OID)))),
            ),
        ),
        ("a request", VALID.replace(b"\xa2", b"\xa0", 1)),
        ("version 3", VALID.replace(b"\2\1\1", b"\2\1\3", 1)),
    ],
)
def test_what_is_out_of_bounds_is_refused(why: str, data: bytes) -> None:
    """Each of these raises BerError."""
    with pytest.raises(BerError):
        decode_response(data)


@pytest.mark.parametrize(
    ("why", "element", "tag", "value"),
    [
        ("an INTEGER longer than it need be", tlv(2, b"\xff\xff\xff\xff\x85"), 2, -123),
        ("a Gauge32 without its leading zero", tlv(0x42, b"\xff\xff\xff\xff"), 0x42, 2**32 - 1),
        ("a Counter64 with its leading zero", tlv(0x46, b"\0" + b"\xff" * 8), 0x46, 2**64 - 1),
        ("TimeTicks of five bytes", tlv(0x43, b"\0\xff\xff\xff\xff"), 0x43, 2**32 - 1),
    ],
)
def test_odd_but_common_forms_of_numbers_are_read(why: str, element: bytes, tag: int, value: int) -> None:
    """Many agents write numbers in these ways."""
    assert decode_response(message(1, 0, 0, [(OID, element)])).bindings == [(OID, tag, value)]


def test_an_oid_of_128_arcs_is_read() -> None:
    """The bound of RFC 2578 itself is allowed."""
    longest = LONG_OID[:-1]
    assert decode_response(message(1, 0, 0, [(longest, tlv(5, b""))])).bindings[0][0] == longest
    assert dotted(longest).count(".") == MAX_ARCS - 1


@given(st.data(), MESSAGES)
def test_the_answer_that_was_expected_is_read_as_any_other(
    data: st.DataObject, parts: tuple[int, int, int, list[tuple[str, tuple[int, object, bytes]]]]
) -> None:
    """The pass over expected names and types gives what the general reader gives, or steps back, whatever changed."""
    bindings = [(encode_oid(oid), element[2]) for oid, element in parts[3]]
    valid = message(parts[0], 0, 0, bindings)
    expected = expect(tuple(oid for oid, _ in bindings), bytes(element[0] for _, element in bindings))
    whole = bytearray(valid)
    if data.draw(st.booleans()):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        version, _, rest = peek(bytes(whole))
    except BerError:
        return
    if version not in (0, 1):
        return
    found = read_expected(bytes(whole), rest, expected)
    if found is None:
        assert bytes(whole) != valid
        return
    general = decode_response(bytes(whole))
    assert (general.error_status, general.error_index) == (0, 0)
    assert list(zip(expected.tags, found, strict=True)) == [
        (tag, content) for _, tag, content in general.bindings
    ]


@given(st.data(), MESSAGES)
def test_names_that_were_not_asked_are_left_to_the_general_reader(
    data: st.DataObject, parts: tuple[int, int, int, list[tuple[str, tuple[int, object, bytes]]]]
) -> None:
    """Another order, one too many or one too few: nothing is read by place."""
    held = [(encode_oid(oid), element[0]) for oid, element in parts[3]]
    answer = message(parts[0], 0, 0, [(encode_oid(oid), element[2]) for oid, element in parts[3]])
    asked = data.draw(st.one_of(st.permutations(held), st.just(held[1:]), st.just([*held, *held])))
    expected = expect(tuple(oid for oid, _ in asked), bytes(tag for _, tag in asked))
    found = read_expected(answer, peek(answer)[2], expected)
    assert (found is not None) == (asked == held)
