"""The command `netwatch`: knows the language before any help is built, and loads a command's module when asked for.

Exit codes: 0 done, 1 not done (a sentence on stderr says why), 64 not understood, 130 interrupted; `status` has its
own. Global options may stand anywhere on the line.
"""

import gettext
import importlib
import itertools
import os
import sys
import tomllib
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from netwatch.cli.shell import Plain, Shell, Stop, release
from netwatch.language import (
    LANGUAGES,
    LOCALES,
    Sentence,
    Translate,
    choose,
    from_environment,
    translator,
)
from netwatch.memory import building
from netwatch.settings_sources import SettingsError, find

NOT_DONE, NOT_UNDERSTOOD, INTERRUPTED = 1, 64, 130
LANGUAGE_VARIABLE = "NETWATCH_DAEMON__LANGUAGE"
WITH_VALUE = frozenset({"--config", "-s", "--set", "--lang"})
WITHOUT_VALUE = frozenset({"--debug"})
# Where a command that is not at netwatch.cli.<name> lives.
ELSEWHERE: Mapping[str, str] = {"import": "netwatch.cli.import_", "demo": "netwatch.demo.command"}


def summaries(_: Translate) -> Mapping[str, str]:
    """Every command with one line of help, in the order in which people meet them."""
    return {
        "demo": _("Show a synthetic province on this machine, with faults and recoveries."),
        "doctor": _("Examine this machine: permissions, clock, buffers, database, ports, secrets."),
        "check": _("Validate settings and inventory without starting anything."),
        "sample": _("Write a synthetic administration, shaped on published figures, to try things on."),
        "template": _("Write an empty workbook to fill in."),
        "import": _("Take devices, lines and everything else from a file into the inventory."),
        "layouts": _("Describe how somebody's workbook maps to the inventory."),
        "netbox": _("Take over what a NetBox knows."),
        "export": _("Write the inventory to a file."),
        "undo": _("Take back a change set."),
        "organisation": _("Agencies that merge, split, are renamed or moved; what they were and became."),
        "units": _("Provinces and communes: list them, load them, find what old ones became."),
        "register": _("Write registers of the dedicated data network: connections, need of a year."),
        "label": _("Print QR labels that lead to the pages of things."),
        "run": _("Start the daemon."),
        "reload": _("Have the running daemon read settings and inventory again."),
        "status": _("Show how everything stands."),
        "incidents": _("Show what is broken, one line each; or what to tell a provider."),
        "ack": _("Acknowledge an incident: somebody looks after it."),
        "assign": _("Assign an incident to a person."),
        "blame": _("Say what caused an incident, or note something about it."),
        "silence": _("Keep new incidents of something from being told for a while."),
        "maintenance": _("Maintenance windows, planned power cuts, and what did not count."),
        "notify": _("Test notifications, let them go live, see who would hear of something."),
        "rules": _("Show limits and other rules, and which of them hold for something."),
        "coverage": _("Say how far agencies have what norms ask of them: declared, and shown to be there."),
        "prometheus": _("Rules, scrape job and addresses for a Prometheus that reads netwatch."),
        "grafana": _("Dashboards for a Grafana that reads what Prometheus has of netwatch."),
        "availability": _("Say how long sites, lines and agencies were up, with bounds and outages."),
        "outage": _("Say whose the outages of lines were, and which tickets the provider gave them."),
        "sla": _("Say what providers owe for their lines, with evidence: claims, comparisons."),
        "capacity": _("Say how full lines are, by the rule of the dedicated data network."),
        "chart": _("Draw what was measured of a line."),
        "probe": _("Look at one target now and show everything seen."),
        "preflight": _("Say whether a conference may begin, measured now."),
        "probes": _("List the kinds of probes, or explain one."),
        "discover": _("Find out what answers in the allowed networks, and propose rows for it."),
        "profiles": _("What is known of equipment as data: list it, try it on recordings."),
        "traps": _("Show who sends traps and informs, and what became of them."),
        "backup": _("Read, show and compare the configurations of devices."),
        "syslog": _("Search what devices logged, or follow it."),
        "lightning": _("Inspections of surge protectors: what is due, and the life of each."),
        "attach": _("Attach a document to an item of the inventory."),
        "attachments": _("List the documents attached to an item, or fetch one."),
        "record": _("Note something against an item of the inventory."),
        "events": _("Show what was changed, noted and noticed."),
        "db": _("Upgrade, back up or restore the database."),
        "completion": _("Print the completion script of a shell."),
    }


class Commands(click.Group):
    """The group whose commands are imported by name."""

    def __init__(self, translate: Translate, **attributes: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(**attributes)
        self.translate = translate

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of all commands."""
        return list(summaries(self.translate))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command's module and build it in our language."""
        if cmd_name not in summaries(self.translate):
            return None
        # Looking for garbage among modules takes a fifth of the time that a command needs to begin.
        with building():
            module = importlib.import_module(ELSEWHERE.get(cmd_name, f"netwatch.cli.{cmd_name}"))
        command: click.Command = module.command(self.translate)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing any of them."""
        with formatter.section(self.translate("Commands")):
            formatter.write_dl(list(summaries(self.translate).items()))


def build(language: str) -> click.Group:
    """The whole command line in a language."""
    _ = translator(language)
    options = [
        click.Option(
            ["--config"], type=click.Path(path_type=Path), metavar="FILE", help=_("The settings file.")
        ),
        click.Option(
            ["-s", "--set", "overrides"],
            multiple=True,
            metavar="SECTION.KEY=VALUE",
            help=_("Override one setting; may be repeated."),
        ),
        click.Option(["--lang"], type=click.Choice(LANGUAGES), help=_("The language of this command.")),
        click.Option(["--debug"], is_flag=True, help=_("Show the whole story of an unexpected fault.")),
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
            help=_("Show the version and exit."),
        ),
    ]
    return Commands(
        _,
        name="netwatch",
        params=options,
        help=_(
            "Watches the lines, devices, conferencing endpoints and surge protectors of public administrations."
        ),
        callback=click.pass_context(_start),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"netwatch {release()}")
        ctx.exit()


def _start(
    ctx: click.Context, config: Path | None, overrides: tuple[str, ...], lang: str, debug: bool
) -> None:
    shell: Shell = ctx.obj
    shell.config, shell.overrides, shell.debug = config, overrides, debug
    shell.language = lang or shell.language


def hoisted(arguments: Sequence[str]) -> list[str]:
    """The same line with its global options in front, wherever they stood."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest.extend((word, *words))
        elif word in WITH_VALUE:
            front.extend((word, *([value] if (value := next(words, None)) is not None else [])))
        elif word in WITHOUT_VALUE or word.partition("=")[0] in WITH_VALUE:
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest]


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """--lang, else the settings if they name one, else the locale; English when none does."""
    return choose(
        _option("--lang", arguments),
        environment.get(LANGUAGE_VARIABLE) or _language_in_file(arguments, environment),
        from_environment(environment),
    )


def _option(name: str, arguments: Sequence[str]) -> str | None:
    pairs = itertools.pairwise((*arguments, ""))
    values = (
        after if word == name else word.partition("=")[2]
        for word, after in pairs
        if word.split("=")[0] == name
    )
    return next(values, None)


def _language_in_file(arguments: Sequence[str], environment: Mapping[str, str]) -> str | None:
    """Only a glance: whatever is wrong with the file is told in a sentence once the language is known."""
    named = _option("--config", arguments)
    try:
        file = find(Path(named) if named else None, environment, Path.cwd())
        section = tomllib.loads(file.read_text("utf-8-sig")).get("daemon", {}) if file else {}
    except (SettingsError, OSError, ValueError):
        return None
    language = section.get("language") if isinstance(section, dict) else None
    return language if isinstance(language, str) else None


def _speak(language: str) -> None:
    """click's own words ('Usage', 'No such option') come from gettext: point it at our catalogue."""
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("click", str(LOCALES))
    gettext.textdomain("click")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    words = hoisted(sys.argv[1:] if arguments is None else arguments)
    shell = Shell(language_of(words, os.environ))
    _speak(shell.language)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that cannot show a letter shows '?', rather than the command failing.
            stream.reconfigure(errors="replace")
    try:
        return _run(words, shell)
    except Exception as fault:  # noqa: BLE001 - the last resort: people get a sentence, --debug the traceback
        return _unexpected(fault, shell)


def _run(words: list[str], shell: Shell) -> int:
    try:
        code = build(shell.language).main(words, prog_name="netwatch", obj=shell, standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as misuse:
        misuse.show()
        return NOT_UNDERSTOOD
    except SettingsError as error:
        return _tell(shell, *error.faults, code=NOT_DONE)
    except Stop as stop:
        return _tell(shell, *stop.sentences, code=stop.code)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED


def _tell(shell: Shell, *sentences: Sentence, code: int) -> int:
    console = Plain(file=sys.stderr, highlight=False, soft_wrap=True)
    for sentence in sentences:
        console.print(sentence.words(shell.translate), markup=False)
    return code


def _unexpected(fault: Exception, shell: Shell) -> int:
    """Faults that carry sentences are expected ones; they are known by that, so that none need be imported here."""
    if shell.debug:
        traceback.print_exception(fault)
    known = [s for s in getattr(fault, "sentences", getattr(fault, "faults", ())) if isinstance(s, Sentence)]
    own = getattr(fault, "sentence", None)
    if known or isinstance(own, Sentence):
        return _tell(shell, *known, *([own] if isinstance(own, Sentence) else []), code=NOT_DONE)
    text = "An unexpected fault in the program: {fault}. Run the command again with --debug and report what it shows."
    if isinstance(fault, OSError):
        text = "The system refused: {fault}."
    return _tell(shell, Sentence(text, {"fault": _short(fault)}), code=NOT_DONE)


def _short(fault: Exception) -> str:
    if isinstance(fault, OSError) and fault.strerror:
        return f"{fault.filename}: {fault.strerror}" if fault.filename else fault.strerror
    return type(fault).__name__
