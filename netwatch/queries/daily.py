"""The daily report: what began or ended since the same hour yesterday, what is open, unknown or due today, and how
sites and lines did yesterday. Pure; nothing is in any language yet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from alerts.contract import SEVERITIES, NoticeKind, NoticeState, Phrase, Report, ReportLine, ReportSection
from alerts.daily import NIGHT, OPEN, SEVERITY, UNKNOWN
from inventory.local_days import end_of
from netwatch.clock import HOUR, SECOND
from netwatch.incidents.contract import Incident, Nature
from netwatch.incidents.places import Places
from netwatch.language import day as date_words
from netwatch.present import Judged, Present
from netwatch.queries.availability import AvailabilityReport
from netwatch.queries.daily_due import Today, due_section
from netwatch.queries.daily_figures import figures_section, figures_summary
from netwatch.queries.incident_words import CAUSES, CONFIDENCES
from netwatch.queries.incidents import Tell
from netwatch.queries.outage_words import PARTIES as PARTY_WORDS
from netwatch.queries.words import REASONS
from netwatch.sla.evidence import DECIDING, PARTIES, believed
from netwatch.verdict import Kind, Why

# A report may be so late: whoever gets it later had better look for himself.
LATEST = 5 * HOUR
# So many lines of a section are told; more are counted.
MOST = 40
# Of what is over, so many: they ask for nothing any more.
MOST_OVER = 10
MOST_NAMES = 5
# What never was measured stands on the to-do list; that it still is not is no news.
STANDING = frozenset({Why.NEVER_SEEN, Why.NOT_COMMISSIONED, Why.NO_WITNESS, Why.NOT_MONITORED})
TOLD = frozenset({NoticeKind.OPENING, NoticeKind.ESCALATION})


def _(text: str) -> str:
    """Mark a text for translation."""
    return text


@dataclass(frozen=True, slots=True)
class Hour:
    """When the report of a local day is due, since when it tells, and from when on it is too late; microseconds."""

    day: date
    since: int
    due: int
    stale: int


@dataclass(frozen=True, slots=True)
class Morning:
    """Everything the reports of a day are made of; `figures` are of yesterday, by site and by line, of everything."""

    today: Today
    incidents: Sequence[Incident]
    figures: Sequence[AvailabilityReport]
    tell: Tell
    now: int

    @property
    def present(self) -> Present:
        """What is known now."""
        return self.today.present


def hour_of(day: date, at: str, zone: tzinfo) -> Hour:
    """When the report of a day is due by the clock on the wall ('07:00'): every day has exactly one such moment.

    Where clocks are put back the hour's first time counts, where they leap over it the moment as late after midnight.
    """
    due = _moment(day, at, zone)
    return Hour(day, _moment(day - timedelta(days=1), at, zone), due, min(due + LATEST, end_of(day, zone)))


def _moment(day: date, at: str, zone: tzinfo) -> int:
    return round(datetime.combine(day, time.fromisoformat(at), zone).timestamp()) * SECOND


def daily_report(known: Morning, hour: Hour, units: Iterable[str] = (), *, test: bool = False) -> Report:
    """The report of a day; `units` with all below them, none is everything."""
    about = About(known, known.today.places, frozenset(units))
    sections = (
        _open(about),
        _night(about, hour),
        _unknown(about),
        due_section(known.today, about.takes),
        figures_section(known.figures, about.takes),
    )
    return Report(
        day=hour.day.isoformat(),
        date=date_words(hour.day),
        since=hour.since,
        until=known.now,
        stale=hour.stale,
        sections=sections,
        summary=(*figures_summary(known.figures, about.takes), *_standing(about)),
        test=test,
    )


@dataclass(frozen=True)
class About:
    """What a report is made of, and of whom it tells."""

    known: Morning
    places: Places
    units: frozenset[str]

    def takes(self, subjects: Iterable[str]) -> bool:
        """Whether the report tells of any of these."""
        return not self.units or not self.units.isdisjoint(self.places.units(subjects))

    def concerned(self, incident: Incident) -> bool:
        """Whether it tells of an incident; that we ourselves are blind concerns everybody."""
        hit = (*incident.roots, *(member.subject for member in incident.members))
        return incident.nature is Nature.BLINDNESS or self.takes(hit)


def _night(about: About, hour: Hour) -> ReportSection:
    """What began, was noticed or ended since, what goes on first; what was over too soon to be told is left out."""
    found = [
        one
        for one in about.known.incidents
        if (one.opened >= hour.since or (one.ended or 0) >= hour.since)
        and (one.announced is not None or one.suppressed)
        and about.concerned(one)
    ]
    going = _chosen([one for one in found if one.ended is None])
    over = _chosen([one for one in found if one.ended is not None], MOST_OVER)
    return _section(NIGHT, [_line(one, about, night=True) for one in (*going, *over)], len(found))


def _open(about: About) -> ReportSection:
    found = [one for one in about.known.incidents if one.open and one.ended is None and about.concerned(one)]
    return _section(OPEN, [_line(one, about, night=False) for one in _chosen(found)], len(found))


def _section(key: str, lines: Sequence[ReportLine], count: int) -> ReportSection:
    return ReportSection(key, count, tuple(lines), count - len(lines))


def _chosen(incidents: Sequence[Incident], most: int = MOST) -> list[Incident]:
    """The worst of them, the oldest first."""
    worst = sorted(incidents, key=lambda one: (SEVERITIES.index(one.severity), one.onset, one.id))[:most]
    return sorted(worst, key=lambda one: (one.onset, one.id))


def _line(incident: Incident, about: About, *, night: bool) -> ReportLine:
    story = about.known.tell(incident)
    over = incident.ended is not None
    return ReportLine(
        mark="over" if over else "new" if night else SEVERITY,
        what=story.title,
        place=story.place,
        tone="over" if over else str(incident.severity),
        since=incident.onset,
        not_before=0 if over else story.not_before,
        until=incident.ended or 0,
        more=(*story.whom[:1], *_why(incident), *_state(incident, about)),
        # What is over asks nobody for an acknowledgement.
        taken=None if night else incident.acknowledged.by if incident.acknowledged else "",
        inside=() if night or not incident.assigned else (_assigned(incident.assigned),),
        item=str(incident.id),
    )


def _assigned(name: str) -> Phrase:
    return Phrase(_("assigned to {name}"), {"name": name})


def _why(incident: Incident) -> Iterator[Phrase]:
    """The cause, how sure that is, and whose it makes the outage."""
    if incident.nature is not Nature.FAULT:
        return
    blame = believed(incident)
    cause = Phrase(CAUSES.get(blame.cause, str(blame.cause)))
    if blame.cause in PARTIES:
        sure = {"cause": cause, "confidence": Phrase(CONFIDENCES[blame.confidence])}
        cause = Phrase("{cause} ({confidence})", sure)
    yield Phrase(_("cause: {cause}"), {"cause": cause})
    if blame.cause in PARTIES and blame.confidence in DECIDING:
        yield Phrase(_("whose: {party}"), {"party": Phrase(PARTY_WORDS[PARTIES[blame.cause]])})


def _state(incident: Incident, about: About) -> Iterator[Phrase]:
    desk = about.known.present.desk
    notices = desk.notices.get(incident.id, ())
    if incident.suppressed:
        yield Phrase(_("in maintenance"))
    elif incident.id in desk.incidents and not any(
        one.kind in TOLD and one.state is NoticeState.DELIVERED for one in notices
    ):
        yield Phrase(_("nobody was sent a message about it"))
    if incident.flapping:
        yield Phrase(_("keeps going up and down"))


def _unknown(about: About) -> ReportSection:
    """What is not known now and once was, by reason, that of the most things first."""
    by_reason: dict[str, list[str]] = {}
    for id_, judged in _not_known(about):
        if judged.verdict.reason not in STANDING:
            by_reason.setdefault(str(judged.verdict.reason), []).append(id_)
    ordered = sorted(by_reason.items(), key=lambda one: (-len(one[1]), one[0]))
    lines = tuple(_group(reason, ids, about) for reason, ids in ordered)
    return ReportSection(UNKNOWN, sum(map(len, by_reason.values())), lines)


def _not_known(about: About) -> Iterator[tuple[str, Judged]]:
    present = about.known.present
    for id_ in sorted(present.subjects):
        judged = present.judged.get(id_)
        if judged is not None and judged.verdict.kind is Kind.UNKNOWN and about.takes((id_,)):
            yield id_, judged


def _group(reason: str, ids: Sequence[str], about: About) -> ReportLine:
    """Those of one reason; since when the first of them is not known."""
    judged: Mapping[str, Judged] = about.known.present.judged
    oldest = sorted(ids, key=lambda id_: (judged[id_].since, id_))
    names = ", ".join(map(about.places.name, oldest[:MOST_NAMES]))
    more = len(ids) - MOST_NAMES
    listed = Phrase(_("{names} and {more} more"), {"names": names, "more": more})
    return ReportLine(
        mark="",
        what=Phrase("{reason}: {count}", {"reason": Phrase(REASONS.get(reason, reason)), "count": len(ids)}),
        since=judged[oldest[0]].since,
        more=(listed if more > 0 else Phrase("{names}", {"names": names}),),
        item=reason,
    )


def _standing(about: About) -> Iterator[Phrase]:
    count = sum(judged.verdict.reason in STANDING for _id, judged in _not_known(about))
    if count:
        yield Phrase(
            _("Never measured so far: {count} (they stand on the to-do list: netwatch incidents --todo)."),
            {"count": count},
        )
