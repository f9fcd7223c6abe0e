"""`netwatch template`: an empty workbook with drop-downs and comments, to be filled in and imported."""

from pathlib import Path

import click

from inventory.sheets.template import write_template
from netwatch.cli.problems import sheet_language
from netwatch.cli.shell import Shell, Stop, dry_run_option
from netwatch.language import Sentence, Translate

SUFFIX = ".xlsx"
NOT_UNDERSTOOD = 64


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "template",
        callback=click.pass_obj(template),
        help=_(
            "Write an empty workbook (XLSX) with a sheet for every kind of thing, in the language of --lang."
        ),
        params=[
            click.Argument(["file"], type=click.Path(path_type=Path, dir_okay=False), required=True),
            force_option(_),
            dry_run_option(_),
        ],
    )


def force_option(_: Translate) -> click.Option:
    """--force"""
    return click.Option(["--force"], is_flag=True, help=_("Overwrite an existing file."))


def refuse_existing(path: Path, force: bool) -> None:
    """End the command rather than overwrite what somebody may have filled in, or begin what cannot be written."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise Stop(Sentence("{path}: the folder {folder} does not exist.", {"path": path, "folder": folder}))
    if path.exists() and not force and not (path.is_dir() and not any(path.iterdir())):
        raise Stop(
            Sentence(
                "{path} exists already. Name another file, or overwrite it with --force.", {"path": path}
            )
        )


def template(shell: Shell, file: Path, force: bool, dry_run: bool) -> None:
    """Write it."""
    if file.suffix.lower() != SUFFIX:
        text = "{path}: a template is an XLSX workbook. Give the file a name that ends in .xlsx."
        raise Stop(Sentence(text, {"path": file}), code=NOT_UNDERSTOOD)
    refuse_existing(file, force)
    if dry_run:
        shell.say(shell._("Would write {path}.", path=file))
        return
    write_template(file, sheet_language(shell))
    shell.say(shell._("Written: {path}", path=file))
