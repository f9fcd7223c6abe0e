"""Figures of record for people: how long sites, lines, endpoints and agencies were up, with bounds and outages.

They are made of stored verdict rows alone, never of what the daemon believes at this moment. An agency's figure is the
sum of the seconds of all sites at which it works; a site of two agencies counts for each, and once in the total.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from inventory.organisation import kind_of_unit, sites_of, subtree
from inventory.snapshot import Inventory
from netwatch.availability.arithmetic import account, summed
from netwatch.availability.contract import Account, Exclusion, Outage, Period, Reading, Table
from netwatch.clock import DAY
from netwatch.incidents.places import Places
from netwatch.memory import building
from netwatch.queries.availability_grounds import Grounds, Rooted, exclusions, grounds, table_of
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind

SCHEMA = 1
# What figures are told of, and the kind of thing whose rows they are made of.
BY: Mapping[str, str] = {
    "agency": "site",
    "site": "site",
    "line": "line",
    "endpoint": "conferencing_endpoint",
}
# Rows so long before and after a period bound the changes at its edges.
EDGE = DAY


class Recorded(Rooted, Protocol):
    """The part of a store that holds figures of record; raises StoreFault."""

    def verdicts_of(self, subjects: Iterable[str], start: int, end: int) -> Sequence[VerdictRow]:
        """Current rows of some subjects that overlap [start, end), by subject and start."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: of which things (`scope` is a unit, site, line or endpoint, '' all), by what, and when.

    `by` '' is by line of a line, by endpoint of an endpoint, else by site.
    """

    scope: str
    by: str
    period: Period
    minimum_outage: int = 0


@dataclass(frozen=True, slots=True)
class OutageLine:
    """An outage; `cause_name` is the name of what caused it, its id when it has none."""

    outage: Outage
    subject: str
    cause_name: str


@dataclass(frozen=True, slots=True)
class AvailabilityLine:
    """The figures of one thing, or of an agency's `sites`; `place` is where it stands, '' of an agency."""

    kind: str
    id: str
    name: str
    place: str
    sites: int
    account: Account
    outages: tuple[OutageLine, ...]


@dataclass(frozen=True, slots=True)
class AvailabilityReport:
    """All figures of a scope in a period, counted up to `until`.

    `total` is of all `things` in scope together, each once. After `watched_until` no daemon lived; 0: one does.
    """

    schema: int
    at: int
    until: int
    watched_until: int
    scope: str
    scope_name: str
    by: str
    period: Period
    minimum_outage: int
    lines: tuple[AvailabilityLine, ...]
    things: int
    total: Account


class NoSuchScopeError(LookupError):
    """Nothing of that id in the period; `known` are ids there were, `unfit` that it cannot be told in this way."""

    def __init__(self, scope: str, known: Sequence[str], *, unfit: bool = False) -> None:
        super().__init__(scope)
        self.scope, self.known, self.unfit = scope, known, unfit


def availability(store: Recorded, asked: Asked, zone: tzinfo, now: int) -> AvailabilityReport:
    """The report; raises StoreFault, and NoSuchScopeError for a scope that is nothing then."""
    with building():
        base = grounds(store, asked.period, zone, now)
    by, name, things = subjects_of(base, asked)
    accounts = accounts_of(store, base, things, asked.minimum_outage)
    lines = _by_agency(base, asked, accounts) if by == "agency" else _one_by_one(base, by, accounts)
    return AvailabilityReport(
        SCHEMA,
        now,
        base.until,
        base.watched_until or 0,
        asked.scope,
        name,
        by,
        asked.period,
        asked.minimum_outage,
        tuple(lines),
        len(accounts),
        summed(tuple(accounts.values()), asked.period, base.until),
    )


def accounts_of(
    store: Recorded, base: Grounds, subjects: Iterable[str], minimum_outage: int = 0
) -> Mapping[str, Account]:
    """The account of every subject, by id."""
    return {
        id_: account_of(base, id_, rows, excluded, minimum_outage)
        for id_, rows, excluded in records_of(store, base, subjects)
    }


def records_of(
    store: Recorded, base: Grounds, subjects: Iterable[str]
) -> Iterator[tuple[str, Sequence[VerdictRow], Sequence[Exclusion]]]:
    """Every subject with its rows, so far beyond the period as `EDGE` says, and what windows exclude of it."""
    wanted = sorted(subjects)
    excluded = exclusions(base.announced, base.places, base.period, wanted)
    if base.former is not None:
        gone = [id_ for id_ in wanted if not base.places.kind(id_)]
        excluded.update(exclusions(base.announced, base.former, base.period, gone))
    rows: dict[str, list[VerdictRow]] = defaultdict(list)
    for row in store.verdicts_of(wanted, base.period.start - EDGE, base.until + EDGE):
        rows[row.subject].append(row)
    for id_ in wanted:
        yield id_, rows.pop(id_, ()), excluded.get(id_, ())


def account_of(
    base: Grounds,
    subject: str,
    rows: Iterable[VerdictRow],
    excluded: Iterable[Exclusion],
    minimum_outage: int = 0,
) -> Account:
    """The account of one subject; `rows` reach so far beyond the period as `EDGE` says."""
    reading = Reading(base.at(subject).kind(subject), base.watched(rows))
    table = table_for(base, subject, reading.rows)
    return account(reading.rows, excluded, base.period, base.now, table, minimum_outage)


def table_for(base: Grounds, subject: str, rows: Iterable[VerdictRow]) -> Table:
    """The table by which these rows of a subject are counted."""
    causes = {row.verdict.cause for row in rows if row.verdict.kind is Kind.UNREACHABLE}
    return table_of(base.at(subject), subject, causes)


def subjects_of(base: Grounds, asked: Asked) -> tuple[str, str, tuple[str, ...]]:
    """By what it is told, the scope's name, and the ids of the things in it; raises NoSuchScopeError."""
    found = None
    for places in filter(None, (base.places, base.former)):
        kind = kind_of_unit(places.inventory, asked.scope) or places.kind(asked.scope)
        if not asked.scope or kind in (*BY.values(), "organisation_unit", "administrative_unit"):
            found = kind, _name(places, asked.scope)
            break
    if found is None:
        raise NoSuchScopeError(asked.scope, _known(base))
    kind, name = found
    usual = {"line": "line", "conferencing_endpoint": "endpoint"}.get(kind or "", "site")
    by = asked.by or usual
    things = {
        id_
        for places in filter(None, (base.places, base.former))
        for id_ in _things(places, BY[by], asked.scope, kind or "")
        if places is base.places or not base.places.kind(id_)
    }
    if usual != "site" and by != usual:
        raise NoSuchScopeError(asked.scope, (usual,), unfit=True)
    return by, name, tuple(sorted(things))


def _things(places: Places, wanted: str, scope: str, kind: str) -> Iterable[str]:
    """The things of a kind in a scope."""
    if kind == wanted:
        return (scope,) if places.kind(scope) else ()
    every = places.inventory.of(wanted)
    if not scope:
        return every
    sites = {scope} if kind == "site" else {site.id for site in sites_of(places.inventory, scope)}
    return (id_ for id_ in every if places.site(id_) in sites)


def _name(places: Places, scope: str) -> str:
    unit = kind_of_unit(places.inventory, scope)
    return str(places.inventory.of(unit)[scope].name) if unit else places.name(scope) if scope else ""


def _known(base: Grounds) -> Sequence[str]:
    inventory: Inventory = base.places.inventory
    kinds = ("organisation_unit", "administrative_unit", *dict.fromkeys(BY.values()))
    return [id_ for kind in kinds for id_ in inventory.of(kind)]


def _one_by_one(base: Grounds, by: str, accounts: Mapping[str, Account]) -> Iterable[AvailabilityLine]:
    for id_, one in accounts.items():
        places = base.at(id_)
        told = tuple(_outage(base, id_, outage) for outage in one.outages)
        yield AvailabilityLine(by, id_, places.name(id_), place_of(places, id_), 1, one, told)


def _by_agency(base: Grounds, asked: Asked, accounts: Mapping[str, Account]) -> Iterable[AvailabilityLine]:
    for unit, sites in agencies_at(base, asked.scope, accounts).items():
        total = summed([accounts[id_] for id_ in sites], asked.period, base.until)
        told = [_outage(base, id_, one) for id_ in sites for one in accounts[id_].outages]
        ordered = tuple(sorted(told, key=lambda line: (line.outage.start, line.subject)))
        yield AvailabilityLine("agency", unit, base.places.name(unit), "", len(sites), total, ordered)


def agencies_at(base: Grounds, scope: str, sites: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """The agencies that work at one of these sites, and at which; of an agency's scope those in it alone."""
    inventory = base.places.inventory
    agency = kind_of_unit(inventory, scope) == "organisation_unit"
    within = frozenset(subtree(inventory, scope)) if agency else None
    of: dict[str, list[str]] = defaultdict(list)
    for id_ in sites:
        for unit in base.at(id_).agencies(id_):
            if within is None or unit in within:
                of[unit].append(id_)
    return dict(sorted(of.items()))


def place_of(places: Places, id_: str) -> str:
    """A site's first agency, of everything else the site."""
    if places.kind(id_) != "site":
        return places.name(places.site(id_))
    return next((places.name(agency) for agency in places.agencies(id_)), "")


def _outage(base: Grounds, subject: str, outage: Outage) -> OutageLine:
    cause = outage.cause
    return OutageLine(outage, subject, base.at(cause).name(cause) if cause else "")
