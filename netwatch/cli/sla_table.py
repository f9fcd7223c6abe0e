"""Claims in the terminal."""

from collections.abc import Iterator, Sequence

from exporters.documents.formats import shown
from exporters.documents.model import ColumnKind, Table, Value
from inventory.snapshot import Inventory
from netwatch.availability.shares import shares_of
from netwatch.cli.problems import sheet_language
from netwatch.cli.shell import Shell
from netwatch.cli.sla_files import show_of
from netwatch.language import Sentence, number
from netwatch.queries.claim_words import (
    SHORT_STANDINGS,
    WHY,
    confidence,
    standing_words,
    step_words,
    whose,
    words,
)
from netwatch.queries.claims import Dossier
from netwatch.queries.day_words import clock_words
from netwatch.reports.claim_lists import comparison_tables
from netwatch.sla.claim import Reckoning, Standing
from netwatch.sla.comparison import Comparison


def show_dossier(shell: Shell, dossier: Dossier) -> None:
    """One line's claim: figures, what comes of it, and every outage."""
    _, claim = shell._, dossier.claim
    _tell_watched(shell, dossier)
    names = {"name": dossier.name, "line": dossier.id, "period": claim.measuring.name}
    names |= {"start": shell.moment(claim.measuring.start), "until": shell.moment(claim.until)}
    shell.say(_("{name} [{line}], {period}: from {start} to {until}", **names))
    shell.table(*_figures(shell, [dossier]))
    shell.say()
    shell.say(standing_words(claim.standing, shell.translate))
    amount = claim.amount
    if claim.standing is Standing.OWED:
        money = (
            shown(amount, ColumnKind.MONEY, sheet_language(shell)) if amount is not None else _("not known")
        )
        shell.say(_("Amount claimed: {amount} VND", amount=money))
    shell.say()
    rows = list(_outages(shell, dossier))
    if not rows:
        shell.say(_("No outage."))
        return
    headings = (
        *(_("no."), _("down since"), _("last seen down"), _("counted"), _("claimed"), _("not claimed, why")),
        *(_("put down to"), _("how sure"), _("tickets")),
    )
    shell.table(headings, rows)


def show_lines(shell: Shell, dossiers: Sequence[Dossier]) -> None:
    """A line for each line."""
    _tell_watched(shell, dossiers[0])
    shell.table(*_figures(shell, dossiers))


def _tell_watched(shell: Shell, dossier: Dossier) -> None:
    if 0 < dossier.watched_until < dossier.claim.measuring.end:
        text = "No daemon has been running since {at}; what came after is unknown."
        shell.remark(Sentence(text, {"at": shell.moment(dossier.watched_until)}))


def _figures(shell: Shell, dossiers: Sequence[Dossier]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    _ = shell._
    headings = (
        *(_("line"), _("contract"), _("from"), _("target"), _("up %"), _("between"), _("measured")),
        *(_("outages"), _("claimed"), _("not to be refuted"), _("credit"), _("state")),
    )
    rows = [_figure_row(shell, one, piece) for one in dossiers for piece in one.claim.pieces]
    return headings, rows


def _figure_row(shell: Shell, dossier: Dossier, piece: Reckoning) -> tuple[str, ...]:
    shares, over = shares_of(piece.account), dossier.claim.over
    standing = piece.standing if over else Standing.NOT_OVER
    step = piece.sure.step if standing is Standing.OWED else None
    return (
        dossier.id,
        piece.terms.number,
        shell.moment(piece.period.start),
        _percent(shell, piece.terms.target),
        _percent(shell, shares.availability),
        f"{_percent(shell, shares.lowest)} – {_percent(shell, shares.highest)}",
        _percent(shell, shares.measured),
        str(len(piece.outages)),
        clock_words(piece.claimed),
        _percent(shell, piece.sure.availability),
        step_words(step, piece.terms.credit_unit, shell.translate),
        words(SHORT_STANDINGS, standing, shell.translate),
    )


def _percent(shell: Shell, thousandths: int | None) -> str:
    return "-" if thousandths is None else number(thousandths / 1000, shell.language)


def _outages(shell: Shell, dossier: Dossier) -> Iterator[tuple[str, ...]]:
    count = 0
    for piece in dossier.claim.pieces:
        for row in piece.rows:
            outage = piece.outages[row.outage]
            why = (
                f"{words(WHY, one, shell.translate)}: {clock_words(length)}"
                for one, length in row.unclaimed.items()
            )
            yield (
                str(count + row.outage + 1),
                shell.moment(outage.outage.start),
                shell.moment(outage.outage.earliest_end or 0) or shell._("still down"),
                clock_words(row.counted),
                clock_words(row.claimed),
                "; ".join(why),
                whose(row.part.attribution, shell.translate),
                confidence(row.part.attribution, shell.translate),
                ", ".join(one.number for one in outage.tickets),
            )
        count += len(piece.outages)


def show_comparison(
    shell: Shell, dossier: Dossier, comparisons: Sequence[Comparison], inventory: Inventory
) -> None:
    """What their list says otherwise, and what both come to."""
    shell.say()
    for table in comparison_tables(dossier, comparisons, show_of(shell, inventory, None)):
        shell.say(table.title)
        shell.table([column.title for column in table.columns], list(_texts(shell, table)))


def _texts(shell: Shell, table: Table) -> Iterator[Sequence[str]]:
    kinds = [column.kind for column in table.columns]
    language = sheet_language(shell)

    def text(value: Value, kind: ColumnKind) -> str:
        return shown(value, kind, language)

    for row in table.rows:
        yield [text(value, kind) for value, kind in zip(row, kinds, strict=True)]
