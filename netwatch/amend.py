"""What late looks change in what was told: the facts' unknown time, and the verdicts that follow from it. Pure.

A verdict is changed only at moments where the late looks make a difference: told from the facts as they stood and from
the facts as they are now, it comes out differently. Everywhere else the stored verdict stays, whatever topology or
vantage health it was judged by then.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from netwatch.backfill import Late, Look, tell, weave
from netwatch.check import FactKey
from netwatch.derive import derive
from netwatch.histories import FactSpan, Histories, blind_at, span_of, verdict_at
from netwatch.judge import Change, Outcome, as_of, noted, recent, rows_of, turns
from netwatch.plan import Plan
from netwatch.recorder import REACHABLE
from netwatch.state import VANTAGE
from netwatch.store.contract import FactRow, VerdictRow
from netwatch.topology import Topology
from netwatch.verdict import Subject, Verdict

Facts = Mapping[FactKey, Sequence[FactRow]]


@dataclass(frozen=True, slots=True)
class Amended:
    """What late looks make of stored facts: `fills` (closed intervals of what is known now) and the rows of the keys
    they change, `before` and `after`.
    """

    fills: tuple[FactRow, ...]
    before: Facts
    after: Facts


def anchor_keys(plan: Plan, vantages: Iterable[str]) -> list[FactKey]:
    """The facts that tell whether these vantages could see."""
    return [FactKey(id_, "", REACHABLE, vantage) for id_ in sorted(plan.anchors) for vantage in vantages]


def amended(late: Mapping[FactKey, Late], stored: Facts, plan: Plan, histories: Histories) -> Amended:
    """What the looks change; `stored` are the rows of their keys and of `anchor_keys`, from the first look on.

    Anchors come first: what others' looks failed to see while all anchors of their vantage failed is unknown.
    """
    facts, told = dict(stored), dict[FactKey, list[FactRow]]()
    for key in sorted(late, key=lambda key: key.check not in plan.anchors):
        check, looks = plan.checks[key.check], late[key]
        if not check.anchor:
            looks = _unblinded(looks, key, facts, plan, histories)
        told[key] = tell(looks, key, check)
        facts[key] = weave(stored.get(key, ()), told[key])
    changed = [key for key in told if list(facts[key]) != list(stored.get(key, ()))]
    return Amended(
        fills=tuple(fill for key in changed for fill in told[key]),
        before={key: stored.get(key, ()) for key in changed},
        after={key: facts[key] for key in changed},
    )


def _unblinded(late: Late, key: FactKey, facts: Facts, plan: Plan, histories: Histories) -> Late:
    anchors = [facts.get(anchor, ()) for anchor in anchor_keys(plan, (key.vantage,))]
    anchors = [rows for rows in anchors if rows]
    own = [row for row in facts.get(key, ()) if row.transition.reason == VANTAGE]

    def blind(at: int) -> bool:
        spells = key.vantage in blind_at(histories.blind, at) or any(
            _covers(row, row.start, at) for row in own
        )
        return spells or (bool(anchors) and all(_failing(rows, at) for rows in anchors))

    looks = tuple(
        (at, replace(seen, holds=None, reason=VANTAGE) if seen.holds is False and blind(at) else seen)
        for at, seen in late.looks
    )
    return replace(late, looks=looks)


def _failing(rows: Sequence[FactRow], at: int) -> bool:
    """Whether an anchor had failed; the failure counts from the last look that saw it well."""
    return any(row.transition.holds is False and _covers(row, row.transition.contrary, at) for row in rows)


def _covers(row: FactRow, start: int, at: int) -> bool:
    return start <= at and (row.end is None or at < row.end)


def spans(rows: Sequence[FactRow], looks: Sequence[Look] = ()) -> tuple[FactSpan, ...]:
    """A fact's rows as the judge reads them; late looks that said otherwise narrow down when each change was."""
    return tuple(_narrowed(span_of(row), looks) for row in rows)


def _narrowed(span: FactSpan, looks: Sequence[Look]) -> FactSpan:
    otherwise = (at for at, seen in looks if at < span.start and seen.holds is (not span.fact.holds))
    contrary = max(otherwise, default=span.contrary)
    return replace(span, contrary=max(span.contrary, contrary)) if span.fact.holds is not None else span


def retell(
    topology: Topology,
    before: Histories,
    changed: Mapping[FactKey, tuple[FactSpan, ...]],
    start: int,
    now: int,
) -> Outcome:
    """The verdicts from `start` on with these facts changed.

    `before` are the histories from `start` on as they are stored: of every fact of the subjects `changed` touches,
    and verdict rows of those and of what they lean on.
    """
    after = Histories({**before.facts, **changed}, before.blind, dict(before.rows))
    changes, rows = list[Change](), dict[str, tuple[VerdictRow, ...]]()
    for id_ in topology.touched(changed):
        subject, stood = topology.subjects[id_], going_on(before.rows.get(id_, ()))
        if not stood or not _concerned(subject, changed.keys(), rows.keys()):
            continue
        told = _told(subject, (before, after), stood, (max(start, stood[0].start), now))
        became = _as_versions(rows_of(id_, stood, told, (topology.revision, now)), stood, now)
        if became != stood:
            after.rows[id_] = rows[id_] = became
            changes.append((stood, became))
    return Outcome(noted(0, changes), {id_: recent(told, now) for id_, told in rows.items()}, {})


def _concerned(subject: Subject, facts: AbstractSet[FactKey], ids: AbstractSet[str]) -> bool:
    return not facts.isdisjoint(subject.hears) or not ids.isdisjoint(subject.leans_on)


def going_on(rows: Sequence[VerdictRow]) -> tuple[VerdictRow, ...]:
    """A subject's rows since it was last taken up, none when it is retired."""
    if not rows or rows[-1].end is not None:
        return ()
    gaps = [place for place in range(1, len(rows)) if rows[place - 1].end != rows[place].start]
    return tuple(rows[max(gaps, default=0) :])


def _told(
    subject: Subject,
    histories: tuple[Histories, Histories],
    stood: Sequence[VerdictRow],
    window: tuple[int, int],
) -> list[tuple[int, int, Verdict]]:
    before, after = histories
    starts = {row.start: row.contrary for row in stood if window[0] <= row.start <= window[1]}
    moments = {**starts, **dict(turns(subject, before, window)), **dict(turns(subject, after, window))}
    told = []
    for at in sorted(moments):
        was, became = (derive(subject, as_of(subject, history, at)) for history in histories)
        if became.identity != was.identity:
            told.append((at, moments[at], became))
        else:
            told.append((at, starts.get(at, moments[at]), verdict_at(stood, at) or became))
    return told


def _as_versions(rows: Sequence[VerdictRow], stood: Sequence[VerdictRow], now: int) -> tuple[VerdictRow, ...]:
    """A row that would only end differently becomes a version of its own: what was told stays to be read."""
    kept = set(stood)
    return tuple(row if row in kept else replace(row, id=0, recorded_at=now) for row in rows)
