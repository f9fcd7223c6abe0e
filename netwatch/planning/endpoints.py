"""Conferencing: endpoints, bridges and gatekeepers, by what the inventory says that their devices speak. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from inventory.protocols import Protocol, protocols
from inventory.snapshot import Device, Inventory
from netwatch.check import Check, FactKey
from netwatch.planning.maker import Maker, Targets, facts
from netwatch.verdict import AVAILABLE, HEALTHY, REGISTERED, SERVING, SIGNALLING, Subject, SubjectKind
from probes.equipment.catalogue import REGISTRATION

CONFERENCING = frozenset({"conferencing_endpoint", "conferencing_bridge"})


class _Way(NamedTuple):
    """Which kind of probe speaks a protocol, and what it is told besides the port."""

    kind: str
    params: Mapping[str, Any]


WAYS: Mapping[str, _Way] = MappingProxyType(
    {
        "sip": _Way("sip_options", {"transport": "udp"}),
        "sip-tcp": _Way("sip_options", {"transport": "tcp"}),
        "sips": _Way("sip_options", {"transport": "tls"}),
        "h323": _Way("h323_port", {}),
        "xapi": _Way("xapi_status", {"tls": True}),
        "xapi-http": _Way("xapi_status", {"tls": False}),
        "yealink": _Way("yealink_status", {}),
    }
)
# The facts of each kind of probe that count.
FACTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "xapi_status": (REGISTERED, HEALTHY),
        "sip_options": (AVAILABLE, SERVING, SIGNALLING),
        "h323_port": (SIGNALLING,),
    }
)


def checks(inventory: Inventory, make: Maker) -> Iterator[Check]:
    """Of every endpoint its registration, where the inventory says where to read it, and what its device speaks.

    Bridges and gatekeepers, and devices on which the inventory has no endpoint, are looked at themselves.
    """
    devices = inventory.of("device")
    endpoints = inventory.of("conferencing_endpoint").values()
    for endpoint in endpoints:
        device = devices.get(endpoint.device)
        if device and endpoint.registration_oid:
            params = {"oid": endpoint.registration_oid, "expected": endpoint.registration_expected}
            yield from make.request("snmp_scalar", endpoint.id, device, params, make.settings.device)
        if device:
            yield from _spoken(endpoint.id, device, make)
    held = {endpoint.device for endpoint in endpoints}
    for device in devices.values():
        if device.kind in CONFERENCING and device.id not in held:
            yield from _spoken(device.id, device, make)


def _spoken(target: str, device: Device, make: Maker) -> Iterator[Check]:
    """One check for each protocol, the first of its name."""
    named: dict[str, Protocol] = {}
    for spoken in protocols(device):
        named.setdefault(spoken.name, spoken)
    for name, spoken in named.items():
        way = WAYS.get(name)
        if way is not None:
            site = {"site": device.site} if way.kind == "h323_port" else {}
            params = {**way.params, **site, "port": spoken.port}
            yield from make.request(way.kind, target, device, params, make.settings.device, name)


def told(own: Iterable[Check]) -> tuple[FactKey, ...]:
    """The facts that count of what is spoken with a target, in the order of its checks."""
    return tuple(key for check in own for key in facts([check], *FACTS.get(check.kind, ())))


def subjects(inventory: Inventory, targets: Targets) -> Iterator[Subject]:
    """Every endpoint, judged by its device as well, and by the registration that its device's profile reads."""
    for endpoint in inventory.of("conferencing_endpoint").values():
        profiled = (check for check in targets.get(endpoint.device, []) if check.kind == "snmp_equipment")
        own = targets.get(endpoint.id, [])
        named = facts((check for check in own if check.kind == "snmp_scalar"), "expected")
        keys = (*named, *told(own), *facts(profiled, REGISTRATION))
        yield Subject(endpoint.id, SubjectKind.ENDPOINT, keys, host=endpoint.device)
