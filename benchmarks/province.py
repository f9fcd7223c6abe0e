"""Synthetic inventories of so many devices, and looks at them: what the thinking and the daemon are measured with."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from benchmarks.farm import address, port_name
from inventory.snapshot import Device, Interface, Inventory, Line, OrganisationUnit, Site
from netwatch.check import LOCAL, Check, FactSeen, Observation
from netwatch.clock import SECOND
from netwatch.limits.contract import Rulebook
from netwatch.limits.reading import read_rules
from netwatch.plan import Plan, plan
from netwatch.planning.maker import PlanSettings
from probes.registry import probes

CREDENTIALS = "farm"
# What a burst of five echoes measures.
ECHOES = tuple(
    ("", f"icmp_{name}", value)
    for name, value in (
        ("rtt_seconds", 0.01),
        ("rtt_min_seconds", 0.009),
        ("rtt_max_seconds", 0.012),
        ("rtt_median_seconds", 0.01),
        ("rtt_p95_seconds", 0.012),
        ("jitter_seconds", 0.001),
        ("jitter_p95_seconds", 0.003),
        ("loss_ratio", 0.0),
        ("duplicates", 0.0),
        ("late", 0.0),
    )
)
DEVICES_A_SITE = 10
PORTS = 8
_SINCE = date(2025, 7, 1)


def records(devices: int, snmp_port: int) -> Iterator[Any]:
    """One centre with a core router, and sites of ten devices: a router on one line, and switches behind it."""
    yield OrganisationUnit(id="TOP", name="Trung tâm", kind="department", level="province", valid_from=_SINCE)
    for number in range((devices + DEVICES_A_SITE - 1) // DEVICES_A_SITE):
        yield Site(id=f"S{number}", name=f"Điểm {number}", organisation_units=("TOP",))
    for place in range(devices):
        yield from _device(place, snmp_port)


def _device(place: int, snmp_port: int) -> Iterator[Any]:
    site, inside = divmod(place, DEVICES_A_SITE)
    router, line = f"D{site * DEVICES_A_SITE}", f"L{site}"
    uplink = () if place == 0 else (line,) if inside == 0 else (router,)
    yield Device(
        id=f"D{place}",
        name=f"Thiết bị {place}",
        site=f"S{site}",
        kind="router" if inside == 0 else "switch",
        address=address(place),
        credentials=(CREDENTIALS,),
        snmp_port=snmp_port,
        uplinks=uplink,
        core=inside == 0,
    )
    if inside == 0 and place:
        yield _line(line, f"S{site}", router, place)
    else:
        yield Interface(id=f"D{place}:1", device=f"D{place}", name=port_name(1))


def _line(id_: str, site: str, router: str, place: int) -> Line:
    return Line(
        id=id_,
        name=id_,
        site=site,
        line_class="tslcd_access_2",
        a_device=router,
        a_interface=port_name(1),
        b_device="D0",
        b_interface=port_name(2),
        witness="echo",
        witness_address=address(100_000 + place),
    )


# A province: sites of a router on one line, with four switches behind it. So many ports of each are exported, which
# makes just under a million series of 10,000 devices.
PROVINCE_SITE = 5
ROUTER_PORTS, SWITCH_PORTS = 8, 48
ROUTER_EXPORTED, SWITCH_EXPORTED = 8, 9


def province(devices: int, router_port: int, switch_port: int) -> Iterator[Any]:
    """The records of a province; routers and switches answer at these UDP ports."""
    yield OrganisationUnit(id="TOP", name="Trung tâm", kind="department", level="province", valid_from=_SINCE)
    for number in range((devices + PROVINCE_SITE - 1) // PROVINCE_SITE):
        yield Site(id=f"S{number}", name=f"Điểm {number}", organisation_units=("TOP",))
        if number:  # the first site is the centre, at which the other lines end
            yield _line(f"L{number}", f"S{number}", f"D{number * PROVINCE_SITE}", number * PROVINCE_SITE)
    for place in range(devices):
        site, inside = divmod(place, PROVINCE_SITE)
        yield Device(
            id=f"D{place}",
            name=f"Thiết bị {place}",
            site=f"S{site}",
            kind="switch" if inside else "router",
            address=address(place),
            credentials=(CREDENTIALS,),
            snmp_port=switch_port if inside else router_port,
            uplinks=(f"D{place - inside}" if inside else f"L{site}",) if place else (),
            core=place == 0,
        )
        yield from exported(place, SWITCH_EXPORTED if inside else ROUTER_EXPORTED)


def switches(devices: int, snmp_port: int, ports: int) -> Iterator[Any]:
    """One site of switches without lines, so many ports of each exported."""
    yield OrganisationUnit(id="TOP", name="Trung tâm", kind="department", level="province", valid_from=_SINCE)
    yield Site(id="S0", name="Điểm 0", organisation_units=("TOP",))
    for place in range(devices):
        yield Device(
            id=f"D{place}",
            name=f"Thiết bị {place}",
            site="S0",
            kind="switch",
            address=address(place),
            credentials=(CREDENTIALS,),
            snmp_port=snmp_port,
            core=place == 0,
        )
        yield from exported(place, ports)


def exported(place: int, ports: int) -> Iterator[Interface]:
    """The first ports of a device as interfaces, which are exported."""
    for port in range(1, ports + 1):
        yield Interface(id=f"D{place}:{port}", device=f"D{place}", name=port_name(port))


def gathered(devices: int) -> Inventory:
    """The same as an inventory."""
    kinds = {
        Site: "site",
        OrganisationUnit: "organisation_unit",
        Device: "device",
        Line: "line",
        Interface: "interface",
    }
    found: dict[str, dict[str, Any]] = {kind: {} for kind in kinds.values()}
    for record in records(devices, 161):
        found[kinds[type(record)]][record.id] = record
    return Inventory(found)


def planned(devices: int) -> Plan:
    """What is looked at, every ten seconds."""
    ten = 10 * SECOND
    settings = PlanSettings(
        ten,
        ten,
        ten,
        ten,
        ten,
        recheck=ten,
        anchor_interval=ten,
        credentials=frozenset({CREDENTIALS}),
        rulebook=_impatient(read_rules()),
        metrics={name: frozenset(one.name for one in probe.metrics) for name, probe in probes().items()},
    )
    return plan(gathered(devices), settings, 1)


def _impatient(book: Rulebook) -> Rulebook:
    """The same limits judged by each look, so that a few rounds suffice."""
    return replace(book, rules=tuple(replace(rule, limit=replace(rule.limit, over=0)) for rule in book.rules))


def look(check: Check, at: int, sequence: int, well: bool) -> Observation:
    """What one look at a check saw: all well, or no answer at all."""
    words = "answered" if well else "no_answer"
    facts = tuple(FactSeen(part, fact, well, words) for part, fact in _facts(check, well))
    samples = ECHOES if well and check.kind == "icmp_echo" else ()
    return Observation(LOCAL, sequence, 1, check.id, at, 1000, facts, complete=well, samples=samples)


def _facts(check: Check, well: bool) -> list[tuple[str, str]]:
    if check.kind == "snmp_interfaces":
        return [(port_name(port), "carrier") for port in range(1, PORTS + 1)] if well else []
    return [("", "reachable"), ("", "manageable")][: 2 if check.kind == "snmp_system" else 1]
