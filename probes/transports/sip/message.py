"""SIP messages (RFC 3261): an OPTIONS request, and the responses to it. Pure.

The parser takes any bytes: what is no response, or one beyond the bounds, is a BadAnswer and nothing else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from probes.transports.errors import BadAnswer

Transport: TypeAlias = Literal["udp", "tcp", "tls"]

# Section 18.1.1 asks for at least 65,535 bytes to be taken; a response to OPTIONS has one or two thousand.
LARGEST = 65_535
MOST_HEADER_BYTES = 16_384
_MOST_HEADERS = 200
_MOST_TEXT = 200
# Every branch of RFC 3261 begins so (section 8.1.1.7).
_COOKIE = "z9hG4bK"
_STATUS = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: (.*))?", re.IGNORECASE)
_SEQUENCE = re.compile(r"(\d{1,10})\s+(\S{1,40})")
_BRANCH = re.compile(r";\s*branch\s*=\s*\"?([^;,\s\"]{1,200})", re.IGNORECASE)
_LENGTH = re.compile(r"\d{1,5}")
# The compact forms (section 7.3.3) of the headers that are read.
_COMPACT = MappingProxyType({"v": "via", "i": "call-id", "l": "content-length", "f": "from", "t": "to"})


@dataclass(frozen=True, slots=True)
class Options:
    """An OPTIONS request: whom it asks, over what, from which address and port of ours.

    `token` makes branch, tag and Call-ID; it must be new for every request. `user` is asked for at the target, '' the
    target itself.
    """

    address: str
    port: int
    transport: Transport
    local: tuple[str, int]
    token: str
    user: str = ""

    @property
    def branch(self) -> str:
        """The transaction's id."""
        return f"{_COOKIE}{self.token}"

    @property
    def call_id(self) -> str:
        """The Call-ID; it names no host, since our own address is nobody's business."""
        return f"{self.token}@netwatch"

    @property
    def uri(self) -> str:
        """Who is asked. Not `sips:` over TLS: many endpoints refuse that scheme (416)."""
        user = f"{self.user}@" if self.user else ""
        over = "" if self.transport == "udp" else f";transport={self.transport}"
        return f"sip:{user}{_host(self.address)}:{self.port}{over}"

    def encode(self) -> bytes:
        """The request as it is sent (section 11.1)."""
        ours = f"{_host(self.local[0])}:{self.local[1]}"
        lines = (
            f"OPTIONS {self.uri} SIP/2.0",
            f"Via: SIP/2.0/{self.transport.upper()} {ours};branch={self.branch};rport",
            "Max-Forwards: 70",
            f"To: <{self.uri}>",
            f"From: <sip:netwatch@{ours}>;tag={self.token[:16]}",
            f"Call-ID: {self.call_id}",
            "CSeq: 1 OPTIONS",
            f"Contact: <sip:netwatch@{ours}>",
            "Accept: application/sdp",
            "User-Agent: netwatch",
            "Content-Length: 0",
            "",
            "",
        )
        return "\r\n".join(lines).encode()


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


@dataclass(frozen=True, slots=True)
class Response:
    """A response: its status and phrase, and by what it is known to answer a request. Header names are lower case."""

    status: int
    phrase: str
    headers: Mapping[str, str]

    @property
    def final(self) -> bool:
        """Whether it ends the transaction; 1xx only says that somebody is at work."""
        return self.status >= 200

    @property
    def maker(self) -> str:
        """What the other side says it is, '' when it does not."""
        return self.headers.get("user-agent") or self.headers.get("server", "")

    @property
    def body_bytes(self) -> int:
        """How many bytes follow the headers; raises BadAnswer when that is no number."""
        told = self.headers.get("content-length", "0")
        if not _LENGTH.fullmatch(told):
            raise BadAnswer("Content-Length")
        return int(told)

    def answers(self, request: Options) -> bool:
        """Whether it belongs to the request: Call-ID, CSeq and the branch of the topmost Via (section 17.1.3)."""
        sequence = _SEQUENCE.fullmatch(self.headers.get("cseq", ""))
        branch = _BRANCH.search(self.headers.get("via", ""))
        return (
            self.headers.get("call-id") == request.call_id
            and sequence is not None
            and int(sequence[1]) == 1
            and sequence[2] == "OPTIONS"
            and branch is not None
            and branch[1] == request.branch
        )


def response(data: bytes) -> Response:
    """Read a response; raises BadAnswer."""
    head, separator, _ = data[: MOST_HEADER_BYTES + 4].lstrip(b"\r\n").partition(b"\r\n\r\n")
    if not separator and len(data) > MOST_HEADER_BYTES:
        raise BadAnswer(f"more than {MOST_HEADER_BYTES} bytes of headers")
    # Latin-1 reads all bytes; what is compared is ASCII, what is shown has its unprintable letters taken out.
    first, *lines = head.decode("latin-1").splitlines() or [""]
    status = _STATUS.fullmatch(first.strip())
    if status is None:
        raise BadAnswer("no SIP response")
    if len(lines) > _MOST_HEADERS:
        raise BadAnswer(f"more than {_MOST_HEADERS} headers")
    return Response(int(status[1]), _plain(status[2] or ""), MappingProxyType(_headers(lines)))


def _headers(lines: list[str]) -> dict[str, str]:
    """The first of each header, which of Via is the topmost; folded lines (section 7.3.1) are put together."""
    found: dict[str, str] = {}
    last = ""
    for line in lines:
        if line[:1] in " \t":
            if last:
                found[last] = _plain(f"{found[last]} {line}")
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        name = _COMPACT.get(name, name)
        last = name if colon and name not in found else ""
        if last:
            found[name] = _plain(value)
    return found


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[: 5 * _MOST_TEXT]).strip()


def shown(text: str) -> str:
    """A text of the other side, as short as evidence must be."""
    return text[:_MOST_TEXT]
