"""Ids that are unique and references that lead somewhere: rules over the whole inventory. Pure."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from inventory.organisation import Succession, succession
from inventory.problems import Problem, Severity
from inventory.snapshot import KINDS, UNITS, VERSIONED, Cell, Inventory, Record, cells
from inventory.texts import fold

# Looking for the nearest id costs a pass over all of them, so only so many faults get a suggestion.
MAX_SUGGESTIONS = 50

# Kinds that speak of their own day, on which the units they name were in force.
_DATED = (*VERSIONED, "organisation_change", "statement", "exemption", "attachment")
# Kinds whose past versions may outlive what they name.
_OUTLIVING = ("line_contract",)
_REFERRING: Mapping[str, tuple[tuple[str, Cell], ...]] = MappingProxyType(
    {kind: tuple((field, cell) for field, cell in cells(kind).items() if cell.refers) for kind in KINDS}
)


def ids_of(inventory: Inventory, kind: str) -> frozenset[str]:
    """Every id of a kind, of units also those not in force."""
    return frozenset(inventory.of(kind)) | frozenset(inventory.versions.get(kind, ()))


def references(kind: str, record: Record) -> Iterator[tuple[str, Cell, str]]:
    """What a record refers to: field, its cell, the id referred to."""
    for field, cell in _REFERRING[kind]:
        value = getattr(record, field)
        for id_ in value if isinstance(value, tuple) else (value,):
            if id_ is not None:
                yield field, cell, id_


def unique_ids(inventory: Inventory) -> Iterator[Problem]:
    """An id belongs to one record of one kind; ids that differ only by case are suspicious."""
    owners: dict[str, str] = {}
    alike: dict[str, tuple[str, str]] = {}
    for kind in KINDS:
        for id_ in sorted(ids_of(inventory, kind)):
            first = owners.setdefault(id_, kind)
            if first != kind:
                yield Problem(
                    "id_taken", {"id": id_, "kind": first}, kind, id_, column="id", involved=((first, id_),)
                )
                continue
            other_kind, other = alike.setdefault(id_.casefold(), (kind, id_))
            if other != id_:
                params = {"id": id_, "other": other, "kind": other_kind}
                yield Problem("ids_alike", params, kind, id_, column="id", severity=Severity.WARNING)


def dangling(inventory: Inventory) -> Iterator[Problem]:
    """A reference names an existing record of an allowed kind; a unit referred to is best one in force."""
    ids = {kind: ids_of(inventory, kind) for kind in KINDS}
    suggestions = Suggestions(ids)
    lineage = succession(inventory)
    for kind in KINDS:
        for record in inventory.every(kind):
            for field, cell, id_ in references(kind, record):
                if not any(id_ in ids[allowed] for allowed in cell.refers):
                    problem = _dangling(kind, record, field, cell, id_, suggestions)
                    yield _past(problem) if _is_over(kind, record, inventory.on) else problem
                elif (
                    kind not in _DATED and cell.refers[0] in UNITS and id_ not in inventory.of(cell.refers[0])
                ):
                    yield from _ceased(kind, record, field, id_, lineage)


def _is_over(kind: str, record: Record, on: date | None) -> bool:
    """Whether a version may name what is gone by now: a line may be taken out once it is under no contract."""
    ended = getattr(record, "valid_to", None)
    return kind in _OUTLIVING and on is not None and ended is not None and ended <= on


def _past(problem: Problem) -> Problem:
    return replace(problem, severity=Severity.WARNING)


def _ceased(kind: str, record: Record, field: str, id_: str, lineage: Succession) -> Iterator[Problem]:
    """Nothing where one successor is meant; after a split somebody has to say which, by naming it too."""
    heirs = lineage.heirs(id_)
    value = getattr(record, field)
    said = isinstance(value, tuple) and not frozenset(heirs).isdisjoint(value)
    if len(heirs) > 1 and not said:
        change = lineage.followers[id_]
        params = {"value": id_, "day": change.on.isoformat(), "successors": ", ".join(heirs)}
        yield Problem("split_undecided", params, kind, record.id, column=field, severity=Severity.WARNING)
    elif not heirs:
        params = {"value": id_}
        yield Problem("unit_not_in_force", params, kind, record.id, column=field, severity=Severity.WARNING)


def _dangling(
    kind: str, record: Record, field: str, cell: Cell, id_: str, suggestions: "Suggestions"
) -> Problem:
    params = {"value": id_, "kinds": ", ".join(cell.refers)}
    actual = suggestions.kind_of(id_)
    near = None if actual else suggestions.near(id_, cell.refers)
    if actual:
        code, params = "reference_wrong_kind", params | {"actual": actual}
    elif near:
        code, params = "reference_near", params | {"near": near}
    else:
        code = "reference_unknown"
    # The record referred to, missing as it is, takes part: its row may have been rejected.
    missing = tuple((allowed, id_) for allowed in cell.refers)
    version = getattr(record, "valid_from", None)
    return Problem(code, params, kind, record.id, column=field, version=version, involved=missing)


class Suggestions:
    """Finds the id somebody may have meant."""

    def __init__(self, ids: Mapping[str, frozenset[str]]) -> None:
        self._ids = ids
        self._left = MAX_SUGGESTIONS
        self._known: dict[tuple[str, ...], dict[str, str]] = {}

    def kind_of(self, id_: str) -> str | None:
        """The kind an id is of, if any."""
        return next((kind for kind, ids in self._ids.items() if id_ in ids), None)

    def near(self, id_: str, kinds: tuple[str, ...]) -> str | None:
        """The nearest id of these kinds; None when none is near or enough were suggested."""
        if self._left <= 0:
            return None
        self._left -= 1
        plain = self._known.setdefault(kinds, {})
        if not plain:
            plain.update(
                {_plain(known): known for kind in kinds for known in sorted(self._ids[kind], reverse=True)}
            )
        if _plain(id_) in plain:
            return plain[_plain(id_)]
        matches = difflib.get_close_matches(_plain(id_), list(plain), n=1, cutoff=0.7)
        return plain[matches[0]] if matches else None


def _plain(id_: str) -> str:
    return fold(id_).lstrip("0")
