"""`netwatch syslog`: what devices logged, searched; and what became of all that came."""

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from ipaddress import ip_address
from itertools import count

import click

from netwatch.cli.daemon import asked
from netwatch.cli.database import reading
from netwatch.cli.events import in_order, moment_of
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.clock import DAY, SECOND
from netwatch.commands import inventory_of, unknown_item
from netwatch.control.client import NoDaemon
from netwatch.control.wire import plain
from netwatch.language import Sentence, Translate
from netwatch.queries.syslog import SyslogReport
from netwatch.store.syslog_sql import LogQuery, search
from netwatch.syslog.line import SyslogCounts, SyslogLine
from probes.listeners.senders import plain_address
from probes.listeners.syslog_message import SEVERITIES

NOT_UNDERSTOOD = 64
SHOWN = 50
# Looked through when nothing else is asked: thirty days of ten million messages take half a minute.
SPAN = DAY
FOLLOW_SECONDS = 1.0
# Shorter names that people write.
SHORT: Mapping[str, int] = {"emerg": 0, "panic": 0, "crit": 2, "err": 3, "warn": 4, "info": 6}
LEVELS: Mapping[str, int] = {**SHORT, **{word: number for number, word in enumerate(SEVERITIES)}}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    device: str = ""
    severity: str = ""
    since: str = ""
    until: str = ""
    grep: str = ""
    limit: int = SHOWN


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "syslog",
        callback=click.pass_obj(syslog),
        help=_("Show what devices logged, newest last; without --since that of the last day."),
        params=[
            click.Option(["--device"], default="", metavar="ID", help=_("Only of this device or address.")),
            click.Option(
                ["--severity"],
                default="",
                metavar="LEVEL",
                help=_(
                    "This or worse: emergency, alert, critical, error, warning, notice, informational, debug."
                ),
            ),
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
                ["--grep"], default="", metavar="TEXT", help=_("Only lines in which this text stands.")
            ),
            click.Option(
                ["--limit"],
                type=click.IntRange(1, 10_000),
                default=SHOWN,
                show_default=True,
                help=_("At most so many."),
            ),
            click.Option(["--follow"], is_flag=True, help=_("Go on showing what comes until Ctrl-C.")),
            click.Option(["--counts"], is_flag=True, help=_("Show only what became of all that came.")),
            json_option(_),
        ],
    )


def syslog(
    shell: Shell,
    device: str,
    severity: str,
    since: str,
    until: str,
    grep: str,
    limit: int,
    follow: bool,
    counts: bool,
    as_json: bool,
) -> None:
    """Search and show."""
    query = query_of(shell, Wanted(device, severity, since, until, grep, limit))
    report = _found(shell, query)
    if device and not report.lines:
        _known(shell, device)
    if counts or (as_json and not follow):
        _show_report(report, shell, counts, as_json)
        return
    if not report.lines and not follow:
        shell.say(shell._("There are no such messages."))
        for line in _summary(report, shell):
            shell.say(line)
    for one in reversed(report.lines):
        _show(one, shell, as_json)
    if len(report.lines) == query.limit and not follow:
        shell.remark(Sentence("There may be earlier ones: --limit shows more, --until goes back further."))
    if follow:
        _follow(shell, query, max((one.at for one in report.lines), default=shell.clock.now()), as_json)


def query_of(shell: Shell, wanted: Wanted) -> LogQuery:
    """What is looked for in the database; ends the command at what is no moment or no severity."""
    now, zone = shell.clock.now(), shell.settings.daemon.zone
    end = moment_of(wanted.until, now, zone) or now + SECOND
    start = moment_of(wanted.since, now, zone) or end - SPAN
    in_order(start, end)
    sources = tuple(_sources(wanted.device))
    return LogQuery(max(0, start), end, sources, _level(wanted.severity), wanted.grep, wanted.limit)


def _sources(device: str) -> Iterator[str]:
    if device:
        yield plain_address(device)


def _known(shell: Shell, device: str) -> None:
    """Ends the command at what is neither an address nor a device of the inventory: nobody like that can log."""
    with suppress(ValueError):
        ip_address(device)
        return
    with reading(shell) as store:
        devices = inventory_of(store.engine, shell.today()).of("device")
    if device not in devices:
        raise Stop(unknown_item(device, set(devices)))


def _level(text: str) -> int:
    word = text.strip().lower()
    if not word:
        return len(SEVERITIES) - 1
    if word in LEVELS:
        return LEVELS[word]
    if word.isascii() and word.isdecimal() and int(word) < len(SEVERITIES):
        return int(word)
    known = ", ".join(SEVERITIES)
    wrong = "'{text}' is no severity. Write one of {known}, or its number from 0 to 7."
    raise Stop(Sentence(wrong, {"text": text, "known": known}), code=NOT_UNDERSTOOD)


def _found(shell: Shell, query: LogQuery) -> SyslogReport:
    try:
        return asked(shell, SyslogReport, "syslog", plain(query))  # type: ignore[arg-type]
    except NoDaemon:
        with reading(shell) as store:
            rows = search(store.engine, query)
        return SyslogReport(tuple(SyslogLine(**row._asdict()) for row in rows))


def _follow(shell: Shell, query: LogQuery, last: int, as_json: bool) -> None:
    """Ask again and again for what came since."""
    for _ in count():
        time.sleep(FOLLOW_SECONDS)
        newer = replace(query, start=last + 1, end=shell.clock.now() + SECOND, limit=10_000, oldest=True)
        for one in _found(shell, newer).lines:
            _show(one, shell, as_json)
            last = one.at


def _show(line: SyslogLine, shell: Shell, as_json: bool) -> None:
    if as_json:
        shell.show_json_line(plain(line))
        return
    claimed = f" ({line.host})" if line.host and line.host not in (line.source, line.sender) else ""
    shell.say(f"{shell.moment(line.at)}  {line.source}{claimed}  {line.word}  {line.message}")


def _show_report(report: SyslogReport, shell: Shell, counts: bool, as_json: bool) -> None:
    if as_json:
        shell.show_json(plain(report))
        return
    if counts:
        for line in _summary(report, shell):
            shell.say(line)


def _summary(report: SyslogReport, shell: Shell) -> Iterator[str]:
    _ = shell._
    if not report.listening:
        yield _("Nothing is taken in: [syslog] names no address, or the daemon does not run.")
        return
    ways = ", ".join(f"{way} {where}" for way, where in report.listening.items())
    yield _("The daemon takes syslog in: {ways}.", ways=ways)
    counts = report.counts
    dropped = "; ".join(f"{words}: {number}" for words, number in _dropped(counts, shell) if number)
    stored = counts.outcomes.get("stored", 0)
    text = "Stored since the start {stored}, kept {kept}, looks made early {hastened}, events {events}."
    yield _(text, stored=stored, kept=max(0, counts.stored), hastened=counts.hastened, events=counts.events)
    if dropped:
        yield _("Dropped: {dropped}.", dropped=dropped)


def _dropped(counts: SyslogCounts, shell: Shell) -> Iterator[tuple[str, int]]:
    words = drop_words(shell)
    yield from ((words[code], number) for code, number in counts.outcomes.items() if code in words)
    yield shell._("streams that were no syslog"), counts.broken
    yield shell._("connections refused for their number"), counts.refused


def drop_words(shell: Shell) -> dict[str, str]:
    """Why messages were not stored, in words, by code."""
    _ = shell._
    return {
        "rate": _("too many from one sender"),
        "unknown": _("too many from senders outside the inventory"),
        "total": _("too many from all senders together"),
        "queue": _("no room while the database was slow"),
        "store": _("refused by the database"),
        "buffer": _("lost for want of receive buffer"),
    }
