"""From the present to metric families: verdicts, what the looks measured, and what the inventory knows. Pure.

A value series carries only its own stable id; names stand in `_info` series. Verdicts and the moment of the newest
look are always there; `_up` and everything measured are absent while unknown or older than two intervals, because a
frozen value is a false one. What a place lacks is absent, never 0.
"""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from exporters.series import Family, Point
from inventory.snapshot import Inventory
from netwatch.clock import SECOND
from netwatch.present import Present
from netwatch.queries.looks import Latest, looks_behind, looks_by_subject, newest
from netwatch.translate.to_exporters_daemon import daemon_families
from netwatch.translate.to_exporters_info import info_families
from netwatch.verdict import Kind, Subject, SubjectKind
from probes.contract import Metric, Probe

Points = Iterator[Point]
LooksBySubject = Mapping[str, tuple[Latest, ...]]

WORDS: Mapping[SubjectKind, str] = {
    SubjectKind.DEVICE: "device",
    SubjectKind.LINE: "line",
    SubjectKind.SITE: "site",
    SubjectKind.ENDPOINT: "conferencing endpoint",
    SubjectKind.SURGE_PROTECTOR: "surge protector",
}
# A probe's metrics of ports are about (device, part), whoever asked.
PORT_METRIC = "interface_"


def families(present: Present, now: int, probes: Mapping[str, Probe], version: str) -> list[Family]:
    """Everything /metrics says, at `now` (microseconds UTC); families without points are left out."""
    looks = looks_by_subject(present)
    every = (
        *(family for kind in SubjectKind for family in _judged(present, now, kind, looks)),
        *_measured(present, now, probes),
        *info_families(present.inventory),
        *daemon_families(present, version),
    )
    return [family for family in every if family.points]


def _judged(present: Present, now: int, kind: SubjectKind, looks: LooksBySubject) -> Iterator[Family]:
    """The families every kind of subject has, and those only some have."""
    name, word = f"netwatch_{kind}", WORDS[kind]
    subjects = [subject for subject in present.subjects.values() if subject.kind is kind]
    behind = {subject.id: looks_behind(subject, looks) for subject in subjects}
    fresh = [subject for subject in subjects if any(look.fresh(now) for look in behind[subject.id])]
    verdicts = f"Whether the {word} has this verdict: 1 for the one that holds, 0 for the others."
    yield Family(f"{name}_verdict", "gauge", verdicts, tuple(_state_sets(present, subjects, kind)))
    up = f"1 while the {word} is up or degraded, 0 while it is down or unreachable; absent while not known."
    yield Family(f"{name}_up", "gauge", up, tuple(_up(present, fresh, kind)))
    observed = f"When the newest look at the {word} began; 0 when there was none yet."
    at = tuple(Point({kind: s.id}, newest(behind[s.id]) / SECOND) for s in subjects)
    yield Family(f"{name}_last_observation_timestamp_seconds", "gauge", observed, at)
    yield from _extras(present, fresh, kind)


def _state_sets(present: Present, subjects: Iterable[Subject], kind: SubjectKind) -> Points:
    for subject in subjects:
        judged = present.judged.get(subject.id)
        holds = judged.verdict.kind if judged else Kind.UNKNOWN
        for verdict in Kind:
            yield Point({kind: subject.id, "verdict": verdict}, verdict is holds)


def _up(present: Present, subjects: Iterable[Subject], kind: SubjectKind) -> Points:
    for subject in subjects:
        judged = present.judged.get(subject.id)
        if judged is not None and judged.verdict.kind is not Kind.UNKNOWN:
            yield Point({kind: subject.id}, judged.verdict.operational)


def _extras(present: Present, fresh: list[Subject], kind: SubjectKind) -> Iterator[Family]:
    if kind is SubjectKind.DEVICE:
        text = "Whether the device's agent answers with values; absent while not known."
        yield Family("netwatch_device_manageable", "gauge", text, tuple(_manageable(present, fresh)))
    if kind is SubjectKind.ENDPOINT:
        text = "Whether the conferencing endpoint is registered; absent while not known."
        registered = tuple(_expected(present, fresh))
        yield Family("netwatch_conferencing_endpoint_registered", "gauge", text, registered)
    if kind is SubjectKind.SURGE_PROTECTOR:
        text = (
            "Whether the surge protector's remote contact is in its normal position; absent while not known."
        )
        normal = tuple(_expected(present, fresh))
        yield Family("netwatch_surge_protector_contact_normal", "gauge", text, normal)


def _manageable(present: Present, devices: Iterable[Subject]) -> Points:
    for device in devices:
        judged = present.judged.get(device.id)
        if judged is not None and judged.verdict.manageable is not None:
            yield Point({"device": device.id}, judged.verdict.manageable)


def _expected(present: Present, subjects: Iterable[Subject]) -> Points:
    """The one fact of an endpoint or a surge protector."""
    for subject in subjects:
        fact = present.facts.get(subject.facts[0]) if subject.facts else None
        if fact is not None and fact.holds is not None:
            yield Point({subject.kind: subject.id}, fact.holds)


def _measured(present: Present, now: int, probes: Mapping[str, Probe]) -> Iterator[Family]:
    """One family per metric of a probe and kind of subject; a look adds its samples while it is fresh."""
    declared = {metric.name: metric for probe in probes.values() for metric in probe.metrics}
    ports = exported_ports(present.inventory)
    gathered: dict[str, tuple[Metric, list[Point]]] = {}
    for look in _fresh(present, now):
        for part, name, value in look.samples():
            metric = declared.get(name)
            named = _series(present, look, part, name, ports)
            if metric is not None and named is not None:
                family, labels = named
                gathered.setdefault(family, (metric, []))[1].append(Point(labels, value))
    return (Family(name, metric.kind, metric.help, points) for name, (metric, points) in gathered.items())


def _fresh(present: Present, now: int) -> Iterator[Latest]:
    for id_, check in present.checks.items():
        observation = present.latest.get(id_)
        if observation is not None and (look := Latest(check, observation)).fresh(now):
            yield look


def _series(
    present: Present, look: Latest, part: str, metric: str, ports: frozenset[tuple[str, str]]
) -> tuple[str, dict[str, str]] | None:
    """Name and labels of a sample; None for a port nobody asked for and for a subject that is gone."""
    target = look.check.target
    if metric.startswith(PORT_METRIC):
        wanted = (target, port_name(part)) in ports
        return (f"netwatch_{metric}", {"device": target, "part": part}) if wanted else None
    parts = {"part": part} if part else {}
    if look.check.anchor:
        return f"netwatch_anchor_{metric}", {"anchor": look.check.address, **parts}
    subject = present.subjects.get(target)
    return (f"netwatch_{subject.kind}_{metric}", {subject.kind: target, **parts}) if subject else None


def exported_ports(inventory: Inventory) -> frozenset[tuple[str, str]]:
    """(device, interface name) of the ports whose counters leave: line ends and ports the inventory flags.

    A port that the inventory says is not to be exported is not, even where it is a line's end.
    """
    lines = inventory.of("line").values()
    ends = {(line.a_device, line.a_interface) for line in lines} | {
        (line.b_device, line.b_interface) for line in lines
    }
    named = inventory.of("interface").values()
    flagged = {(port.device, port.name) for port in named if port.exported}
    refused = {(port.device, port.name) for port in named if not port.exported}
    return frozenset((ends | flagged) - refused)


def port_name(part: str) -> str:
    """The interface name that a part was made of (percent-encoded, with '#index' where names repeat)."""
    return unquote(part.partition("#")[0])
