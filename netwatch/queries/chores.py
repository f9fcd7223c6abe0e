"""What somebody should look after although it is no incident: what never was well since it is watched. Pure.

An empty slot, a power supply without a cord, a battery that was dead when the device came, an endpoint that never was
registered, a certificate that had expired already: nothing broke while it was watched, so nobody is called for it.
"""

from collections.abc import Iterator

from netwatch.check import FactKey
from netwatch.clock import DAY, SECOND
from netwatch.present import Present
from netwatch.verdict import AVAILABLE, HEALTHY, INSPECTIONS, REGISTERED, SERVING, SIGNALLING, Kind
from probes.equipment.catalogue import HARDWARE, REGISTRATION
from probes.inspection import NAMES
from probes.serving import CERTIFICATE_VALID, USABLE

EQUIPMENT = "snmp_equipment"
# What is offered to people and never was well: an account that nobody made, a protocol that is switched off, a camera
# without picture, a certificate that had expired before anybody looked.
OFFERED = frozenset(
    {REGISTRATION, REGISTERED, AVAILABLE, HEALTHY, SERVING, SIGNALLING, USABLE, CERTIFICATE_VALID}
)
NEVER_WELL = "part_never_well"
TO_INSPECT = "inspection_wanted"


def parts_never_well(present: Present) -> Iterator[tuple[str, str]]:
    """(device, which parts, as it tells it) of every kind of part that its looks have only ever seen at fault."""
    for id_, check in present.checks.items():
        seen = present.latest.get(id_) if check.kind == EQUIPMENT else None
        for fact in seen.facts if seen is not None else ():
            if fact.holds is False and fact.fact in HARDWARE and not fact.part:
                state = present.facts.get(FactKey(id_, "", fact.fact))
                if state is not None and state.holds is False and not state.ever:
                    yield check.target, fact.evidence
    yield from _offered(present)


def inspections_wanted(present: Present) -> Iterator[tuple[str, str]]:
    """(surge protector, why) of inspections that are no incident.

    They are due soon, or were wanted when watching began, or what else is known of the protector has to be mended
    first.
    """
    for id_, subject in present.subjects.items():
        keys = [key for key in subject.limits if key.fact in NAMES]
        judged = present.judged.get(id_) if keys else None
        if judged is None or judged.verdict.reason in INSPECTIONS:
            continue
        wanting = [
            fact for key in keys if (fact := present.facts.get(key)) is not None and fact.holds is False
        ]
        due = present.checks.get(keys[0].check)
        if wanting:
            yield id_, wanting[0].evidence
        elif due is not None and _soon(due.params.get("due"), present):
            yield id_, str(due.params["due_on"])


def _soon(due: object, present: Present) -> bool:
    return isinstance(due, int) and due * SECOND - present.at <= present.soon_days * DAY


def _offered(present: Present) -> Iterator[tuple[str, str]]:
    """The same of endpoints, cameras and services; one about which nothing is known stands on the list by that."""
    for id_, subject in present.subjects.items():
        keys = [key for key in subject.facts if key.fact in OFFERED]
        judged = present.judged.get(id_) if keys else None
        if judged is not None and judged.verdict.kind is not Kind.UNKNOWN:
            yield from ((id_, _said(present, key)) for key in keys if _never(present, key))


def _never(present: Present, key: FactKey) -> bool:
    state = present.facts.get(key)
    return state is not None and state.holds is False and not state.ever


def _said(present: Present, key: FactKey) -> str:
    """What the look said of a fact, which protocol it spoke first."""
    seen, check = present.latest.get(key.check), present.checks.get(key.check)
    told = (fact for fact in (seen.facts if seen else ()) if fact.fact == key.fact and not fact.part)
    fact = next(told, None)
    spoken = check.instance or check.kind if check else ""
    words = "" if fact is None else fact.evidence or fact.reason
    return ": ".join(filter(None, (spoken, words)))
