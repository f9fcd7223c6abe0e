"""Publications of any kind on the command line: refusals, finding one, listing them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

import click
from sqlalchemy import Engine

from inventory.sealing import Header
from netwatch.cli.daemon import asked
from netwatch.cli.database import author, changing, reading
from netwatch.cli.shell import Shell, Stop, release
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.language import Sentence, Translate, listing
from netwatch.queries.publication_lines import PublicationLine, report_json

MOST_ROWS = 50
SHORT = 12
Issued = TypeVar("Issued")


def amending_options(_: Translate) -> list[click.Parameter]:
    """--amend and --reason."""
    return [
        click.Option(["--amend"], is_flag=True, help=_("Replace what was published of that time.")),
        click.Option(["--reason"], metavar="TEXT", default="", help=_("Why it is replaced.")),
    ]


def comparing_options(_: Translate) -> list[click.Parameter]:
    """--rows and --fail-on-difference."""
    return [
        click.Option(
            ["--rows"],
            type=click.IntRange(0),
            default=MOST_ROWS,
            help=_("Show at most so many rows that differ (50)."),
        ),
        click.Option(
            ["--fail-on-difference"],
            is_flag=True,
            help=_("Exit code 1 when today's figures are not those published."),
        ),
    ]


def issue(
    shell: Shell,
    kind: type[Issued],
    command: str,
    arguments: Mapping[str, Any],
    publish: Callable[[Engine, Mapping[str, Any]], Issued],
) -> Issued:
    """Publish through the running daemon, else in the database; a refusal ends the command.

    `arguments` are those of the daemon's `command`; `publish` is given them with who asks, when and by whose clocks.
    """
    try:
        return asked(shell, kind, command, {**arguments, "release": release()})
    except NoDaemon:
        pass
    zone, now = shell.settings.daemon.zone, shell.clock.now()
    order = {**arguments, "release": release(), "author": author(), "now": now, "zone": zone}
    with _database(shell, dry_run=arguments["dry_run"]) as engine:
        try:
            return publish(engine, order)
        except Refused as refused:
            raise Stop(*refused.sentences) from None


@contextmanager
def _database(shell: Shell, *, dry_run: bool) -> Iterator[Engine]:
    """The database under its lock; of a dry run only to be read."""
    if dry_run:
        with reading(shell) as store:
            yield store.engine
        return
    with changing(shell) as engine:
        yield engine


def tell_issued(shell: Shell, text: str, replaces: str, sha256: str, *, dry_run: bool) -> None:
    """Say what was published, or would be, what it replaces, and the digest that belongs in what goes out."""
    shell.say(text)
    if replaces:
        shell.say(shell._("It replaces {id}, which stays as it is.", id=replaces))
    if not dry_run:
        shell.say(f"SHA-256: {sha256}")


def tell_shown(shell: Shell, text: str, line: PublicationLine) -> None:
    """Say which publication is shown, its digest, and what replaced it or was replaced by it."""
    shell.say(text)
    shell.say(f"SHA-256: {line.sha256}")
    told = history_words(shell, line)
    shell.say(told) if told else None


def newest(headers: Sequence[Header], scope: str, named: object, known: Sentence) -> Header:
    """The newest of these publications of a scope; ends the command when there is none. `known` says where to look."""
    found = [header for header in headers if header.scope == scope]
    if not found:
        params = {"year": named, "scope": scope or Sentence("everything"), "known": _known(headers, known)}
        raise Stop(Sentence("No figures of {year} were published for {scope}. {known}", params))
    return found[-1]


def identified(headers: Sequence[Header], id_: str, known: Sentence) -> Header:
    """The publication of an id; ends the command when there is none. `known` says where to look."""
    for header in headers:
        if header.id == id_:
            return header
    params = {"id": id_, "known": _known(headers, known)}
    raise Stop(Sentence("There is no publication {id}. {known}", params))


def _known(headers: Sequence[Header], otherwise: Sentence) -> Sentence:
    if not headers:
        return otherwise
    return Sentence("There is: {known}.", {"known": listing([header.id for header in headers])})


def list_publications(
    shell: Shell, lines: Sequence[PublicationLine], period: str, nothing: str, as_json: bool
) -> int:
    """Print them below a heading of their `period`, `nothing` when there are none; 1 when one cannot be believed."""
    if as_json:
        shell.show_json([report_json(line) for line in lines])
    elif not lines:
        shell.say(nothing)
    else:
        _ = shell._
        headings = (_("Id"), period, _("Scope"), _("As of"), _("Published"), _("By"), "SHA-256", "")
        shell.table(headings, [_listed(shell, line) for line in lines])
    faults = [line.fault for line in lines if line.fault is not None]
    shell.remark(*faults)
    return 1 if faults else 0


def _listed(shell: Shell, line: PublicationLine) -> tuple[str, ...]:
    return (
        line.id,
        line.period or str(line.year),
        line.scope or shell._("everything"),
        written(line.on),
        shell.moment(line.recorded_at),
        line.author,
        line.sha256[:SHORT],
        history_words(shell, line),
    )


def history_words(shell: Shell, line: PublicationLine) -> str:
    """What replaced a publication, and what it replaces."""
    _ = shell._
    if line.fault is not None:
        return _("cannot be believed")
    told = [_("replaced by {id}", id=line.replaced_by)] if line.replaced_by else []
    told += [_("replaces {id}: {reason}", id=line.replaces, reason=line.reason)] if line.replaces else []
    return "; ".join(told)


def written(day: str) -> str:
    """An ISO date as people write it; '' stays ''."""
    return f"{date.fromisoformat(day):%d/%m/%Y}" if day else ""


def tell_rest(shell: Shell, count: int, most: int) -> None:
    """Say how many more rows differ than are shown."""
    if count > most:
        text = "{count} more rows differ: --rows {all}, or --json."
        shell.say(shell._(text, count=count - most, all=count))
