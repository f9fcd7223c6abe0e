"""Runs of time that counts as the same, what of them is certain, and outages. Pure.

A change is dated to the first look that showed it; it happened after `contrary`, the last moment known to be otherwise.
So of a run only the time from its start to the next run's `contrary` is certain (its core).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from netwatch.availability.contract import NOT_WATCHED, SHORT_OUTAGE, Class, Outage, Table
from netwatch.store.contract import VerdictRow

# A moment after all others.
NEVER = 2**63 - 1
PERHAPS_DOWN = frozenset({Class.DOWN, Class.UNKNOWN})
Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Run:
    """Time [start, end) that counts as one class, begun after `contrary`; `end` None goes on; no rows: not watched.

    `short` says that it is an outage too short to count as one.
    """

    class_: Class
    start: int
    end: int | None
    contrary: int
    rows: tuple[VerdictRow, ...] = ()
    short: bool = False

    @property
    def over(self) -> int:
        """Its end, or a moment after all others."""
        return NEVER if self.end is None else self.end

    def pieces(self) -> Iterator[tuple[int, int | None, Class, str]]:
        """(start, end, class, reason) of every row in it."""
        if not self.rows:
            yield self.start, self.end, self.class_, NOT_WATCHED
        for row in self.rows:
            yield row.start, row.end, self.class_, SHORT_OUTAGE if self.short else row.verdict.reason


def runs(rows: Sequence[VerdictRow], table: Table) -> list[Run]:
    """Current rows as runs, with the gaps between and after them; what rows exclude is not looked at."""
    found: list[Run] = []
    for row in sorted((row for row in rows if row.superseded_by is None), key=lambda row: row.start):
        if found and found[-1].over < row.start:
            found.append(Run(Class.UNKNOWN, found[-1].over, row.start, found[-1].over))
        found.append(Run(table.counts_as(row.verdict), row.start, row.end, row.contrary, (row,)))
    if found and found[-1].end is not None:
        found.append(Run(Class.UNKNOWN, found[-1].end, None, found[-1].end))
    return merged(found)


def merged(parts: Iterable[Run]) -> list[Run]:
    """Neighbours of one class as one run; they must follow each other without gaps."""
    return [_joined(list(alike)) for _, alike in groupby(parts, key=_sort)]


def _sort(run: Run) -> tuple[Class, bool]:
    # Time nobody watched has no rows to say so among those of others.
    return run.class_, bool(run.rows)


def _joined(alike: Sequence[Run]) -> Run:
    if len(alike) == 1:
        return alike[0]
    return replace(alike[0], end=alike[-1].end, rows=tuple(row for run in alike for row in run.rows))


def cores(parts: Sequence[Run]) -> list[Stretch]:
    """Of each run the time that is certain, in order; it may be none."""
    ends = [*(run.contrary for run in parts[1:]), NEVER]
    return [(run.start, max(run.start, end)) for run, end in zip(parts, ends, strict=False)]


def without_short(parts: Sequence[Run], minimum: int, length: Callable[[int], int]) -> list[Run]:
    """The runs, outages shorter than `minimum` turned into time up; `length` is asked for the run at a place."""
    if minimum <= 0:
        return list(parts)
    return [
        replace(run, class_=Class.UP, short=True)
        if run.class_ is Class.DOWN and length(place) < minimum
        else run
        for place, run in enumerate(parts)
    ]


def length_at(parts: Sequence[Run], place: int, now: int) -> int:
    """How long a run lasted, or lasts by now."""
    return min(parts[place].over, now) - parts[place].start


def longest(parts: Sequence[Run], now: int) -> list[int]:
    """How long each lasted at most, together with others if all the time between is unknown; `NEVER` is any length."""
    found: list[int] = []
    for perhaps, several in groupby(parts, key=lambda run: run.class_ in PERHAPS_DOWN):
        chain = list(several)
        # Nothing is known of the time before the first run.
        known = perhaps and bool(found)
        length = min(chain[-1].over, now) - chain[0].contrary if known else NEVER
        found += [length] * len(chain)
    return found


def earliest_start(parts: Sequence[Run], place: int) -> int:
    """When a run began at the earliest: across unknown time before it, after what was last known."""
    first = place
    while first and parts[first - 1].class_ is Class.UNKNOWN:
        first -= 1
    return min(parts[first].contrary, parts[first].start)


def latest_end(parts: Sequence[Run], place: int) -> int:
    """When it ended at the latest: across unknown time after it; `NEVER` while it may go on."""
    after = place + 1
    while after < len(parts) and parts[after].class_ is Class.UNKNOWN:
        after += 1
    return parts[after - 1].over


def outages(
    parts: Sequence[Run], of_period: Stretch, measure: Callable[[Iterable[Stretch]], int]
) -> Iterator[Outage]:
    """The runs that are down in [start, until) of a period; `measure` is how much of some stretches counts."""
    certain = cores(parts)
    for place, run in enumerate(parts):
        within = (max(run.start, of_period[0]), min(run.over, of_period[1]))
        if run.class_ is Class.DOWN and within[0] < within[1]:
            counted = measure([within])
            yield _outage(parts, place, certain[place][1], (counted, within[1] - within[0] - counted))


def _outage(parts: Sequence[Run], place: int, core_end: int, times: tuple[int, int]) -> Outage:
    run = parts[place]
    longest = max(run.rows, key=lambda row: (NEVER if row.end is None else row.end) - row.start)
    return Outage(
        start=run.start,
        end=run.end,
        earliest_start=earliest_start(parts, place),
        earliest_end=_moment(core_end),
        latest_end=_moment(latest_end(parts, place)),
        counted=times[0],
        excluded=times[1],
        cause=longest.verdict.cause,
        reason=longest.verdict.reason,
        evidence=longest.verdict.evidence,
    )


def _moment(at: int) -> int | None:
    return None if at == NEVER else at
