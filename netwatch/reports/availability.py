"""The report on availability: figures with their bounds, every outage, what does not count and why. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from exporters.documents.model import Column, ColumnKind, Document, Row, Table, Value
from netwatch.availability.contract import Account, Class, Outage
from netwatch.availability.publication import FrozenLine
from netwatch.availability.shares import WHOLE, shares_of
from netwatch.clock import SECOND
from netwatch.language import Translate
from netwatch.queries.availability import AvailabilityLine, AvailabilityReport
from netwatch.queries.words import reason_words
from netwatch.reports.letterhead import Facts, Manner, document

SHARE, DURATION, INTEGER, MOMENT = (
    ColumnKind.SHARE,
    ColumnKind.DURATION,
    ColumnKind.INTEGER,
    ColumnKind.MOMENT,
)
CHIEF = "figures"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDE = 40


@dataclass(frozen=True, slots=True)
class OutageTold:
    """An outage of `subject`, with the names of it and of its cause."""

    name: str
    subject: str
    outage: Outage
    cause: str


def availability_document(
    report: AvailabilityReport, zone: tzinfo, manner: Manner, facts: Facts, _: Translate
) -> Document:
    """The whole report: everything together in the letter, each thing, its outages and what does not count in annexes.

    Moments are of the time zone.
    """
    annexes = (_figures(report, _), _outages(report, zone, _), reason_table(report.lines, _))
    return document(manner, facts, (_together(report, _),), annexes, _("Method"), chief=CHIEF)


def period_words(name: str, _: Translate) -> str:
    """A period's name as people write it: 'month 10/2026', '05/10/2026 – 12/10/2026'."""
    days = [date.fromisoformat(part) for part in name.split("..") if len(part) == len("2026-10-31")]
    if days:
        return " – ".join(f"{one:%d/%m/%Y}" for one in days)
    year, _dash, month = name.partition("-")
    if not month:
        return _("year {year}").format(year=year)
    return _("month {month}/{year}").format(month=month, year=year)


def local(at: int | None, zone: tzinfo) -> datetime | None:
    """A moment (µs UTC) as local time."""
    return None if at is None else (EPOCH + timedelta(microseconds=at)).astimezone(zone)


def seconds(length: int) -> float:
    """A length (µs) as a writer of documents takes it; whole seconds stay whole."""
    return length // SECOND if not length % SECOND else length / SECOND


def share_columns(_: Translate) -> tuple[Column, ...]:
    """Those of `share_values`."""
    titles = _("Availability"), _("At least"), _("At most"), _("Measured")
    return tuple(Column(title, SHARE, width=12) for title in titles)


def share_values(account: Account, _: Translate) -> Row:
    """Availability, its bounds and how much was measured."""
    shares = shares_of(account)
    found = (shares.availability, shares.lowest, shares.highest, shares.measured)
    return tuple(_("not measured") if one is None else one / WHOLE for one in found)


def class_word(class_: Class, _: Translate) -> str:
    """The word of a class."""
    return {
        Class.UP: _("Up"),
        Class.DOWN: _("Down"),
        Class.UNKNOWN: _("Unknown"),
        Class.EXCLUDED: _("Not counted"),
    }[class_]


def time_columns(_: Translate) -> tuple[Column, ...]:
    """Those of `times`."""
    return tuple(Column(class_word(class_, _), DURATION) for class_ in Class)


def times(account: Account) -> Iterator[Value]:
    """The time of every class."""
    for class_ in Class:
        yield seconds(account.of(class_))


def _together(report: AvailabilityReport, _: Translate) -> Table:
    columns = (Column(_("Things"), INTEGER, width=10), *share_columns(_), *time_columns(_))
    row = (report.things, *share_values(report.total, _), *times(report.total))
    return Table("together", _("Everything together"), columns, (row,), (method_note(_),))


def method_note(_: Translate) -> str:
    """What the columns mean."""
    return _("Shares are cut off, only the highest is rounded up. Lengths are hours, minutes and seconds.")


def _figures(report: AvailabilityReport, _: Translate) -> Table:
    columns = (
        Column(_("Name"), width=_WIDE),
        Column(_("Code"), width=24),
        Column(_("Place"), width=_WIDE, extra=True),
        *share_columns(_),
        *time_columns(_),
        Column(_("Outages"), INTEGER),
    )
    rows = [
        (
            *(line.name, line.id, line.place),
            *share_values(line.account, _),
            *times(line.account),
            len(line.outages),
        )
        for line in report.lines
    ]
    return Table(CHIEF, _("Availability"), columns, rows)


def _outages(report: AvailabilityReport, zone: tzinfo, _: Translate) -> Table:
    names = {line.id: line.name for line in report.lines}
    told = (
        OutageTold(names.get(one.subject, line.name), one.subject, one.outage, one.cause_name)
        for line in report.lines
        for one in line.outages
    )
    return outage_table(told, zone, _)


def outage_table(told: Iterable[OutageTold], zone: tzinfo, _: Translate) -> Table:
    """Every outage with the moments around its beginning and its end."""
    columns = (
        Column(_("Name"), width=_WIDE),
        Column(_("Code"), width=24),
        Column(_("Down since"), MOMENT),
        Column(_("Down not before"), MOMENT),
        Column(_("Up again"), MOMENT),
        Column(_("Up not before"), MOMENT),
        Column(_("Counted"), DURATION),
        Column(_("Not counted"), DURATION),
        Column(_("Reason"), width=_WIDE),
        Column(_("Cause"), width=24),
        Column(_("Evidence"), width=_WIDE, extra=True),
    )
    rows = [_outage_row(one, zone, _) for one in told]
    note = _(
        "An outage that reaches beyond the period is shown whole; only its time within the period counts."
    )
    return Table("outages", _("Outages"), columns, rows, (note,))


def _outage_row(one: OutageTold, zone: tzinfo, _: Translate) -> Row:
    outage = one.outage
    return (
        one.name,
        one.subject,
        local(outage.start, zone),
        local(outage.earliest_start, zone),
        local(outage.end, zone) or _("still down"),
        local(outage.earliest_end, zone),
        seconds(outage.counted),
        seconds(outage.excluded),
        reason_words(outage.reason, _),
        one.cause,
        outage.evidence,
    )


def reason_table(lines: Iterable[AvailabilityLine | FrozenLine], _: Translate) -> Table:
    """What is neither up nor down, thing by thing, with reasons."""
    columns = (
        Column(_("Name"), width=_WIDE),
        Column(_("Code"), width=24),
        Column(_("Counts as"), width=16),
        Column(_("Reason"), width=_WIDE),
        Column(_("Length"), DURATION),
    )
    rows = [
        (line.name, line.id, class_word(class_, _), reason_words(reason, _), seconds(length))
        for line in lines
        for (class_, reason), length in sorted(line.account.by_reason.items())
        if class_ in (Class.EXCLUDED, Class.UNKNOWN)
    ]
    return Table("reasons", _("Not counted, and unknown"), columns, rows)
