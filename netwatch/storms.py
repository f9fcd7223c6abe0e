"""What was lost in a storm: protected devices and lines that went down about when lightning struck there. Pure.

Lightning is known by a counter that rose or by a strike that somebody wrote down. It struck *there* when that was at
the same site, or in the same administrative unit. A thing is lost when it fails by itself and the failure may have
begun between the strike and `window` later; what only lost its mains power, as its uptime proves, is not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from inventory.inputs import records_by_item
from inventory.snapshot import FieldRecord, Inventory, SurgeProtector
from netwatch.clock import MINUTE, SECOND
from netwatch.incidents.contract import Cause, Confidence, Incident, Nature
from netwatch.incidents.places import Places
from netwatch.strikes import Counted
from netwatch.verdict import Kind

STRIKE = "strike"
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stroke:
    """Lightning near `item` somewhere in (`since`, `until`]; `record` is the field record that tells of it."""

    item: str
    since: int
    until: int
    record: str = ""


@dataclass(frozen=True, slots=True)
class Outage:
    """A device or line that went down by itself in (`contrary`, `onset`], and in which incident."""

    subject: str
    contrary: int
    onset: int
    incident: int


@dataclass(frozen=True, slots=True)
class Loss:
    """What `protector` protects and lightning may have hit all the same."""

    protector: str
    outage: Outage
    stroke: Stroke

    @property
    def key(self) -> tuple[str, str, int]:
        """What makes two of them the same, however often it is asked."""
        return self.protector, self.outage.subject, self.outage.incident


def strokes(counted: Mapping[str, Counted], inventory: Inventory, zone: tzinfo, since: int) -> list[Stroke]:
    """The newest rise of every counter, and the strikes that were written down, none that was over by `since`."""
    found = [Stroke(item, one.since, one.until) for item, one in counted.items() if one.rise]
    for records in records_by_item(inventory).values():
        found += (_written(record, zone) for record in records if record.kind == STRIKE and _rose(record))
    return [stroke for stroke in found if stroke.until > since]


def _rose(record: FieldRecord) -> bool:
    """A counter that is read by eye tells of no moment: only a strike that somebody saw or heard has one."""
    return record.reading is None


def _written(record: FieldRecord, zone: tzinfo) -> Stroke:
    start = datetime.combine(record.on, time.fromisoformat(record.at) if record.at else time(), zone)
    begin = round(start.timestamp()) * SECOND
    end = begin + MINUTE if record.at else round(_next_day(record.on, zone).timestamp()) * SECOND
    return Stroke(record.item, begin, end, record.id)


def _next_day(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day + A_DAY, time(), zone)


def outages(incidents: Iterable[Incident]) -> Iterator[Outage]:
    """What went down by itself in these incidents: their roots, and members that are down rather than unreachable."""
    for incident in incidents:
        if incident.nature is not Nature.FAULT or _only_power(incident):
            continue
        for root in incident.roots:
            yield Outage(root, incident.contrary, incident.onset, incident.id)
        for member in incident.members:
            if member.verdict == Kind.DOWN and member.subject not in incident.roots:
                yield Outage(member.subject, incident.contrary, member.since, incident.id)


def _only_power(incident: Incident) -> bool:
    return incident.blame.cause is Cause.POWER and incident.blame.confidence is Confidence.CONFIRMED


def losses(
    protectors: Iterable[SurgeProtector],
    places: Places,
    struck: Iterable[Stroke],
    lost: Iterable[Outage],
    window: int,
) -> Iterator[Loss]:
    """What protectors did not protect, once for each outage: with the first stroke that may explain it.

    `window` is in microseconds.
    """
    by_subject: dict[str, list[Outage]] = {}
    for outage in lost:
        by_subject.setdefault(outage.subject, []).append(outage)
    storm = sorted(struck, key=lambda stroke: (stroke.until, stroke.item))
    if not by_subject or not storm:
        return
    for protector in protectors:
        for outage in (one for subject in protector.protected for one in by_subject.get(subject, ())):
            where = _where(outage.subject, places)
            near = (
                one for one in storm if where & _where(one.item, places) and _together(one, outage, window)
            )
            stroke = next(near, None)
            if stroke is not None:
                yield Loss(protector.id, outage, stroke)


def _where(subject: str, places: Places) -> frozenset[tuple[str, str]]:
    """The site of a thing and the administrative unit of that."""
    site = places.site(subject)
    record = places.inventory.of("site").get(site)
    unit = (record.administrative_unit if record else None) or ""
    return frozenset(place for place in (("site", site), ("unit", unit)) if place[1])


def _together(stroke: Stroke, outage: Outage, window: int) -> bool:
    """Whether some moment of the outage's beginning may lie between the strike and `window` after it."""
    return outage.onset >= stroke.since and min(outage.contrary, outage.onset) <= stroke.until + window
