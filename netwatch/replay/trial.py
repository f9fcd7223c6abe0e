"""Rules on trial over what is stored: both sets told by the same code on the same evidence, and what differs. Shell."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from inventory.turning_days import days_between
from netwatch.capacity.contract import BUCKET
from netwatch.check import FactKey
from netwatch.clock import DAY, SECOND
from netwatch.limits.contract import Limit
from netwatch.plan import Plan
from netwatch.queries.curves import day_of
from netwatch.queries.samples import samples
from netwatch.replay.compare import agreement, at_edge, counts, differences
from netwatch.replay.contract import News, Report, Rules, Told
from netwatch.replay.history import History, history
from netwatch.replay.measuring import Course, Sampled, course, judged_alike, sampled, transitions
from netwatch.replay.running import Replay
from netwatch.sampling.months import Stretch
from netwatch.sampling.series import FIVE_MINUTES
from netwatch.state import FactState, begin
from netwatch.store import replay_sql, sample_sql
from netwatch.store.contract import FactRow
from netwatch.store.ledger import fact_state
from netwatch.store.sql import SqlStore

# Series read at a time: a month of each is a quarter of a MiB while it is read.
AT_ONCE = 50
# By how much what was may differ from what is told again of samples, which are five minutes long, and be the same.
TOLERANCE = 2 * BUCKET

Progress = Callable[[float], object]
Limits = Mapping[FactKey, Limit]


class Lacking(Exception):  # noqa: N818 - a refusal
    """The span begins before anything is stored of it: `what` ('facts', or a kind of subject) exists `since` then.

    `since` None: there is nothing at all.
    """

    def __init__(self, what: str, since: int | None) -> None:
        super().__init__(f"{what} since {since}")
        self.what, self.since = what, since


@dataclass(frozen=True, slots=True)
class Side:
    """One set of rules, and which of its limits are judged anew on samples."""

    rules: Rules
    anew: Mapping[FactKey, Sampled]


def limits_in(plan: Plan) -> dict[FactKey, Limit]:
    """The limits in force by their fact."""
    return {one.key: one.limit for several in plan.limits.values() for one in several}


def changed_limits(before: Limits, after: Limits) -> frozenset[FactKey]:
    """The facts that the two judge otherwise, or that only one of them has."""
    return frozenset(
        key
        for key in before.keys() | after.keys()
        if key not in before or key not in after or not judged_alike(before[key], after[key])
    )


def trial(
    store: SqlStore,
    present: Rules,
    other: Rules | None,
    span: tuple[int, int],
    zone: tzinfo,
    progress: Progress,
) -> Report:
    """What `other` rules would have made of [start, end); None: what the present ones would have, against what was.

    `progress` hears which share is done. Raises Lacking when the span begins before what is stored of it, StoreFault.
    """
    before, after = limits_in(present.plan), limits_in((other or present).plan)
    moved = changed_limits(before, after) if other else frozenset(before)
    sides = [_side(rules, moved) for rules in (present, *((other,) if other else ()))]
    _require(store, {one.series for side in sides for one in side.anew.values()}, span[0])
    evidence = history(store, *span)
    steps = _Steps(progress, len(sides) + 1)
    made = _measured(evidence, sides, zone, steps)
    told = [_replayed(evidence, side, news, steps) for side, news in zip(sides, made, strict=True)]
    stored = evidence.told()
    first = told[0] if other else stored
    found = differences(first, told[-1], SECOND if other else TOLERANCE)
    edge = at_edge(found, (first, told[-1]), span[0])
    return Report(
        start=span[0],
        end=span[1],
        against_stored=other is None,
        differences=found if other else tuple(one for one in found if one not in edge),
        messages=_messages(first, told[-1], present if other is None else other),
        agreement=agreement(stored, told[0]),
        measured=_names(sides, {key for side in sides for key in side.anew}),
        untold=_untold(sides, moved, after) if other else (),
        late=evidence.late,
        edge=len(edge),
    )


def _side(rules: Rules, moved: Collection[FactKey]) -> Side:
    known = sampled(rules.plan)
    return Side(rules, {key: one for key, one in known.items() if key in moved})


def _messages(first: Told, second: Told, rules: Rules) -> dict[str, tuple[int, int]]:
    if first.messages is None or second.messages is None:
        return {}
    return counts(first.messages, second.messages, rules.arrangement.receivers)


def _names(sides: Sequence[Side], keys: Collection[FactKey]) -> tuple[tuple[str, str], ...]:
    known = {key: limit for side in sides for key, limit in limits_in(side.rules.plan).items()}
    subjects = {
        one.key: one.subject
        for side in sides
        for several in side.rules.plan.limits.values()
        for one in several
    }
    return tuple(sorted({(subjects[key], known[key].id) for key in keys}))


def _untold(sides: Sequence[Side], moved: Collection[FactKey], after: Limits) -> tuple[tuple[str, str], ...]:
    """Limits with other numbers of which no samples are kept; one that no longer holds is simply left out."""
    anew = {key for side in sides for key in side.anew}
    return _names(sides, {key for key in moved if key not in anew and key in after})


def _require(store: SqlStore, series: Collection[str], start: int) -> None:
    first = replay_sql.first_recorded(store.engine)
    if first is None or first > start:
        raise Lacking("facts", first)
    recent = sample_sql.oldest_row(store.engine)
    for kind in sorted({name.partition("/")[0] for name in series}):
        day = sample_sql.oldest_day(store.engine, FIVE_MINUTES, f"{kind}/")
        known = (recent, None if day is None else day * DAY)
        since = min((moment for moment in known if moment is not None), default=None)
        if since is None or since > start:
            raise Lacking(kind, since)


class _Steps:
    """Tells how much of several equally long steps is done."""

    def __init__(self, progress: Progress, count: int) -> None:
        self._progress, self._count, self._done = progress, count, 0

    def at(self, share: float) -> None:
        """Within the step that is being made."""
        self._progress((self._done + min(1.0, share)) / self._count)

    def next(self) -> None:
        """The step is made."""
        self._done += 1
        self.at(0.0)


def _measured(evidence: History, sides: Sequence[Side], zone: tzinfo, steps: _Steps) -> list[list[News]]:
    """What each side's limits find in the samples, in order of time."""
    by_series: dict[str, list[tuple[int, Sampled]]] = {}
    for place, side in enumerate(sides):
        for one in side.anew.values():
            by_series.setdefault(one.series, []).append((place, one))
    names, found = sorted(by_series), [list[News]() for _ in sides]
    for first in range(0, len(names), AT_ONCE):
        some = names[first : first + AT_ONCE]
        for place, news in _of_series({name: by_series[name] for name in some}, evidence, sides, zone):
            found[place].append(news)
        steps.at(first / len(names))
    steps.next()
    return [sorted(news, key=lambda one: one.at) for news in found]


def _of_series(
    wanted: Mapping[str, Sequence[tuple[int, Sampled]]],
    evidence: History,
    sides: Sequence[Side],
    zone: tzinfo,
) -> Iterator[tuple[int, News]]:
    window = evidence.start, evidence.end
    days = days_between(day_of(window[0], zone), day_of(window[1], zone))
    known = samples(evidence.store.engine, list(wanted), days, zone)
    checks = {one.check.id for several in wanted.values() for _, one in several}
    failing = evidence.failing(sides[0].rules.plan, checks)
    states = _states(evidence, [one for several in wanted.values() for _, one in several])
    for name, told in known.items():
        for place, one in wanted[name]:
            for news in _turned(one, told, window, failing, states):
                yield place, news


def _states(evidence: History, several: Sequence[Sampled]) -> Mapping[FactKey, FactState]:
    """What was believed when the span began."""
    keys = {one.watched.key for one in several}
    stored = evidence.store.fact_histories(keys, evidence.start - 1, evidence.start)
    return {key: fact_state(rows[-1]) for key, rows in stored.items()}


def _turned(
    one: Sampled,
    told: Stretch,
    window: tuple[int, int],
    failing: Callable[[str], Sequence[tuple[int, int]]],
    states: Mapping[FactKey, FactState],
) -> Iterator[News]:
    key = one.watched.key
    state = states.get(key) or begin(key, window[0])
    found: Course | None = course(one, told, window, failing, always=state.holds is False)
    if found is None:
        return
    begun = replace(state, watermark=max(state.watermark, window[0] - 1))
    for change in transitions(one, found, begun):
        if window[0] <= change.at < window[1]:
            yield News(change.at, (FactRow(0, change, change.since, None),))


def _replayed(evidence: History, side: Side, made: Sequence[News], steps: _Steps) -> Told:
    plan, length = side.rules.plan, evidence.end - evidence.start
    run = Replay(side.rules, evidence.beginning(plan))
    news = evidence.news(plan.topology, side.anew.keys(), made)
    told = run.run(news, evidence.end, lambda at: steps.at((at - evidence.start) / length))
    steps.next()
    return told
