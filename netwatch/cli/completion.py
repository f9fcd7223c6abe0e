"""`netwatch completion`: the script that teaches a shell our commands and options."""

import click
from click.shell_completion import get_completion_class

from netwatch.cli.shell import Shell
from netwatch.language import Translate

SHELLS = ("bash", "zsh", "fish")


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "completion",
        callback=click.pass_context(completion),
        help=_("Print the completion script of a shell. Put it where that shell looks for completions."),
        params=[click.Argument(["shell"], type=click.Choice(SHELLS), required=True)],
    )


def completion(ctx: click.Context, shell: str) -> None:
    """Print it."""
    kind = get_completion_class(shell)
    assert kind is not None
    own: Shell = ctx.obj
    script = kind(ctx.find_root().command, {}, "netwatch", "_NETWATCH_COMPLETE")
    own.say(script.source())
