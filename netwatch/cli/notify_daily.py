"""`netwatch notify daily`: the daily report as it was sent, or as it would be told now; on request sent as a test.

Exit code: 0 done; 1 nothing was sent on that day; 64 a receiver or day that does not exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import click

from alerts.contract import Message, MessageState, Report
from alerts.render import Rendered, RenderView, Unwritable, render
from netwatch import desk_commands as acts
from netwatch.cli import reading_desk
from netwatch.cli.acting_desk import at_rest, told
from netwatch.cli.as_of import day_of
from netwatch.cli.at_rest import present
from netwatch.cli.daemon import asked
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option
from netwatch.control.client import NoDaemon
from netwatch.incidents.desk import Desk
from netwatch.language import Sentence, Translate
from netwatch.language import day as date_words
from netwatch.mornings import USUAL, morning, report_sent
from netwatch.queries.as_json import iso
from netwatch.queries.daily import Hour, daily_report, hour_of
from netwatch.settings_faults import suggestion
from netwatch.store.sql import SqlStore
from netwatch.translate.to_render import render_view

NOT_UNDERSTOOD = 64
DAILY_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Told:
    """A receiver's report of a day: `message` as it was made, None where it is what would be told now."""

    receiver: str
    hour: Hour
    at: str
    message: Message | None
    report: Report | None


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "daily",
        callback=click.pass_obj(daily),
        help=_(
            "Show the daily report of RECEIVER, of all who get one without a name: as it was sent today, or as it "
            "would be told now. --send sends it now, marked as a test, also before going live."
        ),
        params=[
            click.Argument(["receivers"], nargs=-1, metavar="[RECEIVER]..."),
            click.Option(["--date", "on"], default="", metavar="DATE", help=_("What was sent on this day.")),
            click.Option(["--send"], is_flag=True, help=_("Send it now, as a test.")),
            dry_run_option(_),
            json_option(_),
        ],
    )


def daily(shell: Shell, receivers: tuple[str, ...], on: str, send: bool, dry_run: bool, as_json: bool) -> int:
    """Show reports, or send them."""
    names = _names(shell, receivers)
    if send:
        if on:
            raise Stop(Sentence("--send sends the report of today: leave out --date."), code=NOT_UNDERSTOOD)
        for name in names:
            _send(shell, name, dry_run, as_json)
        return 0
    found = _found(shell, names, day_of(on) if on else shell.today())
    if as_json:
        shell.show_json({"schema": DAILY_SCHEMA, "reports": [_json(one, shell) for one in found]})
    else:
        for one in found:
            _show(one, shell)
    return 0 if all(one.report or one.message for one in found) else 1


def _names(shell: Shell, receivers: Sequence[str]) -> Sequence[str]:
    known = shell.settings.receivers
    for name in receivers:
        if name not in known or known[name].alertmanager:
            text = Sentence(
                "No receiver '{receiver}' that takes messages is in the settings.", {"receiver": name}
            )
            raise Stop(text, *suggestion(name, list(known)), code=NOT_UNDERSTOOD)
    names = receivers or [name for name, own in known.items() if own.daily]
    if not names:
        raise Stop(
            Sentence('No receiver gets a daily report. Set daily = "07:00" in its section, or name one.')
        )
    return names


def _found(shell: Shell, names: Sequence[str], day: date) -> list[Told]:
    today = shell.today()
    if day > today:
        raise Stop(Sentence("{day} is still to come.", {"day": date_words(day)}), code=NOT_UNDERSTOOD)
    zone, now = shell.settings.daemon.zone, shell.clock.now()
    with reading_desk.at_rest(shell) as (store, known):
        found = []
        for name in names:
            own = shell.settings.receivers[name]
            hour = hour_of(day, own.daily or USUAL, zone)
            message = report_sent(store, name, day, zone)
            report = message.report if message else None
            if message is None and day == today:
                report = daily_report(morning(store, known, hour, zone, now), hour, own.daily_units)
            found.append(Told(name, hour, own.daily, message, report))
        return found


def _view(shell: Shell, receiver: str) -> RenderView:
    own, settings = shell.settings.receivers[receiver], shell.settings
    return render_view(
        own.language,
        settings.daemon.zone,
        outside=own.outside,
        sample=settings.inventory.sample,
        link_of=lambda _part: "",
    )


def _words(one: Told, shell: Shell) -> Rendered | None:
    if one.report is None:
        return None
    message = one.message or Message(0, one.receiver, "", one.report.until, (), report=one.report)
    try:
        return render(message, _view(shell, one.receiver))
    except Unwritable:
        text = "The report of {receiver} is damaged in the database and cannot be put into words."
        raise Stop(Sentence(text, {"receiver": one.receiver})) from None


def _show(one: Told, shell: Shell) -> None:
    shell.say(_standing(one, shell))
    words = _words(one, shell) if not _left_out(one) else None
    if words is not None:
        shell.say("")
        shell.say(words.subject)
        shell.say("")
        shell.say(words.text.rstrip())
    shell.say("")


def _left_out(one: Told) -> bool:
    """Whether it was noted down that nobody made it."""
    return one.message is not None and one.report is not None and not one.report.sections


def _standing(one: Told, shell: Shell) -> str:
    """What became of it."""
    message, _ = one.message, shell._
    if message is None:
        if one.report is None:
            return _(
                "{receiver}: nothing was sent on {day}.", receiver=one.receiver, day=date_words(one.hour.day)
            )
        if not one.at:
            return _("{receiver} gets no daily report; this is what it would say now:", receiver=one.receiver)
        due = shell.moment(one.hour.due)
        return _(
            "{receiver}: due {moment}, not made yet; now it would say:", receiver=one.receiver, moment=due
        )
    if message.state is MessageState.SENT:
        at = shell.moment(message.finished or 0)
        return _(
            "{receiver}: sent {moment} by {channel}.",
            receiver=one.receiver,
            moment=at,
            channel=message.channel,
        )
    if message.state is MessageState.SENDING:
        return _("{receiver}: being sent.", receiver=one.receiver)
    error = shell.translate(message.error)
    return _("{receiver}: not sent: {error}", receiver=one.receiver, error=error)


def _json(one: Told, shell: Shell) -> dict[str, Any]:
    message, words = one.message, _words(one, shell)
    sections = one.report.sections if one.report else ()
    return {
        "receiver": one.receiver,
        "day": one.hour.day.isoformat(),
        "due": iso(one.hour.due),
        "state": str(message.state) if message else "not_made",
        "made": iso(message.sealed) if message else None,
        "finished": iso(message.finished or 0) if message else None,
        "channel": message.channel if message else "",
        "error": message.error if message else "",
        "reference": message.reference if message else "",
        "subject": words.subject if words else "",
        "text": words.text if words else "",
        "counts": {section.key: section.count for section in sections},
        "items": {section.key: [line.item for line in section.lines] for section in sections},
    }


def _send(shell: Shell, name: str, dry_run: bool, as_json: bool) -> None:
    try:
        acted = asked(shell, acts.Acted, "notify_daily", {"receiver": name, "dry_run": dry_run})
    except NoDaemon:
        acted = at_rest(shell, lambda store, desk, who: _sent(shell, name, store, desk, who), dry_run)
    text = shell._(
        "A daily report to {receiver}, marked as a test, is queued; `netwatch notify queue` shows its fate.",
        receiver=name,
    )
    told(shell, acted, [text], as_json)


def _sent(shell: Shell, name: str, store: SqlStore, desk: Desk, who: acts.Who) -> acts.Acted:
    """Without a daemon: it goes out when one starts."""
    zone, own = shell.settings.daemon.zone, shell.settings.receivers[name]
    known = present(store, shell.settings, who.now, shell.today())
    hour = hour_of(shell.today(), own.daily or USUAL, zone)
    made = morning(store, known, hour, zone, who.now)
    return acts.send_daily(desk, name, daily_report(made, hour, own.daily_units, test=True), who)
