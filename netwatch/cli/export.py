"""`netwatch export`: the whole inventory as a workbook, a folder of CSV files or TOML."""

from pathlib import Path
from typing import Literal

import click

from inventory.sheets.writing import write
from netwatch.cli.as_of import as_of_options, inventory_on
from netwatch.cli.database import reading
from netwatch.cli.problems import sheet_language, show_problems
from netwatch.cli.shell import Shell, Stop, dry_run_option
from netwatch.cli.template import force_option, refuse_existing
from netwatch.language import Sentence, Translate

Format = Literal["xlsx", "csv", "toml"]
BY_SUFFIX: dict[str, Format] = {".xlsx": "xlsx", ".toml": "toml", "": "csv"}
ENCODINGS = ("utf-8", "cp1258")


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "export",
        callback=click.pass_obj(export),
        help=_(
            "Write the whole inventory to FILE: .xlsx, .toml, or without suffix a folder of CSV files. Importing it "
            "again changes nothing. With --as-of or --known-at it is that of a day past, to be read."
        ),
        params=[
            click.Argument(["file"], type=click.Path(path_type=Path), required=True),
            click.Option(
                ["--format", "wanted"],
                type=click.Choice(("xlsx", "csv", "toml")),
                help=_("The format, if the name does not tell."),
            ),
            click.Option(
                ["--encoding"],
                type=click.Choice(ENCODINGS),
                default="utf-8",
                help=_("The encoding of CSV files."),
            ),
            *as_of_options(_),
            force_option(_),
            dry_run_option(_),
        ],
    )


def export(
    shell: Shell,
    file: Path,
    wanted: Format | None,
    encoding: Literal["utf-8", "cp1258"],
    as_of: str,
    known_at: str,
    force: bool,
    dry_run: bool,
) -> int:
    """Write it."""
    format_ = wanted or format_of(file)
    refuse_existing(file, force)
    with reading(shell) as store, shell.working(shell._("Reading the inventory…")) as show:
        inventory = inventory_on(shell, store.engine, as_of, known_at)
        records = sum(len(inventory.every(kind)) for kind in inventory.records)
        if dry_run:
            shell.say(shell._("Would write {count} records to {path}.", count=records, path=file))
            return 0
        show(shell._("Writing {path}…", path=file))
        sample = shell.settings.inventory.sample
        problems = write(file, inventory, sheet_language(shell), format_, sample=sample, encoding=encoding)
    if problems:
        show_problems(problems, shell)
        raise Stop(Sentence("Nothing was written."))
    shell.say(shell._("Written: {path} ({count} records)", path=file, count=records))
    if as_of or known_at:
        shell.remark(Sentence("This is what held or was known then. Importing it would put that back."))
    return 0


def format_of(file: Path) -> Format:
    """The format that a file's name tells; ends the command when it tells none."""
    suffix = file.suffix.lower()
    if suffix not in BY_SUFFIX:
        text = "{path}: the format does not follow from the name. Use .xlsx, .toml, a folder's name, or --format."
        raise Stop(Sentence(text, {"path": file}))
    return BY_SUFFIX[suffix]
