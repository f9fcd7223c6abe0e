"""Keys, codes and ciphers of the User-based Security Model against published vectors and an independent library."""

import hmac
from functools import cache
from hashlib import new
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysnmp.entity import config
from pysnmp.proto.rfc1902 import OctetString

from probes.transports.snmp.usm import (
    AUTHENTICATIONS,
    PRIVACIES,
    Keys,
    KeyStore,
    User,
    UsmError,
    localised,
    password_key,
    privacy_key,
)

# RFC 3414 section A.3: the password and the engine of its examples.
PASSWORD = b"maplesyrup"
ENGINE = bytes(11) + b"\x02"
KEYED = {name: password_key(PASSWORD, name) for name in AUTHENTICATIONS}

THEIR_AUTHENTICATIONS = {
    "md5": config.USM_AUTH_HMAC96_MD5,
    "sha1": config.USM_AUTH_HMAC96_SHA,
    "sha224": config.USM_AUTH_HMAC128_SHA224,
    "sha256": config.USM_AUTH_HMAC192_SHA256,
    "sha384": config.USM_AUTH_HMAC256_SHA384,
    "sha512": config.USM_AUTH_HMAC384_SHA512,
}
THEIR_PRIVACIES = {
    "des": config.USM_PRIV_CBC56_DES,
    "aes128": config.USM_PRIV_CFB128_AES,
    "aes192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "aes256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "aes192c": config.USM_PRIV_CFB192_AES,
    "aes256c": config.USM_PRIV_CFB256_AES,
}
counts = st.integers(0, 2**31 - 1)


def keys(auth: str = "sha256", privacy: str = "aes128", engine: bytes = ENGINE) -> Keys:
    return Keys(User(b"u", auth, privacy, KEYED[auth], KEYED[auth]), engine)


@pytest.mark.parametrize(
    ("auth", "key", "local"),
    [
        ("md5", "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),
        (
            "sha1",
            "9fb5cc0381497b3793528939ff788d5d79145211",
            "6695febc9288e36282235fc7151f128497b38f3f",
        ),
    ],
)
def test_keys_are_those_of_rfc_3414(auth: str, key: str, local: str) -> None:
    """Sections A.3.1 and A.3.2: from password to key, and to the key at one engine."""
    assert password_key(PASSWORD, auth).hex() == key
    assert localised(bytes.fromhex(key), ENGINE, auth).hex() == local


@pytest.mark.parametrize("auth", AUTHENTICATIONS)
@pytest.mark.parametrize("password", [b"\xc4\x91\xc6\xb0\xe1\xbb\x9dng", b"12345678"])
def test_keys_are_those_of_pysnmp(auth: str, password: bytes) -> None:
    """Every hash, and passwords whose length does and does not divide 1 MiB."""
    service = config.AUTH_SERVICES[THEIR_AUTHENTICATIONS[auth]]
    theirs = service.hash_passphrase(OctetString(password))
    assert password_key(password, auth) == bytes(theirs)
    assert localised(bytes(theirs), ENGINE, auth) == bytes(service.localize_key(theirs, OctetString(ENGINE)))


def test_an_empty_password_has_no_key() -> None:
    """It is refused rather than repeated for ever."""
    with pytest.raises(ValueError, match="empty"):
        password_key(b"", "md5")


@pytest.mark.parametrize(
    ("auth", "extended"),
    [
        ("md5", "526f5eed9fcce26f8964c2930787d82b79eff44a90650ee0a3a40abfac5acc12"),
        ("sha1", "6695febc9288e36282235fc7151f128497b38f3f9b8b6d78936ba6e7d19dfd9c"),
    ],
)
def test_reeders_extension_is_that_of_the_draft(auth: str, extended: str) -> None:
    """draft-reeder-snmpv3-usm-3desede-00 sections B.1 and B.2, cut to 32 bytes."""
    assert privacy_key(KEYED[auth], ENGINE, auth, "aes256c").hex() == extended
    assert privacy_key(KEYED[auth], ENGINE, auth, "aes192c").hex() == extended[:48]


@pytest.mark.parametrize("auth", AUTHENTICATIONS)
def test_blumenthals_extension_appends_the_hash_of_what_there_is(auth: str) -> None:
    """draft-blumenthal-aes-usm-04 section 3.1.2.1; a hash that is long enough is only cut."""
    found = privacy_key(KEYED[auth], ENGINE, auth, "aes256")
    local = localised(KEYED[auth], ENGINE, auth)
    assert found == (local + new(auth, local).digest())[:32]
    assert privacy_key(KEYED[auth], ENGINE, auth, "aes192") == found[:24]


@pytest.mark.parametrize("auth", AUTHENTICATIONS)
@given(message=st.binary(max_size=400))
@settings(max_examples=20)
def test_a_code_is_the_hmac_cut_to_its_length(auth: str, message: bytes) -> None:
    """RFC 3414 section 6 and RFC 7860 section 4.2.2."""
    key = localised(KEYED[auth], ENGINE, auth)
    full = hmac.digest(key, message, auth)
    assert keys(auth, "des").mac(message) == full[: AUTHENTICATIONS[auth].mac]


@given(data=st.data())
@settings(max_examples=40)
def test_only_the_whole_right_code_is_genuine(data: st.DataObject) -> None:
    """One flipped bit anywhere in the message, or another length of code, is not."""
    auth = data.draw(st.sampled_from(sorted(AUTHENTICATIONS)))
    own, size = keys(auth), AUTHENTICATIONS[auth].mac
    before, after = data.draw(st.binary(min_size=1, max_size=60)), data.draw(st.binary(max_size=60))
    message = before + own.mac(before + bytes(size) + after) + after
    assert own.genuine(message, len(before), size)
    assert not own.genuine(message, len(before), size - 1)
    assert not own.genuine(message, len(before), 0)
    assert not keys(auth, engine=b"other").genuine(message, len(before), size)
    bit = data.draw(st.integers(0, 8 * len(message) - 1))
    flipped = bytearray(message)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not own.genuine(bytes(flipped), len(before), size)


@pytest.mark.parametrize(("auth", "privacy"), list(product(AUTHENTICATIONS, PRIVACIES)))
def test_what_was_encrypted_is_decrypted(auth: str, privacy: str) -> None:
    """Messages of any length, one after another through the same keys; DES pads to eight bytes."""
    one, other = keys(auth, privacy), keys(auth, privacy)
    for size in (1, 7, 8, 15, 16, 17, 200):
        plain = bytes(range(size))
        salt, content = one.encrypt(plain, 3, 1000 + size, 2**64 - size)
        assert len(salt) == 8
        assert other.decrypt(content, 3, 1000 + size, salt)[:size] == plain


@cache
def their_key(auth: str, privacy: str) -> OctetString:
    service = config.PRIV_SERVICES[THEIR_PRIVACIES[privacy]]
    return service.localize_key(THEIR_AUTHENTICATIONS[auth], OctetString(KEYED[auth]), OctetString(ENGINE))


# Reeder's extension takes pysnmp a tenth of a second, so one hash stands for all.
@pytest.mark.parametrize(
    ("auth", "privacy"),
    [
        *product(AUTHENTICATIONS, ["des", "aes128", "aes192", "aes256"]),
        ("sha1", "aes192c"),
        ("md5", "aes256c"),
    ],
)
@given(plain=st.binary(min_size=1, max_size=300), boots=counts, time=counts, salt=st.integers(0, 2**64))
@settings(max_examples=5, deadline=None)
def test_keys_and_ciphers_are_those_of_pysnmp(
    auth: str, privacy: str, plain: bytes, boots: int, time: int, salt: int
) -> None:
    """What we encrypt pysnmp decrypts, with every hash, and the other way about."""
    service = config.PRIV_SERVICES[THEIR_PRIVACIES[privacy]]
    key, own = their_key(auth, privacy), keys(auth, privacy)
    our_salt, content = own.encrypt(plain, boots, time, salt)
    theirs = service.decrypt_data(key, (boots, time, OctetString(our_salt)), OctetString(content))
    assert bytes(theirs)[: len(plain)] == plain
    content, their_salt = service.encrypt_data(key, (boots, time, None), plain)
    assert own.decrypt(bytes(content), boots, time, bytes(their_salt))[: len(plain)] == plain


@pytest.mark.parametrize("privacy", ["des", "aes128"])
def test_no_salt_comes_twice(privacy: str) -> None:
    """A thousand messages, a thousand salts, across the end of the counter too."""
    own = keys("sha1", privacy)
    assert len({own.encrypt(b"x", 1, 1, 2**64 - 500 + turn)[0] for turn in range(1000)}) == 1000


@given(
    content=st.binary(max_size=40), salt=st.binary(max_size=10), privacy=st.sampled_from(sorted(PRIVACIES))
)
@settings(max_examples=60)
def test_nothing_but_its_own_error_leaves_decryption(content: bytes, salt: bytes, privacy: str) -> None:
    """Odd lengths of content and salt are refused, everything else gives some bytes."""
    try:
        assert len(keys("sha256", privacy).decrypt(content, 1, 1, salt)) == len(content)
    except UsmError:
        assert len(salt) != 8 or (privacy == "des" and len(content) % 8)


def test_a_user_without_privacy_decrypts_nothing() -> None:
    """An agent that encrypts all the same is not understood, and that is said."""
    with pytest.raises(UsmError):
        Keys(User(b"u", "md5", "", KEYED["md5"]), ENGINE).decrypt(b"x" * 8, 1, 1, b"y" * 8)


def test_a_password_is_stretched_once_and_not_kept_in_clear() -> None:
    """Neither as it is nor as the name of its key."""
    store = KeyStore(b"pepper")
    first = store.key("maplesyrup", "sha256")
    assert first == KEYED["sha256"]
    assert store.key("maplesyrup", "sha256") is first
    assert store.key("maplesyrup", "sha1") == KEYED["sha1"]
    assert "maplesyrup" not in repr(vars(store))


def test_keys_do_not_show() -> None:
    """Not in the repr of a user."""
    shown = repr(User(b"u", "md5", "des", KEYED["md5"], KEYED["md5"]))
    assert "Ku" not in shown
    assert repr(KEYED["md5"]) not in shown
