"""`netwatch blame`: a person's word about the cause of an incident, which outweighs every sign; or a note."""

import click

from netwatch.cli.acting_desk import act, told
from netwatch.cli.shell import Shell, dry_run_option, json_option, number
from netwatch.desk_commands import Blame
from netwatch.incidents.contract import Cause
from netwatch.language import Translate
from netwatch.queries.incident_words import cause_words

CHOICES = tuple(str(cause) for cause in Cause if cause not in (Cause.UNDECIDED, Cause.STATE))


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "blame",
        callback=click.pass_obj(blame),
        help=_(
            "Say what caused incident ID, as you know it from the site, the provider or the power company; it is told "
            "to whoever was told another cause. Without a CAUSE the note alone is kept."
        ),
        params=[
            click.Argument(["id"], type=number(_), required=True),
            click.Argument(["cause"], type=click.Choice(CHOICES), required=False),
            click.Option(["--note"], default="", metavar="TEXT", help=_("Who said so, and what.")),
            dry_run_option(_),
            json_option(_),
        ],
    )


def blame(
    shell: Shell,
    id: int,  # noqa: A002 - the argument's name
    cause: str | None,
    note: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Do it, in the running daemon or in the database."""
    acted = act(shell, "blame", Blame(id, cause or "", note), dry_run)
    line = shell._("Noted for incident {id}.", id=id)
    if cause:
        words = cause_words(cause, shell.translate)
        line = shell._("The cause of incident {id} is confirmed: {cause}.", id=id, cause=words)
    told(shell, acted, [line], as_json)
