"""The transports below the kinds: connections, datagrams, names and pages, against servers on loopback."""

import asyncio
import gzip
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Protocol, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from probes.contract import UNABLE
from probes.kit import Kit
from probes.login import Login
from probes.transports.datagrams.engine import UdpDatagrams
from probes.transports.errors import (
    BadAnswer,
    LocalFault,
    NameUnknown,
    OwnResolver,
    Refused,
    Reset,
    Silent,
    TransportError,
)
from probes.transports.names.contract import Question
from probes.transports.names.engine import DnsNames, NameOptions
from probes.transports.names.fake import FakeNames
from probes.transports.permits import Permits
from probes.transports.streams.contract import Stream, Tls
from probes.transports.streams.engine import StreamOptions, TcpStreams, remarks
from probes.transports.streams.fake import FakeStreams, Script
from probes.transports.web.contract import Request
from probes.transports.web.engine import H11Web

pytestmark = pytest.mark.anyio

HERE = "127.0.0.1"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[..., Awaitable[int]]


class Chains(Protocol):
    """Contexts of servers by what is wrong with their certificate."""

    authorities: Path

    def server(self, fault: str = "") -> ssl.SSLContext:
        """One of them."""
        ...


def soon(seconds: float = 0.4) -> float:
    return time.monotonic() + seconds


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)


async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Resets the connection as soon as something was said."""
    await reader.read(1)
    spoken: socket.socket = writer.get_extra_info("socket")
    spoken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.transport.abort()


class TestStreams:
    """TCP and TLS."""

    async def test_what_is_sent_comes_back_in_the_pieces_asked_for(self, kit: Kit, serve: Serve) -> None:
        """Reading keeps what came too much for the next reading."""
        async with kit.stream(HERE, await serve(echo)) as stream:
            await stream.send(b"one\ntwo\nthree")
            assert await stream.read_until(b"\n", 100) == b"one\n"
            assert await stream.read_exactly(2) == b"tw"
            assert await stream.read_exactly(0) == b""
            assert await stream.read(3) == b"o\nt"
            assert stream.local[0] == HERE
            assert stream.presented is None

    async def test_a_separator_over_two_packets_is_found_and_a_missing_one_bounded(
        self, kit: Kit, serve: Serve
    ) -> None:
        """What is longer than allowed is a bad answer, not memory."""
        async with kit.stream(HERE, await serve(echo)) as stream:
            await stream.send(b"a\r")
            first = asyncio.ensure_future(stream.read_until(b"\r\n", 10))
            await asyncio.sleep(0)
            await stream.send(b"\nb")
            assert await first == b"a\r\n"
            await stream.send(b"x" * 50)
            with pytest.raises(BadAnswer, match="more than 40 bytes"):
                await stream.read_until(b"\n", 40)

    async def test_the_end_and_a_reset_are_told_apart(self, kit: Kit, serve: Serve) -> None:
        """An answer that ends too early is bad; who cuts off is there, and not well."""

        async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(b"ab")
            await writer.drain()

        async with kit.stream(HERE, await serve(leave)) as stream:
            await stream.send(b"x")
            with pytest.raises(BadAnswer, match="ended early"):
                await stream.read_exactly(3)
        async with kit.stream(HERE, await serve(cut)) as stream:
            await stream.send(b"x")
            with pytest.raises(Reset):
                await stream.read(1)

    @pytest.mark.parametrize(
        ("address", "port", "expected"),
        [
            (HERE, 1, Refused),
            ("::1", 1, Refused),
            ("cong.example", 80, LocalFault),
            ("256.0.0.1", 80, LocalFault),
        ],
    )
    async def test_nobody_there_and_no_address_have_their_own_error(
        self, kit: Kit, address: str, port: int, expected: type[TransportError]
    ) -> None:
        """A closed port refuses; a name is never looked up here."""
        with pytest.raises(expected):
            async with kit.stream(address, port):
                pass

    async def test_a_server_that_does_not_accept_is_silent(self, kit: Kit) -> None:
        """Its backlog is full: packets go unanswered until the look's time is over."""
        with socket.socket() as listening, socket.socket() as first, socket.socket() as second:
            listening.bind((HERE, 0))
            listening.listen(0)
            for filling in (first, second):
                filling.setblocking(False)
                filling.connect_ex(listening.getsockname())
            with pytest.raises(Silent):
                async with kit.stream(HERE, listening.getsockname()[1]):
                    pass

    async def test_a_device_that_signs_its_own_certificate_can_be_trusted_blindly(
        self, kit: Kit, serve: Serve, chains: Chains
    ) -> None:
        """With trust any nothing is verified, and its certificate is read all the same."""
        port = await serve(echo, chains.server("self-signed"))
        async with kit.stream(HERE, port, Tls(trust="any")) as stream:
            assert stream.presented is not None
            assert stream.presented.trusted is None
            assert stream.presented.certificate is not None
            assert stream.presented.certificate.names == ("cong.xa-dai.example", HERE)
            await stream.send(b"x")
            assert await stream.read(9) == b"x"

    async def test_no_more_connections_are_open_than_allowed(
        self, serve: Serve, hanging: Handler, chains: Chains
    ) -> None:
        """Whoever finds none free in time is told so, and what was held comes free again."""
        permits = Permits(2)
        streams = TcpStreams(StreamOptions(str(chains.authorities)), permits, time.time)
        port = await serve(hanging)

        async def stay() -> None:
            async with streams.open(HERE, port, until=soon(5)) as stream:
                await stream.read(1)

        holders = [asyncio.ensure_future(stay()) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(LocalFault, match="more than 2 connections"):
            async with streams.open(HERE, port, until=soon(0.1)):
                pass
        for holder in holders:
            holder.cancel()
        await asyncio.gather(*holders, return_exceptions=True)
        async with streams.open(HERE, port, until=soon()):
            assert streams.counts()["connections_open"] == 1
        counted = streams.counts()
        assert (counted["connections_open"], counted["connections_denied"]) == (0, 1)
        assert counted["connections_highest"] == 2

    async def test_authorities_that_cannot_be_read_are_our_fault(self, serve: Serve, chains: Chains) -> None:
        """The file is named, and nothing is blamed on the service."""
        options = StreamOptions("/nirgends.pem")
        assert [remark.code for remark in remarks(options)] == ["streams.authorities"]
        assert remarks(StreamOptions(str(chains.authorities))) == ()
        streams = TcpStreams(options, Permits(2), time.time)
        with pytest.raises(LocalFault, match="nirgends"):
            async with streams.open(HERE, await serve(echo, chains.server()), tls=Tls(), until=soon()):
                pass

    async def test_what_came_before_tls_is_not_taken_for_what_came_by_it(
        self, kit: Kit, chains: Chains
    ) -> None:
        """Whoever sits on the way can send it in the name of a server whose certificate is good."""
        said = threading.Event()
        with socket.create_server((HERE, 0)) as listening:

            def talk() -> None:
                opened, _ = listening.accept()
                with opened:
                    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    opened.sendall(b"220 go\r\n")
                    assert opened.recv(100) == b"STARTTLS\r\n"
                    opened.sendall(b"220 yes\r\n")
                    opened.sendall(b"250 forged\r\n")
                    said.set()
                    with chains.server().wrap_socket(opened, server_side=True) as encrypted:
                        encrypted.recv(1)

            async def before(stream: Stream) -> None:
                await stream.read_until(b"\n", 100)
                await stream.send(b"STARTTLS\r\n")
                await stream.read_until(b"\n", 100)
                await asyncio.to_thread(said.wait, 5)
                for _ in range(10):
                    await asyncio.sleep(0)

            server = asyncio.ensure_future(asyncio.to_thread(talk))
            with pytest.raises(BadAnswer, match="data before TLS"):
                async with kit.stream(HERE, listening.getsockname()[1], Tls(trust="any"), before):
                    pass
            await asyncio.gather(server, return_exceptions=True)

    @pytest.mark.parametrize("name", ["a..b", f"{'a' * 64}.example", "a\0b"])
    async def test_a_name_that_is_none_is_our_fault(self, kit: Kit, serve: Serve, name: str) -> None:
        """No server has a certificate for it."""
        with pytest.raises(LocalFault, match="TLS a"):
            async with kit.stream(HERE, await serve(echo), Tls(name)):
                pass


class Server(asyncio.DatagramProtocol):
    """A UDP server that answers as told; `asked` is what came."""

    def __init__(self, answer: Callable[[bytes], list[bytes]]) -> None:
        self.answer = answer
        self.asked: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers are sent by."""
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer."""
        self.asked.append(data)
        for each in self.answer(data):
            self.transport.sendto(each, addr)


Answering = Callable[[Callable[[bytes], list[bytes]]], Awaitable[tuple[int, Server]]]


@pytest.fixture
async def answering() -> AsyncIterator[Answering]:
    """Starts UDP servers on loopback, and TCP beside it on the same port where asked."""
    opened: list[asyncio.DatagramTransport] = []

    async def start(answer: Callable[[bytes], list[bytes]]) -> tuple[int, Server]:
        transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Server(answer), local_addr=(HERE, 0)
        )
        opened.append(transport)
        return int(transport.get_extra_info("sockname")[1]), server

    yield start
    for transport in opened:
        transport.abort()
    await asyncio.sleep(0)


class TestDatagrams:
    """UDP."""

    async def test_an_answer_is_timed_unless_it_was_asked_for_twice(
        self, kit: Kit, answering: Answering
    ) -> None:
        """After a repetition nobody knows which of the two it answers (Karn)."""
        port, _ = await answering(lambda data: [b"noise", data])
        async with kit.datagram(HERE, port) as conversation:
            reply = await conversation.ask(b"one", lambda data: data == b"one", (0.1,))
            assert reply.data == b"one"
            assert reply.rtt is not None
            assert 0 < reply.rtt < 0.1
            assert conversation.local[0] == HERE
        port, server = await answering(lambda data: [data] if len(server.asked) > 1 else [])
        async with kit.datagram(HERE, port) as conversation:
            assert (await conversation.ask(b"two", lambda _: True, (0.02,))).rtt is None

    async def test_silence_lasts_as_long_as_asked_and_no_longer(self, kit: Kit, answering: Answering) -> None:
        """A wait of one's own ends with nothing, the look's with Silent."""
        port, server = await answering(lambda _: [])
        async with kit.until_at(soon(0.15)).datagram(HERE, port) as conversation:
            await conversation.send(b"x")
            assert await conversation.receive(0.01) is None
            with pytest.raises(Silent):
                await conversation.ask(b"y", lambda _: True, (0.02, 0.02))
        assert server.asked == [b"x", b"y", b"y", b"y"]

    async def test_a_closed_port_refuses(self, kit: Kit) -> None:
        """The kernel queues the ICMP error with who sent it."""
        async with kit.datagram(HERE, 1) as conversation:
            with pytest.raises(Refused):
                await conversation.ask(b"x", lambda _: True, (0.01,))

    async def test_strangers_are_not_heard(self, kit: Kit) -> None:
        """What comes from another address than the one asked is passed over."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            async with kit.until_at(soon(0.1)).datagram("127.0.0.2", 9) as conversation:
                stranger.sendto(b"me", conversation.local)
                with pytest.raises((Silent, Refused)):
                    await conversation.receive()


def zone(
    code: dns.rcode.Rcode = dns.rcode.NOERROR, *texts: str, cut: bool = False
) -> Callable[[bytes], list[bytes]]:
    """A name server that answers every question the same."""

    def answer(data: bytes) -> list[bytes]:
        asked = dns.message.from_wire(data)
        reply = dns.message.make_response(asked)
        reply.set_rcode(code)
        question = asked.question[0]
        if cut:
            reply.flags |= dns.flags.TC
        elif texts:
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", question.rdtype, *texts))
        return [reply.to_wire()]

    return answer


class TestNames:
    """Name servers, and our own."""

    @pytest.mark.parametrize(
        ("code", "texts", "expected"),
        [
            (dns.rcode.NOERROR, ("10.1.0.5", "10.1.0.6"), ("NOERROR", {"10.1.0.5", "10.1.0.6"})),
            (dns.rcode.NOERROR, (), ("NOERROR", set())),
            (dns.rcode.NXDOMAIN, (), ("NXDOMAIN", set())),
            (dns.rcode.SERVFAIL, (), ("SERVFAIL", set())),
            (dns.rcode.REFUSED, (), ("REFUSED", set())),
        ],
    )
    async def test_answers_and_refusals_are_told_apart(
        self,
        kit: Kit,
        answering: Answering,
        code: dns.rcode.Rcode,
        texts: tuple[str, ...],
        expected: tuple[str, set[str]],
    ) -> None:
        """By the words of RFC 6895."""
        port, _ = await answering(zone(code, *texts))
        answer = await kit.query(HERE, Question("cong.example", "A", port))
        assert (answer.code, set(answer.answers), answer.tcp) == (*expected, False)

    async def test_an_answer_cut_off_is_asked_for_by_tcp(
        self, kit: Kit, answering: Answering, serve: Serve
    ) -> None:
        """At the same port; what comes there is the answer."""

        async def long(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            length = int.from_bytes(await reader.readexactly(2), "big")
            (reply,) = zone(dns.rcode.NOERROR, '"x"')(await reader.readexactly(length))
            writer.write(len(reply).to_bytes(2, "big") + reply)

        port = await serve(long)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: Server(zone(cut=True)), local_addr=(HERE, port)
        )
        answer = await kit.query(HERE, Question("cong.example", "TXT", port))
        transport.abort()
        assert (answer.answers, answer.tcp) == (('"x"',), True)

    @pytest.mark.parametrize(
        "answer",
        [
            lambda data: [data[:2] + b"\x81\x80" + b"\xff" * 40],
            lambda data: [data[:2] + b"\x00"],
            lambda data: [data],
            lambda data: [
                data[:2] + dns.message.make_response(dns.message.make_query("x.", "A")).to_wire()[2:]
            ],
        ],
    )
    async def test_nonsense_and_answers_to_other_questions_are_bad_answers(
        self, kit: Kit, answering: Answering, answer: Callable[[bytes], list[bytes]]
    ) -> None:
        """Somebody is there, and no name server."""
        port, _ = await answering(answer)
        with pytest.raises(BadAnswer):
            await kit.query(HERE, Question("cong.example", "A", port))

    @pytest.mark.parametrize("name", ["a..example", "x" * 70 + ".example"])
    async def test_a_name_that_cannot_be_asked_for_is_our_fault(self, kit: Kit, name: str) -> None:
        """It never leaves this machine."""
        with pytest.raises(LocalFault):
            await kit.query(HERE, Question(name))

    @pytest.fixture
    def own(self, tmp_path: Path) -> Callable[..., DnsNames]:
        """This machine's own way of finding names, with files and a port of servers as told."""

        def make(servers: str, hosts: str = "", port: int = 53) -> DnsNames:
            (tmp_path / "hosts").write_text(hosts)
            (tmp_path / "resolv.conf").write_text(servers)
            permits = Permits()
            streams = TcpStreams(StreamOptions(), permits, time.time)
            options = NameOptions(str(tmp_path / "hosts"), str(tmp_path / "resolv.conf"), port)
            return DnsNames(options, UdpDatagrams(permits), streams)

        return make

    async def test_the_file_of_hosts_comes_first(self, own: Callable[..., DnsNames]) -> None:
        """And an address is its own."""
        names = own("", "# x\n10.1.0.5 Cong.example cong # alias\nkhong cong\n2001:db8::5 cong\n")
        assert await names.resolve("cong", until=soon()) == ("10.1.0.5", "2001:db8::5")
        assert await names.resolve("CONG.example", until=soon()) == ("10.1.0.5",)
        assert await names.resolve("[2001:db8::1]", until=soon()) == ("2001:db8::1",)

    async def test_our_own_servers_are_asked_in_turn(
        self, own: Callable[..., DnsNames], answering: Answering
    ) -> None:
        """One that fails leaves it to the next; short names are tried with the domains of the search list."""
        port, server = await answering(zone(dns.rcode.NOERROR, "10.1.0.5"))
        names = own(f"nameserver 127.0.0.3\nnameserver {HERE}\nsearch tinh.example\n", "", port)
        assert await names.resolve("cong", until=soon()) == ("10.1.0.5",)
        asked = dns.message.from_wire(server.asked[0]).question[0]
        assert asked.name.to_text() == "cong.tinh.example."

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            (dns.rcode.NXDOMAIN, NameUnknown),
            (dns.rcode.NOERROR, NameUnknown),
            (dns.rcode.SERVFAIL, OwnResolver),
            (dns.rcode.REFUSED, OwnResolver),
        ],
    )
    async def test_a_name_that_is_none_is_not_our_resolver_failing(
        self,
        own: Callable[..., DnsNames],
        answering: Answering,
        code: dns.rcode.Rcode,
        expected: type[TransportError],
    ) -> None:
        """The one is the service's fault, the other says nothing about it."""
        port, _ = await answering(zone(code))
        with pytest.raises(expected):
            await own(f"nameserver {HERE}\n", "", port).resolve("cong.example", until=soon())

    async def test_without_a_resolver_nothing_is_blamed_on_the_service(
        self, own: Callable[..., DnsNames], answering: Answering
    ) -> None:
        """A machine without servers, or with one that is silent, cannot tell."""
        port, _ = await answering(lambda _: [])
        for names in (own(""), own(f"nameserver {HERE}\n", "", port)):
            with pytest.raises(OwnResolver) as caught:
                await names.resolve("cong.example", until=soon(0.1))
            assert caught.value.reason in UNABLE


def guarded(password: str, *, scheme: str = "Digest") -> Handler:
    """A page behind a login; who asks without one is challenged."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        given = f"Authorization: {scheme}" in head
        right = given and (password in head if scheme == "Basic" else 'username="xem"' in head)
        status = "200 OK" if right else "401 Unauthorized"
        asked = f'WWW-Authenticate: {scheme} realm="r", nonce="n", qop="auth"\r\n'
        writer.write(f"HTTP/1.1 {status}\r\n{asked}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()

    return answer


class TestWeb:
    """What the kinds for pages leave out."""

    LOGIN = Login("camera", "xem", "bi-mat")

    @pytest.mark.parametrize(("scheme", "word"), [("Digest", ""), ("Basic", "eGVtOmJpLW1hdA==")])
    async def test_a_challenge_is_answered_with_the_login(
        self, kit: Kit, serve: Serve, scheme: str, word: str
    ) -> None:
        """By Digest or Basic, as asked; without a login the challenge is the response."""
        port = await serve(guarded(word, scheme=scheme))
        url = f"http://{HERE}:{port}/"
        assert (await kit.fetch(HERE, Request(url, clear=True))).status == 401
        assert (await kit.fetch(HERE, Request(url, logins=(self.LOGIN,), clear=True))).status == 200

    async def test_a_realm_in_vietnamese_is_answered_as_it_was_told(self) -> None:
        """As UTF-8 both ways, and hashed as that."""
        asks = 'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="Phòng họp", nonce="n"\r\nContent-Length: 0\r\n\r\n'
        streams = FakeStreams({("10.1.0.5", 80): Script([asks.encode()])})
        request = Request("http://10.1.0.5/", logins=(Login("l", "quản trị", "bi-mat"),))
        await H11Web(streams, FakeNames()).fetch("10.1.0.5", request, until=soon())
        secret = hashlib.md5("quản trị:Phòng họp:bi-mat".encode()).hexdigest()
        proof = hashlib.md5(f"{secret}:n:{hashlib.md5(b'GET:/').hexdigest()}".encode()).hexdigest()
        assert f'username="quản trị", realm="Phòng họp", nonce="n", uri="/", response="{proof}"' in (
            streams.sent[1].decode()
        )

    async def test_a_login_that_was_refused_is_not_tried_at_every_look(self) -> None:
        """Devices lock out whom too many wrong passwords come from; another password is tried at once."""
        asks = (
            b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="n"\r\nContent-Length: 0\r\n\r\n'
        )
        streams = FakeStreams({("10.1.0.5", 80): Script([asks])})
        web = H11Web(streams, FakeNames())
        for login in (self.LOGIN, self.LOGIN, self.LOGIN, Login("camera", "xem", "moi")):
            request = Request("http://10.1.0.5/", logins=(login,))
            assert (await web.fetch("10.1.0.5", request, until=soon())).status == 401
        assert [b"Authorization" in sent for sent in streams.sent] == [False, True, False, False, False, True]

    async def test_no_password_goes_where_everybody_can_read_it(self, kit: Kit, serve: Serve) -> None:
        """Without TLS who sits on the way may ask for Basic, and the password may open the device by SSH as well."""
        port = await serve(guarded("", scheme="Basic"))
        request = Request(f"http://{HERE}:{port}/", logins=(self.LOGIN,))
        assert (await kit.fetch(HERE, request)).status == 401

    async def test_a_page_of_single_letters_is_a_bad_answer(self, kit: Kit, serve: Serve) -> None:
        """Each costs as much as a page's worth; without end they kept everything else waiting."""

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 12_000)
            await writer.drain()

        with pytest.raises(BadAnswer, match="tiny pieces"):
            await kit.fetch(HERE, Request(f"http://{HERE}:{await serve(answer)}/"))

    async def test_no_login_is_sent_to_whom_the_certificate_does_not_prove(
        self, kit: Kit, serve: Serve, chains: Chains
    ) -> None:
        """Unless the request says that any certificate will do."""
        port = await serve(guarded("", scheme="Basic"), chains.server("self-signed"))
        url = f"https://{HERE}:{port}/"
        assert (await kit.fetch(HERE, Request(url, logins=(self.LOGIN,)))).status == 401
        assert (await kit.fetch(HERE, Request(url, logins=(self.LOGIN,), trust="any"))).status == 200

    async def test_a_compressed_page_is_read_and_stays_bounded(self, kit: Kit, serve: Serve) -> None:
        """Some servers compress whatever was asked for."""
        squeezed = gzip.compress(b"x" * 5_000_000)

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(squeezed)}\r\n\r\n"
            writer.write(head.encode() + squeezed)
            await writer.drain()

        response = await kit.fetch(HERE, Request(f"http://{HERE}:{await serve(answer)}/", limit=1000))
        assert response.body == b"x" * 1000 or response.body.startswith(b"\x1f\x8b")
        response = await kit.fetch(HERE, Request(f"http://{HERE}:{await serve(answer)}/", limit=20_000))
        assert (response.text, response.cut) == ("x" * 20_000, True)

    @pytest.mark.parametrize("url", ["", "http://", "gopher://a/", "http://[::1", "http://a:99999/"])
    async def test_what_is_no_address_of_a_page_is_our_fault(self, kit: Kit, url: str) -> None:
        """It was asked for by us."""
        with pytest.raises(LocalFault):
            await kit.fetch(HERE, Request(url))


class TestRedirects:
    """Where a server sends us, against fakes."""

    def kit_of(self, streams: FakeStreams) -> H11Web:
        return H11Web(streams, FakeNames({"khac.example": ("10.1.0.9",)}))

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "127.9.9.9", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]"]
    )
    async def test_no_server_sends_us_to_this_machine(self, host: str) -> None:
        """What listens only here is nobody's page, by whichever of its addresses."""
        reply = f"HTTP/1.1 302 Found\r\nLocation: http://{host}:9877/metrics\r\nContent-Length: 0\r\n\r\n".encode()
        streams = FakeStreams({("10.1.0.5", 80): Script([reply])})
        with pytest.raises(BadAnswer, match="redirect to http://"):
            await self.kit_of(streams).fetch(
                "10.1.0.5", Request("http://cong.example/", redirects=5), until=soon()
            )
        assert [address for address, _, _ in streams.opened] == ["10.1.0.5"]

    async def test_a_login_stays_with_the_host_it_was_given_for(self) -> None:
        """Another host that asks for it gets none; its answer is the response."""
        moved = b"HTTP/1.1 302 Found\r\nLocation: http://khac.example/x\r\nContent-Length: 0\r\n\r\n"
        asks = b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="r"\r\nContent-Length: 0\r\n\r\n'
        streams = FakeStreams({("10.1.0.5", 80): Script([moved]), ("10.1.0.9", 80): Script([asks])})
        request = Request("http://cong.example/", redirects=5, logins=(Login("l", "u", "bi-mat"),))
        response = await self.kit_of(streams).fetch("10.1.0.5", request, until=soon())
        assert (response.status, response.url) == (401, "http://khac.example/x")
        assert not any(b"uthorization" in sent for sent in streams.sent)
        assert b"Host: khac.example\r\n" in streams.sent[1]
