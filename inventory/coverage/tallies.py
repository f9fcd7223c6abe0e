"""How many there are of each kind of thing, whatever norms ask for: things, the places they stand at, whom they serve.

Pure. Plain assets count by their quantity, statements by what they state. A place is a site, or a position at it where
the record names one, so that cameras on one mast are one place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from inventory.coverage.contract import State, Tally
from inventory.coverage.items import Item, Place, Things
from inventory.coverage.proofs import PROOFS
from inventory.coverage.statements import number
from inventory.coverage.terms import NO_TERMS
from inventory.coverage.weighing import Scales

COMPUTER = "computer"


@dataclass
class _Sum:
    items: int = 0
    proved: int = 0
    places: set[Place] = field(default_factory=set)
    agencies: set[str] = field(default_factory=set)


def tallies(scales: Scales, scope: frozenset[str], everywhere: bool) -> tuple[Tally, ...]:
    """By kind and finer code, '' for all of it; with `everywhere` also what serves no agency."""
    things = scales.things
    sums: dict[tuple[str, str], _Sum] = {}
    for kind, proof in PROOFS.items():
        for item in _counted(kind, things):
            served = scope.intersection(item.agencies)
            if served or everywhere:
                proved = scales.weigh(item, proof, NO_TERMS).state is State.PROVED
                _add(sums, kind, item, served, proved)
    for (agency, subject), statements in things.statements.items():
        if agency in scope:
            told = sums.setdefault((subject, ""), _Sum())
            told.items += number(statements)
            told.agencies.add(agency)
    return tuple(
        Tally(kind, detail, one.items, len(one.places), len(one.agencies), one.proved)
        for (kind, detail), one in sorted(sums.items())
    )


def _counted(kind: str, things: Things) -> Iterator[Item]:
    """Things of a kind; computers only where no agency has stated how many it has."""
    for item in things.listed(kind) if PROOFS[kind].kind != "statement" else ():
        if kind != COMPUTER or any((agency, COMPUTER) not in things.statements for agency in item.agencies):
            yield item


def _add(
    sums: dict[tuple[str, str], _Sum], kind: str, item: Item, served: frozenset[str], proved: bool
) -> None:
    many = 1 if item.kind == "line" else item.units
    for detail in {"", item.detail}:
        one = sums.get((kind, detail))
        if one is None:
            one = sums[kind, detail] = _Sum()
        one.items += many
        one.proved += many * proved
        one.places.add(item.place)
        one.agencies |= served
