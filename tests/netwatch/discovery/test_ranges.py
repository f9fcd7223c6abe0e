"""What may be asked: only ranges inside the allowed ones, and never too many addresses."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.discovery.contract import Place
from netwatch.discovery.order import Order, chosen, cost
from netwatch.discovery.ranges import RangeFault, addresses, covers, parse

ALLOWED = {"main": ("10.1.0.0/24", "10.1.1.0/24"), "provider": ("10.1.0.0/25", "fd00::/120")}
V4 = st.integers(int(IPv4Address("1.0.0.0")), int(IPv4Address("223.255.255.255"))).map(IPv4Address)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10.1.0.5/24", "Write 10.1.0.0/24"),
        ("10.1.0.9-10.1.0.3", "must not be below"),
        ("10.1.0.9-fd00::1", "must not be below"),
        ("224.0.0.0/4", "no single device's"),
        ("10.0.0.0-255.255.255.255", "no single device's"),
        ("0.0.0.0", "no single device's"),
        ("ff02::/16", "no single device's"),
        ("fe80::1%eth0", "no range"),
        ("router", "no range"),
        ("", "no range"),
        ("1" * 5000, "no range"),
    ],
)
def test_what_is_no_range_is_said(text: str, said: str) -> None:
    """A sentence names what is wrong and what to write."""
    with pytest.raises(RangeFault, match=said):
        parse(text)


def test_addresses_of_a_network_are_those_of_devices() -> None:
    """Its own address and that of broadcasts are nobody's; point-to-point networks and IPv6 have neither."""
    assert list(parse("192.0.2.0/30")) == ["192.0.2.1", "192.0.2.2"]
    assert list(parse("192.0.2.0/31")) == ["192.0.2.0", "192.0.2.1"]
    assert list(parse("fd00::/127")) == ["fd00::", "fd00::1"]
    assert list(addresses([parse("192.0.2.1-192.0.2.3"), parse("192.0.2.2-192.0.2.4")])) == [
        "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "domain", "said"),
    [
        (["10.0.0.0/8"], None, "is not inside"),
        (["10.1.0.0/23", "10.2.0.1"], None, "10.2.0.1 is not inside"),
        (["10.1.1.7"], "provider", "is not inside"),
        (["fd00::/119"], None, "is not inside"),
        (["10.1.0.7"], None, "Choose one with --domain"),
        (["10.1.0.7"], "nowhere", "no routing domain 'nowhere'. It names: main, provider"),
        (["10.1.0.0/23"], None, "more than one sweep may ask"),
    ],
)
def test_what_may_not_be_asked_is_refused(wanted: list[str], domain: str | None, said: str) -> None:
    """Outside, in no clear routing domain, too many: with a sentence each."""
    with pytest.raises(RangeFault, match=said):
        chosen(ALLOWED, wanted, domain, 300)


def test_nothing_is_allowed_by_default() -> None:
    """The sentence says how to allow something."""
    with pytest.raises(RangeFault, match=r'ranges = { main = \["10.1.0.0/24"\] }'):
        chosen({}, ["10.1.0.1"], None, 300)
    with pytest.raises(RangeFault, match="may ask nothing yet"):
        chosen({"main": ()}, [], None, 300)


def test_ranges_may_cross_allowed_ones_that_adjoin() -> None:
    """Two networks side by side are one space."""
    places = chosen(ALLOWED, ["10.1.0.250-10.1.1.4"], None, 300)
    assert places[0] == Place("main", "10.1.0.250")
    assert len(places) == 11
    assert chosen(ALLOWED, ["fd00::7"], None, 300) == (Place("provider", "fd00::7"),)


def test_without_ranges_all_that_is_allowed_is_asked() -> None:
    """The same address in two routing domains is two places."""
    allowed = {"main": ("192.0.2.0/30",), "other": ("192.0.2.0/31",)}
    assert len(chosen(allowed, [], None, 10)) == 4
    assert {place.domain for place in chosen(allowed, [], "other", 10)} == {"other"}


@given(V4, V4, V4, V4)
def test_a_range_is_covered_only_when_every_address_is(
    a: IPv4Address, b: IPv4Address, c: IPv4Address, d: IPv4Address
) -> None:
    """By its ends, whatever they are."""
    allowed, wanted = parse(f"{min(a, b)}-{max(a, b)}"), parse(f"{min(c, d)}-{max(c, d)}")
    inside = min(a, b) <= min(c, d) and max(c, d) <= max(a, b)
    assert covers([allowed], wanted) is inside
    assert covers([wanted, wanted], wanted)
    assert not covers([], wanted)


def test_the_cost_is_told_before() -> None:
    """Two echoes for everybody; of what answers, credentials, details and ports."""
    places = tuple(Place("main", f"192.0.2.{number}") for number in range(100))
    silent = cost(Order(places, rate=50))
    assert (silent.addresses, silent.packets_least, silent.packets_most) == (100, 200, 200)
    assert silent.seconds_least == 4.0
    asked = cost(Order(places, ("a", "b"), {"ssh": 22}, rate=50))
    assert asked.packets_least == 200
    assert asked.packets_most > 100 * (2 + 4 + 3)
