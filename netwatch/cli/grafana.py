"""`netwatch grafana`: dashboards for a Grafana that reads what Prometheus has of netwatch."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from urllib.parse import urlsplit

import click

from exporters.grafana.boards import BOARDS
from exporters.grafana.build import Manner
from exporters.grafana.files import OWN_SOURCE, Source, files
from inventory.sheets.atomic import write_files
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option, release
from netwatch.cli.template import force_option
from netwatch.language import LANGUAGES, Sentence, Translate, translator
from netwatch.translate.to_rules import scrape_interval

NOT_UNDERSTOOD = 64
PROMETHEUS = "http://127.0.0.1:9090"
# What Grafana takes as uid.
_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    return click.Group(
        "grafana",
        help=_("Dashboards for a Grafana that reads what Prometheus has of netwatch."),
        commands=[_dashboards(_), _list(_)],
    )


def _dashboards(_: Translate) -> click.Command:
    params: list[click.Parameter] = [
        click.Option(
            ["-o", "--output", "directory"],
            type=click.Path(path_type=Path, file_okay=False),
            required=True,
            metavar="DIRECTORY",
            help=_("The folder that gets netwatch/ and provisioning/; it is made where it does not exist."),
        ),
        click.Option(
            ["--language"],
            type=click.Choice(LANGUAGES),
            help=_("The language of the dashboards; without it, that of the command."),
        ),
        click.Option(
            ["--datasource"],
            metavar="UID",
            help=_("The uid of a Prometheus that Grafana has already; then none is provisioned."),
        ),
        click.Option(
            ["--prometheus"],
            metavar="URL",
            help=_("How Grafana reaches the Prometheus that is provisioned."),
            default=PROMETHEUS,
            show_default=True,
        ),
        click.Option(
            ["--path", "folder"],
            metavar="DIRECTORY",
            help=_("Where DIRECTORY lies on Grafana's machine, where that is another."),
        ),
        force_option(_),
        dry_run_option(_),
    ]
    text = _("Write the dashboards, and what tells Grafana of them and of Prometheus.")
    return click.Command("dashboards", callback=click.pass_obj(dashboards), help=text, params=params)


def _list(_: Translate) -> click.Command:
    text = _("List the dashboards and what each answers.")
    return click.Command("list", callback=click.pass_obj(listing), help=text, params=[json_option(_)])


def dashboards(
    shell: Shell,
    directory: Path,
    language: str | None,
    datasource: str | None,
    prometheus: str,
    folder: str | None,
    force: bool,
    dry_run: bool,
) -> None:
    """Make them and write them."""
    if datasource is not None and not _UID.fullmatch(datasource):
        text = "'{uid}' is no uid of a source of data. Use up to 40 letters, digits, _ and - only."
        raise Stop(Sentence(text, {"uid": datasource}), code=NOT_UNDERSTOOD)
    spoken = language or shell.language
    manner = Manner(spoken, translator(spoken), datasource or OWN_SOURCE)
    if not _open_to_all(prometheus):
        # The address is not told again: a password may stand in it.
        text = "--prometheus: write it as https://name or https://name:port/path; a password is entered in Grafana."
        raise Stop(Sentence(text), code=NOT_UNDERSTOOD)
    source = None if datasource else Source(prometheus, scrape_interval(shell.settings))
    there = PurePath(folder) if folder else directory.absolute()
    remark = Sentence("Made by: netwatch grafana dashboards (netwatch {version})", {"version": release()})
    made = files(manner, there, source, remark.words(manner.translate))
    _write(shell, {directory / path: text.encode() for path, text in made.items()}, force, dry_run)


def _open_to_all(url: str) -> bool:
    """Whether it is an address of HTTP that holds nothing secret."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    secret = "@" in parts.netloc or "?" in url or "#" in url or not url.isprintable()
    return named and parts.scheme in ("http", "https") and not secret


def _write(shell: Shell, made: Mapping[Path, bytes], force: bool, dry_run: bool) -> None:
    """All of them or none."""
    existing = [path for path, content in made.items() if path.exists() and path.read_bytes() != content]
    if existing and not force:
        text = (
            "{path} exists already and is another. Write into another folder, or overwrite it with --force."
        )
        raise Stop(*(Sentence(text, {"path": path}) for path in existing))
    if not dry_run:
        for path in made:
            path.parent.mkdir(parents=True, exist_ok=True)
        write_files(made)
    text = "Would write {path}." if dry_run else "Written: {path}"
    for path in made:
        shell.say(shell._(text, path=path))


def listing(shell: Shell, as_json: bool) -> None:
    """Show what there is."""
    _ = shell._
    manner = Manner(shell.language, shell.translate)
    if as_json:
        shell.show_json(
            [
                {
                    "name": board.name,
                    "uid": manner.uid(board.name),
                    "title": manner.say(board.title),
                    "answers": manner.say(board.about),
                    "panels": len(list(board.panels())),
                    "variables": [one.name for one in board.variables],
                }
                for board in BOARDS
            ]
        )
        return
    rows = [(board.name, manner.say(board.title), manner.say(board.about)) for board in BOARDS]
    shell.table((_("name"), _("title"), _("what it answers")), rows)
