"""Who stands below whom, and what belongs to a unit. Pure; safe on inventories whose rules do not hold."""

from collections.abc import Iterator

from inventory.problems import Entity
from inventory.snapshot import VERSIONED, AdministrativeUnit, Inventory, OrganisationUnit, Site

MAX_DEPTH = 64


def kind_of_unit(inventory: Inventory, unit: str) -> str | None:
    """'organisation_unit' or 'administrative_unit', whichever knows this id; None when neither does."""
    return next((kind for kind in reversed(VERSIONED) if unit in inventory.of(kind)), None)


def children(inventory: Inventory, kind: str) -> dict[str, tuple[str, ...]]:
    """Ids of the units directly below each unit in force, sorted; '' has the topmost (and the orphans)."""
    units = inventory.of(kind)
    below: dict[str, list[str]] = {}
    for id_ in sorted(units):
        parent = units[id_].parent
        below.setdefault(parent if parent in units else "", []).append(id_)
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
    id_, seen = units[unit].parent, {unit}
    while id_ in units and id_ not in seen and len(seen) < MAX_DEPTH:
        yield id_
        seen.add(id_)
        id_ = units[id_].parent


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
    return tuple(units[id_] for id_ in found.organisation_units if id_ in units) if found else ()


def sites_of(inventory: Inventory, unit: str) -> tuple[Site, ...]:
    """Sites at which any agency of the subtree works (of a territory: sites standing in it), by id."""
    units = frozenset(subtree(inventory, unit))
    sites = (site for _, site in sorted(inventory.of("site").items()))
    return tuple(site for site in sites if units & {*site.organisation_units, site.administrative_unit})


def members(inventory: Inventory, unit: str) -> frozenset[Entity]:
    """What belongs to a subtree alone: its units, the sites no agency outside shares, and all that stands there.

    The unit itself and the contacts, which belong to nobody alone, are left out.
    """
    kind = kind_of_unit(inventory, unit)
    if kind is None:
        return frozenset()
    units = frozenset(subtree(inventory, unit))
    found: set[Entity] = {(kind, id_) for id_ in units if id_ != unit}
    sites = {site.id for site in inventory.of("site").values() if _belongs(site, kind, units)}
    found |= {("site", id_) for id_ in sites}
    for placed in ("device", "line", "surge_protector", "sensor", "service", "asset"):
        found |= {(placed, record.id) for record in inventory.of(placed).values() if record.site in sites}
    for hosted in ("interface", "conferencing_endpoint"):
        records = inventory.of(hosted).values()
        found |= {(hosted, record.id) for record in records if ("device", record.device) in found}
    ids = {id_ for _, id_ in found}
    found |= {("field_record", r.id) for r in inventory.of("field_record").values() if r.item in ids}
    return frozenset(found)


def _belongs(site: Site, kind: str, units: frozenset[str]) -> bool:
    if kind == "administrative_unit":
        return site.administrative_unit in units
    return units.issuperset(site.organisation_units)
