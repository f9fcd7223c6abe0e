"""From fact histories to verdict intervals: the thinking of the second transaction. Pure.

A fact hardens later than it began, so a verdict is told for the past too: every subject a batch of transitions
touches is judged again at each moment since the earliest of them when something it depends on changed. What the
stored rows already say is left alone; what they say differently is superseded, never overwritten.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeAlias

from netwatch.check import FactKey
from netwatch.clock import MINUTE
from netwatch.derive import UNMEASURED, Moment, derive
from netwatch.intervals import Span
from netwatch.state import GONE
from netwatch.store.contract import FactRow, Judgement, VerdictRow
from netwatch.topology import Topology
from netwatch.verdict import FactNow, Subject, Verdict

# How far back a batch may re-tell; older news belongs to backfill.
RETELL = 60 * MINUTE


# One subject's current rows before and after a telling.
Change: TypeAlias = tuple[Sequence[VerdictRow], Sequence[VerdictRow]]


@dataclass(frozen=True, slots=True)
class FactSpan:
    """A fact's value from `start` on; the change lies after `contrary`."""

    start: int
    contrary: int
    fact: FactNow


@dataclass(slots=True)
class Histories:
    """The recent past the judge works on: fact spans, blind spells of vantages, current verdict rows by subject.

    `floors` is when a subject that had left the inventory was retired: nothing is told of it before that.
    """

    facts: dict[FactKey, tuple[FactSpan, ...]] = field(default_factory=dict)
    blind: dict[str, tuple[Span[bool], ...]] = field(default_factory=dict)
    rows: dict[str, tuple[VerdictRow, ...]] = field(default_factory=dict)
    floors: dict[str, int] = field(default_factory=dict)

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
    return FactSpan(seen.since, seen.contrary, FactNow(seen.holds, seen.reason, seen.ever, seen.evidence))


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
    """The same for what a failing child hangs from: a failure counts from the last look that saw it well."""
    return next(
        (
            row.verdict
            for row in reversed(rows)
            if (row.contrary if row.verdict.failed else row.start) <= moment
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What judging brought: the rows to write, the new current rows, and the newest verdict of every judged subject.

    A newest verdict may differ from its row's in evidence and manageability only.
    """

    judgement: Judgement
    rows: Mapping[str, tuple[VerdictRow, ...]]
    newest: Mapping[str, Verdict]


def judge(topology: Topology, histories: Histories, news: Sequence[FactRow], now: int) -> Outcome:
    """What a batch of stored transitions changes; `histories` must have learnt the news. New rows have id 0."""
    subjects = topology.touched(row.transition.key for row in news)
    reach = max(min((_reach(row) for row in news), default=now), now - RETELL)
    since = min((reach, *(row.transition.since for row in news)))
    cursor = max((row.sequence for row in news), default=0)
    return _rejudge(topology, histories, subjects, (since, now), cursor)


def judge_all(topology: Topology, histories: Histories, since: int, now: int) -> Outcome:
    """Judge every subject again from `since` on (topology changed, a vantage lost or found its sight)."""
    return judge_these(topology, histories, list(topology.subjects), since, now)


def judge_these(
    topology: Topology, histories: Histories, ids: Iterable[str], since: int, now: int
) -> Outcome:
    """Judge these subjects (in judging order) again from `since` on."""
    return _rejudge(topology, histories, ids, (since, now), 0)


def _reach(row: FactRow) -> int:
    return min(row.transition.since, max(row.transition.contrary, row.transition.since - 10 * MINUTE))


def _rejudge(
    topology: Topology, histories: Histories, ids: Iterable[str], window: tuple[int, int], cursor: int
) -> Outcome:
    working = Histories(histories.facts, histories.blind, dict(histories.rows))
    changed: dict[str, tuple[VerdictRow, ...]] = {}
    newest: dict[str, Verdict] = {}
    changes: list[Change] = []
    for id_ in ids:
        before = working.rows.get(id_, ())
        since = max(_not_before(before, window[0]), histories.floors.get(id_, 0))
        told = _tell(topology.subjects[id_], working, (since, window[1]))
        newest[id_] = told[-1][2]
        after = rows_of(id_, before, told, (topology.revision, window[1]))
        if after != before:
            working.rows[id_] = changed[id_] = after
            changes.append((before, after))
    return Outcome(noted(cursor, changes), changed, newest)


def _not_before(rows: Sequence[VerdictRow], since: int) -> int:
    """A subject's story does not begin earlier than its first row."""
    return max(since, rows[0].start) if rows else since


def _tell(subject: Subject, histories: Histories, window: tuple[int, int]) -> list[tuple[int, int, Verdict]]:
    """(start, contrary, verdict) at every moment of the window when something the subject leans on changed."""
    return [
        (moment, contrary, derive(subject, as_of(subject, histories, moment)))
        for moment, contrary in turns(subject, histories, window)
    ]


def turns(subject: Subject, histories: Histories, window: tuple[int, int]) -> list[tuple[int, int]]:
    """(moment, contrary) in order: the window's start, and whenever something the subject leans on changed."""
    start, now = window
    moments = {start: start}
    for at, contrary in _changes(subject, histories):
        if start <= at <= now:
            moments[at] = min(contrary, moments.get(at, contrary))
    return sorted(moments.items())


def _changes(subject: Subject, histories: Histories) -> Iterable[tuple[int, int]]:
    for key in subject.facts:
        yield from ((span.start, span.contrary) for span in histories.facts.get(key, ()))
    for id_ in subject.leans_on:
        yield from ((row.start, row.contrary) for row in histories.rows.get(id_, ()))
    for spells in histories.blind.values():
        for spell in spells:
            yield spell.start, spell.start
            if spell.end is not None:
                yield spell.end, spell.end


def as_of(subject: Subject, histories: Histories, moment: int) -> Moment:
    """All the subject's verdict depends on at a moment."""
    rows = {id_: histories.rows.get(id_, ()) for id_ in subject.leans_on}
    exact = {id_: verdict for id_ in rows if (verdict := verdict_at(rows[id_], moment)) is not None}
    above = {id_: verdict for id_ in rows if (verdict := upstream_at(rows[id_], moment)) is not None}
    facts = {key: fact_at(histories.facts.get(key, ()), moment) for key in subject.facts}
    return Moment(facts, exact, above, blind_at(histories.blind, moment))


def rows_of(
    subject: str,
    before: Sequence[VerdictRow],
    told: Sequence[tuple[int, int, Verdict]],
    mark: tuple[int, int],
) -> tuple[VerdictRow, ...]:
    """The subject's current rows after the telling: old ones kept wherever they say the same."""
    old = {(row.start, row.verdict.identity): row for row in before}
    earlier = [(row.start, row.contrary, row.verdict) for row in before if row.start < told[0][0]]
    return tuple(
        _row(subject, old.get((span[0], span[3].identity)), span, mark) for span in _merged([*earlier, *told])
    )


def _merged(told: Sequence[tuple[int, int, Verdict]]) -> list[tuple[int, int | None, int, Verdict]]:
    kept: list[tuple[int, int, Verdict]] = []
    for at, contrary, verdict in told:
        if not kept or kept[-1][2].identity != verdict.identity:
            kept.append((at, contrary, verdict))
    ends: list[int | None] = [*(at for at, _, _ in kept[1:]), None]
    return [(at, end, contrary, verdict) for (at, contrary, verdict), end in zip(kept, ends, strict=True)]


def _row(
    subject: str,
    old: VerdictRow | None,
    span: tuple[int, int | None, int, Verdict],
    mark: tuple[int, int],
) -> VerdictRow:
    start, end, contrary, verdict = span
    if old is not None and (old.end is None or old.end == end):
        return replace(old, end=end)
    revision, now = mark
    return VerdictRow(0, subject, verdict, start, end, contrary, revision, now)


def noted(cursor: int, changes: Sequence[Change]) -> Judgement:
    """The judgement that makes each changed subject's current rows from those before to those after."""
    kept = [{row.id: row for row in after if row.id} for _, after in changes]
    old = [(row, ids) for (before, _), ids in zip(changes, kept, strict=True) for row in before]
    return Judgement(
        cursor,
        add=tuple(row for _, after in changes for row in after if not row.id),
        end=tuple((row.id, ids[row.id].end or 0) for row, ids in old if _now_ends(row, ids.get(row.id))),
        supersede=tuple(row.id for row, ids in old if row.id not in ids),
    )


def _now_ends(old: VerdictRow, new: VerdictRow | None) -> bool:
    return new is not None and old.end is None and new.end is not None


def retire(rows: Mapping[str, Sequence[VerdictRow]], alive: Iterable[str], now: int) -> Judgement:
    """End the open rows of subjects that are no longer in the inventory."""
    living = frozenset(alive)
    ends = tuple(
        (row.id, now)
        for id_, kept in rows.items()
        if id_ not in living
        for row in kept[-1:]
        if row.end is None
    )
    return Judgement(0, end=ends)


def recent(rows: Sequence[VerdictRow], now: int) -> tuple[VerdictRow, ...]:
    """The rows the judge still needs: those not ended before the re-telling window, and always the last."""
    return tuple(row for row in rows[:-1] if row.end is None or row.end > now - 2 * RETELL) + tuple(rows[-1:])
