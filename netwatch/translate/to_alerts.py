"""From an incident to what people are told of it: what broke, whom it hits, since when, why, what next. Pure.

Phrases are not yet in any language; names stand in them as the inventory writes them. Addresses, serial numbers and
persons stand only in `details` and `people`, which channels that lead outside never get.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from types import MappingProxyType
from typing import Any

from alerts.contract import Phrase, Story
from alerts.phrases import say
from inventory.snapshot import Line
from netwatch.incidents.cause import contradicts
from netwatch.incidents.contract import HOST_KEY_CHANGED, Cause, Incident, Member, Nature
from netwatch.incidents.docket import CONDITION
from netwatch.incidents.life import given_up
from netwatch.incidents.places import Places
from netwatch.queries.contacts import Directory
from netwatch.queries.incident_words import bare_clue, blame_phrase, clue_phrase
from netwatch.queries.words import KINDS, REASONS, SEVERITY
from netwatch.store.contract import VerdictRow
from netwatch.translate.to_alerts_advice import advice, details, people
from netwatch.verdict import INSPECTIONS, Kind

NOTHING: Mapping[str, Any] = MappingProxyType({})
MOST_NAMES = 10
OURSELVES = "netwatch"
FAILED = frozenset({"down", "unreachable"})
# What names a person or a router's address is told in full among the details only.
NAMING = frozenset({"person_says", "reporting_router"})


def _(text: str) -> str:
    """Mark a text for translation."""
    return text


# How many of what are named, in this order; the first and second text say how many and, where some are named, which.
CUT_SITES = _("Sites cut off: {count}"), _("Sites cut off: {count} ({names})")
WEAK_SITES = (
    _("Sites that go on with restrictions: {count}"),
    _("Sites that go on with restrictions: {count} ({names})"),
)
HIT: Mapping[str, tuple[str, str]] = {
    "conferencing_endpoint": (
        _("Conferencing endpoints: {count}"),
        _("Conferencing endpoints: {count} ({names})"),
    ),
    "line": (_("Lines: {count}"), _("Lines: {count} ({names})")),
    "device": (_("Devices: {count}"), _("Devices: {count} ({names})")),
    "surge_protector": (_("Surge protectors: {count}"), _("Surge protectors: {count} ({names})")),
    "sensor": (_("Sensors: {count}"), _("Sensors: {count} ({names})")),
    "service": (_("Services: {count}"), _("Services: {count} ({names})")),
}


def story(
    incident: Incident,
    places: Places,
    directory: Directory,
    zone: tzinfo,
    now: int,
    rows: Mapping[str, VerdictRow] = NOTHING,
) -> Story:
    """What a message tells of an incident now; `rows` are the newest verdicts, for measured values."""
    what = _What(incident, places, rows)
    site = places.site(incident.roots[0])
    return Story(
        incident=incident.id,
        severity=incident.severity,
        title=what.title(),
        place=place_of(incident, places),
        what=what.sentence(),
        since=incident.onset,
        not_before=min(incident.contrary, incident.onset),
        whom=tuple(_whom(incident, places)),
        why=(*_unwatched(incident, places, rows), *_why(incident, places, zone)),
        next=tuple(advice(incident, places)),
        people=people(incident, places, directory),
        ended=None if incident.ended is None else min(incident.ended, now),
        left=_left(incident, places),
        details=(*details(incident, places), *_naming(incident, places, zone)),
        nature=str(incident.nature),
        unit=next(iter(places.agencies(site)), ""),
        site=site,
    )


def place_of(incident: Incident, places: Places) -> str:
    """Where it is, in a few words: the agencies of its one site, else the nearest unit that has all of them below."""
    sites = tuple(dict.fromkeys(filter(None, map(places.site, incident.roots))))
    if not sites:
        return places.name(incident.roots[0]) if incident.nature is not Nature.BLINDNESS else OURSELVES
    if len(sites) == 1:
        return ", ".join(map(places.name, places.agencies(sites[0])[:2])) or places.name(sites[0])
    agencies = [unit for site in sites for unit in places.agencies(site)]
    return _common(agencies, places) or places.name(sites[0])


def _common(agencies: Sequence[str], places: Places) -> str:
    """The deepest unit above all these, '' when there is none."""
    shared = (
        frozenset.intersection(*(places.above((unit,)) for unit in agencies)) if agencies else frozenset()
    )
    deepest = max(shared, key=lambda unit: (len(places.above((unit,))), unit), default="")
    return places.name(deepest) if deepest else ""


class _What:
    """What broke, as a title of a few words and as a sentence."""

    def __init__(self, incident: Incident, places: Places, rows: Mapping[str, VerdictRow]) -> None:
        self._incident, self._places, self._rows = incident, places, rows
        self._root = incident.roots[0]
        self._params: dict[str, object] = {
            "name": places.name(self._root),
            "thing": thing(self._root, places),
            "count": len(incident.roots),
            "place": place_of(incident, places),
            "shared": self._shared(),
            "reason": self._reason(),
        }

    def _shared(self) -> str:
        """The feeder, route group, provider or device that binds the roots, as people name it."""
        kind, _, id_ = self._incident.scope.partition(":")
        if kind == "provider":
            return self._places.provider(self._root) or id_
        return self._places.name(id_) if kind == "io" else id_

    def _reason(self) -> Phrase:
        told = Phrase(REASONS.get(self._incident.reason, self._incident.reason))
        row = self._rows.get(self._root)
        shown = self._incident.nature is Nature.LIMIT or self._places.kind(self._root) == "service"
        condition = self._incident.scope.startswith(CONDITION)
        # What was seen since, when it works again, is no evidence of why it failed.
        if row is None or not row.verdict.evidence or not shown or condition or row.verdict.kind is Kind.UP:
            return told
        if self._round:
            return told
        return Phrase("{reason} ({evidence})", {"reason": told, "evidence": row.verdict.evidence})

    @property
    def _round(self) -> bool:
        """Whether it is about several protectors to be inspected."""
        return len(self._incident.roots) > 1 and self._incident.reason in INSPECTIONS

    def title(self) -> Phrase:
        """In a few words, for subjects and lists."""
        return Phrase(self._texts()[0], self._params)

    def sentence(self) -> Phrase:
        """As a whole sentence."""
        return Phrase(self._texts()[1], self._params)

    def _texts(self) -> tuple[str, str]:
        match self._incident.nature:
            case Nature.BLINDNESS:
                return (
                    _("netwatch cannot see the network"),
                    _("netwatch itself sees nothing of the network; what it watches is unknown, not failed."),
                )
            case Nature.IGNORANCE:
                return self._unknown()
            case Nature.LIMIT if self._round:
                return _("{count} surge protectors: {reason}"), _(
                    "{count} surge protectors of {place}: {reason}."
                )
            case Nature.LIMIT:
                return _("{name}: {reason}"), _("{thing}: {reason}.")
        return self._failed()

    def _unknown(self) -> tuple[str, str]:
        several = len(self._incident.roots) > 1
        match self._incident.scope.partition(":")[0]:
            case "credentials" if several:
                return (
                    _("{count} devices do not accept our credentials"),
                    _("{count} devices work but do not accept our credentials, so they cannot be managed."),
                )
            case "credentials":
                return (
                    _("{name} does not accept our credentials"),
                    _("{thing} works but does not accept our credentials, so it cannot be managed."),
                )
            case "agent":
                return (
                    _("{name} cannot be managed"),
                    _("{thing} works but its SNMP agent does not answer, so it cannot be managed."),
                )
            case "io":
                return (
                    _("Inputs of {shared} cannot be read"),
                    _("The inputs of {shared} cannot be read; what depends on them is not known: {count}."),
                )
            case "collector":
                return (
                    _("netwatch itself cannot look"),
                    _("A fault of this machine keeps netwatch from looking; not known: {count}. {reason}."),
                )
        if several:
            return (
                _("State not known: {count}"),
                _("Whether {count} things work has not been known for long: {reason}."),
            )
        return (
            _("{name}: state not known"),
            _("Whether it works has not been known for long: {thing}: {reason}."),
        )

    def _failed(self) -> tuple[str, str]:
        match self._incident.blame.cause:
            case Cause.POWER:
                return self._powerless()
            case Cause.PROVIDER:
                return (
                    (
                        _("{count} lines of {shared} cut"),
                        _("{count} lines of {shared} were cut at once."),
                    )
                    if self._incident.scope.startswith("provider:")
                    else self._cut()
                )
            case Cause.LINE:
                return self._cut()
            case Cause.STATE:
                return _("{name}: {reason}"), _("{thing}: {reason}.")
            case Cause.EQUIPMENT:
                return _("{name} has failed"), _("{thing} has failed: {reason}.")
        return self._undecided()

    def _powerless(self) -> tuple[str, str]:
        if self._incident.scope.startswith("feeder:"):
            return (
                _("Power out on feeder {shared}"),
                _("Power is out on feeder {shared}; failed there by itself: {count}."),
            )
        return _("Power out at {place}"), _("Power is out at {place}.")

    def _cut(self) -> tuple[str, str]:
        if len(self._incident.roots) > 1 and self._incident.scope.startswith("route_group:"):
            return (
                _("{count} lines on route {shared} cut"),
                _("{count} lines on route {shared} were cut at once."),
            )
        if self._places.kind(self._root) == "line":
            return _("Line {name} cut"), _("{thing} is cut.")
        return _("{name} cut off"), _("{thing} is cut off.")

    def _undecided(self) -> tuple[str, str]:
        if self._places.kind(self._root) in ("line", "site"):
            return _("{name} cut off"), _("{thing} is cut off; power or line, not known.")
        return _("{name} does not answer"), _("{thing} has failed: {reason}.")


def thing(subject: str, places: Places) -> Phrase:
    """A thing as a sentence names it: a line with class and provider, everything with whom it serves."""
    record = places.record(subject)
    site = places.site(subject)
    agency = ", ".join(map(places.name, places.agencies(site)[:2])) or places.name(site)
    params: dict[str, object] = {"name": places.name(subject), "agency": agency}
    if isinstance(record, Line):
        params["class"] = Phrase(KINDS.get(record.line_class, record.line_class))
        if record.provider:
            text = "Line {name} ({class}, {provider}) of {agency}"
            return Phrase(text, {**params, "provider": record.provider})
        return Phrase("Line {name} ({class}) of {agency}", params)
    if subject == site or not agency:
        return Phrase("{name} of {agency}", params) if agency not in ("", params["name"]) else _bare(params)
    return Phrase("{name} at {agency}", params)


def _bare(params: Mapping[str, object]) -> Phrase:
    return Phrase("{name}", {"name": params["name"]})


def _whom(incident: Incident, places: Places) -> Iterator[Phrase]:
    """Whom it hits, worst first: how many of each kind, of the first ten the names."""
    members = [member for member in _hit(incident, places) if _told_apart(member, incident)]
    sites = [member for member in members if member.kind == "site"]
    groups = [
        (CUT_SITES, [site for site in sites if site.verdict in FAILED]),
        (WEAK_SITES, [site for site in sites if site.verdict not in FAILED]),
        *((texts, [one for one in members if one.kind == kind]) for kind, texts in HIT.items()),
    ]
    names = MOST_NAMES
    for texts, group in groups:
        if group:
            yield _counted(texts, _worst_first(group), names, places)
            names = max(0, names - len(group))


def _hit(incident: Incident, places: Places) -> Iterator[Member]:
    """What it hits now, or hit once it is over; what is not known is its own roots."""
    if incident.nature is Nature.IGNORANCE:
        for root in incident.roots:
            yield Member(root, places.kind(root), "unknown", incident.onset)
        return
    over = incident.ended is not None
    yield from (member for member in incident.members if over or member.left is None)


def _told_apart(member: Member, incident: Incident) -> bool:
    """A line or device that is the only root was named before."""
    return member.kind == "site" or len(incident.roots) > 1 or member.subject not in incident.roots


def _counted(texts: tuple[str, str], group: Sequence[Member], names: int, places: Places) -> Phrase:
    named = [places.name(member.subject) for member in group[:names]]
    if not named:
        return Phrase(texts[0], {"count": len(group)})
    more = len(group) - len(named)
    told: object = tuple(named)
    if more:
        told = Phrase("{names} and {more} more", {"names": tuple(named), "more": more})
    return Phrase(texts[1], {"count": len(group), "names": told})


def _worst_first(members: Iterable[Member]) -> list[Member]:
    return sorted(members, key=lambda one: (_badness(one.verdict), one.since, one.subject))


def _badness(verdict: str) -> int:
    return SEVERITY.index(verdict) if verdict in SEVERITY else len(SEVERITY)


def _unwatched(incident: Incident, places: Places, rows: Mapping[str, VerdictRow]) -> Iterator[Phrase]:
    """That it is over though nobody saw it well: the inventory has it no longer looked at."""
    if incident.ended is None or incident.nature is Nature.BLINDNESS or incident.scope.startswith(CONDITION):
        return
    told = (rows.get(root) for root in incident.roots if places.kind(root))
    if not all(map(places.kind, incident.roots)) or any(row is not None and given_up(row) for row in told):
        yield Phrase("It was not seen well again: it is no longer monitored.")


def _why(incident: Incident, places: Places, zone: tzinfo) -> Iterator[Phrase]:
    blame = incident.blame
    if incident.reason == HOST_KEY_CHANGED:
        text = "Its key was renewed, it was replaced, or somebody else answers in its place. Nothing was sent to it."
        yield Phrase(text)
        return
    if incident.nature is Nature.LIMIT and blame.cause is Cause.STATE:
        yield Phrase("netwatch measured it, for as long as the limit asks.")
        return
    yield Phrase("Cause: {blame}", {"blame": blame_phrase(str(blame.cause), str(blame.confidence))})
    said: dict[str, Phrase] = {}
    for clue in sorted(blame.clues, key=lambda clue: contradicts(clue, blame.cause)):
        told = bare_clue(clue) if clue.code in NAMING else clue_phrase(clue, places, zone)
        if contradicts(clue, blame.cause):
            told = Phrase("on the other hand: {clue}", {"clue": told})
        # The same sign at several sites may read the same.
        said.setdefault(say(told, str), told)
    yield from said.values()


def _naming(incident: Incident, places: Places, zone: tzinfo) -> Iterator[Phrase]:
    for clue in incident.blame.clues:
        if clue.code in NAMING:
            yield clue_phrase(clue, places, zone)


def _left(incident: Incident, places: Places) -> tuple[str, ...]:
    """Those that were still not well when it ended."""
    if incident.ended is None:
        return ()
    return tuple(places.name(one.subject) for one in _worst_first(incident.members) if one.left is None)
