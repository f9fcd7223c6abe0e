"""Time by class that goes on being counted: what is over is added up once, only the newest row is counted anew. Pure.

Gives what `account` gives at any moment, in seconds by class alone and with every outage counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from netwatch.availability.arithmetic import disjoint, in_classes, measured, tally
from netwatch.availability.contract import Class, Exclusion, Period, Table
from netwatch.availability.outages import NEVER
from netwatch.verdict import Kind

CLASSES = tuple(Class)
Spent = tuple[int, ...]


class Row(Protocol):
    """A current verdict row, as far as its time is counted."""

    @property
    def start(self) -> int:
        """When it begins."""

    @property
    def end(self) -> int | None:
        """When it ended; None while it goes on."""

    @property
    def kind(self) -> Kind:
        """The verdict."""

    @property
    def cause(self) -> str:
        """Its root cause."""

    @property
    def excluded(self) -> str:
        """Why it does not count, '' that it does."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A subject in a period: time by class (in the order of `CLASSES`) up to `since`, and what goes on from then.

    `cuts` is what is excluded of the whole period.
    """

    period: Period
    since: int
    spent: Spent
    goes_on: Class
    cuts: tuple[Exclusion, ...]

    def at(self, now: int) -> Spent:
        """The time by class up to a moment that is not before `since`, microseconds."""
        until = max(self.since, min(self.period.end, now))
        length = until - self.since
        if not length:
            return self.spent
        counts = measured([(self.since, until)], self.cuts, (self.since, until)) if self.cuts else length
        grown = {self.goes_on: counts}
        grown[Class.EXCLUDED] = grown.get(Class.EXCLUDED, 0) + length - counts
        return tuple(
            before + grown.get(class_, 0) for before, class_ in zip(self.spent, CLASSES, strict=True)
        )


def standing(rows: Sequence[Row], exclusions: Iterable[Exclusion], period: Period, table: Table) -> Standing:
    """Add up a subject's rows, which are in order of start and reach from before the period to the newest."""
    own = (
        Exclusion(row.start, NEVER if row.end is None else row.end, row.excluded)
        for row in rows
        if row.excluded
    )
    cuts = tuple(disjoint([*exclusions, *own], period.start, period.end))
    newest = rows[-1] if rows else None
    changed = 0 if newest is None else newest.start if newest.end is None else newest.end
    since = max(period.start, min(period.end, changed))
    pieces = ((row.start, row.end, table.class_of(row.kind, row.cause), "") for row in rows)
    spent = in_classes(tally(pieces, disjoint(cuts, period.start, since), period.start, since))
    goes_on = (
        table.class_of(newest.kind, newest.cause)
        if newest is not None and newest.end is None
        else Class.UNKNOWN
    )
    return Standing(period, since, tuple(spent[class_] for class_ in CLASSES), goes_on, cuts)
