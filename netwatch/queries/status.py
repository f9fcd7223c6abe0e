"""The status tree: every agency with its sites and what stands in them, and the same as a worst-first list. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from inventory.organisation import meant, succession
from inventory.snapshot import Inventory, OrganisationUnit, Site
from netwatch.present import Present
from netwatch.queries.contacts import Judgeable
from netwatch.queries.models import SCHEMA, SiteStanding, Standing, StatusTree, UnitStanding
from netwatch.queries.standing import JUDGED_KINDS, Place, Standings
from netwatch.queries.words import SEVERITY

# Within one verdict the things that usually explain the others come first.
KIND_ORDER = ("line", "site", "device", "conferencing_endpoint", "surge_protector", "sensor", "service")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which standings are wanted: an empty field wants all.

    `item` is the id of the one thing wanted; `unit` and all units below it; `text` is looked for in names, ids,
    addresses and reasons' evidence, without regard to case and diacritics.
    """

    unit: str = ""
    site: str = ""
    verdicts: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    text: str = ""
    item: str = ""

    def wants(self, standing: Standing) -> bool:
        """Whether a standing is one of them; `unit` is not looked at here."""
        return (
            self.site in ("", standing.site)
            and self.item in ("", standing.id)
            and (not self.verdicts or standing.verdict in self.verdicts)
            and (not self.kinds or not self.kinds.isdisjoint((standing.kind, standing.type)))
            and _plain(self.text) in _searched(standing)
        )


EVERYTHING = Filter()


def status_tree(present: Present, now: int, local_time: datetime) -> StatusTree:
    """How everything stands at `now` (microseconds UTC, the same moment as `local_time`)."""
    agencies = _Agencies(present.inventory, local_time.date())
    standings = Standings(present, now, local_time)
    sites = _sites(present.inventory, agencies, standings)
    shares = _shares(present.inventory, agencies, sites)
    return StatusTree(
        schema=SCHEMA,
        at=now,
        sample=present.sample,
        live=present.live,
        heartbeat=present.heartbeat,
        behind=present.counts.store_behind_seconds,
        blind=tuple(vantage.name for vantage in present.vantages if vantage.blind_since),
        inventory_revision=present.inventory.revision,
        units=tuple(_unit(unit, agencies, sites, shares) for unit in agencies.tops),
    )


class _Agencies:
    """The organisation units in force on a day, as a forest; units no longer in force stay while they hold sites."""

    def __init__(self, inventory: Inventory, today: date) -> None:
        units: Mapping[str, OrganisationUnit] = inventory.of("organisation_unit")
        self.units = units
        self._shown = {id_ for id_, unit in units.items() if _in_force(unit, today)}
        self._lineage = succession(inventory)
        for site in inventory.of("site").values():
            named = meant(inventory, site.organisation_units)
            self._shown.update(() if self._shown & {*named} else named[:1])
        self._shown &= set(units)
        self.below: dict[str, list[OrganisationUnit]] = {}
        for id_ in sorted(self._shown, key=lambda id_: (units[id_].name, id_)):
            self.below.setdefault(self._above(id_), []).append(units[id_])
        self.tops = tuple(self.below.get("", ()))

    def _above(self, id_: str) -> str:
        """The nearest shown unit above, '' at the top."""
        above = self._parent(id_)
        while above and above not in self._shown:
            above = self._parent(above)
        return above

    def _parent(self, id_: str) -> str:
        """The unit above by the records, or the one that took its place; '' for neither."""
        parent = self.units[id_].parent or ""
        found = parent if parent in self.units else self._lineage.agency(parent) or ""
        return found if found != id_ else ""

    def of_site(self, site: Site) -> tuple[str, ...]:
        """The units of a site that are shown, the one it stands under first."""
        named = dict.fromkeys(self._lineage.agency(id_) or id_ for id_ in site.organisation_units)
        return tuple(id_ for id_ in named if id_ in self._shown)

    def path(self, id_: str) -> tuple[str, ...]:
        """The names from the top unit down to this one."""
        found: dict[str, str] = {}
        while id_ and id_ not in found:
            found[id_] = self.units[id_].name
            id_ = self._above(id_)
        return tuple(reversed(found.values()))


def _in_force(unit: OrganisationUnit, today: date) -> bool:
    return unit.valid_from <= today and (unit.valid_to is None or today < unit.valid_to)


def _sites(
    inventory: Inventory, agencies: _Agencies, standings: Standings
) -> Mapping[str, tuple[SiteStanding, ...]]:
    """Sites by the unit they stand under, each with its items, worst first."""
    items = _items_by_site(inventory)
    gathered: dict[str, list[SiteStanding]] = {}
    for site in inventory.of("site").values():
        units = agencies.of_site(site)
        first = units[0] if units else ""
        others = tuple(agencies.units[unit].name for unit in units[1:])
        place = Place(site, first, agencies.path(first), others)
        members = worst_first(standings.of(kind, record, place) for kind, record in items.get(site.id, ()))
        gathered.setdefault(first, []).append(SiteStanding(standings.of("site", site, place), members))
    return {unit: tuple(sorted(sites, key=lambda s: badness(s.standing))) for unit, sites in gathered.items()}


def _items_by_site(inventory: Inventory) -> Mapping[str, list[tuple[str, Judgeable]]]:
    devices = inventory.of("device")
    gathered: dict[str, list[tuple[str, Judgeable]]] = {}
    for kind in JUDGED_KINDS:
        for record in inventory.of(kind).values():
            holder = devices.get(record.device) if kind == "conferencing_endpoint" else record
            if holder is not None:
                gathered.setdefault(holder.site, []).append((kind, record))
    return gathered


def _shares(
    inventory: Inventory, agencies: _Agencies, sites: Mapping[str, tuple[SiteStanding, ...]]
) -> Mapping[str, tuple[Standing, ...]]:
    """Sites by the further units they belong to."""
    gathered: dict[str, list[Standing]] = {}
    for standing in (site.standing for stood in sites.values() for site in stood):
        for unit in agencies.of_site(inventory.of("site")[standing.id])[1:]:
            gathered.setdefault(unit, []).append(standing)
    return {unit: worst_first(shared) for unit, shared in gathered.items()}


def _unit(
    unit: OrganisationUnit,
    agencies: _Agencies,
    sites: Mapping[str, tuple[SiteStanding, ...]],
    shares: Mapping[str, tuple[Standing, ...]],
) -> UnitStanding:
    below = tuple(_unit(child, agencies, sites, shares) for child in agencies.below.get(unit.id, ()))
    own, shared = sites.get(unit.id, ()), shares.get(unit.id, ())
    return _counted(UnitStanding(unit.id, unit.name, unit.level, (), own, below, shared))


def _counted(unit: UnitStanding) -> UnitStanding:
    counts = dict.fromkeys(SEVERITY, 0)
    for below in unit.units:
        for verdict, number in below.counts:
            counts[verdict] += number
    for site in unit.sites:
        for standing in (site.standing, *site.items):
            counts[standing.verdict] += 1
    return replace(unit, counts=tuple(counts.items()))


def badness(standing: Standing) -> tuple[int, int, int, str, str]:
    """A sort key: worst first, then what explains others, then the newest, then by name."""
    kind = KIND_ORDER.index(standing.kind)
    return SEVERITY.index(standing.verdict), kind, -standing.since, standing.name, standing.id


def worst_first(standings: Iterable[Standing]) -> tuple[Standing, ...]:
    """The standings in order, the worst first."""
    return tuple(sorted(standings, key=badness))


def standings(tree: StatusTree, wanted: Filter = EVERYTHING) -> tuple[Standing, ...]:
    """The standings wanted, worst first; none when the unit is not in the tree."""
    units = tree.units if not wanted.unit else [unit for unit in [find_unit(tree, wanted.unit)] if unit]
    return worst_first(s for unit in units for s in _all_of(unit) if wanted.wants(s))


def _all_of(unit: UnitStanding) -> Iterator[Standing]:
    for site in unit.sites:
        yield site.standing
        yield from site.items
    for below in unit.units:
        yield from _all_of(below)


def find_unit(tree: StatusTree, id_: str) -> UnitStanding | None:
    """The unit with that id, wherever it stands; None when there is none."""
    queue = list(tree.units)
    while queue:
        unit = queue.pop()
        if unit.id == id_:
            return unit
        queue.extend(unit.units)
    return None


def unit_ids(tree: StatusTree) -> tuple[str, ...]:
    """The ids of every unit of the tree."""
    found, queue = [], list(tree.units)
    while queue:
        unit = queue.pop()
        found.append(unit.id)
        queue.extend(unit.units)
    return tuple(found)


def matching(tree: StatusTree, wanted: Filter = EVERYTHING) -> StatusTree:
    """The tree with only what is wanted; counts are those of what remains, empty units are left out.

    A site that itself is not wanted stays as the place of what is; it is counted only when it is wanted.
    """
    if wanted == EVERYTHING:
        return tree
    tops = tree.units if not wanted.unit else tuple(unit for unit in [find_unit(tree, wanted.unit)] if unit)
    if wanted == Filter(unit=wanted.unit):
        return replace(tree, units=tops)
    return replace(tree, units=tuple(kept for kept in (_kept(unit, wanted) for unit in tops) if kept))


def _kept(unit: UnitStanding, wanted: Filter) -> UnitStanding | None:
    below = tuple(kept for kept in (_kept(child, wanted) for child in unit.units) if kept)
    sites = tuple(kept for kept in (_kept_site(site, wanted) for site in unit.sites) if kept)
    if not below and not sites:
        return None
    counts = dict.fromkeys(SEVERITY, 0)
    remaining = replace(unit, sites=sites, units=below, shares=())
    for standing in _all_of(remaining):
        counts[standing.verdict] += wanted.wants(standing)
    return replace(remaining, counts=tuple(counts.items()))


def _kept_site(site: SiteStanding, wanted: Filter) -> SiteStanding | None:
    items = tuple(item for item in site.items if wanted.wants(item))
    return replace(site, items=items) if items or wanted.wants(site.standing) else None


def _searched(standing: Standing) -> str:
    address = dict(standing.details).get("address", "")
    parts = (standing.id, standing.name, standing.site_name, *standing.unit_path, standing.evidence, address)
    return _plain(" ".join(parts))


def _plain(text: str) -> str:
    """Lower case without diacritics, so that 'yen bai' finds 'Yên Bái'."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    return bare.replace("đ", "d")
