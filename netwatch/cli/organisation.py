"""`netwatch organisation`: agencies that merge, are split, renamed, moved or abolished; what they were and became."""

import click

from inventory.snapshot import ORGANISATION_KINDS, ORGANISATION_LEVELS
from netwatch.cli.as_of import as_of_options
from netwatch.cli.organisation_deeds import abolish, merge, move, rename, split
from netwatch.cli.organisation_views import show, tree
from netwatch.cli.shell import dry_run_option, json_option
from netwatch.language import Translate


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    return click.Group(
        "organisation",
        help=_(
            "Agencies that merge, are split, renamed, moved or abolished, each as one change set that can be undone. "
            "No site, device or line is rewritten: what an agency had leads to its successor, and each day keeps the "
            "agencies it had."
        ),
        commands=[_merge(_), _split(_), _rename(_), _move(_), _abolish(_), _show(_), _tree(_)],
    )


def _unit(_: Translate, name: str = "unit") -> click.Argument:
    return click.Argument([name], required=True)


def _deed(_: Translate) -> list[click.Parameter]:
    """What every change has: when, on what basis, and whether it is only tried."""
    return [
        click.Option(
            ["--on"],
            required=True,
            metavar="DATE",
            help=_("From which day, such as 2026-07-01; days to come are allowed."),
        ),
        click.Option(
            ["--legal"], default="", metavar="TEXT", help=_("The resolution or decision it is based on.")
        ),
        dry_run_option(_),
        json_option(_),
    ]


def _merge(_: Translate) -> click.Command:
    told = (
        ("--name", "TEXT", _("Its name; needed when it is new.")),
        ("--under", "UNIT", _("The unit above it; that of those merged, if left out.")),
        ("--territory", "CODE", _("Its administrative unit; that of those merged, if they agree.")),
    )
    return click.Command(
        "merge",
        callback=click.pass_obj(merge),
        help=_(
            "UNITs cease, and --into takes their place: one that exists, one of them, or a new one, which takes over "
            "what they agree in. The units below them come to stand below it."
        ),
        params=[
            click.Argument(["units"], nargs=-1, required=True),
            click.Option(["--into"], required=True, metavar="UNIT", help=_("The unit in their place.")),
            *(click.Option([flag], metavar=metavar, help=text) for flag, metavar, text in told),
            click.Option(["--kind"], type=click.Choice(ORGANISATION_KINDS), help=_("What it is.")),
            click.Option(["--level"], type=click.Choice(ORGANISATION_LEVELS), help=_("Its level.")),
            *_deed(_),
        ],
    )


def _split(_: Translate) -> click.Command:
    told = (
        ("--into", "into", "UNIT[=NAME]", _("A unit it is split into, with a name if new; repeat it.")),
        ("--site", "sites", "SITE=UNIT", _("Whose a site is from then on; may be repeated.")),
        ("--child", "children", "UNIT=UNIT", _("Below which a unit stands from then on; may be repeated.")),
    )
    return click.Command(
        "split",
        callback=click.pass_obj(split),
        help=_(
            "UNIT ceases and several take its place; named among them, it goes on, smaller. A site that nobody assigns "
            "belongs to none of them until it is."
        ),
        params=[
            _unit(_),
            *(
                click.Option([flag, name], multiple=True, metavar=metavar, help=text)
                for flag, name, metavar, text in told
            ),
            *_deed(_),
        ],
    )


def _rename(_: Translate) -> click.Command:
    return click.Command(
        "rename",
        callback=click.pass_obj(rename),
        help=_("UNIT is called NAME from a day on."),
        params=[_unit(_), _unit(_, "name"), *_deed(_)],
    )


def _move(_: Translate) -> click.Command:
    return click.Command(
        "move",
        callback=click.pass_obj(move),
        help=_("UNITs stand below another from a day on."),
        params=[
            click.Argument(["units"], nargs=-1),
            click.Option(
                ["--under"], required=True, metavar="UNIT", help=_("The unit above them; '-' for none.")
            ),
            click.Option(
                ["--all-below"],
                default="",
                metavar="UNIT",
                help=_("All that stand directly below this unit that day."),
            ),
            *_deed(_),
        ],
    )


def _abolish(_: Translate) -> click.Command:
    return click.Command(
        "abolish",
        callback=click.pass_obj(abolish),
        help=_("UNIT ceases; with --successor another takes its place, and the units below it."),
        params=[
            _unit(_),
            click.Option(["--successor"], metavar="UNIT", help=_("The unit in its place.")),
            *_deed(_),
        ],
    )


def _show(_: Translate) -> click.Command:
    return click.Command(
        "show",
        callback=click.pass_obj(show),
        help=_("What UNIT was, is and became, and who wrote it down when."),
        params=[_unit(_), json_option(_)],
    )


def _tree(_: Translate) -> click.Command:
    return click.Command(
        "tree",
        callback=click.pass_obj(tree),
        help=_("The tree of agencies with their sites, today or on another day."),
        params=[
            click.Option(["--below"], default="", metavar="UNIT", help=_("Only this unit and all below it.")),
            *as_of_options(_),
            json_option(_),
        ],
    )
