"""The report on coverage: how far norms are met, agency by agency, what is lacking and what contradicts. Pure."""

from collections.abc import Iterator

from exporters.documents.model import Column, ColumnKind, Document, Row, Table, Value
from inventory.coverage.contract import Audit, Cell, Figure, State
from inventory.coverage.gaps import gap_totals, gaps
from inventory.coverage.items import Things
from inventory.snapshot import Inventory, Norm
from netwatch.language import Translate
from netwatch.queries.coverage import told_once
from netwatch.queries.coverage_words import detail_word, item_word, per_word, reason_word, state_word
from netwatch.queries.figures import bandwidth
from netwatch.queries.words import kind_word
from netwatch.reports.letterhead import Facts, Manner, document
from netwatch.reports.naming import Naming

INTEGER, PERCENT, DATE, MONEY = ColumnKind.INTEGER, ColumnKind.PERCENT, ColumnKind.DATE, ColumnKind.MONEY
_WIDE = 44


def coverage_document(
    audit: Audit, inventory: Inventory, manner: Manner, facts: Facts, _: Translate
) -> Document:
    """The whole report: figures in the letter, everything else in annexes."""
    naming = Naming(inventory, manner.language, _)
    annexes = (
        _by_state(audit, naming, _),
        _tallies(audit, naming, _),
        _by_agency(audit, naming, _),
        _lacking(audit, naming, _),
        _costs(audit, naming, _),
        _contradicted(audit, naming, _),
        _stated(audit, naming, _),
        _norms(audit, naming, _),
    )
    return document(manner, facts, (_summary(audit, naming, _),), annexes, _("Method"))


def share(part: int, whole: int) -> float | None:
    """A fraction to a tenth of a percent, cut off rather than rounded: 1 is said of all, never of nearly all."""
    return part * 1000 // whole / 1000 if whole else None


def _summary(audit: Audit, naming: Naming, _: Translate) -> Table:
    columns = (
        Column(_("Norm"), width=_WIDE),
        Column(_("Level"), width=14),
        Column(_("Needed"), INTEGER),
        Column(_("Declared"), INTEGER),
        Column(_("Declared, share"), PERCENT),
        Column(_("Proved"), INTEGER),
        Column(_("Proved, share"), PERCENT),
        Column(_("Target"), PERCENT),
    )
    rows = [_figure_row(figure, naming) for figure in told_once(audit.figures)]
    note = _("Needed: what the norms ask for without what is exempt; every share is taken of it.")
    return Table("summary", _("Summary by norm and level"), columns, rows, (note,), fixed=2)


def _figure_row(figure: Figure, naming: Naming) -> Row:
    return (
        naming.norm(figure.norm),
        naming.level(figure.level),
        figure.denominator,
        figure.declared,
        share(figure.declared, figure.denominator),
        figure.proved,
        share(figure.proved, figure.denominator),
        figure.target / 100,
    )


def _by_state(audit: Audit, naming: Naming, _: Translate) -> Table:
    columns = (
        Column(_("Norm"), width=_WIDE),
        Column(_("Level"), width=14),
        Column(_("Asked for"), INTEGER),
        *(Column(state_word(state, _), INTEGER) for state in State),
        Column(_("Number of agencies"), INTEGER),
        Column(_("Agencies with all declared"), INTEGER),
        Column(_("Agencies with all proved"), INTEGER),
        Column(_("Distinct items"), INTEGER),
        Column(_("Distinct items proved"), INTEGER),
    )
    rows: list[Row] = [
        (
            naming.norm(figure.norm),
            naming.level(figure.level),
            figure.need,
            *(figure.counts.get(state, 0) for state in State),
            figure.agencies,
            figure.agencies_declared,
            figure.agencies_proved,
            figure.items,
            figure.items_proved,
        )
        for figure in audit.figures
    ]
    return Table("states", _("Figures by state"), columns, rows, fixed=2)


def _tallies(audit: Audit, naming: Naming, _: Translate) -> Table:
    """How many there are of what, of how many agencies: '37 lines for 54 agencies'."""
    columns = (
        Column(_("Item"), width=30),
        Column(_("Of which kind"), width=30),
        Column(_("How many"), INTEGER),
        Column(_("Of them proved"), INTEGER),
        Column(_("Agencies served"), INTEGER),
        Column(_("Places"), INTEGER),
    )
    rows = [
        (
            item_word(tally.kind, _),
            _detail(tally.kind, tally.detail, naming),
            tally.items,
            tally.proved,
            tally.agencies,
            tally.places,
        )
        for tally in audit.tallies
    ]
    return Table("tallies", _("What there is"), columns, rows, fixed=2)


def _detail(kind: str, detail: str, naming: Naming) -> str:
    """The finer kind of what is counted; '' is all of them."""
    return detail_word(kind, detail, naming.translate, naming.language)


def _by_agency(audit: Audit, naming: Naming, _: Translate) -> Table:
    columns = (
        Column(_("Agency"), width=_WIDE),
        Column(_("Belongs to"), width=_WIDE, extra=True),
        Column(_("Level"), width=14),
        Column(_("Norm"), width=_WIDE),
        Column(_("Needed"), INTEGER),
        Column(_("Declared"), INTEGER),
        Column(_("Proved"), INTEGER),
        Column(_("Proved, share"), PERCENT),
        Column(_("State"), width=18),
        Column(_("Reason"), width=_WIDE),
        Column(_("Exempt until"), DATE),
    )
    above = {unit: naming.above(unit) for unit in dict.fromkeys(cell.unit for cell in audit.cells)}
    ordered = sorted(
        audit.cells, key=lambda cell: (above[cell.unit], naming.unit(cell.unit), cell.unit, cell.norm)
    )
    rows = [_cell_row(cell, above[cell.unit], naming, _) for cell in ordered]
    return Table("agencies", _("By agency"), columns, rows)


def _cell_row(cell: Cell, above: str, naming: Naming, _: Translate) -> Row:
    exempt = cell.count(State.EXEMPT)
    needed, proved = cell.need - exempt, cell.count(State.PROVED)
    reason = cell.reason if exempt else reason_word(cell.reason, _) if cell.reason else _reasons(cell, _)
    return (
        naming.unit(cell.unit),
        above,
        naming.level(cell.level),
        naming.norm(cell.norm),
        needed,
        needed - cell.count(State.MISSING),
        proved,
        share(proved, needed),
        state_word(cell.state, _),
        reason,
        cell.until,
    )


def _reasons(cell: Cell, _: Translate) -> str:
    """Why what there is does not count as proved, each reason once."""
    codes = dict.fromkeys(one.reason for one in cell.coverings if one.reason)
    return "; ".join(reason_word(code, _) for code in codes)


def _lacking(audit: Audit, naming: Naming, _: Translate) -> Table:
    columns = (
        Column(_("Agency"), width=_WIDE),
        Column(_("Level"), width=14),
        Column(_("Norm"), width=_WIDE),
        Column(_("Item"), width=24),
        Column(_("Asked for"), INTEGER),
        Column(_("Lacking"), INTEGER),
        Column(_("Unit cost"), MONEY),
        Column(_("Cost"), MONEY),
    )
    unknown = _("not known")
    rows = [
        (
            naming.unit(gap.unit),
            naming.level(gap.level),
            naming.norm(gap.norm),
            item_word(gap.item, _),
            gap.need,
            gap.lacking,
            unknown if gap.unit_cost is None else gap.unit_cost,
            unknown if gap.cost is None else gap.cost,
        )
        for gap in gaps(audit, naming.inventory)
    ]
    return Table("gaps", _("What is lacking, by agency"), columns, rows)


def _costs(audit: Audit, naming: Naming, _: Translate) -> Table:
    columns = (
        Column(_("Norm"), width=_WIDE),
        Column(_("Lacking"), INTEGER),
        Column(_("Cost"), MONEY),
        Column(_("Target"), PERCENT),
        Column(_("Lacking to the target"), INTEGER),
        Column(_("Cost to the target"), MONEY),
    )
    unknown = _("not known")
    rows = [
        (
            naming.norm(total.norm),
            total.lacking,
            _cost(total.lacking, total.cost, unknown),
            total.target / 100,
            total.to_target,
            _cost(total.to_target, total.cost_to_target, unknown),
        )
        for total in gap_totals(audit, naming.inventory)
    ]
    return Table("costs", _("What closing the gap costs"), columns, rows)


def _cost(lacking: int, cost: int | None, unknown: str) -> Value:
    """Nothing costs nothing, whether or not its price is known."""
    return 0 if not lacking else unknown if cost is None else cost


def _contradicted(audit: Audit, naming: Naming, _: Translate) -> Table:
    columns = (
        Column(_("Item"), width=_WIDE),
        Column(_("Code"), width=24),
        Column(_("Agency"), width=_WIDE),
        Column(_("What differs"), width=18),
        Column(_("Declared as"), width=30),
        Column(_("Found instead"), width=30),
    )
    rows = list(dict.fromkeys(_contradictions(audit, naming, _)))
    return Table("contradictions", _("Contrary to what is declared"), columns, rows)


def _contradictions(audit: Audit, naming: Naming, _: Translate) -> Iterator[tuple[str, ...]]:
    for cell in audit.cells:
        for item in cell.coverings:
            for one in item.contradictions:
                agency, name = naming.unit(cell.unit), naming.name(item.item)
                sides = (_side(one.what, side, naming) for side in (one.declared, one.found))
                yield (name, item.item, agency, reason_word(one.what, _), *sides)


def _side(what: str, value: str, naming: Naming) -> str:
    """What was declared or found, as people read it."""
    if what == "speed" and value.isdecimal():
        return bandwidth(int(value)) or value
    if what == "kind":
        return kind_word(value, naming.translate)
    return naming.name(value) if what == "site" else value


def _stated(audit: Audit, naming: Naming, _: Translate) -> Table:
    columns = (
        Column(_("Agency"), width=_WIDE),
        Column(_("Subject"), width=24),
        Column(_("Value"), INTEGER),
        Column(_("Stated on"), DATE),
        Column(_("Valid until"), DATE),
        Column(_("Source"), width=_WIDE),
        Column(_("Person"), width=24),
    )
    units = {cell.unit for cell in audit.cells}
    subjects = _subjects(audit, naming)
    rows = [
        (
            naming.unit(unit),
            item_word(subject, _),
            one.value,
            one.on,
            one.valid_until,
            one.source,
            one.person,
        )
        for (unit, subject), each in sorted(Things(naming.inventory, audit.on).statements.items())
        for one in each
        if unit in units and subject in subjects
    ]
    return Table("statements", _("Statements used"), columns, rows)


def _subjects(audit: Audit, naming: Naming) -> set[str]:
    """What the norms take from statements: what they are about, and by what they count."""
    norms = naming.inventory.of("norm")
    used = [norms[id_] for id_ in {cell.norm for cell in audit.cells} if id_ in norms]
    return {word for norm in used for word in (norm.item, norm.detail, norm.per) if word}


def _norms(audit: Audit, naming: Naming, _: Translate) -> Table:
    columns = (
        Column(_("Norm"), width=_WIDE),
        Column(_("Code"), width=24),
        Column(_("Item"), width=24),
        Column(_("Asked for"), width=30),
        Column(_("Target"), PERCENT),
        Column(_("Days a proof counts"), INTEGER),
        Column(_("Legal basis"), width=_WIDE),
        Column(_("In force from"), DATE),
        Column(_("In force until"), DATE),
    )
    used = dict.fromkeys(cell.norm for cell in audit.cells)
    norms = (naming.inventory.of("norm").get(id_) for id_ in used)
    rows = [_norm_row(norm, naming, _) for norm in norms if norm is not None]
    return Table("norms", _("Norms applied"), columns, rows)


def _norm_row(norm: Norm, naming: Naming, _: Translate) -> Row:
    asked = f"{norm.quantity} {per_word(norm.per, _)}"
    finer = _detail(norm.item, norm.detail or "", naming)
    return (
        norm.name,
        norm.id,
        f"{item_word(norm.item, _)} ({finer})" if finer else item_word(norm.item, _),
        asked,
        norm.target / 100,
        norm.proof_days,
        norm.legal_basis,
        norm.valid_from,
        norm.valid_to,
    )
