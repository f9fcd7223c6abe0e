"""The seam of conversations over TCP and TLS: what a kind asks for and what it gets."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from probes.contract import Reason

Trust: TypeAlias = Literal["chain", "any"]


@dataclass(frozen=True, slots=True)
class Tls:
    """How to encrypt: `name` is what is asked for (SNI) and what the certificate must be for, '' the address itself.

    With trust `chain` the certificate is verified, and a conversation in which it does not verify goes on all the
    same: `Presented` tells why, and no password may be sent. `any` is for devices that sign their own certificate:
    nothing is verified and versions of TLS before 1.2 are allowed.
    """

    name: str = ""
    trust: Trust = "chain"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says: times in seconds since 1970, `remaining` seconds at the moment it was shown.

    `names` are its DNS names and addresses, `fingerprint` SHA-256 in hexadecimal digits.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: float
    not_after: float
    remaining: float
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Presented:
    """What was shown when TLS began; `reason` says why it is not trusted, `detail` in OpenSSL's words.

    `trusted` is None when nothing was verified. `certificate` is None when it cannot be read.
    """

    trusted: bool | None
    reason: Reason | None = None
    detail: str = ""
    certificate: Certificate | None = None
    version: str = ""


class Stream(Protocol):
    """One conversation. Everything is bounded by the moment given when it was opened.

    Raises Silent (nothing in time), Reset (cut off), BadAnswer (longer than allowed, or ended too early).
    """

    @property
    def local(self) -> tuple[str, int]:
        """Our address and port."""
        ...

    @property
    def presented(self) -> Presented | None:
        """What was shown when TLS began; None without TLS."""
        ...

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        ...

    async def read(self, limit: int) -> bytes:
        """What has come, at least one byte and at most `limit`; b'' at the end of the conversation."""
        ...

    async def read_exactly(self, count: int) -> bytes:
        """So many bytes; BadAnswer when the end comes before."""
        ...

    async def read_until(self, separator: bytes, limit: int) -> bytes:
        """Up to and including the separator; BadAnswer when it does not come within `limit` bytes."""
        ...


# What is said before TLS begins (STARTTLS).
Before: TypeAlias = Callable[[Stream], Awaitable[None]]


class Streams(Protocol):
    """Opens conversations. `until` is the monotonic time (seconds) at which the caller stops waiting."""

    def open(
        self,
        address: str,
        port: int,
        *,
        tls: Tls | None = None,
        before: Before | None = None,
        until: float,
    ) -> AbstractAsyncContextManager[Stream]:
        """Connect to an IP address, have said what comes `before`, then begin TLS if asked for.

        Where the certificate does not verify this is done twice, the second time without verifying, so `before` must
        bear being repeated. Raises Silent, Refused, PathBroken, Reset, TlsFault, NoRoute, PermissionDenied, LocalFault.
        """
        ...

    def counts(self) -> dict[str, int]:
        """What the transport has counted since it was opened, by name."""
        ...
