"""From fact histories to verdict intervals: the thinking of the second transaction. Pure.

A fact hardens later than it began, so a verdict is told for the past too: every subject a batch of transitions
touches is judged again at each moment since the earliest of them when something it depends on changed. What the
stored rows already say is left alone; what they say differently is superseded, never overwritten.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from netwatch.clock import MINUTE
from netwatch.derive import Moment, derive
from netwatch.evidence import Looks, Telling, ripe, weigh
from netwatch.exclusion import still_excluded
from netwatch.histories import RETELL, FactSpan, Histories, Hold, blind_at, fact_at, upstream_at, verdict_at
from netwatch.store.contract import FactRow, Judgement, VerdictRow
from netwatch.topology import Topology
from netwatch.verdict import Subject, Verdict

# One subject's current rows before and after a telling.
Change: TypeAlias = tuple[Sequence[VerdictRow], Sequence[VerdictRow]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What judging brought: the rows to write, the new current rows, and the newest verdict of every judged subject.

    A newest verdict may differ from its row's in evidence and manageability only. `held` are the failures that came
    to be held back, and None for those that no longer are.
    """

    judgement: Judgement
    rows: Mapping[str, tuple[VerdictRow, ...]]
    newest: Mapping[str, Verdict]
    held: Mapping[str, Hold | None] = field(default_factory=dict)

    def hold(self, histories: Histories) -> None:
        """Note in these histories what is held back from now on."""
        for id_, hold in self.held.items():
            if hold is None:
                histories.held.pop(id_, None)
            else:
                histories.held[id_] = hold


def judge(
    topology: Topology, histories: Histories, news: Sequence[FactRow], now: int, looks: Looks | None = None
) -> Outcome:
    """What a batch of stored transitions changes; `histories` must have learnt the news. New rows have id 0.

    By `looks` a failure is told only if what it hangs from was found well since, and what was held back is told as
    soon as it may be. Without them everything is told at once.
    """
    decided = ripe(topology.subjects, histories, looks, now) if looks and histories.held else ()
    subjects = topology.touched((row.transition.key for row in news), decided)
    reach = max(min((_reach(row) for row in news), default=now), now - RETELL)
    since = min((reach, *(row.transition.since for row in news)))
    cursor = max((row.sequence for row in news), default=0)
    return _Retelling(topology, histories, (since, now), looks).outcome(subjects, cursor)


def judge_all(
    topology: Topology, histories: Histories, since: int, now: int, looks: Looks | None = None
) -> Outcome:
    """Judge every subject again from `since` on (topology changed, a vantage lost or found its sight)."""
    return judge_these(topology, histories, list(topology.subjects), (since, now), looks)


def judge_these(
    topology: Topology,
    histories: Histories,
    ids: Iterable[str],
    window: tuple[int, int],
    looks: Looks | None = None,
) -> Outcome:
    """Judge these subjects (in judging order) again in the window from a moment until now."""
    return _Retelling(topology, histories, window, looks).outcome(ids, 0)


def _reach(row: FactRow) -> int:
    return _reach_of(row.transition.since, row.transition.contrary)


def _reach_of(since: int, contrary: int) -> int:
    return min(since, max(contrary, since - 10 * MINUTE))


class _Retelling:
    """One telling of several subjects, each after those it leans on."""

    def __init__(
        self, topology: Topology, histories: Histories, window: tuple[int, int], looks: Looks | None
    ) -> None:
        self._topology, self._since, self._now = topology, *window
        self._looks, self._held, self._floors = looks, histories.held, histories.floors
        self._working = Histories(histories.facts, histories.blind, dict(histories.rows))
        # Who was told anew from before the window, since when: whatever leans on them is told anew as well.
        self._earlier: dict[str, int] = {}
        self._holds: dict[str, Hold | None] = {}

    def outcome(self, ids: Iterable[str], cursor: int) -> Outcome:
        changed: dict[str, tuple[VerdictRow, ...]] = {}
        newest: dict[str, Verdict] = {}
        changes: list[Change] = []
        for id_ in ids:
            subject, before = self._topology.subjects[id_], self._working.rows.get(id_, ())
            start = self._from(subject)
            since = max(_not_before(before, start), self._floors.get(id_, 0))
            told = self._weighed(subject, _tell(subject, self._working, (since, self._now)))
            newest[id_] = told[-1][2]
            after = rows_of(id_, before, told, (self._topology.revision, self._now))
            if after != before:
                self._working.rows[id_] = changed[id_] = after
                changes.append((before, after))
                earliest = min(start, min(_doubted(before, after), default=start))
                if earliest < self._since:
                    self._earlier[id_] = earliest
        return Outcome(noted(cursor, changes), changed, newest, self._holds)

    def _from(self, subject: Subject) -> int:
        if not self._held and not self._earlier:
            return self._since
        hold = self._held.get(subject.id)
        earlier = [self._earlier[id_] for id_ in subject.leans_on if id_ in self._earlier]
        return min((self._since, *earlier, hold.since if hold else self._since))

    def _weighed(self, subject: Subject, told: list[Telling]) -> list[Telling]:
        if self._looks is None or not subject.above:
            return told
        held = self._held.get(subject.id)
        weighed, hold = weigh(
            subject, told, (self._topology.subjects, self._working), self._looks, held, self._now
        )
        if hold != held:
            self._holds[subject.id] = hold
        return weighed


def _doubted(before: Sequence[VerdictRow], after: Sequence[VerdictRow]) -> Iterable[int]:
    """From when what leans on a subject depends on its new rows: a failure counts from the last look before it."""
    return (_reach_of(row.start, row.contrary) for row in after if row.verdict.failed and row not in before)


def _not_before(rows: Sequence[VerdictRow], since: int) -> int:
    """A subject's story does not begin earlier than its first row."""
    return max(since, rows[0].start) if rows else since


def _tell(subject: Subject, histories: Histories, window: tuple[int, int]) -> list[Telling]:
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
    for key in subject.hears:
        yield from _changes_of(histories.facts.get(key, ()))
    for id_ in subject.leans_on:
        yield from ((row.start, row.contrary) for row in histories.rows.get(id_, ()))
    # What failed above, or what it lives on, counts from the last look that saw it well (`upstream_at`).
    for id_ in (*subject.parents, *((subject.host,) if subject.host else ())):
        failed = (row.contrary for row in histories.rows.get(id_, ()) if row.verdict.failed)
        yield from ((at, at) for at in failed)
    for spells in histories.blind.values():
        for spell in spells:
            yield spell.start, spell.start
            if spell.end is not None:
                yield spell.end, spell.end


def _changes_of(spans: Sequence[FactSpan]) -> Iterable[tuple[int, int]]:
    """A fact that is unknown for another reason than before casts no doubt on when the others became what they are."""
    before: bool | None = None
    for place, span in enumerate(spans):
        still_unknown = place and span.fact.holds is None and before is None
        yield span.start, span.start if still_unknown else span.contrary
        before = span.fact.holds


def as_of(subject: Subject, histories: Histories, moment: int) -> Moment:
    """All the subject's verdict depends on at a moment."""
    rows = {id_: histories.rows.get(id_, ()) for id_ in subject.leans_on}
    exact = {id_: verdict for id_ in rows if (verdict := verdict_at(rows[id_], moment)) is not None}
    above = {id_: verdict for id_ in rows if (verdict := upstream_at(rows[id_], moment)) is not None}
    facts = {key: fact_at(histories.facts.get(key, ()), moment) for key in subject.hears}
    return Moment(facts, exact, above, blind_at(histories.blind, moment))


def rows_of(
    subject: str,
    before: Sequence[VerdictRow],
    told: Sequence[Telling],
    mark: tuple[int, int],
) -> tuple[VerdictRow, ...]:
    """The subject's current rows after the telling: old ones kept wherever they say the same."""
    told = still_excluded(before, told)
    old = {(row.start, row.verdict.identity): row for row in before}
    earlier = [(row.start, row.contrary, row.verdict) for row in before if row.start < told[0][0]]
    return tuple(
        _row(subject, old.get((span[0], span[3].identity)), span, mark) for span in _merged([*earlier, *told])
    )


def _merged(told: Sequence[Telling]) -> list[tuple[int, int | None, int, Verdict]]:
    kept: list[Telling] = []
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
