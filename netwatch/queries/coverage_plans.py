"""Coverage over time and in money: norms, gaps, what runs out, what changed, how figures went. Frozen read models."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from inventory.coverage.calendar import calendar
from inventory.coverage.changes import changes
from inventory.coverage.contract import State
from inventory.coverage.gaps import gap_totals, gaps
from inventory.coverage.items import Things
from inventory.coverage.needs import in_scope, norms_for
from inventory.coverage.proofs import PROOFS
from inventory.organisation import path_of_names
from inventory.snapshot import Inventory, Norm
from netwatch.queries.coverage import SCHEMA, FigureLine, Taken, begun, coverage_report


@dataclass(frozen=True, slots=True)
class NormLine:
    """A norm in force: whom it asks (`agencies` how many), and for what; `limits` are what it asks of each item."""

    id: str
    name: str
    item: str
    detail: str
    quantity: int
    per: str
    target: int
    levels: tuple[str, ...]
    unit_kinds: tuple[str, ...]
    tags: tuple[str, ...]
    without_tags: tuple[str, ...]
    within: str
    security_level: int
    line_classes: tuple[str, ...]
    bandwidth: int
    routes: int
    inspected_within: int
    max_age: int
    in_warranty: bool
    proof_days: int
    unit_cost: int | None
    legal_basis: str
    valid_from: date
    valid_to: date | None
    agencies: int


@dataclass(frozen=True, slots=True)
class NormList:
    """The norms in force on a date; of one agency (`unit`) those that ask it."""

    schema: int
    on: date
    unit: str
    norms: tuple[NormLine, ...]


@dataclass(frozen=True, slots=True)
class GapLine:
    """What an agency lacks of a norm; costs in VND, None where nobody said."""

    norm: str
    name: str
    item: str
    unit: str
    unit_name: str
    path: tuple[str, ...]
    level: str
    need: int
    lacking: int
    unit_cost: int | None
    cost: int | None


@dataclass(frozen=True, slots=True)
class GapTotalLine:
    """What a norm lacks in all, and what would reach its target."""

    norm: str
    name: str
    lacking: int
    cost: int | None
    target: int
    to_target: int
    cost_to_target: int | None


@dataclass(frozen=True, slots=True)
class GapReport:
    """Everything lacking in a scope; `cost` adds up what has one, `uncosted` are units without."""

    schema: int
    on: date
    scope: str
    gaps: tuple[GapLine, ...]
    totals: tuple[GapTotalLine, ...]
    cost: int
    uncosted: int


@dataclass(frozen=True, slots=True)
class DueLine:
    """Something that runs out or falls due."""

    on: date
    what: str
    kind: str
    item: str
    name: str
    units: tuple[str, ...]
    unit_names: tuple[str, ...]
    detail: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class DueList:
    """What runs out from one date through another, and what is overdue."""

    schema: int
    on: date
    until: date
    scope: str
    dues: tuple[DueLine, ...]


@dataclass(frozen=True, slots=True)
class ItemMove:
    """What became of an item; '' where it was not weighed."""

    item: str
    kind: str
    name: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class CellMove:
    """A cell that is not as it was; '' where there was or is none."""

    norm: str
    name: str
    unit: str
    unit_name: str
    before: str
    after: str
    need_before: int
    need_after: int
    declared_before: int
    declared_after: int
    proved_before: int
    proved_after: int
    reason: str
    items: tuple[ItemMove, ...]


@dataclass(frozen=True, slots=True)
class FigureMove:
    """A figure then and now."""

    before: FigureLine | None
    after: FigureLine | None


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What changed between two dates."""

    schema: int
    since: date
    on: date
    scope: str
    figures: tuple[FigureMove, ...]
    cells: tuple[CellMove, ...]


@dataclass(frozen=True, slots=True)
class TrendReport:
    """The figures of all levels on several dates, oldest first."""

    schema: int
    scope: str
    points: tuple[tuple[date, tuple[FigureLine, ...]], ...]


def norm_list(inventory: Inventory, on: date, unit: str = "", asked: Taken | None = None) -> NormList:
    """The norms in force, by id; how many agencies each asks is told of an audit of everything."""
    norms = norms_for(Things(inventory, on), unit) if unit else tuple(inventory.of("norm").values())
    cells = asked.audit.cells if asked else ()
    count: dict[str, int] = {}
    for cell in cells:
        count[cell.norm] = count.get(cell.norm, 0) + 1
    ordered = sorted(norms, key=lambda norm: norm.id)
    return NormList(SCHEMA, on, unit, tuple(_norm(norm, count.get(norm.id, 0)) for norm in ordered))


def _norm(norm: Norm, agencies: int) -> NormLine:
    return NormLine(
        norm.id,
        norm.name,
        norm.item,
        norm.detail or "",
        norm.quantity,
        norm.per,
        norm.target,
        norm.levels,
        norm.unit_kinds,
        norm.tags,
        norm.without_tags,
        norm.within or "",
        norm.security_level or 0,
        norm.line_classes,
        norm.bandwidth or 0,
        norm.routes or 0,
        norm.inspected_within or 0,
        norm.max_age or 0,
        norm.in_warranty,
        norm.proof_days,
        norm.unit_cost,
        norm.legal_basis or "",
        norm.valid_from,
        norm.valid_to,
        agencies,
    )


def gap_report(found: Taken, norms: frozenset[str] = frozenset()) -> GapReport:
    """What is lacking, dearest norm and agency in the order of their ids."""
    known, units = found.inventory.of("norm"), found.inventory.of("organisation_unit")
    wanted = [one for one in gaps(found.audit, found.inventory) if not norms or one.norm in norms]
    lines = tuple(
        GapLine(
            one.norm,
            known[one.norm].name,
            one.item,
            one.unit,
            units[one.unit].name,
            path_of_names(found.inventory, one.unit)[:-1],
            one.level,
            one.need,
            one.lacking,
            one.unit_cost,
            one.cost,
        )
        for one in wanted
    )
    totals = tuple(
        GapTotalLine(
            one.norm,
            known[one.norm].name,
            one.lacking,
            one.cost,
            one.target,
            one.to_target,
            one.cost_to_target,
        )
        for one in gap_totals(found.audit, found.inventory)
        if not norms or one.norm in norms
    )
    cost = sum(one.cost or 0 for one in wanted)
    uncosted = sum(one.lacking for one in wanted if one.cost is None)
    return GapReport(SCHEMA, found.audit.on, found.audit.scope, lines, totals, cost, uncosted)


def due_list(inventory: Inventory, on: date, until: date, scope: str = "") -> DueList:
    """What runs out or falls due; of a scope what concerns an agency of it, and the norms."""
    agencies = in_scope(inventory, scope)
    names = inventory.of("organisation_unit")
    lines = []
    for due in calendar(inventory, on, until):
        if scope and due.kind != "norm" and agencies.isdisjoint(due.units):
            continue
        record = inventory.of(due.kind).get(due.item)
        lines.append(
            DueLine(
                due.on,
                due.what,
                due.kind,
                due.item,
                getattr(record, "name", None) or getattr(record, "reason", None) or "",
                due.units,
                tuple(names[unit].name if unit in names else unit for unit in due.units),
                due.detail,
                due.on < on,
            )
        )
    return DueList(SCHEMA, on, until, scope, tuple(lines))


def change_report(before: Taken, after: Taken, norms: frozenset[str] = frozenset()) -> ChangeReport:
    """What moved from one audit to the other."""
    moved = tuple(
        CellMove(
            one.norm,
            _name(one.norm, "norm", after, before),
            one.unit,
            _name(one.unit, "organisation_unit", after, before),
            _code(one.before),
            _code(one.after),
            one.need_before,
            one.need_after,
            one.declared_before,
            one.declared_after,
            one.proved_before,
            one.proved_after,
            one.reason,
            tuple(
                ItemMove(
                    item.item,
                    item.kind,
                    _name(item.item, item.kind, after, before),
                    _code(item.before),
                    _code(item.after),
                    item.reason,
                )
                for item in one.items
            ),
        )
        for one in changes(before.audit, after.audit)
        if not norms or one.norm in norms
    )
    return ChangeReport(
        SCHEMA,
        before.audit.on,
        after.audit.on,
        after.audit.scope,
        figure_moves(before, after, norms),
        moved,
    )


def _code(state: State | None) -> str:
    return state.value if state is not None else ""


def _name(id_: str, kind: str, *places: Taken) -> str:
    records = (place.inventory.of(kind).get(id_) for place in places)
    return next((getattr(record, "name", "") for record in records if record is not None), "")


def figure_moves(before: Taken, after: Taken, norms: frozenset[str]) -> tuple[FigureMove, ...]:
    """The figures of both audits side by side, those that differ."""
    old = {(line.norm, line.level): line for line in coverage_report(before, norms).figures}
    new = {(line.norm, line.level): line for line in coverage_report(after, norms).figures}
    keys = dict.fromkeys((*new, *old))
    return tuple(FigureMove(old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key))


def all_levels(found: Taken, norms: frozenset[str]) -> tuple[FigureLine, ...]:
    """One line for each norm, that of all its levels; of a day before any thing was on record what is stated alone."""
    known = begun(found)
    return tuple(
        line
        for line in coverage_report(found, norms).figures
        if not line.level and (known or PROOFS[line.item].kind == "statement")
    )


def trend_report(scope: str, points: Sequence[tuple[date, tuple[FigureLine, ...]]]) -> TrendReport:
    """Points put together."""
    return TrendReport(SCHEMA, scope, tuple(points))
