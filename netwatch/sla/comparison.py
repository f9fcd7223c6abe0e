"""A provider's own list of outages held against ours: what agrees, what differs, by how much, what it comes to. Pure.

Ours are known to within two looks; theirs mostly to the minute. Two are the same outage when they overlap within that.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from netwatch.availability.arithmetic import (
    SITE_SERVICE,
    account,
    disjoint,
    excluded_by,
    measured,
)
from netwatch.availability.contract import Account, Class, Exclusion
from netwatch.availability.outages import NEVER, Run, Stretch, runs
from netwatch.clock import MINUTE
from netwatch.sla.claim import Material, by_terms
from netwatch.sla.contract import AttributedOutage, Party
from netwatch.sla.provider_list import Theirs
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, Verdict

# Lists tell minutes.
TOLERANCE = MINUTE
NOTHING_SEEN: Mapping[Class, int] = MappingProxyType({})


class Finding(StrEnum):
    """What two lists say of an outage."""

    AGREE = "agree"
    TIMES = "times"
    ONLY_OURS = "only_ours"
    ONLY_THEIRS = "only_theirs"


@dataclass(frozen=True, slots=True)
class Match:
    """Outages of both that are the same one: mostly one of each, none on one side where only one knows it.

    `starts_by` and `ends_by` are how far theirs lie before (negative) or after what ours leaves possible, µs; None
    where an end is lacking. `cause_differs` None: one of the two does not say. `seen` is what we saw in the time of
    one that only they know.
    """

    finding: Finding
    ours: tuple[AttributedOutage, ...] = ()
    theirs: tuple[Theirs, ...] = ()
    starts_by: int | None = None
    ends_by: int | None = None
    cause_differs: bool | None = None
    seen: Mapping[Class, int] = field(default_factory=lambda: NOTHING_SEEN)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both lists of a line in a period, and the accounts of theirs by our arithmetic.

    `listed` counts everything they list, `admitted` leaves out what they put down to somebody whom the contract leaves
    out.
    """

    matches: tuple[Match, ...]
    listed: Account
    admitted: Account

    def count(self, finding: Finding) -> int:
        """How many there are of a finding."""
        return sum(one.finding is finding for one in self.matches)

    @property
    def causes_differ(self) -> int:
        """How many have another cause."""
        return sum(bool(one.cause_differs) for one in self.matches)


def compared(material: Material, outages: Sequence[AttributedOutage], theirs: Sequence[Theirs]) -> Comparison:
    """Compare; `theirs` are of this line, any time."""
    period, now = material.period, material.now
    until = max(period.start, min(period.end, now))
    within = [one for one in theirs if one.start < until and (one.end is None or one.end > period.start)]
    matches = sorted(_matches(material, outages, within), key=_first)
    cuts = [*material.timely, *excluded_by(material.rows)]
    admitted = [
        Exclusion(one.start, NEVER if one.end is None else one.end, one.party)
        for one in within
        if one.party in material.terms.excluded
    ]
    rows = _as_rows(within)
    minimum = material.terms.minimum_outage
    return Comparison(
        tuple(matches),
        account(rows, cuts, period, now, SITE_SERVICE, minimum),
        account(rows, [*cuts, *admitted], period, now, SITE_SERVICE, minimum),
    )


@dataclass(frozen=True, slots=True)
class _Looks:
    """What we saw in a period, made ready to be asked for thousands of stretches of it."""

    runs: Sequence[Run]
    cuts: Sequence[Exclusion]
    period: Stretch

    @classmethod
    def of(cls, material: Material) -> "_Looks":
        """By the terms of the contract."""
        period = material.period
        span = period.start, max(period.start, min(period.end, material.now))
        cuts = disjoint([*material.timely, *excluded_by(material.rows)], *span)
        return cls(runs(material.rows, by_terms(material.terms)), cuts, span)

    def within(self, stretch: Stretch) -> Mapping[Class, int]:
        """The time of a stretch by class, as far as it lies in the period."""
        begin, end = max(stretch[0], self.period[0]), min(stretch[1], self.period[1])
        found = dict.fromkeys(Class, 0)
        first = bisect_right(self.runs, begin, key=lambda run: run.over)
        last = bisect_left(self.runs, end, key=lambda run: run.start)
        for run in self.runs[first:last]:
            found[run.class_] += measured([(run.start, run.over)], self.cuts, (begin, end))
        first = bisect_right(self.cuts, begin, key=lambda cut: cut.end)
        last = bisect_left(self.cuts, end, key=lambda cut: cut.start)
        for cut in self.cuts[first:last]:
            found[Class.EXCLUDED] += min(cut.end, end) - max(cut.start, begin)
        found[Class.UNKNOWN] += max(0, end - begin) - sum(found.values())
        return MappingProxyType({class_: length for class_, length in found.items() if length})


def _first(match: Match) -> int:
    return min([one.outage.start for one in match.ours] + [one.start for one in match.theirs])


def _possible(ours: AttributedOutage) -> Stretch:
    """All the time it may have lasted."""
    one = ours.outage
    return one.earliest_start - TOLERANCE, NEVER if one.latest_end is None else one.latest_end + TOLERANCE


def _listed(theirs: Theirs) -> Stretch:
    return theirs.start, NEVER if theirs.end is None else max(theirs.end, theirs.start + 1)


def _matches(
    material: Material, outages: Sequence[AttributedOutage], theirs: Sequence[Theirs]
) -> Iterator[Match]:
    groups = _groups([_possible(one) for one in outages], [_listed(one) for one in theirs])
    looks = _Looks.of(material)
    for mine, other in groups:
        ours, listed = tuple(outages[place] for place in mine), tuple(theirs[place] for place in other)
        if not listed:
            yield Match(Finding.ONLY_OURS, ours)
        elif not ours:
            yield Match(Finding.ONLY_THEIRS, theirs=listed, seen=looks.within(_listed(listed[0])))
        else:
            yield _both(ours, listed)


def _groups(
    ours: Sequence[Stretch], theirs: Sequence[Stretch]
) -> Iterable[tuple[Sequence[int], Sequence[int]]]:
    """Places of both that belong together: each overlaps one of the other side in its group."""
    leader = list(range(len(ours) + len(theirs)))

    def lead(place: int) -> int:
        while leader[place] != place:
            leader[place] = place = leader[leader[place]]
        return place

    # Ours are in order, and so are the ends of their doubt.
    ends = [last for _, last in ours]
    for other, (begin, end) in enumerate(theirs, start=len(ours)):
        for mine in range(bisect_right(ends, begin), len(ours)):
            if ours[mine][0] >= end:
                break
            leader[lead(other)] = lead(mine)
    gathered: dict[int, tuple[list[int], list[int]]] = {}
    for place in range(len(leader)):
        group = gathered.setdefault(lead(place), ([], []))
        if place < len(ours):
            group[0].append(place)
        else:
            group[1].append(place - len(ours))
    return gathered.values()


def _both(ours: tuple[AttributedOutage, ...], theirs: tuple[Theirs, ...]) -> Match:
    first, last = ours[0].outage, ours[-1].outage
    starts = _beyond(min(one.start for one in theirs), (first.earliest_start, first.start))
    open_ = any(one.end is None for one in theirs)
    end = None if open_ else max(one.end or 0 for one in theirs)
    ends = None
    if end is not None and last.end is not None and last.earliest_end is not None:
        ends = _beyond(end, (last.earliest_end, last.latest_end or NEVER))
    same_end = ends == 0 or (open_ and last.end is None)
    agree = len(ours) == len(theirs) == 1 and starts == 0 and same_end
    return Match(
        Finding.AGREE if agree else Finding.TIMES, ours, theirs, starts, ends, _causes_differ(ours, theirs)
    )


def _beyond(at: int, possible: Stretch) -> int:
    """How far a moment lies outside, 0 within what the minutes of lists allow."""
    if at < possible[0] - TOLERANCE:
        return at - possible[0]
    return at - possible[1] if at > possible[1] + TOLERANCE else 0


def _causes_differ(ours: Iterable[AttributedOutage], theirs: Iterable[Theirs]) -> bool | None:
    own = {part.attribution.party for one in ours for part in one.parts} - {Party.UNKNOWN}
    other = {one.party for one in theirs} - {Party.UNKNOWN}
    return None if not own or not other else own != other


def _as_rows(theirs: Sequence[Theirs]) -> list[VerdictRow]:
    """Their list as verdicts that leave nothing unknown: down where they list something, else up."""
    spans: list[Stretch] = []
    for begin, end in sorted(_listed(one) for one in theirs):
        if spans and begin <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((begin, end))
    rows: list[VerdictRow] = []
    at = 0
    for begin, end in spans:
        rows += [_row(Kind.UP, at, begin), _row(Kind.DOWN, begin, None if end == NEVER else end)]
        at = end
    return rows if at == NEVER else [*rows, _row(Kind.UP, at, None)]


def _row(kind: Kind, start: int, end: int | None) -> VerdictRow:
    return VerdictRow(0, "", Verdict(kind, "listed"), start, end, start, 0, 0)
