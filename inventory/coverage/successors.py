"""Who went into which agency, and what of theirs goes on: an exemption where all of them had one. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeAlias

from inventory.organisation import MAX_DEPTH, Succession
from inventory.snapshot import Exemption, Inventory, OrganisationChange

# By agency the events by which others went into it whole, and into it alone.
Predecessors: TypeAlias = Mapping[str, tuple[OrganisationChange, ...]]


def predecessors(succession: Succession) -> Predecessors:
    """The events up to the day by which agencies that are no longer in force have one successor."""
    found: dict[str, dict[str, OrganisationChange]] = {}
    for unit, change in succession.followers.items():
        if unit not in succession.units and len(change.successors) == 1:
            found.setdefault(change.successors[0], {})[change.id] = change
    return {unit: tuple(changes.values()) for unit, changes in found.items()}


def stood_before(unit: str, changes: Iterable[OrganisationChange], inventory: Inventory) -> bool:
    """Whether an agency was there before the first of these events, so that it is not made of those merged alone."""
    first = min((change.on for change in changes), default=None)
    versions = inventory.versions.get("organisation_unit", {}).get(unit, ())
    return first is not None and any(version.valid_from < first for version in versions)


def inherited(
    exempt: Mapping[str, Exemption], inventory: Inventory, gone: Predecessors
) -> Mapping[str, Exemption]:
    """Who is exempt, with the new agencies of which every part was: until the first of these exemptions ends."""
    found = dict(exempt)
    for unit in gone if exempt else ():
        one = _inherited(unit, exempt, inventory, gone, MAX_DEPTH)
        if one is not None:
            found[unit] = one
    return found


def _inherited(
    unit: str, exempt: Mapping[str, Exemption], inventory: Inventory, gone: Predecessors, depth: int
) -> Exemption | None:
    changes = gone.get(unit, ())
    if unit in exempt or not changes or not depth or stood_before(unit, changes, inventory):
        return exempt.get(unit)
    parts = sorted({part for change in changes for part in change.predecessors})
    every = [_inherited(part, exempt, inventory, gone, depth - 1) for part in parts]
    held = [one for one in every if one is not None]
    if len(held) < len(parts):
        return None
    return min(held, key=lambda one: (one.until or date.max, one.id))
