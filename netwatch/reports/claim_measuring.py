"""How the figures of a dossier were measured: witness, clock, single looks, and by what rows can be verified. Pure."""

from collections.abc import Iterator
from datetime import tzinfo

from exporters.documents.formats import clock
from exporters.documents.model import Column, ColumnKind, Row, Table
from netwatch.clock import SECOND
from netwatch.discipline import milliseconds
from netwatch.language import Translate
from netwatch.queries.claim_words import DISTURBANCES, WITNESSES, words
from netwatch.queries.claims import Dossier
from netwatch.queries.timekeeping import Doubt
from netwatch.reports.availability import local
from netwatch.sampling.series import UNSYNCHRONISED

MOMENT = ColumnKind.MOMENT
_WIDE = 60


def measuring_tables(dossier: Dossier, zone: tzinfo, _: Translate) -> tuple[Table, ...]:
    """The tables."""
    return _method(dossier, _), _clock(dossier, zone, _), _looks(dossier, zone, _)


def _method(dossier: Dossier, _: Translate) -> Table:
    columns = (Column(_("Question"), width=34), Column(_("Answer"), width=_WIDE))
    rows = tuple(_how(dossier, _))
    return Table("method", _("How it was measured"), columns, rows)


def _how(dossier: Dossier, _: Translate) -> Iterator[Row]:
    line = dossier.line
    witness = line.witness if line is not None else "none"
    yield _("Witness of the line"), words(WITNESSES, witness, _)
    if line is not None and line.witness_address:
        yield _("Address of the witness"), line.witness_address
    if line is not None and line.witness_device:
        yield _("Device that is asked"), line.witness_device
    yield (
        _("Interval of its looks"),
        _("{seconds} s by the settings of today").format(seconds=f"{dossier.measuring.interval / SECOND:g}"),
    )
    yield (
        _("When a change is believed"),
        _("when {agree} of {of} looks agree; it is dated back to the first of them").format(
            agree=dossier.measuring.agree, of=dossier.measuring.of
        ),
    )
    yield from _clock_words(dossier, _)
    yield _("Clock when this was written"), _synchronised(dossier.measuring.synchronised, _)
    yield _("Verdict rows that the figures rest on"), f"{dossier.digest.rows}"
    yield _("SHA-256 of these rows"), dossier.digest.sha256


def _clock_words(dossier: Dossier, _: Translate) -> Iterator[Row]:
    """What is known of our clock in the period."""
    kept = dossier.timekeeping
    said = _("nothing was recorded, so that its error is not known")
    if kept.slots:
        said = _("known to be synchronised for {length} of {whole}").format(
            length=clock(kept.synchronised // SECOND), whole=clock((kept.end - kept.start) // SECOND)
        )
    yield _("Clock while measuring"), said
    yield _("Greatest maximum error of the clock then"), _error_words(kept.greatest, _)
    yield _("Clock not synchronised for"), clock(kept.unsynchronised // SECOND)
    yield _("Nothing is recorded of the clock for"), clock(kept.unknown // SECOND)
    count = len(dossier.disturbances)
    yield (
        _("Steps of the clock, suspends"),
        _("{count} steps and suspends were noticed; their time is unknown").format(count=count)
        if count
        else _("no step and no suspend was noticed"),
    )


def _error_words(error: float | None, _: Translate) -> str:
    if error is None:
        return _("not known")
    return _("{error} ms as the kernel said, asked every five minutes").format(error=milliseconds(error))


def clock_note(dossier: Dossier, _: Translate) -> str:
    """By how much the moments of outages may err."""
    greatest = dossier.timekeeping.greatest
    if greatest is None:
        return _("Moments are by our clock; by how much it may have erred is not known.")
    return _(
        "Moments are by our clock, which erred by {error} ms at the most while it was known to be synchronised. "
        "Outages at whose edges it may have erred by more than a second, or was not synchronised, say so among the "
        "evidence."
    ).format(error=milliseconds(greatest))


def doubt_words(doubt: Doubt, _: Translate) -> str:
    """What marks an outage at whose edges the clock may have been wrong; '' where nothing does."""
    if doubt.unsynchronised:
        return _("▲ our clock was not synchronised when it began or ended")
    if doubt.much and doubt.error is not None:
        text = _("▲ our clock may have erred by {error} ms when it began or ended")
        return text.format(error=milliseconds(doubt.error))
    return ""


def doubt_value(doubt: Doubt, _: Translate) -> str | float:
    """The same as a value of a column: seconds where they are known at every edge."""
    if doubt.unsynchronised:
        return _("not synchronised")
    return _("not known") if doubt.unknown or doubt.error is None else doubt.error


def _synchronised(found: bool | None, _: Translate) -> str:
    if found is None:
        return _("whether it is synchronised cannot be told")
    return _("synchronised, as the kernel says") if found else _("not synchronised, as the kernel says")


def _clock(dossier: Dossier, zone: tzinfo, _: Translate) -> Table:
    columns = (
        Column(_("From"), MOMENT),
        Column(_("Until"), MOMENT),
        Column(_("Disturbance"), width=40),
        Column(_("By (s)"), ColumnKind.NUMBER),
    )
    found: list[tuple[int, int, str, float | None]] = [
        (one.start, one.end, one.what, one.seconds) for one in dossier.disturbances
    ]
    found += [(start, end, UNSYNCHRONISED, None) for start, end in dossier.timekeeping.spans()]
    rows = [
        (local(start, zone), local(end, zone), words(DISTURBANCES, what, _), by)
        for start, end, what, by in sorted(found, key=lambda one: one[:2])
    ]
    title = _("Steps of the clock, suspends, time not synchronised")
    return Table("clock", title, columns, rows, fixed=2)


def _looks(dossier: Dossier, zone: tzinfo, _: Translate) -> Table:
    columns = (
        Column(_("No."), ColumnKind.INTEGER, width=6),
        Column(_("Edge"), width=12),
        Column(_("Look at"), MOMENT),
        Column(_("Line"), width=14),
        Column(_("Round trip (ms)"), ColumnKind.NUMBER),
        Column(_("Loss"), ColumnKind.PERCENT),
    )
    edges = {"start": _("beginning"), "end": _("end")}
    rows = [
        (
            one.outage + 1,
            edges[one.edge],
            local(one.look.at, zone),
            _said(one.look.holds, _),
            None if one.look.rtt is None else one.look.rtt * 1000,
            one.look.loss,
        )
        for one in dossier.looks
    ]
    note = _("Single looks a minute around the doubtful edges of every outage, as far as they are kept.")
    return Table("looks", _("Single looks"), columns, rows, (note,))


def _said(holds: bool | None, _: Translate) -> str:
    if holds is None:
        return _("unknown")
    return _("answers") if holds else _("does not answer")
