"""From the inventory to what is to be looked at, and how it hangs together. Pure.

A plan is a full snapshot with a revision and a content hash; every observation names the revision it was made under.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from inventory.snapshot import ConferencingEndpoint, Device, Inventory, Line, SurgeProtector
from netwatch.check import EMPTY, LOCAL, Check, FactKey, Hardening, check_id
from netwatch.clock import MINUTE
from netwatch.limits.contract import NO_RULES, Rulebook, Watched
from netwatch.limits.placing import by_subject, watched
from netwatch.topology import Topology, topology
from netwatch.verdict import UPS, Subject, SubjectKind
from probes.part import part_name

ANCHOR = "anchor"
POWER = "power"
# upsOutputSource (UPS-MIB, RFC 1628): other(1), none(2), normal(3), bypass(4), battery(5), booster(6), reducer(7).
# none: the output is switched off, so that nothing behind it has power.
OUTPUT_SOURCE = {
    "oid": "1.3.6.1.2.1.33.1.4.1.0",
    "expected": ("1", "3", "4", "6", "7"),
    "unexpected": ("2", "5"),
}
DEFAULT_HARDENING = Hardening()


@dataclass(frozen=True, slots=True)
class Timing:
    """How often and how patiently one probe kind looks; microseconds, None takes the plan's."""

    interval: int | None = None
    deadline: int = 0
    hardening: Hardening | None = None
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """What of the settings shapes a plan: intervals in microseconds, anchors' addresses, the probes' own sections, and
    the limits with the numbers that each kind of probe gives.
    """

    witness: int
    core: int
    device: int
    counters: int
    other_counters: int
    recheck: int
    anchor_interval: int
    anchors: tuple[str, ...] = ()
    echoes: int = 5
    hardening: Hardening = DEFAULT_HARDENING
    probes: Mapping[str, Timing] = field(default_factory=dict)
    credentials: frozenset[str] = frozenset()
    rulebook: Rulebook = NO_RULES
    metrics: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Checks by id and the topology they tell about; equal content has an equal `digest`, whatever the revision.

    `limits` are those in force on the plan's date, by the check on which they are judged.
    """

    revision: int = 0
    digest: str = ""
    checks: Mapping[str, Check] = field(default_factory=dict)
    topology: Topology = field(default_factory=Topology)
    anchors: frozenset[str] = frozenset()
    limits: Mapping[str, tuple[Watched, ...]] = field(default_factory=dict)


def plan(inventory: Inventory, settings: PlanSettings, revision: int) -> Plan:
    """Everything to look at. The inventory's rules must hold."""
    checks = {check.id: check for check in _checks(inventory, settings)}
    limits = watched(inventory, checks, settings.rulebook, settings.metrics)
    checks |= {id_: _with_rules(checks[id_], several) for id_, several in limits.items()}
    subjects = list(_with_limits(_subjects(inventory, checks), by_subject(limits)))
    anchors = frozenset(check.id for check in checks.values() if check.anchor)
    digest = _digest(checks, subjects, limits)
    return Plan(revision, digest, checks, topology(subjects, revision), anchors, limits)


def _with_rules(check: Check, several: Iterable[Watched]) -> Check:
    rules = {one.key.fact: one.limit.rule(check.hardening) for one in several}
    return replace(check, rules=rules)


def _with_limits(subjects: Iterable[Subject], limits: Mapping[str, tuple[Watched, ...]]) -> Iterator[Subject]:
    for subject in subjects:
        own = limits.get(subject.id)
        yield replace(subject, limits=tuple(one.key for one in own)) if own else subject


def _digest(
    checks: Mapping[str, Check], subjects: Iterable[Subject], limits: Mapping[str, tuple[Watched, ...]]
) -> str:
    content = (
        [asdict(checks[id_]) for id_ in sorted(checks)],
        sorted(map(repr, subjects)),
        sorted(map(repr, limits.values())),
    )
    return hashlib.sha256(json.dumps(content, default=dict, sort_keys=True).encode()).hexdigest()


def _checks(inventory: Inventory, settings: PlanSettings) -> Iterator[Check]:
    make = _Maker(settings)
    for address in settings.anchors:
        yield make.anchor(address)
    watched = frozenset(_line_ends(inventory))
    for device in inventory.of("device").values():
        yield from make.device(device, device.id in watched)
    devices = inventory.of("device")
    for line in inventory.of("line").values():
        yield from make.witness(line, devices)
    for endpoint in inventory.of("conferencing_endpoint").values():
        yield from make.registration(endpoint, devices)
    for protector in inventory.of("surge_protector").values():
        yield from make.contact(protector, devices)


def _line_ends(inventory: Inventory) -> Iterator[str]:
    for line in inventory.of("line").values():
        yield from (end for end in (line.a_device, line.b_device) if end)


class _Maker:
    """Makes checks under one set of settings."""

    def __init__(self, settings: PlanSettings) -> None:
        self._settings = settings

    def anchor(self, address: str) -> Check:
        target = f"{ANCHOR}:{address}"
        return self._check(
            "icmp_echo", target, address, self._settings.anchor_interval, self._echoes(), anchor=True
        )

    def device(self, device: Device, line_end: bool) -> Iterator[Check]:
        if not device.address:
            return
        settings = self._settings
        pace = settings.core if device.core else settings.device
        yield self._check("icmp_echo", device.id, device.address, pace, self._echoes(), device=device)
        if not settings.credentials.isdisjoint(device.credentials):
            counters = settings.counters if line_end or device.core else settings.other_counters
            yield self._check("snmp_system", device.id, device.address, settings.device, device=device)
            yield self._check("snmp_interfaces", device.id, device.address, counters, device=device)
            yield from self._power(device)

    def _power(self, device: Device) -> Iterator[Check]:
        """What a UPS draws on: seldom asked it would not be known when the power fails and all goes dark."""
        if device.kind == UPS and device.address:
            pace, params = min(self._settings.device, MINUTE), OUTPUT_SOURCE
            yield self._check(
                "snmp_scalar", device.id, device.address, pace, params, device=device, instance=POWER
            )

    def witness(self, line: Line, devices: Mapping[str, Device]) -> Iterator[Check]:
        pace = self._settings.witness
        if line.witness == "echo" and line.witness_address:
            end = devices.get(line.a_device or "")
            domain = end.routing_domain if end else "main"
            yield self._check("icmp_echo", line.id, line.witness_address, pace, self._echoes(), domain=domain)
        device = devices.get(line.witness_device or "")
        if line.witness == "path" and device:
            yield from self._value(
                "snmp_path", line.id, device, (line.witness_oid, line.witness_expected), pace
            )

    def registration(self, endpoint: ConferencingEndpoint, devices: Mapping[str, Device]) -> Iterator[Check]:
        device = devices.get(endpoint.device)
        if device and endpoint.registration_oid:
            value = endpoint.registration_oid, endpoint.registration_expected
            yield from self._value("snmp_scalar", endpoint.id, device, value, self._settings.device)

    def contact(self, protector: SurgeProtector, devices: Mapping[str, Device]) -> Iterator[Check]:
        device = devices.get(protector.input_device or "")
        if device and protector.input_oid:
            params = {"oid": protector.input_oid, **_positions(protector)}
            yield from self._request("snmp_scalar", protector.id, device, params, self._settings.device)

    def _value(
        self, kind: str, target: str, device: Device, value: tuple[str | None, tuple[str, ...]], pace: int
    ) -> Iterator[Check]:
        oid, expected = value
        yield from self._request(kind, target, device, {"oid": oid, "expected": expected}, pace)

    def _request(
        self, kind: str, target: str, device: Device, params: Mapping[str, Any], pace: int
    ) -> Iterator[Check]:
        if device.address:
            yield self._check(kind, target, device.address, pace, params, device=device)

    def _echoes(self) -> Mapping[str, Any]:
        return {"count": self._settings.echoes}

    def _check(
        self,
        kind: str,
        target: str,
        address: str,
        pace: int,
        params: Mapping[str, Any] = EMPTY,
        *,
        device: Device | None = None,
        domain: str = "main",
        anchor: bool = False,
        instance: str = "",
    ) -> Check:
        own = self._settings.probes.get(kind, Timing())
        interval = own.interval or pace
        return Check(
            id=check_id(target, kind, instance),
            target=target,
            kind=kind,
            instance=instance,
            device=device.id if device else target,
            address=address,
            interval=interval,
            deadline=min(own.deadline or interval, interval * 9 // 10),
            recheck=min(self._settings.recheck, interval),
            hardening=own.hardening or self._settings.hardening,
            routing_domain=device.routing_domain if device else domain,
            snmp_port=device.snmp_port if device else 161,
            credentials=device.credentials if device else (),
            # What an instance is after is ours to say; the settings' values are for what the inventory names.
            params={**own.params, **params} if instance else {**params, **own.params},
            anchor=anchor,
        )


def _positions(protector: SurgeProtector) -> Mapping[str, tuple[str, ...]]:
    closed, opened = protector.input_closed_values, protector.input_open_values
    healthy, faulty = (closed, opened) if protector.normal_position == "closed" else (opened, closed)
    return {"expected": healthy, "unexpected": faulty}


def _subjects(inventory: Inventory, checks: Mapping[str, Check]) -> Iterator[Subject]:
    by_target: dict[str, list[Check]] = {}
    for check in checks.values():
        by_target.setdefault(check.target, []).append(check)
    for device in inventory.of("device").values():
        yield _device_subject(device, by_target.get(device.id, []))
    for line in inventory.of("line").values():
        yield _line_subject(line, by_target)
    for endpoint in inventory.of("conferencing_endpoint").values():
        facts = _facts(by_target.get(endpoint.id, []), "expected")
        yield Subject(endpoint.id, SubjectKind.ENDPOINT, facts, host=endpoint.device)
    for protector in inventory.of("surge_protector").values():
        facts = _facts(by_target.get(protector.id, []), "expected")
        yield Subject(protector.id, SubjectKind.SURGE_PROTECTOR, facts, host=protector.input_device)
    yield from _site_subjects(inventory)


def _facts(checks: Iterable[Check], *names: str) -> tuple[FactKey, ...]:
    return tuple(FactKey(check.id, "", name, LOCAL) for check in checks for name in names)


def _device_subject(device: Device, checks: list[Check]) -> Subject:
    facts = [
        *_facts((check for check in checks if check.kind == "icmp_echo"), "reachable"),
        *_facts((check for check in checks if check.kind == "snmp_system"), "reachable", "manageable"),
        *_facts((check for check in checks if check.instance == POWER), "expected"),
    ]
    return Subject(device.id, SubjectKind.DEVICE, tuple(facts), parents=device.uplinks, type=device.kind)


def _line_subject(line: Line, by_target: Mapping[str, list[Check]]) -> Subject:
    parents = (line.b_device,) if line.b_device else ()
    facts = _witness_facts(line, by_target)
    return Subject(
        line.id, SubjectKind.LINE, facts, parents=parents, witness=line.witness, type=line.line_class
    )


def _witness_facts(line: Line, by_target: Mapping[str, list[Check]]) -> tuple[FactKey, ...]:
    own = by_target.get(line.id, [])
    if line.witness == "echo":
        return _facts(own, "reachable")
    if line.witness == "path":
        return _facts(own, "path")
    return tuple(_carriers(line)) if line.witness == "carrier" else ()


def _carriers(line: Line) -> Iterator[FactKey]:
    ends = (line.a_device, line.a_interface), (line.b_device, line.b_interface)
    for device, interface in ends:
        if device and interface:
            yield FactKey(check_id(device, "snmp_interfaces"), part_name(interface), "carrier", LOCAL)


def _site_subjects(inventory: Inventory) -> Iterator[Subject]:
    lines, core = _by_site(inventory.of("line").values()), _by_site(_core(inventory))
    backups = {line.id for line in inventory.of("line").values() if line.role == "backup"}
    for site in inventory.of("site"):
        members = tuple(sorted(lines.get(site, ()), key=backups.__contains__))
        yield Subject(
            site,
            SubjectKind.SITE,
            lines=members,
            backups=tuple(id_ for id_ in members if id_ in backups),
            core=core.get(site, ()),
        )


def _core(inventory: Inventory) -> Iterator[Device]:
    return (device for device in inventory.of("device").values() if device.core)


def _by_site(records: Iterable[Device | Line]) -> dict[str, tuple[str, ...]]:
    gathered: dict[str, list[str]] = {}
    for record in records:
        gathered.setdefault(record.site, []).append(record.id)
    return {site: tuple(ids) for site, ids in gathered.items()}
