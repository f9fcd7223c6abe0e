"""Lines: one witness each. Pure."""

from collections.abc import Iterator, Mapping

from inventory.snapshot import Device, Inventory, Line
from netwatch.check import LOCAL, Check, FactKey, check_id
from netwatch.planning.maker import Maker, Targets, facts
from netwatch.verdict import Subject, SubjectKind
from probes.part import part_name


def checks(inventory: Inventory, make: Maker) -> Iterator[Check]:
    """The witnesses of all lines; carriers are read with the ports of the devices at both ends."""
    devices = inventory.of("device")
    for line in inventory.of("line").values():
        yield from _witness(line, devices, make)


def _witness(line: Line, devices: Mapping[str, Device], make: Maker) -> Iterator[Check]:
    pace = make.settings.witness
    if line.witness == "echo" and line.witness_address:
        end = devices.get(line.a_device or "")
        domain = end.routing_domain if end else "main"
        yield make.check("icmp_echo", line.id, line.witness_address, pace, make.echoes, domain=domain)
    device = devices.get(line.witness_device or "")
    if line.witness == "path" and device:
        yield from _path(line, device, pace, make)


def _path(line: Line, device: Device, pace: int, make: Maker) -> Iterator[Check]:
    """The value of an object, or without any the device's own test of the name that is expected."""
    if line.witness_oid:
        params = {"oid": line.witness_oid, "expected": line.witness_expected}
        yield from make.request("snmp_path", line.id, device, params, pace)
    elif line.witness_expected:
        yield from make.request("snmp_path_test", line.id, device, {"test": line.witness_expected[0]}, pace)


def subjects(inventory: Inventory, targets: Targets) -> Iterator[Subject]:
    """Every line, with or without a witness."""
    for line in inventory.of("line").values():
        parents = (line.b_device,) if line.b_device else ()
        told = _facts(line, targets.get(line.id, []))
        yield Subject(
            line.id, SubjectKind.LINE, told, parents=parents, witness=line.witness, type=line.line_class
        )


def _facts(line: Line, own: list[Check]) -> tuple[FactKey, ...]:
    if line.witness == "echo":
        return facts(own, "reachable")
    if line.witness == "path":
        return facts(own, "path")
    return tuple(_carriers(line)) if line.witness == "carrier" else ()


def _carriers(line: Line) -> Iterator[FactKey]:
    ends = (line.a_device, line.a_interface), (line.b_device, line.b_interface)
    for device, interface in ends:
        if device and interface:
            yield FactKey(check_id(device, "snmp_interfaces"), part_name(interface), "carrier", LOCAL)
