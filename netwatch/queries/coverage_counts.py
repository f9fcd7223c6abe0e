"""An audit of everything as the daemon keeps it, counted: cells by norm, level and state, and the figures. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from inventory.coverage.contract import Audit, Figure, State
from inventory.snapshot import Inventory


@dataclass(frozen=True, slots=True)
class CoverageCount:
    """An audit of everything as of `at` (microseconds UTC).

    `cells` are how many agencies stand in which state towards which norm, by (norm, level, state); `names` are the
    norms' names with the items they ask for. `inventory` is what `audit` was made of.
    """

    at: int
    cells: Mapping[tuple[str, str, State], int]
    figures: tuple[Figure, ...]
    names: Mapping[str, tuple[str, str]]
    inventory: Inventory
    audit: Audit


def counted(found: Audit, at: int, inventory: Inventory) -> CoverageCount:
    """An audit as numbers."""
    cells = Counter((cell.norm, cell.level, cell.state) for cell in found.cells)
    names = {id_: (norm.name, norm.item) for id_, norm in inventory.of("norm").items()}
    return CoverageCount(at, dict(cells), found.figures, names, inventory, found)
