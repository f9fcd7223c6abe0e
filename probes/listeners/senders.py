"""Who sends notifications, how many of them are let in, and what they said last; bounded whoever sends. Pure.

Every sender has a bucket of tokens of its own. Senders nobody knows share a further one, since their addresses may be
made up: without it, each invented address would come with a full bucket.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterator, Set
from ipaddress import ip_address
from typing import NamedTuple

from probes.listeners.notification import Notification

# Of those nobody knows, the ones heard longest ago are forgotten.
MOST_UNKNOWN = 1024
# All unknown senders together are let in as often as this many known ones.
UNKNOWN_SHARE = 10
_SECOND = 1_000_000


class Limit:
    """How much a sender may say: `burst` notifications at once, `rate` a second in the long run."""

    __slots__ = ("burst", "rate")

    def __init__(self, rate: float, burst: int) -> None:
        self.rate = rate / _SECOND
        self.burst = float(burst)


class Bucket:
    """Tokens that come back with time; full at first."""

    __slots__ = ("at", "tokens")

    def __init__(self, limit: Limit, now: int) -> None:
        self.tokens = limit.burst
        self.at = now

    def take(self, limit: Limit, now: int) -> bool:
        """Take one at `now` (microseconds, never running backwards); False when there is none."""
        tokens = min(limit.burst, self.tokens + (now - self.at) * limit.rate)
        self.at = now
        if tokens < 1.0:
            self.tokens = tokens
            return False
        self.tokens = tokens - 1.0
        return True


class Said(NamedTuple):
    """What a notification said, without its bindings: `trap` as BER bytes, the address it claimed, the interface."""

    version: str
    inform: bool
    trap: bytes
    agent: str
    if_index: int | None


class Sender:
    """An address that sends: how much since it was first heard, and the last notification it was believed to send.

    Times are microseconds UTC; `said` is None while nothing it sent was accepted.
    """

    __slots__ = ("accepted", "address", "bucket", "dropped", "first", "last", "received", "said")

    def __init__(self, address: str, bucket: Bucket, now: int) -> None:
        self.address = address
        self.bucket = bucket
        self.first = self.last = now
        self.received = self.accepted = self.dropped = 0
        self.said: Said | None = None

    def heard(self, found: Notification) -> None:
        """Remember what it said."""
        index = found.if_index if found.about_link else None
        self.said = Said(found.version, found.inform, found.trap, found.agent, index)


class Senders:
    """All senders, those the inventory knows apart from the others. `known` is how an address is told to be one."""

    def __init__(self, rate: float, burst: int, most_unknown: int = MOST_UNKNOWN) -> None:
        self.forgotten = 0
        self._most = most_unknown
        self._known: dict[str, Sender] = {}
        self._unknown: OrderedDict[str, Sender] = OrderedDict()
        self._addresses: Set[str] = frozenset()
        self.limit(rate, burst)
        self._shared = Bucket(self._together, 0)

    def limit(self, rate: float, burst: int) -> None:
        """Take over new limits; buckets keep what is in them."""
        self._limit = Limit(rate, burst)
        self._together = Limit(rate * UNKNOWN_SHARE, burst * UNKNOWN_SHARE)

    def adopt(self, addresses: Collection[str]) -> None:
        """Take over the addresses that are known; senders move to where they belong and keep their numbers."""
        self._addresses = frozenset(map(plain_address, addresses))
        everyone = {**self._unknown, **self._known}
        self._known = {where: one for where, one in everyone.items() if where in self._addresses}
        strangers = [(where, one) for where, one in everyone.items() if where not in self._addresses]
        self._unknown = OrderedDict(strangers[-self._most :])

    def knows(self, address: str) -> bool:
        """Whether the inventory knows the address."""
        return address in self._addresses

    def admit(self, address: str, now: int) -> Sender | None:
        """The sender of a datagram, counted; None when there have been too many."""
        sender = self._known.get(address)
        if sender is None:
            sender = (
                self._first_of(address, now) if address in self._addresses else self._stranger(address, now)
            )
        if sender is None:
            return None
        sender.received += 1
        sender.last = now
        if sender.bucket.take(self._limit, now):
            return sender
        sender.dropped += 1
        return None

    def _first_of(self, address: str, now: int) -> Sender:
        sender = self._known[address] = Sender(address, Bucket(self._limit, now), now)
        return sender

    def _stranger(self, address: str, now: int) -> Sender | None:
        """An unknown sender, remembered while there is room; None once all of them together were too many."""
        if not self._shared.take(self._together, now):
            return None
        sender = self._unknown.get(address)
        if sender is None:
            sender = self._unknown[address] = Sender(address, Bucket(self._limit, now), now)
            if len(self._unknown) > self._most:
                self._unknown.popitem(last=False)
                self.forgotten += 1
        else:
            self._unknown.move_to_end(address)
        return sender

    def each(self) -> Iterator[tuple[Sender, bool]]:
        """Every sender that is remembered, and whether it is known."""
        yield from ((sender, True) for sender in self._known.values())
        yield from ((sender, False) for sender in self._unknown.values())

    @property
    def sizes(self) -> tuple[int, int]:
        """How many known and unknown senders are remembered."""
        return len(self._known), len(self._unknown)


def plain_address(address: str) -> str:
    """An address as senders are compared: short form, an IPv4 one never mapped into IPv6, no scope."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
