"""Incidents for people: the open ones in a line each, everything about one, and what to tell a provider. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from alerts.contract import (
    SEVERITIES,
    Message,
    Notice,
    NoticeKind,
    NoticeState,
    Person,
    Phrase,
    Severity,
    Story,
)
from inventory.snapshot import Line, Site
from netwatch.adjacency import wiring
from netwatch.incidents.contract import Incident, LogEntry, Member
from netwatch.incidents.places import Places
from netwatch.language import Sentence
from netwatch.present import Present
from netwatch.queries.chores import NEVER_WELL, TO_INSPECT, inspections_wanted, parts_never_well
from netwatch.queries.contacts import Directory
from netwatch.queries.incident_models import (
    INCIDENT_SCHEMA,
    CallLine,
    CallList,
    IncidentLine,
    IncidentList,
    IncidentReport,
    LogLine,
    MemberLine,
    NoticeLine,
    PersonLine,
    TodoLine,
)
from netwatch.verdict import Kind, Why

# What somebody should mend in the inventory or on site; it is neither an incident nor told to anybody.
UPLINK_CONTRADICTED, UPLINK_UNDECLARED = "uplink_contradicted", "uplink_undeclared"
CHORES = (
    Why.NEVER_SEEN,
    Why.NOT_COMMISSIONED,
    Why.NO_WITNESS,
    Why.NOT_MONITORED,
    NEVER_WELL,
    TO_INSPECT,
    UPLINK_CONTRADICTED,
    UPLINK_UNDECLARED,
)
# In the order in which people ask for them.
HIT_KINDS = ("site", "line", "device", "conferencing_endpoint", "surge_protector", "sensor", "service")
REACHED = frozenset({NoticeState.SEALED, NoticeState.DELIVERED})
LONGEST_FACT = 200

Tell = Callable[[Incident], Story]


@dataclass(frozen=True, slots=True)
class WantedIncidents:
    """Which incidents are wanted: open ones unless `everything` is; an empty field wants all.

    `unit` with all below it; `since` (microseconds) those that went on at that time or later.
    """

    unit: str = ""
    everything: bool = False
    since: int = 0
    todo: bool = False


def incident_list(
    present: Present, wanted: WantedIncidents, tell: Tell, now: int, older: Iterable[Incident] = ()
) -> IncidentList:
    """The incidents wanted, worst first; `older` are those of the database that the present no longer holds."""
    places, desk = Places(present.inventory), present.desk
    known = {**{one.id: one for one in older}, **desk.incidents}
    chosen = [one for one in known.values() if _wanted(one, wanted, places)]
    lines = (incident_line(one, desk.notices.get(one.id, ()), tell(one), places) for one in chosen)
    return IncidentList(
        schema=INCIDENT_SCHEMA,
        at=now,
        sample=present.sample,
        live=present.live,
        heartbeat=present.heartbeat,
        sending=desk.live_since is not None,
        lines=tuple(sorted(lines, key=badness)),
        todo=todo(present) if wanted.todo else (),
    )


def _wanted(incident: Incident, wanted: WantedIncidents, places: Places) -> bool:
    if wanted.unit and wanted.unit not in places.units(_subjects(incident)):
        return False
    if incident.open:
        return True
    over = incident.closed or 0
    return over >= wanted.since if wanted.since else wanted.everything


def _subjects(incident: Incident) -> set[str]:
    return {*incident.roots, *(member.subject for member in incident.members)}


def badness(line: IncidentLine) -> tuple[bool, bool, int, int, int]:
    """A sort key: what goes on first, then what works again, the worst of each first, then what has lasted longest."""
    return bool(line.closed), bool(line.ended), SEVERITIES.index(Severity(line.severity)), line.since, line.id


def incident_line(
    incident: Incident, notices: Sequence[Notice], story: Story, places: Places
) -> IncidentLine:
    """One incident in a line."""
    mark = incident.acknowledged
    return IncidentLine(
        id=incident.id,
        severity=str(incident.severity),
        nature=str(incident.nature),
        state=state_of(incident),
        title=sentence(story.title),
        what=sentence(story.what),
        place=story.place,
        roots=incident.roots,
        since=incident.onset,
        not_before=incident.contrary,
        ended=incident.ended or 0,
        closed=incident.closed or 0,
        hits=hits(incident, places),
        cause=str(incident.blame.cause),
        confidence=str(incident.blame.confidence),
        acknowledged_by=mark.by if mark else "",
        acknowledged=mark.at if mark else 0,
        assigned=incident.assigned,
        suppressed=incident.suppressed,
        flapping=incident.flapping,
        told=len({one.receiver for one in notices if _reached(one)}),
    )


def _reached(notice: Notice) -> bool:
    return notice.kind in (NoticeKind.OPENING, NoticeKind.ESCALATION) and notice.state in REACHED


def state_of(incident: Incident) -> str:
    """Where it stands: the first of `incident_models.STATES` that holds."""
    if incident.closed is not None:
        return "over"
    if incident.ended is not None:
        return "ending"
    if incident.suppressed:
        return "maintenance"
    if incident.announced is None:
        return "gathering"
    return "acknowledged" if incident.acknowledged else "open"


def hits(incident: Incident, places: Places) -> tuple[tuple[str, int], ...]:
    """How many things of each kind it hits now; once it is over, how many it hit."""
    over = incident.ended is not None
    kinds = {root: places.kind(root) for root in incident.roots}
    kinds |= {one.subject: one.kind for one in incident.members if over or one.left is None}
    numbers = {kind: sum(one == kind for one in kinds.values()) for kind in HIT_KINDS}
    return tuple((kind, number) for kind, number in numbers.items() if number)


def sentence(phrase: Phrase) -> Sentence:
    """A phrase as a sentence of ours, with the phrases within it."""
    return Sentence(phrase.text, {name: _parameter(value) for name, value in phrase.params.items()})


def _parameter(value: object) -> object:
    if isinstance(value, Phrase):
        return sentence(value)
    return _row(value) if isinstance(value, tuple | list) else value


def _row(values: Sequence[object]) -> Sentence:
    """Several in a row, with commas between them."""
    params = {f"part{place}": _parameter(value) for place, value in enumerate(values)}
    return Sentence(", ".join(f"{{{name}}}" for name in params), params)


def todo(present: Present) -> tuple[TodoLine, ...]:
    """What stands on the to-do list, by reason."""
    places = Places(present.inventory)
    found: dict[str, list[tuple[str, str]]] = {}
    for id_ in sorted(present.subjects):
        judged = present.judged.get(id_)
        if judged is not None and judged.verdict.kind is Kind.UNKNOWN:
            found.setdefault(str(judged.verdict.reason), []).append((id_, places.name(id_)))
    for id_, parts in sorted(parts_never_well(present)):
        found.setdefault(NEVER_WELL, []).append((id_, f"{places.name(id_)} ({parts})"))
    for id_, why in sorted(inspections_wanted(present)):
        found.setdefault(TO_INSPECT, []).append((id_, f"{places.name(id_)} ({why})"))
    for one in wiring(present):
        reason = UPLINK_CONTRADICTED if one.declared else UPLINK_UNDECLARED
        found.setdefault(reason, []).append((one.device, f"{places.name(one.device)} ({one.words})"))
    return tuple(TodoLine(str(reason), tuple(found[reason])) for reason in CHORES if reason in found)


def incident_report(
    present: Present, incident: Incident, story: Story, log: Sequence[LogEntry], now: int
) -> IncidentReport:
    """Everything about one incident; `log` in order."""
    places, desk = Places(present.inventory), present.desk
    notices = desk.notices.get(incident.id, ())
    messages = {message.id: message for message in desk.messages}
    return IncidentReport(
        schema=INCIDENT_SCHEMA,
        at=now,
        line=incident_line(incident, notices, story, places),
        whom=tuple(map(sentence, story.whom)),
        why=tuple(map(sentence, story.why)),
        next=tuple(map(sentence, story.next)),
        people=tuple(map(_person, story.people)),
        details=tuple(map(sentence, story.details)),
        members=tuple(_member(one, places) for one in incident.members),
        log=tuple(_log_line(entry, places) for entry in log),
        notices=tuple(_notice_line(one, messages) for one in notices),
        logged=present.log_lines.get(incident.id, ()),
    )


def _person(person: Person) -> PersonLine:
    return PersonLine(person.name, person.role, person.phone, person.hours, person.on_duty)


def _member(member: Member, places: Places) -> MemberLine:
    return MemberLine(
        id=member.subject,
        name=places.name(member.subject),
        kind=member.kind,
        site_name=places.name(places.site(member.subject)),
        verdict=member.verdict,
        since=member.since,
        left=member.left or 0,
    )


def _log_line(entry: LogEntry, places: Places) -> LogLine:
    return LogLine(entry.at, entry.actor, str(entry.deed), tuple(_facts(entry.facts, places)))


def _facts(facts: Mapping[str, object], places: Places) -> Iterable[tuple[str, str]]:
    """Lists hold ids of things, which are shown by their names."""
    for name, value in facts.items():
        named = [places.name(str(id_)) for id_ in value] if isinstance(value, list | tuple) else [str(value)]
        text = ", ".join(named)
        if value is not None and text:
            yield name, text if len(text) <= LONGEST_FACT else f"{text[: LONGEST_FACT - 1].rstrip()}…"


def _notice_line(notice: Notice, messages: Mapping[int, Message]) -> NoticeLine:
    message = messages.get(notice.message or 0)
    return NoticeLine(
        receiver=notice.receiver,
        kind=str(notice.kind),
        state=str(notice.state),
        created=notice.created,
        finished=(message.finished or 0) if message else 0,
        channel=message.channel if message else "",
        error=message.error if message else "",
    )


def providers(places: Places) -> tuple[str, ...]:
    """The providers the inventory names, each in the spelling met first."""
    spelt: dict[str, str] = {}
    for id_ in sorted(places.inventory.of("line")):
        name = places.provider(id_)
        if name:
            spelt.setdefault(name.casefold(), name)
    return tuple(sorted(spelt.values()))


def call_list(present: Present, provider: str, directory: Directory, now: int) -> CallList:
    """What a provider must be told now: its lines that failed by themselves, the longest outage first."""
    places, same = Places(present.inventory), provider.strip().casefold()
    lines = [
        _call_line(incident, id_, places)
        for incident in present.desk.incidents.values()
        if incident.open and incident.ended is None
        for id_ in _failed_lines(incident)
        if places.provider(id_).casefold() == same
    ]
    return CallList(
        schema=INCIDENT_SCHEMA,
        at=now,
        live=present.live,
        heartbeat=present.heartbeat,
        provider=next((name for name in providers(places) if name.casefold() == same), provider),
        desks=directory.fault_desks(provider),
        lines=tuple(sorted(lines, key=lambda line: (line.since, line.id))),
    )


def _failed_lines(incident: Incident) -> list[str]:
    """Roots, and members that are down by themselves: what is only unreachable is nothing to complain about."""
    down = (one.subject for one in incident.members if one.verdict == Kind.DOWN and one.left is None)
    over = {one.subject for one in incident.members if one.left is not None}
    return [id_ for id_ in dict.fromkeys((*incident.roots, *down)) if id_ not in over]


def _call_line(incident: Incident, id_: str, places: Places) -> CallLine:
    record, site = places.record(id_), places.record(places.site(id_))
    since = next((one.since for one in incident.members if one.subject == id_), incident.onset)
    return CallLine(
        incident=incident.id,
        id=id_,
        name=places.name(id_),
        contract_number=(record.contract_number or "") if isinstance(record, Line) else "",
        site_name=places.name(places.site(id_)),
        street_address=(site.street_address or "") if isinstance(site, Site) else "",
        since=since,
        cause=str(incident.blame.cause),
        confidence=str(incident.blame.confidence),
    )
