"""The way to an address, by icmplib: whose routers answer when an echo's time to live ends. For people only."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from icmplib import ICMPLibError, SocketPermissionError, traceroute  # type: ignore[import-untyped]

from probes.transports.errors import LocalFault, NoRoute, PermissionDenied
from probes.transports.sockets import own_address_towards, socket_address

MOST_HOPS = 30


@dataclass(frozen=True, slots=True)
class Hop:
    """Who answered at a distance (1 is the first router), and the round-trip times in seconds.

    `address` is '' and there are no times where nobody answered.
    """

    distance: int
    address: str = ""
    rtts: tuple[float, ...] = ()


async def trace(address: str, *, count: int = 3, wait: float = 1.0, most: int = MOST_HOPS) -> tuple[Hop, ...]:
    """The hops up to the last that answered: `count` echoes each, `wait` seconds for each answer, `most` hops.

    The last one has the address asked for if that was reached. Takes a thread meanwhile. Raises PermissionDenied
    without CAP_NET_RAW (time to live needs raw sockets), NoRoute, LocalFault.
    """
    destination = socket_address(address, 0)
    own = own_address_towards(destination)
    if own is None:
        raise NoRoute(address)
    try:
        found = await asyncio.to_thread(
            traceroute, destination[0], count=count, interval=0.01, timeout=wait, max_hops=most
        )
    except SocketPermissionError:
        raise PermissionDenied("CAP_NET_RAW") from None
    except ICMPLibError as error:
        raise LocalFault(str(error)) from None
    hops = (Hop(hop.distance, hop.address, tuple(rtt / 1000 for rtt in hop.rtts)) for hop in found)
    return way(hops, "" if own == destination[0] else own)


def way(found: Iterable[Hop], own: str) -> tuple[Hop, ...]:
    """The hops with those between that did not answer, up to where an address would come again.

    Who knows no way further says so at every greater distance (ICMP unreachable, here also our own kernel), and in a
    loop the same routers come again: neither is further away.
    """
    met: dict[str, Hop] = {}
    for hop in found:
        if hop.address == own or hop.address in met:
            break
        met[hop.address] = hop
    answered = {hop.distance: hop for hop in met.values()}
    return tuple(answered.get(distance, Hop(distance)) for distance in range(1, max(answered, default=0) + 1))
