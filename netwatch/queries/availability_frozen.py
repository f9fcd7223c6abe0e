"""What a publication of availability holds, as it is known at a moment: agencies, sites, lines, endpoints."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from netwatch.availability.arithmetic import disjoint, summed
from netwatch.availability.contract import Account, Exclusion, Period
from netwatch.availability.publication import FrozenLine, Total
from netwatch.memory import building
from netwatch.queries.availability import (
    BY,
    Asked,
    NoSuchScopeError,
    Recorded,
    account_of,
    agencies_at,
    place_of,
    records_of,
    subjects_of,
    table_for,
)
from netwatch.queries.availability_grounds import Grounds, grounds
from netwatch.store.contract import VerdictRow


@dataclass(frozen=True, slots=True)
class Taken:
    """The figures of a scope in a period as they are known, with the grounds they rest on."""

    base: Grounds
    scope_name: str
    lines: tuple[FrozenLine, ...]
    totals: Mapping[str, Total]


def taken(store: Recorded, period: Period, scope: str, zone: tzinfo, now: int) -> Taken:
    """Take them; raises StoreFault, and NoSuchScopeError for a scope that is nothing then."""
    with building():
        base = grounds(store, period, zone, now)
    name, lines, totals = "", list[FrozenLine](), dict[str, Total]()
    for by in (by for by in BY if by != "agency"):
        try:
            _, name, things = subjects_of(base, Asked(scope, by, period))
        except NoSuchScopeError as fault:
            if fault.unfit:
                continue
            raise
        found = [_line(base, by, *record) for record in records_of(store, base, things)]
        accounts = {line.id: line.account for line in found}
        lines += [*_agencies(base, scope, accounts), *found] if by == "site" else found
        totals[by] = Total(len(found), summed(tuple(accounts.values()), period, base.until))
    return Taken(base, name, tuple(lines), totals)


def _line(
    base: Grounds, kind: str, id_: str, rows: Sequence[VerdictRow], excluded: Sequence[Exclusion]
) -> FrozenLine:
    places, span = base.at(id_), (base.period.start, base.until)
    return FrozenLine(
        kind,
        id_,
        places.name(id_),
        place_of(places, id_),
        account_of(base, id_, rows, excluded),
        exclusions=tuple(disjoint(excluded, *span)),
        owners=dict(sorted(table_for(base, id_, base.watched(rows)).owners.items())),
    )


def _agencies(base: Grounds, scope: str, accounts: Mapping[str, Account]) -> Iterator[FrozenLine]:
    for unit, sites in agencies_at(base, scope, accounts).items():
        total = summed([accounts[id_] for id_ in sites], base.period, base.until)
        yield FrozenLine("agency", unit, base.places.name(unit), "", total, members=tuple(sites))
