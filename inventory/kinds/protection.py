"""Surge protectors, sensors, and records of what was done to things at their places."""

# The declarations are calls of dataclasses.field, which is what RUF009 cannot see.
# ruff: noqa: RUF009

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from inventory.kinds.declare import CellType, day, key, needed, one, optional, serves, text

POSITIONS = ("closed", "open")
SENSOR_KINDS = (
    "door",
    "water",
    "smoke",
    "contact",
    "temperature",
    "humidity",
    "counter",
    "number",
)
# Those that are closed or open; the others give a number.
CONTACT_SENSORS = ("door", "water", "smoke", "contact")
RECORD_KINDS = ("trip_test", "inspection", "earth", "strike", "replacement")
RECORD_ITEMS = ("surge_protector", "sensor", "device", "line")
PROTECTION_KINDS = ("power_ac", "power_dc", "ethernet", "coax", "rs485", "telephone")
# What a norm asks for: the group of kinds that protects against what comes in by that way.
PROTECTION_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"power": ("power_ac", "power_dc"), "data": ("ethernet", "coax", "rs485", "telephone")}
)
# IEC 61643-11 for power, 61643-21 for signals.
SPD_TYPES = ("T1", "T1+2", "T2", "T3", "D1", "C2")
# IEC 62305-1.
LIGHTNING_LEVELS = ("I", "II", "III", "IV")
RECORD_RESULTS = ("pass", "fail")
INDICATORS = ("green", "red")
EARTH_METHODS = ("three_pole", "clamp")


def _rating() -> Any:  # noqa: ANN401 - passes for the type of any field
    return optional(CellType.NUMBER, low=0, high=10**6)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeProtector:
    """A surge protector whose remote contact is read through a digital input.

    `input_closed_values` and `input_open_values` are the values by which that product says 'closed' and 'open'
    (they differ by product: polarity is data; any other value is unknown); `normal_position` is the contact's
    position while the protector is healthy. The input is an SNMP object (`input_oid`) or any point
    (`input_point`, see `inventory.points`), never both. `counter_point` counts strikes. `debounce` is how many looks
    in a row must agree.

    Ratings are those of IEC 61643-11 and -21: `continuous_voltage` Uc in volt, `protection_level` Up and
    `open_circuit_voltage` Uoc in kilovolt, `nominal_current` In, `maximum_current` Imax and `impulse_current` Iimp in
    kiloampere. `design_life` is in years, `earth_limit` in ohm, `inspection_interval` in calendar months.
    `protected` names what `protects` says in words.
    """

    id: str = key()
    name: str = needed()
    site: str = needed(CellType.CODE, refers=("site",))
    position: str | None = text()
    panel: str | None = text()
    protection_kind: str | None = optional(choices=PROTECTION_KINDS)
    protects: str | None = text()
    protected: tuple[str, ...] = optional(CellType.CODES, default=(), refers=("device", "line"))
    vendor: str | None = text()
    model: str | None = text()
    serial: str | None = text()
    part_number: str | None = text()
    spd_type: str | None = optional(choices=SPD_TYPES)
    poles: str | None = text()
    continuous_voltage: float | None = _rating()
    protection_level: float | None = _rating()
    nominal_current: float | None = _rating()
    maximum_current: float | None = _rating()
    impulse_current: float | None = _rating()
    open_circuit_voltage: float | None = _rating()
    backup_fuse: str | None = text()
    input_device: str | None = one("device")
    input_oid: str | None = optional(CellType.OID)
    input_point: str | None = optional(CellType.POINT)
    input_closed_values: tuple[str, ...] = optional(CellType.TEXTS, default=())
    input_open_values: tuple[str, ...] = optional(CellType.TEXTS, default=())
    normal_position: str = optional(CellType.TEXT, default="closed", choices=POSITIONS)
    debounce: int | None = optional(CellType.INTEGER, low=2, high=10)
    counter_point: str | None = optional(CellType.POINT)
    installed_on: date | None = day()
    commissioned_on: date | None = day()
    design_life: int | None = optional(CellType.INTEGER, low=1, high=100)
    lightning_level: str | None = optional(choices=LIGHTNING_LEVELS)
    earth_electrode: str | None = text()
    earth_limit: float = optional(CellType.NUMBER, default=10.0, low=0, high=10**6)
    inspection_interval: int = optional(CellType.INTEGER, default=12, low=1, high=1200)
    serves: tuple[str, ...] = serves()
    contact: str | None = one("contact")
    note: str | None = text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """Something about a room that a device reads: a contact (door, water, smoke) or a number (temperature, humidity).

    `closed_values`, `open_values` and `normal_position` are for contacts, as with surge protectors; `unit` is that of
    a number after the point's scale.
    """

    id: str = key()
    name: str = needed()
    site: str = needed(CellType.CODE, refers=("site",))
    kind: str = needed(choices=SENSOR_KINDS)
    device: str | None = one("device")
    point: str | None = optional(CellType.POINT)
    closed_values: tuple[str, ...] = optional(CellType.TEXTS, default=())
    open_values: tuple[str, ...] = optional(CellType.TEXTS, default=())
    normal_position: str = optional(CellType.TEXT, default="closed", choices=POSITIONS)
    unit: str | None = text()
    contact: str | None = one("contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRecord:
    """What a person did or read at a place: a trip test, an inspection, an earth resistance, a strike, a replacement.

    `at` is local time of day; `positions` are those of the contact that a trip test has shown; `reading` is in ohm
    for earth resistance, a number of strikes for a counter. `input` is what the contact was read through at a trip
    test ('DEVICE POINT', see `inventory.inputs`); without it the test counts for whatever input the item has.
    `indicator` is the colour of the protector's window, `method` how earth resistance was measured.
    """

    id: str = key()
    item: str = needed(CellType.CODE, refers=RECORD_ITEMS)
    kind: str = needed(choices=RECORD_KINDS)
    on: date = needed(CellType.DATE)
    at: str | None = optional(CellType.TIME)
    positions: tuple[str, ...] = optional(CellType.CODES, default=(), choices=POSITIONS)
    input: str | None = text()
    reading: float | None = optional(CellType.NUMBER, low=-(10**9), high=10**9)
    result: str | None = optional(choices=RECORD_RESULTS)
    indicator: str | None = optional(choices=INDICATORS)
    method: str | None = optional(choices=EARTH_METHODS)
    instrument: str | None = text()
    person: str | None = text()
    note: str | None = text()
