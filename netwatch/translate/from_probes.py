"""From a probe's look to an observation."""

from netwatch.check import LOCAL, Check, FactSeen, Observation
from probes.contract import Fact, Look, Note, Probe, Reading, Sample


def observation(check: Check, probe: Probe, look: Look, at: int, sequence: int, plan: int) -> Observation:
    """One look at one check as an observation; a look that could not tell says so of the probe's whole-target facts."""
    return Observation(
        collector=LOCAL,
        sequence=sequence,
        plan=plan,
        check=check.id,
        at=at,
        took=round(look.took * 1_000_000),
        facts=_facts(probe, look),
        complete=look.complete,
        reason=str(look.reason) if look.reason else None,
        samples=tuple((r.part, r.metric, r.value) for r in look.readings if isinstance(r, Sample)),
        notes=tuple((r.part, r.name, r.value) for r in look.readings if isinstance(r, Note)),
        columns=look.columns,
    )


def _facts(probe: Probe, look: Look) -> tuple[FactSeen, ...]:
    if look.reason is not None:
        return tuple(FactSeen("", name, None, str(look.reason), look.detail) for name in probe.facts)
    return tuple(_fact(reading) for reading in _only_facts(look.readings))


def _only_facts(readings: tuple[Reading, ...]) -> list[Fact]:
    return [reading for reading in readings if isinstance(reading, Fact)]


def _fact(fact: Fact) -> FactSeen:
    return FactSeen(fact.part, fact.name, fact.holds, str(fact.reason), fact.evidence)
