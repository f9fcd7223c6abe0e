"""An incident as routes, silences and escalation see it. Pure."""

from collections.abc import Iterable

from alerts.contract import Alert
from netwatch.incidents.contract import Incident
from netwatch.incidents.places import Places
from netwatch.verdict import INSPECTIONS


def to_alert(incident: Incident, places: Places) -> Alert:
    """The alert of an incident: everything it hits or hit, where that is, and whose it is."""
    subjects = {*incident.roots, *(member.subject for member in incident.members)}
    return Alert(
        incident=incident.id,
        nature=str(incident.nature),
        severity=incident.severity,
        onset=incident.onset,
        opened=incident.opened,
        announced=incident.announced,
        ended=incident.ended,
        closed=incident.closed,
        blame=incident.blame.told,
        units=places.units(subjects),
        sites=_all(map(places.site, subjects)),
        subjects=frozenset(subjects),
        providers=_all(map(places.provider, subjects)),
        feeders=_all(map(places.feeder, subjects)),
        suppressed=incident.suppressed,
        acknowledged=incident.acknowledged is not None,
        patient=incident.reason in INSPECTIONS,
    )


class Alerts:
    """The alerts of incidents, made anew only for what changed: there may be thousands, asked for at every commit."""

    def __init__(self) -> None:
        self._places: Places | None = None
        self._known: dict[int, tuple[Incident, Alert]] = {}

    def of(self, incidents: Iterable[Incident], places: Places) -> list[Alert]:
        """Their alerts, in order; those of all others are forgotten."""
        if places is not self._places:
            self._known, self._places = {}, places
        self._known = {incident.id: self._made(incident, places) for incident in incidents}
        return [alert for _, alert in self._known.values()]

    def _made(self, incident: Incident, places: Places) -> tuple[Incident, Alert]:
        known = self._known.get(incident.id)
        return known if known is not None and known[0] is incident else (incident, to_alert(incident, places))


def _all(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value for value in values if value)
