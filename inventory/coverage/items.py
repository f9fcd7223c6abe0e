"""Which things of the inventory norms may count, which agencies they serve, and where they stand. Pure.

A thing serves the agencies it names, else those of its site; where an agency is no longer in force its successors take
its place. One that serves several is one item, and counts for each of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

from inventory.coverage.proofs import PROOFS, Proof, same_asset
from inventory.coverage.statements import Holding, Own, holding, newest_of, number, partly_stated
from inventory.coverage.successors import Predecessors, predecessors
from inventory.inputs import records_by_item
from inventory.inspections import Happening, Term, last_inspection, terms
from inventory.organisation import Succession, succession
from inventory.snapshot import FieldRecord, Inventory

Place: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can cover `units` units of a need of each of its `agencies`.

    `record` is the thing's own, `behind` the device or line that answers for it (None: nothing can). `looks` are the
    ids whose sightings tell of it. `detail` is the finer code of its kind, `route` a line's route group.
    """

    id: str
    kind: str
    record: Any
    behind: Any
    agencies: tuple[str, ...]
    place: Place
    units: int = 1
    detail: str = ""
    route: str = ""
    looks: tuple[str, ...] = ()


@dataclass
class Things:
    """The things of one inventory on a day, each list made when it is first asked for.

    `happened` is what no record tells of surge protectors; see `Evidence`.
    """

    inventory: Inventory
    on: date
    happened: Mapping[str, Sequence[Happening]] = field(default_factory=dict)
    _listed: dict[str, tuple[Item, ...]] = field(default_factory=dict)
    _served: dict[str, Mapping[str, tuple[Item, ...]]] = field(default_factory=dict)
    _at_site: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def succession(self) -> Succession:
        """Who took whose place."""
        return succession(self.inventory)

    @cached_property
    def statements(self) -> Holding:
        """The statements that hold."""
        return holding(self.inventory, self.on, self.succession)

    @cached_property
    def predecessors(self) -> Predecessors:
        """Who went into which agencies."""
        return predecessors(self.succession)

    def partly_stated(self, unit: str, subject: str) -> bool:
        """Whether a part of a merged agency has not stated this, so that the sum of what is stated is too small."""
        return partly_stated(unit, subject, self._own_statements, self.inventory, self.predecessors, self.on)

    @cached_property
    def _own_statements(self) -> Own:
        return newest_of(self.inventory.of("statement").values(), self.on)

    @cached_property
    def sites_of(self) -> Mapping[str, frozenset[str]]:
        """The sites at which each agency works."""
        found: dict[str, set[str]] = {}
        for site in self.inventory.of("site"):
            for agency in self.at_site(site):
                found.setdefault(agency, set()).add(site)
        return {agency: frozenset(sites) for agency, sites in found.items()}

    @cached_property
    def computers(self) -> Mapping[str, int]:
        """How many computers each agency has: as it stated, else as many as are declared as assets."""
        found: dict[str, int] = {}
        for agency, items in self.served("computer").items():
            found[agency] = sum(item.units for item in items)
        for (agency, subject), statements in self.statements.items():
            if subject == "computer":
                found[agency] = number(statements)
        return found

    @cached_property
    def inspections(self) -> Mapping[str, FieldRecord]:
        """The last inspection of each item until the day, of those that say how they ended."""
        last = {item: last_inspection(each) for item, each in self.field_records.items()}
        return {item: one for item, one in last.items() if one is not None}

    @cached_property
    def terms(self) -> Mapping[str, Term]:
        """Until when the inspections of surge protectors hold, and what forces one before."""
        return terms(self.inventory, self.happened)

    @cached_property
    def field_records(self) -> Mapping[str, tuple[FieldRecord, ...]]:
        """What was done to each item until the day, in the order of time."""
        every = records_by_item(self.inventory)
        return {item: tuple(one for one in each if one.on <= self.on) for item, each in every.items()}

    @cached_property
    def security_levels(self) -> Mapping[str, int]:
        """The highest security level of the services of each agency."""
        found: dict[str, int] = {}
        for service in self.inventory.of("service").values():
            for agency in self.at_site(service.site) if service.security_level else ():
                found[agency] = max(found.get(agency, 0), service.security_level)
        return found

    def at_site(self, site: str) -> tuple[str, ...]:
        """The agencies in force that work at a site."""
        known = self._at_site.get(site)
        if known is None:
            record = self.inventory.of("site").get(site)
            known = self.succession.agencies(record.organisation_units) if record else ()
            self._at_site[site] = known
        return known

    def agencies(self, record: Any, site: str) -> tuple[str, ...]:  # noqa: ANN401 - a record of the inventory
        """Whom a thing serves."""
        named = getattr(record, "serves", ())
        return self.succession.agencies(named) if named else self.at_site(site)

    def listed(self, item: str) -> tuple[Item, ...]:
        """All things that norms call by this name, by id; statements are no things."""
        if item not in self._listed:
            self._listed[item] = tuple(sorted(_things(self, PROOFS[item]), key=lambda one: one.id))
        return self._listed[item]

    def served(self, item: str) -> Mapping[str, tuple[Item, ...]]:
        """The same by agency."""
        if item not in self._served:
            found: dict[str, list[Item]] = {}
            for one in self.listed(item):
                for agency in one.agencies:
                    found.setdefault(agency, []).append(one)
            self._served[item] = {agency: tuple(items) for agency, items in found.items()}
        return self._served[item]


def _things(things: Things, proof: Proof) -> Iterator[Item]:
    if proof.kind == "device":
        yield from _devices(things, proof.of)
    elif proof.kind == "line":
        yield from _lines(things, proof.of)
    elif proof.kind == "conferencing_endpoint":
        yield from _endpoints(things, proof.of)
    elif proof.kind in ("surge_protector", "service"):
        yield from _placed(things, proof.kind)
    elif proof.kind == "asset" and not proof.assets:
        yield from _assets(things, ())
    if proof.assets:
        yield from _assets(things, proof.assets)


def _devices(things: Things, kinds: tuple[str, ...], without: frozenset[str] = frozenset()) -> Iterator[Item]:
    for device in things.inventory.of("device").values():
        if device.kind in kinds and device.id not in without:
            agencies = things.agencies(device, device.site)
            place = device.site, device.position or ""
            yield Item(device.id, "device", device, device, agencies, place, looks=(device.id,))


def _lines(things: Things, classes: tuple[str, ...]) -> Iterator[Item]:
    for line in things.inventory.of("line").values():
        if line.line_class in classes:
            yield Item(
                line.id,
                "line",
                line,
                line,
                things.agencies(line, line.site),
                (line.site, ""),
                line.channels,
                line.line_class,
                line.route_group or "",
                (line.id,),
            )


def _endpoints(things: Things, kinds: tuple[str, ...]) -> Iterator[Item]:
    """Endpoints, and devices of that kind which no endpoint names."""
    devices = things.inventory.of("device")
    endpoints = things.inventory.of("conferencing_endpoint").values()
    for endpoint in endpoints:
        device = devices.get(endpoint.device)
        if device is not None:
            agencies = things.agencies(device, device.site)
            place = device.site, endpoint.room or device.position or ""
            looks = (endpoint.id, device.id)
            yield Item(endpoint.id, "conferencing_endpoint", endpoint, device, agencies, place, looks=looks)
    yield from _devices(things, kinds, frozenset(endpoint.device for endpoint in endpoints))


def _placed(things: Things, kind: str) -> Iterator[Item]:
    for record in things.inventory.of(kind).values():
        agencies = things.agencies(record, record.site)
        place = record.site, getattr(record, "position", None) or ""
        detail = record.protection_kind if kind == "surge_protector" else record.kind
        device = getattr(record, "device", None)
        looks = (record.id, device) if device else (record.id,)
        yield Item(record.id, kind, record, None, agencies, place, detail=detail or "", looks=looks)


def _assets(things: Things, words: tuple[str, ...]) -> Iterator[Item]:
    for asset in things.inventory.of("asset").values():
        if not words or same_asset(asset.kind, words):
            agencies = things.agencies(asset, asset.site)
            yield Item(asset.id, "asset", asset, None, agencies, (asset.site, ""), asset.quantity, asset.kind)
