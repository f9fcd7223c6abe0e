"""`netwatch record`: what people did or found, against an item: a note, or a field record of the inventory."""

import click

from netwatch import commands
from netwatch.cli import field_records
from netwatch.cli.daemon import asked
from netwatch.cli.database import author, changing
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.language import Translate

NOTE = "note"
HELP = frozenset({"-h", "--help"})


class _Records(click.Group):
    """A group whose `note` may be left out: `record ITEM TEXT` came before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `note` before what names no command."""
        first = next((word for word in args if not word.startswith("-")), "")
        if args and first not in self.commands and not HELP.intersection(args):
            args = [NOTE, *args]
        return super().parse_args(ctx, args)


def command(_: Translate) -> click.Group:
    """The command with its subcommands in a language."""
    note = click.Command(
        NOTE,
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
    return _Records(
        "record",
        commands=[note, *field_records.subcommands(_)],
        help=_(
            "Write down what was done or found: `record ITEM TEXT` for a note, or a record that contacts, surge "
            "protectors and their figures go by."
        ),
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
