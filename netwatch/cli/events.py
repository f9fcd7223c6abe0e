"""`netwatch events`: what was changed, noted and noticed, newest first."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, tzinfo

import click

from netwatch import commands
from netwatch.cli.daemon import asked
from netwatch.cli.database import reading
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.clock import DAY, HOUR, MINUTE, SECOND
from netwatch.control.client import NoDaemon
from netwatch.control.wire import plain
from netwatch.identities import EVENT as IDENTITY
from netwatch.language import Sentence, Translate
from netwatch.queries.as_json import as_json as shown_as_json
from netwatch.queries.models import EventLine
from netwatch.queries.words import kind_word

NOT_UNDERSTOOD = 64
# Moments among what an event says: microseconds for programs, a clock time for people.
MOMENTS = re.compile(r"(?<![^ ])(read|since|until|onset|opened|closed)=([0-9]{16})(?![^;])")
UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "y": 365 * DAY}
# As moments are told, so that they can be copied.
TOLD = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")
AGO = re.compile(r"(\d{1,6})\s*([smhdy])(?:\s*(?:ago|trước))?")


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "events",
        callback=click.pass_obj(events),
        help=_("Show what was changed, noted and noticed, newest first."),
        params=[
            click.Option(["--item"], default="", metavar="ID", help=_("Only of this item.")),
            click.Option(["--kind"], default="", help=_("Only of this kind of thing; `note` for notes.")),
            click.Option(["--actor"], default="", help=_("Only by this user.")),
            click.Option(["--change-set"], default="", metavar="ID", help=_("Only of this change set.")),
            click.Option(
                ["--since"],
                default="",
                metavar="TIME",
                help=_("Not before: 2026-11-23, 2026-11-23T08:00, or 2h ago (s, m, h, d)."),
            ),
            click.Option(
                ["--until"],
                default="",
                metavar="TIME",
                help=_("Before this moment, written in the same way."),
            ),
            click.Option(
                ["--limit"],
                type=click.IntRange(1, 10_000),
                default=50,
                show_default=True,
                help=_("At most so many."),
            ),
            json_option(_),
        ],
    )


def events(
    shell: Shell,
    item: str,
    kind: str,
    actor: str,
    change_set: str,
    since: str,
    until: str,
    limit: int,
    as_json: bool,
) -> None:
    """List them."""
    now, zone = shell.clock.now(), shell.settings.daemon.zone
    start, end = (moment_of(text, now, zone) for text in (since, until))
    if end:
        in_order(start, end)
    found = _found(shell, commands.EventFilter(kind, item, change_set, actor, start, end, limit))
    if as_json:
        shell.show_json([shown_as_json(event) for event in found])
    elif found:
        event_rows(found, shell)
    else:
        shell.say(shell._("There are no such events."))


def _found(shell: Shell, wanted: commands.EventFilter) -> tuple[EventLine, ...]:
    try:
        return asked(shell, tuple[EventLine, ...], "events", {"wanted": plain(wanted)})
    except NoDaemon:
        with reading(shell) as store:
            return commands.events(store.engine, wanted)


def in_order(start: int, end: int) -> None:
    """Ends the command where a span ends before it begins."""
    if start >= end:
        raise Stop(Sentence("--since must lie before --until."), code=NOT_UNDERSTOOD)


def moment_of(text: str, now: int, zone: tzinfo) -> int:
    """A moment people wrote, in microseconds UTC: local date, date and time, or so long ago; 0 for ''."""
    if not text:
        return 0
    if ago := AGO.fullmatch(unicodedata.normalize("NFC", text.strip())):
        return now - int(ago[1]) * UNITS[ago[2]]
    at = next(_written(text.strip()), None)
    if at is None:
        wrong = "'{text}' is no moment. Write 2026-11-23, 2026-11-23T08:00, or 2h for two hours ago."
        raise Stop(Sentence(wrong, {"text": text}), code=NOT_UNDERSTOOD)
    return round((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp() * SECOND)


def _written(text: str) -> Iterator[datetime]:
    """What a text may mean: ISO 8601 first, else day first."""
    with suppress(ValueError):
        yield datetime.fromisoformat(text)
    for form in TOLD:
        with suppress(ValueError):
            yield datetime.strptime(text, form)  # noqa: DTZ007 - the zone is that of the settings


def event_rows(found: Sequence[EventLine], shell: Shell) -> None:
    """Print events as a table."""
    _ = shell._
    headings = [
        _("when"),
        _("who"),
        _("change set"),
        _("kind"),
        _("item"),
        _("remark"),
        _("before"),
        _("after"),
    ]
    rows = [_row(one, shell) for one in found]
    # Mostly things are written down when they happen: then one time says both.
    if any(map(_later, found)):
        headings.insert(1, _("recorded"))
        times = [shell.moment(one.recorded_at) if _later(one) else "" for one in found]
        rows = [(row[0], time, *row[1:]) for row, time in zip(rows, times, strict=True)]
    shell.table(headings, rows)


def _later(one: EventLine) -> bool:
    """Whether it was written down noticeably later than it holds."""
    return one.recorded_at - one.at >= MINUTE


def _row(one: EventLine, shell: Shell) -> tuple[str, ...]:
    _ = shell._
    own = {
        commands.NOTE: _("note"),
        "incident": _("incident"),
        "silence": _("silence"),
        "maintenance": _("maintenance"),
        "attribution": _("attribution of an outage"),
        "ticket": _("trouble ticket"),
        "notifications": _("notifications"),
        "preflight": _("preflight"),
        "daemon_started": _("daemon started"),
        "daemon_stopped": _("daemon stopped"),
        "log_line": _("log line"),
        "configuration_changed": _("configuration changed"),
        "host_key_changed": _("host key changed"),
        "host_key_trusted": _("host key accepted"),
        IDENTITY: _("device is another than declared"),
    }
    kind = own.get(one.kind) or kind_word(one.kind, shell.translate)
    at = _when(one, shell)
    before, after = (
        MOMENTS.sub(lambda found: _clock(found, shell), side) for side in (one.before, one.after)
    )
    return at, one.actor, one.change_set, kind, one.entity, one.reason, before, after


def _when(one: EventLine, shell: Shell) -> str:
    """When it was written down; with the day from which it holds, where somebody said that it is another."""
    if one.recorded_at - one.at < DAY:
        return shell.moment(one.at)
    return shell._("{recorded} (since {at})", recorded=shell.moment(one.recorded_at), at=shell.moment(one.at))


def _clock(found: re.Match[str], shell: Shell) -> str:
    return f"{found[1]}={shell.moment(int(found[2]))}"
