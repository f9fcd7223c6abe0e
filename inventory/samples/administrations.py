"""The five synthetic administrations: DỮ LIỆU MẪU / SAMPLE DATA, shaped on totals that real ones published.

Only the name of each top unit is real; every agency, place, device and person below it is invented, and no device has
an address, so that nothing of a sample is ever looked at.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from inventory.changes import difference
from inventory.samples.generate import Description, Stage, described, stages
from inventory.snapshot import Inventory

# Name, and when and what its figures are of; the order in which they are listed.
ADMINISTRATIONS = ("lac_duong", "kon_tum", "giao_thuy", "tan_uyen", "lam_dong")


def administration(name: str) -> Description:
    """The description of a sample; raises KeyError for a name that none has."""
    if name not in ADMINISTRATIONS:
        raise KeyError(name)
    text = files("inventory.samples").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return described(name, tomllib.loads(text))


def stages_of(name: str) -> tuple[Stage, ...]:
    """Its rows by the day from which they hold; raises KeyError for a name that none has."""
    return stages(administration(name))


def inventory_at(stage: Stage) -> Inventory:
    """The inventory that a stage's rows make by themselves, ready to be written as sheets."""
    return difference(Inventory(), stage.rows).result


def summary(stage: Stage) -> Mapping[str, int]:
    """How many records of each kind a stage holds, kinds in the order of the sheets."""
    counts: dict[str, int] = {}
    for row in stage.rows:
        counts[row.kind] = counts.get(row.kind, 0) + 1
    return MappingProxyType(counts)
