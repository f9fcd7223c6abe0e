"""From alerts to notices: who is to be told what, compared with what was noted down before. Pure.

It goes by what is, not by what happened: called as often as one likes, it writes down once what is to be told, so
nothing is lost by a restart. Creation is suppressed, never resolution: whoever got the opening gets the end, also
during silence, maintenance and outside duty hours.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias

from alerts.contract import Alert, Notice, NoticeKind, NoticeState, Route
from alerts.due import escalation_due
from alerts.policy import Policy
from alerts.route import at_hours, in_hours, matching, receivers
from alerts.silence import silenced

__all__ = ["STAGES", "Case", "Policy", "decide", "went_live"]

# By either of them a receiver hears of an incident for the first time.
FIRST = frozenset({NoticeKind.OPENING, NoticeKind.ESCALATION})
TOLD = frozenset({NoticeState.SEALED, NoticeState.DELIVERED})
WAITING = frozenset({NoticeState.PENDING, NoticeState.OVER})
UNDELIVERED = WAITING | {NoticeState.SEALED}
# 'We do not know any more' is no news for somebody who was told a cause.
NO_CAUSE = frozenset({"", "undecided"})


@dataclass(frozen=True, slots=True)
class Case:
    """One incident at one moment: its alert, its notices so far, and the routes by which new things may be told.

    There are none while it is gathered, suppressed, silenced or over.
    """

    alert: Alert
    notices: tuple[Notice, ...]
    routes: tuple[Route, ...]
    policy: Policy
    now: int

    @property
    def by_receiver(self) -> dict[str, list[Notice]]:
        """The notices of each receiver."""
        found: dict[str, list[Notice]] = {}
        for notice in self.notices:
            found.setdefault(notice.receiver, []).append(notice)
        return found

    def notice(self, receiver: str, kind: NoticeKind, state: NoticeState = NoticeState.PENDING) -> Notice:
        """A new notice of this incident as it is now."""
        alert = self.alert
        return Notice(0, alert.incident, receiver, kind, alert.severity, self.now, state, alert.blame)

    def with_notices(self, made: Iterable[Notice]) -> "Case":
        """The case once notices are changed (by id) or added (without)."""
        made = tuple(made)
        changed = {notice.id: notice for notice in made if notice.id}
        kept = (changed.get(notice.id, notice) for notice in self.notices)
        return replace(self, notices=(*kept, *(notice for notice in made if not notice.id))) if made else self


def decide(
    alerts: Iterable[Alert], book: Mapping[int, Sequence[Notice]], policy: Policy, now: int
) -> tuple[Notice, ...]:
    """The notices to be written: new ones with id 0, changed ones with theirs.

    `alerts` are all open incidents and those closed lately, `book` all notices of each, whatever their state. Once the
    result is in the book the same question has no answer any more.
    """
    routes = in_hours(policy.routes, now, policy.zone)
    given: dict[int, Case] = {}
    for alert in alerts:
        notices = tuple(book.get(alert.incident, ()))
        case = Case(alert, notices, _routes(alert, routes, policy, now), policy, now)
        given[alert.incident] = reduce(lambda one, stage: one.with_notices(stage(one)), STAGES, case)
    found = [notice for case in given.values() for notice in _news(book, case)]
    others = (notice for incident, notices in book.items() if incident not in given for notice in notices)
    return (*found, *_without_receiver(others, policy))


def _routes(alert: Alert, routes: Sequence[Route], policy: Policy, now: int) -> tuple[Route, ...]:
    silent = alert.announced is None or alert.closed is not None or bool(alert.suppressed)
    silent = silent or (alert.patient and not at_hours(policy.daytime, now, policy.zone))
    if silent or silenced(alert, policy.silences, now) is not None:
        return ()
    return matching(alert, routes)


def _news(book: Mapping[int, Sequence[Notice]], case: Case) -> Iterator[Notice]:
    before = book.get(case.alert.incident, ())
    yield from (after for old, after in zip(before, case.notices, strict=False) if after != old)
    yield from case.notices[len(before) :]


def _forgotten(case: Case) -> Iterator[Notice]:
    """A receiver that is no longer known gets nothing more."""
    return _without_receiver(case.notices, case.policy)


def _without_receiver(notices: Iterable[Notice], policy: Policy) -> Iterator[Notice]:
    for notice in notices:
        if notice.state in UNDELIVERED and notice.receiver not in policy.receivers:
            yield replace(notice, state=NoticeState.DROPPED)


def _opened(case: Case) -> Iterator[Notice]:
    """One opening for each receiver that has not heard of the incident."""
    heard = {notice.receiver for notice in case.notices if notice.kind in FIRST}
    for receiver in receivers(case.routes):
        if receiver in case.policy.receivers and receiver not in heard:
            yield case.notice(receiver, NoticeKind.OPENING)


def _corrected(case: Case) -> Iterator[Notice]:
    """What still waits tells what is known by now; who was told another cause gets a correction.

    Not when all is well again: the closing, which is about to come, tells the cause.
    """
    if case.alert.closed is not None:
        return
    reached = {name for route in case.routes for name in (*route.receivers, *route.escalate_to)}
    for receiver, notices in case.by_receiver.items():
        yield from _updated(case, notices)
        told = _told_blame(notices)
        going_on = case.alert.ended is None
        wrong = going_on and told is not None and case.alert.blame not in (NO_CAUSE | {told})
        waiting = [notice for notice in notices if notice.state is NoticeState.PENDING]
        if wrong and not waiting and receiver in reached & case.policy.receivers:
            yield case.notice(receiver, NoticeKind.CORRECTION)
        if not wrong:
            corrections = (notice for notice in waiting if notice.kind is NoticeKind.CORRECTION)
            yield from (replace(notice, state=NoticeState.DROPPED) for notice in corrections)


def _updated(case: Case, notices: Iterable[Notice]) -> Iterator[Notice]:
    alert = case.alert
    for notice in notices:
        if notice.id and notice.state is NoticeState.PENDING:
            yield replace(notice, blame=alert.blame, severity=alert.severity)


def _told_blame(notices: Iterable[Notice]) -> str | None:
    """The cause a receiver was told last; None when it was told nothing."""
    told = [notice for notice in notices if notice.state in TOLD]
    return max(told, key=lambda notice: (notice.created, notice.id)).blame if told else None


def _escalated(case: Case) -> Iterator[Notice]:
    """Nobody acknowledged in time: those who were told hear it once, and so do those above them."""
    if case.alert.acknowledged:
        return
    done = {notice.receiver for notice in case.notices if notice.kind is NoticeKind.ESCALATION}
    for route in case.routes:
        due = escalation_due(route, case.notices, case.policy.live_since)
        if due is not None and case.now >= due:
            for receiver in _to_escalate(case, route, due):
                if receiver in case.policy.receivers and receiver not in done:
                    done.add(receiver)
                    yield case.notice(receiver, NoticeKind.ESCALATION)


def _to_escalate(case: Case, route: Route, due: int) -> Iterator[str]:
    """Who has heard nothing yet, and at first also those who were told."""
    everybody = dict.fromkeys((*route.receivers, *route.escalate_to))
    # A channel that takes the opening only after that reached nobody who could have acknowledged.
    late = any(
        notice.kind is NoticeKind.ESCALATION and notice.receiver in everybody and notice.created >= due
        for notice in case.notices
    )
    by_receiver = case.by_receiver
    for receiver in everybody:
        heard = by_receiver.get(receiver, [])
        told = any(notice.kind in FIRST and notice.state in TOLD for notice in heard)
        if (not heard and receiver in route.escalate_to) or (told and not late):
            yield receiver


def _calmed(case: Case) -> Iterator[Notice]:
    """Once somebody acknowledged, an escalation that still waits is pointless."""
    if case.alert.acknowledged:
        for notice in case.notices:
            if notice.kind is NoticeKind.ESCALATION and notice.state is NoticeState.PENDING:
                yield replace(notice, state=NoticeState.DROPPED)


def _closed(case: Case) -> Iterator[Notice]:
    """Whoever heard of it hears its end; who would have heard of it only now is told that it happened and is over."""
    if case.alert.closed is None:
        return
    for receiver, notices in case.by_receiver.items():
        first = next((n for n in notices if n.kind in FIRST and n.state is not NoticeState.DROPPED), None)
        closing = next((notice for notice in notices if notice.kind is NoticeKind.CLOSING), None)
        yield from _superseded(notices, first)
        if first is None:
            continue
        if first.state in WAITING:
            yield from _over(case, first, closing)
        elif closing is None and receiver in case.policy.receivers:
            yield case.notice(receiver, NoticeKind.CLOSING)


def _superseded(notices: Iterable[Notice], first: Notice | None) -> Iterator[Notice]:
    """The end tells the cause as well, and there is nothing left to escalate."""
    for notice in notices:
        if (
            notice.kind is not NoticeKind.CLOSING
            and notice is not first
            and notice.state is NoticeState.PENDING
        ):
            yield replace(notice, state=NoticeState.DROPPED)


def _over(case: Case, first: Notice, closing: Notice | None) -> Iterator[Notice]:
    """A dropped closing beside it is the mark that an opening told as over needs no end of its own.

    What is over before anybody is told anything will never be told, so it does not wait either.
    """
    if case.policy.live_since is None or (closing is not None and closing.state in TOLD):
        yield replace(first, state=NoticeState.DROPPED)
        return
    if first.state is not NoticeState.OVER:
        yield replace(first, state=NoticeState.OVER)
    if closing is None:
        yield case.notice(first.receiver, NoticeKind.CLOSING, NoticeState.DROPPED)
    elif closing.state is NoticeState.PENDING:
        yield replace(closing, state=NoticeState.DROPPED)


Stage: TypeAlias = Callable[[Case], Iterable[Notice]]
STAGES: tuple[Stage, ...] = (_forgotten, _opened, _corrected, _escalated, _calmed, _closed)


def went_live(notices: Iterable[Notice], open_incidents: Container[int], now: int) -> tuple[Notice, ...]:
    """What changes when notifications go live: what is over is never told, what goes on is told as of now.

    As of now, so that everything that gathered goes out as one digest.
    """
    waiting = [notice for notice in notices if notice.state in WAITING]
    after = (
        replace(notice, created=now)
        if notice.incident in open_incidents
        else replace(notice, state=NoticeState.DROPPED)
        for notice in waiting
    )
    return tuple(new for new, old in zip(after, waiting, strict=True) if new != old)
