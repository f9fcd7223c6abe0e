"""How the figures of a dossier were measured: witness, clock, single looks, and by what rows can be verified. Pure."""

from collections.abc import Iterator
from datetime import tzinfo

from exporters.documents.model import Column, ColumnKind, Row, Table
from netwatch.clock import SECOND
from netwatch.language import Translate
from netwatch.queries.claim_words import DISTURBANCES, WITNESSES, words
from netwatch.queries.claims import Dossier
from netwatch.reports.availability import local

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
    yield _("Clock while measuring"), _clock_words(dossier, _)
    yield _("Clock when this was written"), _synchronised(dossier.measuring.synchronised, _)
    yield _("Verdict rows that the figures rest on"), f"{dossier.digest.rows}"
    yield _("SHA-256 of these rows"), dossier.digest.sha256


def _clock_words(dossier: Dossier, _: Translate) -> str:
    """What is known: steps and suspends are noticed, the offset from true time is not recorded."""
    count = len(dossier.disturbances)
    said = (
        _("no step and no suspend was noticed")
        if not count
        else _("{count} steps and suspends were noticed; their time is unknown").format(count=count)
    )
    return _("{said}; its offset from true time was not recorded and is not known").format(said=said)


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
    rows = [
        (local(one.start, zone), local(one.end, zone), words(DISTURBANCES, one.what, _), one.seconds)
        for one in dossier.disturbances
    ]
    return Table("clock", _("Steps of the clock, suspends"), columns, rows, fixed=2)


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
