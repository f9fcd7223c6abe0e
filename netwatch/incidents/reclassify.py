"""Stored time taken out of the figures afterwards, or put back: new verdict rows beside the old ones. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from netwatch.histories import RETELL
from netwatch.store.contract import Judgement, VerdictRow

Span = tuple[int, int]


def exclusion(reason: str, author: str) -> str:
    """What `Verdict.excluded` holds of time that was maintenance."""
    return f"maintenance: {reason} ({author})"


def too_recent(end: int, now: int) -> int | None:
    """From when on time up to `end` may be reclassified; None when it may be now.

    The last hour may still be told anew by what is being looked at.
    """
    possible = end + RETELL
    return possible if possible > now else None


def reclassify(rows: Iterable[VerdictRow], span: Span, excluded: str, at: int) -> Judgement:
    """The judgement by which the time of `span` counts as `excluded` says ('' is: counts), recorded `at`.

    `rows` are current rows of the subjects concerned that overlap or touch [start, end). Rows are cut at its edges;
    what then says the same side by side becomes one row. Applied to its own result it changes nothing.
    """
    chains: dict[str, list[VerdictRow]] = {}
    for row in sorted(rows, key=lambda row: row.start):
        chains.setdefault(row.subject, []).append(row)
    add: list[VerdictRow] = []
    supersede: list[int] = []
    for chain in chains.values():
        after = _joined([piece for row in chain for piece in _pieces(row, span, excluded, at)], at)
        kept = {row.id for row in after}
        supersede += [row.id for row in chain if row.id not in kept]
        add += [row for row in after if not row.id]
    return Judgement(0, add=tuple(add), supersede=tuple(supersede))


def _pieces(row: VerdictRow, span: Span, excluded: str, at: int) -> list[VerdictRow]:
    """The row, or what it becomes: before, within and after the span."""
    start, end = max(row.start, span[0]), span[1] if row.end is None else min(row.end, span[1])
    if start >= end or row.verdict.excluded == excluded:
        return [row]
    new = replace(row, id=0, recorded_at=at)
    within = replace(new, start=start, end=end, verdict=replace(row.verdict, excluded=excluded))
    before = [replace(new, end=start)] if row.start < start else []
    after = [replace(new, start=end)] if row.end is None or end < row.end else []
    return [*before, within, *after]


def _joined(pieces: Sequence[VerdictRow], at: int) -> list[VerdictRow]:
    joined: list[VerdictRow] = []
    for piece in pieces:
        if joined and _same(joined[-1], piece):
            joined[-1] = replace(joined[-1], id=0, end=piece.end, recorded_at=at)
        else:
            joined.append(piece)
    return joined


def _same(earlier: VerdictRow, later: VerdictRow) -> bool:
    """Whether two rows side by side are one, of which at least one is new."""
    touch = earlier.end == later.start and not (earlier.id and later.id)
    return touch and earlier.verdict.identity == later.verdict.identity
