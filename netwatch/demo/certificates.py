"""The certificates of the synthetic province: an authority of its own, and what it signs. Nobody else trusts it."""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

AUTHORITY_FILE = "authority.pem"
LASTING_FILE, ENDING_FILE, DEVICE_FILE = "lasting.pem", "ending.pem", "device.pem"
# As public authorities give them for, and as few as make somebody hurry.
LASTING, ENDING = timedelta(days=300), timedelta(days=9)
_YEARS = timedelta(days=3650)
_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Party:
    name: x509.Name
    key: ec.EllipticCurvePrivateKey


def write(folder: Path, addresses: Iterable[str], now: datetime) -> None:
    """Write an authority, certificates of servers at these addresses, and one that signs itself; raises OSError."""
    authority = _party("Mau CA (SAMPLE DATA)")
    server, device = _party("cong.mau.example"), _party("codec.mau.example")
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address)) for address in addresses])
    root = _signed(authority, authority, now + _YEARS, now, x509.BasicConstraints(ca=True, path_length=0))
    (folder / AUTHORITY_FILE).write_bytes(root)
    _keep(folder / LASTING_FILE, _signed(server, authority, now + LASTING, now, names), server)
    _keep(folder / ENDING_FILE, _signed(server, authority, now + ENDING, now, names), server)
    _keep(folder / DEVICE_FILE, _signed(device, device, now + _YEARS, now), device)


def _party(name: str) -> _Party:
    attribute = x509.NameAttribute(NameOID.COMMON_NAME, name)
    return _Party(x509.Name([attribute]), ec.generate_private_key(ec.SECP256R1()))


def _signed(
    subject: _Party, issuer: _Party, until: datetime, now: datetime, *more: x509.ExtensionType
) -> bytes:
    builder = (
        x509.CertificateBuilder(issuer.name, subject.name, subject.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(until)
    )
    for extension in more:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return builder.sign(issuer.key, SHA256()).public_bytes(Encoding.PEM)


def _keep(path: Path, certificate: bytes, party: _Party) -> None:
    path.touch(mode=0o600)
    key = party.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate + key)


def shown(folder: Path, file: str) -> ssl.SSLContext:
    """What a server shows that has such a certificate; raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / file)
    return context
