"""Sealing configurations to a public key whose private half is kept elsewhere. Pure but for the random ephemeral key.

Format 1, all of it written as base64:

    "NWC1"  4 bytes, names the format
    key id  8 bytes, the first of SHA-256 over the receiver's public key
    share  32 bytes, the sender's ephemeral public key (X25519, RFC 7748)
    body    ChaCha20-Poly1305 (RFC 8439) of the zlib stream (RFC 1950) of the text as UTF-8

The key of the body is HKDF-SHA256 (RFC 5869) over the shared secret, salted with share and public key, with the first
44 bytes as additional data. Every sealing has a key of its own, so that the nonce may be all zeroes.
"""

import base64
import hashlib
import zlib
from binascii import Error as Base64Error

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"NWC1"
PUBLIC, PRIVATE = "netwatch-public-1:", "netwatch-private-1:"
KEY_BYTES, ID_BYTES = 32, 8
_HEAD = len(MAGIC) + ID_BYTES + KEY_BYTES
_TAG = 16
_NONCE = bytes(12)
# Beyond any configuration that is taken in; a sealed text that unfolds to more is not one of ours.
LARGEST_TEXT = 64 << 20


class SealFault(ValueError):  # noqa: N818 - named like StoreFault
    """What cannot be opened or is no key; `code`: no_key, not_sealed, other_key, broken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def new_keys() -> tuple[str, str]:
    """A new pair as texts: (private, public)."""
    private = X25519PrivateKey.generate()
    return _text(PRIVATE, private.private_bytes_raw()), _text(PUBLIC, private.public_key().public_bytes_raw())


def public_of(private: str) -> str:
    """The public key of a private one; raises SealFault."""
    return _text(PUBLIC, _private(private).public_key().public_bytes_raw())


def key_id(public: str) -> str:
    """By what a key is named, 16 hexadecimal digits; raises SealFault."""
    return _id(_bytes(PUBLIC, public)).hex()


def sealed_for(sealed: str) -> str:
    """The id of the key that opens it; raises SealFault."""
    return _raw(sealed)[len(MAGIC) : len(MAGIC) + ID_BYTES].hex()


def seal(text: str, public: str) -> str:
    """The text, readable with the private key only; raises SealFault when the public one is none."""
    receiver = _bytes(PUBLIC, public)
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    try:
        secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(receiver))
    except ValueError:
        # A point of low order, with which everybody would have the same secret.
        raise SealFault("no_key") from None
    head = MAGIC + _id(receiver) + share
    packed = zlib.compress(text.encode("utf-8", "surrogatepass"), 6)
    body = ChaCha20Poly1305(_derived(secret, share, receiver)).encrypt(_NONCE, packed, head)
    return base64.b64encode(head + body).decode()


def unseal(sealed: str, private: str) -> str:
    """The text; raises SealFault."""
    raw, own = _raw(sealed), _private(private)
    receiver = own.public_key().public_bytes_raw()
    if raw[len(MAGIC) : len(MAGIC) + ID_BYTES] != _id(receiver):
        raise SealFault("other_key")
    head, share = raw[:_HEAD], raw[_HEAD - KEY_BYTES : _HEAD]
    try:
        secret = own.exchange(X25519PublicKey.from_public_bytes(share))
        packed = ChaCha20Poly1305(_derived(secret, share, receiver)).decrypt(_NONCE, raw[_HEAD:], head)
        return _unpacked(packed)
    except (InvalidTag, ValueError, zlib.error):
        raise SealFault("broken") from None


def _unpacked(packed: bytes) -> str:
    stream = zlib.decompressobj()
    text = stream.decompress(packed, LARGEST_TEXT)
    if not stream.eof:
        raise ValueError
    return text.decode("utf-8", "surrogatepass")


def _derived(secret: bytes, share: bytes, receiver: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=share + receiver, info=MAGIC).derive(secret)


def _id(public: bytes) -> bytes:
    return hashlib.sha256(public).digest()[:ID_BYTES]


def _raw(sealed: str) -> bytes:
    try:
        raw = base64.b64decode("".join(sealed.split()), validate=True)
    except (Base64Error, ValueError):
        raise SealFault("not_sealed") from None
    if not raw.startswith(MAGIC) or len(raw) < _HEAD + _TAG:
        raise SealFault("not_sealed")
    return raw


def _private(text: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(_bytes(PRIVATE, text))


def _text(prefix: str, raw: bytes) -> str:
    return prefix + base64.b64encode(raw).decode()


def _bytes(prefix: str, text: str) -> bytes:
    text = text.strip()
    if not text.startswith(prefix):
        raise SealFault("no_key")
    try:
        raw = base64.b64decode(text.removeprefix(prefix), validate=True)
    except (Base64Error, ValueError):
        raise SealFault("no_key") from None
    if len(raw) != KEY_BYTES:
        raise SealFault("no_key")
    return raw
