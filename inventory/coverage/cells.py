"""One norm at one agency: how far what is there covers the need, unit by unit. Pure.

Items are laid on the need from the best to the worst, so that spare ones count for nothing. Where a norm asks for
several routes, every route that is lacking leaves one needed unit uncovered: two lines on one route are no redundancy.
Where it asks for so many per site, those at one site cover no other; what stands elsewhere covers any.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from inventory.coverage.contract import NO_COUNTS, Cell, Counts, Covering, State
from inventory.coverage.items import Item, Things
from inventory.coverage.needs import Need, needs
from inventory.coverage.proofs import PROOFS
from inventory.coverage.successors import inherited
from inventory.coverage.terms import terms_of
from inventory.coverage.weighing import Scales
from inventory.snapshot import PROTECTION_GROUPS, Exemption, Norm, Statement

BEST_FIRST = (
    State.PROVED,
    State.SEEN,
    State.DECLARED,
    State.NOT_MEASURED,
    State.CONTRADICTED,
    State.MISSING,
)
_RANK: Mapping[State, int] = {state: place for place, state in enumerate(BEST_FIRST)}


class Laid(NamedTuple):
    """What covers, the route group it runs on ('' unknown), and its site."""

    covering: Covering
    route: str = ""
    site: str = ""


def cells_of(norm: Norm, scales: Scales, scope: frozenset[str]) -> Iterator[Cell]:
    """A cell for every agency of the scope that the norm asks, by id."""
    things = scales.things
    exempt = inherited(
        exemptions(things.inventory.of("exemption").values(), norm.id, scales.evidence.on),
        things.inventory,
        things.predecessors,
    )
    coverings = _coverings(norm, scales)
    counted: dict[tuple[int, ...], _Told] = {}
    for need in needs(norm, things, scope):
        exemption = exempt.get(need.unit.id)
        if exemption is not None:
            yield _exempted(need, exemption)
        elif need.reason:
            yield _unknown(need)
        else:
            sites = things.sites_of.get(need.unit.id, frozenset()) if norm.per == "site" else frozenset()
            yield _covered(need, coverings.get(need.unit.id, ()), sites, counted)


def exemptions(records: Iterable[Exemption], norm: str, on: date) -> Mapping[str, Exemption]:
    """Who is exempt from a norm on a day, with the exemption that lasts longest."""
    found: dict[str, Exemption] = {}
    for one in records:
        if one.norm == norm and one.on <= on and (one.until is None or on <= one.until):
            before = found.get(one.organisation_unit)
            if before is None or _lasting(before) < _lasting(one):
                found[one.organisation_unit] = one
    return found


def _lasting(exemption: Exemption) -> tuple[date, str]:
    return exemption.until or date.max, exemption.id


def _exempted(need: Need, exemption: Exemption) -> Cell:
    counts = {State.EXEMPT: need.quantity} if need.quantity else NO_COUNTS
    return Cell(
        need.norm.id,
        need.unit.id,
        need.unit.level,
        need.quantity,
        counts,
        State.EXEMPT,
        (),
        exemption.reason,
        exemption.until,
    )


def _unknown(need: Need) -> Cell:
    return Cell(
        need.norm.id, need.unit.id, need.unit.level, 0, NO_COUNTS, State.NOT_MEASURED, (), need.reason
    )


class _Told(NamedTuple):
    """What the numbers of a cell say, which thousands of cells share."""

    counts: Counts
    worst: State


def _covered(
    need: Need, coverings: Sequence[Laid], sites: frozenset[str], counted: dict[tuple[int, ...], _Told]
) -> Cell:
    numbers = count(coverings, need.quantity, need.norm.routes or 0, sites)
    told = counted.get(numbers)
    if told is None:
        told = counted[numbers] = _told(numbers)
    weighed = tuple([laid.covering for laid in coverings])
    return Cell(need.norm.id, need.unit.id, need.unit.level, need.quantity, told.counts, told.worst, weighed)


def _told(numbers: tuple[int, ...]) -> _Told:
    counts = {state: number for state, number in zip(BEST_FIRST, numbers, strict=True) if number}
    return _Told(MappingProxyType(counts), max(counts, key=BEST_FIRST.index))


def count(
    coverings: Sequence[Laid], need: int, routes: int = 0, sites: frozenset[str] = frozenset()
) -> tuple[int, ...]:
    """How many of the units needed (at least 1) are in each state, in the order of BEST_FIRST; they add up to `need`.

    `coverings` come best first. Only lines have routes; one whose route is not told may run beside any other. With
    `sites` each of these needs the same share of it, which only what stands there or elsewhere covers.
    """
    numbers = [0] * len(BEST_FIRST)
    units = reached = 0
    groups: set[str] = set()
    left = dict.fromkeys(sites, -(-need // len(sites))) if sites else {}
    for covering, route, site in coverings:
        if covering.state is State.MISSING or not covering.units:
            continue
        fitting = min(covering.units, left.get(site, covering.units))
        if site in left:
            left[site] -= fitting
        units += fitting
        groups.add(route)
        lacking = max(0, routes - max(1, len(groups - {""}))) if routes > 1 else 0
        now = min(units, need - lacking)
        numbers[_RANK[covering.state]] += now - reached
        reached = now
        if reached == need:
            break
    numbers[-1] = need - reached
    return tuple(numbers)


def _coverings(norm: Norm, scales: Scales) -> Mapping[str, Sequence[Laid]]:
    """What may cover each agency's need, best first."""
    things = scales.things
    if PROOFS[norm.item].kind == "statement":
        return _stated(norm.detail or norm.item if norm.item == "statement" else norm.item, things)
    found: dict[str, list[Laid]] = {}
    proof, terms = PROOFS[norm.item], terms_of(norm)
    for item in things.listed(norm.item):
        if _is_asked(item, norm):
            covering = scales.weigh(item, proof, terms)
            # Told with the others, so that people see what they have to write down for it to count.
            if norm.detail and not item.detail and item.kind == "surge_protector":
                covering = Covering(item.id, item.kind, item.units, State.MISSING, "protection_unknown")
            laid = Laid(covering, item.route, item.place[0])
            for agency in item.agencies:
                found.setdefault(agency, []).append(laid)
    if norm.item == "computer":
        found |= _stated("computer", things)
    for each in found.values():
        if len(each) > 1:
            each.sort(key=_best_first)
    return found


def _best_first(laid: Laid) -> tuple[int, str]:
    return _RANK[laid.covering.state], laid.covering.item


def _stated(subject: str, things: Things) -> dict[str, list[Laid]]:
    return {
        agency: [Laid(_statement(one)) for one in each]
        for (agency, told), each in things.statements.items()
        if told == subject
    }


def _statement(one: Statement) -> Covering:
    return Covering(one.id, "statement", int(one.value), State.DECLARED, "statement")


def _is_asked(item: Item, norm: Norm) -> bool:
    """Whether an item is of the classes and the detail that the norm names."""
    if norm.line_classes and item.kind == "line" and item.detail not in norm.line_classes:
        return False
    if not norm.detail or item.kind in ("line", "device", "conferencing_endpoint"):
        return True
    if item.kind == "surge_protector" and not item.detail:
        return True
    wanted = (
        PROTECTION_GROUPS.get(norm.detail, (norm.detail,))
        if item.kind == "surge_protector"
        else (norm.detail,)
    )
    return item.detail.casefold() in (one.casefold() for one in wanted)
