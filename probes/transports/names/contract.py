"""The seam of names: asking a name server, and finding the addresses of a name as this machine does."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """What a name server is asked: a name and a type of record (A, AAAA, MX, SOA, TXT...)."""

    name: str
    type: str = "A"
    port: int = 53


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What a name server said: `code` in the words of RFC 6895 (NOERROR, NXDOMAIN, SERVFAIL, REFUSED...).

    `answers` are the records of the type asked for, aliases followed, as text without the dot at the end of names.
    `took` is seconds; `tcp` says that the answer was too long for UDP.
    """

    code: str
    answers: tuple[str, ...]
    took: float
    tcp: bool = False


class Names(Protocol):
    """Asks name servers. `until` is the monotonic time (seconds) at which the caller stops waiting."""

    async def query(self, address: str, question: Question, *, until: float) -> DnsAnswer:
        """Ask this server, by UDP and, where the answer is cut, by TCP; raises TransportErrors."""
        ...

    async def resolve(self, host: str, *, until: float) -> tuple[str, ...]:
        """The addresses of a host, at least one; an IP address is its own.

        By /etc/hosts, then the servers of /etc/resolv.conf. Raises NameUnknown when there is no such name or it has
        no address, OwnResolver when our servers give no answer.
        """
        ...

    def counts(self) -> dict[str, int]:
        """What the transport has counted since it was opened, by name."""
        ...
