"""`netwatch prometheus`: what a Prometheus is given, as it takes it."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def promtool() -> str:
    """The program."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (apt-get install prometheus)")
    return program


def checked(promtool: str, *words: str) -> str:
    """What promtool says of something that is right."""
    done = subprocess.run(
        [promtool, "check", *words], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def settings(home: Path, *lines: str) -> None:
    """More settings."""
    with (home / "netwatch.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join((*lines, "")))


def guarded(home: Path) -> None:
    """A listener with TLS, token and client certificates, reached by any address."""
    settings(
        home,
        "[metrics]",
        'listen = "0.0.0.0:9877"',
        'certificate = "/etc/netwatch/netwatch.pem"',
        'key = "/etc/netwatch/netwatch.key"',
        'client_ca = "/etc/netwatch/clients.pem"',
        'token = "env:METRICS_TOKEN"',
    )


@pytest.mark.parametrize(("language", "summary"), [("en", "does not answer"), ("vi", "không trả lời")])
def test_rules_are_written_in_the_language_of_the_command(
    run: Run, home: Path, promtool: str, language: str, summary: str
) -> None:
    """Promtool counts all of them; the job is named as wished."""
    done = run("prometheus", "rules", "-o", home / "rules.yml", "--job", "tinh", "--lang", language)
    assert done.code == 0
    text = (home / "rules.yml").read_text("utf-8")
    assert summary in text
    assert 'up{job="tinh"} == 0' in text
    count = text.count("- alert:") + text.count("- record:")
    assert f"{count} rules found" in checked(promtool, "rules", str(home / "rules.yml"))
    again = run("prometheus", "rules", "-o", home / "rules.yml")
    assert (again.code, "--force" in again.err) == (1, True)


def test_rules_leave_out_incidents_that_an_alertmanager_is_told_of(run: Run, home: Path) -> None:
    """And say so; a wish to have them all the same is granted."""
    settings(home, "[receivers.am]", 'alertmanager = "http://127.0.0.1:9093"')
    done = run("prometheus", "rules")
    assert "NetwatchIncident" not in done.out
    assert "Open incidents are left out" in done.err
    assert "NetwatchIncident" in run("prometheus", "rules", "--incidents").out
    assert run("prometheus", "rules", "--no-incidents").err == ""


def test_a_target_has_a_rule_of_its_own(run: Run) -> None:
    """By the figures of record; without a target there is none."""
    assert "< 0.995" in run("prometheus", "rules", "--target", "99.5").out
    assert "NetwatchMonthIsBelowTarget" not in run("prometheus", "rules").out


def test_a_job_is_a_name_and_nothing_else(run: Run) -> None:
    """It stands in expressions."""
    for name in ("rules", "scrape-config"):
        done = run("prometheus", name, "--job", 'x"} or vector(1)')
        assert (done.code, done.out) == (64, "")
        assert "is no name of a scrape job" in done.err


@pytest.mark.parametrize("discovery", ["static", "file", "http"])
def test_the_scrape_job_is_one_that_prometheus_takes(
    run: Run, home: Path, promtool: str, discovery: str
) -> None:
    """With every guard there is; the files it names are there in this test, as promtool looks for them."""
    guarded(home)
    for name in ("token", "ca", "cert", "key"):
        (home / name).write_text("x", "utf-8")
    assert run("prometheus", "rules", "-o", home / "rules.yml").code == 0
    assert run("prometheus", "targets", "-o", home / "targets.json", "--address", "nw.example:9877").code == 0
    files = [word for name in ("token", "ca", "cert", "key") for word in (f"--{name}-file", home / name)]
    options = (
        "--discovery",
        discovery,
        "--address",
        "nw.example:9877",
        "--targets-file",
        home / "targets.json",
    )
    done = run("prometheus", "scrape-config", *files, *options, "--rules-file", home / "rules.yml")
    assert done.code == 0
    (home / "prometheus.yml").write_text(done.out, "utf-8")
    said = checked(promtool, "config", str(home / "prometheus.yml"))
    assert "1 rule files found" in said
    assert done.out.count("credentials_file") == (2 if discovery == "http" else 1)
    assert 'scheme: "https"' in done.out


def test_no_guard_is_named_that_the_settings_do_not_ask_for(run: Run) -> None:
    """Plain HTTP on loopback, every 15 seconds."""
    done = run("prometheus", "scrape-config")
    assert [word for word in ("tls_config", "authorization", "https") if word in done.out] == []
    assert 'scrape_interval: "15s"' in done.out
    assert '- "127.0.0.1:9877"' in done.out


def test_targets_are_netwatch_itself(run: Run, home: Path) -> None:
    """Never a device; by the name of the machine where the settings name no single address."""
    assert json.loads(run("prometheus", "targets", "--json").out) == [
        {
            "targets": ["127.0.0.1:9877"],
            "labels": {
                "__scheme__": "http",
                "__metrics_path__": "/metrics",
                "__meta_netwatch_role": "daemon",
            },
        }
    ]
    assert "127.0.0.1:9877" in run("prometheus", "targets").out
    guarded(home)
    (group,) = json.loads(run("prometheus", "targets", "--json").out)
    host, _, port = group["targets"][0].rpartition(":")
    assert (host not in ("", "0.0.0.0"), port, group["labels"]["__scheme__"]) == (True, "9877", "https")


def test_a_port_left_to_the_system_must_be_named(run: Run, home: Path) -> None:
    """Nobody can know it before."""
    settings(home, "[metrics]", 'listen = "127.0.0.1:0"')
    done = run("prometheus", "targets")
    assert (done.code, "--address HOST:PORT" in done.err) == (64, True)
    assert run("prometheus", "targets", "--address", "[::1]:7").code == 0
