"""`netwatch label`: QR labels for things, as a PDF for sheets of labels."""

from pathlib import Path

import click

from exporters.documents.labels import SHEETS, labels_html
from exporters.documents.pdf import pdf_of
from inventory.coverage.items import Things
from inventory.sheets.atomic import write_files
from netwatch.cli.as_of import day_of
from netwatch.cli.database import reading
from netwatch.cli.documents import dated_option, faults_told, output_option
from netwatch.cli.problems import sheet_language
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.cli.template import force_option, refuse_existing
from netwatch.commands import inventory_of
from netwatch.language import Sentence, Translate
from netwatch.reports.labels import chosen, kinds_of, labelled, labels_of
from netwatch.reports.letterhead import folder_of
from netwatch.settings_faults import suggestion

NOT_UNDERSTOOD = 64
USUAL_SHEET = "3x8"


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "label",
        callback=click.pass_obj(label),
        help=_(
            "Print QR labels: for the things named, or for all of a unit, a site, a kind. Each leads to the page of "
            "its thing."
        ),
        params=[
            click.Argument(["items"], nargs=-1, metavar=_("[ITEM...]")),
            click.Option(
                ["--unit", "units"],
                multiple=True,
                metavar="ID",
                help=_("What serves this unit and all below it."),
            ),
            click.Option(
                ["--site", "sites"], multiple=True, metavar="ID", help=_("What stands at this site.")
            ),
            click.Option(
                ["--kind", "kinds"],
                multiple=True,
                metavar="KIND",
                help=_("Only this kind: device, router, camera, line, surge_protector, asset, site…"),
            ),
            click.Option(
                ["--sheet"],
                type=click.Choice(list(SHEETS)),
                default=USUAL_SHEET,
                help=_("Columns and rows of labels on the A4 sheet."),
            ),
            click.Option(
                ["--skip"],
                type=click.IntRange(0, 100),
                default=0,
                help=_("Labels already used on the first sheet."),
            ),
            click.Option(
                ["--url"], default="", metavar="URL", help=_("Where telephones reach the page; else as set.")
            ),
            dated_option(_),
            output_option(_, _("The PDF to write.")),
            force_option(_),
            json_option(_),
        ],
    )


def label(
    shell: Shell,
    items: tuple[str, ...],
    units: tuple[str, ...],
    sites: tuple[str, ...],
    kinds: tuple[str, ...],
    sheet: str,
    skip: int,
    url: str,
    dated: str,
    file: Path,
    force: bool,
    as_json: bool,
) -> None:
    """Choose, draw, write."""
    refuse_existing(file, force)
    base = base_address(shell, url)
    on = day_of(dated) if dated else shell.today()
    with reading(shell) as store:
        things = Things(inventory_of(store.engine, shell.today()), shell.today())
    require_known(things, items, units, sites, kinds)
    labels = labels_of(chosen(things, items, units, sites, kinds), things, base)
    if not labels:
        raise Stop(Sentence("Nothing fits: no labels were printed."))
    reports = shell.settings.reports
    with faults_told(), shell.working(shell._("Writing {path}…", path=file)):
        html = labels_html(
            labels,
            SHEETS[sheet],
            sheet_language(shell),
            on,
            sample=shell.settings.inventory.sample,
            skip=skip,
            folder=folder_of(reports),
        )
        write_files({file: pdf_of(html)})
    if as_json:
        told = [
            {"id": one.id, "name": one.name, "agency": one.agency, "address": one.address} for one in labels
        ]
        shell.show_json({"schema": 1, "file": f"{file}", "labels": told})
    else:
        shell.say(shell._("Written: {path} ({count} labels)", path=file, count=len(labels)))


def base_address(shell: Shell, url: str) -> str:
    """Where telephones reach the page; ends the command where nobody said."""
    settings = shell.settings
    base = url or settings.reports.label_url or settings.notifications.public_url
    if not base.startswith(("http://", "https://")):
        text = (
            "Labels need the address at which telephones reach the status page: set reports.label_url, or name it "
            "with --url https://name."
        )
        raise Stop(Sentence(text), code=NOT_UNDERSTOOD)
    return base


def require_known(
    things: Things,
    items: tuple[str, ...],
    units: tuple[str, ...],
    sites: tuple[str, ...],
    kinds: tuple[str, ...],
) -> None:
    """End the command when nothing or something unknown is named."""
    if not (items or units or sites or kinds):
        text = "Say what is to be labelled: codes of things, --unit, --site or --kind."
        raise Stop(Sentence(text), code=NOT_UNDERSTOOD)
    inventory = things.inventory
    every = [record.id for _kind, record in labelled(inventory)]
    agencies = [*inventory.of("organisation_unit"), *inventory.of("administrative_unit")]
    known = sorted({name for kind, record in labelled(inventory) for name in kinds_of(kind, record)})
    given = (
        (items, every, "There is nothing with the code '{id}' in the inventory."),
        (units, agencies, "There is no unit '{id}' in the inventory."),
        (sites, list(inventory.of("site")), "There is no site '{id}' in the inventory."),
        (kinds, known, "There is nothing of the kind '{id}' in the inventory."),
    )
    for named, there, text in given:
        for id_ in named:
            if id_ not in there:
                raise Stop(Sentence(text, {"id": id_}), *suggestion(id_, there), code=NOT_UNDERSTOOD)
