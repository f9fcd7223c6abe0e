"""What the status page shows of a tree: what is wrong and what suffers from it, what is not known, units. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from netwatch.queries.models import SiteStanding, Standing, StatusTree, UnitStanding
from netwatch.queries.status import Filter, find_unit, standings
from netwatch.queries.words import SEVERITY

WRONG = ("down", "unreachable", "degraded")
MOST_CARDS = 60
MOST_DRAGGED = 10
MOST_NAMES = 30
# Asked for everything, a page still ends somewhere.
MOST_OF_ALL = 5000


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong and what suffers from it; `more` counts those not shown."""

    standing: Standing
    dragged: tuple[Standing, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Unsure:
    """What is not known for one reason, or cannot be managed for it; `more` counts those not shown."""

    reason: str
    count: int
    standings: tuple[Standing, ...]
    more: int
    unmanaged: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one unit, or of the whole when `unit` is None.

    `above` are (id, name) of the units above it; `counts` are verdicts of the subtree, worst first; `found` is what a
    search found, None when nothing was searched for; `more` counts the troubles not shown; `item` is the one
    thing that a page is about, if it is.
    """

    tree: StatusTree
    unit: UnitStanding | None
    above: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, int], ...]
    troubles: tuple[Trouble, ...]
    more: int
    unsure: tuple[Unsure, ...]
    sites: tuple[SiteStanding, ...]
    shares: tuple[Standing, ...]
    units: tuple[UnitStanding, ...]
    found: tuple[Standing, ...] | None = None
    item: Standing | None = None


def item_page(tree: StatusTree, id_: str) -> Page | None:
    """The page of one thing, a site too; None when there is no such thing."""
    item = next(iter(standings(tree, Filter(item=id_))), None)
    unit = find_unit(tree, item.unit) if item is not None else None
    if item is None:
        return None
    above = (*_above(tree, unit.id), (unit.id, unit.name)) if unit else ()
    counts = ((item.verdict, 1),)
    return Page(tree, None, above, counts, (), 0, (), (), (), (), item=item)


def page(tree: StatusTree, unit: str = "", text: str = "", everything: bool = False) -> Page | None:
    """The page of a unit's subtree ('' the whole); None when there is no such unit."""
    top = find_unit(tree, unit) if unit else None
    if unit and top is None:
        return None
    scope = Filter(unit=unit)
    wrong = standings(tree, Filter(unit=unit, verdicts=frozenset(WRONG)))
    troubles = _troubles(wrong, MOST_OF_ALL if everything else MOST_DRAGGED)
    most = MOST_OF_ALL if everything else MOST_CARDS
    units = (top,) if top else tree.units
    found = standings(tree, Filter(unit=unit, text=text))[:most] if text else None
    return Page(
        tree=tree,
        unit=top,
        above=_above(tree, unit),
        counts=_counts(units),
        troubles=troubles[:most],
        more=max(0, len(troubles) - most),
        unsure=_unsure(standings(tree, scope), MOST_OF_ALL if everything else MOST_NAMES),
        sites=tuple(site for shown in units for site in shown.sites),
        shares=top.shares if top else (),
        units=top.units if top else units,
        found=found,
    )


def _troubles(wrong: tuple[Standing, ...], most: int) -> tuple[Trouble, ...]:
    """What is blamed on something else that is wrong is shown with it, everything else by itself."""
    by_id = {standing.id: standing for standing in wrong}
    dragged: dict[str, list[Standing]] = {}
    for standing in wrong:
        root = _root(standing, by_id)
        if root != standing.id:
            dragged.setdefault(root, []).append(standing)
    heads = (standing for standing in wrong if _root(standing, by_id) == standing.id)
    return tuple(_trouble(head, dragged.get(head.id, []), most) for head in heads)


def _root(standing: Standing, by_id: dict[str, Standing]) -> str:
    """The last of the chain of causes that is itself wrong; a chain that closes on itself ends where it began."""
    passed: list[str] = []
    while standing.cause in by_id and standing.id not in passed:
        passed.append(standing.id)
        standing = by_id[standing.cause]
    return passed[0] if standing.id in passed else standing.id


def _trouble(head: Standing, dragged: list[Standing], most: int) -> Trouble:
    return Trouble(head, tuple(dragged[:most]), max(0, len(dragged) - most))


def _unsure(every: Iterable[Standing], most: int) -> tuple[Unsure, ...]:
    """What is unknown or cannot be managed, by reason, the most frequent first."""
    by_reason: dict[tuple[bool, str], list[Standing]] = {}
    for standing in every:
        if standing.verdict == "unknown":
            by_reason.setdefault((False, standing.reason), []).append(standing)
        elif standing.unmanaged:
            by_reason.setdefault((True, standing.unmanaged), []).append(standing)
    groups = (
        Unsure(reason, len(group), tuple(group[:most]), max(0, len(group) - most), unmanaged)
        for (unmanaged, reason), group in by_reason.items()
    )
    return tuple(sorted(groups, key=lambda unsure: (unsure.unmanaged, -unsure.count, unsure.reason)))


def _counts(units: Iterable[UnitStanding]) -> tuple[tuple[str, int], ...]:
    totals = dict.fromkeys(SEVERITY, 0)
    for unit in units:
        for verdict, number in unit.counts:
            totals[verdict] += number
    return tuple(totals.items())


def _above(tree: StatusTree, id_: str) -> tuple[tuple[str, str], ...]:
    """(id, name) of the units from the top down to the one above `id_`."""
    queue: list[tuple[UnitStanding, tuple[tuple[str, str], ...]]] = [(unit, ()) for unit in tree.units]
    while queue:
        unit, path = queue.pop()
        if unit.id == id_:
            return path
        queue.extend((below, (*path, (unit.id, unit.name))) for below in unit.units)
    return ()
