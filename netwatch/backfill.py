"""Looks that arrive after their time: what they may still change. Pure.

Late looks may only fill time that is unknown; what was known stays as it was told. They go through the same hardening
as all looks, never notify, and the intervals they replace are kept as superseded versions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from netwatch.check import Check, FactKey, FactSeen
from netwatch.clock import DAY
from netwatch.state import GONE, LATCHED, NOT_YET_MEASURED, FactState, Transition, advance, begin, expire
from netwatch.store.contract import FactRow

Look = tuple[int, FactSeen]

# Older looks are not taken: a collector whose clock is wrong must not make us read all there is.
OLDEST = 31 * DAY
# Late looks set aside at most; while the database takes no commit they wait in memory.
MOST = 500_000
# Looks of a fact that stay when they were used, and of how many facts: a run of looks may come in several batches.
TAIL, TAILS = 8, 20_000


@dataclass(frozen=True, slots=True)
class Late:
    """Late looks at one fact in order of time; what they tell ends before `until`, where looks in time go on.

    `failed` is when the fact had last begun to fail, as far as looks in time have told.
    """

    looks: tuple[Look, ...]
    until: int
    failed: int = 0


class LateLooks:
    """Late looks set aside by fact until they were used; `lost` counts those for which there was no room."""

    def __init__(self) -> None:
        self.lost = 0
        self._new: dict[FactKey, dict[int, FactSeen]] = {}
        self._tails: dict[FactKey, tuple[Look, ...]] = {}
        self._count = 0

    def add(self, key: FactKey, at: int, seen: FactSeen) -> None:
        """Set a look aside; one delivered twice is one."""
        if self._count >= MOST:
            self.lost += 1
            return
        looks = self._new.setdefault(key, {})
        self._count += at not in looks
        looks[at] = seen

    def waiting(self) -> dict[FactKey, tuple[Look, ...]]:
        """What is to be used, by fact and in order of time, after the last looks used before."""
        return {
            key: tuple(sorted({**dict(self._tails.get(key, ())), **looks}.items(), key=lambda look: look[0]))
            for key, looks in self._new.items()
        }

    def used(self, looks: Mapping[FactKey, Sequence[Look]]) -> None:
        """These have been used; looks that came in meanwhile wait for the next time."""
        for key, those in looks.items():
            for at, _ in those:
                self._forget(key, at)
            self._tails.pop(key, None)
            self._tails[key] = tuple(those[-TAIL:])
        for key in list(self._tails)[:-TAILS]:
            del self._tails[key]

    def _forget(self, key: FactKey, at: int) -> None:
        looks = self._new.get(key, {})
        self._count -= looks.pop(at, None) is not None
        if not looks:
            self._new.pop(key, None)


def backfill(history: Sequence[FactRow], late: Late, key: FactKey, check: Check) -> list[FactRow]:
    """The history with its unknown time filled by what late looks had seen; new rows have sequence 0."""
    return weave(history, tell(late, key, check))


def tell(late: Late, key: FactKey, check: Check) -> list[FactRow]:
    """What late looks tell of a fact by themselves: closed intervals of what was known, in order, sequence 0.

    What a look saw holds one interval of the check beyond it, if no other look followed in time.
    """
    state, changes = begin(key, 0), list[Transition]()
    for at, seen in late.looks:
        if not state.failed and at > late.failed:
            state = replace(state, failed=late.failed)
        state, silence = expire(state, at, check)
        state, change = advance(state, seen, at, check.rule(key.fact))
        changes += [step for step in (silence, change) if step]
    ends = [after.since for _, after in pairwise(changes)] + [_end(state, check)]
    told = [
        FactRow(0, change, change.since, min(end, late.until))
        for change, end in zip(changes, ends, strict=False)
    ]
    return [row for row in told if row.transition.holds is not None and row.start < (row.end or 0)]


def _end(state: FactState, check: Check) -> int:
    """Where the last look's word ends; looks at the end that say otherwise are not decided yet."""
    undecided = list(takewhile(lambda vote: not vote.same(state.holds, state.reason), reversed(state.votes)))
    return undecided[-1].at if undecided else state.watermark + check.interval


def last_failure(rows: Sequence[FactRow]) -> tuple[int, bool | None]:
    """When a fact last began to fail by its stored rows in order (0: never), and what was last known of it."""
    failed, known, gap = 0, None, False
    for row in rows:
        told = row.transition
        if told.holds is None:
            gap = True
            continue
        goes_on = gap and known is False and failed
        if told.holds is False and told.reason != LATCHED and not goes_on:
            failed = row.start
        known, gap = told.holds, False
    return failed, known


def weave(history: Sequence[FactRow], fills: Sequence[FactRow]) -> list[FactRow]:
    """The rows of one fact with their unknown time replaced where `fills` (in order, closed) know better.

    `history` are its current rows in order without gap, from the first fill on. Rows that nothing fills are returned
    as they are; the others are replaced by rows of sequence 0. Known time stays as it is, and so does the time when
    the part was gone: that is no lack of looks.
    """
    if not fills:
        return list(history)
    rows = [*_before_the_first(history, fills[0]), *history]
    return [piece for row in rows for piece in (_filled(row, fills) if _is_gap(row) else (row,))]


def _is_gap(row: FactRow) -> bool:
    return row.transition.holds is None and row.transition.reason != GONE


def _before_the_first(history: Sequence[FactRow], fill: FactRow) -> list[FactRow]:
    """The time since the first fill when nothing was stored of the fact yet."""
    start = fill.start
    if history and history[0].start <= start:
        return []
    unmeasured = Transition(fill.transition.key, None, None, start, start, start, NOT_YET_MEASURED)
    return [FactRow(0, unmeasured, start, history[0].start if history else None)]


def _filled(gap: FactRow, fills: Sequence[FactRow]) -> Iterator[FactRow]:
    inside = [piece for fill in fills if (piece := _within(gap, fill))]
    if not inside:
        yield gap
        return
    at, before = gap.start, replace(gap.transition, holds=gap.transition.was)
    for piece in inside:
        if at < piece.start:
            before = _still_unknown(gap, before, at)
            yield FactRow(0, before, at, piece.start)
        before = replace(piece.transition, was=before.holds, ever=piece.transition.ever or before.ever)
        yield replace(piece, transition=before)
        at = piece.end or piece.start
    if gap.end is None or at < gap.end:
        yield FactRow(0, _still_unknown(gap, before, at), at, gap.end)


def _within(gap: FactRow, fill: FactRow) -> FactRow | None:
    start, end = max(gap.start, fill.start), fill.end or fill.start
    end = end if gap.end is None else min(end, gap.end)
    if start >= end:
        return None
    contrary = min(max(fill.transition.contrary, gap.start), start)
    return FactRow(0, replace(fill.transition, since=start, contrary=contrary), start, end)


def _still_unknown(gap: FactRow, before: Transition, at: int) -> Transition:
    if at == gap.start:
        return gap.transition
    return replace(gap.transition, was=before.holds, since=at, contrary=at, ever=before.ever)
