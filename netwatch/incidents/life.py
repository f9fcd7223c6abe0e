"""How an open incident goes on: ends, resumes, closes; members come and go; announced, suppressed. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from netwatch.incidents.contract import Blame, Deed, Incident, IncidentRules, Member, Nature
from netwatch.incidents.docket import Draft
from netwatch.incidents.grouping import named_first
from netwatch.incidents.picture import Picture, kind_of, on_battery, row_of
from netwatch.incidents.scene import Scene
from netwatch.incidents.severity import severity
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, SubjectKind, Why

Blaming = Callable[[Incident, Scene], Blame]
# What a scope of ignorance tells about devices that answer; such a device is not known again by being down.
MANAGED = ("credentials", "agent", "io", "reason")
NOT_LOOKED_AT = frozenset({Why.NOT_MONITORED, Why.NO_WITNESS})
BADNESS = (Kind.UP, Kind.UNKNOWN, Kind.DEGRADED, Kind.UNREACHABLE, Kind.DOWN)


class Phase(StrEnum):
    """How a root stands to its incident: goes on, cannot be told, is over."""

    GOING_ON = "going_on"
    UNSURE = "unsure"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Standing:
    """A root's phase; since when it is over, and whether that is because it left the inventory."""

    phase: Phase
    since: int = 0
    retired: bool = False


GOING_ON, UNSURE = Standing(Phase.GOING_ON), Standing(Phase.UNSURE)


def standing(incident: Incident, root: str, scene: Scene) -> Standing:
    """How a root of an incident stands now. Unknown is not recovery, nor is a failure further up."""
    over = Standing(Phase.OVER, incident.ended or scene.now)
    name, _, value = incident.scope.partition(":")
    if incident.nature is Nature.BLINDNESS:
        return GOING_ON if value in scene.blind else over
    if name == "condition":
        return GOING_ON if value in scene.conditions else over
    row = row_of(scene, root)
    if row is None or given_up(row):
        return Standing(Phase.OVER, _gone_since(scene, root, over.since), retired=True)
    if incident.nature is Nature.IGNORANCE:
        return _known_again(name, root, row, scene, over)
    going_on = _by_itself if incident.nature is Nature.FAULT else _beyond
    if going_on(row, kind_of(scene, root)):
        return GOING_ON
    well = row.verdict.operational if incident.nature is Nature.FAULT else _within(root, row, scene)
    return Standing(Phase.OVER, row.start) if well else UNSURE


def given_up(row: VerdictRow) -> bool:
    """Whether the inventory says that it is not to be looked at any more: nobody will ever see it well again."""
    return row.verdict.kind is Kind.UNKNOWN and row.verdict.reason in NOT_LOOKED_AT


def _gone_since(scene: Scene, subject: str, otherwise: int) -> int:
    row = scene.rows.get(subject)
    if row is None:
        return otherwise
    return row.start if row.end is None else row.end


def _within(root: str, row: VerdictRow, scene: Scene) -> bool:
    """A supply last heard to be on battery is not well for having fallen silent: its battery may be empty."""
    battery, mains = scene.on_battery.get(root, (0, 0))
    return row.verdict.kind is Kind.UP and battery <= mains


def _by_itself(row: VerdictRow, kind: str) -> bool:
    hosted = kind not in (SubjectKind.DEVICE, SubjectKind.LINE)
    return row.verdict.kind is Kind.DOWN and not (hosted and row.verdict.cause)


def _beyond(row: VerdictRow, _kind: str) -> bool:
    return row.verdict.kind is Kind.DEGRADED


def _known_again(name: str, root: str, row: VerdictRow, scene: Scene, over: Standing) -> Standing:
    if name in MANAGED and row.verdict.failed and kind_of(scene, root) == SubjectKind.DEVICE:
        return UNSURE
    return GOING_ON if root in scene.unmanaged or row.verdict.kind is Kind.UNKNOWN else over


def go_on(
    draft: Draft, scene: Scene, picture: Picture, elsewhere: Mapping[str, Draft], blame: Blaming
) -> None:
    """Everything that time and the newest rows make of one open incident.

    `elsewhere` says in which draft a subject fails by itself: it is no member of another then.
    """
    _name(draft, scene, picture)
    standings = end_or_resume(draft, scene)
    if draft.incident.nature in (Nature.FAULT, Nature.LIMIT):
        _move_members(draft, scene, picture, elsewhere)
    _flag(draft, scene)
    believe(draft, scene, blame)
    if draft.incident.ended is None:
        _weigh(draft, scene)
        _announce(draft, standings, scene)
    else:
        _close(draft, standings, scene, picture)


def _name(draft: Draft, scene: Scene, picture: Picture) -> None:
    """Until it was told the root that explains most gives the name; then the name stays."""
    incident = draft.incident
    if not draft.secret or len(incident.roots) < 2 or incident.nature is not Nature.FAULT:
        return
    roots = named_first(incident.roots, picture.hit, scene)
    if roots != incident.roots:
        row = row_of(scene, roots[0])
        draft.change(roots=roots, reason=row.verdict.reason if row else incident.reason)


def end_or_resume(draft: Draft, scene: Scene) -> dict[str, Standing]:
    """It ended when its last root was well, and goes on when one of them fails again; returns how each stands."""
    incident = draft.incident
    standings = {root: standing(incident, root, scene) for root in incident.roots}
    phases = {each.phase for each in standings.values()}
    if incident.ended is None and phases == {Phase.OVER}:
        ended = max(incident.onset, *(each.since for each in standings.values()))
        draft.change(ended=ended)
        retired = [root for root, each in standings.items() if each.retired]
        draft.tell(Deed.ENDED, ended, scene.now, {"retired": retired} if retired else {})
    elif incident.ended is not None and Phase.GOING_ON in phases:
        draft.change(ended=None)
        again = [root for root, each in standings.items() if each.phase is Phase.GOING_ON]
        draft.tell(Deed.RESUMED, scene.now, scene.now, {"roots": again})
    return standings


def _move_members(draft: Draft, scene: Scene, picture: Picture, elsewhere: Mapping[str, Draft]) -> None:
    incident = draft.incident
    hit = {subject for root in incident.roots for subject in picture.hit.get(root, ())}
    hit -= set(incident.roots)
    kept = {member.subject: member for member in incident.members if member.subject not in incident.roots}
    left: dict[str, list[str]] = {"members": [], "moved": [], "retired": []}
    for subject, member in kept.items():
        if member.left is None and subject not in hit:
            how, at = _leaving(member, draft, scene, picture, elsewhere)
            if how:
                kept[subject] = replace(member, left=at)
                left[how].append(subject)
    joined = sorted(subject for subject in hit if subject not in kept or kept[subject].left is not None)
    for subject in sorted(hit):
        kept[subject] = _hit(kept.get(subject), subject, scene)
    members = tuple(kept.values())
    if members != incident.members:
        draft.change(members=members)
    if joined:
        draft.tell(Deed.GREW, scene.now, scene.now, {"members": joined})
    if gone := {how: subjects for how, subjects in left.items() if subjects}:
        draft.tell(Deed.SHRANK, scene.now, scene.now, gone)


def _leaving(
    member: Member, draft: Draft, scene: Scene, picture: Picture, elsewhere: Mapping[str, Draft]
) -> tuple[str, int]:
    """How and when a member left that none of the roots explains now; '' if it did not."""
    row = row_of(scene, member.subject)
    if row is None or given_up(row):
        return "retired", _gone_since(scene, member.subject, scene.now)
    if on_battery(picture, member.subject):
        return "", 0
    if row.verdict.operational:
        return "members", max(row.start, member.since)
    if row.verdict.failed:
        roots = picture.behind.get(member.subject, frozenset((member.subject,)))
        if any(elsewhere.get(root, draft) is not draft for root in roots):
            return "moved", scene.now
    return "", 0


def _hit(member: Member | None, subject: str, scene: Scene) -> Member:
    """A member as its row tells now; its worst verdict and its beginning stay."""
    row = scene.rows[subject]
    now = row.verdict.kind
    if member is None:
        return Member(subject, kind_of(scene, subject), str(now), row.start)
    worst = max(now, Kind(member.verdict), key=BADNESS.index)
    if member.left is None and worst == member.verdict:
        return member
    return replace(member, verdict=str(worst), left=None)


def _flag(draft: Draft, scene: Scene) -> None:
    incident = draft.incident
    flapping = not scene.flapping.isdisjoint(incident.roots)
    suppressed = covering(incident, scene)
    if suppressed != incident.suppressed:
        deed = Deed.SUPPRESSED if suppressed else Deed.RELEASED
        draft.tell(deed, scene.now, scene.now, {"by": suppressed or incident.suppressed})
    if (flapping, suppressed) != (incident.flapping, incident.suppressed):
        draft.change(flapping=flapping, suppressed=suppressed)


def covering(incident: Incident, scene: Scene) -> str:
    """'maintenance:ID' while all its roots, or what binds them, are in maintenance; else ''."""
    windows = scene.in_maintenance
    if not windows:
        return ""
    name, _, bond = incident.scope.partition(":")
    if name in ("site", "feeder") and bond in windows:
        return f"maintenance:{windows[bond]}"
    covered = [windows.get(root) or windows.get(scene.places.site(root), "") for root in incident.roots]
    return f"maintenance:{covered[0]}" if all(covered) else ""


def believe(draft: Draft, scene: Scene, blame: Blaming) -> None:
    """What is to blame by now: another cause or confidence is told in the log, more clues are not."""
    before, after = draft.incident.blame, blame(draft.incident, scene)
    if after == before:
        return
    draft.change(blame=after)
    if (after.told, after.confidence) != (before.told, before.confidence):
        facts = {
            "before": before.told,
            "after": after.told,
            "confidence_before": str(before.confidence),
            "confidence": str(after.confidence),
        }
        draft.tell(Deed.BLAMED, scene.now, scene.now, facts)


def _weigh(draft: Draft, scene: Scene) -> None:
    before, after = draft.incident.severity, severity(draft.incident, scene)
    if after is not before:
        draft.change(severity=after)
        draft.tell(Deed.SEVERITY, scene.now, scene.now, {"before": str(before), "after": str(after)})


def _announce(draft: Draft, standings: Mapping[str, Standing], scene: Scene) -> None:
    incident = draft.incident
    ready = draft.secret and not incident.suppressed and scene.now >= incident.opened + scene.rules.gather
    if ready and any(each.phase is Phase.GOING_ON for each in standings.values()):
        draft.change(announced=scene.now)
        draft.tell(Deed.ANNOUNCED, scene.now, scene.now, {})


def _close(draft: Draft, standings: Mapping[str, Standing], scene: Scene, picture: Picture) -> None:
    """Over for good: all roots were well for a while, and do not come and go; what was behind them could follow.

    What is not looked at any more does not come and go either, whatever it did.
    """
    incident = draft.incident
    flapping = incident.flapping and not all(each.retired for each in standings.values())
    if flapping or any(each.phase is not Phase.OVER for each in standings.values()):
        return
    since = max(incident.ended or 0, *(each.since for each in standings.values()))
    left = [member.subject for member in incident.members if member.left is None]
    waits = any(not on_battery(picture, subject) for subject in left)
    if scene.now >= since + _patience(scene.rules, waits):
        draft.change(closed=scene.now)
        draft.tell(Deed.CLOSED, scene.now, scene.now, {"left": left})


def _patience(rules: IncidentRules, waits: bool) -> int:
    """How long everything must have been well; longer while something behind it is not back, which may just not have
    been looked at. It has its own incident only after `settle`, when this one is closed.
    """
    return max(rules.stay_up, (rules.stay_up + rules.settle) // 2) if waits else rules.stay_up


def held(incidents: Collection[Incident], scene: Scene) -> frozenset[str]:
    """What fails by itself but was behind an incident that is hardly over: it still has time to come back."""
    return frozenset(
        member.subject
        for incident in incidents
        if incident.nature is Nature.FAULT
        for member in incident.members
        if _has_time(incident, member, scene)
    )


def _has_time(incident: Incident, member: Member, scene: Scene) -> bool:
    settle = scene.rules.settle
    if incident.ended is not None:
        late = member.left is None or member.left >= incident.ended - settle
        return late and scene.now < incident.ended + settle
    row = row_of(scene, member.subject)
    if row is None or row.verdict.kind is not Kind.DOWN or member.left is not None or not incident.open:
        return False
    return scene.now < row.start + settle
