"""The command line as a whole: languages, global options, faults, exit codes."""

import io
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from rich.console import Console

from netwatch.cli.events import event_rows
from netwatch.cli.main import build, hoisted, language_of, main, summaries
from netwatch.cli.shell import Shell
from netwatch.queries.models import EventLine

NETWATCH = [sys.executable, "-m", "netwatch"]


def every_command(language: str) -> list[tuple[str, click.Command]]:
    """All commands with their names, subcommands too."""
    group = build(language)
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {inner}", one) for inner, one in command.commands.items()]
    return found


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_command_explains_itself(language: str) -> None:
    """And each of its options too."""
    for name, command in every_command(language):
        assert command.help, name
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, (name, parameter.name)


def test_no_help_is_the_same_in_both_languages() -> None:
    """Commands and options are explained in the reader's language."""
    vietnamese = dict(every_command("vi"))
    for name, command in every_command("en"):
        assert command.help != vietnamese[name].help, name
        for one, other in zip(command.params, vietnamese[name].params, strict=True):
            if isinstance(one, click.Option) and isinstance(other, click.Option):
                assert one.help != other.help, (name, one.name)


def test_every_listing_has_json_and_every_change_a_dry_run() -> None:
    """Scripts read every answer, and nobody need change something to see what would change."""
    options = {name: {p.name for p in command.params} for name, command in every_command("en")}
    for name in (
        "check",
        "probes",
        "status",
        "probe",
        "events",
        "doctor",
        "import",
        "undo",
        "record note",
        "record list",
        "record trip-test",
        "reload",
    ):
        assert "as_json" in options[name], name
    for name in (
        "import",
        "export",
        "undo",
        "record note",
        "record trip-test",
        "record replacement",
        "reload",
        "template",
        "db upgrade",
        "db backup",
        "db restore",
    ):
        assert "dry_run" in options[name], name


def test_help_needs_neither_settings_nor_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Help is what one asks for when things are wrong."""
    bad = tmp_path / "netwatch.toml"
    bad.write_text("[[[", "utf-8")
    assert main(["--config", str(bad), "--lang", "vi", "--help"]) == 0
    assert "Khởi động dịch vụ." in capsys.readouterr().out


def test_the_list_of_commands_loads_none_of_them() -> None:
    """Help must not wait for the database."""
    script = (
        "import sys; from netwatch.cli.main import main; main(['--help']); print('sqlalchemy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize(
    ("words", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "vi_VN.UTF-8"}, "vi"),
        ([], {"LANG": "fr_FR.UTF-8"}, "en"),
        ([], {"LC_ALL": "C", "LANG": "vi_VN"}, "en"),
        ([], {"NETWATCH_DAEMON__LANGUAGE": "vi", "LANG": "en_US"}, "vi"),
        (["--lang", "vi"], {"NETWATCH_DAEMON__LANGUAGE": "en"}, "vi"),
        (["--lang=en", "status"], {"LANG": "vi_VN"}, "en"),
        (["status", "--lang", "vi"], {}, "vi"),
    ],
)
def test_the_language_is_that_of_the_option_then_settings_then_locale(
    words: list[str], environment: dict[str, str], language: str, tmp_path: Path
) -> None:
    """English when nobody says anything we speak."""
    empty = tmp_path / "netwatch.toml"
    empty.touch()
    assert language_of(words, {"NETWATCH_CONFIG": str(empty), **environment}) == language


def test_the_settings_file_may_name_the_language(tmp_path: Path) -> None:
    """Also for commands."""
    (tmp_path / "x.toml").write_text('[daemon]\nlanguage = "vi"\n', "utf-8")
    assert language_of(["--config", str(tmp_path / "x.toml")], {"LANG": "en_US"}) == "vi"


def test_global_options_may_stand_anywhere() -> None:
    """People write them where they think of them; what follows -- is left alone."""
    words = [
        "status",
        "--config",
        "a.toml",
        "--json",
        "-s",
        "a.b=c",
        "--lang=vi",
        "--debug",
        "--",
        "--lang",
        "en",
    ]
    assert hoisted(words) == [
        "--config", "a.toml", "-s", "a.b=c", "--lang=vi", "--debug", "status", "--json", "--", "--lang", "en",
    ]  # fmt: skip
    assert hoisted(["record", "X", "text", "--config"]) == ["--config", "record", "X", "text"]


@pytest.mark.parametrize(
    "words",
    [["dance"], ["status", "--dance"], ["record", "X"], ["status", "--verdict", "fine"], ["--lang", "fr"]],
)
def test_what_is_not_understood_gives_64(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Apart from 1, what was not done, and from the codes of status."""
    assert main(words) == 64
    assert "Error" in capsys.readouterr().err


def test_faults_of_the_settings_are_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the language asked for, without a traceback."""
    bad = tmp_path / "netwatch.toml"
    bad.write_text('[daemon]\nlog_level = "loud"\n', "utf-8")
    assert main(["check", "--config", str(bad), "--lang", "vi"]) == 1
    err = capsys.readouterr().err
    assert f'{bad}, dòng 2: daemon.log_level = "loud": được phép: debug, info, warning, error.' in err
    assert "Traceback" not in err


def test_an_unexpected_fault_is_a_sentence_and_debug_tells_the_story(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A path that is no path reaches code that never saw one."""
    words = ["template", str(tmp_path / f"{'x' * 300}.xlsx"), "--lang", "en"]
    assert main(words) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert main([*words, "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_the_installed_command_runs_as_a_process(tmp_path: Path) -> None:
    """python -m netwatch is the same program."""
    environment = {**os.environ, "LANG": "vi_VN.UTF-8", "NO_COLOR": "1"}
    done = subprocess.run(
        [*NETWATCH, "probes"], capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "icmp_echo" in done.stdout
    assert "\x1b" not in done.stdout


def test_an_ascii_terminal_gets_what_it_can_show(tmp_path: Path) -> None:
    """A letter it lacks becomes a question mark, not a fault."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [*NETWATCH, "--lang", "vi", "--help"], capture_output=True, check=False, cwd=tmp_path, env=environment
    )
    assert done.returncode == 0
    assert b"netwatch" in done.stdout


def test_a_reader_that_leaves_early_is_no_fault(tmp_path: Path) -> None:
    """`netwatch probes --json | head -1`"""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*NETWATCH, "probes", "--json"], stdout=writing, stderr=subprocess.PIPE, check=False, cwd=tmp_path
    )
    os.close(writing)
    assert done.stderr == b""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_completion_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Named after our command."""
    assert main(["completion", shell]) == 0
    assert "_NETWATCH_COMPLETE" in capsys.readouterr().out


def test_the_list_of_commands_is_that_of_the_issue() -> None:
    """Nothing promised is missing."""
    wanted = "run reload check probes template import export undo status probe record events doctor"
    incidents = "incidents ack assign blame silence maintenance notify"
    others = {*incidents.split(), "rules", "profiles", "traps", "demo", "db", "completion"}
    others |= {"preflight", "discover", "backup", "syslog", "organisation", "units"}
    others |= {"lightning", "attach", "attachments", "layouts", "netbox", "coverage", "register", "label"}
    others |= {"sample", "availability", "prometheus", "capacity", "chart", "outage", "sla", "grafana"}
    assert {*wanted.split(), *others} == summaries(str).keys()


def test_a_folder_that_is_not_there_is_told_before_anything_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not after a sweep of hours, and not as the name of a temporary file."""
    assert main(["template", str(tmp_path / "missing" / "x.xlsx"), "--lang", "en"]) == 1
    assert "missing does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(("width", "first"), [(80, "device: SW-1"), (200, "device  "), (38, "device: SW-1")])
def test_a_table_too_wide_for_the_terminal_is_a_list(tmp_path: Path, width: int, first: str) -> None:
    """Rather than columns of single letters; what is empty is left out."""
    shell = Shell("en", tmp_path / "netwatch.toml", ())
    text = io.StringIO()
    shell.out = Console(file=text, force_terminal=True, width=width, color_system=None)
    headings = ("device", "name", "platform", "last try", "result", "last read", "versions", "host key")
    shell.table(
        headings, [("SW-1", "Switch", "cisco_ios", "", "unchanged", "23/11/2026", "12", "SHA256:" + "x" * 43)]
    )
    lines = text.getvalue().splitlines()
    assert lines[0].startswith(first)
    assert ("  result: unchanged" in lines) == (width < 200)
    assert not any("last try" in line for line in lines[1:])


def test_moments_among_what_an_event_says_are_clock_times(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody reads microseconds; what only looks like them stays as it is."""
    (tmp_path / "netwatch.toml").touch()
    said = "count=5.0; since=1795439370917131; serial=1795439370917131; until=1795439430924638"
    line = EventLine(1, 0, "netwatch", "strike", "CS-1", "", "", said)
    event_rows([line], Shell("en", tmp_path / "netwatch.toml", ()))
    shown = capsys.readouterr().out
    assert "serial=1795439370917131" in shown
    assert "since=17954" not in shown
    assert "20:10:30" in shown
