"""`netwatch register tslcd|yearly`: the registers of circular 06/2026/TT-BKHCN on the dedicated data network."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from inventory.coverage.items import Things
from inventory.coverage.needs import in_scope
from inventory.organisation import path_of_names
from inventory.snapshot import Inventory
from netwatch.cli.as_of import as_of_options, day_of, inventory_on
from netwatch.cli.daemon import asked
from netwatch.cli.database import reading
from netwatch.cli.documents import facts_of, output, output_options, values_of, way_of, write_document
from netwatch.cli.shell import Shell, Stop
from netwatch.control.client import NoDaemon
from netwatch.language import Sentence, Translate
from netwatch.queries.as_json import tree_from_json
from netwatch.queries.capacity import capacity
from netwatch.queries.models import Standing
from netwatch.queries.status import EVERYTHING, standings
from netwatch.queries.words import detail_value, reason_words, verdict_word
from netwatch.reports.registers import Quality, dedicated_lines, tslcd_document, yearly_document
from netwatch.sampling.peaks import last_whole_day

NOT_UNDERSTOOD = 64
FIRST_YEAR, LAST_YEAR = 2000, 2199
# Over how many days the measured need is the highest peak: nearly all that samples are kept for.
NEED_DAYS = 90


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    scope = click.Option(
        ["--scope"], default="", metavar="ID", help=_("Only this unit and all below it, or this territory.")
    )
    return click.Group(
        "register",
        help=_("Registers of connections to the dedicated data network, and of the need of a year."),
        commands=[
            click.Command(
                "tslcd",
                callback=click.pass_obj(tslcd),
                help=_(
                    "The register of connections (circular 06/2026/TT-BKHCN, article 10): legal document, agency, "
                    "date, channels, bandwidth, quality."
                ),
                params=[scope, *as_of_options(_), *output_options(_)],
            ),
            click.Command(
                "yearly",
                callback=click.pass_obj(yearly),
                help=_(
                    "The need of YEAR by agency (article 11) compared with what there is; increases over 20 % are "
                    "marked for a justification."
                ),
                params=[
                    click.Argument(["year"], type=click.IntRange(FIRST_YEAR, LAST_YEAR)),
                    scope,
                    *as_of_options(_),
                    *output_options(_),
                ],
            ),
        ],
    )


def tslcd(shell: Shell, scope: str, as_of: str, known_at: str, **options: Any) -> None:  # noqa: ANN401 - click's
    """Write the register of connections."""
    wanted, on = output(shell, options), day_of(as_of) if as_of else shell.today()
    inventory = known(shell, scope, as_of, known_at)
    quality = qualities(shell) if on == shell.today() and not known_at else None
    values = values_of(shell, inventory, scope, on)
    way = way_of(shell, "tslcd", wanted, values)
    facts = facts_of(shell, on, known_at)
    write_document(shell, tslcd_document(inventory, on, scope, quality, way, facts, shell.translate), wanted)


def yearly(shell: Shell, year: int, scope: str, as_of: str, known_at: str, **options: Any) -> None:  # noqa: ANN401
    """Write the registration of a year's need."""
    wanted, on = output(shell, options), day_of(as_of) if as_of else shell.today()
    inventory = known(shell, scope, as_of, known_at)
    values = {**values_of(shell, inventory, scope, on), "year": f"{year}"}
    way = way_of(shell, "yearly", wanted, values)
    facts = facts_of(shell, on, known_at)
    measured = needs(shell, inventory, scope, on) if on == shell.today() and not known_at else {}
    found = yearly_document(inventory, on, year, scope, way, facts, shell.translate, measured)
    write_document(shell, found, wanted)


def needs(shell: Shell, inventory: Inventory, scope: str, on: date) -> Mapping[str, float]:
    """The bandwidth in bit/s that the traffic of each dedicated line asked for lately; without those not measured."""
    lines = [line for line, _ in dedicated_lines(Things(inventory, on), in_scope(inventory, scope))]
    zone = shell.settings.daemon.zone
    last = last_whole_day(shell.clock.now(), zone)
    with reading(shell) as store, shell.working(shell._("Reading what was measured…")):
        found = tuple(capacity(store.engine, inventory, lines, last, NEED_DAYS, zone))
    told = {one.id: [way.need for way in one.directions.values() if way.need is not None] for one in found}
    return {line: max(several) for line, several in told.items() if several}


def known(shell: Shell, scope: str, as_of: str, known_at: str) -> Inventory:
    """The inventory of that day; ends the command when nobody knows the scope."""
    with reading(shell) as store, shell.working(shell._("Reading the inventory…")):
        inventory = inventory_on(shell, store.engine, as_of, known_at)
    if scope and not path_of_names(inventory, scope):
        text = "There is no unit '{id}' in the inventory."
        raise Stop(Sentence(text, {"id": scope}), code=NOT_UNDERSTOOD)
    return inventory


def qualities(shell: Shell) -> Mapping[str, Quality]:
    """What the running daemon measures of each line now; empty, with a remark, where none runs."""
    try:
        tree = tree_from_json(asked(shell, dict[str, Any], "status"))
    except NoDaemon:
        shell.remark(Sentence("No daemon runs: the quality of connections is left as not measured."))
        return {}
    return {one.id: line_quality(one, shell) for one in standings(tree, EVERYTHING) if one.kind == "line"}


def line_quality(line: Standing, shell: Shell) -> Quality:
    """What is known of one line, in words; nothing where its verdict is unknown."""
    _, details = shell.translate, dict(line.details)
    if line.verdict == "unknown":
        return Quality()
    state = verdict_word(line.verdict, _)
    if line.verdict != "up":
        state = f"{state}: {reason_words(line.reason, _)}"
    return Quality(state, *(_measured(name, details, shell) for name in ("rtt", "loss")))


def _measured(name: str, details: Mapping[str, str], shell: Shell) -> str:
    value = details.get(name, "")
    return detail_value(name, value, shell.translate, shell.language) if value else ""
