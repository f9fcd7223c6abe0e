"""Devices: echoes, SNMP, how their parts fare, and what a UPS draws on. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from inventory.protocols import protocol
from inventory.snapshot import Device, Inventory
from netwatch.check import EMPTY, Check
from netwatch.clock import MINUTE
from netwatch.planning.endpoints import CONFERENCING, told
from netwatch.planning.maker import Maker, Targets, facts
from netwatch.verdict import UPS, Subject, SubjectKind
from probes.equipment.catalogue import HARDWARE, ON_MAINS
from probes.serving import USABLE

POWER = "power"
RTSP = "rtsp"
# upsOutputSource (UPS-MIB, RFC 1628): other(1), none(2), normal(3), bypass(4), battery(5), booster(6), reducer(7).
# none: the output is switched off, so that nothing behind it has power.
OUTPUT_SOURCE = {
    "oid": "1.3.6.1.2.1.33.1.4.1.0",
    "expected": ("1", "3", "4", "6", "7"),
    "unexpected": ("2", "5"),
}


# Kinds of devices whose numbers move fast, and are few.
SOON = frozenset({UPS, *CONFERENCING})
# Seconds.
CALL_SURVEY = 300.0


def checks(inventory: Inventory, make: Maker) -> Iterator[Check]:
    """The checks of all devices that have an address."""
    ends = frozenset(_line_ends(inventory))
    for device in inventory.of("device").values():
        if device.address:
            yield from _of(device, device.address, device.id in ends, make)


def _line_ends(inventory: Inventory) -> Iterator[str]:
    for line in inventory.of("line").values():
        yield from (end for end in (line.a_device, line.b_device) if end)


def _of(device: Device, address: str, line_end: bool, make: Maker) -> Iterator[Check]:
    settings = make.settings
    pace = settings.core if device.core else settings.device
    yield make.check("icmp_echo", device.id, address, pace, make.echoes, device=device)
    yield from _stream(device, make)
    if make.may_log_in(device):
        counters = settings.counters if line_end or device.core else settings.other_counters
        yield make.check("snmp_system", device.id, address, settings.device, device=device)
        yield make.check("snmp_interfaces", device.id, address, counters, device=device)
        pace = _equipment_pace(device, make)
        yield make.check("snmp_equipment", device.id, address, pace, _surveyed(device), device=device)
        yield from _power(device, make)


def _stream(device: Device, make: Maker) -> Iterator[Check]:
    """Whether a camera serves its picture, where the inventory says that it speaks RTSP."""
    spoken = protocol(device, RTSP)
    if spoken is not None:
        params = {"port": spoken.port, "path": spoken.rest}
        yield from make.request("rtsp_options", device.id, device, params, make.settings.device, RTSP)


def _equipment_pace(device: Device, make: Maker) -> int:
    """How a call goes and what a UPS draws on would be news of yesterday after five minutes."""
    settings = make.settings
    return min(settings.equipment, settings.device, MINUTE) if device.kind in SOON else settings.equipment


def _surveyed(device: Device) -> Mapping[str, Any]:
    """Rows of a call are there while it lasts, and found by surveys only."""
    return {"survey_interval": CALL_SURVEY} if device.kind in CONFERENCING else EMPTY


def _power(device: Device, make: Maker) -> Iterator[Check]:
    """What a UPS draws on: seldom asked it would not be known when the power fails and all goes dark."""
    if device.kind == UPS:
        pace = min(make.settings.device, MINUTE)
        yield from make.request("snmp_scalar", device.id, device, OUTPUT_SOURCE, pace, POWER)


def subjects(inventory: Inventory, targets: Targets) -> Iterator[Subject]:
    """Every device, whether it is looked at or not."""
    for device in inventory.of("device").values():
        yield _subject(device, targets.get(device.id, []))


def _told_of(device: Device) -> tuple[str, ...]:
    """The facts about parts that count for a device; those of endpoints' registration count for the endpoint."""
    return (*HARDWARE, ON_MAINS) if device.kind == UPS else HARDWARE


def _subject(device: Device, own: list[Check]) -> Subject:
    keys = [
        *facts((check for check in own if check.kind == "icmp_echo"), "reachable"),
        *facts((check for check in own if check.kind == "snmp_system"), "reachable", "manageable"),
        *facts((check for check in own if check.instance == POWER), "expected"),
        *facts((check for check in own if check.kind == "snmp_equipment"), *_told_of(device)),
        *facts((check for check in own if check.kind == "rtsp_options"), USABLE),
        *told(own),
    ]
    return Subject(device.id, SubjectKind.DEVICE, tuple(keys), parents=device.uplinks, type=device.kind)
