"""Documents as commands write them: where to, in which form, with which number, date and template."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from exporters.documents.csv_file import folder_files, table_bytes
from exporters.documents.formats import shown
from exporters.documents.messages import TEXTS, DocumentFault
from exporters.documents.model import ColumnKind, Document
from exporters.documents.pdf import document_pdf
from exporters.documents.xlsx import write_workbook
from inventory.organisation import path_of_names
from inventory.sheets.atomic import write_files
from inventory.snapshot import Inventory
from netwatch.cli.as_of import day_of
from netwatch.cli.problems import sheet_language
from netwatch.cli.shell import Shell, Stop
from netwatch.cli.template import force_option, refuse_existing
from netwatch.language import Sentence, Translate
from netwatch.reports.letterhead import Facts, Manner, folder_of, manner

FORMATS = ("xlsx", "pdf", "csv")
BY_SUFFIX = {".xlsx": "xlsx", ".pdf": "pdf", ".csv": "csv", "": "csv"}
USUAL_TEMPLATE = "report"
NOT_UNDERSTOOD = 64


@dataclass(frozen=True, slots=True)
class Output:
    """How a document shall leave: its file (a folder for several CSV files) and what the command line says of it."""

    file: Path
    format: str
    number: str
    dated: date
    template: str
    bom: bool


def output_options(_: Translate, *, required: bool = True) -> list[click.Parameter]:
    """-o, --format, --number, --dated, --template, --no-bom and --force; `output` gathers them."""
    where = _("Where to write it: .xlsx, .pdf, .csv, or a folder of CSV files.")
    return [
        output_option(_, where, required=required),
        click.Option(
            ["--format", "wanted"],
            type=click.Choice(FORMATS),
            help=_("The format, if the name does not tell."),
        ),
        click.Option(["--number"], default="", metavar="NUMBER", help=_("The number of the document.")),
        dated_option(_),
        click.Option(
            ["--template"],
            default=USUAL_TEMPLATE,
            metavar="NAME",
            help=_("The template of the PDF: NAME.vi.html or NAME.en.html of the folder of [reports]."),
        ),
        click.Option(["--no-bom"], is_flag=True, help=_("CSV files without a byte order mark.")),
        force_option(_),
    ]


def output_option(_: Translate, help_: str, *, required: bool = True) -> click.Option:
    """-o FILE"""
    path = click.Path(path_type=Path)
    names = ["-o", "--output", "file"]
    return click.Option(names, type=path, required=required, metavar="FILE", help=help_)


def dated_option(_: Translate) -> click.Option:
    """--dated DATE"""
    return click.Option(["--dated"], default="", metavar="DATE", help=_("Its date; today without it."))


def output(shell: Shell, options: dict[str, Any]) -> Output:
    """What the options of `output_options` say, which are taken out of `options`; ends the command where they do not
    fit or the file is there already."""
    file, wanted = options.pop("file"), options.pop("wanted")
    template, bom = options.pop("template"), not options.pop("no_bom")
    number, dated, force = options.pop("number"), options.pop("dated"), options.pop("force")
    if wanted is None and file.suffix.lower() not in BY_SUFFIX:
        text = "{path}: the format does not follow from the name. Use .xlsx, .pdf, .csv, a folder's name, or --format."
        raise Stop(Sentence(text, {"path": file}), code=NOT_UNDERSTOOD)
    if template != Path(template).name or template.startswith("."):
        text = "'{name}' is no name of a template. Write NAME for the file NAME.vi.html in the folder of [reports]."
        raise Stop(Sentence(text, {"name": template}), code=NOT_UNDERSTOOD)
    refuse_existing(file, force)
    on = day_of(dated) if dated else shell.today()
    return Output(file, wanted or BY_SUFFIX[file.suffix.lower()], number, on, template, bom)


def output_if_asked(shell: Shell, options: dict[str, Any]) -> Output | None:
    """The same where -o need not be given: None without it."""
    return output(shell, options) if options["file"] is not None else None


@contextmanager
def faults_told() -> Iterator[None]:
    """The faults of a document as the end of a command."""
    try:
        yield
    except DocumentFault as fault:
        raise Stop(Sentence(TEXTS[fault.code], fault.params)) from None


def way_of(shell: Shell, name: str, wanted: Output, values: Mapping[str, str]) -> Manner:
    """The manner of the document `name`, by the settings and what the command line says; ends the command when its
    texts cannot be read."""
    sample = shell.settings.inventory.sample
    with faults_told():
        return manner(
            shell.settings.reports,
            name,
            sheet_language(shell),
            wanted.dated,
            values,
            number=wanted.number,
            sample=sample,
        )


def values_of(shell: Shell, inventory: Inventory, scope: str, on: date) -> dict[str, str]:
    """What the texts of a document may use."""
    names = path_of_names(inventory, scope) if scope else ()
    return {
        "scope": names[-1] if names else shell._("all agencies"),
        "on": shown(on, ColumnKind.DATE, sheet_language(shell)),
    }


def facts_of(shell: Shell, on: date, known_at: str) -> Facts:
    """As of which day, and what was known when."""
    facts = ((shell._("Figures as of"), shown(on, ColumnKind.DATE, sheet_language(shell))),)
    return (*facts, (shell._("As known at"), known_at)) if known_at else facts


def write_document(shell: Shell, document: Document, output: Output) -> None:
    """Write it and say so; ends the command when it cannot be made."""
    with shell.working(shell._("Writing {path}…", path=output.file)):
        put_document(shell, document, output)
    rows = sum(len(table.rows) for table in document.tables())
    shell.say(shell._("Written: {path} ({count} rows)", path=output.file, count=rows))


def put_document(shell: Shell, document: Document, output: Output) -> None:
    """Write it, one of many, and say nothing; ends the command when it cannot be made."""
    with faults_told():
        if output.format == "xlsx":
            _workbook(output.file, document)
        elif output.format == "pdf":
            pdf = document_pdf(document, folder_of(shell.settings.reports), output.template)
            write_files({output.file: pdf})
        else:
            _csv(output, document)


def _workbook(file: Path, document: Document) -> None:
    """There whole or not at all."""
    staged = file.with_name(f".{secrets.token_hex(8)}.part")
    try:
        write_workbook(staged, document)
        staged.replace(file)
    finally:
        staged.unlink(missing_ok=True)


def _csv(output: Output, document: Document) -> None:
    tables = list(document.tables())
    if output.file.suffix:
        tables = [table for table in tables if document.chief in (table.key, "")]
        if len(tables) != 1:
            raise DocumentFault("csv_tables", path=output.file, count=len(tables))
        content = table_bytes(tables[0], document.language, sample=document.sample, bom=output.bom)
        write_files({output.file: content})
        return
    output.file.mkdir(exist_ok=True)
    files = folder_files(document, bom=output.bom)
    write_files({output.file / name: content for name, content in files.items()})
