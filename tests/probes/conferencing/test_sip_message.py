"""SIP messages: what is asked, which answers are ours, what they mean, and what becomes of anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.transports.errors import BadAnswer
from probes.transports.sip.message import Options, Response, response
from probes.transports.sip.standing import Standing, standing

ASKED = Options("192.0.2.7", 5060, "udp", ("192.0.2.1", 40000), "0123456789abcdef" * 2)
GOOD = (
    "SIP/2.0 200 OK\r\n"
    f"Via: SIP/2.0/UDP 192.0.2.1:40000;rport=40000;branch={ASKED.branch};received=192.0.2.1\r\n"
    f"Call-ID: {ASKED.call_id}\r\nCSeq: 1 OPTIONS\r\nServer: VC500 63.345\r\nContent-Length: 0\r\n\r\n"
)


def test_a_request_has_what_rfc_3261_asks_for() -> None:
    """All headers that a request must have are there, and it ends with an empty line."""
    lines = ASKED.encode().decode().split("\r\n")
    names = [line.partition(":")[0] for line in lines[1:-2]]
    assert lines[0] == "OPTIONS sip:192.0.2.7:5060 SIP/2.0"
    assert {"Via", "Max-Forwards", "To", "From", "Call-ID", "CSeq", "Contact", "Content-Length"} <= set(names)
    assert lines[1].endswith(f"branch={ASKED.branch};rport")
    assert lines[-2:] == ["", ""]


def test_an_ipv6_address_stands_in_brackets() -> None:
    """Otherwise its port could not be told from it."""
    asked = Options("2001:db8::7", 5061, "tls", ("2001:db8::1", 4000), "aa", user="phong-hop")
    assert asked.uri == "sip:phong-hop@[2001:db8::7]:5061;transport=tls"
    assert "Via: SIP/2.0/TLS [2001:db8::1]:4000;" in asked.encode().decode()


@pytest.mark.parametrize(
    ("change", "ours"),
    [
        (("", ""), True),
        (("Via:", "v:"), True),
        (("Call-ID:", "i :"), True),
        (("CSeq: 1 OPTIONS", "CSeq: 1\r\n\tOPTIONS"), True),
        ((ASKED.call_id, "other@netwatch"), False),
        ((ASKED.branch, "z9hG4bKother"), False),
        (("1 OPTIONS", "2 OPTIONS"), False),
        (("1 OPTIONS", "1 INVITE"), False),
        (("Via: ", "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKother\r\nVia: "), False),
        (("CSeq: 1 OPTIONS", "X: y"), False),
    ],
)
def test_an_answer_is_ours_by_call_id_sequence_and_the_topmost_branch(
    change: tuple[str, str], ours: bool
) -> None:
    """Compact names, folded lines and odd spaces are read; anything foreign is not ours."""
    assert response(GOOD.replace(*change, 1).encode()).answers(ASKED) is ours


def test_an_answer_tells_its_maker() -> None:
    """By Server or User-Agent, without control characters."""
    assert response(GOOD.replace("VC500", "VC\x07500").encode()).maker == "VC 500 63.345"
    assert Response(200, "OK", {}).maker == ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"SIP/2.0 99 Low\r\n\r\n",
        b"SIP/2.0 700 High\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\n\r\n",
        b"SIP/2.0 200 OK\r\n" + b"A: b\r\n" * 201,
        b"SIP/2.0 200 OK\r\nA: " + b"b" * 20_000,
    ],
)
def test_what_is_no_response_is_a_bad_answer(data: bytes) -> None:
    """So is one with more headers or longer ones than anybody needs."""
    with pytest.raises(BadAnswer):
        response(data)


@given(st.binary(max_size=600) | st.binary(max_size=200).map(lambda tail: GOOD.encode()[:-2] + tail))
def test_any_bytes_are_a_response_or_a_bad_answer(data: bytes) -> None:
    """Nothing else leaves the parser, and what it gives is bounded."""
    try:
        told = response(data)
        assert told.body_bytes <= 99_999
    except BadAnswer:
        return
    assert 100 <= told.status < 700
    assert all(len(words) <= 1000 for words in told.headers.values())


TABLE = {
    Standing.READY: (200, 202, 299),
    Standing.ALIVE: (300, 302, 305, 403, 404, 405, 415, 420, 481, 484, 488, 501, 513, 400, 499, 606),
    Standing.CHALLENGED: (401, 407),
    Standing.UNREGISTERED: (480,),
    Standing.BUSY: (486, 600, 603),
    Standing.FAILING: (408, 500, 502, 503, 504, 599),
}


@pytest.mark.parametrize(
    ("status", "said"), [(status, said) for said, several in TABLE.items() for status in several]
)
def test_every_final_status_says_how_the_other_side_stands(status: int, said: Standing) -> None:
    """In a call is well; what cannot be understood is alive; its own faults are faults."""
    assert standing(status) is said


def test_no_final_status_is_left_out() -> None:
    """From 200 to 699."""
    assert {standing(status) for status in range(200, 700)} == set(Standing)
