"""`netwatch record`: a note against an item, kept for ever in the event log."""

import click

from netwatch import commands
from netwatch.cli.daemon import asked
from netwatch.cli.database import author, changing
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.language import Translate


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "record",
        callback=click.pass_obj(record),
        help=_(
            "Note TEXT against an ITEM of the inventory: a repair, a call to the provider, a finding on site."
        ),
        params=[
            click.Argument(["item"], required=True),
            click.Argument(["text"], required=True),
            dry_run_option(_),
            json_option(_),
        ],
    )


def record(shell: Shell, item: str, text: str, dry_run: bool, as_json: bool) -> None:
    """Write it down, through the running daemon or in the database."""
    try:
        sequence = asked(shell, int, "record", {"entity": item, "text": text, "dry_run": dry_run})
    except NoDaemon:
        sequence = _directly(shell, item, text, dry_run)
    if as_json:
        shell.show_json({"schema": 1, "event": sequence or None, "dry_run": dry_run})
    elif dry_run:
        shell.say(shell._("This is a dry run: nothing was changed."))
    else:
        shell.say(shell._("Noted as event {number}.", number=sequence))


def _directly(shell: Shell, item: str, text: str, dry_run: bool) -> int:
    at = shell.clock.now()
    with changing(shell) as engine:
        try:
            return commands.record(engine, item, text, author=author(), at=at, dry_run=dry_run)
        except Refused as refused:
            raise Stop(*refused.sentences) from None
