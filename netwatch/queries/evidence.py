"""What is known beside the inventory on a date, as audits weigh it: sightings from the database, and what lacks them.

All of it can be told without a daemon. What looks met with is told by the facts that were believed at the moment, so
that a past day asked later says what was said on it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, TypeAlias

from inventory.coverage.contract import Evidence, Sighting
from inventory.coverage.renewal import Redeclared, is_another
from inventory.inputs import commissioned_by, records_by_item
from inventory.local_days import end_of
from inventory.snapshot import Inventory
from netwatch.check import FactKey
from netwatch.clock import DAY
from netwatch.inspections import LOST, Happened, Inspections, contact_fault, gathered
from netwatch.sightings.unmeasured import KINDS, declared_reason, facts_of, met_reason
from netwatch.state import Transition
from netwatch.store.contract import FactRow
from netwatch.strikes import STRIKE

_FIRST = attrgetter("first")

Seen = Mapping[str, tuple[Sighting, ...]]


class Sighted(Protocol):
    """The part of a store that holds evidence; raises StoreFault."""

    def sightings(self, until: int | None, since: int | None = None) -> Iterable[Sighting]:
        """Of every value of an item's aspect the newest row that begins at `until` or before."""

    def redeclared(self, since: int, until: int) -> Iterable[Redeclared]:
        """Records of things that can be looked at which were changed within a time."""

    def fact_histories(
        self, keys: Iterable[FactKey], start: int, end: int
    ) -> Mapping[FactKey, Sequence[FactRow]]:
        """The fact intervals that overlap [start, end)."""

    def notices(self, kind: str, until: int, known_at: int) -> Iterable[Mapping[str, Any]]:
        """Of everything that has notices of a kind the facts of the newest, as known at a moment."""


def evidence_at(
    store: Sighted,
    inventory: Inventory,
    on: date,
    zone: tzinfo,
    now: int,
    known_at: int | None = None,
    happened: Happened | None = None,
    sightings: Iterable[Sighting] | None = None,
) -> Evidence:
    """What was known at the end of a local date, or by then of the moment `known_at` if that is earlier (or of now).

    `inventory` is that of the date. `happened` is what befell protectors where that is known already, `sightings` what
    looks have shown until then (`moment_of`); without them, what the database has of it. Raises StoreFault.
    """
    at = moment_of(on, zone, now, known_at)
    seen = by_item(store.sightings(at) if sightings is None else sightings, at)
    days = max((norm.proof_days for norm in inventory.of("norm").values()), default=0)
    seen = of_these(seen, store.redeclared(at - days * DAY, at), inventory)
    asked = tuple(_unseen(inventory, seen))
    contacts = tuple(_contacts(inventory))
    believed = _believed(store, (key for item in (*asked, *contacts) for key in item.facts), at)
    unmeasured = dict(_declared(inventory, seen, at))
    for item in asked:
        reason = None if item.id in unmeasured else met_reason(item.facts, believed)
        if reason is not None:
            unmeasured[item.id] = reason
    if happened is None:
        happened = _noticed(store, at, now if known_at is None else known_at, zone)
    return Evidence(at, on, seen, unmeasured, _with_faults(happened, contacts, believed, zone))


def moment_of(on: date, zone: tzinfo, now: int, known_at: int | None = None) -> int:
    """The moment whose evidence counts for a local date, as known at a moment (None: now)."""
    return min(end_of(on, zone), now if known_at is None else min(known_at, now))


def by_item(sightings: Iterable[Sighting], at: int) -> Seen:
    """Sightings by item as they were known at a moment, the oldest first."""
    found: dict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        if one.first <= at:
            found[one.item].append(one if one.last <= at else one._replace(last=at))
    return {item: tuple(sorted(several, key=_FIRST)) for item, several in found.items()}


def of_these(seen: Seen, changed: Iterable[Redeclared], inventory: Inventory) -> Seen:
    """What was seen of the things that records mean now, without what was seen of others under the same ids."""
    since: dict[str, int] = {}
    for one in changed:
        if is_another(one, seen.get(one.item, ())):
            since[one.item] = max(one.at, since.get(one.item, 0))
    for id_, endpoint in inventory.of("conferencing_endpoint").items() if since else ():
        if endpoint.device in since:
            since[id_] = since[endpoint.device]
    later = {
        item: tuple(one for one in seen[item] if one.last > at) for item, at in since.items() if item in seen
    }
    return {item: told for item, told in {**seen, **later}.items() if told}


_Believed: TypeAlias = Mapping[FactKey, Transition]


class _Item(NamedTuple):
    id: str
    facts: tuple[FactKey, ...]


def _unseen(inventory: Inventory, seen: Seen) -> Iterator[_Item]:
    """Items of which no look has ever shown anything, with the facts that would tell of them."""
    for kind in KINDS:
        for id_, record in inventory.of(kind).items():
            if id_ not in seen:
                yield _Item(id_, facts_of(record, kind, inventory))


def _declared(inventory: Inventory, seen: Seen, at: int) -> Iterator[tuple[str, str]]:
    """What the inventory says of items that nothing was seen of lately."""
    for kind in KINDS:
        for id_, record in inventory.of(kind).items():
            if any(at - one.last <= DAY for one in seen.get(id_, ())):
                continue
            reason = declared_reason(record, kind, inventory)
            if reason is not None:
                yield id_, reason


def _contacts(inventory: Inventory) -> Iterator[_Item]:
    """Surge protectors whose commissioned contact is read, with the facts that tell of it."""
    records = records_by_item(inventory)
    for id_, protector in inventory.of("surge_protector").items():
        if commissioned_by(protector, records.get(id_, ())) is not None:
            yield _Item(id_, facts_of(protector, "surge_protector", inventory))


def _noticed(store: Sighted, at: int, known_at: int, zone: tzinfo) -> Happened:
    """Strikes counted and things lost by a moment, as the event log tells."""
    strikes, losses = (store.notices(kind, at, known_at) for kind in (STRIKE, LOST))
    return Inspections(strikes, losses).all(zone)


def _with_faults(
    happened: Happened, contacts: Iterable[_Item], believed: _Believed, zone: tzinfo
) -> Happened:
    """The same with the contacts that are believed to be at fault."""
    told = [(item, one) for item, several in happened.items() for one in several]
    for item in contacts:
        states = (believed[key] for key in item.facts if key in believed)
        told += ((item.id, contact_fault(state.since, zone)) for state in states if state.holds is False)
    return gathered(told)


def _believed(store: Sighted, keys: Iterable[FactKey], at: int) -> _Believed:
    """What was believed of these facts at a moment, as the database has it."""
    rows = store.fact_histories(keys, at, at + 1)
    return {key: several[-1].transition for key, several in rows.items()}
