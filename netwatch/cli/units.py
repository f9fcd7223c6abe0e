"""`netwatch units`: provinces and communes from a public data set, and what the three tiers before became."""

from pathlib import Path

import click

from netwatch.cli.shell import dry_run_option, json_option
from netwatch.cli.template import force_option
from netwatch.cli.units_deeds import convert, list_, load, locate
from netwatch.language import Translate


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    return click.Group(
        "units",
        help=_(
            "The 34 provinces and 3,321 communes there are since 1 July 2025, from a public data set: list them, take "
            "them into the inventory, find what an old address or code became. Nothing is asked on the network."
        ),
        commands=[_listing(_), _loading(_), _converting(_), _locating(_)],
    )


def _listing(_: Translate) -> click.Command:
    return click.Command(
        "list",
        callback=click.pass_obj(list_),
        help=_("List the provinces, or the communes of PROVINCE (its code or name)."),
        params=[click.Argument(["province"], default=""), json_option(_)],
    )


def _loading(_: Translate) -> click.Command:
    return click.Command(
        "load",
        callback=click.pass_obj(load),
        help=_("Write PROVINCEs and their communes to a file to be imported, or import them at once."),
        params=[
            click.Argument(["provinces"], nargs=-1),
            click.Option(["--all", "everything"], is_flag=True, help=_("All provinces.")),
            click.Option(
                ["-o", "--output"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_("Where to write them."),
            ),
            click.Option(
                ["--import", "import_"],
                is_flag=True,
                help=_("Take them into the inventory as one change set."),
            ),
            force_option(_),
            dry_run_option(_),
            json_option(_),
        ],
    )


def _converting(_: Translate) -> click.Command:
    return click.Command(
        "convert",
        callback=click.pass_obj(convert),
        help=_(
            "Say what became of an address of before July 2025 ('Phường 1, Quận 3, TP HCM'), or of a code of a "
            "province (2 digits), district (3) or commune (5)."
        ),
        params=[click.Argument(["addresses"], nargs=-1, required=True), json_option(_)],
    )


def _locating(_: Translate) -> click.Command:
    return click.Command(
        "locate",
        callback=click.pass_obj(locate),
        help=_(
            "Propose the commune of each site that has coordinates and names no territory: the one whose point is "
            "nearest. Nothing is changed; look the proposals through and import them."
        ),
        params=[
            click.Option(
                ["-o", "--output"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_("Where to write them."),
            ),
            force_option(_),
            json_option(_),
        ],
    )
