"""What every command about coverage asks for: a scope, a day, what was known by when; and the audit itself."""

from datetime import date

import click

from netwatch.cli import as_of
from netwatch.cli.database import reading
from netwatch.cli.shell import Shell, Stop
from netwatch.language import Sentence, Translate
from netwatch.memory import keep_to_the_end
from netwatch.queries.coverage import Taken, begun, taken
from netwatch.settings_faults import suggestion

NOT_UNDERSTOOD = 64


def scope_option(_: Translate) -> click.Option:
    """--scope"""
    return click.Option(
        ["--scope"], default="", metavar="ID", help=_("Only this unit and all below it, or a territory.")
    )


def norm_option(_: Translate) -> click.Option:
    """--norm"""
    return click.Option(
        ["--norm", "norms"], multiple=True, metavar="ID", help=_("Only this norm; may be repeated.")
    )


def date_options(_: Translate) -> list[click.Parameter]:
    """--as-of and --known-at"""
    return as_of.as_of_options(_)


def day_of(_: Shell, text: str) -> date:
    """A day people wrote; ends the command for anything else."""
    return as_of.day_of(text)


def day_and_knowledge(shell: Shell, as_of_: str, known_at: str) -> tuple[date, int | None]:
    """The day asked of, today without one, and the moment whose knowledge counts; none of a day to come."""
    today = shell.today()
    on = day_of(shell, as_of_) if as_of_ else today
    if on > today:
        params = {"day": on, "today": today}
        text = "{day} is still to come; an audit is of a day up to today, {today}."
        raise Stop(Sentence(text, params), code=NOT_UNDERSTOOD)
    return on, as_of.known_at(shell, known_at)


def audited(
    shell: Shell, on: date | None, known_at: int | None, scope: str, *, later: Taken | None = None
) -> Taken:
    """An audit from the database, whether a daemon runs or not.

    Ends the command for a scope that is no unit in force on the day; with a `later` audit the scope is of its day.
    """
    zone, now = shell.settings.daemon.zone, shell.clock.now()
    with reading(shell) as store, shell.working(shell._("Auditing…")):
        after = later.inventory if later else None
        found = taken(store, on or shell.today(), zone, known_at, scope, now, after)
        keep_to_the_end()
    if scope and later is None:
        _require_scope(found, scope)
    if not begun(found) and later is None and found.inventory.of("norm"):
        text = "No thing was on record as of {day}: what agencies had then was not written down, or only of later days."
        shell.remark(Sentence(text, {"day": found.audit.on}))
    return found


def _require_scope(found: Taken, scope: str) -> None:
    known = [*found.inventory.of("organisation_unit"), *found.inventory.of("administrative_unit")]
    if scope not in known:
        params = {"id": scope, "day": found.audit.on}
        text = Sentence("No unit '{id}' is in force on {day}.", params)
        raise Stop(text, *suggestion(scope, known), code=NOT_UNDERSTOOD)


def require_norms(found: Taken, norms: tuple[str, ...]) -> frozenset[str]:
    """The norms named; ends the command for one that is not in force."""
    known = found.inventory.of("norm")
    for norm in norms:
        if norm not in known:
            params = {"id": norm, "day": found.audit.on}
            text = Sentence("No norm '{id}' is in force on {day}.", params)
            raise Stop(text, *suggestion(norm, list(known)), code=NOT_UNDERSTOOD)
    return frozenset(norms)


def tell_no_norms(shell: Shell, on: date, known_at: int | None = None) -> None:
    """How to come by norms where there are none; nothing of it where they may only have been unknown then."""
    if known_at is not None:
        text = "By {moment} no norm that was in force on {day} had been written down, so there is nothing to audit."
        shell.say(shell._(text, moment=shell.moment(known_at), day=on))
        return
    shell.say(
        shell._(
            "No norm is in force on {day}, so there is nothing to audit. Write a starter set with `netwatch coverage "
            "starter norms.toml`, make it yours, and take it in with `netwatch import norms.toml`.",
            day=on,
        )
    )


def day_words(day: date) -> str:
    """A day as people here write it."""
    return f"{day:%d/%m/%Y}"
