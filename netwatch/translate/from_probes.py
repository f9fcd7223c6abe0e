"""From a probe's look to an observation."""

from collections.abc import Collection
from dataclasses import dataclass
from sys import intern
from typing import TypeAlias

from netwatch.check import LOCAL, Check, FactSeen, Observation
from probes.contract import Fact, Look, Note, Probe, Reading, Sample

Facts: TypeAlias = tuple[FactSeen, ...]
Samples: TypeAlias = tuple[tuple[str, str, float], ...]
Notes: TypeAlias = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """What the last look at a check said, as it came and as it was carried over."""

    # None for a look that could not tell: even no readings are others than those.
    readings: tuple[Reading, ...] | None
    facts: Facts
    samples: Samples = ()
    notes: Notes = ()


class Carrier:
    """Makes observations of looks.

    What a look says in the same words as the look before at its check is handed on as the same objects, so that
    whoever reads it sees at a glance that nothing has changed; a probe that hands on the same readings costs nothing.
    """

    def __init__(self) -> None:
        self._said: dict[str, _Said] = {}

    def observation(
        self, check: Check, probe: Probe, look: Look, at: int, sequence: int, plan: int
    ) -> Observation:
        """One look as an observation; one that could not tell says so of the probe's whole-target facts."""
        said = self._said.get(check.id)
        if said is None or look.reason is not None or said.readings is not look.readings:
            said = self._said[check.id] = _same(said, _said(probe, look))
        return Observation(
            collector=LOCAL,
            sequence=sequence,
            plan=plan,
            check=check.id,
            at=at,
            took=round(look.took * 1_000_000),
            facts=said.facts,
            complete=look.complete,
            reason=look.reason.value if look.reason else None,
            samples=said.samples,
            notes=said.notes,
            columns=look.columns,
        )

    def keep(self, checks: Collection[str]) -> None:
        """Forget what was said of all other checks."""
        self._said = {id_: said for id_, said in self._said.items() if id_ in checks}


def observation(check: Check, probe: Probe, look: Look, at: int, sequence: int, plan: int) -> Observation:
    """The same of a single look."""
    return Carrier().observation(check, probe, look, at, sequence, plan)


def _said(probe: Probe, look: Look) -> _Said:
    if look.reason is not None:
        reason = look.reason.value
        return _Said(None, tuple(FactSeen("", name, None, reason, look.detail) for name in probe.facts))
    facts: list[FactSeen] = []
    samples: list[tuple[str, str, float]] = []
    notes: list[tuple[str, str, str]] = []
    for reading in look.readings:
        if isinstance(reading, Sample):
            samples.append((reading.part, reading.metric, reading.value))
        elif isinstance(reading, Fact):
            facts.append(_fact(reading))
        elif isinstance(reading, Note):
            notes.append(reading)
    return _Said(look.readings, tuple(facts), tuple(samples), tuple(notes))


def _fact(fact: Fact) -> FactSeen:
    """Interned: a province has half a million ports, and few words to say of them."""
    return FactSeen(
        intern(str(fact.part)),
        intern(str(fact.name)),
        fact.holds,
        fact.reason.value,
        intern(str(fact.evidence)),
    )


def _same(before: _Said | None, said: _Said) -> _Said:
    """What is said again, as the objects it was said by before."""
    if before is None:
        return said
    facts = before.facts if before.facts == said.facts else said.facts
    notes = before.notes if before.notes == said.notes else said.notes
    return _Said(said.readings, facts, said.samples, notes)
