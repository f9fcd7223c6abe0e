"""The order of evidence: when a failure may be told of what failed, and when it is held back. Pure.

A child that no longer answers may be down itself, or something it hangs from may be. Which of them it is tells a look
at a parent that began after the child's first bad look. Until there is one the child's failure is *held*: its verdict
stays what it was, and so does that of all who lean on it. A child whose parent came back is held likewise until the
child has been looked at again. When the patience ends the child is unknown(parent_undecided) until it can be told.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias

from netwatch.check import Check, FactKey
from netwatch.clock import MINUTE
from netwatch.histories import FactSpan, Histories, Hold, upstream_at, verdict_at
from netwatch.recorder import REACHABLE
from netwatch.state import FactState
from netwatch.store.contract import VerdictRow
from netwatch.verdict import SIGNALLING, Kind, Subject, SubjectKind, Verdict, Why
from probes.serving import USABLE

# A held child waits for so many of its own intervals.
PATIENCE = 2
# What was said of itself, or is the device's failure, need not be proven.
STATED = frozenset({Why.NOT_REGISTERED, Why.DEVICE_FAILED})
NO_CHECKS: Mapping[str, Check] = MappingProxyType({})

# (start, contrary, verdict): what a subject is told to be from a moment on.
Telling: TypeAlias = tuple[int, int, Verdict]
# When a fact was last seen to have a value; 0 when that is not known.
Seen: TypeAlias = Callable[[FactKey, bool], int]
# All subjects by id, and the recent past of them.
World: TypeAlias = tuple[Mapping[str, Subject], Histories]


class Looks:
    """The newest looks at one moment: `states` of every fact that matters; `checks` say how often each is looked at."""

    def __init__(
        self,
        states: Mapping[FactKey, FactState],
        checks: Mapping[str, Check] = NO_CHECKS,
        patience: int = PATIENCE,
    ) -> None:
        self._states, self._checks, self._patience = states, checks, patience
        self._works: dict[str, int] = {}

    def newest(self, key: FactKey, holds: bool) -> int:
        """When the newest look at a fact began, if that said this and it is believed; else 0."""
        state = self._states.get(key)
        if state is None or state.holds is not holds or not state.votes or state.votes[-1].holds is not holds:
            return 0
        return state.votes[-1].at

    def last(self, key: FactKey, holds: bool) -> int:
        """When a look last said this of a fact of which it is believed, whatever was said since; else 0."""
        state = self._states.get(key)
        if state is None or state.holds is not holds:
            return 0
        return max((vote.at for vote in state.votes if vote.holds is holds), default=0)

    def since(self, key: FactKey) -> int:
        """When the first of the newest looks began that all said no; 0 when the newest did not."""
        state, first = self._states.get(key), 0
        for vote in reversed(state.votes if state else ()):
            if vote.holds is not False:
                break
            first = vote.at
        return first

    def looked(self, subject: Subject) -> int:
        """When a subject was last looked at, whatever was seen."""
        states = [self._states.get(key) for key in telling(subject)]
        moments = [state.votes[-1].at if state and state.votes else 0 for state in states]
        return (min if subject.kind is SubjectKind.LINE else max)(moments, default=0)

    def works(self, subject: Subject) -> int:
        """When the newest look at a subject began, if that found it well; else 0."""
        known = self._works.get(subject.id)
        if known is None:
            known = self._works[subject.id] = well(subject, self.newest)
        return known

    def fails(self, subject: Subject) -> int:
        """When the newest look at a failed subject began that found it failing; 0 when it begins to answer."""
        if subject.kind is SubjectKind.DEVICE and any(self._softly_well(key) for key in telling(subject)):
            return 0
        return failing(subject, self.newest)

    def _softly_well(self, key: FactKey) -> bool:
        state = self._states.get(key)
        return state is not None and state.newest is True

    def patience(self, subject: Subject) -> int:
        """For how long a failure of a subject may be held back, microseconds."""
        checks = [self._checks.get(key.check) for key in telling(subject)]
        return self._patience * max((check.interval for check in checks if check), default=MINUTE)


def telling(subject: Subject) -> list[FactKey]:
    """The facts that say whether a subject works: any of a device's, all of a line's, whether anything answers of
    services and endpoints.
    """
    if subject.kind is SubjectKind.LINE:
        return list(subject.facts)
    if subject.kind in (SubjectKind.SERVICE, SubjectKind.ENDPOINT):
        return [key for key in subject.facts if key.fact in (USABLE, SIGNALLING)]
    return [key for key in subject.facts if key.fact == REACHABLE]


def well(subject: Subject, seen: Seen) -> int:
    """When a subject was last seen to work; 0 when that is not known."""
    moments = [seen(key, True) for key in telling(subject)]
    return (min if subject.kind is SubjectKind.LINE else max)(moments, default=0)


def failing(subject: Subject, seen: Seen) -> int:
    """When a subject was last seen to fail; 0 when that is not known."""
    return max((seen(key, False) for key in telling(subject)), default=0)


def first_bad(subject: Subject, facts: Mapping[FactKey, Sequence[FactSpan]], moment: int) -> int:
    """The first bad look of the failure that goes on at a moment: a device fails with its last fact."""
    spans = [_place(facts.get(key, ()), moment) for key in telling(subject)]
    starts = [span.start for span, _ in spans if span is not None and span.fact.holds is False]
    return (min if subject.kind is SubjectKind.LINE else max)(starts, default=0)


def _place(spans: Sequence[FactSpan], moment: int) -> tuple[FactSpan | None, FactSpan | None]:
    """The span of a moment, and the one that follows it."""
    following = None
    for span in reversed(spans):
        if span.start <= moment:
            return span, following
        following = span
    return None, following


def seen_by(facts: Mapping[FactKey, Sequence[FactSpan]], looks: Looks, moment: int) -> Seen:
    """What the past tells of the looks made while a fact was as it was at a moment.

    A change from yes to no or back lies after a look that saw the one and before a look that saw the other. Where
    looks ended (a restart, silence) the last one is not known.
    """

    def seen(key: FactKey, holds: bool) -> int:
        span, following = _place(facts.get(key, ()), moment)
        if span is None or span.fact.holds is not holds:
            return 0
        if following is None:
            return max(span.start, looks.last(key, holds))
        turned = following.fact.holds is (not holds)
        return max(span.start, following.contrary) if turned else span.start

    return seen


def working_parents(subject: Subject, rows: Mapping[str, Sequence[VerdictRow]], moment: int) -> list[str]:
    """Ids of what a subject hangs from and is told to work at a moment."""
    found = ((id_, upstream_at(rows.get(id_, ()), moment)) for id_ in subject.above)
    return [id_ for id_, verdict in found if verdict is not None and verdict.operational]


def believed_well(
    subject: Subject,
    facts: Mapping[FactKey, Sequence[FactSpan]],
    rows: Sequence[VerdictRow],
    moment: int,
) -> int:
    """When it was believed that a subject that works at a moment came back; 0 when it was never told not to work."""
    start = _came_back(rows, moment)
    if not start:
        return 0
    spans = [_place(facts.get(key, ()), moment)[0] for key in telling(subject)]
    decided = [span.decided for span in spans if span is not None and span.fact.holds is True]
    return max(start, (max if subject.kind is SubjectKind.LINE else min)(decided, default=0))


def _came_back(rows: Sequence[VerdictRow], moment: int) -> int:
    start = 0
    for row in reversed(rows):
        if row.start > moment:
            continue
        if not row.verdict.operational:
            return start
        start = row.start
    return 0


def proven(subject: Subject, world: World, looks: Looks, moment: int, *, over: bool) -> bool:
    """Whether a failure is the subject's own: what it hangs from was found well since the first bad look.

    If a parent came back, the subject must have been found failing since that was believed. `over` is whether the
    failure is past.
    """
    subjects, past = world
    parents = working_parents(subject, past.rows, moment)
    if not parents:
        return True
    onset = first_bad(subject, past.facts, moment)
    seen = seen_by(past.facts, looks, moment)
    bad = failing(subject, seen) if over else looks.fails(subject)
    return any(
        (well(subjects[id_], seen) if over else looks.works(subjects[id_])) > onset
        and bad > believed_well(subjects[id_], past.facts, past.rows[id_], moment)
        for id_ in parents
    )


def ripe(subjects: Mapping[str, Subject], past: Histories, looks: Looks, now: int) -> list[str]:
    """The held subjects of whom more can be told now."""
    return [
        id_
        for id_, hold in past.held.items()
        if id_ in subjects
        and (
            (now >= hold.until and not hold.undecided)
            or _told_now(subjects[id_], (subjects, past), looks, now)
        )
    ]


def _told_now(subject: Subject, world: World, looks: Looks, now: int) -> bool:
    subjects, past = world
    onset = past.held[subject.id].onset
    # Most wait for the same few parents: those are asked first, since it costs little.
    asked = any(looks.works(subjects[id_]) > onset for id_ in subject.above if id_ in subjects)
    return asked and proven(subject, world, looks, now, over=False)


def weigh(
    subject: Subject,
    told: Sequence[Telling],
    world: World,
    looks: Looks,
    held: Hold | None,
    now: int,
) -> tuple[list[Telling], Hold | None]:
    """What of a telling may be told, and the hold when its end may not.

    A failure that was told already stays told. One that is past and was never proven is unknown, unless it only went
    on from a time when all parents had failed: then nothing changes in it.
    """
    before, kept, hold = world[1].rows.get(subject.id, ()), list[Telling](), None
    for run, end in _runs(told):
        start, contrary, verdict = run[0]
        if not _alleged(verdict) or _stands(before, kept, start):
            kept += run
            continue
        moment = now if end is None else end - 1
        if proven(subject, world, looks, moment, over=end is not None):
            kept += run
            continue
        undecided = _undecided(working_parents(subject, world[1].rows, moment)[0], verdict)
        last = kept[-1][2] if kept else verdict_at(before, start)
        if end is None:
            hold = _held(subject, held, (start, undecided.cause), world[1], looks, now)
            stays = None if hold.undecided else last
        else:
            stays = last if last is not None and not last.operational else None
        kept.append((start, contrary, stays or undecided))
    return kept, hold


def _runs(told: Sequence[Telling]) -> Iterable[tuple[list[Telling], int | None]]:
    """Tellings of failure that follow each other together, all others alone; and where each run ends."""
    run: list[Telling] = []
    for telling_ in told:
        if run and not (_alleged(run[-1][2]) and _alleged(telling_[2])):
            yield run, telling_[0]
            run = []
        run.append(telling_)
    if run:
        yield run, None


def _stands(before: Sequence[VerdictRow], kept: Sequence[Telling], start: int) -> bool:
    """Whether this failure is what was told before."""
    row = next((row for row in reversed(before) if row.start <= start), None)
    return row is not None and _alleged(row.verdict) and (not kept or row.start > kept[-1][0])


def _alleged(verdict: Verdict) -> bool:
    """Whether it says that something failed by itself, which only silence tells."""
    return verdict.kind is Kind.DOWN and verdict.reason not in STATED


def _undecided(parent: str, verdict: Verdict) -> Verdict:
    return Verdict(Kind.UNKNOWN, Why.PARENT_UNDECIDED, parent, verdict.evidence)


def _held(
    subject: Subject,
    held: Hold | None,
    mark: tuple[int, str],
    past: Histories,
    looks: Looks,
    now: int,
) -> Hold:
    start, parent = mark
    if held is None or held.since != start:
        onset = first_bad(subject, past.facts, now)
        return Hold(start, onset, now + looks.patience(subject), parent)
    return replace(held, parent=parent, undecided=held.undecided or now >= held.until)
