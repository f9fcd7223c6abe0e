"""What the page on coverage shows of the daemon's last audit: figures, units, things behind them. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from inventory.coverage.contract import DECLARED, Audit, Cell, Evidence, State
from inventory.coverage.figures import figures
from inventory.organisation import subtree
from inventory.snapshot import Inventory
from netwatch.queries.coverage import CoverageReport, FigureLine, Taken, coverage_report, told_once
from netwatch.queries.coverage_counts import CoverageCount
from netwatch.queries.coverage_units import CellLine, ItemLine, UnitReport, unit_report

MOST_AGENCIES = 300
MOST_ITEMS = 30
# Worst first, as planners read; the exempt last.
WORST_FIRST = (*State,)
Counted = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class NormBlock:
    """A norm with its figures, of all levels first where there are several."""

    id: str
    name: str
    item: str
    target: int
    lines: tuple[FigureLine, ...]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit below the one shown: how many cells of its subtree are in which state, worst first."""

    id: str
    name: str
    counts: Counted


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """The page of a unit, or of everything ('' its id), or of one norm there.

    `cells` are the unit's own; with a norm those of every agency, worst first, of which `more` are not shown.
    """

    at: int
    on: date
    unit: str
    name: str
    above: tuple[tuple[str, str], ...]
    norm: str
    norms: tuple[NormBlock, ...]
    cells: tuple[CellLine, ...]
    units: tuple[UnitRow, ...]
    more: int = 0


def coverage_page(count: CoverageCount, unit: str = "", norm: str = "") -> CoveragePage | None:
    """The page; None for a unit or a norm that the audit does not know."""
    found = scoped(count, unit)
    if found is None or (norm and norm not in found.inventory.of("norm")):
        return None
    cells = _of_norm(found, unit, norm) if norm else _own(found, unit)
    units = found.inventory.of("organisation_unit")
    return CoveragePage(
        count.at,
        found.audit.on,
        unit,
        units[unit].name if unit else "",
        above(found.inventory, unit),
        norm,
        tuple(_blocks(coverage_report(found, frozenset({norm} if norm else ())))),
        cells[:MOST_AGENCIES],
        () if norm else rows(found, unit),
        max(0, len(cells) - MOST_AGENCIES),
    )


def scoped(count: CoverageCount, unit: str) -> Taken | None:
    """The last audit cut down to a unit and all below it; None for one that is not in force.

    What looks have shown is not kept with it, so nothing in it says by what a thing was proved.
    """
    whole, inventory = count.audit, count.inventory
    if unit and unit not in inventory.of("organisation_unit"):
        return None
    evidence = Evidence(count.at, whole.on)
    if not unit:
        return Taken(inventory, evidence, whole)
    below = frozenset(subtree(inventory, unit))
    cells = tuple([cell for cell in whole.cells if cell.unit in below])
    targets = {id_: each.target for id_, each in inventory.of("norm").items()}
    return Taken(inventory, evidence, Audit(whole.on, unit, cells, figures(cells, targets), ()))


def figures_and_cells(count: CoverageCount, unit: str) -> tuple[CoverageReport, UnitReport | None] | None:
    """The figures of a unit ('' of all), and of a unit all cells with their things; None for an unknown one."""
    found = scoped(count, unit)
    if found is None:
        return None
    report = unit_report(found, unit) if unit else None
    return coverage_report(found), report and replace(report, cells=tuple(map(_plain, report.cells)))


def _blocks(report: CoverageReport) -> Iterator[NormBlock]:
    lines: dict[str, list[FigureLine]] = {}
    for line in told_once(report.figures):
        lines.setdefault(line.norm, []).append(line)
    for norm, several in lines.items():
        first = several[0]
        yield NormBlock(norm, first.name, first.item, first.target, tuple(several))


def _own(found: Taken, unit: str) -> tuple[CellLine, ...]:
    if not unit:
        return ()
    own = replace(found.audit, cells=tuple([cell for cell in found.audit.cells if cell.unit == unit]))
    return _by_state(unit_report(replace(found, audit=own), unit).cells)


def _of_norm(found: Taken, unit: str, norm: str) -> tuple[CellLine, ...]:
    every = [unit] if unit else roots(found.inventory)
    return _by_state(cell for top in every for cell in unit_report(found, top, frozenset({norm})).cells)


def _by_state(cells: Iterable[CellLine]) -> tuple[CellLine, ...]:
    return tuple(map(_plain, sorted(cells, key=lambda cell: WORST_FIRST.index(State(cell.state)))))


def _plain(cell: CellLine) -> CellLine:
    """Without what proved its things, which the audit in memory does not know."""
    return replace(cell, items=tuple(replace(item, shown="", value="") for item in cell.items))


def things(cell: CellLine) -> Sequence[ItemLine]:
    """The first things of a cell, those first that are not proved."""
    return sorted(cell.items, key=lambda item: WORST_FIRST.index(State(item.state)))[:MOST_ITEMS]


def roots(inventory: Inventory) -> tuple[str, ...]:
    """The units in force that stand below none."""
    units = inventory.of("organisation_unit")
    return tuple(id_ for id_, unit in units.items() if unit.parent not in units)


def above(inventory: Inventory, unit: str) -> tuple[tuple[str, str], ...]:
    """Ids and names of the units above one, the highest first."""
    units, found = inventory.of("organisation_unit"), dict[str, str]()
    parent = units[unit].parent if unit else None
    while parent is not None and parent in units and parent not in found:
        found[parent] = units[parent].name
        parent = units[parent].parent
    return tuple(reversed(found.items()))


def rows(found: Taken, unit: str) -> tuple[UnitRow, ...]:
    """The units just below one; where all stand below a single one, that one and those below it."""
    units, counts = found.inventory.of("organisation_unit"), _rolled_up(found)
    tops = (unit,) if unit else roots(found.inventory)
    shown = () if unit else tops
    if unit or len(tops) == 1:
        shown = (*shown, *(id_ for id_, each in units.items() if each.parent in tops))
    return tuple(UnitRow(id_, units[id_].name, counted(counts[id_])) for id_ in shown if id_ in counts)


def _rolled_up(found: Taken) -> Mapping[str, Counter[State]]:
    """Cells by state of each unit and all below it."""
    units, sums = found.inventory.of("organisation_unit"), dict[str, Counter[State]]()
    own = dict[str, list[Cell]]()
    for cell in found.audit.cells:
        own.setdefault(cell.unit, []).append(cell)
    for id_, cells in own.items():
        told = Counter(cell.state for cell in cells)
        for each in (id_, *(parent for parent, _ in above(found.inventory, id_))):
            if each in units:
                sums.setdefault(each, Counter()).update(told)
    return sums


def counted(counts: Mapping[State, int]) -> Counted:
    """Numbers by state, worst first, without those of which there is none."""
    return tuple((state.value, counts[state]) for state in WORST_FIRST if counts.get(state))


def bar(line: FigureLine) -> tuple[tuple[str, float, float], ...]:
    """(state, where it begins, how long it is) of a bar 100 wide: the best first, the exempt left out."""
    told, at = dict(line.counts), 0.0
    parts = []
    for state in (State.PROVED, *_BETWEEN, State.CONTRADICTED, State.MISSING):
        share = 100 * told.get(state.value, 0) / line.denominator if line.denominator else 0.0
        if share:
            parts.append((state.value, round(at, 3), round(share, 3)))
        at += share
    return tuple(parts)


_BETWEEN = tuple(state for state in (State.SEEN, State.DECLARED, State.NOT_MEASURED) if state in DECLARED)
