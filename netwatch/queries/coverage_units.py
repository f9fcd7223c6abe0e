"""Agencies with their norms, and every item with the evidence behind its state. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from inventory.coverage.contract import Aspect, Covering, Sighting, State
from inventory.coverage.contract import Cell as CoverageCell
from inventory.coverage.needs import in_scope
from inventory.organisation import subtree
from netwatch.queries.coverage import SCHEMA, Taken, declared_of

# Of what was seen at the same moment, what says most comes first.
TELLING = (
    *(Aspect.CONTACT, Aspect.CARRIED, Aspect.REGISTERED, Aspect.SERVING, Aspect.SPEAKING, Aspect.KIND),
    *(Aspect.SPEED, Aspect.PROFILE, Aspect.ANSWERED),
)
INSPECTION = "inspection"


@dataclass(frozen=True, slots=True)
class ContradictionLine:
    """What was declared and what was found instead."""

    what: str
    declared: str
    found: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item as it was weighed; `shown` and `value` are what proved it last, '' where nothing did."""

    item: str
    kind: str
    name: str
    units: int
    state: str
    reason: str
    seen_at: int
    proved_at: int
    shown: str = ""
    value: str = ""
    contradictions: tuple[ContradictionLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CellLine:
    """A norm at an agency; `until` ends an exemption, whose reason is in somebody's words."""

    norm: str
    name: str
    item: str
    unit: str
    unit_name: str
    level: str
    state: str
    need: int
    declared: int
    proved: int
    counts: tuple[tuple[str, int], ...]
    reason: str
    until: date | None
    items: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True)
class UnitReport:
    """The cells of a unit and of those below it."""

    schema: int
    on: date
    at: int
    known_at: int
    unit: str
    name: str
    cells: tuple[CellLine, ...]


def unit_report(
    found: Taken, unit: str, norms: frozenset[str] = frozenset(), states: frozenset[str] = frozenset()
) -> UnitReport:
    """A unit in force and all below it, parents first, or the agencies of a territory by id.

    Of some norms and states alone where any are named.
    """
    units = found.inventory.of("organisation_unit")
    agencies = subtree(found.inventory, unit) if unit in units else sorted(in_scope(found.inventory, unit))
    order = {id_: place for place, id_ in enumerate(agencies)}
    cells = sorted(
        (
            cell
            for cell in found.audit.cells
            if cell.unit in order
            and (not norms or cell.norm in norms)
            and (not states or not states.isdisjoint(_states(cell)))
        ),
        key=lambda cell: (order[cell.unit], cell.norm),
    )
    return UnitReport(
        SCHEMA,
        found.audit.on,
        found.evidence.at,
        found.known_at or 0,
        unit,
        units[unit].name if unit in units else "",
        tuple(_cell(cell, found) for cell in cells),
    )


def _states(cell: CoverageCell) -> Iterator[str]:
    yield cell.state.value
    yield from (state.value for state in cell.counts)


def _cell(cell: CoverageCell, found: Taken) -> CellLine:
    norm = found.inventory.of("norm")[cell.norm]
    return CellLine(
        cell.norm,
        norm.name,
        norm.item,
        cell.unit,
        found.inventory.of("organisation_unit")[cell.unit].name,
        cell.level,
        cell.state.value,
        cell.need,
        declared_of(cell),
        cell.count(State.PROVED),
        tuple((state.value, number) for state, number in cell.counts.items()),
        cell.reason,
        cell.until,
        tuple(_item(covering, found) for covering in cell.coverings),
    )


def _item(covering: Covering, found: Taken) -> ItemLine:
    record = found.inventory.of(covering.kind).get(covering.item)
    shown, value = _shown(covering, found) if covering.state is State.PROVED else ("", "")
    return ItemLine(
        covering.item,
        covering.kind,
        str(getattr(record, "name", None) or getattr(record, "source", "")),
        covering.units,
        covering.state.value,
        covering.reason,
        covering.seen_at,
        covering.proved_at,
        shown,
        value,
        tuple(ContradictionLine(one.what, one.declared, one.found) for one in covering.contradictions),
    )


def _shown(covering: Covering, found: Taken) -> tuple[str, str]:
    """What was seen when the item was proved last; without such a sighting it was an inspection."""
    told = [
        one for one in _sightings(covering, found) if min(one.last, found.evidence.at) == covering.proved_at
    ]
    told = [one for one in told if one.aspect in TELLING]
    if not told:
        return (INSPECTION, "") if covering.kind == "surge_protector" else ("", "")
    best = min(told, key=lambda one: TELLING.index(one.aspect))
    return best.aspect.value, best.value


def _sightings(covering: Covering, found: Taken) -> Iterator[Sighting]:
    record = found.inventory.of(covering.kind).get(covering.item)
    for id_ in (covering.item, getattr(record, "device", None)):
        if id_:
            yield from found.evidence.sightings.get(id_, ())
