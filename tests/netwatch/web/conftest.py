"""Applications over the small province, and servers of them on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.types import ASGIApp

from netwatch.present import Present
from netwatch.web.listener import Listener, open_socket
from netwatch.web.server import WebServer
from netwatch.web.view import View
from probes.registry import probes

Serve = Callable[[ASGIApp, Listener], AbstractAsyncContextManager[WebServer]]
Issue = Callable[[str], tuple[Path, Path]]

LISTENER = Listener("127.0.0.1", 0)


@pytest.fixture
def listener() -> Listener:
    """Loopback, any free port, no guard."""
    return LISTENER


@pytest.fixture
def view_of(now: int, zone: ZoneInfo) -> Callable[[Present], View]:
    """A view of a present, in Vietnamese."""
    return lambda present: View(lambda: present, lambda: now, probes(), lambda: zone, lambda: "vi", "1.2.3")


@pytest.fixture
def view(view_of: Callable[[Present], View], present: Present) -> View:
    """The view of the small province."""
    return view_of(present)


@pytest.fixture
def serve() -> Serve:
    """Serve an application for the length of a block."""

    @asynccontextmanager
    async def serving(app: ASGIApp, listener: Listener) -> AsyncIterator[WebServer]:
        server = WebServer(app, listener, open_socket(listener))
        task = asyncio.create_task(server.run())
        try:
            yield server
        finally:
            server.stop()
            await task

    return serving


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@pytest.fixture(scope="session")
def issue(tmp_path_factory: pytest.TempPathFactory) -> Issue:
    """Issue a certificate for 127.0.0.1 by an authority named in the call; gives (certificate, key) as PEM files.

    The authority's own certificate lies beside them as NAME-ca.pem.
    """
    folder = tmp_path_factory.mktemp("certificates")
    authorities: dict[str, tuple[ec.EllipticCurvePrivateKey, x509.Certificate]] = {}

    def certificate(
        subject: str,
        issuer: str,
        key: ec.EllipticCurvePrivateKey,
        signer: ec.EllipticCurvePrivateKey,
        is_ca: bool,
    ) -> x509.Certificate:
        begin = datetime.now(UTC) - timedelta(days=1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
            )
        )
        return builder.sign(signer, hashes.SHA256())

    def make(authority: str) -> tuple[Path, Path]:
        if authority not in authorities:
            own = ec.generate_private_key(ec.SECP256R1())
            authorities[authority] = own, certificate(authority, authority, own, own, is_ca=True)
            ca = authorities[authority][1].public_bytes(serialization.Encoding.PEM)
            (folder / f"{authority}-ca.pem").write_bytes(ca)
        key = ec.generate_private_key(ec.SECP256R1())
        made = certificate("127.0.0.1", authority, key, authorities[authority][0], is_ca=False)
        number = len(list(folder.iterdir()))
        paths = folder / f"{authority}-{number}.pem", folder / f"{authority}-{number}.key"
        paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return paths

    return make


@pytest.fixture
def tls(issue: Issue) -> Listener:
    """Loopback with a certificate by the authority 'here'."""
    certificate, key = issue("here")
    return replace(LISTENER, certificate=str(certificate), key=str(key))
