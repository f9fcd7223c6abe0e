"""What fails by itself at one moment, and what else fails because of it. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from netwatch.incidents.scene import Scene
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, Subject, SubjectKind, Why

ROOTLESS: frozenset[str] = frozenset()
NOWHERE = Subject("", SubjectKind.DEVICE)
# What these do is their own only as long as nothing above is named as the cause.
HOSTED = (SubjectKind.ENDPOINT, SubjectKind.SURGE_PROTECTOR, SubjectKind.SENSOR, SubjectKind.SERVICE)
# What may be beyond a limit by itself.
MEASURED = (SubjectKind.DEVICE, SubjectKind.LINE, *HOSTED)


@dataclass(frozen=True, slots=True)
class Picture:
    """Roots of faults and of limits with their rows, and what is explained by which root.

    `behind` names the roots that explain a subject, `hit` the subjects that a root explains, without itself, by id.
    `evidence` are supplies on battery at a site that is hit, or whose feeder powers a site that is cut off, and the
    roots of the faults that hit it.
    """

    faults: Mapping[str, VerdictRow] = field(default_factory=dict)
    limits: Mapping[str, VerdictRow] = field(default_factory=dict)
    behind: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hit: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    evidence: Mapping[str, frozenset[str]] = field(default_factory=dict)


def row_of(scene: Scene, subject: str) -> VerdictRow | None:
    """A subject's verdict row that still goes on; None for what left the inventory or was never judged."""
    row = scene.rows.get(subject)
    return row if row is not None and row.end is None else None


def kind_of(scene: Scene, subject: str) -> str:
    """device, line, site..., '' of what is in neither graph nor inventory."""
    node = scene.topology.subjects.get(subject)
    return str(node.kind) if node else scene.places.kind(subject)


def on_battery(seen: Picture, subject: str) -> bool:
    """Whether it is a supply that runs on its battery."""
    row = seen.limits.get(subject)
    return row is not None and row.verdict.reason == Why.ON_BATTERY


def picture(scene: Scene, known: Collection[str]) -> Picture:
    """The picture of a scene; `known` are the roots of incidents that are open already.

    A thing may still be told unreachable for a while after its root is well again (it was not looked at since): it
    belongs to that root as long as the root's incident is open.
    """
    faults: dict[str, VerdictRow] = {}
    limits: dict[str, VerdictRow] = {}
    effects: list[str] = []
    for subject in sorted(scene.troubled):
        row = row_of(scene, subject)
        if row is None or row.verdict.kind is Kind.UP:
            continue
        kind = kind_of(scene, subject)
        if _fails_by_itself(kind, row):
            faults[subject] = row
        elif row.verdict.kind is Kind.DEGRADED and kind in MEASURED and not row.verdict.cause:
            limits[subject] = row
        else:
            effects.append(subject)
    tracer = _Tracer(scene, faults, limits, known)
    behind = {subject: roots for subject in effects if (roots := tracer.behind(subject))}
    on = {subject for subject, row in limits.items() if row.verdict.reason == Why.ON_BATTERY}
    powerless = _powerless(faults, scene) if on else {}
    evidence = {
        subject: roots
        for subject in sorted(on)
        if (roots := behind.get(scene.places.site(subject), ROOTLESS) - limits.keys())
        or (roots := powerless.get(scene.places.feeder(subject), ROOTLESS))
    }
    return Picture(faults, limits, behind, _hit(behind | evidence), evidence)


def _powerless(faults: Iterable[str], scene: Scene) -> dict[str, frozenset[str]]:
    """What fails by itself at sites that are cut off, by the feeder of the site."""
    found: dict[str, set[str]] = {}
    for root in faults:
        site = scene.places.site(root)
        feeder = scene.places.feeder(site)
        if feeder and scene.failed(site):
            found.setdefault(feeder, set()).add(root)
    return {feeder: frozenset(roots) for feeder, roots in found.items()}


def _fails_by_itself(kind: str, row: VerdictRow) -> bool:
    if row.verdict.kind is not Kind.DOWN:
        return False
    return kind in (SubjectKind.DEVICE, SubjectKind.LINE) or (kind in HOSTED and not row.verdict.cause)


def _hit(behind: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    hit: dict[str, list[str]] = {}
    for subject, roots in behind.items():
        for root in roots:
            hit.setdefault(root, []).append(subject)
    return {root: tuple(subjects) for root, subjects in hit.items()}


@dataclass(slots=True)
class _Tracer:
    """Follows causes upwards, each subject once."""

    scene: Scene
    faults: Mapping[str, VerdictRow]
    limits: Mapping[str, VerdictRow]
    known: Collection[str]
    found: dict[str, frozenset[str]] = field(default_factory=dict)

    def behind(self, subject: str) -> frozenset[str]:
        """The roots that explain a subject; a root explains itself."""
        if subject not in self.found:
            self.found[subject] = ROOTLESS  # Causes that go round in a circle explain nothing.
            self.found[subject] = self._trace(subject)
        return self.found[subject]

    def _trace(self, subject: str) -> frozenset[str]:
        row = row_of(self.scene, subject)
        if subject in self.faults or subject in self.limits:
            return frozenset((subject,))
        if row is None or row.verdict.kind is Kind.UP:
            return ROOTLESS
        if kind_of(self.scene, subject) == SubjectKind.SITE:
            return self._site(subject, row)
        if row.verdict.kind is Kind.UNKNOWN and row.verdict.reason != Why.INPUT_UNREACHABLE:
            return ROOTLESS
        if row.verdict.kind is Kind.DEGRADED:
            return self.behind(self._node(subject).host or "")
        return self._upstream(subject, row.verdict.cause)

    def _site(self, subject: str, row: VerdictRow) -> frozenset[str]:
        """A failed site by what judged it, a degraded one by every member that is not up."""
        node = self._node(subject)
        if row.verdict.kind is Kind.UNKNOWN:
            return ROOTLESS
        if row.verdict.kind is Kind.DEGRADED:
            return self._all((*node.lines, *node.core, row.verdict.cause))
        return self._all(node.lines or node.core) - self.limits.keys() or self._upstream(
            subject, row.verdict.cause
        )

    def _upstream(self, subject: str, cause: str) -> frozenset[str]:
        named = self.behind(cause) - self.limits.keys()
        if named or cause in self.known:
            return named or frozenset((cause,))
        node = self._node(subject)
        above = (*node.parents, *((node.host,) if node.host else ()))
        return self._all(other for other in above if self.scene.failed(other)) - self.limits.keys()

    def _all(self, subjects: Iterable[str]) -> frozenset[str]:
        return ROOTLESS.union(*(self.behind(subject) for subject in subjects))

    def _node(self, subject: str) -> Subject:
        return self.scene.topology.subjects.get(subject, NOWHERE)
