"""Time taken out of the figures afterwards stays out, however often it is told anew. Pure.

A person excludes a stretch of stored time (`netwatch.incidents.reclassify`); telling the past anew knows nothing of
that, so what stored rows exclude is laid over whatever is told.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from netwatch.store.contract import VerdictRow
from netwatch.verdict import Verdict

# (start, contrary, verdict); the next one ends it, the last goes on.
Told: TypeAlias = tuple[int, int, Verdict]


def still_excluded(before: Sequence[VerdictRow], told: Sequence[Told]) -> Sequence[Told]:
    """What is told, with the time excluded that the rows `before` exclude, and no other."""
    excluded = [row for row in before if row.verdict.excluded]
    if not excluded:
        return told
    start = told[0][0]
    edges = {edge for row in excluded for edge in (row.start, row.end) if edge is not None and edge > start}
    moments = sorted(edges | {at for at, _, _ in told})
    return [_laid_over(moment, told, excluded) for moment in moments]


def _laid_over(moment: int, told: Sequence[Told], excluded: Sequence[VerdictRow]) -> Told:
    _, contrary, verdict = next(each for each in reversed(told) if each[0] <= moment)
    why = next((row.verdict.excluded for row in excluded if _covers(row, moment)), "")
    return moment, contrary, replace(verdict, excluded=why)


def _covers(row: VerdictRow, moment: int) -> bool:
    return row.start <= moment and (row.end is None or moment < row.end)
