"""Periods on the command line: a day, a month, a year, from one day to another; this month without any."""

import re

import click

from netwatch.availability import periods
from netwatch.availability.contract import Period
from netwatch.cli.as_of import day_of
from netwatch.cli.shell import Shell, Stop
from netwatch.language import Sentence, Translate

NOT_UNDERSTOOD = 64
MONTH = re.compile(r"(\d{4})-(\d{2})")
YEARS = (1971, 2198)


def period_options(_: Translate) -> list[click.Parameter]:
    """--day, --month, --year, --from and --to."""
    return [
        click.Option(["--day"], default="", metavar="DATE", help=_("Of this day, such as 2026-10-31.")),
        click.Option(["--month"], default="", metavar="YYYY-MM", help=_("Of this month.")),
        click.Option(["--year"], type=click.IntRange(*YEARS), metavar="YYYY", help=_("Of this year.")),
        click.Option(["--from", "first"], default="", metavar="DATE", help=_("From this day on.")),
        click.Option(
            ["--to", "last"],
            default="",
            metavar="DATE",
            help=_("Until the end of this day; today without it."),
        ),
    ]


def period_of(shell: Shell, day: str, month: str, year: int | None, span: tuple[str, str]) -> Period:
    """The period named, this month without any; ends the command for two of them, or one to come."""
    if sum(map(bool, (day, month, year, any(span)))) > 1:
        raise Stop(Sentence("Name one period: a day, a month, a year, or from and to."), code=NOT_UNDERSTOOD)
    zone, today = shell.settings.daemon.zone, shell.today()
    if day:
        period = periods.day(day_of(day), zone)
    elif year:
        period = periods.year(year, zone)
    elif any(span):
        period = _span(shell, *span)
    else:
        period = periods.month(*month_of(month or f"{today:%Y-%m}"), zone)
    if period.start > shell.clock.now():
        text = "{period} is still to come; figures are of what has passed."
        raise Stop(Sentence(text, {"period": period.name}), code=NOT_UNDERSTOOD)
    return period


def _span(shell: Shell, first: str, last: str) -> Period:
    if not first:
        raise Stop(Sentence("Say from which day on, with --from."), code=NOT_UNDERSTOOD)
    begin, end = day_of(first), day_of(last) if last else shell.today()
    if end < begin:
        text = "{last} lies before {first}. Give the earlier day with --from."
        raise Stop(Sentence(text, {"first": begin, "last": end}), code=NOT_UNDERSTOOD)
    return periods.between(begin, end, shell.settings.daemon.zone)


def month_of(text: str) -> tuple[int, int]:
    """The year and month people wrote as 2026-10; ends the command for anything else."""
    found = MONTH.fullmatch(text.strip())
    if not found or not 1 <= int(found[2]) <= 12 or not YEARS[0] <= int(found[1]) <= YEARS[1]:
        wrong = "'{text}' is no month. Write it as 2026-10."
        raise Stop(Sentence(wrong, {"text": text}), code=NOT_UNDERSTOOD)
    return int(found[1]), int(found[2])
