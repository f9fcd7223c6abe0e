"""`netwatch coverage calendar`, `changes` and `trend`: what runs out when, what moved since, how figures went."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import click
from rich.progress import Progress

from inventory.inspections import add_months
from netwatch.cli.coverage_asking import (
    audited,
    date_options,
    day_and_knowledge,
    day_of,
    day_words,
    norm_option,
    require_norms,
    scope_option,
    tell_no_norms,
)
from netwatch.cli.coverage_words import ratio
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.language import Sentence, Translate
from netwatch.queries.coverage import FigureLine
from netwatch.queries.coverage_json import coverage_json
from netwatch.queries.coverage_plans import (
    CellMove,
    ChangeReport,
    DueLine,
    ItemMove,
    TrendReport,
    all_levels,
    change_report,
    due_list,
    trend_report,
)
from netwatch.queries.coverage_words import (
    moved_word,
    reason_word,
    state_word,
    what_word,
)
from netwatch.queries.words import kind_word

NOT_UNDERSTOOD = 64
MONTHS, MOST_MONTHS = 12, 120


def commands(_: Translate) -> list[click.Command]:
    """The commands in a language."""
    until = click.Option(
        ["--until"], default="", metavar="DATE", help=_("Through this day; without it for a year.")
    )
    since = click.Option(
        ["--since"], required=True, metavar="DATE", help=_("Compare with the end of this day.")
    )
    months = click.Option(
        ["--months"],
        type=click.IntRange(1, MOST_MONTHS),
        default=MONTHS,
        show_default=True,
        help=_("At the end of each of so many months past."),
    )
    return [
        click.Command(
            "calendar",
            callback=click.pass_obj(calendar_),
            help=_(
                "Show what runs out or falls due: lives, warranties, exemptions, statements, norms and inspections."
            ),
            params=[until, scope_option(_), *date_options(_), json_option(_)],
        ),
        click.Command(
            "changes",
            callback=click.pass_obj(changes_),
            help=_("Show which figures and agencies moved since a day, and why."),
            params=[since, scope_option(_), norm_option(_), *date_options(_), json_option(_)],
        ),
        click.Command(
            "trend",
            callback=click.pass_obj(trend),
            help=_("Show how the figures of each norm went, month by month."),
            params=[months, scope_option(_), norm_option(_), *date_options(_), json_option(_)],
        ),
    ]


def calendar_(shell: Shell, until: str, scope: str, as_of: str, known_at: str, as_json: bool) -> None:
    """What runs out or falls due."""
    on, known = day_and_knowledge(shell, as_of, known_at)
    last = day_of(shell, until) if until else add_months(on, MONTHS)
    if last < on:
        text = "--until must not lie before {day}."
        raise Stop(Sentence(text, {"day": on}), code=NOT_UNDERSTOOD)
    found = audited(shell, on, known, scope)
    report = due_list(found.inventory, on, last, scope)
    if as_json:
        shell.show_json(coverage_json(report))
    elif not report.dues:
        shell.say(shell._("Nothing runs out or falls due until {day}.", day=day_words(last)))
    else:
        _ = shell._
        headings = (_("when"), _("what"), _("item"), _("name"), _("agencies"), _("remark"))
        shell.table(headings, [_due(shell, due) for due in report.dues])


def _due(shell: Shell, due: DueLine) -> tuple[str, ...]:
    remark = shell._("overdue") if due.overdue else ""
    if due.what == "inspection_due":
        last = day_words(date.fromisoformat(due.detail)) if due.detail else shell._("never")
        remark = ", ".join(filter(None, (remark, shell._("last inspected: {day}", day=last))))
    elif due.detail:
        remark = due.detail
    units = ", ".join(due.unit_names)
    return day_words(due.on), what_word(due.what, shell.translate), due.item, due.name, units, remark


def changes_(
    shell: Shell,
    since: str,
    scope: str,
    norms: tuple[str, ...],
    as_of: str,
    known_at: str,
    as_json: bool,
) -> None:
    """What moved between the ends of two days; what is known by now of both."""
    on, known = day_and_knowledge(shell, as_of, known_at)
    first = day_of(shell, since)
    if first >= on:
        text = "--since must lie before {day}."
        raise Stop(Sentence(text, {"day": on}), code=NOT_UNDERSTOOD)
    after = audited(shell, on, known, scope)
    wanted = require_norms(after, norms)
    report = change_report(audited(shell, first, known, scope, later=after), after, wanted)
    if as_json:
        shell.show_json(coverage_json(report))
    else:
        _show_changes(shell, report)


def _show_changes(shell: Shell, report: ChangeReport) -> None:
    _ = shell._
    params = {"since": day_words(report.since), "on": day_words(report.on)}
    if not report.figures and not report.cells:
        shell.say(_("Nothing moved from {since} to {on}.", **params))
        return
    shell.say(_("From {since} to {on}:", **params))
    headings = (_("norm"), _("declared"), _("proved"))
    both = ((move.before or _NOTHING, move.after or _NOTHING) for move in report.figures)
    rows = [
        (after.name or before.name, *(_moved(shell, before, after, proved) for proved in (False, True)))
        for before, after in both
        if not after.level and not before.level
    ]
    if rows:
        shell.table(headings, rows)
    for cell in report.cells:
        shell.say(_cell(shell, cell))
        for item in cell.items:
            shell.say(f"    {_item(shell, item)}")


_NOTHING = FigureLine("", "", "", "", 100, 0, 0, 0, None, 0, None, (), 0, 0, 0, 0, 0, 0)


def _moved(shell: Shell, before: FigureLine, after: FigureLine, proved: bool) -> str:
    told = [
        ratio(shell, line.proved if proved else line.declared, line.denominator) for line in (before, after)
    ]
    return told[0] if told[0] == told[1] else " → ".join(told)


def _cell(shell: Shell, cell: CellMove) -> str:
    states = " → ".join(
        state_word(state, shell.translate) if state else "-" for state in (cell.before, cell.after)
    )
    why = moved_word(cell.reason, shell.translate)
    return f"{cell.unit_name} ({cell.unit}), {cell.name}: {states} ({why})"


def _item(shell: Shell, item: ItemMove) -> str:
    states = " → ".join(
        state_word(state, shell.translate) if state else "-" for state in (item.before, item.after)
    )
    why = f" ({reason_word(item.reason, shell.translate)})" if item.reason else ""
    return f"{item.item}, {kind_word(item.kind, shell.translate)}: {states}{why}"


def trend(
    shell: Shell,
    months: int,
    scope: str,
    norms: tuple[str, ...],
    as_of: str,
    known_at: str,
    as_json: bool,
) -> None:
    """The figures at the ends of months, and on the day itself."""
    on, known = day_and_knowledge(shell, as_of, known_at)
    now = audited(shell, on, known, scope)
    wanted = require_norms(now, norms)
    points: list[tuple[date, tuple[FigureLine, ...]]] = []
    days = ends_of_months(on, months)
    with _progress(shell, len(days)) as advance:
        for day in days:
            found = audited(shell, day, known, scope, later=now)
            points.append((day, all_levels(found, wanted)))
            advance()
    points.append((on, all_levels(now, wanted)))
    report = trend_report(scope, points)
    if as_json:
        shell.show_json(coverage_json(report))
    elif not any(lines for _, lines in points):
        tell_no_norms(shell, on, known)
    else:
        _show_trend(shell, report)


def ends_of_months(on: date, months: int) -> tuple[date, ...]:
    """The last days of so many months before the one of `on`, oldest first."""
    first = on.replace(day=1)
    # Never before the first day there is.
    back = min(months, (first.year - date.min.year) * MONTHS + first.month - 1)
    return tuple(add_months(first, -place) - timedelta(days=1) for place in range(back - 1, -1, -1))


@contextmanager
def _progress(shell: Shell, count: int) -> Iterator[Callable[[], None]]:
    with Progress(console=shell.err, transient=True, disable=not shell.err.is_terminal) as bar:
        task = bar.add_task(shell._("Auditing…"), total=count)
        yield lambda: bar.advance(task)


def _of_norm(report: TrendReport, norm: str) -> list[tuple[date, FigureLine]]:
    return [(day, line) for day, lines in report.points for line in lines if line.norm == norm]


def _show_trend(shell: Shell, report: TrendReport) -> None:
    _ = shell._
    headings = (_("norm"), _("day"), _("declared"), _("proved"), _("agencies"))
    norms = dict.fromkeys(line.norm for _, lines in report.points for line in lines)
    rows = [
        (
            line.name if place == 0 else "",
            day_words(day),
            ratio(shell, line.declared, line.denominator),
            ratio(shell, line.proved, line.denominator),
            str(line.agencies),
        )
        for norm in norms
        for place, (day, line) in enumerate(_of_norm(report, norm))
    ]
    shell.table(headings, rows)
