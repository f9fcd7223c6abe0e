"""Whom an alert concerns at a moment. Pure; moments are microseconds UTC."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from alerts.contract import Alert, Route
from alerts.hours import on_duty

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def routed(alert: Alert, routes: Sequence[Route], now: int, zone: tzinfo) -> tuple[Route, ...]:
    """The routes that take the alert now, in order, none behind one that stops.

    A route does not apply, nor stop, outside its duty hours (local time in `zone`); hours nobody understands count as
    always, since a message too many is the lesser evil.
    """
    return matching(alert, in_hours(routes, now, zone))


def matching(alert: Alert, routes: Iterable[Route]) -> tuple[Route, ...]:
    """The routes that take the alert, whatever the hour."""
    found: list[Route] = []
    for route in routes:
        if _takes(route, alert):
            found.append(route)
            if route.stop:
                break
    return tuple(found)


def in_hours(routes: Iterable[Route], now: int, zone: tzinfo) -> tuple[Route, ...]:
    """The routes that apply at that moment."""
    return tuple(route for route in routes if at_hours(route.duty, now, zone))


def at_hours(hours: str, now: int, zone: tzinfo) -> bool:
    """Whether a moment lies in these hours; '' and what nobody understands are always."""
    local = (EPOCH + timedelta(microseconds=now)).astimezone(zone)
    return not hours or on_duty(hours, local) is not False


def receivers(routes: Iterable[Route]) -> tuple[str, ...]:
    """Whom the routes tell at once, each receiver once, in order."""
    return tuple(dict.fromkeys(name for route in routes for name in route.receivers))


def _takes(route: Route, alert: Alert) -> bool:
    return (
        (not route.units or not route.units.isdisjoint(alert.units))
        and (not route.severities or alert.severity in route.severities)
        and (not route.natures or alert.nature in route.natures)
    )
