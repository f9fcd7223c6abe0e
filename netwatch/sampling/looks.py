"""Looks around transitions: what each echo said, a quarter of an hour before and after, kept as long as the interval.

Of every line and endpoint the looks of the last hour are in memory, by wall-aligned quarters of an hour. A transition
marks the quarters within 15 minutes of it; what is marked is written. No clock.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import NamedTuple

from netwatch.check import Observation
from netwatch.clock import MINUTE, SECOND
from netwatch.sampling.blocks import LARGEST, MOST_ROWS, BadBlockError, Block, pack, unpack
from netwatch.store.look_sql import LookBlock

QUARTER = 15 * MINUTE
# A transition is told after its looks agreed, for limits after they lasted: so long it may reach back.
REMEMBERED = 4 * QUARTER
# Blocks that wait for a database that does not take them.
MOST_WAITING = 20_000
_SAID: Mapping[bool | None, int] = {None: 0, True: 1, False: 2}
_HOLDS: Mapping[int, bool | None] = {mark: said for said, mark in _SAID.items()}
_RTT, _LOSS = 4, 8
_MILLISECOND = SECOND // 1000


class Look(NamedTuple):
    """One look: when it began (microseconds UTC, whole milliseconds), and what it said of the path.

    `holds` None could not tell. `rtt` in seconds and `loss` from 0 to 1 are None where the look gave none; both are
    rounded down by 0.025 % at the most.
    """

    at: int
    holds: bool | None
    rtt: float | None
    loss: float | None


@dataclass(slots=True)
class _Quarter:
    """The looks of a quarter of an hour in few bytes."""

    at: "array[int]" = field(default_factory=lambda: array("q"))
    rtt: "array[float]" = field(default_factory=lambda: array("d"))
    loss: "array[float]" = field(default_factory=lambda: array("d"))
    marks: bytearray = field(default_factory=bytearray)

    def add(self, look: Look) -> None:
        """Take in one that is newer than those before."""
        if self.at and look.at <= self.at[-1]:
            return
        self.at.append(look.at)
        self.rtt.append(look.rtt or 0.0)
        self.loss.append(look.loss or 0.0)
        told = (_RTT if look.rtt is not None else 0) | (_LOSS if look.loss is not None else 0)
        self.marks.append(_SAID[look.holds] | told)

    def packed(self, subject: str, start: int) -> LookBlock:
        """As it is stored."""
        milliseconds = [(at - start) // _MILLISECOND for at in self.at[:MOST_ROWS]]
        # Seconds and milliseconds apart: each is exact in the bits that a block keeps of a number.
        whole, rest = [each // 1000 for each in milliseconds], [each % 1000 for each in milliseconds]
        columns = (whole, rest, self.rtt[:MOST_ROWS], self.loss[:MOST_ROWS])
        return LookBlock(subject, start, pack(Block(columns, (bytes(self.marks[:MOST_ROWS]),))))


def told(block: LookBlock) -> Iterator[Look]:
    """The looks of a stored block, in order; none of one that cannot be read."""
    try:
        found = unpack(block.content)
    except BadBlockError:
        return
    if (len(found.numbers), len(found.marks)) != (4, 1):
        return
    for whole, rest, rtt, loss, mark in zip(*found.numbers, found.marks[0], strict=True):
        at = block.start + (round(whole) * 1000 + round(rest)) * _MILLISECOND
        yield Look(at, _HOLDS.get(mark & 3), rtt if mark & _RTT else None, loss if mark & _LOSS else None)


Place = tuple[str, int]


class Memory:
    """The looks of the last hour, and which of them are to be kept."""

    def __init__(self) -> None:
        self._quarters: dict[Place, _Quarter] = {}
        self._wanted: set[Place] = set()
        self._dirty: set[Place] = set()

    def __len__(self) -> int:
        return len(self._quarters)

    def add(self, subject: str, seen: Observation, rtt: float | None, loss: float | None) -> None:
        """Take in what a look said of a subject."""
        holds = seen.facts[0].holds if seen.facts and seen.reason is None else None
        self._take(subject, Look(seen.at, holds, _number(rtt), _number(loss)))

    def _take(self, subject: str, look: Look) -> None:
        place = subject, look.at - look.at % QUARTER
        quarter = self._quarters.get(place)
        if quarter is None:
            quarter = self._quarters[place] = _Quarter()
        quarter.add(look)

    def turned(self, subject: str, since: int) -> None:
        """Something became another since then: what lies within 15 minutes of it is kept."""
        for start in range((since - QUARTER) // QUARTER * QUARTER, since + QUARTER + 1, QUARTER):
            if (subject, start) not in self._wanted:
                self._wanted.add((subject, start))
                self._dirty.add((subject, start))

    def restore(self, blocks: Iterable[LookBlock]) -> None:
        """Go on with what an earlier run kept of the last hour."""
        for block in blocks:
            # What followed may have been marked too, before there was anything to write of it.
            self._wanted |= {(block.subject, block.start), (block.subject, block.start + QUARTER)}
            for look in told(block):
                self._take(block.subject, look)

    def take(self, now: int) -> list[LookBlock]:
        """What is to be written; each is taken for written unless it is `refused`.

        What is marked is written at once, as far as it goes, and again when its quarter is over.
        """
        over = {place for place in self._wanted if place[1] + QUARTER <= now and place in self._quarters}
        ready = sorted((over | self._dirty) & self._quarters.keys())
        self._wanted -= over
        self._dirty = {place for place in self._dirty if place[1] > now}
        return [self._quarters[place].packed(*place) for place in ready]

    def refused(self, blocks: Iterable[LookBlock]) -> None:
        """These must still be written."""
        self._wanted.update((block.subject, block.start) for block in blocks)
        self._dirty.update((block.subject, block.start) for block in blocks)

    def let_go(self, now: int) -> None:
        """Forget what no transition reaches any more; of what could not be written only so many wait."""
        old = [place for place in self._quarters if place[1] + QUARTER + REMEMBERED <= now]
        waiting = sorted((place for place in old if place in self._dirty), key=lambda place: place[1])
        kept = set(waiting[-MOST_WAITING:])
        for place in old:
            if place not in kept:
                del self._quarters[place]
        known = self._quarters.keys()
        self._wanted = {place for place in self._wanted if place in known or place[1] + REMEMBERED > now}
        self._dirty = {place for place in self._dirty if place in known or place[1] > now}

    def forget(self, subjects: Collection[str]) -> None:
        """Keep in mind only these subjects, and what of others is still to be written."""
        gone = [place for place in self._quarters if place[0] not in subjects and place not in self._wanted]
        for place in gone:
            del self._quarters[place]


def _number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) and abs(value) <= LARGEST else None
