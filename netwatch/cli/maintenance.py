"""`netwatch maintenance`: windows during which nobody is told of what they cover; and what did not count."""

from pathlib import Path

import click

from netwatch.cli.maintenance_deeds import add, end_, import_, reclassify, show
from netwatch.cli.scope import scope_options
from netwatch.cli.shell import dry_run_option, json_option, number
from netwatch.language import Translate


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    return click.Group(
        "maintenance",
        help=_(
            "Maintenance windows: what they cover is measured as ever, but nobody is told of new incidents there. "
            "Whoever was told of an opening is told its end all the same."
        ),
        commands=[_adding(_), _listing(_), _ending(_), _importing(_), _reclassifying(_)],
    )


def _times(_: Translate) -> list[click.Parameter]:
    return [
        click.Option(
            ["--from", "start"],
            default="",
            metavar="TIME",
            help=_("From when: 22:00, 2026-11-23T22:00; now without it."),
        ),
        click.Option(
            ["--to", "end"], default="", metavar="TIME", help=_("Until when, written in the same way.")
        ),
        click.Option(
            ["--for", "length"], default="", metavar="TIME", help=_("How long: 90m, 2h, 1h30m, 3d.")
        ),
    ]


def _reason(_: Translate) -> click.Option:
    return click.Option(["--reason"], required=True, metavar="TEXT", help=_("Why; others will ask."))


def _adding(_: Translate) -> click.Command:
    return click.Command(
        "add",
        callback=click.pass_obj(add),
        help=_("Add a window, once or recurring."),
        params=[
            *_times(_),
            click.Option(
                ["--rule"],
                default="",
                metavar="RRULE",
                help=_("How it recurs (RFC 5545), for one FREQ=WEEKLY;BYDAY=SA; its hour is local time."),
            ),
            *scope_options(_, feeder=True),
            _reason(_),
            dry_run_option(_),
            json_option(_),
        ],
    )


def _listing(_: Translate) -> click.Command:
    every = click.Option(["--all", "everything"], is_flag=True, help=_("Also those that are over."))
    return click.Command(
        "list",
        callback=click.pass_obj(show),
        help=_("Show the windows in force and those to come."),
        params=[every, json_option(_)],
    )


def _ending(_: Translate) -> click.Command:
    return click.Command(
        "end",
        callback=click.pass_obj(end_),
        help=_("End window ID now; a recurring one does not come again."),
        params=[
            click.Argument(["id"], type=number(_), required=True),
            dry_run_option(_),
            json_option(_),
        ],
    )


def _importing(_: Translate) -> click.Command:
    return click.Command(
        "import",
        callback=click.pass_obj(import_),
        help=_(
            "Take planned power cuts from FILE (XLSX or CSV: feeder, from, to, reason) as windows. With a faulty row "
            "nothing is taken; rows already there are left out."
        ),
        params=[
            click.Argument(["file"], type=click.Path(path_type=Path, exists=True, dir_okay=False)),
            click.Option(["--good-rows"], is_flag=True, help=_("Take the good rows all the same.")),
            dry_run_option(_),
            json_option(_),
        ],
    )


def _reclassifying(_: Translate) -> click.Command:
    return click.Command(
        "reclassify",
        callback=click.pass_obj(reclassify),
        help=_(
            "Say of time past that it does not count in the figures, with reason and author; what was stored before "
            "is kept. Possible an hour after its end."
        ),
        params=[
            *_times(_),
            *scope_options(_, feeder=True),
            _reason(_),
            click.Option(["--undo"], is_flag=True, help=_("Let it count again.")),
            dry_run_option(_),
            json_option(_),
        ],
    )
