"""What has not been known for long, by the cause of not knowing. Pure.

A silent unknown is not silence: after `rules.ignorance` it is an incident, one per cause and nobody down. What was
never measured, or is not meant to be, only stands on a to-do list.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from inventory.inputs import read_through
from inventory.snapshot import ConferencingEndpoint, Device, Line, Sensor, SurgeProtector
from netwatch.clock import MINUTE, Disturbance
from netwatch.incidents.grouping import together
from netwatch.incidents.picture import kind_of, row_of
from netwatch.incidents.scene import Scene
from netwatch.state import SILENCE, STOPPED
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, SubjectKind, Verdict, Why
from probes.contract import UNABLE, Reason

# Somebody has to finish something: enter a witness, commission a contact, switch a device on for the first time.
TO_DO = frozenset(
    {Why.NEVER_SEEN, Why.NOT_YET_MEASURED, Why.NOT_MONITORED, Why.NOT_COMMISSIONED, Why.NO_WITNESS}
)
# These have their own incident, or pass.
ELSEWHERE = frozenset({Why.VANTAGE, Why.PARENT_UNDECIDED, Why.MEMBERS_UNKNOWN})
# What is read through an input of another device.
INPUTS = (SubjectKind.SURGE_PROTECTOR, SubjectKind.SENSOR)
OURS = frozenset({*UNABLE, SILENCE, STOPPED})
CLOCK = frozenset({*Disturbance, "clock"})
LOCAL = "collector:local"
CREDENTIALS = "credentials:"
# Agents that fall silent one after the other, not further apart than this, heard the same change of a password:
# SNMP v1 and v2c agents do not answer a wrong community at all (RFC 1157, 4.1).
ROLLOUT = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Unknown:
    """A thing about which nothing is known: by which reason, and since when."""

    subject: str
    reason: str
    since: int


def ignorances(scene: Scene, explained: Collection[str]) -> dict[str, list[Unknown]]:
    """All that is not known by cause ('credentials:NAMES', 'collector:local'...), longest first.

    `explained` are subjects behind a fault: not knowing them is its effect.
    """
    unmanaged = list(_unmanaged(scene))
    agents = {unknown.subject: scope for scope, unknown in unmanaged}
    gathered: dict[str, list[Unknown]] = {}
    for scope, unknown in (*_unknown(scene, explained, agents), *unmanaged):
        gathered.setdefault(scope, []).append(unknown)
    return {
        scope: sorted(found, key=lambda unknown: (unknown.since, unknown.subject))
        for scope, found in gathered.items()
    }


def _told_unknown(scene: Scene) -> Iterator[tuple[str, VerdictRow]]:
    for subject in sorted(scene.troubled):
        row = row_of(scene, subject)
        if row is not None and row.verdict.kind is Kind.UNKNOWN:
            yield subject, row


def _unknown(
    scene: Scene, explained: Collection[str], agents: Mapping[str, str]
) -> Iterator[tuple[str, Unknown]]:
    for subject, row in _told_unknown(scene):
        verdict = row.verdict
        if kind_of(scene, subject) == SubjectKind.SITE or subject in explained:
            continue
        reason = _behind_input(scene, subject, verdict)
        agent = agents.get(_read_through(scene, subject), "")
        if reason in TO_DO or reason in ELSEWHERE or agent.startswith(CREDENTIALS):
            continue  # For what is read through an agent that refuses us stands the device.
        since = max(row.start, _able_since(scene, row, reason))
        yield agent or _scope(scene, subject, reason), Unknown(subject, verdict.reason, since)


def _able_since(scene: Scene, row: VerdictRow, reason: str) -> int:
    """That netwatch did not run, or the machine slept, is over: what counts is how long it has not looked since."""
    if reason == STOPPED:
        return scene.begun
    return row.recorded_at if reason in CLOCK else 0


def _behind_input(scene: Scene, subject: str, verdict: Verdict) -> str:
    """Why a subject is not known: an input by what is known of its device; other effects have their own cause."""
    if verdict.reason != Why.INPUT_UNREACHABLE:
        return Why.PARENT_UNDECIDED if verdict.cause else verdict.reason
    row = row_of(scene, _read_through(scene, subject))
    return row.verdict.reason if row is not None and row.verdict.kind is Kind.UNKNOWN else verdict.reason


def _scope(scene: Scene, subject: str, reason: str) -> str:
    device = _read_through(scene, subject)
    if reason in OURS:
        return LOCAL
    if reason in CLOCK:
        return "clock"
    if reason == Reason.CREDENTIALS:
        return _credentials(scene, device)
    if kind_of(scene, subject) in INPUTS or _reads_inputs(scene, device):
        return f"io:{device}"
    return f"reason:{reason}"


def _reads_inputs(scene: Scene, device: str) -> bool:
    record = scene.places.record(device)
    return isinstance(record, Device) and record.kind == "io_device"


def _read_through(scene: Scene, subject: str) -> str:
    """The device whose agent tells about a subject."""
    record = scene.places.record(subject)
    if isinstance(record, SurgeProtector | Sensor):
        return read_through(record)
    if isinstance(record, Line):
        return record.witness_device or record.a_device or ""
    return record.device if isinstance(record, ConferencingEndpoint) else subject


def _credentials(scene: Scene, device: str) -> str:
    record = scene.places.record(device)
    names = record.credentials if isinstance(record, Device) else ()
    return f"{CREDENTIALS}{'+'.join(names)}"


def _unmanaged(scene: Scene) -> Iterator[tuple[str, Unknown]]:
    """Devices that answer but cannot be managed; one that fails or failed a moment ago is no wonder."""
    mute: dict[str, dict[str, Unknown]] = {}
    for device in sorted(scene.unmanaged):
        seen, row = scene.unmanaged[device], row_of(scene, device)
        if row is None or not row.verdict.operational:
            continue
        unknown = Unknown(device, seen.reason, max(seen.since, row.start))
        if seen.reason == Reason.NO_ANSWER:
            mute.setdefault(_credentials(scene, device), {})[device] = unknown
        else:
            yield _scope(scene, device, seen.reason), unknown
    for credentials, devices in mute.items():
        yield from _mute(scene, credentials, devices)


def _mute(scene: Scene, credentials: str, devices: Mapping[str, Unknown]) -> Iterator[tuple[str, Unknown]]:
    """Each agent by itself, unless several with the same credentials fell silent together."""
    spans = {device: (unknown.since, unknown.since) for device, unknown in devices.items()}
    for run in together(spans, ROLLOUT):
        several = len(run) >= scene.rules.provider_lines
        for device in run:
            alone = f"io:{device}" if _reads_inputs(scene, device) else f"agent:{device}"
            yield credentials if several else alone, devices[device]
