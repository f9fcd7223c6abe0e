"""From stored verdict rows and exclusions to an account of a period: the one arithmetic of figures of record. Pure.

Nothing is subtracted that did not overlap: excluded is the time of the period that lies in an exclusion, whatever was
measured in it, and the rest is what the rows say. So the four classes add up to the period, and none exceeds it.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from netwatch.availability.contract import (
    NOT_WATCHED,
    Account,
    Class,
    Exclusion,
    Owner,
    Period,
    Table,
)
from netwatch.availability.outages import (
    NEVER,
    Run,
    Stretch,
    cores,
    length_at,
    longest,
    merged,
    outages,
    runs,
    without_short,
)
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind

Piece = tuple[int, int | None, Class, str]

SITE_SERVICE = Table(
    MappingProxyType(
        {
            Kind.UP: Class.UP,
            Kind.DEGRADED: Class.UP,
            Kind.DOWN: Class.DOWN,
            Kind.UNREACHABLE: Class.DOWN,
            Kind.UNKNOWN: Class.UNKNOWN,
        }
    )
)
# Degraded is up unless the contract says otherwise.
LINE_CONTRACT = Table(
    SITE_SERVICE.classes,
    MappingProxyType(
        {
            Owner.PROVIDER: Class.DOWN,
            Owner.OURS: Class.EXCLUDED,
            Owner.UNDECIDED: Class.UNKNOWN,
        }
    ),
)


def account(
    rows: Sequence[VerdictRow],
    exclusions: Iterable[Exclusion],
    period: Period,
    now: int,
    table: Table,
    minimum_outage: int = 0,
) -> Account:
    """The account of one subject.

    `rows` may reach beyond the period on both sides, and should: the row that follows bounds the last change in it.
    Superseded ones are left out. What rows exclude and `exclusions` count alike; where several overlap the first by
    start names the reason. Outages shorter than `minimum_outage` (µs) count as up. Time without a row is unknown.
    """
    until = max(period.start, min(period.end, now))
    span = (period.start, until)
    cuts = disjoint([*exclusions, *excluded_by(rows)], *span)
    parts = runs(rows, table)
    told = without_short(parts, minimum_outage, partial(length_at, parts, now=now))
    spent = tally((piece for run in told for piece in run.pieces()), cuts, *span)
    measure = partial(measured, cuts=cuts, span=span)
    low, high, countable = _bounds(parts, minimum_outage, now, measure)
    by_class = in_classes(spent)
    return Account(
        period=period,
        until=until,
        up=by_class[Class.UP],
        down=by_class[Class.DOWN],
        unknown=by_class[Class.UNKNOWN],
        excluded=by_class[Class.EXCLUDED],
        by_reason=MappingProxyType(dict(spent)),
        low=low,
        high=high,
        countable=countable,
        outages=tuple(outages(told, span, measure)),
    )


def excluded_by(rows: Iterable[VerdictRow]) -> Iterable[Exclusion]:
    """What rows themselves exclude."""
    for row in rows:
        if row.verdict.excluded and row.superseded_by is None:
            yield Exclusion(row.start, NEVER if row.end is None else row.end, row.verdict.excluded)


def disjoint(exclusions: Iterable[Exclusion], start: int, until: int) -> list[Exclusion]:
    """The excluded time within [start, until), each moment once, in order; the first by start names the reason."""
    found: list[Exclusion] = []
    reached = start
    for one in sorted(exclusions, key=lambda one: one.start):
        begin, end = max(one.start, reached), min(one.end, until)
        if begin < end:
            found.append(Exclusion(begin, end, one.reason, one.by))
            reached = end
    return found


def tally(
    pieces: Iterable[Piece], cuts: Sequence[Exclusion], start: int, until: int
) -> Counter[tuple[Class, str]]:
    """The time of [start, until) by class and reason; `cuts` are from `disjoint`, pieces must not overlap."""
    spent: Counter[tuple[Class, str]] = Counter()
    for cut in cuts:
        spent[Class.EXCLUDED, cut.reason] += cut.end - cut.start
    rest = until - start - spent.total()
    for begin, end, class_, reason in pieces:
        low, high = max(begin, start), until if end is None else min(end, until)
        length = _counting(low, high, cuts) if low < high else 0
        if length:
            spent[class_, reason] += length
            rest -= length
    if rest:
        spent[Class.UNKNOWN, NOT_WATCHED] += rest
    return spent


def in_classes(spent: Mapping[tuple[Class, str], int]) -> dict[Class, int]:
    """The same by class alone, every class."""
    found = dict.fromkeys(Class, 0)
    for (class_, _), length in spent.items():
        found[class_] += length
    return found


def measured(stretches: Iterable[Stretch], cuts: Sequence[Exclusion], span: Stretch) -> int:
    """How much of some stretches lies in a span and is not cut out."""
    clipped = ((max(begin, span[0]), min(end, span[1])) for begin, end in stretches)
    return sum(_counting(begin, end, cuts) for begin, end in clipped if begin < end)


def _counting(begin: int, end: int, cuts: Sequence[Exclusion]) -> int:
    """The length of [begin, end) without the cuts, which are in order and apart."""
    length = end - begin
    first = bisect_right(cuts, begin, key=lambda cut: cut.end) if cuts else 0
    for cut in cuts[first:]:
        if cut.start >= end:
            break
        length -= min(cut.end, end) - max(cut.start, begin)
    return length


def _bounds(
    parts: Sequence[Run], minimum: int, now: int, measure: Callable[[Iterable[Stretch]], int]
) -> tuple[int, int, int]:
    """Time certainly up, time possibly up, and all that possibly counts."""
    steady = merged(without_short(parts, minimum, longest(parts, now).__getitem__))
    low = measure(_certain(steady, Class.UP))
    down = (core for core in _certain(parts, Class.DOWN) if min(core[1], now) - core[0] >= minimum)
    countable = measure([(0, NEVER)]) - measure(_certain(parts, Class.EXCLUDED))
    return low, countable - measure(down), countable


def _certain(parts: Sequence[Run], class_: Class) -> Iterable[Stretch]:
    return (core for run, core in zip(parts, cores(parts), strict=True) if run.class_ is class_)


def summed(accounts: Sequence[Account], period: Period, until: int) -> Account:
    """Several subjects' accounts of one period as one: seconds are added, outages are left out."""
    spent: Counter[tuple[Class, str]] = Counter()
    for one in accounts:
        spent.update(one.by_reason)
    return Account(
        period=period,
        until=until,
        up=sum(one.up for one in accounts),
        down=sum(one.down for one in accounts),
        unknown=sum(one.unknown for one in accounts),
        excluded=sum(one.excluded for one in accounts),
        by_reason=MappingProxyType(dict(spent)),
        low=sum(one.low for one in accounts),
        high=sum(one.high for one in accounts),
        countable=sum(one.countable for one in accounts),
    )
