"""`netwatch outage`: whose the outages of lines were, by evidence or by decision, and the provider's tickets for them.

Exit code: 0 done; 1 not done; 64 a scope, period or option that is not understood.
"""

import click

from netwatch.attributing import CHOICES
from netwatch.cli.outage_deeds import attribute, ticket
from netwatch.cli.outage_list import show
from netwatch.cli.periods import period_options
from netwatch.cli.shell import dry_run_option, json_option
from netwatch.language import Translate
from netwatch.sla.contract import Party


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    return click.Group(
        "outage",
        help=_(
            "Outages of lines: whose each was, as the evidence of incidents says it or as somebody decided, and the "
            "tickets that the provider gave for them. Nothing measured is changed by it."
        ),
        commands=[_listing(_), _attributing(_), _ticketing(_)],
    )


def _listing(_: Translate) -> click.Command:
    return click.Command(
        "list",
        callback=click.pass_obj(show),
        help=_(
            "Show the outages of every line in SCOPE (a unit, site or line; everything without it) part by part, with "
            "whose each part was, how sure that is and why: of this month so far, or of the period named."
        ),
        params=[
            click.Argument(["scope"], required=False, default=""),
            *period_options(_),
            click.Option(
                ["--party"],
                type=click.Choice(tuple(party.value for party in Party)),
                help=_("Only outages that were theirs in part."),
            ),
            click.Option(
                ["--known-at"],
                default="",
                metavar="TIME",
                help=_(
                    "Of decisions, tickets and causes only what had been written down by then: the end of a day, or a "
                    "moment."
                ),
            ),
            json_option(_),
        ],
    )


def _attributing(_: Translate) -> click.Command:
    return click.Command(
        "attribute",
        callback=click.pass_obj(attribute),
        help=_(
            "Put the outage of LINE at a moment down to somebody, with reason and author; or all its outages between "
            "two moments. What was decided last holds; `--to evidence` takes it back."
        ),
        params=[
            click.Argument(["line"], required=True),
            _at(_, required=True),
            click.Option(
                ["--until"],
                default="",
                metavar="TIME",
                help=_("Until when; to the end of the outage without it."),
            ),
            click.Option(
                ["--to", "party"], type=click.Choice(CHOICES), required=True, help=_("Whose it was.")
            ),
            click.Option(["--reason"], required=True, metavar="TEXT", help=_("Why; the provider may ask.")),
            dry_run_option(_),
            json_option(_),
        ],
    )


def _ticketing(_: Translate) -> click.Command:
    return click.Command(
        "ticket",
        callback=click.pass_obj(ticket),
        help=_(
            "Write down the provider's ticket for the outage of LINE at a moment, and when it was opened and closed. "
            "A number that is known already needs no moment; what is not named stays as it was."
        ),
        params=[
            click.Argument(["line"], required=True),
            _at(_, required=False),
            click.Option(["--number"], required=True, metavar="N", help=_("The provider's number.")),
            click.Option(["--opened"], default="", metavar="TIME", help=_("When it was opened.")),
            click.Option(["--closed"], default="", metavar="TIME", help=_("When the provider closed it.")),
            click.Option(
                ["--note"], default="", metavar="TEXT", help=_("Who was spoken to, and what was said.")
            ),
            click.Option(["--withdraw"], is_flag=True, help=_("Take back a number written down by mistake.")),
            dry_run_option(_),
            json_option(_),
        ],
    )


def _at(_: Translate, *, required: bool) -> click.Option:
    text = _("A moment within the outage: 2026-10-05T08:00, or as `netwatch outage list` tells it.")
    return click.Option(
        ["--at"], required=required, default=None if required else "", metavar="TIME", help=text
    )
