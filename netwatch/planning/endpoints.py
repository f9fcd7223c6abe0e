"""Conferencing endpoints: whether they are registered. Pure."""

from collections.abc import Iterator

from inventory.snapshot import Inventory
from netwatch.check import Check
from netwatch.planning.maker import Maker, Targets, facts
from netwatch.verdict import Subject, SubjectKind


def checks(inventory: Inventory, make: Maker) -> Iterator[Check]:
    """The registration of every endpoint that the inventory says where to read."""
    devices = inventory.of("device")
    for endpoint in inventory.of("conferencing_endpoint").values():
        device = devices.get(endpoint.device)
        if device and endpoint.registration_oid:
            params = {"oid": endpoint.registration_oid, "expected": endpoint.registration_expected}
            yield from make.request("snmp_scalar", endpoint.id, device, params, make.settings.device)


def subjects(inventory: Inventory, targets: Targets) -> Iterator[Subject]:
    """Every endpoint, judged by its device as well."""
    for endpoint in inventory.of("conferencing_endpoint").values():
        told = facts(targets.get(endpoint.id, []), "expected")
        yield Subject(endpoint.id, SubjectKind.ENDPOINT, told, host=endpoint.device)
