"""Rows laid over the records there are. Pure: a draft is a copy, nothing of the inventory is touched."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any, TypeAlias

from inventory.cells import CLEAR
from inventory.incoming import ReadRow
from inventory.problems import Entity, Problem
from inventory.snapshot import KINDS, VERSIONED, Inventory, cells, gather, in_force

# A record's place: kind, id, and for units the first day of the version.
Key: TypeAlias = tuple[str, str, date | None]
Versions: TypeAlias = dict[date | None, Any]

_DEFAULTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        kind: MappingProxyType({f.name: f.default for f in fields(record) if f.default is not MISSING})
        for kind, record in KINDS.items()
    }
)


@dataclass(slots=True)
class Draft:
    """Records by kind and id (of units by first day too) while rows are being laid over them.

    `origins` tells which rows spoke of a record; `stated_ends` which versions had their end given by a row.
    """

    on: date | None
    units: dict[Entity, Versions]
    origins: dict[Entity, list[ReadRow]] = field(default_factory=dict)
    stated_ends: set[Key] = field(default_factory=set)

    def inventory(self, revision: int) -> Inventory:
        """What the draft amounts to."""
        records = ((kind, record) for (kind, _), each in self.units.items() for record in each.values())
        return gather(records, self.on, revision)

    def lay(self, read: ReadRow) -> tuple[Problem, ...]:
        """Lay one row over what is there; the reasons when it lacks what a new record needs."""
        entity = (read.row.kind, read.id)
        versions = self.units.get(entity, {})
        values = {name: _given(read, name) for name in read.values}
        missing = tuple(_missing(read, values, versions))
        if missing:
            return missing
        self.origins.setdefault(entity, []).append(read)
        if read.row.kind in VERSIONED:
            self._lay_version(read, values)
        else:
            self.units[entity] = {None: _made(read, versions.get(None), values)}
        return ()

    def _lay_version(self, read: ReadRow, values: dict[str, Any]) -> None:
        entity = (read.row.kind, read.id)
        versions = dict(self.units.get(entity, {}))
        day = values.get("valid_from") or _spoken_of(versions, self.on)
        if day not in versions:
            values = self._taken_over(entity, versions, day) | values
        if "valid_to" in read.values:
            self.stated_ends.add((*entity, day))
        versions[day] = _made(read, versions.get(day), values)
        self.units[entity] = versions

    def _taken_over(self, entity: Entity, versions: Versions, day: date) -> dict[str, Any]:
        """What a new version takes over from its neighbours; the one before it ends where the new one begins.

        An end that this file states itself is left alone, so that a contradiction shows as an overlap.
        """
        earlier = max((first for first in versions if first is not None and first < day), default=None)
        later = min((first for first in versions if first is not None and first > day), default=None)
        model = versions.get(earlier if earlier is not None else later)
        end = later
        if (
            earlier is not None
            and _reaches(versions[earlier], day)
            and (*entity, earlier) not in self.stated_ends
        ):
            end = versions[earlier].valid_to
            versions[earlier] = replace(versions[earlier], valid_to=day)
        like = {f.name: getattr(model, f.name) for f in fields(model)} if model is not None else {}
        return like | {"valid_from": day, "valid_to": end}

    def retire(self, entity: Entity, on: date) -> None:
        """Take a record out; a unit only ends on that day, and what it was before stays."""
        versions = self.units.pop(entity)
        if entity[0] in VERSIONED:
            kept = {first: unit for first, unit in versions.items() if first is not None and first < on}
            self.units[entity] = {
                first: replace(unit, valid_to=on) if _reaches(unit, on) else unit
                for first, unit in kept.items()
            }


def draft(current: Inventory) -> Draft:
    """A draft that still equals the inventory."""
    units: dict[Entity, Versions] = {}
    for kind in KINDS:
        for record in current.every(kind):
            units.setdefault((kind, record.id), {})[getattr(record, "valid_from", None)] = record
    return Draft(current.on, units)


def by_key(inventory: Inventory) -> dict[Key, Any]:
    """Every record, and every version of the units, by its place."""
    return {
        (kind, record.id, getattr(record, "valid_from", None)): record
        for kind in KINDS
        for record in inventory.every(kind)
    }


def repeated(reads: Iterable[ReadRow]) -> Iterator[tuple[ReadRow, Problem]]:
    """Rows that speak of the same record (of units, of the same version): nobody can tell which is meant."""
    groups: dict[tuple[str, str, object], list[ReadRow]] = {}
    for read in reads:
        version = read.values.get("valid_from") if read.row.kind in VERSIONED else None
        groups.setdefault((read.row.kind, read.id, version), []).append(read)
    for group in groups.values():
        for read in group if len(group) > 1 else ():
            other = group[0] if read is not group[0] else group[1]
            params = {"id": read.id, "other": f"{other.row.sheet}:{other.row.number}"}
            yield read, read.row.problem("row_twice", "id", entity=read.id, **params)


def _given(read: ReadRow, name: str) -> Any:  # noqa: ANN401 - a field's value
    value = read.values[name]
    return _DEFAULTS[read.row.kind][name] if value is CLEAR else value


def _missing(read: ReadRow, values: Mapping[str, Any], versions: Versions) -> Iterator[Problem]:
    if not versions:
        for name, cell in cells(read.row.kind).items():
            if cell.required and name != "id" and name not in values:
                yield read.row.problem("missing", name, entity=read.id, id=read.id)


def _made(read: ReadRow, before: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a record of any kind
    if before is not None:
        return replace(before, **values)
    return KINDS[read.row.kind](**{**values, "id": read.id})


def _spoken_of(versions: Versions, on: date | None) -> Any:  # noqa: ANN401 - a date, never None: versions are not empty
    """The version a row without a date means: the one in force, else the last."""
    ordered = [versions[first] for first in sorted(first for first in versions if first is not None)]
    return (in_force(ordered, on) or ordered[-1]).valid_from


def _reaches(unit: Any, day: date) -> bool:  # noqa: ANN401 - a unit of either kind
    return unit.valid_to is None or unit.valid_to > day
