"""The ICMP seam: one burst of echoes to one address, and what came back."""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Protocol

# RFC 3550 section 6.4.1: the gain of the smoothing.
JITTER_GAIN = 1 / 16


@dataclass(frozen=True, slots=True)
class IcmpFault:
    """An ICMP error about one of our echoes: `reporter` sent it, `by_target` if that is the target itself.

    `what` is the standard name of type and code, such as 'host unreachable'.
    """

    reporter: str
    what: str
    by_target: bool = False


@dataclass(frozen=True, slots=True)
class Burst:
    """The outcome of one burst: one round-trip time in seconds per echo sent, None where none came in time.

    `faults` holds the ICMP errors received, at most one per echo. `duplicates` counts answers beyond the first to the
    same echo, also of an earlier burst to the address once that was over. `late` counts first answers that came more
    than `wait` seconds after their echo, which stays without a time; `stragglers` those to echoes of an earlier burst.
    """

    rtts: tuple[float | None, ...]
    faults: tuple[IcmpFault, ...] = ()
    duplicates: int = 0
    late: int = 0
    stragglers: int = 0

    @property
    def answered(self) -> tuple[float, ...]:
        """The round-trip times that were measured, in the order of sending."""
        return tuple(rtt for rtt in self.rtts if rtt is not None)

    @property
    def loss(self) -> float:
        """The share of echoes without answer in time, 0 to 1; 1 when nothing was sent."""
        return 1.0 - len(self.answered) / len(self.rtts) if self.rtts else 1.0

    @property
    def mean(self) -> float | None:
        """The mean round-trip time in seconds; None without an answer."""
        answered = self.answered
        return sum(answered) / len(answered) if answered else None

    def percentile(self, share: float) -> float | None:
        """The round-trip time in seconds that `share` (0 to 1) of the answers did not exceed; None without an answer.

        By nearest rank: always a time that was measured, never one in between. With five answers 0.95 is the longest.
        """
        ordered = sorted(self.answered)
        return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None

    @property
    def jitter(self) -> float | None:
        """RFC 3550 section 6.4.1 over the answered round trips, in seconds; None with fewer than two answers.

        J += (|D| - J) / 16 from 0, D being the difference of consecutive round trips (one end alone cannot see
        one-way delay). The smoothing is slow: after n differences of the same size, J is 1 - (15/16)^n of it.
        """
        answered = self.answered
        if len(answered) < 2:
            return None
        smoothed = 0.0
        for before, after in pairwise(answered):
            smoothed += (abs(after - before) - smoothed) * JITTER_GAIN
        return smoothed

    @property
    def jitter_p95(self) -> float | None:
        """The 95th percentile of the round trips less the shortest, in seconds; None with fewer than two answers."""
        answered = self.answered
        longest = self.percentile(0.95)
        return longest - min(answered) if longest is not None and len(answered) > 1 else None


class Icmp(Protocol):
    """Sends echo requests. `until` is the monotonic time (seconds) at which the caller stops waiting.

    `burst` raises NoRoute, PermissionDenied or LocalFault when nothing could be sent; silence and ICMP errors are
    part of the Burst.
    """

    async def burst(
        self,
        address: str,
        *,
        count: int = 5,
        spacing: float = 0.2,
        size: int = 56,
        wait: float = 1.0,
        until: float | None = None,
        tos: int = 0,
    ) -> Burst:
        """Send `count` echoes of `size` payload bytes, `spacing` seconds apart; wait `wait` seconds for each.

        `tos` is the traffic class of the packets (IPv4 TOS, IPv6 traffic class): DSCP in its upper six bits.
        """
        ...

    def counts(self) -> dict[str, int]:
        """What the transport has counted since it was opened, by name."""
        ...
