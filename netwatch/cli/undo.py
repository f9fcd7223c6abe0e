"""`netwatch undo`: takes back a change set by its inverse."""

import click

from netwatch import commands
from netwatch.cli.daemon import asked
from netwatch.cli.database import author, changing
from netwatch.cli.events import event_rows
from netwatch.cli.reload import show as show_reload
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.control.handlers import UndoAnswer
from netwatch.control.wire import plain
from netwatch.language import Translate


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "undo",
        callback=click.pass_obj(undo),
        help=_(
            "Take back a change set (its id stands in `netwatch events`). It is refused, naming them, when later "
            "change sets touched the same fields."
        ),
        params=[click.Argument(["change_set"], required=True), dry_run_option(_), json_option(_)],
    )


def undo(shell: Shell, change_set: str, dry_run: bool, as_json: bool) -> None:
    """Take it back, in the running daemon or in the database."""
    arguments = {"change_set": change_set, "dry_run": dry_run}
    try:
        answer = asked(shell, UndoAnswer, "undo", arguments)
    except NoDaemon:
        answer = UndoAnswer(_directly(shell, change_set, dry_run), None)
    if as_json:
        shell.show_json(plain(answer))
    else:
        _show(answer, shell)


def _directly(shell: Shell, change_set: str, dry_run: bool) -> commands.UndoReport:
    at = shell.clock.now()
    with changing(shell) as engine:
        try:
            return commands.undo(engine, change_set, author=author(), at=at, dry_run=dry_run)
        except Refused as refused:
            raise Stop(*refused.sentences) from None


def _show(answer: UndoAnswer, shell: Shell) -> None:
    _ = shell._
    report = answer.report
    event_rows(report.events, shell)
    if report.dry_run:
        shell.say(_("This is a dry run: nothing was changed."))
        return
    shell.say(_("{undone} is undone by {change_set}.", undone=report.undone, change_set=report.change_set))
    if answer.reload:
        show_reload(answer.reload, shell)
