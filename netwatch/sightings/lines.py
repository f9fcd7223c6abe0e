"""Lines by the ports at their ends: whether one is up, whether all are, and how fast the one at the site is. Pure.

Read line by line rather than with the ports: thousands of lines may end at one device, of which one port has changed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from inventory.coverage.contract import Aspect
from netwatch.check import Observation
from netwatch.sightings import ports
from netwatch.sightings.book import Row
from netwatch.sightings.claims import Claim


class End(NamedTuple):
    """A line's end at a port whose device's ports are read; A is that at the site."""

    check: str
    part: str
    at_site: bool


class Ends(NamedTuple):
    """A line with its ends; `witness` whether their ports are its witness."""

    line: str
    ends: tuple[End, ...]
    witness: bool


class Read(Protocol):
    """The newest look at a device's ports, and which of those that lines end at were up."""

    seen: Observation | None
    up: frozenset[str]


class _Told(NamedTuple):
    """When each end was last seen to be up (0: it was not by the newest look), and what that showed."""

    ups: tuple[int, ...] = ()
    claims: frozenset[Claim] = frozenset()


See = Callable[[Claim, int, bool], Row]
_NOTHING = _Told()


class Lines:
    """What is known of lines by their ports; `see` takes in a claim, its moment, and whether it is news."""

    def __init__(self, see: See) -> None:
        self._see = see
        self._lines: tuple[Ends, ...] = ()
        self._told: dict[str, _Told] = {}

    def adopt(self, lines: Iterable[Ends]) -> None:
        """Take over an inventory."""
        before = {one.line: one for one in self._lines}
        self._lines = tuple(lines)
        same = {one.line for one in self._lines if before.get(one.line) == one}
        self._told = {line: told for line, told in self._told.items() if line in same}

    def read(self, entries: Mapping[str, Read]) -> Iterator[None]:
        """Read what is new, line by line."""
        for one in self._lines:
            self._read(one, entries)
            yield

    def _read(self, line: Ends, entries: Mapping[str, Read]) -> None:
        known = self._told.get(line.line, _NOTHING)
        ups = tuple([_up(end, entries) for end in line.ends])
        if ups == known.ups:
            return
        found = dict(_claims(line, ups, known.ups, entries))
        for claim, at in found.items():
            self._see(claim, at, claim not in known.claims)
        self._told[line.line] = _Told(ups, frozenset(found))


def _up(end: End, entries: Mapping[str, Read]) -> int:
    entry = entries.get(end.check)
    if entry is None or entry.seen is None or entry.seen.reason is not None or end.part not in entry.up:
        return 0
    return entry.seen.at


def _claims(
    line: Ends, ups: tuple[int, ...], before: tuple[int, ...], entries: Mapping[str, Read]
) -> Iterator[tuple[Claim, int]]:
    """What the ends show, and as of when: carried as of the older look, since then one of them may have gone down."""
    if any(ups):
        yield Claim(line.line, Aspect.ANSWERED), max(ups)
    if line.witness and all(ups):
        yield Claim(line.line, Aspect.CARRIED), min(ups)
    for place, (end, at) in enumerate(zip(line.ends, ups, strict=True)):
        # The speed of a port that has just come up may still be what it was before.
        if end.at_site and at and (not before or before[place]):
            speed = _speed(entries[end.check].seen, end.part)
            if speed:
                yield Claim(line.line, Aspect.SPEED, ports.bits(speed)), at


def _speed(seen: Observation | None, part: str) -> float:
    return ports.speeds(seen, (part,)).get(part, 0) if seen is not None else 0
