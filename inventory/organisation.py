"""Who stands below whom, what belongs to a unit, and who took the place of one that ceased.

Pure; safe on inventories whose rules do not hold. Where an agency that is not in force is named, the one that took its
place is meant: a merger rewrites no site.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from inventory.problems import Entity
from inventory.snapshot import (
    UNITS,
    AdministrativeUnit,
    Inventory,
    OrganisationChange,
    OrganisationUnit,
    Site,
)

MAX_DEPTH = 64
_PLACED = ("device", "line", "surge_protector", "sensor", "service", "asset")


@dataclass(frozen=True, slots=True)
class Succession:
    """Who stands in an agency's place: `units` are those in force, `followers` what the last event named for each."""

    units: Mapping[str, OrganisationUnit]
    followers: Mapping[str, OrganisationChange]

    def heirs(self, unit: str) -> tuple[str, ...]:
        """The agencies in force that an id may mean by now: itself, its one successor, or after a split several."""
        if unit in self.units:
            return (unit,)
        found: dict[str, None] = {}
        seen, waiting = {unit}, [unit]
        while waiting:
            change = self.followers.get(waiting.pop())
            for id_ in change.successors if change else ():
                if id_ in self.units:
                    found[id_] = None
                elif id_ not in seen:
                    waiting.append(id_)
                seen.add(id_)
        return tuple(sorted(found))

    def agency(self, unit: str) -> str | None:
        """The one agency in force that an id means; None where there is none, or after a split nobody has said."""
        heirs = self.heirs(unit)
        return heirs[0] if len(heirs) == 1 else None

    def agencies(self, units: Iterable[str]) -> tuple[str, ...]:
        """The agencies in force that these ids mean, each once, in their order."""
        found = (self.agency(unit) for unit in units)
        return tuple(dict.fromkeys(id_ for id_ in found if id_ is not None))


def succession(inventory: Inventory) -> Succession:
    """Who took whose place up to the inventory's day."""
    return Succession(inventory.of("organisation_unit"), inventory.succeeded)


def kind_of_unit(inventory: Inventory, unit: str) -> str | None:
    """'organisation_unit' or 'administrative_unit', whichever knows this id; None when neither does."""
    return next((kind for kind in reversed(UNITS) if unit in inventory.of(kind)), None)


def children(inventory: Inventory, kind: str) -> dict[str, tuple[str, ...]]:
    """Ids of the units directly below each unit in force, sorted; '' has the topmost (and the orphans)."""
    units = inventory.of(kind)
    lineage = _lineage(inventory, kind)
    below: dict[str, list[str]] = {}
    for id_ in sorted(units):
        below.setdefault(_parent(units, lineage, id_) or "", []).append(id_)
    return {parent: tuple(ids) for parent, ids in below.items()}


def subtree(inventory: Inventory, unit: str) -> tuple[str, ...]:
    """The unit and all below it in force, parents before children; empty when there is no such unit."""
    kind = kind_of_unit(inventory, unit)
    if kind is None:
        return ()
    below = children(inventory, kind)
    found: dict[str, None] = {}
    waiting = [unit]
    while waiting:
        id_ = waiting.pop()
        if id_ not in found:
            found[id_] = None
            waiting.extend(reversed(below.get(id_, ())))
    return tuple(found)


def ancestors(inventory: Inventory, unit: str) -> tuple[str, ...]:
    """The units above it in force, topmost first, without itself."""
    kind = kind_of_unit(inventory, unit)
    return tuple(reversed(list(_upwards(inventory, kind, unit)))) if kind else ()


def _upwards(inventory: Inventory, kind: str, unit: str) -> Iterator[str]:
    units = inventory.of(kind)
    lineage = _lineage(inventory, kind)
    id_, seen = _parent(units, lineage, unit), {unit}
    while id_ is not None and id_ not in seen and len(seen) < MAX_DEPTH:
        yield id_
        seen.add(id_)
        id_ = _parent(units, lineage, id_)


def _lineage(inventory: Inventory, kind: str) -> Succession | None:
    """Agencies are succeeded, territories only replaced."""
    return succession(inventory) if kind == "organisation_unit" else None


def _parent(units: Mapping[str, OrganisationUnit], lineage: Succession | None, unit: str) -> str | None:
    """The unit above in force; None for the topmost, an orphan, and one whose parent went into itself."""
    parent = units[unit].parent
    if parent is None or parent in units:
        return parent
    found = lineage.agency(parent) if lineage else None
    return found if found != unit else None


def path_of_names(inventory: Inventory, unit: str) -> tuple[str, ...]:
    """The names from the topmost unit down to this one; empty when there is no such unit."""
    kind = kind_of_unit(inventory, unit)
    if kind is None:
        return ()
    units: dict[str, AdministrativeUnit | OrganisationUnit] = dict(inventory.of(kind))
    return tuple(units[id_].name for id_ in (*ancestors(inventory, unit), unit))


def agencies_of(inventory: Inventory, site: str) -> tuple[OrganisationUnit, ...]:
    """The agencies in force at a site, in the order the site names them; empty when there is no such site."""
    units = inventory.of("organisation_unit")
    found = inventory.of("site").get(site)
    return tuple(units[id_] for id_ in agencies(inventory, found.organisation_units)) if found else ()


def agencies(inventory: Inventory, ids: Iterable[str]) -> tuple[str, ...]:
    """The agencies in force that these ids mean, each once, in their order."""
    return succession(inventory).agencies(ids)


def meant(inventory: Inventory, ids: Iterable[str]) -> tuple[str, ...]:
    """The same, but an id that means no agency in force, or nobody can say which, stands for itself."""
    lineage = succession(inventory)
    return tuple(dict.fromkeys(lineage.agency(id_) or id_ for id_ in ids))


def sites_of(inventory: Inventory, unit: str) -> tuple[Site, ...]:
    """Sites at which any agency of the subtree works (of a territory: sites standing in it), by id."""
    units = frozenset(subtree(inventory, unit))
    lineage = succession(inventory)
    sites = (site for _, site in sorted(inventory.of("site").items()))
    return tuple(
        site
        for site in sites
        if site.administrative_unit in units or units & {*lineage.agencies(site.organisation_units)}
    )


def members(inventory: Inventory, unit: str) -> frozenset[Entity]:
    """What belongs to a subtree alone: its units, the sites no agency outside shares, and all that stands there.

    Also what its agencies state, what they are exempt from, norms for them alone, contracts that name only their
    lines, and documents about all these. The unit itself, events of organisation, which stay what happened, and
    contacts, which belong to nobody alone, are left out.
    """
    kind = kind_of_unit(inventory, unit)
    if kind is None:
        return frozenset()
    units = frozenset(subtree(inventory, unit))
    found: set[Entity] = {(kind, id_) for id_ in units if id_ != unit}
    lineage = succession(inventory)
    sites = {site.id for site in inventory.of("site").values() if _belongs(site, kind, units, lineage)}
    found |= {("site", id_) for id_ in sites}
    for placed in _PLACED:
        found |= {(placed, record.id) for record in inventory.of(placed).values() if record.site in sites}
    for hosted in ("interface", "conferencing_endpoint"):
        records = inventory.of(hosted).values()
        found |= {(hosted, record.id) for record in records if ("device", record.device) in found}
    ids = {id_ for _, id_ in found}
    found |= {("field_record", r.id) for r in inventory.of("field_record").values() if r.item in ids}
    for stated in ("statement", "exemption"):
        records = inventory.of(stated).values()
        found |= {(stated, r.id) for r in records if lineage.agency(r.organisation_unit) in units}
    found |= {("norm", norm.id) for norm in inventory.of("norm").values() if norm.within in units}
    contracts = inventory.of("line_contract").values()
    found |= {("line_contract", r.id) for r in contracts if r.lines and ids.issuperset(r.lines)}
    ids = {id_ for _, id_ in found} | units
    found |= {("attachment", r.id) for r in inventory.of("attachment").values() if r.item in ids}
    return frozenset(found)


def _belongs(site: Site, kind: str, units: frozenset[str], lineage: Succession) -> bool:
    if kind == "administrative_unit":
        return site.administrative_unit in units
    # A site that names somebody nobody can tell is not theirs alone.
    return all(lineage.agency(id_) in units for id_ in site.organisation_units)
