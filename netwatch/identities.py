"""Whether a device is the one that the inventory says it is: what it tells of itself against what was declared. Pure.

A serial number is the same whatever its case and signs; a model also where one of the two says more of it. What the
inventory does not declare, or the device does not tell, differs from nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from inventory.snapshot import Device, Inventory
from netwatch.check import Check, Observation
from netwatch.journal import Notice

# The probe that tells it, and the kind of event that it becomes.
KIND, EVENT = "snmp_equipment", "identity_differs"
NAMES = ("vendor", "model", "serial", "version")
# Texts at least so long may be a part of a longer one and mean the same: 'S5720' of 'S5720-28P-SI-AC'.
_TELLING = 3

Notes = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is declared of a device (`name`: model or serial) and what it tells instead."""

    device: str
    name: str
    declared: str
    found: str


def found(notes: Iterable[tuple[str, str, str]]) -> Mapping[str, str]:
    """What a look's texts say of the device as a whole: vendor, model, serial, version."""
    return {name: text for part, name, text in notes if not part and name in NAMES}


def differences(device: Device, told: Mapping[str, str]) -> Iterator[Difference]:
    """Where a device is another than declared."""
    for name, same in (("model", _same_model), ("serial", _same_serial)):
        declared, seen = getattr(device, name), told.get(name)
        if declared and seen and not same(_plain(declared), _plain(seen)):
            yield Difference(device.id, name, declared, seen)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _same_serial(declared: str, seen: str) -> bool:
    return declared == seen


def _same_model(declared: str, seen: str) -> bool:
    shorter, longer = sorted((declared, seen), key=len)
    return declared == seen or (len(shorter) >= _TELLING and shorter in longer)


class Identities:
    """What was told of devices that are others than declared, so that it is told once; `told` from an earlier run."""

    def __init__(self, told: Iterable[Difference] = ()) -> None:
        self._told = {(one.device, one.name): one for one in told}
        self._notes: dict[str, Notes] = {}

    def news(
        self, inventory: Inventory, checks: Mapping[str, Check], latest: Mapping[str, Observation]
    ) -> Iterator[Notice]:
        """What is new since it was last asked. Looks whose texts are the same object are not read again."""
        devices = inventory.of("device")
        for id_, seen in latest.items():
            check = checks.get(id_)
            if check is None or check.kind != KIND or self._notes.get(id_) is seen.notes:
                continue
            self._notes[id_] = seen.notes
            device = devices.get(check.target)
            if device is not None:
                yield from self._changed(device, seen)

    def _changed(self, device: Device, seen: Observation) -> Iterator[Notice]:
        now = {one.name: one for one in differences(device, found(seen.notes))}
        for name in ("model", "serial"):
            one, before = now.get(name), self._told.get((device.id, name))
            if one is None:
                if seen.notes:
                    self._told.pop((device.id, name), None)
            elif one != before:
                self._told[device.id, name] = one
                yield Notice(EVENT, seen.at, as_facts(one))


def as_facts(one: Difference) -> Mapping[str, str]:
    """A difference as an event holds it."""
    return {"device": one.device, "what": one.name, "declared": one.declared, "found": one.found}


def from_facts(facts: Mapping[str, object]) -> Difference:
    """The same of an event."""
    return Difference(*(str(facts.get(name, "")) for name in ("device", "what", "declared", "found")))
