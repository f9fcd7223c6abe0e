"""The audit: what the norms in force ask of the agencies of a scope, and how far it is there, and shown to be. Pure."""

from inventory.coverage.cells import cells_of
from inventory.coverage.contract import Audit, Evidence
from inventory.coverage.figures import figures
from inventory.coverage.items import Things
from inventory.coverage.needs import in_scope
from inventory.coverage.tallies import tallies
from inventory.coverage.weighing import Scales
from inventory.snapshot import Inventory


def audit(inventory: Inventory, evidence: Evidence, scope: str = "", later: Inventory | None = None) -> Audit:
    """Everything about a scope on the date of the evidence, which is that of the inventory.

    `scope` is a unit (it and all below), a territory (the agencies standing in it) or '' for all; of a code that
    nobody knows nothing is found. Cells come by norm and agency. With the inventory of a `later` day the scope is
    one of that day, with those that have gone into it since.
    """
    scales = Scales(Things(inventory, evidence.on, evidence.happened), evidence)
    agencies = in_scope(inventory, scope, later)
    norms = [norm for _, norm in sorted(inventory.of("norm").items())]
    cells = tuple(cell for norm in norms for cell in cells_of(norm, scales, agencies))
    return Audit(
        evidence.on,
        scope,
        cells,
        figures(cells, {norm.id: norm.target for norm in norms}),
        tallies(scales, agencies, everywhere=not scope),
    )
