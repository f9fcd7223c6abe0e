"""Arithmetic of half-open intervals [start, end) in microseconds; `end` None means still open. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Span(Generic[Value]):
    """A value that held from `start` until `end` (excluded), or still holds."""

    start: int
    end: int | None
    value: Value

    def covers(self, at: int) -> bool:
        """Whether the moment lies within."""
        return self.start <= at and (self.end is None or at < self.end)


def at(spans: Sequence[Span[Value]], moment: int) -> Value | None:
    """The value at a moment, None outside all spans. `spans` are in order and do not overlap."""
    return next((span.value for span in reversed(spans) if span.covers(moment)), None)


def chain(starts: Iterable[tuple[int, Value]]) -> list[Span[Value]]:
    """Spans from (start, value) in order of start: each ends where the next begins, equal neighbours are one.

    Of several values with one start the last holds.
    """
    spans: list[Span[Value]] = []
    for start, value in starts:
        if spans and spans[-1].start == start:
            spans.pop()
        if spans and spans[-1].value == value:
            spans[-1] = Span(spans[-1].start, None, value)
            continue
        if spans:
            spans[-1] = Span(spans[-1].start, start, spans[-1].value)
        spans.append(Span(start, None, value))
    return spans


def until(spans: Sequence[Span[Value]], end: int) -> list[Span[Value]]:
    """The part of a history before `end`."""
    return [
        Span(span.start, end if span.end is None or span.end > end else span.end, span.value)
        for span in spans
        if span.start < end
    ]
