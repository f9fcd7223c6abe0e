"""Days on the command line, and the inventory as of one: what held then, and what was known then."""

from datetime import date

import click
from sqlalchemy import Engine

from inventory.faults import CellFault
from inventory.local_days import end_of
from inventory.messages import TEXTS
from inventory.quantities import read_date
from inventory.snapshot import Inventory
from netwatch import commands
from netwatch.cli.events import moment_of
from netwatch.cli.shell import Shell, Stop
from netwatch.language import Sentence, Translate

NOT_UNDERSTOOD = 64


def as_of_options(_: Translate) -> list[click.Parameter]:
    """--as-of and --known-at."""
    return [
        click.Option(
            ["--as-of"], default="", metavar="DATE", help=_("What held on this day, such as 2026-06-30.")
        ),
        click.Option(
            ["--known-at"],
            default="",
            metavar="TIME",
            help=_("Only what had been written down by then: the end of a day, or a moment."),
        ),
    ]


def day_of(text: str) -> date:
    """A day people wrote; ends the command for anything else."""
    try:
        return read_date(text)
    except CellFault as fault:
        raise Stop(Sentence(TEXTS[fault.code], fault.params), code=NOT_UNDERSTOOD) from None


def known_at(shell: Shell, text: str) -> int | None:
    """The last moment, µs UTC, whose knowledge counts: the end of a day, or the moment named; None for ''."""
    if not text:
        return None
    zone = shell.settings.daemon.zone
    try:
        return end_of(read_date(text), zone) - 1
    except CellFault:
        return moment_of(text, shell.clock.now(), zone)


def inventory_on(shell: Shell, engine: Engine, as_of: str, known: str) -> Inventory:
    """The inventory of record, or where a day or a moment is named the one that held or was known then."""
    if not as_of and not known:
        return commands.inventory_of(engine, shell.today())
    day = day_of(as_of) if as_of else shell.today()
    return commands.inventory_at(engine, day, known_at(shell, known), shell.settings.daemon.zone)
