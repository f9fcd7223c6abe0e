"""Observations on their way from a worker: what is the same as in the check's last look is sent only once. Pure.

Facts, notes and the names of parts seldom change, and probes hand on the same objects while they do not. The sender
writes 0 in place of such an object, and the receiver puts in the object it made of the former: what is the same
object in a worker is the same object in the daemon.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any, TypeAlias

from netwatch.check import FactSeen, Observation
from probes.contract import Columns

SAME = 0
Facts: TypeAlias = tuple[FactSeen, ...]
Notes: TypeAlias = tuple[tuple[str, str, str], ...]
Parts: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class _Last:
    """What the check's last observation carried."""

    facts: Facts = ()
    notes: Notes = ()
    parts: Parts = ()


class Sender:
    """Makes JSON of observations, one after the other, for one `Receiver`."""

    def __init__(self) -> None:
        self._last: dict[str, _Last] = {}

    def forget(self) -> None:
        """Send the next observation of each check whole; the receiver must forget at the same place of the stream."""
        self._last.clear()

    def pack(self, seen: Observation) -> list[Any]:
        """One observation as values of JSON."""
        last = self._last.setdefault(seen.check, _Last())
        facts = SAME if seen.facts is last.facts else [_fact(fact) for fact in seen.facts]
        notes = SAME if seen.notes is last.notes else seen.notes
        columns = [_columns(each, last.parts, place) for place, each in enumerate(seen.columns)]
        last.facts, last.notes, last.parts = seen.facts, seen.notes, _parts(seen)
        head = seen.collector, seen.sequence, seen.plan, seen.check, seen.at, seen.took
        return [*head, facts, seen.complete, seen.reason, seen.vantage, seen.samples, notes, columns]


class Receiver:
    """Makes observations of what one `Sender` has packed, in its order."""

    def __init__(self) -> None:
        self._last: dict[str, _Last] = {}

    def forget(self) -> None:
        """The sender has forgotten what it sent."""
        self._last.clear()

    def unpack(self, content: Sequence[Any]) -> Observation:
        """One observation; raises ValueError, TypeError, LookupError when it is none."""
        collector, sequence, plan, check, at, took, *rest = content
        facts, complete, reason, vantage, samples, notes, columns = rest
        last = self._last.setdefault(check, _Last())
        last.facts = last.facts if facts == SAME else tuple(_fact_seen(*fact) for fact in facts)
        last.notes = last.notes if notes == SAME else tuple(tuple(note) for note in notes)
        last.parts = tuple(_names(each, last.parts, place) for place, each in enumerate(columns))
        told = zip(last.parts, columns, strict=True)
        return Observation(
            collector=collector,
            sequence=sequence,
            plan=plan,
            check=check,
            at=at,
            took=took,
            facts=last.facts,
            complete=complete,
            reason=reason,
            vantage=vantage,
            samples=tuple((part, metric, value) for part, metric, value in samples),
            notes=last.notes,
            columns=tuple(Columns(parts, _values(values)) for parts, (_, values) in told),
        )


def _fact(fact: FactSeen) -> list[Any]:
    return [fact.part, fact.fact, fact.holds, fact.reason, fact.evidence]


def _fact_seen(part: str, fact: str, holds: bool | None, reason: str, evidence: str) -> FactSeen:
    """Interned as those of our own looks are: there are half a million ports, and few words to say of them."""
    return FactSeen(intern(part), intern(fact), holds, intern(reason), intern(evidence))


def _parts(seen: Observation) -> Parts:
    return tuple(each.parts for each in seen.columns)


def _columns(columns: Columns, before: Parts, place: int) -> list[Any]:
    same = place < len(before) and before[place] is columns.parts
    values = {metric: [_typecode(column), list(column)] for metric, column in columns.values.items()}
    return [SAME if same else columns.parts, values]


def _typecode(column: Sequence[float | None]) -> str:
    return column.typecode if isinstance(column, array) else ""


def _names(columns: Sequence[Any], before: Parts, place: int) -> tuple[str, ...]:
    return before[place] if columns[0] == SAME else tuple(columns[0])


def _values(values: dict[str, Any]) -> dict[str, Sequence[float | None]]:
    return {
        metric: array(typecode, column) if typecode else column
        for metric, (typecode, column) in values.items()
    }
