"""What was agreed, by which a dossier reckons: the terms of every piece of the measuring period, side by side. Pure."""

from collections.abc import Iterator

from exporters.documents.formats import clock, shown
from exporters.documents.model import Column, ColumnKind, Language, Table
from netwatch.availability.shares import WHOLE
from netwatch.clock import HOUR, SECOND
from netwatch.language import Translate
from netwatch.queries.claim_words import MEASURING, step_words, words
from netwatch.queries.claims import Dossier
from netwatch.queries.outage_words import party_words
from netwatch.sla.contract import Terms


def terms_table(dossier: Dossier, language: Language, _: Translate) -> Table:
    """The table: a row for every term, a column for every piece."""
    told = [dict(_terms(piece.terms, language, _)) for piece in dossier.claim.pieces]
    since = (shown(piece.terms.valid_from, ColumnKind.DATE, language) for piece in dossier.claim.pieces)
    titles = [_("In force since {since}").format(since=one) for one in since]
    columns = (Column(_("Term"), width=34), *(Column(title, width=40) for title in titles))
    rows = [(name, *(each[name] for each in told)) for name in (told[0] if told else ())]
    note = _("As the contract stands in the inventory; what it leaves blank is neither kept nor broken.")
    return Table("terms", _("Terms of the contract"), columns, rows, (note,))


def _terms(terms: Terms, language: Language, _: Translate) -> Iterator[tuple[str, str]]:
    nothing = _("nothing agreed")

    def limit(value: float | None, scale: int, unit: str) -> str:
        return nothing if value is None else f"{shown(value * scale, ColumnKind.NUMBER, language)} {unit}"

    def share(value: int) -> str:
        return shown(value / WHOLE, ColumnKind.SHARE, language)

    yield _("Contract"), terms.number or terms.contract
    yield _("Measuring period of the contract"), words(MEASURING, terms.measuring_period, _)
    yield _("Agreed availability"), nothing if terms.target is None else share(terms.target)
    yield _("Restored within"), nothing if terms.restoration is None else clock(terms.restoration // SECOND)
    yield _("Shortest outage that counts"), clock(terms.minimum_outage // SECOND)
    yield _("Degraded counts as"), _("down") if terms.degraded_down else _("up")
    left_out = ", ".join(party_words(one, _) for one in sorted(terms.excluded))
    yield _("Outages that do not count are those put down to"), left_out or _("nobody")
    notice = _("at least {hours} hours before it begins").format(hours=f"{terms.notice / HOUR:g}")
    yield _("Maintenance is announced"), notice if terms.notice else nothing
    yield _("Limit of round trip"), limit(terms.rtt, 1000, "ms")
    yield _("Limit of loss"), limit(terms.loss, 100, "%")
    yield _("Limit of jitter"), limit(terms.jitter, 1000, "ms")
    steps = (
        _("below {share}: {credit}").format(
            share=share(one.below), credit=step_words(one, terms.credit_unit, _)
        )
        for one in terms.steps
    )
    yield _("Credit steps"), "; ".join(steps) or nothing
    fee = terms.fee
    yield _("Monthly fee (VND)"), nothing if fee is None else shown(fee, ColumnKind.MONEY, language)
