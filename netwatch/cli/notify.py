"""`netwatch notify`: a test message, going live, who would hear of something now, and what waits to be sent."""

from collections.abc import Sequence

import click

from alerts.contract import SEVERITIES, Severity
from netwatch.cli import notify_daily, reading_desk
from netwatch.cli.acting_desk import act, told
from netwatch.cli.daemon import asked
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option, number
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.desk_commands import GoLive, SendTest
from netwatch.language import Sentence, Translate, duration
from netwatch.queries.as_json import from_iso
from netwatch.queries.delivery import DeadLine, DeliveryReport, ReceiverLine
from netwatch.queries.incident_json import incident_json
from netwatch.queries.incident_words import severity_word
from netwatch.queries.routing import RouteLine, RoutingReport, Rules, routing_report
from netwatch.translate.to_policy import routes as settings_routes

NOT_UNDERSTOOD = 64


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    return click.Group(
        "notify",
        help=_("Test notifications, let them go live, see who would hear of something now, and what waits."),
        commands=[_testing(_), notify_daily.command(_), _going_live(_), _routing(_), _queueing(_)],
    )


def _testing(_: Translate) -> click.Command:
    return click.Command(
        "test",
        callback=click.pass_obj(test),
        help=_(
            "Send a test message to each RECEIVER, to all of the settings without one; also before going live."
        ),
        params=[
            click.Argument(["receivers"], nargs=-1, metavar="[RECEIVER]..."),
            dry_run_option(_),
            json_option(_),
        ],
    )


def _going_live(_: Translate) -> click.Command:
    return click.Command(
        "go-live",
        callback=click.pass_obj(go_live),
        help=_(
            "From now on messages are sent. Of what is open everybody concerned is told at once; of what is over "
            "nobody ever is."
        ),
        params=[dry_run_option(_), json_option(_)],
    )


def _routing(_: Translate) -> click.Command:
    return click.Command(
        "routes",
        callback=click.pass_obj(routes),
        help=_("Show who would hear now of a fault of ITEM, or of an open incident."),
        params=[
            click.Argument(["item"], required=False),
            click.Option(["--incident"], type=number(_), metavar="ID", help=_("Of this open incident.")),
            click.Option(
                ["--severity"],
                type=click.Choice([str(one) for one in SEVERITIES]),
                default=str(Severity.CRITICAL),
                show_default=True,
                help=_("How bad the fault of ITEM would be."),
            ),
            json_option(_),
        ],
    )


def _queueing(_: Translate) -> click.Command:
    return click.Command(
        "queue",
        callback=click.pass_obj(queue),
        help=_("Show what waits to be sent, to whom, and what was given up. Exit code 1 when something was."),
        params=[json_option(_)],
    )


def test(shell: Shell, receivers: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Ask for test messages."""
    names = receivers or tuple(shell.settings.receivers)
    if not names:
        raise Stop(Sentence("The settings name no receiver. Add [receivers.NAME] and reload."))
    for name in names:
        acted = act(shell, "notify_test", SendTest(name), dry_run)
        text = shell._(
            "A test message to {receiver} is queued; `netwatch notify queue` shows its fate.", receiver=name
        )
        told(shell, acted, [text], as_json)


def go_live(shell: Shell, dry_run: bool, as_json: bool) -> None:
    """From now on people are told."""
    acted = act(shell, "go_live", GoLive(), dry_run)
    since, open_ = from_iso(acted.facts.get("since", "")), acted.facts.get("open", "0")
    text = shell._(
        "Notifications are live since {moment}; open incidents: {count}.",
        moment=shell.moment(since),
        count=open_,
    )
    if acted.facts.get("earlier"):
        text = shell._("Notifications have been live since {moment}.", moment=shell.moment(since))
    told(shell, acted, [text], as_json)


def routes(shell: Shell, item: str | None, incident: int | None, severity: str, as_json: bool) -> None:
    """Who would hear of it."""
    if bool(item) == bool(incident):
        raise Stop(Sentence("Name an item of the inventory, or --incident ID."), code=NOT_UNDERSTOOD)
    found = _routing_of(shell, item or "", incident or 0, Severity(severity))
    if as_json:
        shell.show_json(incident_json(found, shell.translate))
    else:
        _show_routes(found, shell)


def _routing_of(shell: Shell, item: str, incident: int, severity: Severity) -> RoutingReport:
    arguments = {"subject": item, "incident": incident, "severity": str(severity)}
    try:
        return asked(shell, RoutingReport, "routes", arguments)
    except NoDaemon:
        rules = Rules(settings_routes(shell.settings), shell.settings.daemon.zone)
    with reading_desk.at_rest(shell) as (_, known):
        try:
            return routing_report(known, rules, item, incident, severity, shell.clock.now())
        except Refused as refused:
            raise Stop(*refused.sentences) from None


def _show_routes(found: RoutingReport, shell: Shell) -> None:
    _ = shell._
    severity = severity_word(found.severity, shell.translate)
    about = _("incident {id}", id=found.incident) if found.incident else f"{found.name} ({found.subject})"
    shell.say(
        _("{about}, {severity}, at {moment}:", about=about, severity=severity, moment=shell.moment(found.at))
    )
    for line in _hindrances(found, shell):
        shell.say(line)
    for route in found.routes:
        shell.say(_route(route, shell))
    for route in found.later:
        shell.say(_("off duty now") + ": " + _route(route, shell))
    if not found.routes:
        shell.say(_("Nobody would be told now."))


def _hindrances(found: RoutingReport, shell: Shell) -> Sequence[str]:
    """What keeps it from being told at all."""
    _ = shell._
    told_ = []
    if not found.sending:
        told_.append(_("Nobody is sent anything yet: netwatch notify go-live"))
    if found.window:
        told_.append(_("It is in maintenance (window {id}): nobody would be told.", id=found.window))
    if found.silence:
        told_.append(
            _("It is silenced (silence {id}: {reason}).", id=found.silence, reason=found.silence_reason)
        )
    return told_


def _route(route: RouteLine, shell: Shell) -> str:
    text = shell._("route {name}: {receivers}", name=route.name, receivers=", ".join(route.receivers) or "-")
    if not route.escalate_after:
        return text
    length, others = duration(route.escalate_after, shell.language), ", ".join(route.escalate_to) or "-"
    more = shell._("without acknowledgement after {length} also {receivers}", length=length, receivers=others)
    return f"{text}; {more}"


def queue(shell: Shell, as_json: bool) -> int:
    """What waits, and what was given up."""
    found = reading_desk.queue(shell)
    if as_json:
        shell.show_json(incident_json(found, shell.translate))
    else:
        _show_queue(found, shell)
    return 1 if found.dead else 0


def _show_queue(found: DeliveryReport, shell: Shell) -> None:
    _ = shell._
    if not found.live_since:
        shell.say(_("Nobody is sent anything yet: netwatch notify go-live"))
    if not found.receivers:
        shell.say(_("There is no receiver."))
        return
    headings = (_("receiver"), _("waits"), _("since"), _("sent"), _("given up"), _("last sent"), _("remark"))
    shell.table(headings, [_receiver(one, shell) for one in found.receivers])
    for dead in found.dead:
        shell.say(_dead(dead, shell))


def _receiver(one: ReceiverLine, shell: Shell) -> tuple[str, ...]:
    numbers = str(one.waiting), shell.moment(one.oldest), str(one.sent), str(one.dead)
    return one.name, *numbers, shell.moment(one.last_sent), _remark(one, shell)


def _remark(one: ReceiverLine, shell: Shell) -> str:
    """What its channel said, and whose took the last message instead."""
    by = [shell._("The last message went by {receiver}.", receiver=one.by)] if one.by else []
    said = [shell.translate(one.error)] if one.error else []
    return " ".join((*said, *by))


def _dead(dead: DeadLine, shell: Shell) -> str:
    incidents = ", ".join(f"#{id_}" for id_ in dead.incidents) or "-"
    return shell._(
        "Given up: message {id} to {receiver} of {moment} about {incidents}, after {attempts} attempts: {error}",
        id=dead.id,
        receiver=dead.receiver,
        moment=shell.moment(dead.sealed),
        incidents=incidents,
        attempts=dead.attempts,
        error=dead.error,
    )
