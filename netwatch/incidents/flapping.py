"""Which lines, devices and endpoints flap: a flag by a score that decays. Pure.

Source: RFC 2439, route flap damping. Every change between working and not working adds 1 to a subject's score, which
decays exponentially in between:

    score(t) = score(t0) * 2 ** (-(t - t0) / HALF_LIFE)

The flag is put at SUPPRESS and taken off below REUSE. RFC 2439 leaves the numbers to the operator; routers come with a
half-life of 15 minutes and limits of two or three flaps to put the flag and under one to take it off (a flap there is
what are two changes here). With ours one outage and its end never make a flapper (2 changes), two outages within a
quarter of an hour do (4 changes within 13 minutes), and so does whatever changes every 8 minutes for long. The score
goes no further than CEILING, from which it takes four half-lives to fall below REUSE: what has been quiet for an hour
is no flapper, however wild it was.

While a subject is unreachable or unknown nothing is known of it: its score neither grows nor decays then, and a change
to or from that is no flap. Ups and downs of a flapping subject count in all figures as they were measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from netwatch.clock import MINUTE
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind

HALF_LIFE = 15 * MINUTE
SUPPRESS = 3.0
REUSE = 1.0
CEILING = 16.0
# From the ceiling to below REUSE.
QUIET = 4 * HALF_LIFE
# Of each subject so many rows are kept; a score that more of them have made lies at the ceiling.
KEPT = 64

WORKS = {Kind.UP: True, Kind.DEGRADED: True, Kind.DOWN: False}


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` on a subject worked (True), did not (False), or nothing was known; so it was `recorded` then."""

    start: int
    works: bool | None
    recorded: int = 0


@dataclass(frozen=True, slots=True)
class Damping:
    """A score and whether it makes a flapper."""

    score: float = 0.0
    flaps: bool = False

    def decayed(self, by: int) -> "Damping":
        """After so many microseconds in which something was known."""
        score = self.score * 2.0 ** (-max(by, 0) / HALF_LIFE)
        return Damping(score, self.flaps and score >= REUSE)

    def changed(self) -> "Damping":
        """After one more change between working and not."""
        score = min(self.score + 1.0, CEILING)
        return Damping(score, self.flaps or score >= SUPPRESS)


def damped(stretches: Sequence[Stretch], now: int) -> Damping:
    """The score at `now` of what happened, in order of start. Of stretches after `now` nothing is known yet."""
    told = [stretch for stretch in stretches if stretch.start <= now]
    state = Damping()
    before: bool | None = None
    for place, stretch in enumerate(told):
        if before is not None and stretch.works is not None and stretch.works is not before:
            state = state.changed()
        end = told[place + 1].start if place + 1 < len(told) else now
        if stretch.works is not None:
            state = state.decayed(end - stretch.start)
        before = stretch.works
    return state


def changes(stretches: Sequence[Stretch]) -> int:
    """How often it changed between working and not: the score is never more than that."""
    return sum(old.works is not None and new.works is (not old.works) for old, new in pairwise(stretches))


def quiet(stretches: Sequence[Stretch], now: int) -> bool:
    """Whether it has been as it is for so long that no score, however high, makes it a flapper still."""
    last = stretches[-1]
    return last.works is not None and now - last.start > QUIET


class Flaps:
    """The scores of all subjects, from their stored verdict rows; after a restart replay those of the last hours."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[Stretch, ...]] = {}
        self._suspects: set[str] = set()
        # It is asked for several times at one moment.
        self._found: tuple[int, frozenset[str]] | None = None

    def note(self, row: VerdictRow) -> None:
        """Take in a stored row. It replaces what was told of its time; the same row again changes nothing."""
        told = self._told.get(row.subject, ())
        if any((known.start, known.recorded) == (row.start, row.recorded_at) for known in told):
            return
        self._found = None
        stretch = Stretch(row.start, WORKS.get(row.verdict.kind), row.recorded_at)
        before = [known for known in told if known.start < row.start]
        after = [known for known in told if row.end is not None and known.start >= row.end]
        told = self._told[row.subject] = (*before, stretch, *after)[-KEPT:]
        if changes(told) >= SUPPRESS:
            self._suspects.add(row.subject)
        else:
            self._suspects.discard(row.subject)

    def forget(self, subject: str) -> None:
        """It is no longer there. Else the score of one that was last not known would stand for ever."""
        self._told.pop(subject, None)
        self._suspects.discard(subject)
        self._found = None

    def score(self, subject: str, now: int) -> float:
        """A subject's score; 0 of one nothing was told of."""
        return damped(self._told.get(subject, ()), now).score

    def flapping(self, now: int) -> frozenset[str]:
        """The subjects whose score says that they flap."""
        if self._found is None or self._found[0] != now:
            loud = ((id_, told) for id_ in self._suspects if not quiet(told := self._told[id_], now))
            self._found = now, frozenset(id_ for id_, told in loud if damped(told, now).flaps)
        return self._found[1]
