"""From the present to what /metrics says of incidents and notifications. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from exporters.series import Family, Point
from netwatch.incidents.contract import Incident
from netwatch.incidents.view import DeskView
from netwatch.present import Present
from netwatch.queries.delivery import waits
from netwatch.verdict import Subject, SubjectKind

# Whose probes tell too little, is an agency.
UNIT = "organisation_unit"
INFO = "What is known of each open incident that is told of: always 1."
OPEN = "1 for each open incident by its severity; without those that maintenance keeps from being told."
WAITING = "Notices that wait to be sent, by receiver."
SENT = "Messages that a channel accepted since the daemon began, by receiver."
DEAD = "Messages given up since the daemon began, by receiver."
COMPLETENESS = (
    "Looks done with a known result by looks due in the last 15 minutes, at the sites of an agency."
)
UP = "1 while the channel of this receiver takes what it is sent, or was not asked yet; a fallback does not count."
HEARD = "0 while nobody outside hears that the daemon lives though somebody is meant to; 1 otherwise."
LIVE = "1 once notifications are live; before nobody is sent anything."


def incident_families(present: Present) -> Iterator[Family]:
    """Open incidents, what waits to be told, and which subjects flap or are in maintenance."""
    desk = present.desk
    yield _family("incident_open", "gauge", OPEN, _open(desk))
    yield _family("incident_info", "gauge", INFO, _info(present))
    waiting = _by_receiver(_waiting(desk))
    yield _family("notifications_waiting", "gauge", WAITING, waiting)
    yield _family("messages_sent_total", "counter", SENT, _by_receiver(desk.sent))
    yield _family("notifications_dead_total", "counter", DEAD, _by_receiver(desk.dead))
    ways = (
        Point({"receiver": name}, int(not one.failing_since))
        for name, one in sorted(present.channels.items())
    )
    yield _family("receiver_up", "gauge", UP, ways)
    yield _family("heartbeat_heard", "gauge", HEARD, [Point({}, int(not present.unwatched))])
    yield _family("notifications_live", "gauge", LIVE, [Point({}, int(desk.live_since is not None))])
    shares = [Point({"unit": id_}, share) for id_, share in sorted(present.completeness.items())]
    yield _family("probe_completeness_ratio", "gauge", COMPLETENESS, shares)
    for kind in SubjectKind:
        flag = f"1 while the verdicts of this {kind} keep changing; absent otherwise."
        yield _family(f"{kind}_flapping", "gauge", flag, _flags(kind, desk.flapping, present.subjects))
        flag = f"1 while this {kind} is in maintenance; absent otherwise."
        covered = _flags(kind, desk.in_maintenance, present.subjects)
        yield _family(f"{kind}_in_maintenance", "gauge", flag, covered)


def _family(name: str, kind: str, text: str, points: Iterable[Point]) -> Family:
    return Family(f"netwatch_{name}", kind, text, tuple(points))


def _open(desk: DeskView) -> Iterator[Point]:
    for incident in _told(desk):
        yield Point({"incident": str(incident.id), "severity": str(incident.severity)}, 1)


def _told(desk: DeskView) -> Iterator[Incident]:
    return (incident for incident in desk.open if not incident.suppressed)


def _info(present: Present) -> Iterator[Point]:
    """Nature and cause of each, and the first that failed by itself, by which it is named."""
    for incident in _told(present.desk):
        first = next(iter(incident.roots), incident.scope)
        subject = present.subjects.get(first)
        record = present.inventory.of(subject.kind if subject else UNIT).get(first)
        known = {"subject": first, "name": record.name if record else first}
        labels = {"nature": str(incident.nature), "cause": str(incident.blame.cause), **known}
        yield Point({"incident": str(incident.id), **labels}, 1)


def _waiting(desk: DeskView) -> Mapping[str, int]:
    """By receiver; 0 for those who have been told everything."""
    counts: Counter[str] = Counter()
    for notices in desk.notices.values():
        for notice in notices:
            counts[notice.receiver] += waits(notice)
    return counts


def _by_receiver(counts: Mapping[str, int]) -> Iterator[Point]:
    return (Point({"receiver": name}, counts[name]) for name in sorted(counts))


def _flags(kind: SubjectKind, ids: Iterable[str], subjects: Mapping[str, Subject]) -> Iterator[Point]:
    return (
        Point({str(kind): id_}, 1) for id_ in sorted(ids) if id_ in subjects and subjects[id_].kind is kind
    )
