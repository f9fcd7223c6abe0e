"""From cells to figures: every norm over the agencies of each level, and over all of them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from inventory.coverage.contract import DECLARED, Cell, Figure, State
from inventory.snapshot import ORGANISATION_LEVELS

ALL = ""


@dataclass
class _Sum:
    """What adds up, cell by cell."""

    need: int = 0
    counts: dict[State, int] = field(default_factory=dict)
    agencies: int = 0
    declared: int = 0
    proved: int = 0
    items: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)

    def add(self, cell: Cell) -> None:
        """Take a cell in."""
        self.need += cell.need
        for state, number in cell.counts.items():
            self.counts[state] = self.counts.get(state, 0) + number
        if cell.need and cell.state is not State.EXEMPT:
            self.agencies += 1
            self.declared += cell.state is not State.MISSING
            self.proved += cell.state is State.PROVED
        for covering in cell.coverings:
            if covering.state in DECLARED:
                self.items.add(covering.item)
                if covering.state is State.PROVED:
                    self.shown.add(covering.item)

    def take(self, other: "_Sum") -> None:
        """Take in what adds up elsewhere."""
        self.need += other.need
        for state, number in other.counts.items():
            self.counts[state] = self.counts.get(state, 0) + number
        self.agencies += other.agencies
        self.declared += other.declared
        self.proved += other.proved
        self.items |= other.items
        self.shown |= other.shown


def figures(cells: Iterable[Cell], targets: Mapping[str, int]) -> tuple[Figure, ...]:
    """By norm, of each first all levels ('') and then those that occur; `targets` are the norms' percentages."""
    sums: dict[tuple[str, str], _Sum] = {}
    for cell in cells:
        key = cell.norm, cell.level
        if key not in sums:
            sums[key] = _Sum()
        sums[key].add(cell)
    for (norm, _), one in [*sums.items()]:
        sums.setdefault((norm, ALL), _Sum()).take(one)
    return tuple(
        Figure(
            norm,
            level,
            one.need,
            {state: one.counts[state] for state in State if state in one.counts},
            one.agencies,
            one.declared,
            one.proved,
            len(one.items),
            len(one.shown),
            targets.get(norm, 100),
        )
        for (norm, level), one in sorted(sums.items(), key=lambda each: (each[0][0], _place(each[0][1])))
    )


def _place(level: str) -> int:
    return ORGANISATION_LEVELS.index(level) if level in ORGANISATION_LEVELS else -1
