"""Publications of any kind on the command line: refusals, finding one, listing them."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

import click

from inventory.sealing import Header
from netwatch.cli.shell import Shell, Stop
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


def refusable(deed: Callable[[], Issued]) -> Issued:
    """What the deed gives; a refusal ends the command."""
    try:
        return deed()
    except Refused as refused:
        raise Stop(*refused.sentences) from None


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
