"""`netwatch availability`: how long sites, lines, endpoints and agencies were up, with bounds, from stored verdicts.

Exit code: 0 done; 1 not done; 64 a scope or period that does not exist.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from netwatch.availability.contract import Account, Class
from netwatch.availability.shares import shares_of
from netwatch.cli import availability_publish
from netwatch.cli.availability_bars import bars_json, show_bars
from netwatch.cli.availability_report import write_report
from netwatch.cli.database import reading
from netwatch.cli.documents import output_if_asked, output_options
from netwatch.cli.periods import period_of, period_options
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.clock import SECOND
from netwatch.language import Sentence, Translate, number
from netwatch.queries.availability import (
    BY,
    Asked,
    AvailabilityLine,
    AvailabilityReport,
    NoSuchScopeError,
    availability,
)
from netwatch.queries.availability_json import availability_json
from netwatch.queries.day_figures import bars as day_bars
from netwatch.queries.day_figures import last_days
from netwatch.queries.day_words import clock_words
from netwatch.queries.words import reason_words
from netwatch.settings_faults import suggestion

NOT_UNDERSTOOD = 64


class _Scope(click.Argument):
    """The scope, which stands before no command."""

    def get_usage_pieces(self, ctx: click.Context) -> list[str]:
        """How it is shown: of the group alone."""
        return super().get_usage_pieces(ctx) if isinstance(ctx.command, _Availability) else []


class _Availability(click.Group):
    """A group with a scope of its own: what names no command is one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave the scope out before a command; without one options may stand behind it."""
        if args and args[0] in self.commands:
            return super().parse_args(ctx, ["", *args])
        ctx.allow_interspersed_args = True
        return super().parse_args(ctx, args)


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return _Availability(
        "availability",
        invoke_without_command=True,
        callback=click.pass_context(_start),
        help=_(
            "Say how long everything in SCOPE (a unit, site, line or endpoint; everything without it) was up, down, "
            "unknown and not to be counted: of this month so far, or of the period named. Figures come from what is "
            "stored, with the bounds within which the truth lies."
        ),
        params=[
            _Scope(["scope"], required=False, default=""),
            *period_options(_),
            click.Option(
                ["--by"],
                type=click.Choice(tuple(BY)),
                help=_("A line of the table for each of these; of an agency the seconds of its sites."),
            ),
            click.Option(
                ["--minimum-outage"],
                type=click.IntRange(0, 86_400),
                default=0,
                metavar="SECONDS",
                help=_("Count outages shorter than this as up."),
            ),
            click.Option(
                ["--outages"], is_flag=True, help=_("Show every outage, and what was excluded why.")
            ),
            click.Option(
                ["--bars"],
                is_flag=True,
                help=_("A character for each of the last 90 days, of sites, lines or endpoints."),
            ),
            json_option(_),
            *output_options(_, required=False),
        ],
        commands=availability_publish.commands(_),
    )


def _start(ctx: click.Context, **options: Any) -> None:  # noqa: ANN401 - click's
    if ctx.invoked_subcommand is None:
        show(ctx.obj, **options)
    elif options["scope"]:
        text = "Name the command first: netwatch availability {command} ..."
        raise Stop(Sentence(text, {"command": ctx.invoked_subcommand}), code=NOT_UNDERSTOOD)


def show(
    shell: Shell,
    scope: str,
    day: str,
    month: str,
    year: int | None,
    first: str,
    last: str,
    by: str | None,
    minimum_outage: int,
    outages: bool,
    bars: bool,
    as_json: bool,
    **options: Any,  # noqa: ANN401 - click's
) -> None:
    """Print the figures, or write them."""
    wanted = output_if_asked(shell, options)
    if bars:
        if (
            wanted is not None
            or any((day, month, year, first, last, minimum_outage, outages))
            or by == "agency"
        ):
            text = "--bars shows the last 90 days of sites, lines or endpoints; name nothing else with it."
            raise Stop(Sentence(text), code=NOT_UNDERSTOOD)
        _bars(shell, scope, by or "", as_json)
        return
    period = period_of(shell, day, month, year, (first, last))
    asked = Asked(scope, by or "", period, minimum_outage * SECOND)
    report = _taken(shell, asked)
    if wanted is not None:
        write_report(shell, report, wanted)
    if as_json:
        shell.show_json(availability_json(report))
    if wanted is None and not as_json:
        _show(shell, report, outages)


def _bars(shell: Shell, scope: str, by: str, as_json: bool) -> None:
    zone, now = shell.settings.daemon.zone, shell.clock.now()
    today = shell.today()
    with (
        _scoped(f"{last_days(today)[0]}..{today}"),
        reading(shell) as store,
        shell.working(shell._("Counting…")),
    ):
        found = day_bars(store, scope, by, today, zone, now)
    if as_json:
        shell.show_json(bars_json(found))
    else:
        show_bars(shell, found)


def _show(shell: Shell, report: AvailabilityReport, outages: bool) -> None:
    if report.watched_until:
        text = "No daemon has been running since {at}; what came after is unknown."
        shell.remark(Sentence(text, {"at": shell.moment(report.watched_until)}))
    if not report.lines:
        shell.say(shell._("Nothing of this kind was there in this period."))
        return
    _table(shell, report)
    if outages:
        _outages(shell, report)
        _excluded(shell, report.total)


def _taken(shell: Shell, asked: Asked) -> AvailabilityReport:
    zone, now = shell.settings.daemon.zone, shell.clock.now()
    with _scoped(asked.period.name), reading(shell) as store, shell.working(shell._("Counting…")):
        return availability(store, asked, zone, now)


@contextmanager
def _scoped(period: str) -> Iterator[None]:
    """Ends the command for a scope that was nothing in the period."""
    try:
        yield
    except NoSuchScopeError as fault:
        if fault.unfit:
            text = "The figures of '{scope}' are told by {by}; leave --by out."
            params = {"scope": fault.scope, "by": fault.known[0]}
            raise Stop(Sentence(text, params), code=NOT_UNDERSTOOD) from None
        params = {"scope": fault.scope, "period": period}
        text = "There was no unit, site, line or endpoint '{scope}' in {period}."
        near = suggestion(fault.scope, list(fault.known))
        raise Stop(Sentence(text, params), *near, code=NOT_UNDERSTOOD) from None


def _table(shell: Shell, report: AvailabilityReport) -> None:
    _ = shell._
    params = {
        "scope": report.scope_name or _("everything"),
        "period": report.period.name,
        "start": shell.moment(report.period.start),
        "until": shell.moment(report.until),
    }
    shell.say(_("Availability of {scope} in {period}: from {start} to {until}", **params))
    rows = [
        (line.id, line.name, *_figures(shell, line.account), str(len(line.outages))) for line in report.lines
    ]
    if len(report.lines) > 1:
        text = _("all {count} together", count=report.things)
        rows.append(("", text, *_figures(shell, report.total), ""))
    headings = (
        *(_("id"), _("name"), _("up %"), _("between"), _("measured"), _("up")),
        *(_("down"), _("unknown"), _("excluded"), _("outages")),
    )
    shell.table(headings, rows)


def _figures(shell: Shell, account: Account) -> tuple[str, ...]:
    shares = shares_of(account)
    between = "-"
    if shares.lowest is not None:
        between = f"{_percent(shell, shares.lowest)} – {_percent(shell, shares.highest)}"
    return (
        _percent(shell, shares.availability),
        between,
        _percent(shell, shares.measured),
        *(clock_words(account.of(class_)) for class_ in Class),
    )


def _percent(shell: Shell, thousandths: int | None) -> str:
    return "-" if thousandths is None else number(thousandths / 1000, shell.language)


def _outages(shell: Shell, report: AvailabilityReport) -> None:
    _ = shell._
    rows = [row for line in report.lines for row in _outage_rows(shell, line)]
    shell.say()
    if not rows:
        shell.say(_("No outage."))
        return
    headings = (
        *(_("what"), _("down since"), _("not before"), _("up again"), _("not before")),
        *(_("counted"), _("excluded"), _("reason"), _("cause"), _("evidence")),
    )
    shell.table(headings, rows)


def _outage_rows(shell: Shell, line: AvailabilityLine) -> list[tuple[str, ...]]:
    return [
        (
            one.subject,
            shell.moment(one.outage.start),
            shell.moment(one.outage.earliest_start),
            shell.moment(one.outage.end or 0) or shell._("still down"),
            shell.moment(one.outage.earliest_end or 0),
            clock_words(one.outage.counted),
            clock_words(one.outage.excluded),
            reason_words(one.outage.reason, shell.translate),
            one.cause_name,
            one.outage.evidence,
        )
        for one in line.outages
    ]


def _excluded(shell: Shell, account: Account) -> None:
    why = [
        (reason, length) for (class_, reason), length in account.by_reason.items() if class_ is Class.EXCLUDED
    ]
    for reason, length in sorted(why):
        params = {"length": clock_words(length), "reason": reason_words(reason, shell.translate)}
        shell.say(shell._("Not counted: {length}, {reason}", **params))
