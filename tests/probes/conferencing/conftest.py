"""Fixtures: real servers on loopback that play endpoints, and a kit of real transports to look at them with."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from probes.kit import Kit
from probes.secret import Secret
from probes.transports.datagrams.engine import UdpDatagrams
from probes.transports.fakes import FakeIcmp, FakeSnmp
from probes.transports.names.fake import FakeNames
from probes.transports.permits import Permits
from probes.transports.streams.engine import StreamOptions, TcpStreams
from probes.transports.web.engine import H11Web

Talk: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Answers: TypeAlias = Callable[[bytes], list[bytes]]


@pytest.fixture
def password() -> str:
    """What the login credential `codec` holds."""
    return "mat-khau"


@pytest.fixture
def real_kit(anyio_backend: str, password: str) -> Kit:
    """A kit whose conversations are real."""
    assert anyio_backend == "asyncio"
    permits = Permits()
    streams, names = TcpStreams(StreamOptions(), permits, time.time), FakeNames()
    secret = Secret("login", {"user": "giam-sat", "password": password})
    return Kit(
        icmp=FakeIcmp(),
        snmp=FakeSnmp(),
        monotonic=time.monotonic,
        streams=streams,
        datagrams=UdpDatagrams(permits),
        names=names,
        web=H11Web(streams, names),
        find_secret=lambda _: secret,
    )


@pytest.fixture(scope="session")
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of a device that signed its own, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "codec")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=100))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("codec") / "codec.pem"
    plain = serialization.NoEncryption()
    key_pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(key_pem + made.public_bytes(serialization.Encoding.PEM))
    return file


class Endpoints:
    """Starts servers, each at an address of its own, all ended with the test."""

    def __init__(self, stack: AsyncExitStack, certificate: Path) -> None:
        self._stack, self._certificate = stack, certificate
        self._started = 0

    def address(self) -> str:
        """A new address on loopback at which nothing listens."""
        self._started += 1
        return f"127.79.1.{self._started}"

    async def tcp(self, port: int, talk: Talk, *, tls: bool = False) -> str:
        """A server that talks as told, at the address returned."""
        address, context = self.address(), None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
        server = await asyncio.start_server(_ended(talk), address, port, ssl=context)
        self._stack.callback(server.close)
        return address

    async def udp(
        self, port: int, answers: Answers, *, answer_from: int | None = None, address: str = ""
    ) -> str:
        """A server that answers datagrams as told, from another port of its own if asked to."""
        address, loop = address or self.address(), asyncio.get_running_loop()
        other = None
        if answer_from is not None:
            other, _ = await loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, local_addr=(address, answer_from)
            )
            self._stack.callback(other.close)
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Answering(answers, other), local_addr=(address, port)
        )
        self._stack.callback(transport.close)
        return address


def _ended(talk: Talk) -> Talk:
    async def talks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    return talks


class _Answering(asyncio.DatagramProtocol):
    def __init__(self, answers: Answers, other: asyncio.DatagramTransport | None) -> None:
        self._answers, self._other = answers, other

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for answer in self._answers(data):
            (self._other or self._transport).sendto(answer, addr)


@pytest.fixture
async def endpoints(anyio_backend: str, own_certificate: Path) -> Endpoints:  # type: ignore[misc]
    """Servers that play endpoints."""
    async with AsyncExitStack() as stack:
        yield Endpoints(stack, own_certificate)
