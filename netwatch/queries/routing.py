"""Who would hear of a fault, now: the routes, hours, silences and maintenance that decide about it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from alerts.contract import Alert, Route, Severity
from alerts.route import routed
from alerts.silence import silenced
from netwatch.commands import unknown_item
from netwatch.control.contract import Refused
from netwatch.incidents.alerting import to_alert
from netwatch.incidents.contract import Nature
from netwatch.incidents.places import JUDGED, Places
from netwatch.incidents.view import DeskView
from netwatch.language import Sentence
from netwatch.present import Present

ROUTING_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A route that takes it: who is told at once, and after how long (microseconds, 0 never) who else."""

    name: str
    receivers: tuple[str, ...]
    escalate_after: int
    escalate_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoutingReport:
    """Who would be told now of a fault of `subject` (or of that incident).

    `later` are routes that take it too, but are off duty now. `silence` and `window` are what keeps it back, 0 and ''
    nothing. `sending` False: before go-live nobody is sent anything.
    """

    schema: int
    at: int
    subject: str
    name: str
    incident: int
    severity: str
    sending: bool
    window: str
    silence: int
    silence_reason: str
    routes: tuple[RouteLine, ...]
    later: tuple[RouteLine, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides: routes in their order, and the time zone of their hours."""

    routes: Sequence[Route]
    zone: tzinfo


def hypothetical(subject: str, severity: Severity, places: Places, window: str, now: int) -> Alert:
    """The alert a fault of one subject would be."""
    return Alert(
        incident=0,
        nature=str(Nature.FAULT),
        severity=severity,
        onset=now,
        opened=now,
        announced=now,
        units=places.units([subject]),
        sites=frozenset({places.site(subject)} - {""}),
        subjects=frozenset({subject}),
        providers=frozenset({places.provider(subject)} - {""}),
        feeders=frozenset({places.feeder(subject)} - {""}),
        suppressed=f"maintenance:{window}" if window else "",
    )


def routing(alert: Alert, places: Places, view: DeskView, rules: Rules, now: int) -> RoutingReport:
    """Who would hear of an alert at this moment."""
    taking = routed(alert, rules.routes, now, rules.zone)
    silence = silenced(alert, view.silences, now)
    root = next(iter(sorted(alert.subjects)), "")
    return RoutingReport(
        schema=ROUTING_SCHEMA,
        at=now,
        subject=root,
        name=places.name(root),
        incident=alert.incident,
        severity=str(alert.severity),
        sending=view.live_since is not None,
        window=alert.suppressed.removeprefix("maintenance:"),
        silence=silence.id if silence else 0,
        silence_reason=silence.reason if silence else "",
        routes=tuple(map(_line, taking)),
        later=tuple(map(_line, _off_duty(alert, rules, taking, now))),
    )


def _off_duty(alert: Alert, rules: Rules, taking: Sequence[Route], now: int) -> list[Route]:
    """Routes that would take it were it always their time."""
    names = {route.name for route in taking}
    always = [_without_hours(route) for route in rules.routes]
    would = {route.name for route in routed(alert, always, now, rules.zone)}
    return [route for route in rules.routes if route.name in would - names]


def _without_hours(route: Route) -> Route:
    return Route(route.name, route.receivers, route.units, route.severities, route.natures, stop=False)


def _line(route: Route) -> RouteLine:
    return RouteLine(route.name, route.receivers, route.escalate_after or 0, route.escalate_to)


def routing_report(
    present: Present, rules: Rules, subject: str, incident: int, severity: Severity, now: int
) -> RoutingReport:
    """Who would hear of an open incident, or of a fault of a thing of the inventory; raises Refused."""
    places, view = Places(present.inventory), present.desk
    if incident:
        found = view.incidents.get(incident)
        if found is None or not found.open:
            raise Refused(Sentence("There is no open incident {id}.", {"id": incident}))
        return routing(to_alert(found, places), places, view, rules, now)
    if not places.kind(subject):
        raise Refused(unknown_item(subject, _judged(present)))
    window = view.in_maintenance.get(subject, "")
    return routing(hypothetical(subject, severity, places, window, now), places, view, rules, now)


def _judged(present: Present) -> set[str]:
    return {id_ for kind in JUDGED for id_ in present.inventory.of(kind)}
