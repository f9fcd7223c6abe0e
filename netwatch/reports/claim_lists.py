"""Many lines of a provider in one workbook, and the provider's own list held against ours. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from exporters.documents.model import Column, ColumnKind, Document, Row, Table, Value
from netwatch.availability.contract import Account, Class
from netwatch.availability.shares import WHOLE, shares_of
from netwatch.clock import SECOND
from netwatch.language import Translate
from netwatch.queries.claim_words import FINDINGS, SHORT_STANDINGS, step_words, whose, words
from netwatch.queries.claims import Dossier
from netwatch.queries.outage_words import party_words
from netwatch.reports.availability import class_word, seconds, share_columns, share_values
from netwatch.reports.claims import Show, manner_of, share_of
from netwatch.reports.letterhead import Facts, document
from netwatch.sla.claim import Reckoning, Standing
from netwatch.sla.comparison import Comparison, Finding, Match

SHARE, DURATION, INTEGER, MOMENT, MONEY = (
    ColumnKind.SHARE, ColumnKind.DURATION, ColumnKind.INTEGER, ColumnKind.MOMENT, ColumnKind.MONEY,
)  # fmt: skip
CHIEF = "lines"
_WIDE = 40


def lines_document(
    dossiers: Sequence[Dossier], shows: Show, facts: Facts, comparisons: Mapping[str, Sequence[Comparison]]
) -> Document:
    """The summary of a provider's lines; with its own list what differs, by line."""
    _ = shows.translate
    more = tuple(
        table
        for dossier in dossiers
        if dossier.id in comparisons
        for table in comparison_tables(dossier, comparisons[dossier.id], shows)
    )
    return document(
        manner_of(shows),
        facts,
        (_totals(dossiers, _),),
        (_lines(dossiers, _), *_together(more)),
        _("Method"),
        CHIEF,
    )


def _together(tables: Sequence[Table]) -> Iterator[Table]:
    """Tables of one key as one."""
    for key in dict.fromkeys(table.key for table in tables):
        several = [table for table in tables if table.key == key]
        first = several[0]
        rows = [row for table in several for row in table.rows]
        yield Table(key, first.title, first.columns, rows, first.notes, first.fixed)


def _totals(dossiers: Sequence[Dossier], _: Translate) -> Table:
    columns = (
        Column(_("Lines"), INTEGER),
        Column(_("With a credit owed"), INTEGER),
        Column(_("Target missed, no credit agreed"), INTEGER),
        Column(_("Down time claimed"), DURATION),
        Column(_("Amount claimed"), MONEY),
    )
    standings = [one.claim.standing for one in dossiers]
    amounts = [one.claim.amount for one in dossiers]
    row = (
        len(dossiers),
        standings.count(Standing.OWED),
        standings.count(Standing.MISSED),
        seconds(sum(one.claim.claimed for one in dossiers)),
        sum(amount or 0 for amount in amounts),
    )
    lacking = amounts.count(None)
    text = _("Of {count} lines the fee is not on record; nothing of them is in the amount.").format(
        count=lacking
    )
    return Table("totals", _("All lines together"), columns, (row,), (text,) if lacking else ())


def _lines(dossiers: Sequence[Dossier], _: Translate) -> Table:
    columns = (
        Column(_("Code"), width=24),
        Column(_("Name"), width=_WIDE),
        Column(_("Place"), width=_WIDE, extra=True),
        Column(_("Contract"), width=20),
        Column(_("Period"), width=12),
        Column(_("Target"), SHARE),
        *share_columns(_),
        Column(_("Outages"), INTEGER),
        Column(_("Claimed"), DURATION),
        Column(_("Cannot be refuted"), SHARE),
        Column(_("State"), width=14),
        Column(_("Credit step"), width=20),
        Column(_("Amount"), MONEY),
    )
    rows = [_line(one, piece, _) for one in dossiers for piece in one.claim.pieces]
    return Table(CHIEF, _("By line"), columns, rows)


def _line(dossier: Dossier, piece: Reckoning, _: Translate) -> Row:
    terms, over = piece.terms, dossier.claim.over
    standing = piece.standing if over else Standing.NOT_OVER
    owed = standing is Standing.OWED
    amount: Value = 0
    if owed:
        amount = _("not known") if piece.sure.amount is None else piece.sure.amount
    return (
        dossier.id,
        dossier.name,
        dossier.site_name,
        terms.number,
        dossier.claim.measuring.name,
        None if terms.target is None else terms.target / WHOLE,
        *share_values(piece.account, _),
        len(piece.outages),
        seconds(piece.claimed),
        share_of(piece.sure.availability, _),
        words(SHORT_STANDINGS, standing, _),
        step_words(piece.sure.step if owed else None, terms.credit_unit, _),
        amount,
    )


def comparison_tables(dossier: Dossier, comparisons: Sequence[Comparison], show: Show) -> tuple[Table, Table]:
    """What differs, outage by outage, and what each list comes to."""
    _ = show.translate
    columns = (
        Column(_("Code"), width=20),
        Column(_("Finding"), width=18),
        Column(_("Ours from"), MOMENT),
        Column(_("Ours until"), MOMENT),
        Column(_("Theirs from"), MOMENT),
        Column(_("Theirs until"), MOMENT),
        Column(_("Begins later by"), width=14),
        Column(_("Ends later by"), width=14),
        Column(_("Whose by us"), width=18),
        Column(_("Whose by them"), width=18),
        Column(_("Cause"), width=12),
        Column(_("Their reason"), width=_WIDE),
        Column(_("Their ticket"), width=14),
        Column(_("What we saw then"), width=26),
    )
    rows = [_match(dossier.id, one, show) for each in comparisons for one in each.matches]
    notes = (
        _(
            "Times agree when theirs lie within the looks around ours and a minute; else it is told by how much beyond."
        ),
    )
    matches = Table("comparison", _("Our outages and those of their list"), columns, rows, notes, fixed=2)
    return matches, _accounts(dossier, comparisons, _)


def _accounts(dossier: Dossier, comparisons: Sequence[Comparison], _: Translate) -> Table:
    titles = (
        _("Both agree"), _("Times differ"), _("Only ours"), _("Only theirs"), _("Different cause"),
    )  # fmt: skip
    columns = (
        Column(_("Code"), width=20),
        *(Column(title, INTEGER) for title in titles),
        Column(_("Availability measured"), SHARE),
        Column(_("Cannot be refuted"), SHARE),
        Column(_("By their list, everything counted"), SHARE),
        Column(_("By their list and their causes"), SHARE),
    )
    rows = [
        (
            dossier.id,
            *(each.count(one) for one in Finding),
            each.causes_differ,
            _share(piece.account, _),
            share_of(piece.sure.availability, _),
            _share(each.listed, _),
            _share(each.admitted, _),
        )
        for piece, each in zip(dossier.claim.pieces, comparisons, strict=True)
    ]
    note = _(
        "Their list by our arithmetic: what it does not name counts as up; maintenance is left out as in ours."
    )
    return Table("lists", _("Availability by both lists"), columns, rows, (note,))


def _share(account: Account, _: Translate) -> Value:
    return share_of(shares_of(account).availability, _)


def _match(line: str, match: Match, show: Show) -> Row:
    _ = show.translate
    ours, theirs = match.ours, match.theirs
    parties = dict.fromkeys(whose(part.attribution, _) for one in ours for part in one.parts)
    theirs_end = (
        None if any(one.end is None for one in theirs) else max((one.end or 0 for one in theirs), default=0)
    )
    return (
        line,
        words(FINDINGS, match.finding, _),
        show.at(ours[0].outage.start) if ours else None,
        (show.at(ours[-1].outage.end) or _("still down")) if ours else None,
        show.at(theirs[0].start) if theirs else None,
        (show.at(theirs_end) or _("not over")) if theirs else None,
        later_words(match.starts_by, show),
        later_words(match.ends_by, show),
        ", ".join(parties),
        ", ".join(dict.fromkeys(party_words(one.party, _) for one in theirs)),
        cause_words(match, _),
        "; ".join(filter(None, (one.reason for one in theirs))),
        ", ".join(filter(None, (one.ticket for one in theirs))),
        ", ".join(
            f"{class_word(class_, _)} {show.length(match.seen[class_])}"
            for class_ in Class
            if class_ in match.seen
        ),
    )


def later_words(by: int | None, show: Show) -> str:
    """By how much theirs is later, with its sign; '' where nothing can be told."""
    if by is None:
        return ""
    sign = "" if by == 0 else "+" if by > 0 else "-"
    return f"{sign}{show.length(abs(by) - abs(by) % SECOND)}"


def cause_words(match: Match, _: Translate) -> str:
    """Whether both name the same cause."""
    if match.cause_differs is None:
        return ""
    return _("differs") if match.cause_differs else _("same")
