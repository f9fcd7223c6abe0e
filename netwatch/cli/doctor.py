"""`netwatch doctor`: examines this machine and says what to do."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
from rich.text import Text

from netwatch.cli.daemon import asked
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.control.client import NoDaemon
from netwatch.control.server import alive
from netwatch.doctor import Finding, Patient, State, examine, worst
from netwatch.language import Sentence, Translate
from netwatch.queries.models import Health
from netwatch.queries.words import FAULTS

SIGNS = {State.OK: ("✔", "green"), State.WARNING: ("▲", "yellow"), State.FAULT: ("✖", "bold red")}


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "doctor",
        callback=click.pass_obj(doctor),
        help=_(
            "Examine this machine: permissions, clock, buffers, database, names, ports, secrets. Exit code 1 when "
            "something is at fault; warnings alone give 0."
        ),
        params=[json_option(_)],
    )


def doctor(shell: Shell, as_json: bool) -> int:
    """Examine and show."""
    settings = shell.settings
    served = alive(Path(settings.daemon.control_socket))
    with shell.working(shell._("Examining…")):
        patient = Patient(settings, shell.loaded.path, shell.environment, shell.local_time(), served)
        findings = (*examine(patient), *_remarks(shell))
    if as_json:
        shell.show_json(_json(findings, shell))
    else:
        for finding in findings:
            _show(finding, shell)
    return int(worst(findings) is State.FAULT)


def _remarks(shell: Shell) -> Iterator[Finding]:
    """What the running daemon remarks on; nothing when none runs or it may not be asked."""
    try:
        remarks = asked(shell, Health, "health").remarks
    except (NoDaemon, Stop):
        return
    for code, detail in remarks:
        params = {"what": Sentence(FAULTS.get(code, code)), "detail": detail}
        yield Finding(code, State.WARNING, Sentence("{what} ({detail}).", params), _remedy(code))


REMEDIES = {
    "daily_not_sent": Sentence("`netwatch notify daily` says why, and shows what it would tell."),
    "receivers_failing": Sentence("`netwatch notify queue` says why; `netwatch notify test` tries it again."),
    "not_live": Sentence("Try it with `netwatch notify test`, then run `netwatch notify go-live`."),
    "backup_no_key": Sentence("Make a key with: netwatch backup keygen FILE"),
    "heartbeat_failing": Sentence("The log says why. Look at heartbeat.url."),
    "snmp_engine_shared": Sentence(
        "Give each device an engine id of its own; clones and factory settings often share one."
    ),
    "snmp_strays": Sentence(
        "Look at these devices: a faulty agent, an address used twice, or somebody who forges answers."
    ),
}


def _remedy(code: str) -> Sentence | None:
    return REMEDIES.get(code)


def _show(finding: Finding, shell: Shell) -> None:
    words = {State.OK: shell._("ok"), State.WARNING: shell._("warning"), State.FAULT: shell._("fault")}
    sign, colour = SIGNS[finding.state]
    said = finding.what.words(shell.translate)
    shell.say(Text.assemble((f"{sign} {words[finding.state]}", colour), f": {said}"))
    if finding.remedy:
        shell.say(f"    → {finding.remedy.words(shell.translate)}")


def _json(findings: Sequence[Finding], shell: Shell) -> Mapping[str, object]:
    return {
        "schema": 1,
        "worst": str(worst(findings)),
        "findings": [
            {
                "about": one.about,
                "state": str(one.state),
                "what": one.what.words(shell.translate),
                "remedy": one.remedy.words(shell.translate) if one.remedy else None,
            }
            for one in findings
        ],
    }
