"""Which statements hold on a day, and for which agencies: a merged agency's are its successor's until that states anew.

Pure. Of an agency and a subject the newest statement on or before the day holds, through its last valid day; an older
one does not hold again once the newest has run out.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from math import ceil
from typing import Any, TypeAlias

from inventory.organisation import MAX_DEPTH, Succession
from inventory.snapshot import Inventory, Statement

Holding: TypeAlias = Mapping[tuple[str, str], tuple[Statement, ...]]
_Own: TypeAlias = Mapping[tuple[str, str], Statement]


def holding(inventory: Inventory, on: date, succession: Succession) -> Holding:
    """The statements that hold, by (agency in force, subject); several where they were taken over from merged ones."""
    own = _newest(inventory.of("statement").values(), on)
    found: dict[tuple[str, str], list[Statement]] = {}
    for (unit, subject), statement in own.items():
        heir = _heir(unit, subject, own, succession)
        if heir is not None and (statement.valid_until is None or on <= statement.valid_until):
            found.setdefault((heir, subject), []).append(statement)
    return {key: tuple(sorted(each, key=lambda one: one.id)) for key, each in found.items()}


def _heir(unit: str, subject: str, own: _Own, succession: Succession) -> str | None:
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


def _newest(statements: Iterable[Statement], on: date) -> _Own:
    found: dict[tuple[str, str], Statement] = {}
    for one in statements:
        before = found.get((one.organisation_unit, one.subject))
        if one.on <= on and (before is None or (before.on, before.id) < (one.on, one.id)):
            found[one.organisation_unit, one.subject] = one
    return found


def number(statements: Iterable[Any]) -> int:
    """How many they state together, in whole units."""
    return sum(ceil(one.value) for one in statements)
