"""`netwatch doctor`: examines this machine and says what to do."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.text import Text

from netwatch.cli.shell import Shell, json_option
from netwatch.control.server import alive
from netwatch.doctor import Finding, Patient, State, examine, worst
from netwatch.language import Translate

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
        findings = examine(patient)
    if as_json:
        shell.show_json(_json(findings, shell))
    else:
        for finding in findings:
            _show(finding, shell)
    return int(worst(findings) is State.FAULT)


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
