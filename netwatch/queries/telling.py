"""The story of an incident as commands and pages tell it, from what is known at this moment. Pure."""

from datetime import UTC, datetime

from alerts.contract import Story
from netwatch.clock import SECOND
from netwatch.incidents.contract import Incident
from netwatch.incidents.places import Places
from netwatch.present import Judged, Present
from netwatch.queries.contacts import Directory
from netwatch.queries.incidents import Tell
from netwatch.store.contract import VerdictRow
from netwatch.translate.to_alerts import story


def telling(present: Present, local_time: datetime) -> Tell:
    """Tells incidents as of a local time."""
    places, directory = Places(present.inventory), Directory(present.inventory, local_time)
    now, zone = round(local_time.timestamp() * SECOND), local_time.tzinfo or UTC

    def tell(incident: Incident) -> Story:
        subjects = {*incident.roots, *(member.subject for member in incident.members)}
        rows = {id_: _row(id_, present.judged[id_]) for id_ in subjects if id_ in present.judged}
        return story(incident, places, directory, zone, now, rows)

    return tell


def _row(id_: str, judged: Judged) -> VerdictRow:
    return VerdictRow(0, id_, judged.verdict, judged.since, None, judged.contrary, 0, 0)
