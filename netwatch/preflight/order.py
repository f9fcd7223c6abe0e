"""Which sites are meant, and what of each is asked before a conference. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from inventory.organisation import meant
from inventory.snapshot import Device, Inventory, Line, Site
from netwatch.check import Check
from netwatch.control.contract import Refused
from netwatch.language import Sentence
from netwatch.verdict import UPS
from probes.part import part_name

# Counters of ports are read apart, twice.
PORTS = "snmp_interfaces"
# Asked by bursts of our own.
ECHOES = "icmp_echo"
# In this order: what takes a moment before what walks through tables.
FIRST = ("sip_options", "h323_port", "xapi_status", "yealink_status", "snmp_scalar")
ALSO = ("snmp_equipment",)


@dataclass(frozen=True, slots=True)
class Seat:
    """What is called: an endpoint, or a device where the site has none; `checks` tell of registration and the like."""

    item: str
    address: str
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class LineEnd:
    """Where a line's traffic is counted: received at its A end is towards the site, at its B end from it."""

    line: Line
    check: Check | None = None
    part: str = ""
    towards: bool = True


@dataclass(frozen=True, slots=True)
class SiteOrder:
    """All that is asked of one site; `called` False: it has no endpoint with an address."""

    site: Site
    seats: tuple[Seat, ...]
    called: bool
    lines: tuple[LineEnd, ...]
    supplies: tuple[tuple[Check, ...], ...]


def orders(
    inventory: Inventory, checks: Iterable[Check], names: Sequence[str], everything: bool
) -> tuple[SiteOrder, ...]:
    """What to ask of the sites named: by their own id, their agency's, or that of an endpoint in them.

    `everything` is all sites that have endpoints. Raises Refused for a name that stands for nothing, and for none.
    """
    wanted = _sites(inventory, names, everything)
    if not wanted:
        raise Refused(Sentence("Name sites, agencies or conferencing endpoints, or say --all."))
    by_target: dict[str, list[Check]] = {}
    for check in checks:
        by_target.setdefault(check.target, []).append(check)
    sites = inventory.of("site")
    seats, lines, supplies = _by_site(inventory, by_target)
    return tuple(
        SiteOrder(
            site=sites[id_],
            seats=tuple(seats.get(id_, ())) or _stand_in(inventory, id_),
            called=id_ in seats,
            lines=tuple(lines.get(id_, ())),
            supplies=tuple(supplies.get(id_, ())),
        )
        for id_ in wanted
    )


def _sites(inventory: Inventory, names: Sequence[str], everything: bool) -> tuple[str, ...]:
    sites, devices = inventory.of("site"), inventory.of("device")
    endpoints = inventory.of("conferencing_endpoint")
    found: dict[str, None] = {}
    if everything:
        found |= dict.fromkeys(
            site for one in endpoints.values() if (site := _site_of(devices.get(one.device))) in sites
        )
    for name in names:
        own = _site_of(devices.get(endpoints[name].device)) if name in endpoints else ""
        housed = [
            site.id
            for site in sites.values()
            if name in (site.id, *site.organisation_units, *meant(inventory, site.organisation_units))
        ]
        if not (wanted := [own] if own in sites else housed):
            text = "'{name}' is neither a site, an agency with a site, nor a conferencing endpoint."
            raise Refused(Sentence(text, {"name": name}))
        found |= dict.fromkeys(wanted)
    return tuple(found)


def _site_of(device: Device | None) -> str:
    return device.site if device else ""


def _by_site(
    inventory: Inventory, checks: Mapping[str, Sequence[Check]]
) -> tuple[dict[str, list[Seat]], dict[str, list[LineEnd]], dict[str, list[tuple[Check, ...]]]]:
    seats: dict[str, list[Seat]] = {}
    lines: dict[str, list[LineEnd]] = {}
    supplies: dict[str, list[tuple[Check, ...]]] = {}
    devices = inventory.of("device")
    for endpoint in inventory.of("conferencing_endpoint").values():
        device = devices.get(endpoint.device)
        if device and device.address:
            asked = (*checks.get(endpoint.id, ()), *checks.get(device.id, ()))
            seats.setdefault(device.site, []).append(Seat(endpoint.id, device.address, told(asked)))
    for line in inventory.of("line").values():
        lines.setdefault(line.site, []).append(_end(line, checks))
    for device in devices.values():
        if device.kind == UPS:
            supplies.setdefault(device.site, []).append(told(checks.get(device.id, ())))
    return seats, lines, supplies


def told(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Those that tell of registration, signalling or power, the quick ones first."""
    order = (*FIRST, *ALSO)
    return tuple(sorted((one for one in checks if one.kind in order), key=lambda one: order.index(one.kind)))


def _end(line: Line, checks: Mapping[str, Sequence[Check]]) -> LineEnd:
    ends = ((line.a_device, line.a_interface, True), (line.b_device, line.b_interface, False))
    for device, interface, towards in ends:
        counted = [one for one in checks.get(device or "", ()) if one.kind == PORTS]
        if counted and interface:
            return LineEnd(line, counted[0], part_name(interface), towards)
    return LineEnd(line)


def _stand_in(inventory: Inventory, site: str) -> tuple[Seat, ...]:
    """Without endpoint, the path is measured to the far end of the site's main line."""
    return tuple(_ends(inventory, site))[:1]


def _ends(inventory: Inventory, site: str) -> Iterator[Seat]:
    devices = inventory.of("device")
    lines = [line for line in inventory.of("line").values() if line.site == site]
    for line in sorted(lines, key=lambda line: line.role != "main"):
        device = devices.get(line.a_device or "")
        if device and device.address:
            yield Seat(device.id, device.address)
        elif line.witness_address:
            yield Seat(line.id, line.witness_address)
