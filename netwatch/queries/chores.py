"""What somebody should look after although it is no incident: parts of devices that never were well. Pure.

An empty slot, a power supply without a cord, a battery that was dead when the device came: nothing broke while it was
watched, so nobody is called for it.
"""

from collections.abc import Iterator

from netwatch.check import FactKey
from netwatch.present import Present
from probes.equipment.catalogue import HARDWARE

EQUIPMENT = "snmp_equipment"
NEVER_WELL = "part_never_well"


def parts_never_well(present: Present) -> Iterator[tuple[str, str]]:
    """(device, which parts, as it tells it) of every kind of part that its looks have only ever seen at fault."""
    for id_, check in present.checks.items():
        seen = present.latest.get(id_) if check.kind == EQUIPMENT else None
        for fact in seen.facts if seen is not None else ():
            if fact.holds is False and fact.fact in HARDWARE and not fact.part:
                state = present.facts.get(FactKey(id_, "", fact.fact))
                if state is not None and state.holds is False and not state.ever:
                    yield check.target, fact.evidence
