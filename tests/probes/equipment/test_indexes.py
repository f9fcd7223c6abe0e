"""Indexes are taken apart as RFC 2578 puts them together."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.equipment.indexes import Part, decode

ARC = st.integers(0, 2**32 - 1)
TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
OCTETS = st.binary(max_size=20)


def texts(text: str) -> tuple[int, ...]:
    """A text with its length in front."""
    return (len(text), *text.encode())


@given(ARC, TEXT, st.binary(min_size=6, max_size=6), OCTETS, st.ip_addresses(), TEXT)
def test_every_kind_comes_back(
    number: int, text: str, mac: bytes, octets: bytes, host: IPv4Address | IPv6Address, rest: str
) -> None:
    """What was put together is taken apart again, each part with its own numbers."""
    packed = host.packed
    parts = [
        (number,),
        texts(text),
        tuple(mac),
        (len(octets), *octets),
        (1 if host.version == 4 else 2, len(packed), *packed),
        tuple(rest.encode()),
    ]
    kinds = ("integer", "text", "mac", "octets", "address", "text_implied")
    found = decode(tuple(arc for part in parts for arc in part), kinds)
    assert found is not None
    assert [part.arcs for part in found] == parts
    told = [str(number), text, mac.hex(":"), octets.hex(), str(host), rest]
    assert [part.told for part in found] == told


@given(
    st.lists(ARC, max_size=12),
    st.lists(
        st.sampled_from(["integer", "text", "mac", "ipv4", "address", "oid", "octets", "rest"]), max_size=4
    ),
)
def test_any_index_is_taken_apart_or_refused(index: list[int], kinds: list[str]) -> None:
    """Nothing is raised, and no number is lost."""
    found = decode(tuple(index), kinds)
    if found is not None:
        assert tuple(arc for part in found for arc in part.arcs) == tuple(index)


@pytest.mark.parametrize(
    ("index", "kinds"),
    [
        ((3, 65, 66), ("text",)),
        ((1, 65, 66), ("text",)),
        ((1, 300), ("text",)),
        ((1, 2, 3), ("ipv4",)),
        ((), ("integer",)),
        ((1, 4, 10, 0, 0), ("address",)),
    ],
)
def test_an_index_that_is_made_up_otherwise_is_none(index: tuple[int, ...], kinds: tuple[str, ...]) -> None:
    """Too short, too long, octets above 255."""
    assert decode(index, kinds) is None


def test_without_kinds_numbers_are_parts() -> None:
    """As most tables have it."""
    assert decode((1, 20), ()) == (Part((1,), "1"), Part((20,), "20"))
