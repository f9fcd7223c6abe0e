"""What becomes of incidents: compares those that are open with the newest stored verdicts. Pure.

Level-triggered: it asks how things are, not what happened, so that a step that is repeated, left out or made after a
restart leads to the same incidents. A second step on its own result and the same scene changes nothing.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import partial

from netwatch.clock import DAY
from netwatch.incidents import cause
from netwatch.incidents.contract import Blame, Change, Confidence, Incident, Nature
from netwatch.incidents.docket import CONDITION, Docket, Draft, Root
from netwatch.incidents.grouping import Group, Rows, groups, limit_groups
from netwatch.incidents.ignorance import Unknown, ignorances
from netwatch.incidents.life import Blaming, believe, end_or_resume, go_on, held
from netwatch.incidents.picture import Picture, on_battery, picture
from netwatch.incidents.places import same_provider
from netwatch.incidents.scene import Scene
from netwatch.store.contract import VerdictRow
from netwatch.verdict import INSPECTIONS, Why

# For so long inspections that an agency owes for the same reason are one incident.
ROUND = DAY


def follow(
    incidents: Mapping[int, Incident], scene: Scene, blame: Blaming = cause.blame
) -> tuple[Change, ...]:
    """What the newest rows make of the open incidents, and which are new (id 0, in the log too).

    `incidents` are those that are open or were closed a few minutes ago: what was behind them may still come back.
    """
    given = [incidents[id_] for id_ in sorted(incidents)]
    docket = Docket(scene, [Draft(incident, incident) for incident in given if incident.open])
    if scene.blind:
        _blindness(docket, blame)
    else:
        _see(docket, given, blame)
    return tuple(change for draft in docket.drafts if (change := draft.changed(scene.now)))


def _blindness(docket: Docket, blame: Blaming) -> None:
    """While we cannot see nothing else is opened, changed or closed: all is unknown."""
    known = docket.scopes()
    for vantage, since in sorted(docket.scene.blind.items()):
        scope = f"vantage:{vantage}"
        if scope not in known:
            docket.add(Nature.BLINDNESS, scope, [Root(scope, Why.VANTAGE, since, since)])
    for draft in docket.of(Nature.BLINDNESS):
        go_on(draft, docket.scene, Picture(), {}, blame)


def _see(docket: Docket, given: Collection[Incident], blame: Blaming) -> None:
    scene = docket.scene
    seen = picture(scene, docket.owners(Nature.FAULT))
    for draft in docket.drafts:
        end_or_resume(draft, scene)
    over = [incident for incident in given if not incident.open and incident.ended is not None]
    settling = held([*over, *(draft.incident for draft in docket.drafts)], scene)
    _faults(docket, seen, settling)
    _limits(docket, seen, settling)
    _conditions(docket)
    _ignorance(docket, seen)
    elsewhere = docket.owners(Nature.FAULT)
    for draft in docket.drafts:
        if draft.open:
            go_on(draft, scene, seen, elsewhere, blame)
    for incident in over:
        draft = Draft(incident, incident)
        believe(draft, scene, partial(_confirmed, blame))
        docket.drafts.append(draft)


def _confirmed(blame: Blaming, incident: Incident, scene: Scene) -> Blame:
    """Of what is over only a confirmation is still of interest: an uptime read afterwards, a person's word."""
    after = blame(incident, scene)
    return after if after.confidence is Confidence.CONFIRMED else incident.blame


def _faults(docket: Docket, seen: Picture, settling: Collection[str]) -> None:
    """Every root gets its incident, alone or with others; what turned out to lie further up moves there."""
    owners = docket.owners(Nature.FAULT)
    new = {root for root in seen.faults if root not in owners and root not in settling}
    if new:
        failing = {root: row for root, row in seen.faults.items() if root in owners or root in new}
        established = {same_provider(draft.incident.scope) for draft in docket.of(Nature.FAULT)}
        for rows in _apart(failing, docket.scene):
            for group in groups(rows, docket.scene, established):
                if not new.isdisjoint(group.roots):
                    _assign(docket, group, failing, owners)
    _move_upstream(docket, seen)


def _apart(rows: Rows, scene: Scene) -> Iterator[Rows]:
    """What is in maintenance is told to nobody, so it must not be one with what is not."""
    covered = {root for root in rows if root in scene.in_maintenance}
    yield {root: row for root, row in rows.items() if root not in covered}
    yield {root: row for root, row in rows.items() if root in covered}


def _assign(docket: Docket, group: Group, rows: Rows, owners: dict[str, Draft]) -> None:
    """Into the incident that has one of the group's roots already, else into a new one.

    Of several such incidents those nobody was told of become part of the first; what was told stays by itself.
    """
    fresh = [_root(rows[root]) for root in group.roots if root not in owners]
    claims = sorted({owners[root] for root in group.roots if root in owners}, key=lambda draft: draft.rank)
    if not claims:
        docket.add(Nature.FAULT, group.scope, fresh)
        return
    target = claims[0]
    docket.grow(target, group.scope, fresh)
    for other in claims[1:]:
        if other.mergeable:
            docket.grow(
                target, group.scope, [_root(rows[root]) for root in other.incident.roots if root in rows]
            )
            docket.merge(target, other)
            owners |= dict.fromkeys(other.incident.roots, target)


def _root(row: VerdictRow) -> Root:
    return Root(row.subject, row.verdict.reason, row.start, row.contrary)


def _move_upstream(docket: Docket, seen: Picture) -> None:
    """A root that turned out to fail because of another: nobody was told of its incident, so it becomes a member."""
    owners = docket.owners(Nature.FAULT)
    for draft in docket.of(Nature.FAULT):
        if not draft.mergeable or draft.before is None:
            continue
        above = {
            root: target
            for root in draft.incident.roots
            if (target := _above(root, draft, seen, owners)) and not _later(target, draft, docket.scene)
        }
        if above and any(root in seen.faults for root in draft.incident.roots):
            docket.lose(draft, above)
        elif above:
            docket.merge(min(above.values(), key=lambda target: target.rank), draft)


def _above(root: str, draft: Draft, seen: Picture, owners: Mapping[str, Draft]) -> Draft | None:
    """The draft of what a root is unreachable behind; None when it is not."""
    found = {owners[cause].lasting for cause in seen.behind.get(root, ()) if cause in owners} - {draft}
    return min(found, key=lambda target: target.rank, default=None)


def _later(target: Draft, draft: Draft, scene: Scene) -> bool:
    """Whether the upstream failure began only well after this one, so that it cannot have caused it."""
    return target.incident.contrary - scene.rules.together > draft.incident.onset


def _limits(docket: Docket, seen: Picture, settling: Collection[str]) -> None:
    """What is beyond a limit by itself; a supply on battery at a site that has failed is evidence there."""
    owners = docket.owners(Nature.LIMIT)
    spoken_for = seen.evidence.keys() | settling | _on_battery_still(docket, seen)
    new = {root: row for root, row in seen.limits.items() if root not in owners and root not in spoken_for}
    for rows in _apart(new, docket.scene):
        for group in limit_groups(rows, docket.scene):
            given = [_root(rows[root]) for root in group.roots]
            same = _same_round(docket, group.scope, given[0].reason)
            if same is None:
                docket.add(Nature.LIMIT, group.scope, given)
            else:
                docket.grow(same, group.scope, given)
    _join_faults(docket, seen)


def _same_round(docket: Docket, scope: str, reason: str) -> Draft | None:
    """The incident of this agency's things that came to be inspected for the same reason within a day."""
    if reason not in INSPECTIONS:
        return None
    young = (draft for draft in docket.of(Nature.LIMIT) if docket.scene.now < draft.incident.opened + ROUND)
    same = (one for one in young if (one.incident.scope, one.incident.reason) == (scope, reason))
    return next((one for one in same if one.incident.ended is None and not one.incident.suppressed), None)


def _on_battery_still(docket: Docket, seen: Picture) -> set[str]:
    return {
        member.subject
        for draft in docket.of(Nature.FAULT)
        for member in draft.incident.members
        if member.left is None and on_battery(seen, member.subject)
    }


def _join_faults(docket: Docket, seen: Picture) -> None:
    """A limit nobody was told of, whose thing has failed since or is evidence of a failure, becomes part of that."""
    faults = docket.owners(Nature.FAULT)
    for draft in docket.of(Nature.LIMIT):
        if not draft.mergeable or draft.incident.scope.startswith(CONDITION):
            continue
        causes = {
            root: faults.keys() & ({root} if root in seen.faults else seen.evidence.get(root, ()))
            for root in draft.incident.roots
        }
        if all(causes.values()):
            targets = {faults[cause] for found in causes.values() for cause in found}
            docket.merge(min(targets, key=lambda target: target.rank), draft)


def _conditions(docket: Docket) -> None:
    known = docket.scopes()
    for key, condition in sorted(docket.scene.conditions.items()):
        scope = f"{CONDITION}{key}"
        if scope not in known:
            root = Root(condition.subject, condition.reason, condition.since, condition.since)
            docket.add(Nature.LIMIT, scope, [root])


def _ignorance(docket: Docket, seen: Picture) -> None:
    """Once one thing was unknown for long all that is unknown by the same cause belongs to it."""
    scene = docket.scene
    if not (scene.troubled or scene.unmanaged):
        return
    owners, known = docket.owners(Nature.IGNORANCE), docket.scopes()
    for scope, unknown in ignorances(scene, seen.behind).items():
        free = [each for each in unknown if each.subject not in owners]
        due = [each for each in free if scene.now >= each.since + scene.rules.ignorance]
        draft = known.get(scope)
        if draft is not None and due:
            docket.grow(draft, scope, map(_ignorant, due))
        elif due:
            docket.add(Nature.IGNORANCE, scope, map(_ignorant, free))


def _ignorant(unknown: Unknown) -> Root:
    return Root(unknown.subject, unknown.reason, unknown.since, unknown.since)
