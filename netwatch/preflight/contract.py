"""What a preflight finds at a site. Pure values; all of it travels over the control socket and is kept as evidence."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from netwatch.control.contract import OneOff
from netwatch.language import Sentence

VOICE, VIDEO = "voice", "video"
# Hears how many sites are done, of how many, and which was the last.
Tell: TypeAlias = Callable[[int, int, str], Awaitable[None]]


class Grade(StrEnum):
    """How good something is for a conference; the worst of a site is its verdict. What is unknown is never go."""

    GO = "go"
    CAUTION = "caution"
    NO_GO = "no_go"


BADNESS = {Grade.GO: 0, Grade.CAUTION: 1, Grade.NO_GO: 2}


@dataclass(frozen=True, slots=True)
class PathSeen:
    """One burst to one address: `stream` voice or video; times in seconds, None without answers; `loss` 0 to 1.

    `jitter` is that of RFC 3550 over round trips, `jitter_p95` their 95th percentile less the shortest. `fault` is the
    reason why nothing could be sent, '' when it could; `router` who said that the path is broken.
    """

    item: str
    address: str
    stream: str
    sent: int = 0
    loss: float | None = None
    rtt: float | None = None
    jitter: float | None = None
    jitter_p95: float | None = None
    fault: str = ""
    router: str = ""


@dataclass(frozen=True, slots=True)
class LineSeen:
    """What runs over a line, bits a second over `seconds`, towards the site and from it; None: not known."""

    line: str
    role: str
    down: float | None = None
    up: float | None = None
    contracted_down: int | None = None
    contracted_up: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured at a site; `looks` are those of its endpoints and UPS, by target."""

    paths: tuple[PathSeen, ...] = ()
    lines: tuple[LineSeen, ...] = ()
    looks: tuple[OneOff, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was judged: `area` path, voice, registration, signalling, endpoint, line, power, conference."""

    area: str
    item: str
    grade: Grade
    words: Sentence


@dataclass(frozen=True, slots=True)
class SiteReport:
    """The preflight of one site: when (microseconds UTC), how long it took (seconds), and what it came to.

    `opinion` is the estimated voice MOS of the worst path by G.107, None without one.
    """

    site: str
    name: str
    at: int
    took: float
    verdict: Grade
    opinion: float | None
    findings: tuple[Finding, ...]
    measured: Measured


def worst(grades: tuple[Grade, ...]) -> Grade:
    """The verdict of these; nothing known at all is caution."""
    return max(grades, key=BADNESS.__getitem__, default=Grade.CAUTION)
