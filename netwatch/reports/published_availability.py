"""Published availability as a document: figures as they were published, and beside them what is known today. Pure."""

from collections.abc import Callable, Iterator
from datetime import tzinfo

from exporters.documents.model import Column, ColumnKind, Document, Row, Table
from netwatch.availability.publication import FrozenLine
from netwatch.language import Translate
from netwatch.queries.availability import BY
from netwatch.queries.availability_published import PublishedAvailability, RowLine
from netwatch.queries.availability_reasons import reason_words, thing_word
from netwatch.queries.words import kind_word
from netwatch.reports.availability import (
    CHIEF,
    OutageTold,
    method_note,
    outage_table,
    reason_table,
    share_columns,
    share_values,
    time_columns,
    times,
)
from netwatch.reports.letterhead import Facts, Manner, document

_WIDE = 40
When = Callable[[int], str]


def published_document(
    report: PublishedAvailability,
    zone: tzinfo,
    manner: Manner,
    facts: Facts,
    telling: tuple[When, str],
    _: Translate,
) -> Document:
    """The whole document; `telling` writes a moment in words, and names the release that computes today's figures."""
    things = [line for line in report.frozen.lines if line.kind != "agency"]
    names = {line.id: line.name for line in things}
    outages = (
        OutageTold(line.name, line.id, outage, names.get(outage.cause, outage.cause))
        for line in things
        for outage in line.account.outages
    )
    annexes = (
        _figures(report, _),
        outage_table(outages, zone, _),
        reason_table(things, _),
        _differing(report, telling, _),
    )
    return document(manner, facts, (_together(report, _),), annexes, _("Method"), chief=CHIEF)


def _together(report: PublishedAvailability, _: Translate) -> Table:
    columns = (Column(_("Kind"), width=18), *share_columns(_), *time_columns(_))
    kinds = [kind for kind in BY if kind in report.frozen.totals]
    rows = [
        (f"{thing_word(kind, _)} ({total.things})", *share_values(total.account, _), *times(total.account))
        for kind, total in ((kind, report.frozen.totals[kind]) for kind in kinds)
    ]
    return Table("together", _("Everything together"), columns, rows, (method_note(_),))


def _figures(report: PublishedAvailability, _: Translate) -> Table:
    columns = (
        Column(_("Kind"), width=14),
        Column(_("Name"), width=_WIDE),
        Column(_("Code"), width=24),
        Column(_("Place"), width=_WIDE, extra=True),
        *share_columns(_),
        *time_columns(_),
        Column(_("Known today"), width=14),
    )
    differing = {(row.kind, row.id) for row in report.rows}
    words = {True: _("differs"), False: _("the same")}
    rows = [
        (
            *(thing_word(line.kind, _), line.name, line.id, line.place),
            *share_values(line.account, _),
            *times(line.account),
            words[(line.kind, line.id) in differing],
        )
        for line in report.frozen.lines
    ]
    return Table(CHIEF, _("Availability as published"), columns, rows, fixed=2)


def _differing(report: PublishedAvailability, telling: tuple[When, str], _: Translate) -> Table:
    share = ColumnKind.SHARE
    columns = (
        Column(_("Name"), width=_WIDE),
        Column(_("Code"), width=24),
        Column(_("Published"), share),
        Column(_("Known today"), share),
        Column(_("Why they differ"), width=80),
    )
    rows = [row for line in report.rows for row in _difference(line, telling, _)]
    return Table("differences", _("What differs by what is known today"), columns, rows)


def _difference(row: RowLine, telling: tuple[When, str], _: Translate) -> Iterator[Row]:
    sides = (_availability(row.published, _), _availability(row.today, _))
    when, release = telling
    why = [reason_words(reason, when, release).words(_) for reason in row.reasons]
    text = "{change_set}, recorded {moment} by {author}: {item}"
    why += [
        _(text).format(
            change_set=cause.change_set,
            moment=when(cause.recorded_at),
            author=cause.actor,
            item=f"{kind_word(cause.kind, _)} {cause.entity}",
        )
        for cause in row.recorded
    ]
    for one in why:
        yield (row.name, row.id, *sides, one)


def _availability(line: FrozenLine | None, _: Translate) -> float | str:
    if line is None:
        return "–"
    value = share_values(line.account, _)[0]
    return value if isinstance(value, int | float | str) else "–"
