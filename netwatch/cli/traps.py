"""`netwatch traps`: who sends traps and informs, whether the inventory knows them, and what they said last."""

from collections.abc import Iterator

import click

from netwatch.cli.daemon import needed
from netwatch.cli.shell import Shell, json_option
from netwatch.control.wire import plain
from netwatch.language import Translate
from netwatch.present import TrapCounts
from netwatch.queries.traps import SenderLine, TrapReport

SHOWN = 50


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "traps",
        callback=click.pass_obj(traps),
        help=_(
            "Show who sends traps and informs to the running daemon, whether the inventory knows them, and what they "
            "said last."
        ),
        params=[
            click.Option(["--unknown"], is_flag=True, help=_("Only senders the inventory does not know.")),
            click.Option(
                ["--limit"],
                type=click.IntRange(1),
                default=SHOWN,
                show_default=True,
                help=_("At most so many."),
            ),
            json_option(_),
        ],
    )


def traps(shell: Shell, unknown: bool, limit: int, as_json: bool) -> None:
    """Ask the daemon and show what it tells."""
    report = needed(shell, TrapReport, "traps")
    wanted = [line for line in report.senders if not (unknown and line.known)]
    if as_json:
        shell.show_json(plain(report) | {"senders": plain(wanted[:limit])})  # type: ignore[operator]
        return
    for line in _summary(report, shell):
        shell.say(line)
    if wanted:
        _ = shell._
        shell.say()
        headings = (_("sender"), _("whose"), _("heard"), _("believed"), _("last"), _("what it said"))
        shell.table(headings, [_row(line, shell) for line in wanted[:limit]])
    if len(wanted) > limit:
        shell.say(shell._("{count} more senders: --limit shows more.", count=len(wanted) - limit))


def _summary(report: TrapReport, shell: Shell) -> Iterator[str]:
    _, counts = shell._, report.counts
    if not report.listening:
        yield _("The daemon takes no traps: traps.listen names no address.")
        return
    yield _("The daemon takes traps and informs at {address}.", address=report.listening)
    yield _("Our engine id of SNMPv3, for senders of informs: {engine}.", engine=report.engine)
    yield _(
        "Heard {received}, believed {accepted}, informs acknowledged {answered}, devices looked at early {hastened}.",
        received=counts.received,
        accepted=sum(counts.accepted.values()),
        answered=counts.answered,
        hastened=counts.hastened,
    )
    dropped = "; ".join(f"{words}: {count}" for words, count in _dropped(counts, shell) if count)
    if dropped:
        yield _("Dropped: {dropped}.", dropped=dropped)
    strangers = counts.senders.get("unknown", 0) + report.forgotten
    if strangers:
        yield _("Senders the inventory does not know: {count}.", count=strangers)


def _dropped(counts: TrapCounts, shell: Shell) -> Iterator[tuple[str, int]]:
    words = drop_words(shell)
    yield from ((words.get(code, code), count) for code, count in counts.dropped.items())


def drop_words(shell: Shell) -> dict[str, str]:
    """Why datagrams lead to nothing, in words, by code."""
    _ = shell._
    return {
        "rate": _("too many from one sender"),
        "malformed": _("not understood"),
        "no_notification": _("no trap and no inform"),
        "community": _("wrong community"),
        "unknown_sender": _("sender not in the inventory"),
        "discovery": _("questions for our engine id"),
        "time_window": _("outside the time window"),
        "user": _("unknown user"),
        "security_level": _("wrong security level"),
        "digest": _("wrong password"),
        "decryption": _("cannot be decrypted"),
        "buffer": _("lost for want of receive buffer"),
    }


def topic_words(shell: Shell) -> dict[str, str]:
    """What a notification or a log line is about, in words, by code."""
    _ = shell._
    return {
        "link": _("a link"),
        "power": _("power"),
        "contact": _("a contact"),
        "registration": _("registration and calls"),
        "hardware": _("hardware"),
        "configuration": _("the configuration"),
        "path": _("the quality of a path"),
        "restart": _("a restart"),
        "login": _("logins"),
        "host_key": _("keys and certificates"),
        "other": _("something else"),
    }


def _row(line: SenderLine, shell: Shell) -> tuple[str, ...]:
    _ = shell._
    whose = ", ".join(line.owners) if line.known else _("not in the inventory")
    said = f"{line.trap} (v{line.version}{', inform' if line.inform else ''})" if line.trap else ""
    index = f", ifIndex {line.if_index}" if line.if_index is not None else ""
    claimed = line.agent if line.agent != line.address else ""
    about = topic_words(shell).get(line.about, "")
    part = f" {line.part}" if line.part and line.if_index is None else ""
    text = said + index + part + (f": {about}" if about else "")
    return (
        line.address,
        whose,
        str(line.received),
        str(line.accepted),
        shell.moment(line.last),
        _("{said}; says it is from {address}", said=text, address=claimed) if claimed else text,
    )
