"""Coverage for people: figures of norms, and agencies with every item that was weighed. Frozen read models.

`taken` is the one way from the database to an audit; everything else is made of what it gives. Dates are local,
moments microseconds UTC; texts are codes, which `coverage_words` has words for.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, tzinfo
from fractions import Fraction
from typing import Protocol, TypeVar

from inventory.coverage.audit import audit
from inventory.coverage.contract import DECLARED, Audit, Cell, Evidence, Figure, State
from inventory.snapshot import Inventory
from netwatch.commands import inventory_at
from netwatch.memory import building
from netwatch.queries.evidence import evidence_at, moment_of
from netwatch.store.sql import SqlStore

SCHEMA = 1
# Whatever agencies may have, beside what they state.
_THINGS = ("site", "device", "line", "surge_protector", "service", "asset")


@dataclass(frozen=True, slots=True)
class Taken:
    """An audit with what it was made of; `known_at` is the moment whose knowledge counts, None for now."""

    inventory: Inventory
    evidence: Evidence
    audit: Audit
    known_at: int | None = None


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A norm at a level ('' all): every ratio as numerator and denominator, percentages to a tenth, never rounded up.

    Percentages are None where nothing is counted. `unknown` are agencies whose need nobody knows.
    """

    norm: str
    name: str
    item: str
    level: str
    target: int
    need: int
    denominator: int
    declared: int
    declared_percent: float | None
    proved: int
    proved_percent: float | None
    counts: tuple[tuple[str, int], ...]
    agencies: int
    agencies_declared: int
    agencies_proved: int
    items: int
    items_proved: int
    unknown: int


@dataclass(frozen=True, slots=True)
class TallyLine:
    """How many there are of a kind of thing."""

    kind: str
    detail: str
    items: int
    proved: int
    places: int
    agencies: int


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """All figures of a scope on a date, by what was known at `at`; `norms` is how many are in force that day."""

    schema: int
    on: date
    at: int
    known_at: int
    scope: str
    scope_name: str
    norms: int
    figures: tuple[FigureLine, ...]
    tallies: tuple[TallyLine, ...]


def taken(
    store: SqlStore,
    on: date,
    zone: tzinfo,
    known_at: int | None,
    scope: str,
    now: int,
    later: Inventory | None = None,
) -> Taken:
    """An audit of a local date, by what was known at a moment (µs UTC; None: now); raises StoreFault.

    With the inventory of a `later` day the scope is one of that day, with those that have gone into it since.
    """
    # While the database sorts through the evidence of years the inventory is read.
    with building(), ThreadPoolExecutor(max_workers=1) as beside:
        sightings = beside.submit(store.sightings, moment_of(on, zone, now, known_at))
        inventory = inventory_at(store.engine, on, known_at, zone, superseded=False)
        evidence = evidence_at(store, inventory, on, zone, now, known_at, sightings=sightings.result())
        return Taken(inventory, evidence, audit(inventory, evidence, scope, later), known_at)


def begun(found: Taken) -> bool:
    """Whether any thing was on record that day: of days before, agencies do not lack everything, nobody knows."""
    return any(found.inventory.of(kind) for kind in _THINGS)


def coverage_report(found: Taken, norms: frozenset[str] = frozenset()) -> CoverageReport:
    """The figures, of some norms alone where any are named."""
    units = found.inventory.of("organisation_unit")
    unit = units.get(found.audit.scope) or found.inventory.of("administrative_unit").get(found.audit.scope)
    unknown = _unknown(found.audit.cells)
    return CoverageReport(
        SCHEMA,
        found.audit.on,
        found.evidence.at,
        found.known_at or 0,
        found.audit.scope,
        unit.name if unit else "",
        len(found.inventory.of("norm")),
        tuple(
            _figure(figure, found, unknown)
            for figure in found.audit.figures
            if not norms or figure.norm in norms
        ),
        tuple(
            TallyLine(one.kind, one.detail, one.items, one.proved, one.places, one.agencies)
            for one in found.audit.tallies
        ),
    )


class Levelled(Protocol):
    """A line of a norm at a level; '' is all of them."""

    @property
    def norm(self) -> str:
        """The norm."""

    @property
    def level(self) -> str:
        """The level."""


Line = TypeVar("Line", bound=Levelled)


def told_once(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Lines without those of all levels that only repeat the one level there is."""
    every = tuple(lines)
    levels: dict[str, int] = {}
    for line in every:
        levels[line.norm] = levels.get(line.norm, 0) + bool(line.level)
    return tuple(line for line in every if levels[line.norm] > 1 or line.level)


def _unknown(cells: Iterable[Cell]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for cell in cells:
        if cell.reason and not cell.need and cell.state is State.NOT_MEASURED:
            for level in ("", cell.level):
                found[cell.norm, level] = found.get((cell.norm, level), 0) + 1
    return found


def percent(part: int, whole: int) -> float | None:
    """A share in percent to a tenth, cut off rather than rounded: 100 is said of all, never of nearly all."""
    return part * 1000 // whole / 10 if whole else None


def _figure(figure: Figure, found: Taken, unknown: dict[tuple[str, str], int]) -> FigureLine:
    norm = found.inventory.of("norm")[figure.norm]
    return FigureLine(
        figure.norm,
        norm.name,
        norm.item,
        figure.level,
        figure.target,
        figure.need,
        figure.denominator,
        figure.declared,
        percent(figure.declared, figure.denominator),
        figure.proved,
        percent(figure.proved, figure.denominator),
        tuple((state.value, number) for state, number in figure.counts.items()),
        figure.agencies,
        figure.agencies_declared,
        figure.agencies_proved,
        figure.items,
        figure.items_proved,
        unknown.get((figure.norm, figure.level), 0),
    )


def failing(report: CoverageReport, least: float, proved: bool) -> tuple[FigureLine, ...]:
    """The norms whose declared or proved share of all levels lies under so many percent; none that count nothing."""
    # As it was written: 16.1 in binary is a little more.
    wanted = Fraction(str(least))
    return tuple(
        line
        for line in report.figures
        if not line.level
        and line.denominator
        and (line.proved if proved else line.declared) * 100 < wanted * line.denominator
    )


def declared_of(cell: Cell) -> int:
    """How many units of a cell are declared, proved or not."""
    return cell.count(*DECLARED)
