"""How far norms are covered, as families. Pure."""

from collections.abc import Iterable, Iterator

from exporters.series import Family, Point
from inventory.coverage.contract import Figure, State
from netwatch.clock import SECOND
from netwatch.present import Present
from netwatch.queries.coverage_counts import CoverageCount


def coverage_families(present: Present) -> Iterator[Family]:
    """Those of the last audit; without points before there was one."""
    count = present.coverage
    text = "When what the coverage metrics say was counted."
    at = (Point({}, count.at / SECOND),) if count else ()
    yield Family("netwatch_coverage_audit_timestamp_seconds", "gauge", text, at)
    text = "Agencies by the worst state of anything that a norm asks of them."
    yield Family("netwatch_coverage_cells", "gauge", text, tuple(_cells(count)) if count else ())
    text = "What a norm asks for, in units, by the state in which it is."
    yield Family("netwatch_coverage_units", "gauge", text, tuple(_units(count)) if count else ())
    figures = [figure for figure in count.figures if not figure.level] if count else []
    text = "Share of what a norm asks for that is declared, proved or not."
    yield _ratio("declared", text, ((figure, figure.declared) for figure in figures))
    text = "Share of what a norm asks for that is proved."
    yield _ratio("proved", text, ((figure, figure.proved) for figure in figures))
    targets = tuple(Point({"norm": figure.norm}, figure.target / 100) for figure in figures)
    text = "Share that the norm sets as its target."
    yield Family("netwatch_coverage_target_ratio", "gauge", text, targets)
    text = "The norm's name, and what it asks for."
    yield Family("netwatch_norm_info", "gauge", text, tuple(_names(count)) if count else ())


def _ratio(name: str, text: str, shares: Iterable[tuple[Figure, int]]) -> Family:
    points = tuple(
        Point({"norm": figure.norm}, part / figure.denominator)
        for figure, part in shares
        if figure.denominator
    )
    return Family(f"netwatch_coverage_{name}_ratio", "gauge", text, points)


def _cells(count: CoverageCount) -> Iterator[Point]:
    """Every state of each norm and level that has agencies, so that the states always add up."""
    for norm, level in sorted({(norm, level) for norm, level, _ in count.cells}):
        for state in State:
            labels = {"norm": norm, "level": level, "state": state.value}
            yield Point(labels, count.cells.get((norm, level, state), 0))


def _units(count: CoverageCount) -> Iterator[Point]:
    for figure in count.figures:
        for state in State if figure.level else ():
            labels = {"norm": figure.norm, "level": figure.level, "state": state.value}
            yield Point(labels, figure.counts.get(state, 0))


def _names(count: CoverageCount) -> Iterator[Point]:
    for norm, (name, item) in sorted(count.names.items()):
        yield Point({"norm": norm, "name": name, "item": item}, 1)
