"""`netwatch silence`: nobody is told of new incidents of something for a while; measuring goes on, ends are told."""

import click

from alerts.contract import Silence
from netwatch.cli import reading_desk
from netwatch.cli.acting_desk import act, told
from netwatch.cli.scope import Scope, require_some, scope_options
from netwatch.cli.shell import Shell, dry_run_option, json_option, number
from netwatch.cli.spans import span
from netwatch.desk_commands import AddSilence, EndSilence
from netwatch.language import Translate
from netwatch.queries.incident_json import incident_json


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    return click.Group(
        "silence",
        help=_(
            "Keep new incidents of something from being told for a while. Whoever was told of an opening is told its "
            "end all the same."
        ),
        commands=[_adding(_), _listing(_), _ending(_)],
    )


def _adding(_: Translate) -> click.Command:
    return click.Command(
        "add",
        callback=click.pass_obj(add),
        help=_("Be silent about what is named, from now on."),
        params=[
            click.Option(
                ["--for", "length"], default="", metavar="TIME", help=_("How long: 90m, 2h, 1h30m, 3d.")
            ),
            click.Option(
                ["--until", "end"], default="", metavar="TIME", help=_("Until when: 18:00, 2026-11-23T18:00.")
            ),
            *scope_options(_, feeder=False),
            click.Option(
                ["--incident", "incidents"],
                type=number(_),
                multiple=True,
                metavar="ID",
                help=_("Only this incident; may be repeated."),
            ),
            click.Option(["--everything"], is_flag=True, help=_("Everything there is.")),
            click.Option(["--reason"], required=True, metavar="TEXT", help=_("Why; others will ask.")),
            dry_run_option(_),
            json_option(_),
        ],
    )


def _listing(_: Translate) -> click.Command:
    every = click.Option(["--all", "everything"], is_flag=True, help=_("Also those that are over."))
    return click.Command(
        "list",
        callback=click.pass_obj(show),
        help=_("Show what is silenced."),
        params=[every, json_option(_)],
    )


def _ending(_: Translate) -> click.Command:
    return click.Command(
        "end",
        callback=click.pass_obj(end_),
        help=_("End silence ID now: incidents that are still open are told."),
        params=[
            click.Argument(["id"], type=number(_), required=True),
            dry_run_option(_),
            json_option(_),
        ],
    )


def add(
    shell: Shell,
    length: str,
    end: str,
    units: tuple[str, ...],
    sites: tuple[str, ...],
    subjects: tuple[str, ...],
    providers: tuple[str, ...],
    incidents: tuple[int, ...],
    everything: bool,
    reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add one, in the running daemon or in the database."""
    if not everything and not incidents:
        require_some(Scope(units, sites, subjects, providers))
    start, until = span(shell, "", end, length)
    silence = Silence(0, start, until, "", reason, units, sites, subjects, providers, incidents)
    acted = act(shell, "silence_add", AddSilence(silence), dry_run)
    ids = ", ".join(acted.entities) or "…"
    text = shell._("Silence {id} holds until {moment}.", id=ids, moment=shell.moment(until))
    told(shell, acted, [text], as_json)


def show(shell: Shell, everything: bool, as_json: bool) -> None:
    """List them."""
    found, _ = reading_desk.silences(shell), shell._
    if as_json:
        shell.show_json(incident_json(found, shell.translate))
        return
    shown = [one for one in found.silences if everything or one.end > found.at]
    if not shown:
        shell.say(_("Nothing is silenced."))
        return
    headings = (_("number"), _("from"), _("until"), _("about"), _("by"), _("reason"))
    shell.table(headings, [_row(one, shell) for one in shown])


def _row(one: Silence, shell: Shell) -> tuple[str, ...]:
    incidents = tuple(f"#{id_}" for id_ in one.incidents)
    names = Scope(one.units, one.sites, one.subjects, one.providers).names
    about = ", ".join((*names, *incidents)) or shell._("everything")
    by = f"{one.author} / {one.ended_by}" if one.ended_by else one.author
    return str(one.id), shell.moment(one.start), shell.moment(one.end), about, by, one.reason


def end_(shell: Shell, id: int, dry_run: bool, as_json: bool) -> None:  # noqa: A002 - the argument's name
    """End one."""
    acted = act(shell, "silence_end", EndSilence(id), dry_run)
    told(shell, acted, [shell._("Silence {id} has ended.", id=id)], as_json)
