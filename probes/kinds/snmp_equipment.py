"""SNMP equipment: what a device is and how it fares, read by the profiles of equipment (docs/profiles.md).

The device is recognised, its identity read and everything it offers found out in a survey every `survey_interval`
seconds, and at once when it says that it is another; a long survey goes on over several looks. In between only the
values that move are asked for. For each kind of part that it tells of (power supply, fan, temperature...) there is a
fact: it holds while no such part is at fault. What it does not tell of gives no fact.
"""

from collections.abc import Iterable

from pydantic import Field

from probes.contract import Metric, Params, Probe, Seen, Target
from probes.equipment.catalogue import METRICS, MetricKind
from probes.equipment.look import look_at
from probes.equipment.told import FACTS
from probes.kit import Kit


class EquipmentParams(Params):
    """How often everything is asked for anew."""

    survey_interval: float = Field(default=3600.0, ge=300, le=86400)


async def look(target: Target, params: EquipmentParams, kit: Kit) -> Seen:
    """Ask for what moves, go on with a survey that is due."""
    return await look_at(target, kit, params.survey_interval)


def _metrics() -> Iterable[Metric]:
    """All numbers of the catalogue; counters are summed with the ports, choices are texts."""
    told = (MetricKind.GAUGE, MetricKind.STATE)
    return (Metric(name, metric.says) for name, metric in METRICS.items() if metric.kind in told)


PROBE = Probe(
    name="snmp_equipment",
    params=EquipmentParams,
    look=look,
    # Given only by devices that tell of such parts: a look that could not tell says nothing of others.
    facts=(),
    part_facts=FACTS,
    metrics=tuple(_metrics()),
    interval=300.0,
    timeout=20.0,
)
