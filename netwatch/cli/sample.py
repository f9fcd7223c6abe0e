"""`netwatch sample`: synthetic administrations shaped on published totals, as files that `netwatch import` takes."""

from collections.abc import Mapping
from pathlib import Path

import click

from inventory.samples.administrations import ADMINISTRATIONS, administration, inventory_at, summary
from inventory.samples.generate import Stage, stages
from inventory.sheets.writing import write
from netwatch.cli.export import BY_SUFFIX, Format
from netwatch.cli.problems import sheet_language
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option
from netwatch.cli.template import force_option, refuse_existing
from netwatch.language import Sentence, Translate
from netwatch.queries.words import kind_word

SUFFIXES: Mapping[Format, str] = {format_: suffix for suffix, format_ in BY_SUFFIX.items()}
NOT_UNDERSTOOD = 64


def command(_: Translate) -> click.Group:
    """The command with its subcommands in a language."""
    return click.Group(
        "sample",
        commands=[_list_command(_), _write_command(_)],
        help=_(
            "Synthetic administrations shaped on the figures that real ones published. Only the name of the top unit "
            "is real; nothing in them is ever looked at."
        ),
    )


def _list_command(_: Translate) -> click.Command:
    return click.Command(
        "list",
        callback=click.pass_obj(list_),
        help=_("List the samples: whose published figures they are shaped on, and what they hold."),
        params=[json_option(_)],
    )


def _write_command(_: Translate) -> click.Command:
    return click.Command(
        "write",
        callback=click.pass_obj(write_),
        help=_(
            "Write the sample NAME to a file, or to one for each day from which its rows hold, and say how to import "
            "it."
        ),
        params=[
            click.Argument(["name"], required=True),
            click.Option(
                ["-o", "--output"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_(
                    "The file (.xlsx, .toml, or without suffix a folder of CSV files); NAME.toml without it."
                ),
            ),
            click.Option(
                ["--format", "wanted"],
                type=click.Choice(("xlsx", "csv", "toml")),
                help=_("The format, if the name does not tell."),
            ),
            force_option(_),
            dry_run_option(_),
            json_option(_),
        ],
    )


def list_(shell: Shell, as_json: bool) -> None:
    """Show them."""
    found = [(sample := administration(name), stages(sample)) for name in ADMINISTRATIONS]
    if as_json:
        shell.show_json(
            [
                {
                    "schema": 1,
                    "name": sample.name,
                    "top_unit": sample.title,
                    "published": sample.published.isoformat(),
                    "since": [stage.since.isoformat() for stage in parts],
                    "records": dict(summary(parts[-1])),
                }
                for sample, parts in found
            ]
        )
        return
    _ = shell._
    rows = [
        (sample.name, sample.title, f"{sample.published:%m/%Y}", _counted(shell, parts[-1]))
        for sample, parts in found
    ]
    shell.table((_("Name"), _("Top unit"), _("Published"), _("Records")), rows)


def _counted(shell: Shell, stage: Stage) -> str:
    return ", ".join(f"{kind_word(kind, shell.translate)} {count}" for kind, count in summary(stage).items())


def write_(
    shell: Shell,
    name: str,
    output: Path | None,
    wanted: Format | None,
    force: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write its files and say how to import them."""
    if name not in ADMINISTRATIONS:
        text = "There is no sample '{name}'. There are: {known}."
        raise Stop(Sentence(text, {"name": name, "known": ", ".join(ADMINISTRATIONS)}), code=NOT_UNDERSTOOD)
    parts = stages(administration(name))
    format_ = wanted or _format(output)
    files = [(path, stage) for stage in parts for path in [_path(name, output, format_, stage, len(parts))]]
    for path, _stage in files:
        refuse_existing(path, force)
    for path, stage in () if dry_run else files:
        write(path, inventory_at(stage), sheet_language(shell), format_, sample=True)
    if as_json:
        told = [
            {"path": str(path), "since": stage.since.isoformat(), "rows": len(stage.rows)}
            for path, stage in files
        ]
        shell.show_json({"schema": 1, "name": name, "dry_run": dry_run, "files": told})
        return
    text = "Would write {count} records to {path}." if dry_run else "Written: {path} ({count} records)"
    for path, stage in files:
        shell.say(shell._(text, count=len(stage.rows), path=path))
    shell.say(shell._("Import it into a database of its own, with inventory.sample = true in the settings:"))
    for path, stage in files:
        shell.say(f"  netwatch import {path} --since {stage.since.isoformat()}")
    shell.say(shell._("Then audit it as of a day that was published:"))
    for stage in parts:
        shell.say(f"  netwatch coverage --as-of {stage.since.isoformat()}")


def _format(output: Path | None) -> Format:
    suffix = output.suffix.lower() if output is not None else ".toml"
    if suffix not in BY_SUFFIX:
        text = "{path}: the format does not follow from the name. Use .xlsx, .toml, a folder's name, or --format."
        raise Stop(Sentence(text, {"path": output}))
    return BY_SUFFIX[suffix]


def _path(name: str, output: Path | None, format_: Format, stage: Stage, count: int) -> Path:
    """The file of one stage: where there are several, each has its day in its name."""
    path = output or Path(f"{name}{SUFFIXES[format_]}")
    return path if count == 1 else path.with_name(f"{path.stem}-{stage.since.isoformat()}{path.suffix}")
