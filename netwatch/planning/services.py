"""Services the agencies live by, looked at where the inventory says they are. Pure."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from inventory.faults import CellFault
from inventory.locations import Location, read_expectations, read_location
from inventory.snapshot import Inventory, Service
from netwatch.check import Check
from netwatch.planning.maker import Maker, Targets, facts
from netwatch.verdict import SERVING, SIGNALLING, Subject, SubjectKind
from probes.serving import CERTIFICATE_VALID, USABLE

# Where services are looked for that name no device.
DOMAIN = "main"
# The instance of such checks: what they are after is the inventory's to say, not the settings'.
SERVICE = "service"

Expected: TypeAlias = Mapping[str, tuple[str, ...]]


class _Way(NamedTuple):
    """Which kind of probe looks at a scheme, what it is told, and the facts that count."""

    kind: str
    params: Callable[[Location, Expected], Mapping[str, Any]]
    facts: tuple[str, ...] = (USABLE,)


def _http(location: Location, expected: Expected) -> Mapping[str, Any]:
    return {"url": location.url, **expected}


def _tcp(location: Location, expected: Expected) -> Mapping[str, Any]:  # noqa: ARG001 - one shape for all
    return {"port": location.port, "tls": location.options.get("tls") == "1"}


def _dns(location: Location, expected: Expected) -> Mapping[str, Any]:
    asked = {"name": location.path.removeprefix("/"), "port": location.port}
    return {**asked, "type": location.options.get("type", "A"), **expected}


def _smtp(location: Location, expected: Expected) -> Mapping[str, Any]:  # noqa: ARG001
    begun = "starttls" if location.options.get("starttls") == "1" else "none"
    return {"port": location.port, "tls": "tls" if location.scheme == "smtps" else begun}


def _rtsp(location: Location, expected: Expected) -> Mapping[str, Any]:  # noqa: ARG001
    return {"port": location.port, "path": location.path.removeprefix("/")}


def _sip(location: Location, expected: Expected) -> Mapping[str, Any]:  # noqa: ARG001
    usual = "tls" if location.scheme == "sips" else "udp"
    transport = location.options.get("transport", usual)
    return {"transport": transport, "port": location.port, "user": location.user}


def _port(location: Location, expected: Expected) -> Mapping[str, Any]:  # noqa: ARG001
    return {"port": location.port}


WAYS: Mapping[str, _Way] = MappingProxyType(
    {
        "http": _Way("http_get", _http, (USABLE, CERTIFICATE_VALID)),
        "https": _Way("http_get", _http, (USABLE, CERTIFICATE_VALID)),
        "tcp": _Way("tcp_connect", _tcp, (USABLE, CERTIFICATE_VALID)),
        "dns": _Way("dns_query", _dns),
        "smtp": _Way("smtp_greeting", _smtp, (USABLE, CERTIFICATE_VALID)),
        "smtps": _Way("smtp_greeting", _smtp, (USABLE, CERTIFICATE_VALID)),
        "rtsp": _Way("rtsp_options", _rtsp),
        "sip": _Way("sip_options", _sip, (SIGNALLING, SERVING)),
        "sips": _Way("sip_options", _sip, (SIGNALLING, SERVING)),
        "h323": _Way("h323_port", _port, (SIGNALLING,)),
        "ssh": _Way("ssh_banner", _port),
    }
)

_FACTS: Mapping[str, tuple[str, ...]] = MappingProxyType({way.kind: way.facts for way in WAYS.values()})


def checks(inventory: Inventory, make: Maker) -> Iterator[Check]:
    """One check of every service whose location can be looked at."""
    devices = inventory.of("device")
    for service in inventory.of("service").values():
        found = _read(service)
        if found is not None:
            location, expected = found
            way = WAYS[location.scheme]
            yield make.check(
                way.kind,
                service.id,
                location.host,
                make.settings.device,
                {**way.params(location, expected), **_calibration(service, location)},
                device=devices.get(service.device or ""),
                instance=SERVICE,
            )


def _calibration(service: Service, location: Location) -> Mapping[str, Any]:
    """Which site's unused address H.323 is compared with."""
    return {"site": service.site} if location.scheme == "h323" else {}


def _read(service: Service) -> tuple[Location, Expected] | None:
    """Where it is and what is expected; None when nothing can be looked at (an import says why)."""
    try:
        location = read_location(service.location or "")
        return location, read_expectations(service.expected, location.scheme)
    except CellFault:
        return None


class _Bearers:
    """What services hang from: the device they run on, else the core devices of their site."""

    def __init__(self, inventory: Inventory) -> None:
        devices = [device for device in inventory.of("device").values() if device.address]
        self._by_address = {each.address: each.id for each in devices if each.routing_domain == DOMAIN}
        self._core: dict[str, tuple[str, ...]] = {}
        for device in devices:
            if device.core:
                self._core[device.site] = (*self._core.get(device.site, ()), device.id)

    def of(self, service: Service) -> tuple[str, ...]:
        """A device that is named, or has the address of the location, counts alone."""
        found = _read(service)
        device = service.device or (self._by_address.get(found[0].host) if found else None)
        return (device,) if device else self._core.get(service.site, ())


def subjects(inventory: Inventory, targets: Targets) -> Iterator[Subject]:
    """Every service, below what it hangs from."""
    bearers = _Bearers(inventory)
    for service in inventory.of("service").values():
        told = tuple(
            key for check in targets.get(service.id, []) for key in facts([check], *_FACTS[check.kind])
        )
        yield Subject(service.id, SubjectKind.SERVICE, told, parents=bearers.of(service), type=service.kind)
