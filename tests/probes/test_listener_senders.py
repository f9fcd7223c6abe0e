"""Who may say how much: buckets per sender, one for all strangers, bounded memory, and addresses in one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.listeners.senders import MOST_UNKNOWN, UNKNOWN_SHARE, Senders, plain_address

SECOND = 1_000_000
NOW = 1_793_491_200 * SECOND


def known(rate: float, burst: int, most: int = MOST_UNKNOWN) -> Senders:
    """Limits, with 10.0.0.1 and 10.0.0.2 in the inventory."""
    senders = Senders(rate, burst, most)
    senders.adopt(["10.0.0.1", "10.0.0.2"])
    return senders


def admitted(senders: Senders, address: str, times: list[int]) -> int:
    """How many of those that come at these times are let in."""
    return sum(senders.admit(address, at) is not None for at in times)


def test_a_burst_is_let_in_and_then_the_rate() -> None:
    """Ten at once, then two a second."""
    senders = known(2, 10)
    assert admitted(senders, "10.0.0.1", [NOW] * 100) == 10
    assert admitted(senders, "10.0.0.1", [NOW + SECOND] * 100) == 2
    assert admitted(senders, "10.0.0.1", [NOW + 3600 * SECOND] * 100) == 10


def test_one_who_says_too_much_hurts_no_other() -> None:
    """Each has a bucket of its own, and what was dropped stands with the one who sent it."""
    senders = known(1, 5)
    admitted(senders, "10.0.0.1", [NOW] * 1000)
    assert admitted(senders, "10.0.0.2", [NOW] * 5) == 5
    told = {sender.address: (sender.received, sender.dropped) for sender, _ in senders.each()}
    assert told == {"10.0.0.1": (1000, 995), "10.0.0.2": (5, 0)}


@given(
    st.floats(0.1, 1000),
    st.integers(1, 100),
    st.lists(st.integers(0, 3 * SECOND), min_size=1, max_size=60),
)
def test_nobody_is_let_in_more_often_than_rate_and_burst_allow(
    rate: float, burst: int, gaps: list[int]
) -> None:
    """Whenever they come: at most the burst, and the rate times the time that has passed."""
    senders, now, passed, let_in = known(rate, burst), NOW, 0, 0
    for gap in gaps:
        passed += gap
        let_in += senders.admit("10.0.0.1", now + passed) is not None
        assert let_in <= burst + rate * passed / SECOND + 1e-6
    assert let_in >= min(len(gaps), burst)


def test_invented_addresses_share_one_bucket_and_little_memory() -> None:
    """A flood from a new address each time is let in no more than a few dozen times, and known ones all the same."""
    senders = known(1, 5, most=20)
    for number in range(10_000):
        senders.admit(f"192.0.2.{number}", NOW)
    assert senders.sizes == (0, 20)
    assert senders.forgotten == 5 * UNKNOWN_SHARE - 20
    assert admitted(senders, "10.0.0.1", [NOW] * 9) == 5


def test_the_stranger_heard_longest_ago_is_forgotten_first() -> None:
    """Whoever goes on sending stays in sight."""
    senders = known(100, 100, most=2)
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3"):
        senders.admit(address, NOW)
    assert [sender.address for sender, _ in senders.each()] == ["192.0.2.1", "192.0.2.3"]


def test_senders_follow_the_inventory_with_their_numbers() -> None:
    """A stranger that is entered becomes known, a device that is retired a stranger."""
    senders = known(100, 100)
    for address in ("10.0.0.1", "192.0.2.1", "192.0.2.1"):
        senders.admit(address, NOW)
    senders.adopt(["192.0.2.1"])
    assert {sender.address: (who, sender.received) for sender, who in senders.each()} == {
        "192.0.2.1": (True, 2),
        "10.0.0.1": (False, 1),
    }


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("nowhere", "nowhere"),
    ],
)
def test_an_address_has_one_spelling(said: str, plain: str) -> None:
    """As the kernel tells it and as the inventory writes it."""
    assert plain_address(said) == plain
