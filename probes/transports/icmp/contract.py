"""The ICMP seam: one burst of echoes to one address, and what came back."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol


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

    `faults` holds the ICMP errors received, `duplicates` counts answers beyond the first to the same echo.
    """

    rtts: tuple[float | None, ...]
    faults: tuple[IcmpFault, ...] = ()
    duplicates: int = 0

    @property
    def answered(self) -> tuple[float, ...]:
        """The round-trip times that were measured, in the order of sending."""
        return tuple(rtt for rtt in self.rtts if rtt is not None)

    @property
    def loss(self) -> float:
        """The share of echoes without answer, 0 to 1; 1 when nothing was sent."""
        return 1.0 - len(self.answered) / len(self.rtts) if self.rtts else 1.0

    @property
    def mean(self) -> float | None:
        """The mean round-trip time in seconds; None without an answer."""
        answered = self.answered
        return sum(answered) / len(answered) if answered else None

    @property
    def jitter(self) -> float | None:
        """The mean absolute difference of consecutive answered round-trip times, in seconds.

        None with fewer than two answers. It is RFC 3550's interarrival difference without its smoothing, taken
        over round trips since one end alone cannot see one-way delay.
        """
        answered = self.answered
        if len(answered) < 2:
            return None
        pairs = pairwise(answered)
        return sum(abs(after - before) for before, after in pairs) / (len(answered) - 1)


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
    ) -> Burst:
        """Send `count` echoes of `size` payload bytes, `spacing` seconds apart; wait `wait` after the last."""
        ...

    def counts(self) -> dict[str, int]:
        """What the transport has counted since it was opened, by name."""
        ...
