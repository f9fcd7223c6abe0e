"""The seam of HTTP: what a kind asks for and what it gets."""

import re
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from probes.login import Login
from probes.transports.streams.contract import Presented, Trust

Headers: TypeAlias = tuple[tuple[str, str], ...]

MEBIBYTE = 1_048_576
_KNOWN = r"utf-?8|utf-?16(?:le|be)?|iso-8859-(?:[1-9]|1[013-6])|windows-125[0-8]|us-ascii"
_CHARSET = re.compile(rf"charset\s*=\s*\"?({_KNOWN})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. The connection goes to the address given beside it; the host of `url` is only named.

    `logins` answer a challenge (status 401) of the host that was asked, never one of another host, and never over TLS
    that was verified in vain. Without TLS they answer by Digest alone, unless `clear` allows that whoever listens reads
    the password (Basic). `redirects` is how many are followed, `limit` how many bytes of the body are kept.
    """

    url: str
    method: str = "GET"
    headers: Headers = ()
    body: bytes = b""
    logins: tuple[Login, ...] = ()
    clear: bool = False
    trust: Trust = "chain"
    redirects: int = 0
    limit: int = MEBIBYTE


@dataclass(frozen=True, slots=True)
class Response:
    """What came. Names of `headers` are in lower case; times are seconds since the first connection was begun.

    `first_byte` is when the last response began, `took` when its body (or what is kept of it) was there; `cut` says
    that there was more of it. `url` is the last that was asked for. `presented` is the first certificate shown on the
    way: that of the name people enter.
    """

    status: int
    phrase: str = ""
    headers: Headers = ()
    body: bytes = b""
    cut: bool = False
    first_byte: float = 0.0
    took: float = 0.0
    url: str = ""
    presented: Presented | None = None

    def header(self, name: str) -> str:
        """The first value of a header, '' without it."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        """The body as text, in its own character set where that is a known one, else as UTF-8; never fails."""
        named = _CHARSET.search(self.header("content-type"))
        return self.body.decode(named[1] if named else "utf-8", "replace")


class Web(Protocol):
    """Asks web servers. `until` is the monotonic time (seconds) at which the caller stops waiting."""

    async def fetch(self, address: str, request: Request, *, until: float) -> Response:
        """Any response that HTTP allows is one, whatever its status; raises TransportErrors.

        BadAnswer also for a redirect that leads nowhere, or to this machine itself. Proxies are never used.
        """
        ...

    def counts(self) -> dict[str, int]:
        """What the transport has counted since it was opened, by name."""
        ...
