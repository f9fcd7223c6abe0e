"""The kinds for services against real servers on loopback: good, bad, and hanging."""

import asyncio
import hashlib
import os
import re
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import pytest
from aiosmtpd.smtp import SMTP

from probes.contract import Fact, Look, Note, Reason, Sample

pytestmark = pytest.mark.anyio


class Chains(Protocol):
    """Contexts of servers by what is wrong with their certificate."""

    def server(self, fault: str = "") -> ssl.SSLContext:
        """One of them."""
        ...


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[..., Awaitable[int]]
LookAt = Callable[..., Awaitable[Look]]
Verdict = tuple[bool | None, Reason, str]
NAME = "cong.xa-dai.example"
CLOSED = 1


def fact(seen: Look, name: str = "usable") -> Verdict:
    found = [each for each in seen.readings if isinstance(each, Fact) and each.name == name]
    assert len(found) == 1, (name, seen)
    return found[0].holds, found[0].reason, found[0].evidence


def verdict(seen: Look, name: str = "usable") -> tuple[bool | None, Reason]:
    return fact(seen, name)[:2]


def samples(seen: Look) -> dict[str, float]:
    return {each.metric: each.value for each in seen.readings if isinstance(each, Sample)}


def notes(seen: Look) -> dict[str, str]:
    return {each.name: each.value for each in seen.readings if isinstance(each, Note)}


def page(body: str = "<h1>Trang chủ</h1>", status: str = "200 OK", headers: str = "") -> Handler:
    """A web server of one page."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        content = body.encode()
        head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        await writer.drain()

    return answer


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Keeps a conversation alive by a byte now and then, and never ends its answer."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(100):
        writer.write(b"x")
        await writer.drain()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                if not await reader.read(1):
                    return


class TestTcp:
    """tcp_connect."""

    async def test_a_port_that_accepts_is_usable(
        self, look_at: LookAt, serve: Serve, hanging: Handler
    ) -> None:
        """Connecting is all that is asked of it, so a server that says nothing is good."""
        seen = await look_at("tcp_connect", port=await serve(hanging))
        assert verdict(seen) == (True, Reason.ANSWERED)
        assert 0 < samples(seen)["answer_seconds"] < 1

    async def test_a_closed_port_refuses(self, look_at: LookAt) -> None:
        """Nobody listens: the machine is there, its service is not."""
        assert verdict(await look_at("tcp_connect", port=CLOSED)) == (False, Reason.REFUSED)

    async def test_tls_that_never_begins_is_silence(
        self, look_at: LookAt, serve: Serve, hanging: Handler
    ) -> None:
        """A server that accepts and then hangs costs its own look and is not usable."""
        seen = await look_at("tcp_connect", port=await serve(hanging), tls=True)
        assert fact(seen) == (False, Reason.NO_ANSWER, "connected")

    async def test_plain_words_where_tls_is_due_are_told(
        self, look_at: LookAt, serve: Serve, saying: Callable[[bytes], Handler]
    ) -> None:
        """A server without encryption on an encrypted port is a fault of its own kind."""
        seen = await look_at("tcp_connect", port=await serve(saying(b"220 hello\r\n" * 20)), tls=True)
        assert verdict(seen) == (False, Reason.TLS_FAILED)


class TestCertificates:
    """What is said of certificates, the same for every kind that shows one."""

    @pytest.mark.parametrize(
        ("fault", "holds", "reason"),
        [
            ("", True, Reason.AS_EXPECTED),
            ("expired", False, Reason.CERTIFICATE_EXPIRED),
            ("self-signed", False, Reason.CERTIFICATE_UNTRUSTED),
            ("no intermediate", False, Reason.CERTIFICATE_UNTRUSTED),
            ("wrong name", False, Reason.CERTIFICATE_WRONG_NAME),
        ],
    )
    async def test_each_fault_is_told_and_the_page_is_seen_all_the_same(
        self, look_at: LookAt, serve: Serve, chains: Chains, fault: str, holds: bool, reason: Reason
    ) -> None:
        """Users get their page behind a warning: usable, with a certificate that is not valid, and its days left."""
        port = await serve(page(), chains.server(fault))
        seen = await look_at("http_get", url=f"https://{NAME}:{port}/")
        assert verdict(seen) == (True, Reason.AS_EXPECTED)
        assert verdict(seen, "certificate_valid") == (holds, reason)
        days = samples(seen)["certificate_remaining_seconds"] / 86_400
        assert days == pytest.approx(-2 if fault == "expired" else 90, abs=0.01)
        assert notes(seen)["certificate_issuer"] == ("Cong" if fault == "self-signed" else "Trung gian")
        assert notes(seen)["tls_version"].startswith("TLSv1")

    async def test_an_address_is_checked_as_an_address(
        self, look_at: LookAt, serve: Serve, chains: Chains
    ) -> None:
        """Where a location names no host but an address, the certificate must be for that."""
        port = await serve(page(), chains.server())
        seen = await look_at("tcp_connect", port=port, tls=True)
        assert verdict(seen, "certificate_valid") == (True, Reason.AS_EXPECTED)


class TestHttp:
    """http_get."""

    async def test_a_good_page_is_usable(self, look_at: LookAt, serve: Serve) -> None:
        """Status and text as expected; how long it took is measured."""
        port = await serve(page())
        seen = await look_at(
            "http_get", url=f"http://127.0.0.1:{port}/", status=("200",), text=("Trang chủ",)
        )
        assert fact(seen) == (True, Reason.AS_EXPECTED, "200 OK")
        measured = samples(seen)
        assert 0 < measured["http_first_byte_seconds"] <= measured["answer_seconds"]
        assert measured["http_status_code"] == 200

    @pytest.mark.parametrize(
        ("status", "params", "expected"),
        [
            ("503 Busy", {}, (False, Reason.SERVER_FAULT, "503 Busy")),
            ("404 Not Found", {}, (False, Reason.NOT_AS_EXPECTED, "404 Not Found")),
            ("404 Not Found", {"status": ("400-499",)}, (True, Reason.AS_EXPECTED, "404 Not Found")),
            ("200 OK", {"status": ("401", "403")}, (False, Reason.NOT_AS_EXPECTED, "200 OK")),
            ("200 OK", {"text": ("Bảo trì",)}, (False, Reason.NOT_AS_EXPECTED, "text=Bảo trì")),
        ],
    )
    async def test_another_answer_than_expected_is_not(
        self,
        look_at: LookAt,
        serve: Serve,
        status: str,
        params: dict[str, object],
        expected: tuple[object, ...],
    ) -> None:
        """Its status, or the text that is missing, is the evidence."""
        port = await serve(page(status=status))
        assert fact(await look_at("http_get", url=f"http://127.0.0.1:{port}/", **params)) == expected

    async def test_redirects_are_followed_within_their_bound(self, look_at: LookAt, serve: Serve) -> None:
        """A page elsewhere is found; a circle ends as the status it is."""
        there = await serve(page())
        port = await serve(page("", "302 Found", f"Location: http://127.0.0.1:{there}/moi\r\n"))
        seen = await look_at("http_get", url=f"http://127.0.0.1:{port}/", text=("Trang chủ",))
        assert verdict(seen) == (True, Reason.AS_EXPECTED)
        assert notes(seen)["url"] == f"http://127.0.0.1:{there}/moi"
        circle = await serve(page("", "302 Found", "Location: /\r\n"))
        seen = await look_at("http_get", url=f"http://127.0.0.1:{circle}/", status=("200",))
        assert fact(seen) == (False, Reason.NOT_AS_EXPECTED, "302 Found")

    @pytest.mark.parametrize("where", ["ftp://127.0.0.1/", "http://[::1/"])
    async def test_a_redirect_that_leads_nowhere_is_a_bad_answer(
        self, look_at: LookAt, serve: Serve, where: str
    ) -> None:
        """Only pages can be followed."""
        port = await serve(page("", "301 Moved", f"Location: {where}\r\n"))
        assert verdict(await look_at("http_get", url=f"http://127.0.0.1:{port}/")) == (
            False,
            Reason.BAD_ANSWER,
        )

    async def test_a_hanging_and_a_dripping_server_cost_their_own_look(
        self, look_at: LookAt, serve: Serve, hanging: Handler
    ) -> None:
        """Both are silent once the look's time is over, however many bytes came."""
        for handler in (hanging, drip):
            seen = await look_at("http_get", url=f"http://127.0.0.1:{await serve(handler)}/")
            assert fact(seen) == (False, Reason.NO_ANSWER, "connected")
            assert seen.took < 1

    @pytest.mark.parametrize(
        "words",
        [
            b"SSH-2.0-OpenSSH\r\n\r\n",
            b"HTTP/1.1 abc\r\n\r\n",
            b"\0" * 5000,
            b"HTTP/1.1 200 OK\r\nA: " + b"x" * 90_000,
        ],
    )
    async def test_what_is_no_page_is_a_bad_answer(
        self, look_at: LookAt, serve: Serve, saying: Callable[[bytes], Handler], words: bytes
    ) -> None:
        """Another protocol, nonsense, a head without end."""
        seen = await look_at("http_get", url=f"http://127.0.0.1:{await serve(saying(words))}/")
        assert verdict(seen) == (False, Reason.BAD_ANSWER)

    async def test_only_the_first_mebibyte_is_read(self, look_at: LookAt, serve: Serve) -> None:
        """What stands behind it is not found, and the look ends in time."""
        port = await serve(page("x" * 1_048_576 + "Trang chủ"))
        seen = await look_at("http_get", url=f"http://127.0.0.1:{port}/", text=("Trang chủ",))
        assert verdict(seen) == (False, Reason.NOT_AS_EXPECTED)

    async def test_proxies_of_the_environment_are_ignored(
        self, look_at: LookAt, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the administrator's shell goes through is not what users see."""
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        port = await serve(page())
        assert verdict(await look_at("http_get", url=f"http://127.0.0.1:{port}/"))[0] is True


ZONE = """$ORIGIN tinh.example.
$TTL 60
@ IN SOA ns admin 1 3600 600 86400 60
@ IN NS ns
ns IN A 10.1.0.2
cong IN A 10.1.0.5
cong IN A 10.1.0.6
trang IN CNAME cong
@ IN MX 10 thu
""" + "\n".join(f'dai IN TXT "{number:03}{"x" * 200}"' for number in range(20))


@pytest.fixture(scope="module")
def nsd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real name server of one zone, on a port of its own."""
    if not Path("/usr/sbin/nsd").exists():
        pytest.skip("nsd is not installed")
    folder, port = tmp_path_factory.mktemp("nsd"), _free_port()
    (folder / "zone").write_text(ZONE)
    server = ("ip-address: 127.0.0.1", f"port: {port}", 'username: ""', "server-count: 1", "verbosity: 2")
    own = (f'{name}: "{folder}/{name}"' for name in ("pidfile", "xfrdfile", "zonelistfile", "database"))
    lines = ["server:", *server, f'zonesdir: "{folder}"', f'xfrdir: "{folder}"', *own]
    lines += ["remote-control:", "control-enable: no", "zone:", "name: tinh.example", "zonefile: zone"]
    (folder / "conf").write_text("\n".join(lines))
    line: list[str | Path] = ["/usr/sbin/nsd", "-d", "-c", folder / "conf"]
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        while "nsd started" not in (said := running.stderr.readline()):
            if not said:
                pytest.skip("nsd does not start here")
        yield port
        running.terminate()


class TestDns:
    """dns_query, against nsd."""

    @pytest.mark.parametrize(
        ("name", "kind", "answer", "expected"),
        [
            ("cong.tinh.example", "A", ("10.1.0.5", "10.1.0.6"), (True, Reason.AS_EXPECTED)),
            ("trang.tinh.example", "A", ("10.1.0.6",), (True, Reason.AS_EXPECTED)),
            ("tinh.example", "MX", ("10 THU.tinh.example.",), (True, Reason.AS_EXPECTED)),
            ("cong.tinh.example", "A", ("10.1.0.7",), (False, Reason.NOT_AS_EXPECTED)),
            ("cong.tinh.example", "AAAA", (), (False, Reason.NOT_AS_EXPECTED)),
            ("khong.tinh.example", "A", (), (False, Reason.NAME_UNKNOWN)),
            ("cong.khac.example", "A", (), (False, Reason.REFUSED)),
        ],
    )
    async def test_each_answer_of_a_real_server_is_told(
        self,
        look_at: LookAt,
        nsd: int,
        name: str,
        kind: str,
        answer: tuple[str, ...],
        expected: tuple[bool, Reason],
    ) -> None:
        """Records as expected, aliases followed; others, none, no such name, and a server not asked for such names."""
        seen = await look_at("dns_query", port=nsd, name=name, type=kind, answer=answer)
        assert verdict(seen) == expected

    async def test_an_answer_too_long_comes_by_tcp(self, look_at: LookAt, nsd: int) -> None:
        """All its records are counted."""
        seen = await look_at("dns_query", port=nsd, name="dai.tinh.example", type="TXT")
        assert samples(seen)["dns_answers"] == 20

    async def test_a_server_that_hangs_is_silent(self, look_at: LookAt) -> None:
        """A socket that nobody reads."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
            mute.bind(("127.0.0.1", 0))
            seen = await look_at("dns_query", port=mute.getsockname()[1], name="cong.example")
        assert verdict(seen) == (False, Reason.NO_ANSWER)


class TestSmtp:
    """smtp_greeting, against aiosmtpd and servers that misbehave."""

    @pytest.fixture
    async def mail(self, chains: Chains) -> AsyncIterator[int]:
        """aiosmtpd with STARTTLS on a port of its own."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(object(), hostname="thu.xa-dai.example", tls_context=chains.server(), loop=loop),
            "127.0.0.1",
            0,
        )
        yield server.sockets[0].getsockname()[1]
        server.close()

    async def test_a_real_server_greets_plain_and_encrypted(self, look_at: LookAt, mail: int) -> None:
        """Both ways it is usable; with STARTTLS its certificate is judged too."""
        seen = await look_at("smtp_greeting", port=mail)
        assert verdict(seen) == (True, Reason.ANSWERED)
        assert notes(seen)["greeting"].startswith("thu.xa-dai.example")
        seen = await look_at("smtp_greeting", port=mail, tls="starttls", name=NAME)
        assert verdict(seen) == (True, Reason.ANSWERED)
        assert verdict(seen, "certificate_valid") == (True, Reason.AS_EXPECTED)
        seen = await look_at("smtp_greeting", port=mail, tls="starttls", name="other.example")
        assert verdict(seen) == (True, Reason.ANSWERED)
        assert verdict(seen, "certificate_valid") == (False, Reason.CERTIFICATE_WRONG_NAME)

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (b"421 4.3.2 Shutting down\r\n", (False, Reason.SERVER_FAULT, "421 4.3.2 Shutting down")),
            (b"SSH-2.0-x\r\n", (False, Reason.BAD_ANSWER, "SMTP")),
            (b"220-a\r\n" * 200, (False, Reason.BAD_ANSWER, "SMTP")),
            (b"220 " + b"x" * 9000, (False, Reason.BAD_ANSWER, "more than 4096 bytes")),
            (b"220 hello\r\n", (False, Reason.NO_ANSWER, "connected")),
        ],
    )
    async def test_a_server_that_misbehaves_is_not_usable(
        self,
        look_at: LookAt,
        serve: Serve,
        saying: Callable[[bytes], Handler],
        words: bytes,
        expected: Verdict,
    ) -> None:
        """A fault it reports, another protocol, lines without end, silence after the greeting."""
        assert fact(await look_at("smtp_greeting", port=await serve(saying(words)))) == expected


class TestSsh:
    """ssh_banner."""

    @pytest.fixture
    def sshd(self, tmp_path: Path) -> Iterator[int]:
        """A real sshd on a port of its own."""
        if not Path("/usr/sbin/sshd").exists():
            pytest.skip("openssh-server is not installed")
        key = tmp_path / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, timeout=20)
        port = _free_port()
        Path("/run/sshd").mkdir(exist_ok=True) if _is_root() else None
        options = (
            ("Port", str(port)),
            ("ListenAddress", "127.0.0.1"),
            ("HostKey", str(key)),
            ("PidFile", "none"),
        )
        line = [
            "/usr/sbin/sshd",
            "-D",
            "-e",
            "-f",
            "/dev/null",
            *(f"-o{name}={value}" for name, value in options),
        ]
        with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as running:
            assert running.stderr is not None
            while "listening" not in (said := running.stderr.readline()):
                if not said:
                    pytest.skip("sshd does not start here")
            yield port
            running.terminate()

    async def test_a_real_server_says_its_version(self, look_at: LookAt, sshd: int) -> None:
        """It is noted."""
        seen = await look_at("ssh_banner", port=sshd)
        assert verdict(seen) == (True, Reason.ANSWERED)
        assert notes(seen)["version"].startswith("SSH-2.0-OpenSSH")

    async def test_lines_may_come_before_it(
        self, look_at: LookAt, serve: Serve, saying: Callable[[bytes], Handler]
    ) -> None:
        """RFC 4253 allows a banner before the version."""
        port = await serve(saying(b"Chao mung\r\nSSH-2.0-x\x07y\r\n"))
        assert notes(await look_at("ssh_banner", port=port))["version"] == "SSH-2.0-x y"

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            (b"", Reason.NO_ANSWER),
            (b"HTTP/1.1 400\r\n" * 60, Reason.BAD_ANSWER),
            (b"S" * 2000, Reason.BAD_ANSWER),
        ],
    )
    async def test_silence_and_nonsense_are_told_apart(
        self, look_at: LookAt, serve: Serve, saying: Callable[[bytes], Handler], words: bytes, reason: Reason
    ) -> None:
        """A server that hangs, and two that are none."""
        assert verdict(await look_at("ssh_banner", port=await serve(saying(words)))) == (False, reason)


def rtsp(password: str = "", status: str = "200 OK") -> Handler:
    """A camera: OPTIONS is free, DESCRIBE wants a digest when there is a password."""
    form = re.compile(rb"(\w+) (\S+) RTSP/1.0\r\nCSeq: (\d+)\r\n(?s:.*)\r\n\r\n")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            asked = form.fullmatch(await reader.readuntil(b"\r\n\r\n"))
            assert asked is not None
            method, uri = asked[1].decode(), asked[2].decode()
            said, more, body = status, "", ""
            if method == "DESCRIBE":
                secret = hashlib.md5(f"xem:cam:{password}".encode()).hexdigest()
                right = hashlib.md5(f"{method}:{uri}".encode()).hexdigest()
                proof = hashlib.md5(f"{secret}:n1:{right}".encode()).hexdigest()
                body = "v=0\r\n"
                if password and f'response="{proof}"'.encode() not in asked[0]:
                    said, more, body = (
                        "401 Unauthorized",
                        'WWW-Authenticate: Digest realm="cam", nonce="n1"\r\n',
                        "",
                    )
            head = f"RTSP/1.0 {said}\r\nCSeq: {int(asked[3])}\r\nServer: Cam/1\r\n{more}"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())

    return answer


class TestRtsp:
    """rtsp_options."""

    async def test_a_camera_that_serves_is_usable(self, look_at: LookAt, serve: Serve) -> None:
        """OPTIONS and DESCRIBE are answered."""
        port = await serve(rtsp())
        assert fact(await look_at("rtsp_options", port=port)) == (True, Reason.ANSWERED, "200 OK")
        seen = await look_at("rtsp_options", port=port, path="kenh1")
        assert verdict(seen) == (True, Reason.ANSWERED)
        assert notes(seen) == {"server": "Cam/1"}

    async def test_a_password_is_not_said_aloud_to_a_camera(self, look_at: LookAt, serve: Serve) -> None:
        """Basic could be read on the way; that it asks proves that the camera lives."""
        heard = bytearray()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for number in (1, 2):
                heard.extend(await reader.readuntil(b"\r\n\r\n"))
                said = "200 OK" if number == 1 else '401 No\r\nWWW-Authenticate: Basic realm="cam"'
                writer.write(f"RTSP/1.0 {said}\r\nCSeq: {number}\r\n\r\n".encode())
            heard.extend(await reader.read())

        seen = await look_at("rtsp_options", port=await serve(answer), path="kenh1", login="camera")
        assert verdict(seen) == (True, Reason.ANSWERED)
        assert b"uthorization" not in heard

    @pytest.mark.parametrize(
        ("login", "password", "expected"),
        [
            ("", "bi-mat", (True, Reason.ANSWERED, "401 Unauthorized")),
            ("camera", "bi-mat", (True, Reason.ANSWERED, "200 OK")),
            ("camera", "khac", (None, Reason.CREDENTIALS, "401 Unauthorized")),
        ],
    )
    async def test_a_demand_to_log_in_proves_life(
        self, look_at: LookAt, serve: Serve, login: str, password: str, expected: Verdict
    ) -> None:
        """Without a login that is all; with one it is answered; a wrong one is ours to mend."""
        port = await serve(rtsp(password))
        assert fact(await look_at("rtsp_options", port=port, path="kenh1", login=login)) == expected

    async def test_a_camera_without_its_stream_is_not_usable(self, look_at: LookAt, serve: Serve) -> None:
        """What it says of the stream is the evidence; its own fault is called that."""
        seen = await look_at("rtsp_options", port=await serve(rtsp(status="404 Not Found")))
        assert fact(seen) == (False, Reason.NOT_AS_EXPECTED, "404 Not Found")
        assert verdict(await look_at("rtsp_options", port=await serve(rtsp(status="500 X")))) == (
            False,
            Reason.SERVER_FAULT,
        )

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            (b"", Reason.NO_ANSWER),
            (b"HTTP/1.1 200 OK\r\n\r\n", Reason.BAD_ANSWER),
            (b"RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n", Reason.BAD_ANSWER),
            (b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n", Reason.BAD_ANSWER),
            (b"x" * 20_000, Reason.BAD_ANSWER),
        ],
    )
    async def test_silence_and_nonsense_are_told_apart(
        self, look_at: LookAt, serve: Serve, saying: Callable[[bytes], Handler], words: bytes, reason: Reason
    ) -> None:
        """A camera that hangs, and answers that are none."""
        assert verdict(await look_at("rtsp_options", port=await serve(saying(words)))) == (False, reason)


def _free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


def _is_root() -> bool:
    return os.geteuid() == 0
