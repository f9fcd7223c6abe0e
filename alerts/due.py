"""When time alone makes somebody hear of something: escalations, the ends of silences, the begin of duty. Pure.

Moments are microseconds UTC.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from alerts.contract import Alert, Notice, NoticeKind, NoticeState, Route
from alerts.hours import Duty, read_hours
from alerts.policy import Policy
from alerts.route import EPOCH, matching
from alerts.silence import in_force

WEEK_AND_A_DAY = 8


def escalation_due(route: Route, notices: Iterable[Notice], live_since: int | None) -> int | None:
    """When a route escalates an incident nobody acknowledged, by the incident's notices; None when it does not.

    Counted from its first opening, at the earliest from when notifications went live: before that nobody could know.
    """
    created = [
        notice.created
        for notice in notices
        if notice.kind is NoticeKind.OPENING
        and notice.receiver in route.receivers
        and notice.state is not NoticeState.DROPPED
    ]
    if route.escalate_after is None or live_since is None or not created:
        return None
    return max(min(created), live_since) + route.escalate_after


def duty_begins(route: Route, now: int, zone: tzinfo) -> int | None:
    """When the duty hours of a route begin next, after that moment; None when it has none."""
    duties = read_hours(route.duty) if route.duty else None
    today = (EPOCH + timedelta(microseconds=now)).astimezone(zone).replace(tzinfo=None)
    midnight = datetime(today.year, today.month, today.day)  # noqa: DTZ001 - wall time
    days = [midnight + timedelta(days=ahead) for ahead in range(WEEK_AND_A_DAY)]
    moments = (_begin(duty, day, zone) for duty in duties or () for day in days if day.weekday() in duty.days)
    return min((moment for moment in moments if moment > now), default=None)


def _begin(duty: Duty, day: datetime, zone: tzinfo) -> int:
    local = (day + timedelta(minutes=duty.start)).replace(tzinfo=zone)
    return (local.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def next_due(
    alerts: Iterable[Alert], book: Mapping[int, Sequence[Notice]], policy: Policy, now: int
) -> int | None:
    """When the pipeline may have something new to say though nothing happened until then; None when never."""
    return min((moment for moment in _moments(alerts, book, policy, now) if moment > now), default=None)


def _moments(
    alerts: Iterable[Alert], book: Mapping[int, Sequence[Notice]], policy: Policy, now: int
) -> Iterator[int]:
    open_ones = [alert for alert in alerts if alert.closed is None and alert.announced is not None]
    if not open_ones:
        return
    yield from (silence.end for silence in policy.silences if in_force(silence, now))
    day = [Route("day", (), duty=policy.daytime)] if any(alert.patient for alert in open_ones) else []
    begins = (duty_begins(route, now, policy.zone) for route in (*policy.routes, *day))
    yield from (moment for moment in begins if moment is not None)
    for alert in open_ones:
        if not alert.acknowledged:
            notices = book.get(alert.incident, ())
            dues = (
                escalation_due(route, notices, policy.live_since) for route in matching(alert, policy.routes)
            )
            yield from (due for due in dues if due is not None)
