"""The seam of requests and answers by UDP: what a kind asks for and what it gets."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol


class Arrived(NamedTuple):
    """One datagram: what came, from which port, and when on the event loop's clock (seconds)."""

    data: bytes
    port: int
    at: float


class Reply(NamedTuple):
    """The answer to a request; `rtt` (seconds) is None when the request was sent more than once.

    It cannot be known then to which of them it belongs (Karn's algorithm, RFC 6298 section 3).
    """

    data: bytes
    port: int
    rtt: float | None


class Datagram(Protocol):
    """A socket towards one target. Only what comes from its address is seen, from any of its ports.

    Raises Silent once the moment given when it was opened has passed, Refused or PathBroken when an ICMP error came.
    """

    @property
    def local(self) -> tuple[str, int]:
        """Our address towards the target, and our port."""
        ...

    async def send(self, data: bytes) -> None:
        """Send one datagram."""
        ...

    async def receive(self, wait: float | None = None) -> Arrived | None:
        """The next datagram; None when none came within `wait` seconds."""
        ...

    async def ask(self, data: bytes, accept: Callable[[bytes], bool], resend: Sequence[float] = ()) -> Reply:
        """Send a request, once more after each of these many seconds, until an answer that `accept` takes comes."""
        ...


class Datagrams(Protocol):
    """Opens sockets. `until` is the monotonic time (seconds) at which the caller stops waiting."""

    def open(self, address: str, port: int, *, until: float) -> AbstractAsyncContextManager[Datagram]:
        """A socket towards an IP address and port; raises NoRoute, PermissionDenied, LocalFault."""
        ...

    def counts(self) -> dict[str, int]:
        """What the transport has counted since it was opened, by name."""
        ...
