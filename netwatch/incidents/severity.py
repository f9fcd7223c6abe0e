"""How much an incident hits. Pure.

critical: a site or more cut off, or we ourselves cannot see. major: a line, a core device, or a device that others
hang from is out though service goes on, or somebody may stand in a device's place. minor: one other thing, or a value
beyond its limit that says nothing else. notice: not known; or in order, but to be inspected.
"""

from alerts.contract import Severity
from inventory.snapshot import Device
from netwatch.incidents.contract import HOST_KEY_CHANGED, Incident, Member, Nature
from netwatch.incidents.picture import kind_of, row_of
from netwatch.incidents.scene import Scene
from netwatch.verdict import INSPECTIONS, Kind, SubjectKind, Why

BY_NATURE = {
    Nature.BLINDNESS: Severity.CRITICAL,
    Nature.IGNORANCE: Severity.NOTICE,
}
FAILED = frozenset({Kind.DOWN, Kind.UNREACHABLE})
CARRYING = (SubjectKind.DEVICE, SubjectKind.LINE)


def severity(incident: Incident, scene: Scene) -> Severity:
    """The severity at this moment, from roots, members and the sites' present verdicts."""
    if incident.reason == HOST_KEY_CHANGED:
        return Severity.MAJOR
    if incident.nature is Nature.LIMIT:
        return max((_of_limit(root, scene) for root in incident.roots), default=Severity.MINOR, key=_weight)
    if incident.nature in BY_NATURE:
        return BY_NATURE[incident.nature]
    present = [member for member in incident.members if member.left is None]
    if any(_cut_off(member, scene) for member in present):
        return Severity.CRITICAL
    out = [subject for subject in incident.roots if not _well(subject, scene)]
    others = [member for member in present if member.kind in CARRYING and member.verdict in FAILED]
    if others or any(_weighty(subject, scene) for subject in out):
        return Severity.MAJOR
    return Severity.MINOR


def _weight(found: Severity) -> int:
    return -list(Severity).index(found)


def _of_limit(subject: str, scene: Scene) -> Severity:
    """What the limit says that a subject is beyond; its name stands first in the evidence."""
    row = row_of(scene, subject)
    if row is not None and row.verdict.reason in INSPECTIONS:
        return Severity.NOTICE
    beyond = row is not None and row.verdict.reason == Why.BEYOND_LIMIT
    limit = row.verdict.evidence.partition(":")[0] if row is not None and beyond else ""
    return Severity(scene.rules.limit_severities.get((subject, limit), Severity.MINOR))


def _cut_off(member: Member, scene: Scene) -> bool:
    """A site that has failed; one that had and is not known now is still taken for cut off."""
    if member.kind != SubjectKind.SITE:
        return False
    kind = scene.kind(member.subject)
    return kind in FAILED or (kind is Kind.UNKNOWN and member.verdict in FAILED)


def _well(subject: str, scene: Scene) -> bool:
    row = row_of(scene, subject)
    return row is None or row.verdict.operational


def _weighty(subject: str, scene: Scene) -> bool:
    record = scene.places.record(subject)
    return kind_of(scene, subject) == SubjectKind.LINE or (isinstance(record, Device) and record.core)
