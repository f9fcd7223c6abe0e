"""Fixtures for services: certificates of every kind of fault, servers on loopback, and a kit with the real engines."""

import asyncio
import ipaddress
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from probes.contract import Look, Target
from probes.kit import Kit, KitSettings, open_kit
from probes.registry import probes
from probes.run import run_look
from probes.secret import Secret

NAME = "cong.xa-dai.example"
PATIENCE = 0.4
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key as PEM."""
        plain = serialization.NoEncryption()
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def made(
    subject: str, issuer: Pair | None, *, authority: bool = False, days: int = 90, name: str = NAME
) -> Pair:
    """A certificate that ends after so many days; without an issuer it signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(issuer.certificate.subject if issuer else own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Pair(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


class Chains:
    """Contexts of servers by what is wrong with their certificate, signed by an intermediate below one root."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.root = made("Goc", None, authority=True)
        self.between = made("Trung gian", self.root, authority=True)
        self.authorities = folder / "authorities.pem"
        self.authorities.write_bytes(self.root.pem)

    def server(self, fault: str = "") -> ssl.SSLContext:
        """expired, wrong name, self-signed, no intermediate, or nothing wrong."""
        leaf = made(
            "Cong",
            None if fault == "self-signed" else self.between,
            days=-2 if fault == "expired" else 90,
            name="other.example" if fault == "wrong name" else NAME,
        )
        sent = leaf.pem if fault in ("self-signed", "no intermediate") else leaf.pem + self.between.pem
        file = self._folder / f"{fault or 'good'}.pem"
        file.write_bytes(leaf.key_pem + sent)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


@pytest.fixture(scope="session")
def chains(tmp_path_factory: pytest.TempPathFactory) -> Chains:
    """One root for all tests."""
    return Chains(tmp_path_factory.mktemp("chains"))


Serve = Callable[..., Awaitable[int]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts servers on 127.0.0.1 and gives their port; closed at the end of the test."""
    async with AsyncExitStack() as stack:
        talks: set[asyncio.Task[None]] = set()

        async def start(handler: Handler, context: ssl.SSLContext | None = None) -> int:
            async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                own = asyncio.current_task()
                assert own is not None
                talks.add(own)
                try:
                    await handler(reader, writer)
                except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                    pass
                except asyncio.CancelledError:
                    pass
                finally:
                    writer.transport.abort()

            server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
            stack.callback(server.close)
            return int(server.sockets[0].getsockname()[1])

        yield start
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accepts, reads, and says nothing."""
    while await reader.read(1000):
        pass


@pytest.fixture
def hanging() -> Handler:
    """A server that says nothing."""
    return hang


@pytest.fixture
def saying() -> Callable[[bytes], Handler]:
    """Makes servers that say something unasked, and then only read."""

    def make(words: bytes) -> Handler:
        async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(words)
            await hang(reader, writer)

        return say

    return make


@pytest.fixture
async def kit(chains: Chains) -> AsyncIterator[Kit]:
    """The real engines, trusting the tests' root, waiting for a little time only."""
    secrets = {"camera": Secret("login", {"user": "xem", "password": "bi-mat"})}
    async with open_kit(KitSettings(authorities=str(chains.authorities)), secrets.__getitem__) as opened:
        yield opened.until_at(time.monotonic() + PATIENCE)


LookAt = Callable[..., Awaitable[Look]]


@pytest.fixture
def look_at(kit: Kit) -> LookAt:
    """One look at loopback by a kind, as the daemon makes it."""

    async def look(kind: str, *, address: str = "127.0.0.1", login: str = "", **params: object) -> Look:
        probe = probes()[kind]
        target = Target("DV-1", address, credentials=(login,) if login else ())
        return await run_look(probe, target, probe.params(**params), kit, PATIENCE, time.monotonic)

    return look
