"""The dossier of a claim on a provider: what is claimed, on what evidence, and what is not claimed and why. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from exporters.documents.formats import clock, shown
from exporters.documents.model import Column, ColumnKind, Document, Language, Row, Table, Value
from netwatch.availability.contract import Account
from netwatch.availability.shares import WHOLE
from netwatch.clock import SECOND
from netwatch.incidents.places import Places
from netwatch.language import Translate
from netwatch.queries.claim_words import (
    METRICS,
    WHY,
    confidence,
    grounds_of,
    late_words,
    standing_words,
    step_words,
    whose,
    words,
)
from netwatch.queries.claims import Dossier
from netwatch.queries.outage_words import party_words
from netwatch.queries.words import reason_words
from netwatch.reports.availability import local, seconds, share_columns, share_values
from netwatch.reports.claim_measuring import clock_note, doubt_value, doubt_words, measuring_tables
from netwatch.reports.claim_terms import terms_table
from netwatch.reports.letterhead import Facts, Manner, document
from netwatch.sla.claim import ClaimRow, Reckoning, Standing
from netwatch.sla.contract import AttributedOutage, Party

SHARE, DURATION, INTEGER, MOMENT, MONEY, PERCENT = (
    ColumnKind.SHARE, ColumnKind.DURATION, ColumnKind.INTEGER, ColumnKind.MOMENT, ColumnKind.MONEY,
    ColumnKind.PERCENT,
)  # fmt: skip
CHIEF = "outages"
_WIDE = 40


@dataclass(frozen=True, slots=True)
class Show:
    """How values are told: places for names, zone, language; `manner` is the document's (None: none is made)."""

    places: Places
    zone: tzinfo
    language: Language
    manner: Manner | None
    translate: Translate

    def at(self, moment: int | None) -> datetime | None:
        """A moment as local time."""
        return local(moment, self.zone)

    def text(self, value: Value, kind: ColumnKind) -> str:
        """A value among texts."""
        return shown(value, kind, self.language)

    def length(self, microseconds: int) -> str:
        """A length of time among texts."""
        return clock(microseconds // SECOND)


def claim_document(dossier: Dossier, show: Show, facts: Facts, more: Sequence[Table] = ()) -> Document:
    """The whole dossier; `more` are annexes on a comparison with the provider's list."""
    _ = show.translate
    annexes = (
        _outages(dossier, show),
        _unclaimed(dossier, show),
        _opened(dossier, show),
        _left_out(dossier, show),
        _gaps(dossier, show),
        terms_table(dossier, show.language, _),
        _figures(dossier, show),
        _quality(dossier, show),
        _decisions(dossier, show),
        *measuring_tables(dossier, show.zone, _),
        *more,
    )
    body = (_summary(dossier, show), _claimed(dossier, show))
    return document(manner_of(show), facts, body, annexes, _("Method"), chief=CHIEF)


def manner_of(show: Show) -> Manner:
    """The document's manner."""
    if show.manner is None:
        raise ValueError("no document is made")
    return show.manner


def share_of(thousandths: int | None, _: Translate) -> Value:
    """A share as columns of shares take it."""
    return _("not measured") if thousandths is None else thousandths / WHOLE


def owed_words(piece: Reckoning, over: bool, show: Show) -> tuple[str, str]:
    """(step, amount) of what is owed by what is certain, in words."""
    _, terms = show.translate, piece.terms
    if not over or piece.standing is not Standing.OWED:
        return _("none"), show.text(0, MONEY)
    amount = piece.sure.amount
    step = step_words(piece.sure.step, terms.credit_unit, _)
    return step, _("the fee is not on record") if amount is None else show.text(amount, MONEY)


def _summary(dossier: Dossier, show: Show) -> Table:
    _, claim = show.translate, dossier.claim
    titles = [_stretch(piece, show) for piece in claim.pieces]
    columns = (Column("", width=_WIDE), *(Column(title, width=30) for title in titles))
    told = [_summary_of(piece, claim.over, show) for piece in claim.pieces]
    rows = [tuple(cells) for cells in zip(_summary_names(_), *told, strict=True)]
    return Table("summary", _("What is claimed"), columns, rows, (standing_words(claim.standing, _),))


def _stretch(piece: Reckoning, show: Show) -> str:
    """From which day to which, and under which version of the contract."""
    first, last = show.at(piece.period.start), show.at(piece.period.end - 1)
    days = [show.text(one.date() if one else None, ColumnKind.DATE) for one in (first, last)]
    since = show.text(piece.terms.valid_from, ColumnKind.DATE)
    return show.translate("{first} – {last}, contract {number} in force since {since}").format(
        first=days[0], last=days[1], number=piece.terms.number, since=since
    )


def _summary_names(_: Translate) -> tuple[str, ...]:
    return (
        _("Agreed availability"),
        _("Availability measured by the contract"),
        _("Bounds of that"),
        _("Share of time measured"),
        _("Outages in all; of them put down to the provider in part"),
        _("Down time certain and the provider's"),
        _("Availability that cannot be refuted"),
        _("Credit step reached by that"),
        _("Amount claimed (VND)"),
        _("By the measured figure it would be"),
    )


def _summary_of(piece: Reckoning, over: bool, show: Show) -> tuple[str, ...]:
    _, account = show.translate, piece.account
    shares = [show.text(value, SHARE) for value in share_values(account, _)]
    own = sum(any(part.attribution.party is Party.PROVIDER for part in one.parts) for one in piece.outages)
    step, amount = owed_words(piece, over, show)
    target = piece.terms.target
    return (
        _("none is agreed") if target is None else show.text(target / WHOLE, SHARE),
        shares[0],
        f"{shares[1]} – {shares[2]}",
        shares[3],
        f"{len(piece.outages)}; {own}",
        show.length(piece.claimed),
        show.text(share_of(piece.sure.availability, _), SHARE),
        step,
        amount,
        _told(piece, show),
    )


def _told(piece: Reckoning, show: Show) -> str:
    step = step_words(piece.told.step, piece.terms.credit_unit, show.translate)
    amount = piece.told.amount
    return step if amount is None else f"{step}: {show.text(amount, MONEY)}"


def _numbered(dossier: Dossier) -> Iterator[tuple[int, AttributedOutage]]:
    """Every outage with its number in the dossier."""
    every = (outage for piece in dossier.claim.pieces for outage in piece.outages)
    return enumerate(every, start=1)


def _rows(dossier: Dossier) -> Iterator[tuple[int, Reckoning, AttributedOutage, ClaimRow]]:
    before = 0
    for piece in dossier.claim.pieces:
        for row in piece.rows:
            yield before + row.outage + 1, piece, piece.outages[row.outage], row
        before += len(piece.outages)


def _tickets(outage: AttributedOutage) -> str:
    return ", ".join(one.number for one in outage.tickets)


def _claimed(dossier: Dossier, show: Show) -> Table:
    _ = show.translate
    columns = (
        Column(_("No."), INTEGER, width=6),
        Column(_("First look that saw it down"), MOMENT),
        Column(_("Last look that saw it down"), MOMENT),
        Column(_("Certain, and the provider's"), DURATION),
        Column(_("Tickets"), width=16),
        Column(_("Evidence"), width=_WIDE),
    )
    rows = [
        (
            number,
            show.at(outage.outage.start),
            show.at(outage.outage.earliest_end) or _("still down"),
            seconds(row.claimed),
            _tickets(outage),
            _dated(dossier, number, _evidence(outage, row, show), _),
        )
        for number, _piece, outage, row in _rows(dossier)
        if row.claimed
    ]
    note = _("Only down time between the first and the last look that saw the line down is claimed.")
    return Table("claimed", _("Outages claimed"), columns, rows, (note,))


def _dated(dossier: Dossier, number: int, evidence: str, _: Translate) -> str:
    """The evidence, marked where our clock may have been wrong at the edges of the outage."""
    return "; ".join(filter(None, (doubt_words(dossier.doubts[number - 1], _), evidence)))


def _evidence(outage: AttributedOutage, row: ClaimRow, show: Show) -> str:
    told = grounds_of(row.part.attribution, show.places, show.zone, show.language, show.translate)
    return "; ".join(filter(None, (*told, outage.outage.evidence)))


def _outages(dossier: Dossier, show: Show) -> Table:
    _ = show.translate
    columns = (
        Column(_("No."), INTEGER, width=6),
        Column(_("Last look that saw it well"), MOMENT),
        Column(_("First look that saw it down"), MOMENT),
        Column(_("Last look that saw it down"), MOMENT),
        Column(_("First look that saw it well again"), MOMENT),
        Column(_("Part from"), MOMENT, extra=True),
        Column(_("Part until"), MOMENT, extra=True),
        Column(_("Counted"), DURATION),
        Column(_("Whose"), width=18),
        Column(_("How sure"), width=12),
        Column(_("Claimed"), DURATION),
        Column(_("Not claimed"), DURATION),
        Column(_("Tickets"), width=14),
        Column(_("Restored after"), DURATION),
        Column(_("Agreed"), DURATION, extra=True),
        Column(_("Later than agreed"), width=10),
        Column(_("Reason"), width=24, extra=True),
        Column(_("Incident"), INTEGER, extra=True),
        Column(_("Clock's error at most (s)"), ColumnKind.NUMBER, extra=True),
        Column(_("Evidence"), width=_WIDE),
    )
    rows = [
        (
            *_outage_row(number, piece, outage, row, show),
            doubt_value(dossier.doubts[number - 1], _),
            _dated(dossier, number, _evidence(outage, row, show), _),
        )
        for number, piece, outage, row in _rows(dossier)
    ]
    notes = (
        clock_note(dossier, _),
        _("An outage that reaches beyond the period is shown whole; only its time within the period counts."),
        _("Where nothing is known beside an outage, its doubtful edges reach across that time."),
    )
    return Table(CHIEF, _("Outages and whose they were"), columns, rows, notes, fixed=1)


def _outage_row(number: int, piece: Reckoning, outage: AttributedOutage, row: ClaimRow, show: Show) -> Row:
    _, one, said = show.translate, outage.outage, row.part.attribution
    restored, agreed = piece.restorations[row.outage], piece.terms.restoration
    return (
        number,
        show.at(one.earliest_start),
        show.at(one.start),
        show.at(one.earliest_end) or _("still down"),
        show.at(one.end) or _("still down"),
        show.at(row.start),
        show.at(row.end) or _("still down"),
        seconds(row.counted),
        whose(said, _),
        confidence(said, _),
        seconds(row.claimed),
        seconds(row.counted - row.claimed),
        _tickets(outage),
        None if restored is None else seconds(restored.measured),
        None if agreed is None else seconds(agreed),
        late_words(restored, agreed, _),
        reason_words(one.reason, _),
        said.incident or None,
    )


def _unclaimed(dossier: Dossier, show: Show) -> Table:
    _ = show.translate
    columns = (
        Column(_("No."), INTEGER, width=6),
        Column(_("From"), MOMENT),
        Column(_("Until"), MOMENT),
        Column(_("Not claimed"), DURATION),
        Column(_("Why"), width=_WIDE),
        Column(_("Evidence"), width=_WIDE),
    )
    rows = [
        (
            number,
            show.at(row.start),
            show.at(row.end) or _("still down"),
            seconds(length),
            words(WHY, why, _),
            _evidence(outage, row, show),
        )
        for number, _piece, outage, row in _rows(dossier)
        for why, length in row.unclaimed.items()
    ]
    note = _("What nobody measured is in a table of its own; it is neither up nor down.")
    return Table("unclaimed", _("Not claimed, and why"), columns, rows, (note,))


def _opened(dossier: Dossier, show: Show) -> Table:
    _ = show.translate
    columns = (
        Column(_("No."), INTEGER, width=6),
        Column(_("Ticket"), width=18),
        Column(_("Opened"), MOMENT),
        Column(_("Closed"), MOMENT),
        Column(_("Opened after"), DURATION),
        Column(_("Closed after"), DURATION),
        Column(_("Note"), width=_WIDE),
        Column(_("Who"), width=20),
    )
    rows = [
        (
            number,
            one.number,
            show.at(one.opened),
            show.at(one.closed),
            _after(outage.outage.start, one.opened),
            _after(outage.outage.start, one.closed),
            one.note,
            one.author,
        )
        for number, outage in _numbered(dossier)
        for one in outage.tickets
    ]
    note = _("Lengths are from the first look that saw the line down.")
    return Table("tickets", _("The provider's tickets"), columns, rows, (note,), fixed=2)


def _after(start: int, at: int | None) -> Value:
    return None if at is None or at < start else seconds(at - start)


def _left_out(dossier: Dossier, show: Show) -> Table:
    _ = show.translate
    columns = (
        Column(_("From"), MOMENT),
        Column(_("Until"), MOMENT),
        Column(_("Length"), DURATION),
        Column(_("Counts"), width=14),
        Column(_("Reason"), width=_WIDE),
        Column(_("Who"), width=20),
    )
    rows = [
        (
            show.at(one.start),
            show.at(one.end),
            seconds(one.end - one.start),
            said,
            reason_words(one.reason, _),
            one.by,
        )
        for piece in dossier.claim.pieces
        for said, several in ((_("left out"), piece.cuts), (_("counts"), piece.late))
        for one in several
    ]
    note = _(
        "Maintenance is left out from when it was written down; where the contract asks for notice, only what was "
        "written down so long before it began."
    )
    return Table("maintenance", _("Maintenance and time taken out"), columns, rows, (note,), fixed=2)


def _gaps(dossier: Dossier, show: Show) -> Table:
    _ = show.translate
    columns = (
        Column(_("From"), MOMENT),
        Column(_("Until"), MOMENT),
        Column(_("Length"), DURATION),
        Column(_("Reason"), width=_WIDE),
    )
    rows = [
        (show.at(gap.start), show.at(gap.end), seconds(gap.length), reason_words(gap.reason, _))
        for piece in dossier.claim.pieces
        for gap in piece.gaps
    ]
    return Table("gaps", _("Not measured"), columns, rows, fixed=2)


def _figures(dossier: Dossier, show: Show) -> Table:
    _ = show.translate
    columns = (
        Column(_("From"), MOMENT),
        Column(_("Until"), MOMENT),
        Column(_("Contract"), width=20),
        Column(_("Target"), SHARE),
        *share_columns(_),
        *(Column(title, DURATION) for title in (_("Up"), _("Down"), _("Unknown"), _("Not counted"))),
        Column(_("Time that counts"), DURATION),
        Column(_("Claimed"), DURATION),
        Column(_("Cannot be refuted"), SHARE),
        Column(_("Credit step"), width=20),
        Column(_("Amount"), MONEY),
    )
    rows = [_figure_row(piece, dossier.claim.over, show) for piece in dossier.claim.pieces]
    note = _(
        "What cannot be refuted: the claimed time as a share of all time that counts, whoever other outages are put "
        "down to; rounded up. The other shares are cut off, the upper bound rounded up."
    )
    return Table("figures", _("Figures"), columns, rows, (note,), fixed=2)


def _figure_row(piece: Reckoning, over: bool, show: Show) -> Row:
    _, account = show.translate, piece.account
    step, _words = owed_words(piece, over, show)
    owed = over and piece.standing is Standing.OWED
    return (
        show.at(piece.period.start),
        show.at(account.until),
        piece.terms.number,
        None if piece.terms.target is None else piece.terms.target / WHOLE,
        *share_values(account, _),
        *_times(account),
        seconds(piece.countable),
        seconds(piece.claimed),
        share_of(piece.sure.availability, _),
        step,
        (_("not known") if piece.sure.amount is None else piece.sure.amount) if owed else 0,
    )


def _times(account: Account) -> tuple[Value, ...]:
    return tuple(seconds(one) for one in (account.up, account.down, account.unknown, account.excluded))


def _quality(dossier: Dossier, show: Show) -> Table:
    _ = show.translate
    columns = (
        Column(_("From"), MOMENT),
        Column(_("Measure"), width=18),
        Column(_("Unit"), width=6),
        Column(_("Limit"), ColumnKind.NUMBER),
        Column(_("Mean"), ColumnKind.NUMBER),
        Column(_("Highest"), ColumnKind.NUMBER),
        Column(_("Measured"), DURATION),
        Column(_("Over the limit"), DURATION),
        Column(_("Share over it"), SHARE),
        Column(_("Left out"), DURATION),
    )
    rows: list[Row] = []
    for piece, several in zip(dossier.claim.pieces, dossier.qualities, strict=True):
        for one in several:
            scale, unit = (100, "%") if one.metric == "loss" else (1000, "ms")
            numbers = (None if each is None else each * scale for each in (one.limit, one.mean, one.highest))
            measured = one.measured or one.left_out
            rows.append(
                (
                    show.at(piece.period.start),
                    words(METRICS, one.metric, _),
                    unit,
                    *numbers,
                    seconds(one.measured) if measured else _("not measured"),
                    None if one.limit is None or not measured else seconds(one.over),
                    None if one.limit is None or one.share_over is None else one.share_over / WHOLE,
                    seconds(one.left_out),
                )
            )
    note = _(
        "Means of five minutes while the line was up; those that touch an outage or maintenance are left out, since "
        "availability tells of them. Samples are kept for 100 days."
    )
    return Table("quality", _("Quality against the limits"), columns, rows, (note,), fixed=2)


def _decisions(dossier: Dossier, show: Show) -> Table:
    _ = show.translate
    columns = (
        Column(_("Written down"), MOMENT),
        Column(_("Who"), width=20),
        Column(_("Decision"), width=24),
        Column(_("From"), MOMENT),
        Column(_("Until"), MOMENT),
        Column(_("Why"), width=_WIDE),
    )
    said = [
        (
            one.recorded_at,
            one.author,
            _("given back to evidence") if one.party is None else _decided(one.party, _),
            one.start,
            one.end,
            one.reason,
        )
        for one in dossier.decisions
    ]
    said += [
        (
            one.recorded_at,
            one.author,
            _("taken out of the figures") if one.excluded else _("put back into the figures"),
            one.start,
            one.end,
            one.reason,
        )
        for one in dossier.taken_out
    ]
    rows = [
        (show.at(at), author, what, show.at(start), show.at(end), reason)
        for at, author, what, start, end, reason in sorted(said)
    ]
    return Table("decisions", _("Decisions of persons"), columns, rows)


def _decided(party: Party, _: Translate) -> str:
    return _("put down to: {party}").format(party=party_words(party, _))
