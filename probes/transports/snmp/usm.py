"""Keys and ciphers of the User-based Security Model: RFC 3414 (MD5, SHA-1, DES), RFC 3826 (AES-128), RFC 7860 (SHA-2).

AES-192 and AES-256 were never standardised and exist in two incompatible kinds, which differ in how a key that is too
short becomes longer: draft-blumenthal-aes-usm-04 section 3.1.2.1 (`aes192`, `aes256`: net-snmp and most others) and
draft-reeder-snmpv3-usm-3desede-00 section 2.1 (`aes192c`, `aes256c`: Cisco and those who follow it).

A user's keys are made once from the passwords, which costs a hash over 1 MiB each, and once more for each engine, which
is cheap. Nothing here shows a key in its repr.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b, new
from hmac import compare_digest
from typing import Protocol, TypeAlias

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

# RFC 3414 section A.2: so many bytes of the repeated password are hashed.
_STRETCH = 1 << 20
# RFC 3414 section 11.2.
SHORTEST_PASSWORD = 8
SALT_BYTES = 8
_SALTS = 1 << 64
_KEPT_KEYS = 4096

EXTENSION_NONE, EXTENSION_BLUMENTHAL, EXTENSION_REEDER = "", "blumenthal", "reeder"


@dataclass(frozen=True, slots=True)
class Authentication:
    """A hash, its block length, and how many bytes of its HMAC travel (RFC 3414 section 6, RFC 7860 section 4.1)."""

    hash: str
    block: int
    mac: int


@dataclass(frozen=True, slots=True)
class Privacy:
    """A cipher, the bytes of key it wants, and how a shorter key is extended."""

    cipher: str
    key: int
    extension: str = EXTENSION_NONE


AUTHENTICATIONS: Mapping[str, Authentication] = {
    "md5": Authentication("md5", 64, 12),
    "sha1": Authentication("sha1", 64, 12),
    "sha224": Authentication("sha224", 64, 16),
    "sha256": Authentication("sha256", 64, 24),
    "sha384": Authentication("sha384", 128, 32),
    "sha512": Authentication("sha512", 128, 48),
}
PRIVACIES: Mapping[str, Privacy] = {
    "des": Privacy("des", 16),
    "aes128": Privacy("aes", 16),
    "aes192": Privacy("aes", 24, EXTENSION_BLUMENTHAL),
    "aes256": Privacy("aes", 32, EXTENSION_BLUMENTHAL),
    "aes192c": Privacy("aes", 24, EXTENSION_REEDER),
    "aes256c": Privacy("aes", 32, EXTENSION_REEDER),
}


class UsmError(ValueError):
    """Bytes that cannot be decrypted: of a length or with a salt that the cipher does not allow."""


def password_key(password: bytes, authentication: str) -> bytes:
    """The key Ku of a password (RFC 3414 section A.2).

    Raises ValueError for an empty password, KeyError for a hash not in AUTHENTICATIONS.
    """
    if not password:
        raise ValueError("empty password")
    # A long stretch of the repeated password is hashed at once: far quicker than 64 bytes at a time, and the hash
    # releases the interpreter meanwhile.
    whole = password * (_STRETCH // len(password) + 1)
    return new(AUTHENTICATIONS[authentication].hash, memoryview(whole)[:_STRETCH]).digest()


def localised(key: bytes, engine: bytes, authentication: str) -> bytes:
    """The key Kul of a user at one engine (RFC 3414 section 2.6)."""
    return new(AUTHENTICATIONS[authentication].hash, key + engine + key).digest()


def privacy_key(key: bytes, engine: bytes, authentication: str, privacy: str) -> bytes:
    """The localised key of the cipher, extended where the hash is too short for it.

    The extension of Reeder's draft stretches a key as if it were a password: 1 MiB of hash for each engine.
    """
    wanted = PRIVACIES[privacy]
    found = last = localised(key, engine, authentication)
    while len(found) < wanted.key:
        if wanted.extension == EXTENSION_REEDER:
            last = localised(password_key(last, authentication), engine, authentication)
            found += last
        else:
            found += new(AUTHENTICATIONS[authentication].hash, found).digest()
    return found[: wanted.key]


class KeyStore:
    """Ku by password: hashed once for each, kept under a digest keyed with `pepper`, never under the password."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper
        self._keys: dict[bytes, bytes] = {}

    def key(self, password: str, authentication: str) -> bytes:
        """As `password_key`, of the UTF-8 bytes; a second call with the same password is cheap."""
        plain = password.encode()
        name = blake2b(plain, key=self._pepper, person=authentication.encode()).digest()
        found = self._keys.get(name)
        if found is None:
            if len(self._keys) >= _KEPT_KEYS:
                self._keys.clear()
            found = self._keys[name] = password_key(plain, authentication)
        return found


@dataclass(frozen=True, slots=True)
class User:
    """Who asks: the name, what protects messages ('' for none), and the keys not yet localised.

    `context` and `context_engine` say which of an agent's contexts is meant; an empty engine is the agent's own.
    """

    name: bytes
    authentication: str = ""
    privacy: str = ""
    authentication_key: bytes = field(default=b"", repr=False)
    privacy_key: bytes = field(default=b"", repr=False)
    context: bytes = b""
    context_engine: bytes = b""

    @property
    def flags(self) -> int:
        """The security level as the lower two bits of msgFlags (RFC 3412 section 6.4)."""
        return (1 if self.authentication else 0) | (2 if self.privacy else 0)


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def copy(self) -> "_Hash": ...

    def digest(self) -> bytes: ...


_HashPair: TypeAlias = tuple[_Hash, _Hash]
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


def _hmac_halves(key: bytes, kind: Authentication) -> _HashPair:
    """Both hashes of HMAC (RFC 2104) with the key already in them: a message costs two copies of them."""
    padded = key.ljust(kind.block, b"\0")
    return new(kind.hash, padded.translate(_INNER)), new(kind.hash, padded.translate(_OUTER))


class _AesCfb:
    """AES in CFB-128 (RFC 3826 section 3.1): the vector is boots, time and salt."""

    __slots__ = ("_aes", "_decrypt")

    def __init__(self, key: bytes) -> None:
        self._aes = AES(key)
        self._decrypt = Cipher(self._aes, CFB(bytes(16))).decryptor().update

    def encrypt(self, plain: bytes, boots: int, time: int, salt: bytes) -> bytes:
        vector = (boots << 32 | time).to_bytes(8, "big") + salt
        return Cipher(self._aes, CFB(vector)).encryptor().update(plain)

    def decrypt(self, content: bytes, boots: int, time: int, salt: bytes) -> bytes:
        # One context serves every message: decryption in CFB depends only on the block before, so the vector goes
        # in as if it were the block before the message, and zeros after it keep to whole blocks.
        vector = (boots << 32 | time).to_bytes(8, "big") + salt
        size = len(content)
        return self._decrypt(vector + content + bytes(-size % 16))[16 : 16 + size]

    def salt(self, _boots: int, counter: int) -> bytes:
        return counter.to_bytes(8, "big")


class _DesCbc:
    """DES in CBC (RFC 3414 section 8.1.1): the vector is the second half of the key, xor the salt."""

    __slots__ = ("_decrypt", "_des", "_vector")

    def __init__(self, key: bytes) -> None:
        # Three times the same key is single DES.
        self._des = TripleDES(key[:8] * 3)
        self._vector = int.from_bytes(key[8:16], "big")
        self._decrypt = Cipher(self._des, CBC(bytes(8))).decryptor().update

    def _start(self, salt: bytes) -> bytes:
        return (self._vector ^ int.from_bytes(salt, "big")).to_bytes(8, "big")

    def encrypt(self, plain: bytes, _boots: int, _time: int, salt: bytes) -> bytes:
        padded = plain + bytes(-len(plain) % 8)
        return Cipher(self._des, CBC(self._start(salt))).encryptor().update(padded)

    def decrypt(self, content: bytes, _boots: int, _time: int, salt: bytes) -> bytes:
        if len(content) % 8:
            raise UsmError("not a multiple of eight bytes")
        return self._decrypt(self._start(salt) + content)[8:]

    def salt(self, boots: int, counter: int) -> bytes:
        # RFC 3414 section 8.1.1.1: boots and a counter, so that no vector comes twice.
        return ((boots & 0xFFFFFFFF) << 32 | counter & 0xFFFFFFFF).to_bytes(8, "big")


class Keys:
    """A user's keys at one engine, ready for use: authenticate, verify, encrypt, decrypt."""

    __slots__ = ("_cipher", "_engine", "_inner", "_outer", "_user", "mac_bytes")

    def __init__(self, user: User, engine: bytes) -> None:
        self.mac_bytes = 0
        self._user, self._engine = user, engine
        self._cipher: _AesCfb | _DesCbc | None = None
        if user.authentication:
            kind = AUTHENTICATIONS[user.authentication]
            self.mac_bytes = kind.mac
            key = localised(user.authentication_key, engine, user.authentication)
            self._inner, self._outer = _hmac_halves(key, kind)

    def mac(self, message: bytes) -> bytes:
        """The message's authentication code, as long as it travels; its own place in the message holds zeros."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()[: self.mac_bytes]

    def genuine(self, message: bytes, at: int, size: int) -> bool:
        """Whether the code of `size` bytes found in the message at `at` is the right one (RFC 3414 section 6.3.2)."""
        if size != self.mac_bytes or not size:
            return False
        blank = message[:at] + bytes(size) + message[at + size :]
        return compare_digest(self.mac(blank), message[at : at + size])

    def encrypt(self, plain: bytes, boots: int, time: int, counter: int) -> tuple[bytes, bytes]:
        """(salt, encrypted); `counter` must not come twice while the key is in use. Needs a user with privacy."""
        cipher = self._sealing()
        salt = cipher.salt(boots, counter % _SALTS)
        return salt, cipher.encrypt(plain, boots, time, salt)

    def decrypt(self, content: bytes, boots: int, time: int, salt: bytes) -> bytes:
        """The plain bytes, with DES also its padding. Raises UsmError when lengths are impossible."""
        if len(salt) != SALT_BYTES:
            raise UsmError("a salt has eight bytes")
        return self._sealing().decrypt(content, boots, time, salt)

    def _sealing(self) -> _AesCfb | _DesCbc:
        # Made when first needed: a forged message never gets so far, and some keys are costly to extend.
        user = self._user
        if self._cipher is None:
            if not user.privacy:
                raise UsmError("no privacy for this user")
            key = privacy_key(user.privacy_key, self._engine, user.authentication, user.privacy)
            self._cipher = _AesCfb(key) if PRIVACIES[user.privacy].cipher == "aes" else _DesCbc(key)
        return self._cipher
