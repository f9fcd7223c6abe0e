"""The inventory as everyone reads it: frozen records, gathered in one `Inventory`.

What records hold stands in `inventory.kinds`, by rooms. Each field's metadata (`Cell`) is the one place that says how
it is written in sheets: the type of its cell, whether it must be there, what it may hold and what it refers to. Ids
are immutable texts, unique over all kinds. Dates of versions are local dates, `valid_to` excluded (the day from
which the version no longer holds).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from inventory.kinds.contracts import (
    CREDIT_UNITS,
    DEGRADED_AS,
    EXCLUDABLE,
    EXCLUSIONS,
    MEASURING_PERIODS,
    NO_EXCLUSION,
    LineContract,
)
from inventory.kinds.declare import (
    Cell,
    CellType,
)
from inventory.kinds.network import (
    DEVICE_KINDS,
    LINE_CLASSES,
    LINE_ROLES,
    SERVICE_KINDS,
    WITNESS_KINDS,
    Asset,
    ConferencingEndpoint,
    Device,
    Interface,
    Line,
    Service,
)
from inventory.kinds.places import (
    ADMINISTRATIVE_KINDS,
    CONTACT_ROLES,
    ORGANISATION_KINDS,
    ORGANISATION_LEVELS,
    AdministrativeUnit,
    Contact,
    OrganisationUnit,
    Site,
)
from inventory.kinds.planning import (
    ATTACHMENT_ITEMS,
    CHANGE_KINDS_OF_ORGANISATION,
    NORM_ITEMS,
    NORM_PER,
    STATEMENT_SUBJECTS,
    SUCCEEDING,
    Attachment,
    Exemption,
    Norm,
    OrganisationChange,
    Statement,
)
from inventory.kinds.protection import (
    CONTACT_SENSORS,
    EARTH_METHODS,
    INDICATORS,
    LIGHTNING_LEVELS,
    POSITIONS,
    PROTECTION_GROUPS,
    PROTECTION_KINDS,
    RECORD_ITEMS,
    RECORD_KINDS,
    RECORD_RESULTS,
    SENSOR_KINDS,
    SPD_TYPES,
    FieldRecord,
    Sensor,
    SurgeProtector,
)

__all__ = [
    "ADMINISTRATIVE_KINDS",
    "ATTACHMENT_ITEMS",
    "CHANGE_KINDS_OF_ORGANISATION",
    "CONTACT_ROLES",
    "CONTACT_SENSORS",
    "CREDIT_UNITS",
    "DEGRADED_AS",
    "DEVICE_KINDS",
    "EARTH_METHODS",
    "EXCLUDABLE",
    "EXCLUSIONS",
    "INDICATORS",
    "KINDS",
    "LIGHTNING_LEVELS",
    "LINE_CLASSES",
    "LINE_ROLES",
    "MEASURING_PERIODS",
    "NORM_ITEMS",
    "NORM_PER",
    "NO_EXCLUSION",
    "ORGANISATION_KINDS",
    "ORGANISATION_LEVELS",
    "POSITIONS",
    "PROTECTION_GROUPS",
    "PROTECTION_KINDS",
    "RECORD_ITEMS",
    "RECORD_KINDS",
    "RECORD_RESULTS",
    "SENSOR_KINDS",
    "SERVICE_KINDS",
    "SPD_TYPES",
    "STATEMENT_SUBJECTS",
    "SUCCEEDING",
    "UNITS",
    "VERSIONED",
    "WITNESS_KINDS",
    "AdministrativeUnit",
    "Asset",
    "Attachment",
    "Cell",
    "CellType",
    "ConferencingEndpoint",
    "Contact",
    "Device",
    "Exemption",
    "FieldRecord",
    "Interface",
    "Inventory",
    "Line",
    "LineContract",
    "Norm",
    "OrganisationChange",
    "OrganisationUnit",
    "Record",
    "Sensor",
    "Service",
    "Site",
    "Statement",
    "SurgeProtector",
    "cells",
    "gather",
    "in_force",
    "kind_of",
]

Record: TypeAlias = (
    AdministrativeUnit
    | OrganisationUnit
    | Contact
    | Site
    | Device
    | Interface
    | Line
    | LineContract
    | ConferencingEndpoint
    | SurgeProtector
    | Sensor
    | Service
    | Asset
    | FieldRecord
    | OrganisationChange
    | Norm
    | Statement
    | Exemption
    | Attachment
)

# Order matters: a kind refers only to kinds that other rows of the same file may define, parents first.
KINDS: Mapping[str, type[Record]] = MappingProxyType(
    {
        "administrative_unit": AdministrativeUnit,
        "organisation_unit": OrganisationUnit,
        "contact": Contact,
        "site": Site,
        "device": Device,
        "interface": Interface,
        "line": Line,
        "line_contract": LineContract,
        "conferencing_endpoint": ConferencingEndpoint,
        "surge_protector": SurgeProtector,
        "sensor": Sensor,
        "service": Service,
        "asset": Asset,
        "field_record": FieldRecord,
        "organisation_change": OrganisationChange,
        "norm": Norm,
        "statement": Statement,
        "exemption": Exemption,
        "attachment": Attachment,
    }
)


Version = TypeVar("Version", AdministrativeUnit, OrganisationUnit, Norm, LineContract)

# Kinds that stand in a tree, and those whose records are versions with dates.
UNITS = ("administrative_unit", "organisation_unit")
VERSIONED = (*UNITS, "norm", "line_contract")

_KIND_OF: Mapping[type[Any], str] = MappingProxyType({record: kind for kind, record in KINDS.items()})


def kind_of(record: Record) -> str:
    """The kind a record is of."""
    return _KIND_OF[type(record)]


def cells(kind: str) -> Mapping[str, Cell]:
    """How each field of a kind is written, in the order of the record; raises KeyError for an unknown kind."""
    return _CELLS[kind]


_CELLS: Mapping[str, Mapping[str, Cell]] = MappingProxyType(
    {
        kind: MappingProxyType({field.name: field.metadata["cell"] for field in fields(record)})
        for kind, record in KINDS.items()
    }
)


@dataclass(frozen=True)
class Inventory:
    """All records in force at one moment, by kind and id; `revision` counts the applied change sets.

    `versions` holds every version of the units, norms and contracts, past and future ones too, by kind and id, oldest
    first; `on` is the local date for which `records` was chosen from them (None: the last version of each).
    """

    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    revision: int = 0
    versions: Mapping[str, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    on: date | None = None

    def of(self, kind: str) -> Mapping[str, Any]:
        """The records of one kind by id; empty when there are none."""
        return self.records.get(kind, {})

    def every(self, kind: str) -> tuple[Any, ...]:
        """All records of one kind, of versioned kinds all versions: what an export must hold."""
        if kind in self.versions:
            return tuple(version for versions in self.versions[kind].values() for version in versions)
        return tuple(self.of(kind).values())

    @cached_property
    def succeeded(self) -> Mapping[str, OrganisationChange]:
        """By the id of each agency whose place others took up to `on`, the last event that says who."""
        found: dict[str, OrganisationChange] = {}
        changes = self.of("organisation_change").values()
        for change in sorted(changes, key=lambda each: (each.on, each.id)):
            if change.kind in SUCCEEDING and (self.on is None or change.on <= self.on):
                found.update(dict.fromkeys(change.predecessors, change))
        return MappingProxyType(found)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        for kind, records in self.records.items():
            for record in records.values():
                yield kind, record


def gather(records: Iterable[tuple[str, Any]], on: date | None, revision: int = 0) -> Inventory:
    """Put records together, of versioned kinds all versions; of those, the ones in force on `on` become `records`."""
    plain: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    versions: dict[str, dict[str, list[Any]]] = {kind: {} for kind in VERSIONED}
    for kind, record in records:
        if kind in versions:
            versions[kind].setdefault(record.id, []).append(record)
        else:
            plain[kind][record.id] = record
    ordered = {kind: _by_date(units) for kind, units in versions.items()}
    for kind, units in ordered.items():
        plain[kind] = {id_: unit for id_, each in units.items() if (unit := in_force(each, on)) is not None}
    return Inventory(plain, revision, ordered, on)


def _by_date(units: Mapping[str, list[Any]]) -> dict[str, tuple[Any, ...]]:
    return {id_: tuple(sorted(each, key=lambda unit: unit.valid_from)) for id_, each in sorted(units.items())}


def in_force(versions: Iterable[Version], on: date | None) -> Version | None:
    """The last of these versions, oldest first, that holds on a date (None: the last of all); None if none does."""
    found: Version | None = None
    for version in versions:
        if on is None or (version.valid_from <= on and (version.valid_to is None or on < version.valid_to)):
            found = version
    return found
