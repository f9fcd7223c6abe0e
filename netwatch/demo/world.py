"""What is broken in the synthetic province, and what therefore answers. Pure.

`World` says what happened (lines cut, sites without power...); `Reality` what follows from it by the topology.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from inventory.snapshot import Device, Inventory, Line, SurgeProtector

Port = tuple[str, str]


@dataclass(frozen=True, slots=True)
class World:
    """What is broken: ids of lines, of sites, of the endpoints' devices, of surge protectors, of UPS and of services.

    `on_battery` are UPS whose mains have failed, `stopped` services that answer with a fault, `expiring` those whose
    certificate has few days left, `swapped` devices in whose place another stands.
    """

    cut: frozenset[str] = frozenset()
    dark: frozenset[str] = frozenset()
    unregistered: frozenset[str] = frozenset()
    tripped: frozenset[str] = frozenset()
    on_battery: frozenset[str] = frozenset()
    stopped: frozenset[str] = frozenset()
    expiring: frozenset[str] = frozenset()
    swapped: frozenset[str] = frozenset()


WHOLE = World()


class Medium(StrEnum):
    """What a packet travels over, as far as its delay goes."""

    LOCAL = "local"
    FIBRE = "fibre"
    MOBILE = "mobile"


@dataclass(frozen=True, slots=True)
class Region:
    """The topology a world is laid over, gathered from the inventory once.

    `hubs` names the site where each line ends upstream; `ends` the lines that end at a port.
    """

    inventory: Inventory
    lines: Mapping[str, tuple[Line, ...]]
    hubs: Mapping[str, str | None]
    ends: Mapping[Port, tuple[str, ...]]
    operations: Mapping[str, tuple[Line, ...]]
    protectors: Mapping[str, SurgeProtector]

    @property
    def devices(self) -> Mapping[str, Device]:
        """All devices by id."""
        return self.inventory.of("device")


def region(inventory: Inventory) -> Region:
    """Gather the topology."""
    devices, lines = inventory.of("device"), inventory.of("line")
    by_site: dict[str, list[Line]] = {}
    ends: dict[Port, list[str]] = {}
    operations: dict[str, list[Line]] = {}
    for line in lines.values():
        by_site.setdefault(line.site, []).append(line)
        for device, interface in ((line.a_device, line.a_interface), (line.b_device, line.b_interface)):
            ends.setdefault((device or "", interface or ""), []).append(line.id)
        if line.witness == "path":
            operations.setdefault(line.witness_device or "", []).append(line)
    return Region(
        inventory,
        {site: tuple(found) for site, found in by_site.items()},
        {line.id: devices[line.b_device].site if line.b_device else None for line in lines.values()},
        {port: tuple(found) for port, found in ends.items()},
        {device: tuple(found) for device, found in operations.items()},
        {item.input_device: item for item in inventory.of("surge_protector").values() if item.input_device},
    )


@dataclass(frozen=True, slots=True)
class Reality:
    """What follows from a world: which addresses answer and how their packets travel, and which lines carry."""

    region: Region
    world: World
    carrying: frozenset[str]
    answering: Mapping[str, Medium] = field(default_factory=dict)

    def port_up(self, device: str, interface: str) -> bool:
        """Whether a port has carrier: one without a line has, one with lines while any of them carries."""
        lines = self.region.ends.get((device, interface))
        return lines is None or not self.carrying.isdisjoint(lines)

    def closed(self, protector: SurgeProtector) -> bool:
        """Whether the contact of a surge protector is closed."""
        return (protector.normal_position == "closed") is (protector.id not in self.world.tripped)


def reality(laid: Region, world: World) -> Reality:
    """What follows from a world, site by site from the centre outwards."""
    ways = _Ways(laid, world)
    carrying = frozenset(line for line in laid.hubs if ways.carries(line))
    answering = dict(_devices(laid, ways))
    answering.update(_witnesses(laid, carrying))
    return Reality(laid, world, carrying, answering)


class _Ways:
    """How each site is reached, remembered while one world is worked out."""

    def __init__(self, laid: Region, world: World) -> None:
        self._laid = laid
        self._world = world
        self._known: dict[str, Medium | None] = {}

    def way(self, site: str) -> Medium | None:
        """What the site is reached over; None while it is not."""
        if site not in self._known:
            self._known[site] = None if site in self._world.dark else self._over(site)
        return self._known[site]

    def _over(self, site: str) -> Medium | None:
        lines = [line for line in self._laid.lines.get(site, ()) if self._laid.hubs[line.id]]
        if not lines:
            return Medium.LOCAL
        return next((medium_of(line) for line in lines if self.carries(line.id)), None)

    def carries(self, line: str) -> bool:
        """Whether a line carries: not cut, power at its site, its upstream end reached."""
        site = self._laid.inventory.of("line")[line].site
        hub = self._laid.hubs[line]
        lost = line in self._world.cut or site in self._world.dark
        return not lost and (hub is None or self.way(hub) is not None)


def medium_of(line: Line) -> Medium:
    """What a line's packets travel over."""
    return Medium.MOBILE if line.line_class == "mobile_backup" else Medium.FIBRE


def _devices(laid: Region, ways: _Ways) -> Iterator[tuple[str, Medium]]:
    for device in laid.devices.values():
        way = ways.way(device.site)
        if way is not None and device.address:
            yield device.address, way


def _witnesses(laid: Region, carrying: frozenset[str]) -> Iterator[tuple[str, Medium]]:
    lines = laid.inventory.of("line")
    for line in (lines[id_] for id_ in carrying):
        if line.witness_address:
            yield line.witness_address, medium_of(line)
