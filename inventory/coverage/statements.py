"""Which statements hold on a day, and for which agencies: a merged agency's are its successor's until that states anew.

Pure. Of an agency and a subject the newest statement on or before the day holds, through its last valid day; an older
one does not hold again once the newest has run out.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from math import ceil
from typing import Any, TypeAlias

from inventory.coverage.successors import Predecessors, stood_before
from inventory.organisation import MAX_DEPTH, Succession
from inventory.snapshot import Inventory, Statement

Holding: TypeAlias = Mapping[tuple[str, str], tuple[Statement, ...]]
Own: TypeAlias = Mapping[tuple[str, str], Statement]


def holding(inventory: Inventory, on: date, succession: Succession) -> Holding:
    """The statements that hold, by (agency in force, subject); several where they were taken over from merged ones."""
    own = newest_of(inventory.of("statement").values(), on)
    found: dict[tuple[str, str], list[Statement]] = {}
    for (unit, subject), statement in own.items():
        heir = _heir(unit, subject, own, succession)
        if heir is not None and (statement.valid_until is None or on <= statement.valid_until):
            found.setdefault((heir, subject), []).append(statement)
    return {key: tuple(sorted(each, key=lambda one: one.id)) for key, each in found.items()}


def _heir(unit: str, subject: str, own: Own, succession: Succession) -> str | None:
    """Whose statement it is by now; None where nobody took the agency's place, or who did has stated anew since."""
    for _ in range(MAX_DEPTH):
        if unit in succession.units:
            return unit
        change = succession.followers.get(unit)
        if change is None or len(change.successors) != 1:
            return None
        unit = change.successors[0]
        anew = own.get((unit, subject))
        if anew is not None and anew.on >= change.on:
            return None
    return None


def partly_stated(
    unit: str,
    subject: str,
    own: Own,
    inventory: Inventory,
    gone: Predecessors,
    on: date,
    depth: int = MAX_DEPTH,
) -> bool:
    """Whether what an agency consists of has not all been stated: by itself, and by those that went into it since."""
    mine = own.get((unit, subject))
    later = [change for change in gone.get(unit, ()) if mine is None or change.on > mine.on]
    if mine is None and (stood_before(unit, later, inventory) or not later):
        return True
    if mine is not None and mine.valid_until is not None and mine.valid_until < on:
        return True
    parts = {part for change in later for part in change.predecessors if part != unit}
    return depth > 0 and any(
        partly_stated(part, subject, own, inventory, gone, on, depth - 1) for part in sorted(parts)
    )


def newest_of(statements: Iterable[Statement], on: date) -> Own:
    """The newest statement on or before a day of every agency and subject, whether it has run out or not."""
    found: dict[tuple[str, str], Statement] = {}
    for one in statements:
        before = found.get((one.organisation_unit, one.subject))
        if one.on <= on and (before is None or (before.on, before.id) < (one.on, one.id)):
            found[one.organisation_unit, one.subject] = one
    return found


def number(statements: Iterable[Any]) -> int:
    """How many they state together, in whole units."""
    return sum(ceil(one.value) for one in statements)
