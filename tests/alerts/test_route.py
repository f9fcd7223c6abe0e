"""Routes take what they name, in their hours; silences cover what they name, in their time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.contract import Alert, Notice, NoticeKind, NoticeState, Route, Severity, Silence
from alerts.due import duty_begins, escalation_due, next_due
from alerts.policy import Policy
from alerts.route import receivers, routed
from alerts.silence import silenced

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTE = 60_000_000
HOUR = 60 * MINUTE
ALERT = Alert(
    7,
    "fault",
    Severity.MAJOR,
    onset=0,
    opened=0,
    announced=0,
    units=frozenset({"xa-1", "huyen-1", "tinh"}),
    sites=frozenset({"site-1"}),
    subjects=frozenset({"line-1", "site-1"}),
    providers=frozenset({"vnpt"}),
)


def at(text: str) -> int:
    """Microseconds of a local time in Hanoi."""
    local = datetime.fromisoformat(text).replace(tzinfo=HANOI)
    return (local - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


NOON = at("2026-11-23 12:00")


def names(*routes: Route, now: int = NOON, alert: Alert = ALERT) -> list[str]:
    """The names of the routes that take the alert."""
    return [route.name for route in routed(alert, routes, now, HANOI)]


@pytest.mark.parametrize(
    ("fields", "takes"),
    [
        ({}, True),
        ({"units": frozenset({"huyen-1", "huyen-2"})}, True),
        ({"units": frozenset({"huyen-2"})}, False),
        ({"severities": frozenset({"critical", "major"})}, True),
        ({"severities": frozenset({"minor"})}, False),
        ({"natures": frozenset({"fault"})}, True),
        ({"natures": frozenset({"ignorance"})}, False),
        ({"units": frozenset({"tinh"}), "severities": frozenset({"minor"})}, False),
    ],
)
def test_a_route_takes_what_all_its_fields_name(fields: dict[str, Any], takes: bool) -> None:
    """A field that names nothing takes everything; a unit takes all below it."""
    assert names(Route("one", ("an",), **fields)) == (["one"] if takes else [])


def test_outside_its_hours_a_route_neither_takes_nor_stops() -> None:
    """Local hours; hours nobody understands are always."""
    duty = Route("duty", ("an",), duty="T2-T6 07:30-17:00", stop=True)
    rest = Route("rest", ("binh",))
    odd = Route("odd", ("chi",), duty="khi nào rảnh")
    assert names(duty, rest, odd) == ["duty"]
    assert names(duty, rest, odd, now=at("2026-11-23 17:00")) == ["rest", "odd"]


def test_each_receiver_is_told_once() -> None:
    """However many routes name it, in the order of the routes."""
    routes = [Route("one", ("an", "binh")), Route("two", ("chi", "an"))]
    assert receivers(routes) == ("an", "binh", "chi")


@pytest.mark.parametrize(
    ("fields", "covers"),
    [
        ({}, True),
        ({"units": ("huyen-2", "tinh")}, True),
        ({"units": ("tinh",), "providers": ("viettel",)}, False),
        ({"sites": ("site-1",)}, True),
        ({"subjects": ("line-2",)}, False),
        ({"incidents": (7,)}, True),
        ({"incidents": (8,)}, False),
        ({"ended_by": "an"}, False),
        ({"start": NOON + 1}, False),
        ({"end": NOON}, False),
    ],
)
def test_a_silence_covers_what_all_its_fields_name_while_it_holds(
    fields: dict[str, Any], covers: bool
) -> None:
    """From its start until before its end, unless somebody ended it."""
    silence = replace(Silence(1, NOON, NOON + HOUR, "an", "works"), **fields)
    assert silenced(ALERT, [silence], NOON) == (silence if covers else None)


def test_duty_begins_on_the_next_day_of_duty() -> None:
    """After Friday comes Monday; a route without hours has no begin."""
    office = Route("office", ("an",), duty="T2-T6 07:30-11:30, 13:30-17:00")
    assert duty_begins(office, at("2026-11-27 12:00"), HANOI) == at("2026-11-27 13:30")
    assert duty_begins(office, at("2026-11-27 13:30"), HANOI) == at("2026-11-30 07:30")
    assert duty_begins(Route("all", ("an",)), NOON, HANOI) is None


def test_an_escalation_is_counted_from_the_first_opening_or_from_going_live() -> None:
    """Before notifications went live nobody could acknowledge."""
    route = Route("all", ("an",), escalate_after=HOUR, escalate_to=("binh",))
    opening = Notice(1, 7, "an", NoticeKind.OPENING, Severity.MAJOR, NOON)
    assert escalation_due(route, [opening], 0) == NOON + HOUR
    assert escalation_due(route, [opening], NOON + HOUR) == NOON + 2 * HOUR
    assert escalation_due(route, [opening], None) is None
    assert escalation_due(route, [replace(opening, state=NoticeState.DROPPED)], 0) is None
    assert escalation_due(replace(route, escalate_after=None), [opening], 0) is None


def test_the_next_thing_due_is_the_first_of_all() -> None:
    """The end of a silence, the begin of duty, an escalation; nothing while nothing is open."""
    route = Route("duty", ("an",), duty="13:30-17:00", escalate_after=HOUR)
    silence = Silence(1, NOON - HOUR, NOON + 3 * HOUR, "an", "works")
    policy = Policy((route,), frozenset({"an"}), (silence,), HANOI, live_since=0)
    opening = Notice(1, 7, "an", NoticeKind.OPENING, Severity.MAJOR, NOON)
    assert next_due([ALERT], {7: [opening]}, policy, NOON) == NOON + HOUR
    assert next_due([ALERT], {}, policy, NOON) == at("2026-11-23 13:30")
    assert next_due([ALERT], {}, replace(policy, routes=()), NOON) == silence.end
    assert next_due([replace(ALERT, closed=NOON)], {7: [opening]}, policy, NOON) is None
