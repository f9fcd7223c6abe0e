"""Devices, their interfaces, lines, conferencing endpoints, services and plain assets."""

# The declarations are calls of dataclasses.field, which is what RUF009 cannot see.
# ruff: noqa: RUF009

from dataclasses import dataclass
from datetime import date

from inventory.kinds.declare import CellType, day, key, needed, one, optional, serves, text

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
SERVICE_KINDS = ("web", "mail", "dns", "document_system", "one_stop", "database", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Anything with an address. (routing domain, address) is only for matching; `uplinks` name devices or lines.

    `protocols` is what it speaks besides ICMP and SNMP (`inventory.protocols`).
    `port_speed` is its fastest port in bit/s as declared, `position` where at the site it stands.
    """

    id: str = key()
    name: str = needed()
    site: str = needed(CellType.CODE, refers=("site",))
    kind: str = needed(choices=DEVICE_KINDS)
    position: str | None = text()
    vendor: str | None = text()
    model: str | None = text()
    serial: str | None = text()
    address: str | None = optional(CellType.ADDRESS)
    mac: str | None = optional(CellType.MAC)
    port_speed: int | None = optional(CellType.BANDWIDTH, low=1, high=10**15)
    routing_domain: str = optional(CellType.TEXT, default="main")
    credentials: tuple[str, ...] = optional(CellType.TEXTS, default=())
    snmp_port: int = optional(CellType.INTEGER, default=161, low=1, high=65535)
    protocols: tuple[str, ...] = optional(CellType.PROTOCOLS, default=())
    uplinks: tuple[str, ...] = optional(CellType.CODES, default=(), refers=("device", "line"))
    core: bool = optional(CellType.YES_NO, default=False)
    power_source: str | None = text()
    feeder: str | None = text()
    contact: str | None = one("contact")
    acquired_on: date | None = day()
    warranty_until: date | None = day()
    end_of_life: date | None = day()
    serves: tuple[str, ...] = serves()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A port worth naming; its identity is (device, ifName)."""

    id: str = key()
    device: str = needed(CellType.CODE, refers=("device",))
    name: str = needed()
    purpose: str | None = text()
    exported: bool = optional(CellType.YES_NO, default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with two ends: A at the site, B upstream (towards the centre).

    Its witness is `echo` (echoes to `witness_address`), `path` (an SNMP value `witness_oid` on `witness_device`
    equal to one of `witness_expected`), `carrier` (ifOperStatus of both ends) or `none`.
    Bandwidths are the contracted ones in bit/s; down is towards the site.
    """

    id: str = key()
    name: str = needed()
    site: str = needed(CellType.CODE, refers=("site",))
    line_class: str = needed(choices=LINE_CLASSES)
    role: str = optional(CellType.TEXT, default="main", choices=LINE_ROLES)
    a_device: str | None = one("device")
    a_interface: str | None = text()
    b_device: str | None = one("device")
    b_interface: str | None = text()
    witness: str = optional(CellType.TEXT, default="none", choices=WITNESS_KINDS)
    witness_address: str | None = optional(CellType.ADDRESS)
    witness_device: str | None = one("device")
    witness_oid: str | None = optional(CellType.OID)
    witness_expected: tuple[str, ...] = optional(CellType.TEXTS, default=())
    provider: str | None = text()
    contract_number: str | None = text()
    bandwidth_down: int | None = optional(CellType.BANDWIDTH, low=1, high=10**15)
    bandwidth_up: int | None = optional(CellType.BANDWIDTH, low=1, high=10**15)
    channels: int = optional(CellType.INTEGER, default=1, low=1, high=1000)
    route_group: str | None = text()
    legal_document: str | None = text()
    connected_on: date | None = day()
    serves: tuple[str, ...] = serves()
    contact: str | None = one("contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferencingEndpoint:
    """A conferencing endpoint on a device; registered while `registration_oid` holds an expected value."""

    id: str = key()
    name: str = needed()
    device: str = needed(CellType.CODE, refers=("device",))
    room: str | None = text()
    registration_oid: str | None = optional(CellType.OID)
    registration_expected: tuple[str, ...] = optional(CellType.TEXTS, default=())
    contact: str | None = one("contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service the agencies live by: `location` is a URL, `expected` what a good answer holds (`status=200`)."""

    id: str = key()
    name: str = needed()
    site: str = needed(CellType.CODE, refers=("site",))
    kind: str = needed(choices=SERVICE_KINDS)
    location: str | None = text()
    expected: tuple[str, ...] = optional(CellType.TEXTS, default=())
    device: str | None = one("device")
    security_level: int | None = optional(CellType.INTEGER, low=1, high=5)
    contact: str | None = one("contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A plain thing that is counted, not probed: computers, furniture of the network, cable plants."""

    id: str = key()
    name: str = needed()
    site: str = needed(CellType.CODE, refers=("site",))
    kind: str = needed()
    quantity: int = optional(CellType.INTEGER, default=1, low=0, high=2**31 - 1)
    vendor: str | None = text()
    model: str | None = text()
    serial: str | None = text()
    note: str | None = text()
    acquired_on: date | None = day()
    warranty_until: date | None = day()
    end_of_life: date | None = day()
    serves: tuple[str, ...] = serves()
