"""Units of the data set as rows of the inventory, and proposals for sites that name no territory. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from inventory.incoming import IncomingRow
from inventory.snapshot import Inventory, Site
from netwatch.territory.gazetteer import Gazetteer, Near, Unit, nearest, versions

KIND = "administrative_unit"


def rows_of(gazetteer: Gazetteer, provinces: Iterable[Unit], sheet: str) -> tuple[IncomingRow, ...]:
    """A row for each version of these provinces and of their communes, provinces first."""
    chosen = [unit for province in provinces for unit in (province, *gazetteer.communes_of(province.code))]
    made = (version for unit in chosen for version in versions(unit))
    return tuple(IncomingRow(KIND, sheet, number, _cells(unit)) for number, unit in enumerate(made, start=1))


def _cells(unit: Unit) -> dict[str, str]:
    cells = {"id": unit.code, "name": unit.name, "kind": unit.kind, "valid_from": unit.valid_from.isoformat()}
    return cells | ({"parent": unit.province} if unit.province else {})


@dataclass(frozen=True, slots=True)
class Located:
    """A site with coordinates and without a territory, and the communes whose points are nearest."""

    site: Site
    near: tuple[Near, ...]
    loaded: bool

    @property
    def doubtful(self) -> bool:
        """Whether another commune may well be the right one."""
        first, *others = self.near
        return first.doubtful or any(other.distance < 1.5 * first.distance for other in others)


def located(gazetteer: Gazetteer, inventory: Inventory) -> Iterator[Located]:
    """Every such site, by id; `loaded` is whether the inventory knows the nearest commune already."""
    known = inventory.versions.get(KIND, {})
    for _, site in sorted(inventory.of("site").items()):
        if site.administrative_unit is None and site.latitude is not None and site.longitude is not None:
            near = nearest(gazetteer, site.latitude, site.longitude)
            yield Located(site, near, near[0].unit.code in known)


def codes_to_load(found: Sequence[Located]) -> tuple[str, ...]:
    """The provinces whose communes the inventory lacks."""
    return tuple(sorted({each.near[0].unit.province for each in found if not each.loaded}))
