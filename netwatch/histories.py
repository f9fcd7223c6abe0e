"""The recent past that the judge works on: fact spans, blind spells, verdict rows, and what is held back. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from netwatch.check import FactKey
from netwatch.clock import MINUTE
from netwatch.derive import UNMEASURED
from netwatch.intervals import Span
from netwatch.state import GONE
from netwatch.store.contract import FactRow, VerdictRow
from netwatch.verdict import FactNow, Verdict

# How far back a batch may re-tell; older news belongs to backfill.
RETELL = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class FactSpan:
    """A fact's value from `start` on; the change lies after `contrary`, and was believed by the look at `decided`."""

    start: int
    contrary: int
    fact: FactNow
    decided: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """A failure that is not told yet, because nobody has looked at what the subject hangs from since it began.

    It is to be told from `since` on; the first bad look was at `onset`. At `until` the patience ends: from then on it
    is told as `undecided`, for want of news of `parent`. `sequence` is the first stored fact row of this tale, which
    must be read again after a crash; 0 for none.
    """

    since: int
    onset: int
    until: int
    parent: str
    undecided: bool = False
    sequence: int = 0


@dataclass(slots=True)
class Histories:
    """The recent past the judge works on: fact spans, blind spells of vantages, current verdict rows by subject.

    `floors` is when a subject that had left the inventory was retired: nothing is told of it before that. `held` are
    the failures not told yet, by subject.
    """

    facts: dict[FactKey, tuple[FactSpan, ...]] = field(default_factory=dict)
    blind: dict[str, tuple[Span[bool], ...]] = field(default_factory=dict)
    rows: dict[str, tuple[VerdictRow, ...]] = field(default_factory=dict)
    floors: dict[str, int] = field(default_factory=dict)
    held: dict[str, Hold] = field(default_factory=dict)

    def learn(self, row: FactRow) -> None:
        """Take a stored transition into the fact's history; whatever it dates back over is forgotten."""
        self.relearn(row.transition.key, (span_of(row),))

    def relearn(self, key: FactKey, spans: Sequence[FactSpan]) -> None:
        """Take over how a fact's history is told from the first of `spans` on."""
        kept = [old for old in self.facts.get(key, ()) if old.start < spans[0].start]
        self.facts[key] = (*kept, *spans)

    def trim(self, keys: Iterable[FactKey], now: int) -> None:
        """Forget what is too old to be told again, of these facts."""
        for key in keys:
            spans = self.facts.get(key, ())
            newest = spans[-1:]
            kept = (*(old for old, new in pairwise(spans) if new.start > now - 2 * RETELL), *newest)
            self.facts[key] = kept
            if newest and newest[0].fact.reason == GONE and newest[0].start < now - 2 * RETELL:
                del self.facts[key]


def span_of(row: FactRow) -> FactSpan:
    """A stored fact interval as the judge reads it."""
    seen = row.transition
    fact = FactNow(seen.holds, seen.reason, seen.ever, seen.evidence)
    return FactSpan(seen.since, seen.contrary, fact, seen.at)


def fact_at(spans: Sequence[FactSpan], moment: int) -> FactNow:
    """A fact's value at a moment; 'not yet measured' before its history begins."""
    return next((span.fact for span in reversed(spans) if span.start <= moment), UNMEASURED)


def blind_at(spells: Mapping[str, Sequence[Span[bool]]], moment: int) -> frozenset[str]:
    """The vantages that could not see at a moment."""
    return frozenset(name for name, spans in spells.items() if any(span.covers(moment) for span in spans))


def verdict_at(rows: Sequence[VerdictRow], moment: int) -> Verdict | None:
    """The verdict that holds at a moment."""
    return next((row.verdict for row in reversed(rows) if row.start <= moment), None)


def upstream_at(rows: Sequence[VerdictRow], moment: int) -> Verdict | None:
    """The same for what a failing child hangs from: a failure counts from the last look that saw it well.

    Where one failure follows another there was no such look.
    """
    for place in range(len(rows) - 1, -1, -1):
        row = rows[place]
        fell = row.verdict.failed and not (place and rows[place - 1].verdict.failed)
        if (row.contrary if fell else row.start) <= moment:
            return row.verdict
    return None
