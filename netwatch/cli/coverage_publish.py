"""`netwatch coverage publish` and `published`: figures that stay put, and what of the same day is known by now."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date

import click

from inventory.sealing import PublicationFault
from inventory.sheets.columns import heading
from netwatch.cli.coverage_asking import day_of, scope_option
from netwatch.cli.coverage_words import counts_words, ratio
from netwatch.cli.database import reading
from netwatch.cli.problems import sheet_language
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
    written,
)
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option, release
from netwatch.cli.words import value_words
from netwatch.language import Sentence, Translate
from netwatch.publishing import Issued, PublishOrder, publish
from netwatch.queries.coverage import told_once
from netwatch.queries.coverage_words import detail_word, item_word, level_word, state_word
from netwatch.queries.publication_lines import fault_sentence, report_json
from netwatch.queries.publications import (
    COMPUTED,
    EVIDENCE,
    NORM,
    Cause,
    FigureLine,
    Numbers,
    PublishedReport,
    RowLine,
    TallyLine,
    publication_lines,
    published_report,
)
from netwatch.queries.words import kind_word
from netwatch.store import publications_sql

FIRST_YEAR, LAST_YEAR = 1900, 2199


def commands(_: Translate) -> list[click.Command]:
    """Both commands in a language."""
    year = click.IntRange(FIRST_YEAR, LAST_YEAR)
    year.name = _("year")
    return [
        click.Command(
            "publish",
            callback=click.pass_obj(publish_),
            help=_(
                "Freeze the figures of YEAR, with the norms and rows behind them: nothing changes them any more. "
                "What is known later is shown beside them by `netwatch coverage published`."
            ),
            params=[
                click.Argument(["year"], type=year, required=True),
                scope_option(_),
                click.Option(
                    ["--as-of"],
                    metavar="DATE",
                    help=_("The day the figures are of; without it the last of the year, or today."),
                ),
                *amending_options(_),
                dry_run_option(_),
                json_option(_),
            ],
        ),
        click.Command(
            "published",
            callback=click.pass_obj(published),
            help=_(
                "List what was published; with YEAR show its figures as published, as known today, and row by row "
                "why they differ."
            ),
            params=[
                click.Argument(["year"], type=year, required=False),
                scope_option(_),
                click.Option(
                    ["--id", "id_"], metavar="ID", help=_("Show this publication, also a replaced one.")
                ),
                *comparing_options(_),
                json_option(_),
            ],
        ),
    ]


def publish_(
    shell: Shell,
    year: int,
    scope: str,
    as_of: str | None,
    amend: bool,
    reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Freeze them, through the running daemon or in the database."""
    on = _day(shell, year, as_of)
    arguments = {
        "year": year,
        "on": on.isoformat(),
        "scope": scope or "",
        "reason": reason,
        "amend": amend,
        "dry_run": dry_run,
    }
    with shell.working(shell._("Auditing…")):
        issued = issue(
            shell,
            Issued,
            "publish",
            arguments,
            lambda engine, asked: publish(engine, PublishOrder(**{**asked, "on": on})),
        )
    if as_json:
        shell.show_json({"schema": 1, **asdict(issued)})
        return
    _tell(shell, issued)


def _day(shell: Shell, year: int, text: str | None) -> date:
    """The day the figures are of; ends the command for one that is not over or does not belong to the year."""
    today = shell.today()
    if year > today.year:
        text = "{year} is still to come: figures are of a day that was."
        raise Stop(Sentence(text, {"year": year}), code=64)
    on = day_of(shell, text) if text else min(date(year, 12, 31), today)
    if on > today or on.year != year:
        params = {"day": on, "year": year, "today": today}
        text = "{day} is no day of {year} up to today ({today}): figures are of a day that was."
        raise Stop(Sentence(text, params), code=64)
    return on


def _tell(shell: Shell, issued: Issued) -> None:
    _ = shell._
    params = {
        "id": issued.id,
        "year": issued.year,
        "scope": issued.scope or _("everything"),
        "day": written(issued.on),
        "figures": issued.figures,
        "rows": issued.rows,
        "agencies": issued.agencies,
    }
    text = (
        "This is a dry run: {id} would hold the figures of {year} for {scope} as of {day}: {figures} figures, "
        "{rows} rows, {agencies} agencies."
        if issued.dry_run
        else "Published as {id}: the figures of {year} for {scope} as of {day}: {figures} figures, {rows} rows, "
        "{agencies} agencies."
    )
    tell_issued(shell, _(text, **params), issued.replaces, issued.sha256, dry_run=issued.dry_run)


def published(
    shell: Shell,
    year: int | None,
    scope: str,
    id_: str | None,
    rows: int,
    fail_on_difference: bool,
    as_json: bool,
) -> int:
    """List them, or show one beside what is known today."""
    if year is None and id_ is None:
        with reading(shell) as store:
            lines = publication_lines(store.engine)
        nothing = shell._("Nothing was published yet: netwatch coverage publish YEAR.")
        return list_publications(shell, lines, shell._("Year"), nothing, as_json)
    with reading(shell) as store, shell.working(shell._("Auditing…")):
        headers = publications_sql.headers(store.engine, year)
        known = Sentence("`netwatch coverage published` lists what was published.")
        header = identified(headers, id_, known) if id_ else newest(headers, scope or "", year, known)
        try:
            report = published_report(store, header, shell.clock.now(), shell.settings.daemon.zone)
        except PublicationFault as fault:
            raise Stop(fault_sentence(header.id, fault)) from None
    if as_json:
        shell.show_json(report_json(report))
    else:
        _show(shell, report, rows)
    return 1 if fail_on_difference and report.differs else 0


def _show(shell: Shell, report: PublishedReport, most: int) -> None:
    _ = shell._
    line = report.publication
    text = _(
        "{id}: the figures of {year} for {scope} as of {day}, published {moment} by {author}.",
        id=line.id,
        year=line.year,
        scope=line.scope or _("everything"),
        day=written(line.on),
        moment=shell.moment(line.recorded_at),
        author=line.author,
    )
    tell_shown(shell, text, line)
    shell.say()
    headings = (_("Norm"), _("Level"), _("Published"), _("proved"), _("Known today"), _("proved"), "")
    shell.table(headings, [_figure(shell, figure) for figure in told_once(report.figures)])
    shell.say()
    for tally in report.tallies:
        _show_tally(shell, tally)
    for row in report.rows[:most]:
        _show_row(shell, row)
    tell_rest(shell, len(report.rows), most)
    if not report.differs:
        shell.say(_("What is known today gives the same figures."))


def _show_tally(shell: Shell, tally: TallyLine) -> None:
    _ = shell._
    pairs = ((_("things"), tally.items), (_("places"), tally.places), (_("agencies"), tally.agencies))
    words = ", ".join(f"{name} {then} → {now}" for name, (then, now) in pairs if then != now)
    finer = detail_word(tally.kind, tally.detail, shell.translate, shell.language)
    detail = f" ({finer})" if finer else ""
    shell.say(f"≠ {item_word(tally.kind, shell.translate)}{detail}: {words}")


def _figure(shell: Shell, figure: FigureLine) -> tuple[str, ...]:
    level = level_word(figure.level, shell.translate)
    sides = (*_shares(shell, figure.published), *_shares(shell, figure.today))
    return (figure.name, level, *sides, "≠" if figure.differs else "=")


def _shares(shell: Shell, numbers: Numbers | None) -> tuple[str, str]:
    """How much is declared, and how much proved, with numerator and denominator."""
    if numbers is None:
        return "–", "–"
    whole = numbers.denominator
    return ratio(shell, numbers.declared, whole), ratio(shell, numbers.proved, whole)


def _show_row(shell: Shell, row: RowLine) -> None:
    _ = shell._
    shell.say(
        _(
            "≠ {norm}, {unit}: published {before}; today {after}",
            norm=row.name,
            unit=row.unit_name,
            before=_states(shell, row.published),
            after=_states(shell, row.today),
        )
    )
    for cause in row.causes:
        shell.say("    " + _cause(shell, cause))


def _states(shell: Shell, counts: Mapping[str, int]) -> str:
    return counts_words(shell, tuple(counts.items())) or shell._("nothing")


def _cause(shell: Shell, cause: Cause) -> str:
    _ = shell._
    fields = "; ".join(_fields(shell, cause))
    if cause.what == NORM:
        return _("another version of the norm holds: {fields}", fields=fields or cause.entity)
    if cause.what == EVIDENCE:
        return _(
            "looks since: {item} was {before} and is {after} (last shown {moment})",
            item=cause.entity,
            before=state_word(cause.fields[0].published, shell.translate),
            after=state_word(cause.fields[0].now, shell.translate),
            moment=shell.moment(cause.at) or "–",
        )
    if cause.what == COMPUTED:
        text = (
            "nothing that was recorded or seen since explains it: release {then} computed it, now {now} does"
        )
        return _(text, then=cause.reason, now=release())
    return recorded_words(shell, cause)


def recorded_words(shell: Shell, cause: Cause) -> str:
    """What somebody wrote down, with who and when."""
    return shell._(
        "{change_set}, recorded {moment} by {author}: {kind} {item}: {fields}",
        change_set=cause.change_set,
        moment=shell.moment(cause.recorded_at),
        author=cause.actor,
        kind=kind_word(cause.kind, shell.translate),
        item=cause.entity,
        fields="; ".join(_fields(shell, cause)),
    )


def _fields(shell: Shell, cause: Cause) -> Iterator[str]:
    for one in cause.fields:
        if not one.field:
            yield shell._("created") if one.now else shell._("retired")
            continue
        name = heading(cause.kind, one.field, sheet_language(shell))
        before, after = (value_words(cause.kind, one.field, text) for text in (one.published, one.now))
        yield f"{name}: {before} → {after}"
