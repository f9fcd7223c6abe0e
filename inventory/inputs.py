"""What contacts and sensors are read through, and what their field records say of them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from inventory.points import Point, SnmpPoint, read_point, text_of_point
from inventory.snapshot import (
    CONTACT_SENSORS,
    POSITIONS,
    Device,
    FieldRecord,
    Inventory,
    Sensor,
    SurgeProtector,
)

Item: TypeAlias = SurgeProtector | Sensor


@dataclass(frozen=True, slots=True)
class Input:
    """One point of one device, and by which values it says closed and open."""

    device: str
    point: Point
    closed: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """How a trip test names it: 'DEVICE POINT'."""
        return f"{self.device} {text_of_point(self.point)}"


def input_of(item: Item) -> Input | None:
    """What an item is read through; None when nothing is named."""
    if isinstance(item, Sensor):
        if not item.device or not item.point:
            return None
        return Input(item.device, read_point(item.point), item.closed_values, item.open_values)
    point = read_point(item.input_point) if item.input_point else None
    point = SnmpPoint(item.input_oid) if item.input_oid else point
    if not item.input_device or point is None:
        return None
    return Input(item.input_device, point, item.input_closed_values, item.input_open_values)


def is_contact(item: Item) -> bool:
    """Whether it is closed or open rather than a number."""
    return isinstance(item, SurgeProtector) or item.kind in CONTACT_SENSORS


def read_through(item: Item) -> str:
    """The id of the device through which an item is read, '' for none."""
    return (item.input_device if isinstance(item, SurgeProtector) else item.device) or ""


def records_by_item(inventory: Inventory) -> Mapping[str, tuple[FieldRecord, ...]]:
    """Field records by item, in the order of time; a record without a time of day counts for its whole day."""
    found: dict[str, list[FieldRecord]] = {}
    for record in inventory.of("field_record").values():
        found.setdefault(record.item, []).append(record)
    return {item: tuple(sorted(records, key=when)) for item, records in found.items()}


def when(record: FieldRecord) -> tuple[str, str, str]:
    """By what records are put in order: day, time of day (without one: the end of the day), id."""
    return record.on.isoformat(), record.at or "24:00", record.id


def trips_of(item: Item, records: Iterable[FieldRecord]) -> tuple[FieldRecord, ...]:
    """Its trip tests that were made with the input it has now."""
    through = input_of(item)
    now = through.text if through else ""
    return tuple(r for r in records if r.kind == "trip_test" and r.input in (None, now))


def commissioned_by(item: Item, records: Iterable[FieldRecord]) -> FieldRecord | None:
    """The trip test by which both positions of the contact had been shown; None while it is not commissioned."""
    shown: set[str] = set()
    for record in trips_of(item, records):
        shown.update(record.positions)
        if shown.issuperset(POSITIONS):
            return record
    return None


def last_of(records: Iterable[FieldRecord], kind: str) -> FieldRecord | None:
    """The newest record of a kind."""
    return next((record for record in reversed([*records]) if record.kind == kind), None)


def reader(inventory: Inventory, item: Item) -> Device | None:
    """The device through which an item is read."""
    found = inventory.of("device").get(read_through(item))
    return found if isinstance(found, Device) else None
