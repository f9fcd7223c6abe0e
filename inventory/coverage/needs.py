"""For which agencies a norm holds, and how much of it each needs. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from inventory.coverage.items import Things
from inventory.coverage.statements import number
from inventory.coverage.successors import predecessors
from inventory.organisation import subtree, succession
from inventory.snapshot import Inventory, Norm, OrganisationUnit

NO_STATEMENT, PARTLY_STATED, NO_SITE = "no_statement", "partly_stated", "no_site"


@dataclass(frozen=True, slots=True)
class Need:
    """How many units of a norm an agency needs; 0 with a `reason` where that cannot be known."""

    norm: Norm
    unit: OrganisationUnit
    quantity: int
    reason: str = ""


def needs(norm: Norm, things: Things, scope: frozenset[str]) -> Iterator[Need]:
    """What each agency of the scope needs, by id; nobody who is known to need none."""
    units = things.inventory.of("organisation_unit")
    within = scope & _within(norm.within, things) if norm.within else scope
    same = quantity_of(norm, "", things) if norm.per == "unit" else None
    for id_ in sorted(within):
        if holds_for(norm, units[id_], things):
            quantity, reason = same or quantity_of(norm, id_, things)
            if quantity or reason:
                yield Need(norm, units[id_], quantity, reason)


def _within(unit: str, things: Things) -> frozenset[str]:
    """All below a unit, or below those that took its place: a norm goes on holding for them."""
    heirs = things.succession.heirs(unit)
    return frozenset(id_ for heir in heirs for id_ in subtree(things.inventory, heir))


def holds_for(norm: Norm, unit: OrganisationUnit, things: Things) -> bool:
    """Whether a norm asks this agency; where in the tree it stands is not looked at."""
    return (
        (not norm.levels or unit.level in norm.levels)
        and (not norm.unit_kinds or unit.kind in norm.unit_kinds)
        and (not norm.tags or set(norm.tags).issubset(unit.tags))
        and not (norm.without_tags and set(norm.without_tags).intersection(unit.tags))
        and (not norm.security_level or things.security_levels.get(unit.id, 0) >= norm.security_level)
    )


def quantity_of(norm: Norm, unit: str, things: Things) -> tuple[int, str]:
    """How many units, and why that is not known; at least one on every route that the norm asks for."""
    times, reason = _times(norm.per, unit, things)
    if reason or not times:
        return 0, reason
    return max(times * norm.quantity, norm.routes or 0), ""


def _times(per: str, unit: str, things: Things) -> tuple[int, str]:
    if per == "staff":
        stated = things.statements.get((unit, "staff"))
        if stated and things.partly_stated(unit, "staff"):
            return 0, PARTLY_STATED
        return (number(stated), "") if stated else (0, NO_STATEMENT)
    if per == "computer":
        known = things.computers.get(unit)
        if (unit, "computer") in things.statements and things.partly_stated(unit, "computer"):
            return 0, PARTLY_STATED
        return (0, NO_STATEMENT) if known is None else (known, "")
    if per == "site":
        sites = len(things.sites_of.get(unit, ()))
        return sites, "" if sites else NO_SITE
    return 1, ""


def in_scope(inventory: Inventory, scope: str, later: Inventory | None = None) -> frozenset[str]:
    """The agencies of a scope: all for '', of a unit itself and those below, of a territory those standing in it.

    With the inventory of a `later` day the scope is a unit of that day: also those are meant that have gone into it
    whole since, with all that stood below them, so that a merger moves no figure by itself.
    """
    units = inventory.of("organisation_unit")
    if not scope:
        return frozenset(units)
    if later is not None and scope in later.of("organisation_unit"):
        return frozenset(id_ for part in _parts(scope, later) for id_ in subtree(inventory, part))
    below = frozenset(subtree(inventory, scope))
    if scope in units:
        return below
    return frozenset(id_ for id_, unit in units.items() if unit.administrative_unit in below)


def _parts(unit: str, inventory: Inventory) -> frozenset[str]:
    """A unit and everybody who went into it, and into those, whole."""
    gone = predecessors(succession(inventory))
    found, waiting = {unit}, [unit]
    while waiting:
        changes = gone.get(waiting.pop(), ())
        parts = {part for change in changes for part in change.predecessors} - found
        found |= parts
        waiting.extend(parts)
    return frozenset(found)


def norms_for(things: Things, unit: str) -> tuple[Norm, ...]:
    """The norms in force that ask one agency, by id; empty where there is no such agency in force."""
    one = frozenset({unit} & set(things.inventory.of("organisation_unit")))
    return tuple(
        norm for _, norm in sorted(things.inventory.of("norm").items()) if any(needs(norm, things, one))
    )
