"""The way to an address ends where nobody further away answers."""

from probes.transports.icmp.route import Hop, way

OWN = "10.0.0.1"


def hops(*addresses: str) -> list[Hop]:
    """Who answered at 1, 2, 3...; '' for nobody, who is not in the list."""
    return [Hop(place, address, (0.001,)) for place, address in enumerate(addresses, 1) if address]


def told(*addresses: str) -> list[str]:
    """The addresses of the way found."""
    found = way(hops(*addresses), OWN)
    assert [hop.distance for hop in found] == list(range(1, len(found) + 1))
    return [hop.address for hop in found]


def test_routers_that_keep_silent_leave_a_gap() -> None:
    """Their distance is shown without an address."""
    assert told("10.1.0.1", "", "", "10.4.0.1") == ["10.1.0.1", "", "", "10.4.0.1"]


def test_who_knows_no_way_further_stands_once() -> None:
    """Its reports of what cannot be reached come at every greater distance, as its rate limit lets them."""
    assert told("10.1.0.1", "10.2.0.1", "", "10.2.0.1", "10.2.0.1") == ["10.1.0.1", "10.2.0.1"]


def test_a_loop_is_shown_once() -> None:
    """The same routers in turn are not further away."""
    assert told("10.1.0.1", "10.2.0.1", "10.1.0.1", "10.2.0.1") == ["10.1.0.1", "10.2.0.1"]


def test_our_own_kernel_is_no_router() -> None:
    """It reports for itself what nobody on our link answers for; asked for itself it is the target."""
    assert told(OWN, "", OWN) == []
    assert [hop.address for hop in way(hops("127.0.0.1"), "")] == ["127.0.0.1"]
