"""Limits judged anew on samples of five minutes, by the same watch and hardening as looks. Pure.

Each bucket stands for looks at the pace of its check that all found its mean. A bucket that the check's own failure
touches gives none, as a failing look gives none. What lies well within (or well beyond) for long is passed over: it
changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from netwatch.capacity.contract import BUCKET, BUCKETS_A_DAY
from netwatch.check import Check, FactKey, FactSeen
from netwatch.limits.contract import Limit, Watched
from netwatch.limits.evaluate import beyond
from netwatch.limits.placing import BITS_A_BYTE
from netwatch.limits.watch import Judge
from netwatch.plan import Plan
from netwatch.sampling.months import Stretch
from netwatch.sampling.rows import DaySamples
from netwatch.sampling.sampler import wanted
from netwatch.sampling.series import DOWN, UP, line_series
from netwatch.state import FactState, Transition, advance, again, expire

WAYS: Mapping[str, str] = {"utilisation_down_ratio": DOWN, "utilisation_up_ratio": UP}
# A number of a look, by the one of which samples are kept that comes nearest: the mean of a burst for its median.
NEAREST: Mapping[str, str] = {"icmp_rtt_median_seconds": "icmp_rtt_seconds"}
# What a bucket is to a limit: not measured, failing, within its lower bound, between the bounds, beyond.
UNMEASURED, FAILED, WITHIN, BETWEEN, BEYOND = range(5)
_TO_WITHIN = bytes(WITHIN if covered else UNMEASURED for covered in range(256))
_TO_BEYOND = bytes(int(mark == BEYOND) for mark in range(256))
_TO_BACK = bytes(int(mark < BETWEEN) for mark in range(256))

Spans = Sequence[tuple[int, int]]


class Sampled(NamedTuple):
    """A limit in force of whose number samples are kept, in this series."""

    watched: Watched
    check: Check
    series: str


def sampled(plan: Plan) -> dict[FactKey, Sampled]:
    """The limits in force that can be judged on samples, by their fact."""
    told = wanted(plan.topology.subjects.values(), plan.checks.values())
    names = {
        (check, one.metric, one.subject): one.series for check, several in told.items() for one in several
    }
    found: dict[FactKey, Sampled] = {}
    for one in (each for several in plan.limits.values() for each in several):
        way = WAYS.get(one.limit.metric) if one.column else None
        series = line_series(one.subject, way) if way else _named(one, names)
        if series is not None:
            found[one.key] = Sampled(one, plan.checks[one.key.check], series)
    return found


def _named(one: Watched, names: Mapping[tuple[str, str, str], str]) -> str | None:
    metric = NEAREST.get(one.limit.metric, one.limit.metric)
    return None if one.limit.part else names.get((one.key.check, metric, one.subject))


def judged_alike(one: Limit, other: Limit) -> bool:
    """Whether two limits judge every number alike, whatever they weigh and whoever they are for."""
    return _bare(one) == _bare(other)


def _bare(limit: Limit) -> Limit:
    usual = Limit(limit.id, limit.subjects)
    kept = {"severity": usual.severity, "source": "", "term": usual.term, "room": ""}
    return replace(limit, classes=(), kinds=(), unit="", **kept)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Course:
    """What one limit is to find in [start, end): a mark for each bucket from the one numbered `first`.

    `full` is how much of what was measured is 1 to the limit.
    """

    told: Stretch
    full: float
    first: int
    marks: bytes

    def value(self, place: int) -> float:
        """What was measured in a bucket, as the limit has it."""
        day, inside = divmod(self.first + place, BUCKETS_A_DAY)
        return self.told.days[day - self.told.first].values[inside] / self.full


def course(
    one: Sampled,
    told: Stretch,
    window: tuple[int, int],
    failing: Callable[[str], Spans],
    *,
    always: bool = False,
) -> Course | None:
    """The buckets of a window as the limit finds them; unless `always`, None where none is beyond it."""
    limit, full = one.watched.limit, one.watched.full * BITS_A_BYTE or 1.0
    if not always and not any(_reaches(samples.values, limit, full, believed=False) for samples in told.days):
        return None
    first, last = window[0] // BUCKET, -(-window[1] // BUCKET)
    skipped = first - told.first * BUCKETS_A_DAY
    marks = bytearray(b"".join(_marks(samples, limit, full) for samples in told.days))
    marks = marks[skipped : skipped + last - first]
    for start, end in failing(one.check.id) if not one.watched.column else ():
        for number in range(max(first, start // BUCKET), min(first + len(marks), -(-end // BUCKET))):
            marks[number - first] = FAILED
    return Course(told, full, first, bytes(marks))


def _reaches(values: Sequence[float], limit: Limit, full: float, *, believed: bool) -> bool:
    extreme = max(values) if limit.upper else min(values)
    return beyond(limit, extreme / full, believed)


def _marks(samples: DaySamples, limit: Limit, full: float) -> bytes:
    within = samples.covered.translate(_TO_WITHIN)
    if not _reaches(samples.values, limit, full, believed=True):
        return within
    told = (_mark(limit, value / full) for value in samples.values)
    return bytes(mark and found for mark, found in zip(within, told, strict=True))


def _mark(limit: Limit, value: float) -> int:
    if beyond(limit, value, believed=False):
        return BEYOND
    return BETWEEN if beyond(limit, value, believed=True) else WITHIN


def transitions(one: Sampled, course: Course, state: FactState) -> Iterator[Transition]:
    """What becomes of the limit's fact over a course of buckets, from a state on; looks are at the check's pace."""
    limit, pace = one.watched.limit, one.check.interval
    lead = -(-max(limit.over, 4 * pace, limit.hold) // BUCKET) + 2
    fact = _Fact(one, state)
    turns = {True: course.marks.translate(_TO_BEYOND), False: course.marks.translate(_TO_BACK)}
    place, quiet = 0, 0
    while place < len(course.marks):
        other = turns[fact.state.holds is not False]
        if quiet > lead or not place:
            following = other.find(1, place)
            if following < 0:
                return
            # So far ahead of what may turn it that a mean over the limit's time is known by then.
            if following - lead > place:
                place = following - lead
                fact.pass_over((course.first + place) * BUCKET)
        start = (course.first + place) * BUCKET
        if course.marks[place] != UNMEASURED:
            times = range(-(-start // pace) * pace, start + BUCKET, pace)
            yield from fact.looked(times, None if course.marks[place] == FAILED else course.value(place))
        quiet = 0 if other[place] or fact.state.soft or fact.state.holds is None else quiet + 1
        place += 1


class _Fact:
    """A limit's fact from look to look."""

    def __init__(self, one: Sampled, state: FactState) -> None:
        self.state = state
        self._one, self._judge = one, Judge(one.watched, one.check.interval)
        self._rule = one.check.rule(one.watched.key.fact)
        self._calm: list[int] = []

    def pass_over(self, until: int) -> None:
        """Up to then all looks said what is believed."""
        self.state = replace(self.state, watermark=until - 1, votes=())

    def looked(self, times: Iterable[int], value: float | None) -> Iterator[Transition]:
        """Looks that all found a value; None: found their target failing."""
        for at in times:
            seen = self._judge.silent if value is None else self._judged(at, value)
            if seen is not None:
                yield from self._take(at, seen)
        self._settle()

    def _judged(self, at: int, value: float) -> FactSeen | None:
        return self._judge.judged(at, value, self.state.holds is False)

    def _take(self, at: int, seen: FactSeen) -> Iterator[Transition]:
        known = self.state
        # Word for word what is believed: many such looks are taken in at once.
        same = (seen.holds, seen.reason, seen.evidence) == (known.holds, known.reason, known.evidence)
        if same and not known.soft and not self._rule.hold and at - known.watermark <= BUCKET:
            self._calm.append(at)
            return
        self._settle()
        self.state, silent = expire(self.state, at, self._one.check)
        self.state, change = advance(self.state, seen, at, self._rule)
        yield from (each for each in (silent, change) if each is not None)

    def _settle(self) -> None:
        if self._calm:
            self.state = again(self.state, tuple(self._calm), self._rule.of + 1)
            self._calm = []


def failures(rows: Iterable[tuple[str, int, int | None]], end: int) -> dict[str, list[tuple[int, int]]]:
    """(start, end) of failures by check; those that go on last to the end."""
    found: dict[str, list[tuple[int, int]]] = {}
    for check, start, until in rows:
        found.setdefault(check, []).append((start, end if until is None else until))
    return found
