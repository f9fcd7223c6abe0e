"""Which addresses may be asked: ranges as people write them, and whether others lie within them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from netwatch.language import Sentence

IpAddress: TypeAlias = IPv4Address | IPv6Address
# A point-to-point network of IPv4 (RFC 3021) has neither a network's nor a broadcast's address.
_POINT_TO_POINT = 31
_LONGEST = 100


class RangeFault(ValueError):  # noqa: N818 - the fault is the operator's, not the program's
    """A text is no range of addresses that may be asked; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Span:
    """Addresses of one family from `first` to `last`, both included; `text` as somebody wrote it.

    `whole` holds also the addresses of an IPv4 network that are no device's: its own and that of its broadcasts.
    """

    first: IpAddress
    last: IpAddress
    text: str
    whole: tuple[int, int]

    @property
    def count(self) -> int:
        """How many addresses it has."""
        return int(self.last) - int(self.first) + 1

    def __iter__(self) -> Iterator[str]:
        kind = type(self.first)
        return (str(kind(number)) for number in range(int(self.first), int(self.last) + 1))


def parse(text: str) -> Span:
    """A range: an address, a network (10.1.2.0/24), or two addresses with a dash. Raises RangeFault."""
    written = text.strip()
    first, dash, last = written.partition("-")
    if len(written) > _LONGEST or "%" in written:
        raise _no_range(written)
    span = _between(first.strip(), last.strip(), written) if dash else _network(written)
    if any(each.is_multicast or each.is_unspecified for each in (span.first, span.last)) or _beyond(span):
        told = "{range} holds addresses that are no single device's (multicast, broadcast or reserved)."
        raise RangeFault(Sentence(told, {"range": written}))
    return span


def _beyond(span: Span) -> bool:
    """Whether an IPv4 range reaches the multicast and reserved addresses, from 224.0.0.0 on."""
    return span.last.version == 4 and int(span.last) >= int(IPv4Address("224.0.0.0"))


def _no_range(text: str) -> RangeFault:
    told = "'{range}' is no range of addresses. Write 192.0.2.7, 192.0.2.0/24 or 192.0.2.10-192.0.2.90."
    return RangeFault(Sentence(told, {"range": text[:_LONGEST]}))


def _network(text: str) -> Span:
    try:
        network = ip_network(text)
    except ValueError:
        raise _meant(text) from None
    whole = int(network.network_address), int(network.broadcast_address)
    trimmed = network.version == 4 and network.prefixlen < _POINT_TO_POINT
    first, last = network.network_address + trimmed, network.broadcast_address - trimmed
    return Span(first, last, text, whole)


def _meant(text: str) -> RangeFault:
    """Why a text is no network: most often its address is not the first of it."""
    try:
        network: IPv4Network | IPv6Network = ip_network(text, strict=False)
    except ValueError:
        return _no_range(text)
    told = "{range}: the address is not the first of its network. Write {network}."
    return RangeFault(Sentence(told, {"range": text, "network": network}))


def _between(first: str, last: str, text: str) -> Span:
    try:
        low, high = ip_address(first), ip_address(last)
    except ValueError:
        raise _no_range(text) from None
    if low.version != high.version or int(low) > int(high):
        raise RangeFault(
            Sentence("{range}: the second address must not be below the first.", {"range": text})
        )
    return Span(low, high, text, (int(low), int(high)))


def covers(allowed: Iterable[Span], wanted: Span) -> bool:
    """Whether every address of a range lies in the allowed ones, which may adjoin or overlap."""
    spans = sorted(each.whole for each in allowed if each.first.version == wanted.first.version)
    next_one = int(wanted.first)
    for low, high in spans:
        if low > next_one:
            break
        next_one = max(next_one, high + 1)
    return next_one > int(wanted.last)


def addresses(spans: Sequence[Span]) -> Iterator[str]:
    """Every address of the ranges once, in their order; that of IPv6 in its short form."""
    for place, span in enumerate(spans):
        earlier = [each for each in spans[:place] if each.first.version == span.first.version]
        for number in range(int(span.first), int(span.last) + 1):
            if not any(int(each.first) <= number <= int(each.last) for each in earlier):
                yield str(type(span.first)(number))


def total(spans: Iterable[Span]) -> int:
    """How many addresses the ranges have at most: those in two of them count twice."""
    return sum(span.count for span in spans)
