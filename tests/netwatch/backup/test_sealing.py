"""Sealed configurations are opened by the private key and by nothing else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.backup.sealing import SealFault, key_id, new_keys, public_of, seal, sealed_for, unseal

PRIVATE, PUBLIC = new_keys()
OTHER, _ = new_keys()


@given(st.text())
def test_what_is_sealed_comes_back(text: str) -> None:
    """Any text survives sealing and opening."""
    assert unseal(seal(text, PUBLIC), PRIVATE) == text


def test_no_two_sealings_are_alike() -> None:
    """The same configuration sealed twice shows nothing in common behind the name of the key."""
    one, other = seal("hostname A", PUBLIC), seal("hostname A", PUBLIC)
    assert one != other
    assert sealed_for(one) == sealed_for(other) == key_id(PUBLIC)
    assert public_of(PRIVATE) == PUBLIC


def test_another_key_opens_nothing() -> None:
    """It is told that another key is needed, rather than that the text is broken."""
    with pytest.raises(SealFault, match="other_key"):
        unseal(seal("hostname A", PUBLIC), OTHER)


@given(st.integers(min_value=0), st.integers(1, 255))
def test_every_changed_byte_is_noticed(place: int, mask: int) -> None:
    """Whoever changes one byte of what is stored leaves nothing that opens."""
    raw = bytearray(base64.b64decode(seal("enable secret 5 $1$x", PUBLIC)))
    raw[place % len(raw)] ^= mask
    with pytest.raises(SealFault):
        unseal(base64.b64encode(bytes(raw)).decode(), PRIVATE)


@given(st.text(max_size=200))
def test_garbage_raises_only_our_fault(text: str) -> None:
    """Whatever is given for a sealed text or a key ends in a SealFault."""
    for attempt in (lambda: unseal(text, PRIVATE), lambda: seal("x", text), lambda: public_of(text)):
        with pytest.raises(SealFault):
            attempt()


def test_a_key_of_low_order_seals_nothing() -> None:
    """With a public key of zeroes everybody would share the secret (RFC 7748 section 6.1)."""
    weak = "netwatch-public-1:" + base64.b64encode(bytes(32)).decode()
    with pytest.raises(SealFault, match="no_key"):
        seal("x", weak)
