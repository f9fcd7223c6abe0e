"""`netwatch assign`: an incident is somebody's now."""

import click

from netwatch.cli.acting_desk import act, told
from netwatch.cli.shell import Shell, dry_run_option, json_option, number
from netwatch.desk_commands import Assign
from netwatch.language import Translate


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "assign",
        callback=click.pass_obj(assign),
        help=_("Assign incident ID to a PERSON (any name); '-' takes it from whoever had it."),
        params=[
            click.Argument(["id"], type=number(_), required=True),
            click.Argument(["person"], required=True),
            dry_run_option(_),
            json_option(_),
        ],
    )


def assign(shell: Shell, id: int, person: str, dry_run: bool, as_json: bool) -> None:  # noqa: A002 - the argument's name
    """Do it, in the running daemon or in the database."""
    to = "" if person == "-" else person
    acted = act(shell, "assign", Assign(id, to), dry_run)
    line = shell._("Incident {id} is assigned to {name}.", id=id, name=to)
    told(shell, acted, [line if to else shell._("Incident {id} is nobody's now.", id=id)], as_json)
