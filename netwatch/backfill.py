"""Looks that arrive after their time: what they may still change. Pure.

Late looks may only fill time that is unknown; what was known stays as it was told. They go through the same hardening
as all looks, never notify, and the intervals they replace are kept as superseded versions.
"""

from collections.abc import Iterator, Sequence

from netwatch.check import FactKey, FactSeen, Hardening
from netwatch.intervals import Span, chain
from netwatch.state import Transition, advance, begin

Known = tuple[bool | None, str]


def backfill(
    history: Sequence[Span[Known]],
    late: Sequence[tuple[int, FactSeen]],
    key: FactKey,
    rule: Hardening,
    interval: int,
) -> list[Span[Known]]:
    """The history with its unknown time filled by what late looks, by time of look, had seen.

    `history` are (holds, reason) spans in order without gap, the last possibly open. What a look saw holds at most
    one `interval` beyond the last of them.
    """
    told = _told(late, key, rule)
    if not told:
        return list(history)
    end = max(at for at, _ in late) + interval
    told[-1] = Span(told[-1].start, min(told[-1].end or end, end), told[-1].value)
    known = [span for span in told if span.value[0] is not None and span.end and span.start < span.end]
    return chain(_woven(history, known))


def _told(late: Sequence[tuple[int, FactSeen]], key: FactKey, rule: Hardening) -> list[Span[Known]]:
    ordered = sorted(late, key=lambda look: look[0])
    state = begin(key, ordered[0][0] - 1) if ordered else begin(key, 0)
    changes: list[Transition] = []
    for at, seen in ordered:
        state, change = advance(state, seen, at, rule)
        changes += [change] if change else []
    return chain((change.since, (change.holds, change.reason)) for change in changes)


def _woven(history: Sequence[Span[Known]], known: Sequence[Span[Known]]) -> Iterator[tuple[int, Known]]:
    for span in history:
        yield span.start, span.value
        if span.value[0] is None:
            yield from _filled(span, known)


def _filled(gap: Span[Known], known: Sequence[Span[Known]]) -> Iterator[tuple[int, Known]]:
    for span in known:
        start = max(span.start, gap.start)
        end = span.end if gap.end is None else min(span.end or gap.end, gap.end)
        if end is not None and start < end:
            yield start, span.value
            if end != gap.end:
                yield end, gap.value
