"""`netwatch ack`: somebody looks after an incident; no one is told again to do so."""

import click

from netwatch.cli.acting_desk import act, told
from netwatch.cli.shell import Shell, dry_run_option, json_option
from netwatch.desk_commands import Acknowledge
from netwatch.language import Translate


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "ack",
        callback=click.pass_obj(ack),
        help=_(
            "Acknowledge an incident by its number, or by the CODE a message gave: somebody looks after it, and it is "
            "not escalated. Everybody told of it is still told its end."
        ),
        params=[
            click.Argument(["which"], metavar="ID|CODE", required=True),
            click.Option(["--note"], default="", metavar="TEXT", help=_("What others should know.")),
            dry_run_option(_),
            json_option(_),
        ],
    )


def ack(shell: Shell, which: str, note: str, dry_run: bool, as_json: bool) -> None:
    """Do it, in the running daemon or in the database."""
    acted = act(shell, "ack", Acknowledge(which.lstrip("#"), note), dry_run)
    _ = shell._
    lines = [_("Incident {id} is acknowledged.", id=", ".join(acted.entities))]
    if earlier := acted.facts.get("earlier"):
        lines = [
            _(
                "{name} acknowledged incident {id} before; your word is noted.",
                name=earlier,
                id=acted.entities[0],
            )
        ]
    told(shell, acted, lines, as_json)
