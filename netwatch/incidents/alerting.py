"""An incident as routes, silences and escalation see it. Pure."""

from collections.abc import Iterable

from alerts.contract import Alert
from netwatch.incidents.contract import Incident
from netwatch.incidents.places import Places


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
        closed=incident.closed,
        blame=incident.blame.told,
        units=places.units(subjects),
        sites=_all(map(places.site, subjects)),
        subjects=frozenset(subjects),
        providers=_all(map(places.provider, subjects)),
        feeders=_all(map(places.feeder, subjects)),
        suppressed=incident.suppressed,
        acknowledged=incident.acknowledged is not None,
    )


def _all(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value for value in values if value)
