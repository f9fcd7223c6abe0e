"""`netwatch run`: the daemon itself."""

import click

from netwatch.app import run
from netwatch.cli.shell import Shell
from netwatch.language import Translate


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "run",
        callback=click.pass_obj(start),
        help=_(
            "Start the daemon in the foreground. SIGTERM or Ctrl-C ends it in order, SIGHUP has it read settings and "
            "inventory again."
        ),
    )


def start(shell: Shell) -> int:
    """Run until told to end."""
    loaded = shell.loaded
    shell.remark(*loaded.warnings)
    return run(loaded.settings, loaded.path, shell.overrides, shell.translate)
