"""Traps and informs as bytes and as values: every form, every bound, and whatever else may arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.listeners.notification import (
    GENERIC,
    INFORM,
    MOST_BINDINGS,
    TRAP_V1,
    TRAP_V2,
    Notification,
    OtherMessage,
    answer_v2c,
    decode_pdu,
    envelope,
)
from probes.transports.snmp.ber import (
    GET,
    BerError,
    decode_response,
    encode_bindings,
    encode_integer,
    encode_oid,
    tlv,
)

UPTIME = encode_oid("1.3.6.1.2.1.1.3.0"), tlv(0x43, b"\x01\x02")
IF_INDEX = encode_oid("1.3.6.1.2.1.2.2.1.1.7"), encode_integer(7)
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"


def named(oid: str) -> tuple[bytes, bytes]:
    """The snmpTrapOID.0 binding."""
    return encode_oid("1.3.6.1.6.3.1.1.4.1.0"), tlv(0x06, encode_oid(oid))


def message(pdu: bytes, version: int = 1, community: bytes = b"public") -> bytes:
    """A v1 or v2c message around a PDU."""
    return tlv(0x30, encode_integer(version) + tlv(0x04, community) + pdu)


def pdu_v2(kind: int, *bindings: tuple[bytes, bytes], request: int = 77) -> bytes:
    """A v2 PDU."""
    return tlv(
        kind, encode_integer(request) + encode_integer(0) + encode_integer(0) + encode_bindings(bindings)
    )


def pdu_v1(enterprise: str, generic: int, specific: int, agent: bytes = bytes(4)) -> bytes:
    """A v1 Trap-PDU with one binding."""
    head = tlv(0x06, encode_oid(enterprise)) + tlv(0x40, agent)
    kinds = encode_integer(generic) + encode_integer(specific) + tlv(0x43, b"\x01")
    return tlv(TRAP_V1, head + kinds + encode_bindings([IF_INDEX]))


def read(data: bytes) -> Notification:
    """The notification in a v1 or v2c message."""
    version, _, at = envelope(data)
    return decode_pdu(data, at, version)


def test_a_v2c_trap_is_read() -> None:
    """Its community, its name, and the interface it speaks of."""
    data = message(pdu_v2(TRAP_V2, UPTIME, named(LINK_DOWN), IF_INDEX))
    found = read(data)
    assert envelope(data)[:2] == ("2c", b"public")
    assert (found.version, found.inform, found.name, found.if_index) == ("2c", False, "linkDown", 7)
    assert found.about_link
    assert found.agent == ""


@pytest.mark.parametrize(("generic", "name"), list(enumerate(GENERIC)))
def test_a_generic_v1_trap_has_its_v2_name(generic: int, name: str) -> None:
    """RFC 3584 section 3.1 (3): generic traps 0 to 5 are snmpTraps.1 to 6."""
    found = read(message(pdu_v1("1.3.6.1.4.1.9.1.1", generic, 0, bytes((10, 0, 0, 7))), 0))
    assert (found.version, found.name, found.agent) == ("1", name, "10.0.0.7")


def test_an_enterprise_trap_of_v1_has_its_v2_name() -> None:
    """RFC 3584 section 3.1 (2): enterprise, a zero, the specific trap."""
    found = read(message(pdu_v1("1.3.6.1.4.1.2011.5.25", 6, 136706), 0))
    assert found.name == "1.3.6.1.4.1.2011.5.25.0.136706"
    assert found.agent == ""


@pytest.mark.parametrize("generic", [-1, 7, 2**31])
def test_a_v1_trap_of_no_known_form_is_refused(generic: int) -> None:
    """There is no such generic trap."""
    with pytest.raises(BerError):
        read(message(pdu_v1("1.3.6.1.4.1.9", generic, 0), 0))


def test_a_relay_names_the_agent() -> None:
    """RFC 3584 section 3.1 (4): a proxy adds snmpTrapAddress.0."""
    relayed = encode_oid("1.3.6.1.6.3.18.1.3.0"), tlv(0x40, bytes((10, 1, 2, 3)))
    assert read(message(pdu_v2(TRAP_V2, UPTIME, named(LINK_DOWN), relayed))).agent == "10.1.2.3"


def test_an_inform_is_answered_with_what_it_said() -> None:
    """The same request id and bindings, as a Response without error."""
    data = message(pdu_v2(INFORM, UPTIME, named(LINK_DOWN), IF_INDEX, request=123456))
    found = read(data)
    answer = decode_response(answer_v2c(b"public", found))
    assert found.inform
    assert (answer.request_id, answer.error_status, answer.error_index) == (123456, 0, 0)
    assert [oid for oid, _, _ in answer.bindings] == [oid for oid, _, _ in found.bindings]


@pytest.mark.parametrize(
    "data",
    [
        message(pdu_v2(GET, UPTIME)),
        message(pdu_v2(0xA2, UPTIME, named(LINK_DOWN))),
        message(pdu_v2(TRAP_V2, UPTIME, named(LINK_DOWN)), 0),
    ],
)
def test_requests_and_answers_are_no_notifications(data: bytes) -> None:
    """Whoever asks us gets nothing, and a v2 trap does not travel in a v1 message."""
    with pytest.raises(OtherMessage):
        read(data)


def test_a_trap_without_a_name_is_refused() -> None:
    """RFC 3416 section 4.2.6: the second binding is snmpTrapOID.0."""
    with pytest.raises(BerError, match="no trap OID"):
        read(message(pdu_v2(TRAP_V2, UPTIME, IF_INDEX)))


def test_too_many_bindings_are_refused_unread() -> None:
    """A notification of a full datagram's bindings would take milliseconds to read."""
    most = [UPTIME, named(LINK_DOWN), *[IF_INDEX] * (MOST_BINDINGS - 2)]
    assert len(read(message(pdu_v2(TRAP_V2, *most))).bindings) == MOST_BINDINGS
    with pytest.raises(BerError, match="too many"):
        read(message(pdu_v2(TRAP_V2, *most, IF_INDEX)))


def test_an_overlong_name_is_refused() -> None:
    """What is remembered of a sender stays small."""
    with pytest.raises(BerError):
        read(message(pdu_v2(TRAP_V2, UPTIME, named("1.3." + ".".join(["4000000000"] * 40)))))


def test_another_version_is_refused() -> None:
    """There are 0, 1 and 3."""
    with pytest.raises(BerError, match="version"):
        envelope(message(pdu_v2(TRAP_V2, UPTIME), 2))


SOUND = [
    message(pdu_v2(TRAP_V2, UPTIME, named(LINK_DOWN), IF_INDEX)),
    message(pdu_v2(INFORM, UPTIME, named("1.3.6.1.4.1.9.0.1"))),
    message(pdu_v1("1.3.6.1.4.1.9", 6, 3, bytes((10, 0, 0, 1))), 0),
]


@pytest.mark.parametrize("data", SOUND)
def test_a_message_cut_anywhere_is_refused(data: bytes) -> None:
    """No prefix of a message is one, and nothing but BerError leaves the reader."""
    for end in range(len(data)):
        with pytest.raises(BerError):
            read(data[:end])
    with pytest.raises(BerError):
        read(data + b"\0")


def survive(data: bytes) -> None:
    """Read whatever it is: a notification with a name, or BerError."""
    try:
        found = read(data)
    except BerError:
        return
    assert found.name
    assert found.if_index is None or abs(found.if_index) < 1 << 31
    if found.inform:
        answer_v2c(b"public", found)


@given(st.binary(max_size=200))
def test_whatever_arrives_only_our_own_error_leaves_the_reader(data: bytes) -> None:
    """Random bytes."""
    survive(data)


@given(
    st.sampled_from(SOUND),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4),
    st.data(),
)
def test_a_damaged_message_is_read_or_refused(
    data: bytes, damage: list[tuple[int, int]], draw: st.DataObject
) -> None:
    """Bytes of a real message changed, bytes put in between."""
    changed = bytearray(data)
    for place, byte in damage:
        changed[place % len(changed)] = byte
    place = draw.draw(st.integers(0, len(changed)))
    survive(bytes(changed[:place] + draw.draw(st.binary(max_size=3)) + changed[place:]))
