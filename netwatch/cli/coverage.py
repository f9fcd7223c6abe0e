"""`netwatch coverage`: what norms ask of agencies, what of it is declared, and what has been shown to be there.

Exit code: 0 done; 1 not done, or a share under --fail-under; 64 a unit, norm or day that does not exist.
"""

from collections.abc import Sequence

import click

from inventory.coverage.contract import State
from netwatch.cli import coverage_dates, coverage_norms, coverage_publish
from netwatch.cli import coverage_report as report_command
from netwatch.cli.coverage_asking import (
    audited,
    date_options,
    day_and_knowledge,
    day_words,
    norm_option,
    require_norms,
    scope_option,
    tell_no_norms,
)
from netwatch.cli.coverage_units import show_unit
from netwatch.cli.coverage_words import counts_words, ratio
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.language import Sentence, Translate
from netwatch.queries.coverage import CoverageReport, FigureLine, coverage_report, failing, told_once
from netwatch.queries.coverage_json import coverage_json
from netwatch.queries.coverage_units import unit_report
from netwatch.queries.coverage_words import level_word

NOT_UNDERSTOOD = 64
LEGEND = (
    "agencies: whose whole need is proved / is declared / all that are asked; "
    "things: distinct ones proved / declared."
)
STATES = tuple(state.value for state in State)


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    return click.Group(
        "coverage",
        invoke_without_command=True,
        callback=click.pass_context(_start),
        help=_(
            "Say how far agencies have what norms ask of them: what is declared, and what has been shown to be there. "
            "Without a command: the figures of every norm, or with --unit the agencies and things behind them."
        ),
        params=[
            scope_option(_),
            norm_option(_),
            click.Option(
                ["--unit"],
                default="",
                metavar="ID",
                help=_("Show this unit and those below it, thing by thing."),
            ),
            click.Option(
                ["--state", "states"],
                multiple=True,
                type=click.Choice(STATES),
                help=_("With --unit, only where something is in this state; may be repeated."),
            ),
            *date_options(_),
            click.Option(
                ["--fail-under"],
                type=click.FloatRange(0, 100),
                metavar="PERCENT",
                help=_("Exit code 1 when the share of a norm is lower."),
            ),
            click.Option(
                ["--of", "share"],
                type=click.Choice(("declared", "proved")),
                default="proved",
                show_default=True,
                help=_("Which share --fail-under is about."),
            ),
            json_option(_),
        ],
        commands=[
            *coverage_norms.commands(_),
            *coverage_dates.commands(_),
            *coverage_publish.commands(_),
            *report_command.commands(_),
        ],
    )


def _start(
    ctx: click.Context,
    scope: str,
    norms: tuple[str, ...],
    unit: str,
    states: tuple[str, ...],
    as_of: str,
    known_at: str,
    fail_under: float | None,
    share: str,
    as_json: bool,
) -> None:
    shell: Shell = ctx.obj
    if ctx.invoked_subcommand is not None:
        if any((scope, norms, unit, states, as_of, known_at, fail_under is not None, as_json)):
            params = {"command": ctx.invoked_subcommand}
            text = "Options belong behind the command: netwatch coverage {command} --scope ..."
            raise Stop(Sentence(text, params), code=NOT_UNDERSTOOD)
        return
    on, known = day_and_knowledge(shell, as_of, known_at)
    found = audited(shell, on, known, unit or scope)
    wanted = require_norms(found, norms)
    if unit:
        show_unit(shell, unit_report(found, unit, wanted, frozenset(states)), as_json)
        return
    report = coverage_report(found, wanted)
    show(shell, report, as_json, known)
    if fail_under is not None:
        if not report.figures:
            text = "No norm asked anything of an agency, so that no share can be {least} %."
            raise Stop(Sentence(text, {"least": f"{fail_under:g}"}))
        _require(report, fail_under, share)


def _require(report: CoverageReport, least: float, share: str) -> None:
    proved = share == "proved"
    lines = failing(report, least, proved)
    text = "{name}: {part} of {whole} proved, under {least} %."
    if not proved:
        text = "{name}: {part} of {whole} declared, under {least} %."
    sentences = [
        Sentence(
            text,
            {
                "name": line.name,
                "part": line.proved if proved else line.declared,
                "whole": line.denominator,
                "least": f"{least:g}",
            },
        )
        for line in lines
    ]
    if sentences:
        raise Stop(*sentences)


def show(shell: Shell, report: CoverageReport, as_json: bool, known_at: int | None = None) -> None:
    """Print the figures."""
    if as_json:
        shell.show_json(coverage_json(report))
    elif not report.norms:
        tell_no_norms(shell, report.on, known_at)
    elif not report.figures:
        shell.say(shell._("No norm in force asks anything of an agency there."))
    else:
        _table(shell, report)


def _table(shell: Shell, report: CoverageReport) -> None:
    _ = shell._
    params = {"day": day_words(report.on), "scope": report.scope_name or _("all agencies")}
    shell.say(_("Coverage on {day}: {scope}", **params))
    headings = (
        *(_("norm"), _("level"), _("declared"), _("proved"), _("target")),
        *(_("agencies"), _("things"), _("states")),
    )
    shell.table(headings, _rows(shell, told_once(report.figures)))
    shell.say(_(LEGEND))
    unknown = sum(line.unknown for line in report.figures if not line.level)
    if unknown:
        text = (
            "Of {count} cells the need is not known, for want of a statement or a site; they count nowhere."
        )
        shell.remark(Sentence(text, {"count": unknown}))


def _rows(shell: Shell, lines: Sequence[FigureLine]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    before = ""
    for line in lines:
        name = line.name if line.norm != before else ""
        before = line.norm
        rows.append(
            (
                name,
                level_word(line.level, shell.translate),
                ratio(shell, line.declared, line.denominator),
                ratio(shell, line.proved, line.denominator),
                f"{line.target} %",
                # Shown of all those asked.
                f"{line.agencies_proved}/{line.agencies_declared}/{line.agencies}",
                f"{line.items_proved}/{line.items}",
                counts_words(shell, line.counts),
            )
        )
    return rows
