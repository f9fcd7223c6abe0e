"""`netwatch capacity [LINE]`: how full lines are, by the rule of circular 06/2026/TT-BKHCN, article 5.6.

Exit code: 0 done; with --breaches 1 when there is one; 64 a line or unit that does not exist.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import click

from inventory.coverage.items import Things
from inventory.coverage.needs import in_scope
from inventory.snapshot import Inventory, Line
from netwatch import commands
from netwatch.capacity.contract import Direction, Forecast, Peak, Run, State, Trend
from netwatch.cli.database import reading
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.language import Sentence, Translate
from netwatch.queries.capacity import SCHEMA, CapacityReport, LineCapacity, capacity, days_judged
from netwatch.queries.capacity_json import capacity_json
from netwatch.queries.figures import traffic
from netwatch.sampling.peaks import last_whole_day
from netwatch.sampling.series import DAYS_KEPT, DOWN

NOT_UNDERSTOOD = 64
MOST_DAYS = DAYS_KEPT
DAYS = 30


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "capacity",
        callback=click.pass_obj(show),
        help=_(
            "Say how full lines are: the 95th percentile of every day and direction as a share of the contracted "
            "bandwidth, days over 90 % in a row, when the limit would be crossed, and what was not measured."
        ),
        params=[
            click.Argument(["line"], required=False, default=""),
            click.Option(["--unit"], default="", metavar="ID", help=_("Only this unit and all below it.")),
            click.Option(
                ["--days"],
                type=click.IntRange(1, MOST_DAYS),
                default=DAYS,
                show_default=True,
                help=_("Show so many days, the last of them yesterday."),
            ),
            click.Option(
                ["--breaches"],
                is_flag=True,
                help=_("Only lines over the limit on seven consecutive days. Exit code: 0 none, 1 some."),
            ),
            json_option(_),
        ],
    )


def show(shell: Shell, line: str, unit: str, days: int, breaches: bool, as_json: bool) -> int:
    """Print the report."""
    if line and unit:
        raise click.UsageError(shell._("LINE and --unit exclude each other."))
    report = _report(shell, line, unit, days)
    if breaches:
        report = CapacityReport(
            SCHEMA,
            report.first,
            report.last,
            tuple(one for one in report.lines if _broken(one, report.first)),
        )
    if as_json:
        shell.show_json(capacity_json(report))
    elif line and report.lines:
        _one(shell, report.lines[0], report.first)
    else:
        _table(shell, report)
    return int(breaches and bool(report.lines))


def _report(shell: Shell, line: str, unit: str, days: int) -> CapacityReport:
    zone = shell.settings.daemon.zone
    last = last_whole_day(shell.clock.now(), zone)
    with reading(shell) as store, shell.working(shell._("Reading what was measured…")):
        inventory = commands.inventory_of(store.engine, shell.today())
        lines = _lines(inventory, line, unit, shell.today())
        found = tuple(capacity(store.engine, inventory, lines, last, days, zone))
    return CapacityReport(SCHEMA, last - timedelta(days=days - 1), last, found)


def _lines(inventory: Inventory, line: str, unit: str, on: date) -> Sequence[Line]:
    known = inventory.of("line")
    if line:
        if line not in known:
            raise Stop(commands.unknown_item(line, set(known)), code=NOT_UNDERSTOOD)
        return [known[line]]
    if not unit:
        return [one for _, one in sorted(known.items())]
    if unit not in inventory.of("organisation_unit"):
        raise Stop(commands.unknown_item(unit, set(inventory.of("organisation_unit"))), code=NOT_UNDERSTOOD)
    things, agencies = Things(inventory, on), in_scope(inventory, unit)
    return [one for _, one in sorted(known.items()) if agencies & set(things.agencies(one, one.site))]


def _broken(one: LineCapacity, first: date) -> bool:
    return any(run.breach and run.last >= first for told in one.directions.values() for run in told.runs)


def _table(shell: Shell, report: CapacityReport) -> None:
    _ = shell._
    if not report.lines:
        shell.say(_("No line to show."))
        return
    shell.say(
        _("Peaks (95th percentile of a day) from {first} to {last}", first=report.first, last=report.last)
    )
    headings = (
        *(_("line"), _("site"), _("direction"), _("last peak"), _("days over 90 %"), _("runs")),
        *(_("last seven days as one"), _("forecast"), _("need")),
    )
    measured = [one for one in report.lines if one.measured]
    shell.table(headings, [row for one in measured for row in _rows(shell, one, report.first)])
    _say_unmeasured(shell, report)


def _say_unmeasured(shell: Shell, report: CapacityReport) -> None:
    absent = [one.id for one in report.lines if not one.measured]
    if absent:
        text = "Not measured on any of these days: {count} of {all} lines ({ids})."
        ids = ", ".join(absent[:10]) + (", …" if len(absent) > len(absent[:10]) else "")
        shell.remark(Sentence(text, {"count": len(absent), "all": len(report.lines), "ids": ids}))
    bare = sum(None in one.contracted.values() for one in report.lines)
    if bare:
        shell.remark(
            Sentence(
                "Without a contracted bandwidth: {count} lines; nothing is judged there.", {"count": bare}
            )
        )


def _rows(shell: Shell, one: LineCapacity, first: date) -> Iterator[tuple[str, ...]]:
    for way, told in one.directions.items():
        over, judged = days_judged(told, first)
        yield (
            one.name if way == DOWN else "",
            one.site_name if way == DOWN else "",
            way_word(way, shell),
            peak_words(told.last, shell),
            f"{over}/{judged}",
            "; ".join(run_words(run, shell) for run in told.runs if run.last >= first),
            _week(told, shell),
            forecast_words(told.forecast, shell),
            need_words(told, one.contracted[way], shell),
        )


def _one(shell: Shell, one: LineCapacity, first: date) -> None:
    _ = shell._
    shell.say(f"{one.name} [{one.id}], {one.site_name}")
    headings = (_("day"), *(way_word(way, shell) for way in one.directions), _("measured"))
    days = zip(*(told.peaks for told in one.directions.values()), strict=True)
    shell.table(headings, [_day(shell, peaks) for peaks in days if peaks[0].day >= first])
    for way, told in one.directions.items():
        shell.say(f"{way_word(way, shell)}:")
        for run in told.runs:
            if run.last >= first:
                shell.say("  " + run_words(run, shell))
        shell.say("  " + _("last seven days as one: {share}", share=_week(told, shell)))
        shell.say("  " + _("forecast: {forecast}", forecast=forecast_words(told.forecast, shell)))
        need = need_words(told, one.contracted[way], shell)
        shell.say("  " + _("need: {need}", need=need))


def _day(shell: Shell, peaks: Sequence[Peak]) -> tuple[str, ...]:
    valid = "  ".join(f"{peak.valid}/{peak.buckets}" for peak in peaks)
    return (f"{peaks[0].day:%d/%m/%Y}", *(peak_words(peak, shell) for peak in peaks), valid)


def way_word(way: str, shell: Shell) -> str:
    """A direction, seen from the site."""
    return shell._("to the site") if way == DOWN else shell._("from the site")


def peak_words(peak: Peak | None, shell: Shell) -> str:
    """A peak and what it says."""
    if peak is None or peak.state is State.UNMEASURED:
        return shell._("not measured")
    words = traffic(peak.p95, peak.contracted) or ""
    return f"{words} !" if peak.state is State.OVER else words


def run_words(run: Run, shell: Shell) -> str:
    """A run of days over the limit, and what it proves."""
    params = {"first": run.first, "last": run.last, "over": run.over, "unmeasured": run.unmeasured}
    text = shell._("{first} to {last}: {over} days over", **params)
    if run.breach:
        text = shell._(
            "{first} to {last}: {over} days over, BREACH ({row} in a row)", row=run.consecutive, **params
        )
    elif run.possible:
        text = shell._(
            "{first} to {last}: {over} days over, {unmeasured} not measured: perhaps a breach", **params
        )
    elif run.unmeasured:
        text = shell._("{first} to {last}: {over} days over, {unmeasured} not measured", **params)
    return text


def _week(told: Direction, shell: Shell) -> str:
    week = told.weeks[-1] if told.weeks else None
    if week is None or week.share is None:
        return shell._("not enough measured")
    return f"{week.share * 100:.1f} %" + (" !" if week.over else "")


def forecast_words(forecast: Forecast, shell: Shell) -> str:
    """When the limit would be crossed, or why nobody can say."""
    match forecast.trend:
        case Trend.CROSSING:
            return shell._("90 % on {day}", day=forecast.on)
        case Trend.OVER:
            return shell._("already over 90 %")
        case Trend.NO_TREND:
            return shell._("no trend ({days} days)", days=forecast.days)
    return shell._("too few days ({days} of 30)", days=forecast.days)


def need_words(told: Direction, contracted: int | None, shell: Shell) -> str:
    """The bandwidth that the highest peak asks for, beside what is contracted."""
    if told.need is None:
        return shell._("not measured")
    return traffic(told.need, contracted) or ""
