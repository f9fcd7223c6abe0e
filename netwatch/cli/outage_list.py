"""`netwatch outage list`: the outages of lines, part by part, with whose each part was and why."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from netwatch.availability.contract import Outage
from netwatch.cli.as_of import known_at as moment_known
from netwatch.cli.database import reading
from netwatch.cli.periods import period_of
from netwatch.cli.shell import Shell, Stop
from netwatch.language import Sentence
from netwatch.queries.availability import NoSuchScopeError
from netwatch.queries.day_words import clock_words
from netwatch.queries.outage_words import attribution_sentence, chief
from netwatch.queries.outages import LineOutages, OutageReport, outage_report
from netwatch.queries.outages_json import outages_json
from netwatch.settings_faults import suggestion
from netwatch.sla.claim import restoration
from netwatch.sla.contract import AttributedOutage, Part, Ticket

NOT_UNDERSTOOD = 64


def show(
    shell: Shell,
    scope: str,
    day: str,
    month: str,
    year: int | None,
    first: str,
    last: str,
    party: str | None,
    known_at: str,
    as_json: bool,
) -> None:
    """Print them."""
    report = _taken(shell, scope, (day, month, year, (first, last)), known_at)
    if party:
        report = replace(report, lines=tuple(_of(report.lines, party)))
    if as_json:
        shell.show_json(outages_json(report))
        return
    if report.watched_until:
        text = "No daemon has been running since {at}; what came after is unknown."
        shell.remark(Sentence(text, {"at": shell.moment(report.watched_until)}))
    if not report.lines:
        shell.say(shell._("No outage."))
        return
    _table(shell, report)


def _taken(
    shell: Shell, scope: str, named: tuple[str, str, int | None, tuple[str, str]], known: str
) -> OutageReport:
    period, zone, now = period_of(shell, *named), shell.settings.daemon.zone, shell.clock.now()
    then = moment_known(shell, known)
    try:
        with reading(shell) as store, shell.working(shell._("Counting…")):
            return outage_report(store, scope, period, zone, now, then)
    except NoSuchScopeError as fault:
        params = {"scope": fault.scope, "period": period.name}
        text = "There was no unit, site or line '{scope}' in {period}."
        near = () if fault.unfit else suggestion(fault.scope, list(fault.known))
        raise Stop(Sentence(text, params), *near, code=NOT_UNDERSTOOD) from None


def _of(lines: Sequence[LineOutages], party: str) -> Iterator[LineOutages]:
    """The lines with those of their outages that were a party's in part."""
    for line in lines:
        found = [one for one in line.outages if any(part.attribution.party == party for part in one.parts)]
        if found:
            yield replace(line, outages=tuple(found))


def _table(shell: Shell, report: OutageReport) -> None:
    _ = shell._
    names = {"scope": report.scope_name or _("everything"), "period": report.period.name}
    names |= {"start": shell.moment(report.period.start), "until": shell.moment(report.until)}
    shell.say(_("Outages of lines of {scope} in {period}: from {start} to {until}", **names))
    headings = (
        *(_("line"), _("down since"), _("not before"), _("up again"), _("counted")),
        *(_("from"), _("length"), _("put down to"), _("why"), _("tickets"), _("restored in")),
    )
    rows = [row for line in report.lines for one in line.outages for row in _rows(shell, report, line, one)]
    shell.table(headings, rows)


def _rows(
    shell: Shell, report: OutageReport, line: LineOutages, one: AttributedOutage
) -> Iterator[tuple[str, ...]]:
    """A row for each part; what is of the whole outage stands in the first."""
    outage = one.outage
    whole = (
        line.id,
        shell.moment(outage.start),
        shell.moment(outage.earliest_start),
        _end(shell, outage),
        clock_words(outage.counted),
    )
    numbers = "; ".join(_ticket(shell, ticket) for ticket in one.tickets)
    restored = _restored(shell, line, one, report.at)
    for place, part in enumerate(one.parts):
        beside = ("",) * len(whole) if place else whole
        last = ("", "") if place else (numbers, restored)
        yield *beside, *_part(shell, report, line.id, part), *last


def _end(shell: Shell, outage: Outage) -> str:
    """When it was up again; where nothing is known after it, since when."""
    if outage.end is None:
        return shell._("still down")
    at = shell.moment(outage.end)
    return shell._("unknown from {at}", at=at) if outage.latest_end is None else at


def _part(shell: Shell, report: OutageReport, line: str, part: Part) -> tuple[str, ...]:
    end = report.at if part.end is None else part.end
    told = part.attribution
    reasons = chief(told, report.base.at(line), shell.settings.daemon.zone, shell.language)
    return (
        shell.moment(part.start),
        clock_words(max(0, end - part.start)),
        attribution_sentence(told).words(shell.translate),
        "; ".join(reason.words(shell.translate) for reason in reasons),
    )


def _restored(shell: Shell, line: LineOutages, one: AttributedOutage, now: int) -> str:
    """How long the provider took, beside what the contract grants it; '' under no contract."""
    found = None if line.terms is None else restoration(one, line.terms, now)
    if found is None or line.terms is None:
        return ""
    measured, agreed = clock_words(found.measured), line.terms.restoration
    if agreed is None:
        return measured
    text = "{measured} of {agreed}: late" if found.late else "{measured} of {agreed}: in time"
    if found.late is None:
        text = "{measured} of {agreed}: late or in time, not certain"
    return shell._(text, measured=measured, agreed=clock_words(agreed))


def _ticket(shell: Shell, ticket: Ticket) -> str:
    times = [shell.moment(at) if at is not None else "…" for at in (ticket.opened, ticket.closed)]
    return f"{ticket.number} ({' – '.join(times)})"
