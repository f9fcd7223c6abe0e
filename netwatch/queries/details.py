"""The details worth showing with a standing: (name, value) pairs; a value of None is left out. Pure."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from inventory.snapshot import ConferencingEndpoint, Device, Inventory, Line, Service, Site, SurgeProtector
from netwatch.identities import differences, found
from netwatch.queries.contacts import Judgeable
from netwatch.queries.looks import Latest, sample

RTT = "icmp_rtt_seconds"
LOSS = "icmp_loss_ratio"
BANDWIDTHS = ((10**9, "Gbit/s"), (10**6, "Mbit/s"), (10**3, "kbit/s"), (1, "bit/s"))

Pairs: TypeAlias = Iterator[tuple[str, str | None]]


def measured_details(looks: Iterable[Latest], now: int) -> Pairs:
    """What the newest fresh looks measured."""
    looks = tuple(looks)
    yield "rtt", _milliseconds(sample(looks, RTT, now))
    yield "loss", _percent(sample(looks, LOSS, now))


def equipment_details(record: Judgeable, looks: Iterable[Latest]) -> Pairs:
    """What a device tells of itself: its version, and a model and serial number other than those declared."""
    if isinstance(record, Device):
        told = {name: text for look in looks for name, text in found(look.observation.notes).items()}
        yield "version", told.get("version")
        for one in differences(record, told):
            yield f"found_{one.name}", one.found
        for name in ("vendor", "model", "serial"):
            yield name, None if getattr(record, name) else told.get(name)


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


def bandwidth(bits_per_second: int | None) -> str | None:
    """A bandwidth in the largest unit that needs no fraction: '100 Mbit/s'."""
    if not bits_per_second:
        return None
    size, unit = next((size, unit) for size, unit in BANDWIDTHS if bits_per_second % size == 0)
    return f"{bits_per_second // size} {unit}"


def _milliseconds(seconds: float | None) -> str | None:
    """A round-trip time to two significant digits below 10 ms, to the millisecond above."""
    if seconds is None:
        return None
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.2g} ms"


def _percent(ratio: float | None) -> str | None:
    return None if ratio is None else f"{ratio * 100:.0f} %"
