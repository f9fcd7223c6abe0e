"""`netwatch prometheus`: rules, scrape job and addresses for a Prometheus that reads netwatch."""

import re
import sys
from pathlib import Path

import click

from exporters.rules.alerts import alert_groups
from exporters.rules.estimates import Pace, estimate_groups
from exporters.rules.model import rules_file
from exporters.rules.scrape import ScrapeJob, Target, scrape_config, target_groups, targets_json
from inventory.sheets.atomic import write_files
from netwatch.cli.shell import Shell, Stop, host, json_option, release
from netwatch.cli.template import force_option, refuse_existing
from netwatch.language import Sentence, Translate
from netwatch.translate.to_rules import own_targets, pace, rules_wanted, scrape_interval

NOT_UNDERSTOOD = 64
JOB, RUNBOOKS = "netwatch", "docs/prometheus.md"
FOLDER = "/etc/prometheus"
_NAME = re.compile(r"[A-Za-z0-9._:-]{1,100}")
STATIC, BY_FILE, BY_HTTP = "static", "file", "http"


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    return click.Group(
        "prometheus",
        help=_("Rules, scrape job and addresses for a Prometheus that reads netwatch."),
        commands=[_rules(_), _scrape_config(_), _targets(_)],
    )


def _rules(_: Translate) -> click.Command:
    params: list[click.Parameter] = [
        *_file_options(_),
        _job_option(_),
        click.Option(
            ["--incidents/--no-incidents"],
            default=None,
            help=_("Alert on open incidents; without either: unless netwatch itself tells an Alertmanager."),
        ),
        click.Option(
            ["--target"],
            type=click.FloatRange(0, 100),
            metavar="PERCENT",
            help=_("Tell when sites were up less than this share of the month, by the figures of record."),
        ),
        click.Option(
            ["--runbooks"],
            default=RUNBOOKS,
            metavar="URL",
            help=_("Where docs/prometheus.md can be read; every alert links to its part of it."),
        ),
    ]
    text = _("Write rules that alert on netwatch and its incidents, and estimate availability.")
    return click.Command("rules", callback=click.pass_obj(rules), help=text, params=params)


def _scrape_config(_: Translate) -> click.Command:
    found = click.Choice((STATIC, BY_FILE, BY_HTTP))
    params: list[click.Parameter] = [
        *_file_options(_),
        _job_option(_),
        _address_option(_),
        click.Option(
            ["--discovery"],
            type=found,
            default=STATIC,
            help=_("How Prometheus finds netwatch: by an address, a file, or by asking netwatch."),
        ),
        _path_option("--targets-file", "netwatch-targets.json", _("The file that --discovery file reads.")),
        _path_option("--token-file", "netwatch.token", _("Where the token lies on Prometheus's machine.")),
        _path_option(
            "--ca-file",
            "netwatch-ca.pem",
            _("Where the authority of netwatch's certificate lies there; '' for one that the system knows."),
        ),
        _path_option("--cert-file", "netwatch-client.pem", _("Where Prometheus's own certificate lies.")),
        _path_option("--key-file", "netwatch-client.key", _("Where the key of that certificate lies.")),
        click.Option(
            ["--rules-file", "rule_files"],
            multiple=True,
            metavar="FILE",
            help=_("Name this file of rules in it, as Prometheus will find it."),
        ),
    ]
    text = _("Write the scrape job, with TLS and token as the settings ask for them.")
    return click.Command("scrape-config", callback=click.pass_obj(scrape), help=text, params=params)


def _targets(_: Translate) -> click.Command:
    text = _("List netwatch's own instances, or write them for Prometheus's discovery by files.")
    params: list[click.Parameter] = [*_file_options(_), _address_option(_), json_option(_)]
    return click.Command("targets", callback=click.pass_obj(targets), help=text, params=params)


def _file_options(_: Translate) -> list[click.Parameter]:
    file = click.Option(
        ["-o", "--output", "file"],
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help=_("Where to write it; without it, to stdout."),
    )
    return [file, force_option(_)]


def _job_option(_: Translate) -> click.Option:
    return click.Option(["--job"], default=JOB, metavar="NAME", help=_("The name of the scrape job."))


def _address_option(_: Translate) -> click.Option:
    return click.Option(
        ["--address"],
        default="",
        metavar="HOST:PORT",
        help=_("How Prometheus reaches netwatch, where that is not what the settings say."),
    )


def _path_option(name: str, file: str, text: str) -> click.Option:
    return click.Option([name], default=f"{FOLDER}/{file}", metavar="FILE", show_default=True, help=text)


def rules(
    shell: Shell,
    file: Path | None,
    force: bool,
    job: str,
    incidents: bool | None,
    target: float | None,
    runbooks: str,
) -> None:
    """Make the rules and write them."""
    _known_as(job)
    wanted, late = rules_wanted(shell.settings, job, incidents, target, runbooks), pace(shell.settings)
    groups = (*alert_groups(wanted, shell.translate), *estimate_groups(late))
    if incidents is None and not wanted.incidents:
        text = "Open incidents are left out: netwatch tells an Alertmanager of them itself (section [receivers])."
        shell.remark(Sentence(text))
    _write(shell, file, force, rules_file(groups, (_made_by(shell, "rules"), *_about_estimates(shell, late))))


def scrape(  # every option of the command
    shell: Shell,
    file: Path | None,
    force: bool,
    job: str,
    address: str,
    discovery: str,
    targets_file: str,
    token_file: str,
    ca_file: str,
    cert_file: str,
    key_file: str,
    rule_files: tuple[str, ...],
) -> None:
    """Make the scrape job and write it."""
    _known_as(job)
    section = shell.settings.metrics
    certified = bool(section.client_ca)
    made = ScrapeJob(
        name=job,
        interval=scrape_interval(shell.settings),
        targets=_own(shell, address),
        token_file=token_file if section.token else "",
        ca_file=ca_file,
        certificate_file=cert_file if certified else "",
        key_file=key_file if certified else "",
        found=targets_file if discovery == BY_FILE else discovery,
        rules=rule_files,
    )
    _write(shell, file, force, scrape_config(made, (_made_by(shell, "scrape-config"),)))


def targets(shell: Shell, file: Path | None, force: bool, address: str, as_json: bool) -> None:
    """Show our instances, or write them."""
    own = _own(shell, address)
    if file is not None:
        _write(shell, file, force, targets_json(own))
    elif as_json:
        shell.show_json(target_groups(own))
    else:
        _ = shell._
        rows = [(one.address, one.role, _("yes") if one.tls else _("no")) for one in own]
        shell.table((_("address"), _("role"), _("TLS")), rows)


def _own(shell: Shell, address: str) -> tuple[Target, ...]:
    if not shell.settings.metrics.port and not address:
        text = "metrics.listen leaves the port to the system: name the one it got with --address HOST:PORT."
        raise Stop(Sentence(text), code=NOT_UNDERSTOOD)
    return own_targets(shell.settings, host(), address)


def _known_as(job: str) -> None:
    """End the command when a name would be more than a name in an expression."""
    if not _NAME.fullmatch(job):
        text = "'{name}' is no name of a scrape job. Use letters, digits and . _ : - only."
        raise Stop(Sentence(text, {"name": job}), code=NOT_UNDERSTOOD)


def _about_estimates(shell: Shell, late: Pace) -> tuple[str, ...]:
    _ = shell._
    return (
        _("Availability as recorded here is an estimate; the figures of record are netwatch_site_seconds."),
        _(
            "It may err by {seconds} seconds for each change of a verdict, and for each end of the time asked about; "
            "the series :error1d and :error30d tell by how much.",
            seconds=f"{late.edge:g}",
        ),
    )


def _made_by(shell: Shell, name: str) -> str:
    return shell._("Made by: netwatch prometheus {name} (netwatch {version})", name=name, version=release())


def _write(shell: Shell, file: Path | None, force: bool, text: str) -> None:
    """Whole or not at all; to stdout without a file."""
    if file is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    refuse_existing(file, force)
    write_files({file: text.encode()})
    shell.say(shell._("Written: {path}", path=file))
