"""From the inventory to `_info` series: what value series leave out, to be joined by `group_left`. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from exporters.series import Family, Point
from inventory.organisation import agencies, children
from inventory.snapshot import Inventory

# Bandwidths are contracted in bit/s; metrics are in base units, so that rate(bytes) / contracted is the utilisation.
BITS_PER_BYTE = 8

# Kind in the inventory -> its label, then other labels and the fields they are taken from.
LABELS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "organisation_unit": ("agency", {"name": "name", "kind": "kind", "level": "level", "parent": "parent"}),
    "site": ("site", {"name": "name", "administrative_unit": "administrative_unit"}),
    "device": (
        "device",
        {
            "name": "name",
            "kind": "kind",
            "vendor": "vendor",
            "model": "model",
            "serial": "serial",
            "address": "address",
        },
    ),
    "line": (
        "line",
        {
            "name": "name",
            "class": "line_class",
            "role": "role",
            "provider": "provider",
            "contract_number": "contract_number",
            "route_group": "route_group",
            "witness": "witness",
        },
    ),
    "conferencing_endpoint": ("conferencing_endpoint", {"name": "name", "device": "device", "room": "room"}),
    "surge_protector": (
        "surge_protector",
        {"name": "name", "device": "input_device", "position": "position", "protects": "protects"},
    ),
    "service": ("service", {"name": "name", "kind": "kind", "location": "location", "device": "device"}),
    "sensor": ("sensor", {"name": "name", "kind": "kind", "device": "device", "unit": "unit"}),
}


def info_families(inventory: Inventory) -> Iterator[Family]:
    """One info family per kind, who stands within whom, ports' names, and the contracted bandwidths."""
    places = _places(inventory)
    for kind, (label, fields) in LABELS.items():
        text = f"What is known of each {kind.replace('_', ' ')}: always 1."
        records = inventory.of(kind).values()
        points = tuple(
            Point({label: r.id, **_own(r, fields), **_place(r, places, inventory)}, 1) for r in records
        )
        yield Family(f"netwatch_{label}_info", "gauge", text, points)
    text = "Each agency with itself and every agency above it: always 1."
    yield Family("netwatch_agency_within_info", "gauge", text, tuple(_within(inventory)))
    yield Family(
        "netwatch_interface_info", "gauge", "The name of each port: always 1.", tuple(_ports(inventory))
    )
    text = "Contracted bandwidth of the line, down is towards the site."
    yield Family("netwatch_line_contracted_bytes_per_second", "gauge", text, tuple(_contracted(inventory)))


def _within(inventory: Inventory) -> Iterator[Point]:
    """Parents before children: PromQL cannot follow parents upwards by itself."""
    below = children(inventory, "organisation_unit")
    paths: list[tuple[str, ...]] = [(id_,) for id_ in reversed(below.get("", ()))]
    while paths:
        path = paths.pop()
        yield from (Point({"agency": path[-1], "within": id_}, 1) for id_ in path)
        paths.extend((*path, id_) for id_ in reversed(below.get(path[-1], ())))


def _own(record: Any, fields: Mapping[str, str]) -> dict[str, str]:  # noqa: ANN401 - any inventory record
    given = ((label, getattr(record, field)) for label, field in fields.items())
    return {label: str(value) for label, value in given if value}


def _places(inventory: Inventory) -> Mapping[str, dict[str, str]]:
    """Labels that say where a site is and whose: a site's first agency is the one it stands under."""
    units = inventory.of("organisation_unit")
    places = {}
    for site in inventory.of("site").values():
        agency = next(iter(agencies(inventory, site.organisation_units)), "")
        whose = {"agency": agency, "agency_name": units[agency].name} if agency else {}
        places[site.id] = {"site": site.id, "site_name": site.name, **whose}
    return places


def _place(record: Any, places: Mapping[str, dict[str, str]], inventory: Inventory) -> dict[str, str]:  # noqa: ANN401
    if record.id in places:
        return {label: value for label, value in places[record.id].items() if label.startswith("agency")}
    holder = inventory.of("device").get(getattr(record, "device", ""), record)
    return places.get(getattr(holder, "site", ""), {})


def _ports(inventory: Inventory) -> Iterator[Point]:
    """Ports the inventory names, and the line that ends there."""
    ends = _ends(inventory)
    named = {(port.device, port.name): port for port in inventory.of("interface").values()}
    for device, name in sorted({*ends, *named}):
        purpose = named[device, name].purpose if (device, name) in named else None
        line = ends.get((device, name), "")
        known = {"purpose": purpose, "line": line}
        labels = {label: value for label, value in known.items() if value}
        yield Point({"device": device, "part": quote(name, safe=""), "name": name, **labels}, 1)


def _ends(inventory: Inventory) -> Mapping[tuple[str, str], str]:
    ends = {}
    for line in inventory.of("line").values():
        for device, interface in ((line.a_device, line.a_interface), (line.b_device, line.b_interface)):
            if device and interface:
                ends[device, interface] = line.id
    return ends


def _contracted(inventory: Inventory) -> Iterator[Point]:
    for line in inventory.of("line").values():
        for direction, bits in (("down", line.bandwidth_down), ("up", line.bandwidth_up)):
            if bits:
                yield Point({"line": line.id, "direction": direction}, bits / BITS_PER_BYTE)
