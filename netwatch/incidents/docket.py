"""The incidents one step works on: drafts with their log, who owns which root, and how two become one. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from alerts.contract import Severity
from netwatch.incidents.contract import Change, Deed, Incident, LogEntry, Nature
from netwatch.incidents.grouping import wider
from netwatch.incidents.scene import Scene

ACTOR = "netwatch"
CONDITION = "condition:"
# What a new incident's first line tells already.
IN_OPENING = frozenset({Deed.GREW, Deed.SHRANK, Deed.BLAMED, Deed.SEVERITY})


@dataclass(slots=True, eq=False)
class Draft:
    """An incident while a step works on it; `before` None for one that is being opened.

    `into` is the draft that it became part of in this step.
    """

    before: Incident | None
    incident: Incident
    log: list[LogEntry] = field(default_factory=list)
    into: "Draft | None" = None

    @property
    def lasting(self) -> "Draft":
        """This one, or what it became part of."""
        return self.into.lasting if self.into else self

    @property
    def open(self) -> bool:
        """Whether it still goes on."""
        return self.incident.closed is None

    @property
    def secret(self) -> bool:
        """Whether nobody was told of it."""
        return self.incident.announced is None

    @property
    def mergeable(self) -> bool:
        """Whether it may still become part of another: nobody was told, and it goes on."""
        return self.secret and self.incident.ended is None

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Whose cause it is when several claim it: what was told first, then what was noticed first."""
        return self.secret, self.incident.opened, self.incident.id

    def change(self, **fields: Any) -> None:  # noqa: ANN401 - fields of an incident
        """Let fields of the incident be these."""
        self.incident = replace(self.incident, **fields)

    def tell(self, deed: Deed, at: int, now: int, facts: Mapping[str, Any]) -> None:
        """A line for the log; what the first line of a new incident tells is not told twice."""
        if self.before is not None or deed not in IN_OPENING:
            self.log.append(LogEntry(self.incident.id, at, now, ACTOR, deed, facts))

    def changed(self, now: int) -> Change | None:
        """What the step made of it; None for nothing."""
        if self.before is None:
            return Change(None, self.incident, (_opening(self.incident, now), *self.log))
        if self.incident == self.before and not self.log:
            return None
        return Change(self.before, self.incident, tuple(self.log))


def _opening(incident: Incident, now: int) -> LogEntry:
    facts = {
        "roots": list(incident.roots),
        "scope": incident.scope,
        "reason": str(incident.reason),
        "onset": incident.onset,
        "members": [member.subject for member in incident.members],
        "severity": str(incident.severity),
        "cause": incident.blame.told,
        "confidence": str(incident.blame.confidence),
    }
    return LogEntry(incident.id, incident.opened, now, ACTOR, Deed.OPENED, facts)


@dataclass(frozen=True, slots=True)
class Root:
    """A root as an incident begins or grows with it."""

    subject: str
    reason: str
    onset: int
    contrary: int


@dataclass(slots=True)
class Docket:
    """All open incidents as drafts, in order of their ids, then those being opened."""

    scene: Scene
    drafts: list[Draft]

    def of(self, nature: Nature) -> list[Draft]:
        """The open drafts of one nature."""
        return [draft for draft in self.drafts if draft.open and draft.incident.nature is nature]

    def owners(self, nature: Nature) -> dict[str, Draft]:
        """Which open draft has a subject among its roots; conditions, which share subjects, left out."""
        return {
            root: draft
            for draft in reversed(self.of(nature))
            if not draft.incident.scope.startswith(CONDITION)
            for root in draft.incident.roots
        }

    def scopes(self) -> dict[str, Draft]:
        """The open drafts by their scopes."""
        return {draft.incident.scope: draft for draft in self.drafts if draft.open}

    def add(self, nature: Nature, scope: str, roots: Iterable[Root]) -> Draft:
        """Open an incident."""
        given = tuple(roots)
        onset, contrary = _span(given)
        incident = Incident(
            id=0,
            nature=nature,
            roots=tuple(root.subject for root in given),
            scope=scope,
            reason=given[0].reason,
            onset=onset,
            contrary=contrary,
            opened=self.scene.now,
            severity=Severity.NOTICE,
        )
        draft = Draft(None, incident)
        self.drafts.append(draft)
        return draft

    def grow(self, draft: Draft, scope: str, roots: Iterable[Root]) -> None:
        """More roots of the same cause; its scope may widen, its beginning may turn out to be earlier."""
        incident = draft.incident
        given = tuple(root for root in roots if root.subject not in incident.roots)
        onset, contrary = _span((Root("", "", incident.onset, incident.contrary), *given))
        names = [root.subject for root in given]
        draft.change(
            roots=(*incident.roots, *names),
            scope=wider(incident.scope, scope),
            onset=onset,
            contrary=contrary,
        )
        if names:
            draft.tell(Deed.GREW, self.scene.now, self.scene.now, {"roots": names})

    def merge(self, target: Draft, other: Draft) -> None:
        """`other`, of which nobody was told, becomes part of `target`.

        If `target` is only being opened it takes over the other's number and history, so that one cause stays one
        incident; else the other is closed.
        """
        other.into = target
        if target.before is None and other.before is not None:
            self._take_over(target, other)
            return
        self.drafts.remove(other)
        if other.before is not None:
            other.change(closed=self.scene.now)
            facts = {"merged_into": target.incident.id, "root": target.incident.roots[0]}
            other.tell(Deed.CLOSED, self.scene.now, self.scene.now, facts)
            self.drafts.append(other)

    def _take_over(self, target: Draft, other: Draft) -> None:
        new, old = target.incident, other.incident
        self.drafts.remove(other)
        target.before = other.before
        onset, contrary = _span(Root("", "", each.onset, each.contrary) for each in (new, old))
        target.incident = replace(
            old,
            nature=new.nature,
            roots=new.roots,
            scope=new.scope,
            reason=new.reason,
            onset=onset,
            contrary=contrary,
            ended=None,
        )
        target.log = [*other.log, *target.log]
        now = self.scene.now
        target.tell(Deed.GREW, now, now, {"roots": list(new.roots)})
        moved = [root for root in old.roots if root not in new.roots]
        target.tell(Deed.SHRANK, now, now, {"roots": moved})

    def lose(self, draft: Draft, roots: Iterable[str]) -> None:
        """These roots belong to another cause."""
        lost = [root for root in draft.incident.roots if root in set(roots)]
        draft.change(roots=tuple(root for root in draft.incident.roots if root not in lost))
        draft.tell(Deed.SHRANK, self.scene.now, self.scene.now, {"roots": lost})


def _span(roots: Iterable[Root]) -> tuple[int, int]:
    """The earliest onset, and the last look that saw one of them well before that."""
    given = tuple(roots)
    onset = min(root.onset for root in given)
    return onset, max(min(root.contrary, root.onset) for root in given if root.contrary <= onset)
