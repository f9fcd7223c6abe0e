"""Echo packets and the simulation's datagrams, as bytes."""

import struct
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.transports.icmp.packet import (
    ECHO_REPLY_4,
    ECHO_REQUEST_4,
    EchoForm,
    checksum,
    echo_reply,
    echo_request,
    quoted_echo,
)
from probes.transports.icmp.simulated import (
    REPLY,
    REQUEST,
    UNREACHABLE,
    SimulatedEcho,
    decode,
    encode,
    respond,
)

TOKEN = b"8 octets"
IP_HEADER = b"\x45" + bytes(19)
ADDRESSES = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.integers(2**125, 2**128 - 1).map(lambda number: str(IPv6Address(number))),
)


def slow_checksum(data: bytes) -> int:
    """RFC 1071, word by word."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@given(st.binary(max_size=100))
def test_the_checksum_is_that_of_rfc_1071(data: bytes) -> None:
    """The quick way gives what the slow way gives."""
    assert checksum(data) == slow_checksum(data)


@given(st.integers(0, 0xFFFF), st.integers(0, 2**32 - 1), st.integers(16, 300))
def test_a_request_has_its_size_and_a_right_checksum(identifier: int, number: int, size: int) -> None:
    """A whole packet with its checksum in place sums to zero."""
    packet = echo_request(ECHO_REQUEST_4, identifier, TOKEN, number, size)
    assert len(packet) == 8 + size
    assert slow_checksum(packet) == 0


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_a_reply_is_known_by_its_token_and_gives_its_number(number: int, raw: bool) -> None:
    """With the IP header of raw sockets and without; another token is not ours."""
    reply = bytes((ECHO_REPLY_4,)) + echo_request(ECHO_REQUEST_4, 7, TOKEN, number, 56)[1:]
    packet = IP_HEADER + reply if raw else reply
    assert echo_reply(packet, ECHO_REPLY_4, TOKEN, raw) == number
    assert echo_reply(packet, ECHO_REPLY_4, b"another!", raw) is None
    assert echo_reply(packet[: len(packet) - 50], ECHO_REPLY_4, TOKEN, raw) is None


@given(st.binary(max_size=100), st.booleans())
def test_any_bytes_are_read_without_failing(data: bytes, raw: bool) -> None:
    """Foreign packets are None, never an exception."""
    echo_reply(data, ECHO_REPLY_4, TOKEN, raw)
    quoted_echo(data, ECHO_REQUEST_4, 7, TOKEN)
    decode(data)
    respond(data, lambda _: True, lambda _: None)


@given(st.integers(0, 0xFFFF), st.lists(st.integers(0, 2**32 - 1), min_size=1), st.integers(16, 300))
def test_a_form_gives_the_same_packets_as_making_each_anew(
    identifier: int, numbers: list[int], size: int
) -> None:
    """Only number, sequence and checksum change, whatever was sent before."""
    form = EchoForm(ECHO_REQUEST_4, identifier, TOKEN, size)
    for number in numbers:
        assert form.packet(number) == echo_request(ECHO_REQUEST_4, identifier, TOKEN, number, size)


def test_an_error_is_ours_only_by_type_and_identifier() -> None:
    """What an ICMP error quotes must be an echo request of our identifier."""
    packet = echo_request(ECHO_REQUEST_4, 7, TOKEN, 0x12345, 56)
    assert quoted_echo(packet[:8], ECHO_REQUEST_4, 7, TOKEN) == (0x2345, None)
    assert quoted_echo(packet[:8], ECHO_REQUEST_4, 8, TOKEN) is None
    assert quoted_echo(packet[:7], ECHO_REQUEST_4, 7, TOKEN) is None


def test_an_error_that_quotes_enough_tells_which_echo_it_was() -> None:
    """The token must be ours and the number must fit the sequence; zeros that fill up a short quote tell nothing."""
    packet = echo_request(ECHO_REQUEST_4, 7, TOKEN, 0x12345, 56)
    assert quoted_echo(packet, ECHO_REQUEST_4, 7, TOKEN) == (0x2345, 0x12345)
    assert quoted_echo(packet, ECHO_REQUEST_4, 7, b"another!") is None
    assert quoted_echo(packet[:16] + b"\0\0\0\1", ECHO_REQUEST_4, 7, TOKEN) is None
    assert quoted_echo(packet[:8] + bytes(120), ECHO_REQUEST_4, 7, TOKEN) == (0x2345, None)


@given(
    st.sampled_from([REQUEST, REPLY, UNREACHABLE]),
    ADDRESSES,
    ADDRESSES,
    st.binary(min_size=8, max_size=8),
    st.integers(0, 2**32 - 1),
    st.integers(0, 200),
)
def test_a_simulated_echo_survives_the_wire(
    kind: int, address: str, reporter: str, token: bytes, number: int, size: int
) -> None:
    """Both address families, with padding."""
    reporter = reporter if kind == UNREACHABLE else ""
    echo = SimulatedEcho(kind, address, reporter, token, number)
    assert decode(encode(echo, size)) == echo


@pytest.mark.parametrize(
    ("address", "kind"),
    [("10.0.0.1", REPLY), ("10.0.0.2", UNREACHABLE), ("10.0.0.3", None), ("fd00::1", REPLY)],
)
def test_the_responder_answers_for_the_living_only(address: str, kind: int | None) -> None:
    """Living: reply of the same size. Dead behind a router: unreachable, named. Dead: nothing."""
    request = encode(SimulatedEcho(REQUEST, address, "", TOKEN, 5), 64)
    living = {"10.0.0.1", "fd00::1"}
    sent = respond(request, living.__contains__, {"10.0.0.2": "10.0.0.254"}.get)
    if kind is None or sent is None:
        assert sent is None
        assert kind is None
        return
    echo = decode(sent)
    assert echo is not None
    assert (echo.kind, echo.address, echo.token, echo.number) == (kind, address, TOKEN, 5)
    assert echo.reporter == ("10.0.0.254" if kind == UNREACHABLE else "")
    assert respond(sent, living.__contains__, lambda _: None) is None
