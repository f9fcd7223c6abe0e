"""Where the synthetic province has agencies and buildings, before anything stands in them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from netwatch.demo import names
from netwatch.demo.catalogue import AREA, BRANCH, CENTRE, Fitting, aggregator, commune_fittings, hosted
from netwatch.demo.dice import Dice

TOP = "LD"
FEWEST_AGENCIES = 12
MOST_AGENCIES = 5000
# On an aggregator.s first two ports the providers hand over many lines each; the others lead to one area each.
AGGREGATOR_FIRST_PORT = 2
AREAS_PER_AGGREGATOR = 6


@dataclass(frozen=True, slots=True)
class Place:
    """An agency and its building: `sort` is centre, hosted, branch, area or commune.

    `number` counts the places of one sort, `site` all buildings (a hosted department has the centre's). `area` is
    the area a commune or the area itself belongs to, `parent` the unit above.
    """

    unit: str
    name: str
    sort: str
    number: int
    site: int
    parent: str | None
    area: int
    fittings: tuple[Fitting, ...]

    @property
    def site_id(self) -> str:
        """The id of the building."""
        return f"{TOP if self.sort == 'hosted' else self.unit}-TS"

    @property
    def proper(self) -> str:
        """The name without what kind of unit it is."""
        return self.name.partition("Mẫu")[1] + self.name.partition("Mẫu")[2]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many agencies of each sort there are."""

    hosted: int
    branches: int
    areas: int
    communes: int

    @property
    def aggregators(self) -> int:
        """Routers of the centre that are needed for the areas."""
        return -(-self.areas // AREAS_PER_AGGREGATOR)


def counts(agencies: int) -> Counts:
    """Share out the agencies: the top unit, departments (half of them in the centre), areas, and communes."""
    areas, departments = max(2, agencies // 10), max(3, agencies // 6)
    inside = departments // 2
    return Counts(inside, departments - inside, areas, agencies - 1 - areas - departments)


def places(agencies: int, dice: Dice) -> tuple[Place, ...]:
    """All agencies with their buildings, the centre first."""
    many = counts(agencies)
    return (_centre(many), *_departments(many), *_areas(many), *_communes(many, dice))


def _centre(many: Counts) -> Place:
    aggregators = tuple(aggregator(n + 1) for n in range(many.aggregators))
    name = f"UBND tỉnh {names.PROVINCE}"
    return Place(TOP, name, "centre", 0, 0, None, 0, (*CENTRE, *aggregators))


def _departments(many: Counts) -> Iterator[Place]:
    for n in range(many.hosted + many.branches):
        unit, name = f"{TOP}-S{n + 1:02d}", names.department(n)
        if n < many.hosted:
            yield Place(unit, name, "hosted", n, 0, TOP, 0, hosted(n + 1))
        else:
            place = n - many.hosted
            yield Place(unit, name, "branch", place, place + 1, TOP, place % many.areas, BRANCH)


def _areas(many: Counts) -> Iterator[Place]:
    for n in range(many.areas):
        yield Place(_area_unit(n), names.area(n), "area", n, many.branches + n + 1, TOP, n, AREA)


def _area_unit(number: int) -> str:
    return f"{TOP}-K{number + 1:02d}"


def _communes(many: Counts, dice: Dice) -> Iterator[Place]:
    for n in range(many.communes):
        kind = dice.pick(f"commune {n}", ("xã", "xã", "xã", "xã", "phường"))
        name, area = f"UBND {kind} {names.commune(n, dice)}", n % many.areas
        site = many.branches + many.areas + n + 1
        unit, fittings = f"{TOP}-X{n + 1:03d}", commune_fittings(n)
        yield Place(unit, name, "commune", n, site, _area_unit(area), area, fittings)
