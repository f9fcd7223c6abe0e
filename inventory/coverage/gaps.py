"""What is lacking, and what it would cost to have it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from inventory.coverage.contract import Audit, Cell, Figure, State
from inventory.snapshot import Inventory, Norm


@dataclass(frozen=True, slots=True)
class Gap:
    """`lacking` units of what a norm asks are not declared at an agency; costs in VND, None where nobody said."""

    norm: str
    unit: str
    level: str
    item: str
    need: int
    lacking: int
    unit_cost: int | None
    cost: int | None


@dataclass(frozen=True, slots=True)
class GapTotal:
    """What a norm lacks over a whole scope, and how many units would reach its target (`target` percent)."""

    norm: str
    lacking: int
    cost: int | None
    target: int
    to_target: int
    cost_to_target: int | None


def gaps(audit: Audit, inventory: Inventory) -> tuple[Gap, ...]:
    """One for every cell that lacks something, by norm and agency."""
    return tuple(_gaps(audit, inventory))


def _gaps(audit: Audit, inventory: Inventory) -> Iterator[Gap]:
    norms = inventory.of("norm")
    for cell in audit.cells:
        lacking = cell.count(State.MISSING)
        if lacking and cell.norm in norms:
            yield _gap(cell, norms[cell.norm], lacking)


def _gap(cell: Cell, norm: Norm, lacking: int) -> Gap:
    cost = _cost(norm, lacking)
    return Gap(cell.norm, cell.unit, cell.level, norm.item, cell.need, lacking, norm.unit_cost, cost)


def _cost(norm: Norm, units: int) -> int | None:
    return None if norm.unit_cost is None else units * norm.unit_cost


def gap_totals(audit: Audit, inventory: Inventory) -> tuple[GapTotal, ...]:
    """One for every norm with a figure, also where nothing is lacking."""
    norms = inventory.of("norm")
    return tuple(
        _total(figure, norms[figure.norm])
        for figure in audit.figures
        if not figure.level and figure.norm in norms
    )


def _total(figure: Figure, norm: Norm) -> GapTotal:
    lacking = figure.counts.get(State.MISSING, 0)
    wanted = -(-figure.denominator * figure.target // 100)
    to_target = max(0, wanted - figure.declared)
    return GapTotal(norm.id, lacking, _cost(norm, lacking), figure.target, to_target, _cost(norm, to_target))
