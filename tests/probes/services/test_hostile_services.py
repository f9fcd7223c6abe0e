"""Whatever bytes a service sends, a look ends with facts or a reason of its own, never with a fault of ours."""

import asyncio
import time
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.contract import Reason, Target
from probes.kit import Kit
from probes.login import Login, authorization, challenges
from probes.registry import probes
from probes.run import run_look
from probes.transports.datagrams.fake import FakeDatagrams
from probes.transports.errors import BadAnswer
from probes.transports.fakes import FakeIcmp, FakeMonotonic, FakeSnmp
from probes.transports.names.contract import Question
from probes.transports.names.engine import DnsNames, NameOptions
from probes.transports.names.fake import FakeNames
from probes.transports.streams.certificates import certificate
from probes.transports.streams.fake import FakeStreams, Script
from probes.transports.web.engine import H11Web

HERE = "127.0.0.1"
PORT = 7
KINDS: dict[str, dict[str, object]] = {
    "http_get": {"url": f"http://{HERE}:{PORT}/", "text": ("x",)},
    "smtp_greeting": {"port": PORT},
    "ssh_banner": {"port": PORT},
    "rtsp_options": {"port": PORT, "path": "a"},
    "dns_query": {"port": PORT, "name": "a.example"},
}
WORDS = st.sampled_from(
    [b"HTTP/1.1 ", b"200 OK\r\n", b"401 No\r\n", b"\r\n", b"\r\n\r\n", b"Content-Length: ", b"5", b"Location: /",
     b"Content-Encoding: gzip\r\n", b"Transfer-Encoding: chunked\r\n", b"220 ", b"250-", b"421 ", b"SSH-2.0-", b"\n",
     b"RTSP/1.0 ", b"WWW-Authenticate: Digest nonce=\"", b"\"", b"\xc0\x0c", b"\x81\x80\0\1\0\1\0\0\0\0", b"Basic"]
)  # fmt: skip
SAID = st.lists(st.one_of(WORDS, st.binary(max_size=12)), max_size=12).map(b"".join)


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(said=st.lists(SAID, max_size=4))
def test_no_answer_makes_a_look_fail(kind: str, said: list[bytes]) -> None:
    """Facts, samples and notes come out, or a reason; all texts are bounded and printable."""
    script = Script([*said[1:]], greeting=said[0] if said else b"", ends=True)
    streams = FakeStreams({(HERE, PORT): script})
    answers = iter(said)
    datagrams = FakeDatagrams({(HERE, PORT): lambda data: [data[:2] + more for more in answers]})
    kit = Kit(
        FakeIcmp(),
        FakeSnmp(),
        FakeMonotonic(),
        streams=streams,
        datagrams=datagrams,
        names=DnsNames(NameOptions(), datagrams, streams),
        web=H11Web(streams, FakeNames()),
        find_secret=lambda _: pytest.fail("no credential is named"),
    )
    probe = probes()[kind]
    params = probe.params(**KINDS[kind])
    look = asyncio.run(run_look(probe, Target("t", HERE), params, kit, 5.0, kit.monotonic))
    assert look.reason in (None, Reason.LOCAL_FAULT), look
    for reading in look.readings:
        text = getattr(reading, "evidence", getattr(reading, "value", ""))
        assert not isinstance(text, str) or (text.isprintable() and len(text) <= 500)


@given(st.lists(st.text(max_size=200), max_size=4), st.text(max_size=20), st.text(max_size=20))
def test_any_challenge_is_answered_or_not(asked: list[str], user: str, password: str) -> None:
    """By a line that breaks no header, or by none."""
    said = authorization(list(challenges(asked)), Login("l", user, password), "GET", "/", "abc")
    assert said is None or (said.isprintable() and "\n" not in said)


@given(st.text(alphabet='Digest bac=",\\ nonqp', max_size=300))
def test_challenges_are_read_in_bounded_time(text: str) -> None:
    """Quotes and commas in any order."""
    assert len(list(challenges([text] * 20))) <= 10 * 300


def test_blanks_in_challenges_take_no_time() -> None:
    """Ten headers of thousands of blanks, which took more than a second."""
    began = time.process_time()
    assert len(list(challenges([f"Digest{' ' * 4000}x"] * 10))) == 20
    assert time.process_time() - began < 0.3


def test_an_answer_of_thousands_of_records_is_a_bad_one() -> None:
    """To read 3,000 names of a hundred labels each took ten seconds, in which nothing else was looked at."""
    labels = b"".join(bytes([1, 97 + place % 26]) for place in range(110)) + b"\xc0\x0c"
    long, further = (b"\xc0\x0c\0\x0f\0\1\0\0\0\1\0" + more for more in (b"", b"\4"))
    records = long[:-1] + (len(labels) + 2).to_bytes(2, "big") + b"\0\1" + labels
    records += b"".join(further + place.to_bytes(2, "big") + b"\xc0\x29" for place in range(2, 3000))

    def answer(asked: bytes) -> list[bytes]:
        return [
            asked[:2] + b"\x81\x80\0\1" + (2999).to_bytes(2, "big") + b"\0\0\0\0" + asked[12:27] + records
        ]

    names = DnsNames(NameOptions(), FakeDatagrams({(HERE, 53): answer}), FakeStreams())
    began = time.process_time()
    with pytest.raises(BadAnswer, match="2999 records"):
        asyncio.run(names.query(HERE, Question("a.example", "MX"), until=inf))
    assert time.process_time() - began < 0.5


@settings(max_examples=50)
@given(st.binary(max_size=400))
def test_no_certificate_makes_reading_fail(der: bytes) -> None:
    """What is none has nothing to say."""
    assert certificate(der, 0.0) is None


class TestDigest:
    """RFC 7616 section 3.9.1 and RFC 2617 section 3.5: their own examples."""

    LOGIN = Login("l", "Mufasa", "Circle of Life")

    @pytest.mark.parametrize(
        ("algorithm", "response"),
        [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ],
    )
    def test_the_examples_of_the_standard(self, algorithm: str, response: str) -> None:
        """The response that the standard computes comes out."""
        nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
        asked = (
            f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
            f'nonce="{nonce}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
        )
        said = authorization(
            list(challenges([asked])),
            self.LOGIN,
            "GET",
            "/dir/index.html",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        )
        assert said is not None
        assert f'response="{response}"' in said
        assert f"algorithm={algorithm}" in said

    def test_several_challenges_in_one_header_are_told_apart(self) -> None:
        """The strongest that can be answered is, whatever comes first."""
        asked = list(challenges(['Basic realm="a, b", Digest realm="c", nonce="d", NTLM']))
        assert [one.scheme for one in asked] == ["basic", "digest", "ntlm"]
        said = authorization(asked, self.LOGIN, "GET", "/", "x")
        assert said is not None
        assert said.startswith("Digest ")

    def test_what_cannot_be_answered_is_left(self) -> None:
        """An unknown algorithm, a demand for integrity, another scheme: no password leaves."""
        for text in ('Digest nonce="a", algorithm=X', 'Digest nonce="a", qop="auth-int"', "Bearer", ""):
            assert authorization(list(challenges([text])), self.LOGIN, "GET", "/", "x") is None
