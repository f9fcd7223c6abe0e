"""What a certificate says, and what OpenSSL says of one that does not verify. Pure."""

import hashlib

from cryptography import x509
from cryptography.x509.oid import NameOID

from probes.contract import Reason
from probes.transports.streams.contract import Certificate

_MOST_NAMES = 20
_MOST_TEXT = 200
# X509_V_ERR_* of OpenSSL (x509_vfy.h): not yet valid, expired; host name, address of another.
_OF_TIME = frozenset({9, 10})
_OF_NAME = frozenset({62, 64})


def why_untrusted(verify_code: int) -> Reason:
    """The reason for one of OpenSSL's verification errors."""
    if verify_code in _OF_TIME:
        return Reason.CERTIFICATE_EXPIRED
    return Reason.CERTIFICATE_WRONG_NAME if verify_code in _OF_NAME else Reason.CERTIFICATE_UNTRUSTED


def certificate(der: bytes, now: float) -> Certificate | None:
    """What a certificate says; `now` in seconds since 1970. None when it cannot be read."""
    try:
        found = x509.load_der_x509_certificate(der)
        return Certificate(
            subject=_name(found.subject),
            issuer=_name(found.issuer),
            names=_names(found),
            not_before=found.not_valid_before_utc.timestamp(),
            not_after=found.not_valid_after_utc.timestamp(),
            remaining=found.not_valid_after_utc.timestamp() - now,
            fingerprint=hashlib.sha256(der).hexdigest(),
        )
    except (ValueError, TypeError, x509.InvalidVersion, x509.UnsupportedGeneralNameType):
        return None


def _name(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return _plain(str(common[0].value) if common else name.rfc4514_string())


def _names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        given = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension):
        return ()
    shown = (str(name.value) for name in given if isinstance(name, x509.DNSName | x509.IPAddress))
    return tuple(_plain(name) for _, name in zip(range(_MOST_NAMES), shown, strict=False))


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:_MOST_TEXT]).strip()
