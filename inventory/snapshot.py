"""The inventory as everyone reads it: frozen records, gathered in one `Inventory`.

Each field's metadata (`Cell`) is the one place that says how it is written in sheets: the type of its cell,
whether it must be there, what it may hold and what it refers to. Ids are immutable texts, unique over all kinds.
Dates of units are local dates, `valid_to` excluded (the day from which the version no longer holds).
"""

# The declarations of fields are calls of dataclasses.field, which is what RUF009 cannot see; what they return must
# pass for every field's type, hence Any.
# ruff: noqa: RUF009, ANN401

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar


class CellType(StrEnum):
    """What a cell's text is read as."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    NUMBER = "number"
    YES_NO = "yes_no"
    DATE = "date"
    BANDWIDTH = "bandwidth"
    ADDRESS = "address"
    OID = "oid"
    CODES = "codes"
    TEXTS = "texts"
    TIME = "time"
    POINT = "point"
    PROTOCOLS = "protocols"


@dataclass(frozen=True, slots=True)
class Cell:
    """How a field is written: `refers` names the kinds its code must exist among, `choices` its allowed codes.

    `low` and `high` bound a number, both included.
    """

    type: CellType = CellType.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None


def _cell(
    type: CellType = CellType.TEXT,  # noqa: A002 - reads as a declaration
    *,
    default: Any = None,
    choices: tuple[str, ...] = (),
    refers: tuple[str, ...] = (),
    low: int | None = None,
    high: int | None = None,
) -> Any:
    return field(default=default, metadata={"cell": Cell(type, False, choices, refers, low, high)})


def _key() -> Any:
    return field(metadata={"cell": Cell(CellType.CODE, required=True)})


def _needed(
    type: CellType = CellType.TEXT,  # noqa: A002
    *,
    choices: tuple[str, ...] = (),
    refers: tuple[str, ...] = (),
) -> Any:
    return field(metadata={"cell": Cell(type, required=True, choices=choices, refers=refers)})


ADMINISTRATIVE_KINDS = ("province", "city", "district", "commune", "ward", "special_zone")
ORGANISATION_KINDS = (
    "peoples_committee",
    "peoples_council",
    "party_committee",
    "fatherland_front",
    "department",
    "ministry",
    "service_unit",
    "other",
)
ORGANISATION_LEVELS = ("central", "province", "district", "commune")
CONTACT_ROLES = ("site", "agency", "provider_fault_desk", "power_company")
DEVICE_KINDS = (
    "router",
    "switch",
    "firewall",
    "access_point",
    "conferencing_endpoint",
    "conferencing_bridge",
    "ups",
    "io_device",
    "server",
    "camera",
    "line_terminal",
    "other",
)
LINE_CLASSES = (
    "tslcd_backbone",
    "tslcd_access_1",
    "tslcd_access_2",
    "leased_line",
    "fibre_internet",
    "mobile_backup",
)
LINE_ROLES = ("main", "backup")
WITNESS_KINDS = ("echo", "path", "carrier", "none")
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
SERVICE_KINDS = ("web", "mail", "dns", "document_system", "one_stop", "database", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrativeUnit:
    """A territory (QĐ 19/2025/QĐ-TTg): its code is text with leading zeros and is the id."""

    id: str = _key()
    name: str = _needed()
    kind: str = _needed(choices=ADMINISTRATIVE_KINDS)
    parent: str | None = _cell(CellType.CODE, refers=("administrative_unit",))
    valid_from: date = _needed(CellType.DATE)
    valid_to: date | None = _cell(CellType.DATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationUnit:
    """An agency, or a unit that only groups agencies; organisation and territory are separate trees."""

    id: str = _key()
    name: str = _needed()
    kind: str = _needed(choices=ORGANISATION_KINDS)
    level: str = _needed(choices=ORGANISATION_LEVELS)
    parent: str | None = _cell(CellType.CODE, refers=("organisation_unit",))
    administrative_unit: str | None = _cell(CellType.CODE, refers=("administrative_unit",))
    contact: str | None = _cell(CellType.CODE, refers=("contact",))
    valid_from: date = _needed(CellType.DATE)
    valid_to: date | None = _cell(CellType.DATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to call: hours are free text such as 'T2-T6 07:30-17:00' or '24/7'."""

    id: str = _key()
    name: str = _needed()
    role: str = _needed(choices=CONTACT_ROLES)
    phone: str = _needed()
    hours: str | None = _cell()
    provider: str | None = _cell()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A building or campus; several agencies may share one, an agency may have several."""

    id: str = _key()
    name: str = _needed()
    organisation_units: tuple[str, ...] = _needed(CellType.CODES, refers=("organisation_unit",))
    administrative_unit: str | None = _cell(CellType.CODE, refers=("administrative_unit",))
    street_address: str | None = _cell()
    latitude: float | None = _cell(CellType.NUMBER, low=-90, high=90)
    longitude: float | None = _cell(CellType.NUMBER, low=-180, high=180)
    power_source: str | None = _cell()
    feeder: str | None = _cell()
    contact: str | None = _cell(CellType.CODE, refers=("contact",))
    power_contact: str | None = _cell(CellType.CODE, refers=("contact",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Anything with an address. (routing domain, address) is only for matching; `uplinks` name devices or lines.

    `protocols` is what it speaks besides ICMP and SNMP (`inventory.protocols`).
    """

    id: str = _key()
    name: str = _needed()
    site: str = _needed(CellType.CODE, refers=("site",))
    kind: str = _needed(choices=DEVICE_KINDS)
    vendor: str | None = _cell()
    model: str | None = _cell()
    serial: str | None = _cell()
    address: str | None = _cell(CellType.ADDRESS)
    routing_domain: str = _cell(CellType.TEXT, default="main")
    credentials: tuple[str, ...] = _cell(CellType.TEXTS, default=())
    snmp_port: int = _cell(CellType.INTEGER, default=161, low=1, high=65535)
    protocols: tuple[str, ...] = _cell(CellType.PROTOCOLS, default=())
    uplinks: tuple[str, ...] = _cell(CellType.CODES, default=(), refers=("device", "line"))
    core: bool = _cell(CellType.YES_NO, default=False)
    power_source: str | None = _cell()
    feeder: str | None = _cell()
    contact: str | None = _cell(CellType.CODE, refers=("contact",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A port worth naming; its identity is (device, ifName)."""

    id: str = _key()
    device: str = _needed(CellType.CODE, refers=("device",))
    name: str = _needed()
    purpose: str | None = _cell()
    exported: bool = _cell(CellType.YES_NO, default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with two ends: A at the site, B upstream (towards the centre).

    Its witness is `echo` (echoes to `witness_address`), `path` (an SNMP value `witness_oid` on `witness_device`
    equal to one of `witness_expected`), `carrier` (ifOperStatus of both ends) or `none`.
    Bandwidths are the contracted ones in bit/s; down is towards the site.
    """

    id: str = _key()
    name: str = _needed()
    site: str = _needed(CellType.CODE, refers=("site",))
    line_class: str = _needed(choices=LINE_CLASSES)
    role: str = _cell(CellType.TEXT, default="main", choices=LINE_ROLES)
    a_device: str | None = _cell(CellType.CODE, refers=("device",))
    a_interface: str | None = _cell()
    b_device: str | None = _cell(CellType.CODE, refers=("device",))
    b_interface: str | None = _cell()
    witness: str = _cell(CellType.TEXT, default="none", choices=WITNESS_KINDS)
    witness_address: str | None = _cell(CellType.ADDRESS)
    witness_device: str | None = _cell(CellType.CODE, refers=("device",))
    witness_oid: str | None = _cell(CellType.OID)
    witness_expected: tuple[str, ...] = _cell(CellType.TEXTS, default=())
    provider: str | None = _cell()
    contract_number: str | None = _cell()
    bandwidth_down: int | None = _cell(CellType.BANDWIDTH, low=1, high=10**15)
    bandwidth_up: int | None = _cell(CellType.BANDWIDTH, low=1, high=10**15)
    route_group: str | None = _cell()
    contact: str | None = _cell(CellType.CODE, refers=("contact",))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferencingEndpoint:
    """A conferencing endpoint on a device; registered while `registration_oid` holds an expected value."""

    id: str = _key()
    name: str = _needed()
    device: str = _needed(CellType.CODE, refers=("device",))
    room: str | None = _cell()
    registration_oid: str | None = _cell(CellType.OID)
    registration_expected: tuple[str, ...] = _cell(CellType.TEXTS, default=())
    contact: str | None = _cell(CellType.CODE, refers=("contact",))


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeProtector:
    """A surge protector whose remote contact is read through a digital input.

    `input_closed_values` and `input_open_values` are the values by which that product says 'closed' and 'open'
    (they differ by product: polarity is data; any other value is unknown); `normal_position` is the contact's
    position while the protector is healthy. The input is an SNMP object (`input_oid`) or any point
    (`input_point`, see `inventory.points`), never both. `counter_point` counts strikes. `debounce` is how many looks
    in a row must agree.
    """

    id: str = _key()
    name: str = _needed()
    site: str = _needed(CellType.CODE, refers=("site",))
    position: str | None = _cell()
    protects: str | None = _cell()
    vendor: str | None = _cell()
    model: str | None = _cell()
    input_device: str | None = _cell(CellType.CODE, refers=("device",))
    input_oid: str | None = _cell(CellType.OID)
    input_point: str | None = _cell(CellType.POINT)
    input_closed_values: tuple[str, ...] = _cell(CellType.TEXTS, default=())
    input_open_values: tuple[str, ...] = _cell(CellType.TEXTS, default=())
    normal_position: str = _cell(CellType.TEXT, default="closed", choices=POSITIONS)
    debounce: int | None = _cell(CellType.INTEGER, low=2, high=10)
    counter_point: str | None = _cell(CellType.POINT)
    installed_on: date | None = _cell(CellType.DATE)
    contact: str | None = _cell(CellType.CODE, refers=("contact",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """Something about a room that a device reads: a contact (door, water, smoke) or a number (temperature, humidity).

    `closed_values`, `open_values` and `normal_position` are for contacts, as with surge protectors; `unit` is that of
    a number after the point's scale.
    """

    id: str = _key()
    name: str = _needed()
    site: str = _needed(CellType.CODE, refers=("site",))
    kind: str = _needed(choices=SENSOR_KINDS)
    device: str | None = _cell(CellType.CODE, refers=("device",))
    point: str | None = _cell(CellType.POINT)
    closed_values: tuple[str, ...] = _cell(CellType.TEXTS, default=())
    open_values: tuple[str, ...] = _cell(CellType.TEXTS, default=())
    normal_position: str = _cell(CellType.TEXT, default="closed", choices=POSITIONS)
    unit: str | None = _cell()
    contact: str | None = _cell(CellType.CODE, refers=("contact",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service the agencies live by: `location` is a URL, `expected` what a good answer holds (`status=200`)."""

    id: str = _key()
    name: str = _needed()
    site: str = _needed(CellType.CODE, refers=("site",))
    kind: str = _needed(choices=SERVICE_KINDS)
    location: str | None = _cell()
    expected: tuple[str, ...] = _cell(CellType.TEXTS, default=())
    device: str | None = _cell(CellType.CODE, refers=("device",))
    contact: str | None = _cell(CellType.CODE, refers=("contact",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A plain thing that is counted, not probed: computers, furniture of the network, cable plants."""

    id: str = _key()
    name: str = _needed()
    site: str = _needed(CellType.CODE, refers=("site",))
    kind: str = _needed()
    quantity: int = _cell(CellType.INTEGER, default=1, low=0, high=2**31 - 1)
    vendor: str | None = _cell()
    model: str | None = _cell()
    serial: str | None = _cell()
    note: str | None = _cell()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRecord:
    """What a person did or read at a place: a trip test, an inspection, an earth resistance, a strike, a replacement.

    `at` is local time of day; `positions` are those of the contact that a trip test has shown; `reading` is in ohm
    for earth resistance, a number of strikes for a counter. `input` is what the contact was read through at a trip
    test ('DEVICE POINT', see `inventory.inputs`); without it the test counts for whatever input the item has.
    """

    id: str = _key()
    item: str = _needed(CellType.CODE, refers=RECORD_ITEMS)
    kind: str = _needed(choices=RECORD_KINDS)
    on: date = _needed(CellType.DATE)
    at: str | None = _cell(CellType.TIME)
    positions: tuple[str, ...] = _cell(CellType.CODES, default=(), choices=POSITIONS)
    input: str | None = _cell()
    reading: float | None = _cell(CellType.NUMBER, low=-(10**9), high=10**9)
    person: str | None = _cell()
    note: str | None = _cell()


Record: TypeAlias = (
    AdministrativeUnit
    | OrganisationUnit
    | Contact
    | Site
    | Device
    | Interface
    | Line
    | ConferencingEndpoint
    | SurgeProtector
    | Sensor
    | Service
    | Asset
    | FieldRecord
)

# Order matters: a kind refers only to kinds that other rows of the same file may define, parents first.
KINDS: Mapping[str, type[Record]] = MappingProxyType(
    {
        "administrative_unit": AdministrativeUnit,
        "organisation_unit": OrganisationUnit,
        "contact": Contact,
        "site": Site,
        "device": Device,
        "interface": Interface,
        "line": Line,
        "conferencing_endpoint": ConferencingEndpoint,
        "surge_protector": SurgeProtector,
        "sensor": Sensor,
        "service": Service,
        "asset": Asset,
        "field_record": FieldRecord,
    }
)


Unit = TypeVar("Unit", AdministrativeUnit, OrganisationUnit)

VERSIONED = ("administrative_unit", "organisation_unit")

_KIND_OF: Mapping[type[Any], str] = MappingProxyType({record: kind for kind, record in KINDS.items()})


def kind_of(record: Record) -> str:
    """The kind a record is of."""
    return _KIND_OF[type(record)]


def cells(kind: str) -> Mapping[str, Cell]:
    """How each field of a kind is written, in the order of the record; raises KeyError for an unknown kind."""
    return _CELLS[kind]


_CELLS: Mapping[str, Mapping[str, Cell]] = MappingProxyType(
    {
        kind: MappingProxyType({field.name: field.metadata["cell"] for field in fields(record)})
        for kind, record in KINDS.items()
    }
)


@dataclass(frozen=True, slots=True)
class Inventory:
    """All records in force at one moment, by kind and id; `revision` counts the applied change sets.

    `versions` holds every version of the units, past and future ones too, by kind and id, oldest first; `on` is the
    local date for which `records` was chosen from them (None: each unit's last version).
    """

    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    revision: int = 0
    versions: Mapping[str, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    on: date | None = None

    def of(self, kind: str) -> Mapping[str, Any]:
        """The records of one kind by id; empty when there are none."""
        return self.records.get(kind, {})

    def every(self, kind: str) -> tuple[Any, ...]:
        """All records of one kind, of units all their versions: what an export must hold."""
        if kind in self.versions:
            return tuple(version for versions in self.versions[kind].values() for version in versions)
        return tuple(self.of(kind).values())

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        for kind, records in self.records.items():
            for record in records.values():
                yield kind, record


def gather(records: Iterable[tuple[str, Any]], on: date | None, revision: int = 0) -> Inventory:
    """Put records together, of units all versions; of those, the ones in force on `on` become `records`."""
    plain: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    versions: dict[str, dict[str, list[Any]]] = {kind: {} for kind in VERSIONED}
    for kind, record in records:
        if kind in versions:
            versions[kind].setdefault(record.id, []).append(record)
        else:
            plain[kind][record.id] = record
    ordered = {kind: _by_date(units) for kind, units in versions.items()}
    for kind, units in ordered.items():
        plain[kind] = {id_: unit for id_, each in units.items() if (unit := in_force(each, on)) is not None}
    return Inventory(plain, revision, ordered, on)


def _by_date(units: Mapping[str, list[Any]]) -> dict[str, tuple[Any, ...]]:
    return {id_: tuple(sorted(each, key=lambda unit: unit.valid_from)) for id_, each in sorted(units.items())}


def in_force(versions: Iterable[Unit], on: date | None) -> Unit | None:
    """The last of a unit's versions, oldest first, that holds on a date (None: the last of all); None if none does."""
    found: Unit | None = None
    for version in versions:
        if on is None or (version.valid_from <= on and (version.valid_to is None or on < version.valid_to)):
            found = version
    return found
