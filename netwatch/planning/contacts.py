"""Contacts on digital inputs: surge protectors. Pure."""

from collections.abc import Iterator, Mapping

from inventory.snapshot import Inventory, SurgeProtector
from netwatch.check import Check
from netwatch.planning.maker import Maker, Targets, facts
from netwatch.verdict import Subject, SubjectKind


def checks(inventory: Inventory, make: Maker) -> Iterator[Check]:
    """The contact of every protector that has one."""
    devices = inventory.of("device")
    for protector in inventory.of("surge_protector").values():
        device = devices.get(protector.input_device or "")
        if device and protector.input_oid:
            params = {"oid": protector.input_oid, **_positions(protector)}
            yield from make.request("snmp_scalar", protector.id, device, params, make.settings.device)


def _positions(protector: SurgeProtector) -> Mapping[str, tuple[str, ...]]:
    closed, opened = protector.input_closed_values, protector.input_open_values
    healthy, faulty = (closed, opened) if protector.normal_position == "closed" else (opened, closed)
    return {"expected": healthy, "unexpected": faulty}


def subjects(inventory: Inventory, targets: Targets) -> Iterator[Subject]:
    """Every protector, read through its input device."""
    for protector in inventory.of("surge_protector").values():
        told = facts(targets.get(protector.id, []), "expected")
        yield Subject(protector.id, SubjectKind.SURGE_PROTECTOR, told, host=protector.input_device)
