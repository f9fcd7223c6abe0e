"""`netwatch probes`: the kinds of probes, or one of them in full."""

from collections.abc import Iterable, Mapping

import click

from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.language import Sentence, Translate
from netwatch.settings_faults import suggestion
from probes.contract import Metric, Probe
from probes.registry import probes as registered


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "probes",
        callback=click.pass_obj(probes),
        help=_("List the kinds of probes, or explain one: its facts, metrics and parameters."),
        params=[click.Argument(["name"], required=False), json_option(_)],
    )


def probes(shell: Shell, name: str | None, as_json: bool) -> None:
    """List them all or show one."""
    known = registered()
    if name is not None and name not in known:
        text = Sentence(
            "There is no probe '{name}'. There are: {known}.", {"name": name, "known": ", ".join(known)}
        )
        raise Stop(text, *suggestion(name, known))
    shown = [known[name]] if name else list(known.values())
    if as_json:
        shell.show_json([_json(probe, shell) for probe in shown])
    elif name:
        _detail(known[name], shell)
    else:
        _list(shown, shell)


def _help(probe: Probe, shell: Shell) -> str:
    return shell.translate(" ".join(probe.help.split()))


def _list(shown: Iterable[Probe], shell: Shell) -> None:
    _ = shell._
    rows = [
        (probe.name, f"{probe.interval:g} s", f"{probe.timeout:g} s", _help(probe, shell)) for probe in shown
    ]
    shell.table((_("probe"), _("interval"), _("timeout"), _("what it does")), rows)


def _detail(probe: Probe, shell: Shell) -> None:
    _ = shell._
    shell.say(f"{probe.name}: {_help(probe, shell)}")
    shell.say(_("Facts: {facts}", facts=", ".join((*probe.facts, *probe.part_facts))))
    shell.say(
        _(
            "Interval {interval} s, timeout {timeout} s",
            interval=f"{probe.interval:g}",
            timeout=f"{probe.timeout:g}",
        )
    )
    shell.say()
    shell.table((_("parameter"), _("type"), _("default")), list(_parameters(probe, shell)))
    shell.say()
    shell.table(
        (_("metric"), _("kind"), _("what it says")), [_metric(metric, shell) for metric in probe.metrics]
    )


def _parameters(probe: Probe, shell: Shell) -> Iterable[tuple[str, str, str]]:
    for name, field in probe.params.model_fields.items():
        default = (
            shell._("needed") if field.is_required() else str(field.get_default(call_default_factory=True))
        )
        yield name, getattr(field.annotation, "__name__", str(field.annotation)), default


def _metric(metric: Metric, shell: Shell) -> tuple[str, str, str]:
    return metric.name, metric.kind, shell.translate(metric.help)


def _json(probe: Probe, shell: Shell) -> Mapping[str, object]:
    return {
        "name": probe.name,
        "help": _help(probe, shell),
        "facts": probe.facts,
        "part_facts": probe.part_facts,
        "interval": probe.interval,
        "timeout": probe.timeout,
        "parameters": probe.params.model_json_schema()["properties"] if probe.params.model_fields else {},
        "metrics": [{"name": m.name, "kind": m.kind, "help": shell.translate(m.help)} for m in probe.metrics],
    }
