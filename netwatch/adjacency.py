"""Where what LLDP and CDP tell of the wiring contradicts the uplinks that the inventory declares. Pure; advice only.

Verdicts follow the inventory; why, is told in docs/decisions/.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from inventory.snapshot import Device, Inventory
from netwatch.check import Check, Observation
from netwatch.discovery.contract import Place
from netwatch.discovery.neighbours import Directory
from netwatch.present import Present
from probes.equipment.neighbours import Neighbour
from probes.equipment.told import NEIGHBOUR
from probes.part import spoken_name

EQUIPMENT, SYSTEM, SYSTEM_NAME = "snmp_equipment", "snmp_system", "sysName"
# How the note of a neighbour is written (probes.equipment.told): its name, its port, its address or chassis.
_PARTED_BY, _WORDS = " | ", 3


class Sight(NamedTuple):
    """A device of the inventory that another one sees at its port."""

    port: str
    device: str


@dataclass(frozen=True, slots=True)
class Advice:
    """A device whose uplinks look wrong: `declared` are those that it does not see although they can be seen, `seen`
    the neighbours that no declared uplink explains. Without `declared` it has no uplink at all.
    """

    device: str
    declared: tuple[str, ...]
    seen: tuple[Sight, ...]

    @property
    def words(self) -> str:
        """The same in a few signs, alike in every language."""
        seen = ", ".join(f"{sight.device} ({sight.port})" for sight in self.seen)
        return f"{', '.join(self.declared) or '—'} ≠ {seen}"


def sights(
    inventory: Inventory, checks: Mapping[str, Check], latest: Mapping[str, Observation]
) -> Mapping[str, tuple[Sight, ...]]:
    """Whom every device sees, as far as those are of the inventory; by device. Strangers and doubtful names are left
    out.
    """
    devices: Mapping[str, Device] = inventory.of("device")
    names: dict[str, str] = {}
    told: list[tuple[Device, Neighbour]] = []
    for id_, check in checks.items():
        seen = latest.get(id_) if check.kind in (EQUIPMENT, SYSTEM) else None
        device = devices.get(check.target) if seen is not None else None
        for part, name, text in seen.notes if seen is not None and device is not None else ():
            if name == SYSTEM_NAME and device is not None:
                names[device.id] = text
            elif name == NEIGHBOUR and device is not None:
                told.append((device, _neighbour(part, text)))
    directory = _directory(devices, names) if told else Directory()
    found: dict[str, dict[Sight, None]] = defaultdict(dict)
    for device, neighbour in told:
        whom = directory.whom(neighbour, device.routing_domain)
        if whom and whom != device.id:
            found[device.id][Sight(neighbour.local, whom)] = None
    return {id_: tuple(each) for id_, each in found.items()}


def wiring(present: Present) -> tuple[Advice, ...]:
    """What looks wrong at this moment."""
    return tuple(advices(present.inventory, sights(present.inventory, present.checks, present.latest)))


# Pages ask again and again, and devices say the same for months.
@lru_cache(maxsize=65_536)
def _neighbour(part: str, text: str) -> Neighbour:
    name, port, where = [*text.split(_PARTED_BY, _WORDS - 1), "", ""][:_WORDS]
    return Neighbour("", spoken_name(part), name, where, port, "", "", where)


def _directory(devices: Mapping[str, Device], names: Mapping[str, str]) -> Directory:
    directory = Directory()
    for device in devices.values():
        places = [Place(device.routing_domain, device.address)] if device.address else []
        directory.add(device.id, places=places, names={device.id, device.name, names.get(device.id, "")})
    return directory


def advices(inventory: Inventory, seen: Mapping[str, tuple[Sight, ...]]) -> Iterator[Advice]:
    """What looks wrong, device by device.

    An uplink that no neighbour protocol ever shows (it may not speak any, or a plain switch may stand between) is no
    contradiction, nor is a neighbour that is declared to hang below.
    """
    adjacent = {frozenset((id_, sight.device)) for id_, each in seen.items() for sight in each}
    visible = {id_ for pair in adjacent for id_ in pair}
    above = _above(inventory)
    for device in inventory.of("device").values():
        unexplained = tuple(
            sight
            for sight in seen.get(device.id, ())
            if sight.device not in above[device.id] and device.id not in above[sight.device]
        )
        missed = tuple(
            id_ for id_ in device.uplinks if id_ in visible and frozenset((device.id, id_)) not in adjacent
        )
        alone = not device.uplinks and not device.core
        if unexplained and (missed or alone):
            yield Advice(device.id, missed, unexplained)


def _above(inventory: Inventory) -> Mapping[str, frozenset[str]]:
    """What every device's uplinks lead to: devices, and the far ends of lines."""
    ends = {id_: line.b_device for id_, line in inventory.of("line").items()}
    return {
        id_: frozenset(filter(None, (ends.get(uplink, uplink) for uplink in device.uplinks)))
        for id_, device in inventory.of("device").items()
    }
