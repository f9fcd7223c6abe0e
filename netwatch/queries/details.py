"""The details worth showing with a standing: (name, value) pairs; a value of None is left out. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from inventory.snapshot import ConferencingEndpoint, Device, Inventory, Line, Service, Site, SurgeProtector
from netwatch.identities import NAMES, differences
from netwatch.queries.contacts import Judgeable
from netwatch.queries.figures import bandwidth, milliseconds, percent
from netwatch.queries.looks import Latest, sample

# By our own echoes, else by the test that a router makes of the path.
MEASURED: tuple[tuple[str, tuple[str, ...], Callable[[float | None], str | None]], ...] = (
    ("rtt", ("icmp_rtt_seconds", "path_rtt_seconds"), milliseconds),
    ("loss", ("icmp_loss_ratio", "path_loss_ratio"), percent),
    ("jitter", ("icmp_jitter_p95_seconds", "path_jitter_seconds"), milliseconds),
)

IDENTITY = frozenset({*NAMES, "profile"})

Pairs: TypeAlias = Iterator[tuple[str, str | None]]


def measured_details(looks: Iterable[Latest], now: int) -> Pairs:
    """What the newest fresh looks measured."""
    looks = tuple(looks)
    for name, metrics, shown in MEASURED:
        found = (sample(looks, metric, now) for metric in metrics)
        yield name, shown(next((value for value in found if value is not None), None))


def equipment_details(device: Device, looks: Iterable[Latest]) -> Pairs:
    """What a device tells of itself: its version, its profile, and what is another than declared."""
    told: dict[str, str] = {}
    for look in looks:
        told |= {name: text for part, name, text in look.observation.notes if not part and name in IDENTITY}
    yield "version", told.get("version")
    yield "profile", told.get("profile")
    for one in differences(device, told):
        yield f"found_{one.name}", one.found
    for name in ("vendor", "model", "serial"):
        yield name, None if getattr(device, name) else told.get(name)


def inventory_details(record: Judgeable, inventory: Inventory) -> Pairs:
    """What the inventory knows of a record."""
    match record:
        case Device():
            yield from _device(record)
        case Line():
            yield from _line(record, inventory)
        case ConferencingEndpoint():
            yield from _endpoint(record, inventory)
        case SurgeProtector():
            yield from _surge_protector(record, inventory)
        case Service():
            yield "location", record.location
            yield "expected", "; ".join(record.expected) or None
            yield "host", _end(record.device, None, inventory)
        case Site():
            yield "street_address", record.street_address


def _device(device: Device) -> Pairs:
    yield "address", device.address
    yield "vendor", device.vendor
    yield "model", device.model
    yield "serial", device.serial


def _line(line: Line, inventory: Inventory) -> Pairs:
    yield "role", line.role
    yield "provider", line.provider
    yield "contract_number", line.contract_number
    yield "bandwidth_down", bandwidth(line.bandwidth_down)
    yield "bandwidth_up", bandwidth(line.bandwidth_up)
    yield "witness", line.witness
    yield "end_a", _end(line.a_device, line.a_interface, inventory)
    yield "end_b", _end(line.b_device, line.b_interface, inventory)
    yield "route_group", line.route_group


def _end(device: str | None, interface: str | None, inventory: Inventory) -> str | None:
    if not device:
        return None
    record = inventory.of("device").get(device)
    name = record.name if record else device
    return f"{name} {interface}" if interface else str(name)


def _endpoint(endpoint: ConferencingEndpoint, inventory: Inventory) -> Pairs:
    yield "room", endpoint.room
    device = inventory.of("device").get(endpoint.device)
    if device is not None:
        yield from _device(device)


def _surge_protector(protector: SurgeProtector, inventory: Inventory) -> Pairs:
    yield "position", protector.position
    yield "protects", protector.protects
    yield "input_device", _end(protector.input_device, None, inventory)
    yield "normal_position", protector.normal_position
    yield "vendor", protector.vendor
    yield "model", protector.model
    yield "installed_on", protector.installed_on.isoformat() if protector.installed_on else None
