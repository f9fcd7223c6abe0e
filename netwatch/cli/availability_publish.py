"""`netwatch availability publish` and `published`: a month's figures that stay put, and what of it is known by now."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click
from sqlalchemy import Engine

from inventory.sealing import Header, PublicationFault
from netwatch.availability.publication import KIND, FrozenLine
from netwatch.availability.shares import Shares, shares_of
from netwatch.cli.availability_report import write_published
from netwatch.cli.coverage_publish import recorded_words
from netwatch.cli.database import reading
from netwatch.cli.documents import output_if_asked, output_options
from netwatch.cli.periods import MONTH, month_of
from netwatch.cli.published import (
    amending_options,
    comparing_options,
    identified,
    issue,
    list_publications,
    newest,
    tell_issued,
    tell_rest,
    tell_shown,
)
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option, release
from netwatch.language import Sentence, Translate, number
from netwatch.publishing_availability import AvailabilityIssued, AvailabilityOrder, publish
from netwatch.queries.availability import NoSuchScopeError
from netwatch.queries.availability_json import published_json
from netwatch.queries.availability_published import (
    PublishedAvailability,
    RowLine,
    published_availability,
    published_lines,
)
from netwatch.queries.availability_reasons import reason_words, thing_word
from netwatch.queries.day_words import clock_words
from netwatch.queries.publication_lines import fault_sentence
from netwatch.store import publications_sql


def commands(_: Translate) -> list[click.Command]:
    """Both commands in a language."""
    return [
        click.Command(
            "publish",
            callback=click.pass_obj(publish_),
            help=_(
                "Freeze the figures of MONTH (2026-10) of agencies, sites, lines and endpoints, with their outages and "
                "what they rest on: nothing changes them any more. What is known later is shown beside them by "
                "`netwatch availability published`."
            ),
            params=[
                click.Argument(["month"], required=True),
                _scope_option(_),
                *amending_options(_),
                dry_run_option(_),
                json_option(_),
            ],
        ),
        click.Command(
            "published",
            callback=click.pass_obj(published),
            help=_(
                "List what was published of availability; with an ID, or a month for the newest of it, show its "
                "figures as published, as known today, and row by row why they differ."
            ),
            params=[
                click.Argument(["id_"], metavar="[ID]", required=False, default=""),
                _scope_option(_),
                *comparing_options(_),
                json_option(_),
                *output_options(_, required=False),
            ],
        ),
    ]


def _scope_option(_: Translate) -> click.Option:
    return click.Option(
        ["--scope"],
        default="",
        metavar="ID",
        help=_("Of this unit, site, line or endpoint; else everything."),
    )


def publish_(
    shell: Shell, month: str, scope: str, amend: bool, reason: str, dry_run: bool, as_json: bool
) -> None:
    """Freeze them, through the running daemon or in the database."""
    year, month_ = month_of(month)
    arguments = {
        "year": year,
        "month": month_,
        "scope": scope,
        "reason": reason,
        "amend": amend,
        "dry_run": dry_run,
    }
    with shell.working(shell._("Counting…")):
        issued = issue(
            shell,
            AvailabilityIssued,
            "publish_availability",
            arguments,
            lambda engine, asked: publish(engine, AvailabilityOrder(**asked)),
        )
    if as_json:
        shell.show_json({"schema": 1, **asdict(issued)})
        return
    _tell(shell, issued)


def _tell(shell: Shell, issued: AvailabilityIssued) -> None:
    _ = shell._
    counts = ("agencies", "sites", "lines", "endpoints", "outages")
    params = {
        "id": issued.id,
        "period": issued.period,
        "scope": issued.scope or _("everything"),
        **{name: getattr(issued, name) for name in counts},
    }
    text = (
        "This is a dry run: {id} would hold the availability of {scope} in {period}: {agencies} agencies, {sites} "
        "sites, {lines} lines, {endpoints} endpoints, {outages} outages."
        if issued.dry_run
        else "Published as {id}: the availability of {scope} in {period}: {agencies} agencies, {sites} sites, {lines} "
        "lines, {endpoints} endpoints, {outages} outages."
    )
    tell_issued(shell, _(text, **params), issued.replaces, issued.sha256, dry_run=issued.dry_run)


def published(
    shell: Shell,
    id_: str,
    scope: str,
    rows: int,
    fail_on_difference: bool,
    as_json: bool,
    **options: Any,  # noqa: ANN401 - click's
) -> int:
    """List them, or show one beside what is known today."""
    wanted = output_if_asked(shell, options)
    if not id_:
        with reading(shell) as store:
            lines = published_lines(store.engine)
        nothing = shell._("Nothing was published yet: netwatch availability publish MONTH.")
        return list_publications(shell, lines, shell._("Period"), nothing, as_json)
    report = _compared(shell, id_, scope)
    if wanted is not None:
        write_published(shell, report, wanted)
    if as_json:
        shell.show_json(published_json(report))
    if wanted is None and not as_json:
        _show(shell, report, rows)
    return 1 if fail_on_difference and report.rows else 0


def _compared(shell: Shell, id_: str, scope: str) -> PublishedAvailability:
    with reading(shell) as store, shell.working(shell._("Counting…")):
        header = _header(store.engine, id_, scope)
        try:
            return published_availability(store, header, shell.clock.now(), shell.settings.daemon.zone)
        except PublicationFault as fault:
            raise Stop(fault_sentence(header.id, fault)) from None
        except NoSuchScopeError:
            text = "By what is known today there was no '{scope}' in {period}, of which {id} tells."
            params = {"scope": header.scope, "period": header.period, "id": header.id}
            raise Stop(Sentence(text, params)) from None


def _header(engine: Engine, id_: str, scope: str) -> Header:
    known = Sentence("`netwatch availability published` lists what was published.")
    if MONTH.fullmatch(id_):
        return newest(publications_sql.headers(engine, kind=KIND, period=id_), scope, id_, known)
    return identified(publications_sql.headers(engine, kind=KIND), id_, known)


def _show(shell: Shell, report: PublishedAvailability, most: int) -> None:
    _ = shell._
    line = report.publication
    text = _(
        "{id}: the availability of {scope} in {period}, published {moment} by {author}.",
        id=line.id,
        scope=report.frozen.scope_name or line.scope or _("everything"),
        period=line.period,
        moment=shell.moment(line.recorded_at),
        author=line.author,
    )
    tell_shown(shell, text, line)
    _table(shell, report)
    for row in report.rows[:most]:
        _show_row(shell, row)
    tell_rest(shell, len(report.rows), most)
    if not report.rows:
        shell.say(_("What is known today gives the same figures."))


def _table(shell: Shell, report: PublishedAvailability) -> None:
    _ = shell._
    headings = (
        *(_("kind"), _("id"), _("name"), _("up %"), _("between"), _("measured"), _("outages")),
        *(_("up % today"), _("between"), ""),
    )
    today = {(line.kind, line.id): line for line in report.today.lines}
    differing = {(row.kind, row.id) for row in report.rows}
    rows = [
        (
            *(thing_word(line.kind, shell.translate), line.id, line.name),
            *_published(shell, line),
            *_today(shell, today.get((line.kind, line.id))),
            "≠" if (line.kind, line.id) in differing else "=",
        )
        for line in report.frozen.lines
    ]
    shell.table(headings, rows)


def _published(shell: Shell, line: FrozenLine) -> Sequence[str]:
    shares = shares_of(line.account)
    outages = str(len(line.account.outages)) if line.kind != "agency" else ""
    return (*_figures(shell, shares), _percent(shell, shares.measured), outages)


def _today(shell: Shell, line: FrozenLine | None) -> Sequence[str]:
    return _figures(shell, shares_of(line.account)) if line is not None else ("–", "–")


def _figures(shell: Shell, shares: Shares) -> tuple[str, str]:
    bounds = f"{_percent(shell, shares.lowest)} – {_percent(shell, shares.highest)}"
    return _percent(shell, shares.availability), bounds if shares.lowest is not None else "-"


def _percent(shell: Shell, thousandths: int | None) -> str:
    return "-" if thousandths is None else number(thousandths / 1000, shell.language)


def _show_row(shell: Shell, row: RowLine) -> None:
    _ = shell._
    shell.say()
    sides = (_side(shell, line) for line in (row.published, row.today))
    shell.say(f"≠ {row.id} {row.name}: " + " → ".join(sides))
    for text in _why(shell, row):
        shell.say("    " + text)


def _side(shell: Shell, line: FrozenLine | None) -> str:
    if line is None:
        return shell._("nothing")
    account = line.account
    return shell._(
        "up {up}, down {down}, unknown {unknown}, excluded {excluded}",
        up=clock_words(account.up),
        down=clock_words(account.down),
        unknown=clock_words(account.unknown),
        excluded=clock_words(account.excluded),
    )


def _why(shell: Shell, row: RowLine) -> Iterator[str]:
    for reason in row.reasons:
        yield reason_words(reason, shell.moment, release()).words(shell.translate)
    for cause in row.recorded:
        yield recorded_words(shell, cause)
