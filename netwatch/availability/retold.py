"""What stored verdict rows say otherwise than they did when the newest of them had a certain number. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from netwatch.store.contract import VerdictRow
from netwatch.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Retold:
    """The time [start, end) of which another verdict was told, or another moment it had begun after; None is no row.

    `recorded_at` is when what holds now was written down, 0 when nothing holds.
    """

    start: int
    end: int
    before: Verdict | None
    after: Verdict | None
    recorded_at: int

    @property
    def excluded(self) -> bool:
        """Whether time was taken out of the figures, or put back, and nothing else changed."""
        if self.before is None or self.after is None:
            return False
        counts = replace(self.before, excluded="").identity == replace(self.after, excluded="").identity
        return counts and self.before.excluded != self.after.excluded


def retold(rows: Iterable[VerdictRow], last: int, span: tuple[int, int]) -> list[Retold]:
    """What of a subject's time in [start, end) is told otherwise by rows numbered beyond `last`.

    `rows` are all its rows that overlap the span, superseded ones too.
    """
    every = sorted(rows, key=lambda row: row.start)
    then = [
        row for row in every if row.id <= last and (row.superseded_by is None or row.superseded_by > last)
    ]
    now = [row for row in every if row.superseded_by is None]
    if then == now:
        return []
    edges = {edge for row in (*then, *now) for edge in (row.start, row.end) if edge is not None}
    moments = sorted({*span, *(edge for edge in edges if span[0] < edge < span[1])})
    found: list[Retold] = []
    spans = zip(pairwise(moments), _at(then, moments), _at(now, moments), strict=False)
    for (start, end), old, new in spans:
        if _says(old) == _says(new):
            continue
        recorded_at = new.recorded_at if new is not None else 0
        piece = Retold(start, end, _verdict(old), _verdict(new), recorded_at)
        if found and replace(found[-1], end=end) == replace(piece, start=found[-1].start):
            found[-1] = replace(found[-1], end=end)
        else:
            found.append(piece)
    return found


def _at(rows: Sequence[VerdictRow], moments: Iterable[int]) -> Iterator[VerdictRow | None]:
    """The row that covers each of some moments in order, of rows that do not overlap."""
    place = 0
    for moment in moments:
        while place < len(rows) and (rows[place].end or moment + 1) <= moment:
            place += 1
        row = rows[place] if place < len(rows) else None
        yield row if row is not None and row.start <= moment else None


def _verdict(row: VerdictRow | None) -> Verdict | None:
    return None if row is None else row.verdict


def _says(row: VerdictRow | None) -> tuple[object, ...]:
    return () if row is None else (row.verdict.identity, row.verdict.evidence, row.contrary)
