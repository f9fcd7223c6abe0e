"""Whose the outages of lines were, for people and for what is made of it: claims, documents, lists.

Outages are those of the accounts given, from stored verdicts; what decides is read from the incidents, the maintenance
windows and the event log, all of it as it is known now, or at a moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Protocol, TypeVar

from inventory.contracts import Contracts
from netwatch.availability.arithmetic import SITE_SERVICE, account, excluded_by
from netwatch.availability.contract import Account, Exclusion, Outage, Period
from netwatch.incidents.contract import Incident, LogEntry
from netwatch.incidents.places import same_provider
from netwatch.memory import building
from netwatch.queries.availability import EDGE, Asked, Recorded, subjects_of
from netwatch.queries.availability_grounds import Announced, Grounds, exclusions, grounds
from netwatch.sla.attribution import attributed, time_of
from netwatch.sla.claim import by_terms
from netwatch.sla.contract import AttributedOutage, Decision, Party, Terms, Ticket
from netwatch.sla.evidence import known_then
from netwatch.sla.terms import terms_of
from netwatch.store.attribution_sql import decisions, tickets
from netwatch.store.contract import VerdictRow

SCHEMA = 1
# What `netwatch.incidents.reclassify.exclusion` puts before a reason.
PREFIX = "maintenance: "
Word = TypeVar("Word", Decision, Ticket)


class Attested(Recorded, Protocol):
    """The part of a store that says what happened; raises StoreFault."""

    def incidents_of(self, subjects: Iterable[str], start: int, end: int) -> Sequence[Incident]:
        """Incidents that hit some subjects, perhaps others, and went on at some time within [start, end)."""

    def incident_log(self, id_: int) -> Sequence[LogEntry]:
        """An incident's log, in order."""


@dataclass(frozen=True, slots=True)
class LineOutages:
    """A line and its outages; `place` is the name of its site, `provider` as the inventory has it.

    `terms` are those of the period's last day, None under no contract; `contract` is their number, else the line's own.
    """

    id: str
    name: str
    place: str
    provider: str
    contract: str
    terms: Terms | None
    outages: tuple[AttributedOutage, ...]


@dataclass(frozen=True, slots=True)
class OutageReport:
    """The outages of every line in a scope that had one in a period, counted up to `until`.

    After `watched_until` no daemon lived; 0: one does. `known_at` is None for what is known now.
    """

    schema: int
    at: int
    until: int
    watched_until: int
    scope: str
    scope_name: str
    period: Period
    known_at: int | None
    lines: tuple[LineOutages, ...]
    base: Grounds


def outage_report(
    store: Attested, scope: str, period: Period, zone: tzinfo, now: int, known_at: int | None = None
) -> OutageReport:
    """The report; raises StoreFault, and NoSuchScopeError for a scope that is nothing then."""
    with building():
        base = grounds(store, period, zone, now)
    _, name, lines = subjects_of(base, Asked(scope, "line", period))
    terms = line_terms(base, lines)
    found = attributed_outages(store, base, lines, line_accounts(store, base, terms), known_at)
    return OutageReport(
        SCHEMA,
        now,
        base.until,
        base.watched_until or 0,
        scope,
        name,
        period,
        known_at,
        tuple(_line(base, line, terms[line], outages) for line, outages in found.items() if outages),
        base,
    )


def line_terms(base: Grounds, lines: Iterable[str]) -> Mapping[str, Terms | None]:
    """The terms of every line on the period's last day, of those gone by then on its first; None under no contract."""
    contracts: dict[int, Contracts] = {}
    found: dict[str, Terms | None] = {}
    for line in sorted(set(lines)):
        inventory = base.at(line).inventory
        if id(inventory) not in contracts:
            contracts[id(inventory)] = Contracts(inventory)
        found[line] = terms_of(contracts[id(inventory)], line)
    return found


def line_accounts(store: Recorded, base: Grounds, lines: Mapping[str, Terms | None]) -> Mapping[str, Account]:
    """The account of every line in which whatever failed is down, ours too: parties decide what comes of it.

    By its terms degraded may be down as well.
    """
    excluded = _in_force(base, base.announced, lines, base.period)
    rows = _rows(store, lines, base.period.start - EDGE, base.until + EDGE)
    return {
        line: account(
            base.watched(rows.get(line, ())),
            excluded.get(line, ()),
            base.period,
            base.now,
            SITE_SERVICE if terms is None else by_terms(terms),
        )
        for line, terms in lines.items()
    }


def attributed_outages(
    store: Attested,
    base: Grounds,
    lines: Iterable[str],
    accounts: Mapping[str, Account],
    known_at: int | None = None,
) -> Mapping[str, Sequence[AttributedOutage]]:
    """The outages of each line's account in parts, by id.

    What maintenance takes is that of `base.announced`. With `known_at` (µs UTC) only what had been written down by
    then of decisions, tickets, windows and causes.
    """
    wanted = sorted(set(lines))
    told = {line: accounts[line].outages for line in wanted if accounts[line].outages}
    every = [outage for outages in told.values() for outage in outages]
    if not every:
        return dict.fromkeys(wanted, ())
    start, end = min(one.start for one in every), max(_over(one, base.now) for one in every)
    known = [one for one in base.announced if known_at is None or one.known <= known_at]
    span = Period(start, end, base.period.name)
    planned = _in_force(base, [one for one in known if not _power_cut(one)], told, span)
    cuts = _in_force(base, filter(_power_cut, known), told, span)
    rows = _rows(store, filter(lambda line: _taken_out(told[line], base.period), told), start, end)
    said = _of_line(decisions(store.engine, told, start, end, known_at))
    earliest, latest = min(one.earliest_start for one in every), max(_latest(one, base.now) for one in every)
    numbered = _of_line(tickets(store.engine, told, earliest, latest, known_at))
    hit = _by_line(_incidents(store, frozenset(told), span, known_at), frozenset(told))
    found = {
        line: attributed(
            line,
            outages,
            hit.get(line, ()),
            _named([*planned.get(line, ()), *excluded_by(_known(rows.get(line, ()), known_at))]),
            said.get(line, ()),
            numbered.get(line, ()),
            lambda id_: same_provider(base.at(id_).provider(id_)),
            _named(cuts.get(line, ())),
        )
        for line, outages in told.items()
    }
    return {line: found.get(line, ()) for line in wanted}


def _taken_out(outages: Iterable[Outage], period: Period) -> bool:
    """Whether rows may take something out of some of them; of what lies outside the period that is not known yet."""
    return any(
        one.excluded or one.start < period.start or one.end is None or one.end > period.end for one in outages
    )


def _over(outage: Outage, now: int) -> int:
    return max(now, outage.start + 1) if outage.end is None else outage.end


def _latest(outage: Outage, now: int) -> int:
    return _over(outage, now) if outage.latest_end is None else max(outage.latest_end, _over(outage, now))


def _power_cut(one: Announced) -> bool:
    """Whether a window is the announcement of a power cut: it names feeders and nothing else."""
    window = one.window
    others = (*window.units, *window.sites, *window.subjects, *window.providers)
    return bool(window.feeders) and not others


def _in_force(
    base: Grounds, windows: Iterable[Announced], lines: Iterable[str], span: Period
) -> dict[str, tuple[Exclusion, ...]]:
    """When windows were in force for lines, also for those that are gone by the period's end."""
    announced, wanted = tuple(windows), tuple(lines)
    found = exclusions(announced, base.places, span, wanted)
    if base.former is not None:
        gone = [line for line in wanted if not base.places.kind(line)]
        found.update(exclusions(announced, base.former, span, gone))
    return found


def _named(exclusions_: Iterable[Exclusion]) -> Iterator[Exclusion]:
    """The same by their own reasons, without what figures say before them."""
    return (replace(one, reason=one.reason.removeprefix(PREFIX)) for one in exclusions_)


def _rows(store: Recorded, lines: Iterable[str], start: int, end: int) -> Mapping[str, list[VerdictRow]]:
    found: dict[str, list[VerdictRow]] = defaultdict(list)
    for row in store.verdicts_of(lines, start, end):
        found[row.subject].append(row)
    return found


def _of_line(words: Iterable[Word]) -> Mapping[str, list[Word]]:
    """By the line they are about, in the same order."""
    found: dict[str, list[Word]] = defaultdict(list)
    for word in words:
        found[word.line].append(word)
    return found


def _known(rows: Iterable[VerdictRow], known_at: int | None) -> Iterator[VerdictRow]:
    """Rows that had been written down by then."""
    return (row for row in rows if known_at is None or row.recorded_at <= known_at)


def _incidents(
    store: Attested, lines: frozenset[str], span: Period, known_at: int | None
) -> Iterator[Incident]:
    for incident in store.incidents_of(lines, span.start, span.end):
        if known_at is None:
            yield incident
        elif not lines.isdisjoint(_subjects(incident)):
            then = known_then(incident, store.incident_log(incident.id), known_at)
            if then is not None:
                yield then


def _subjects(incident: Incident) -> Iterator[str]:
    yield from incident.roots
    yield from (member.subject for member in incident.members)


def _by_line(incidents: Iterable[Incident], lines: frozenset[str]) -> Mapping[str, list[Incident]]:
    found: dict[str, list[Incident]] = defaultdict(list)
    for incident in incidents:
        for line in lines.intersection(_subjects(incident)):
            found[line].append(incident)
    return found


def _line(base: Grounds, line: str, terms: Terms | None, outages: Sequence[AttributedOutage]) -> LineOutages:
    places = base.at(line)
    record = places.inventory.of("line").get(line)
    own = record.contract_number or "" if record is not None else ""
    contract = own if terms is None else terms.number or own
    place = places.name(places.site(line))
    return LineOutages(line, places.name(line), place, places.provider(line), contract, terms, tuple(outages))


def lasting(one: AttributedOutage, now: int) -> Mapping[str, int]:
    """How long an outage was each party's, those of whom no part was left out; microseconds."""
    times = {party.value: time_of(one, party, now) for party in Party}
    return {party: length for party, length in times.items() if length}
