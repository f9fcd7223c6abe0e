"""Syslog into the daemon as a program: real senders, a kill, and what `netwatch syslog` and /metrics tell."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Until = Callable[..., list[dict[str, Any]]]
SETTINGS = """
[syslog]
udp = "{udp}"
tcp = "{tcp}"
"""
RSYSLOG = """
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{folder}/in.sock")
action(type="omfwd" target="127.0.0.1" port="{tcp}" protocol="tcp" TCP_Framing="octet-counted"
       template="RSYSLOG_SyslogProtocol23Format")
action(type="omfwd" target="127.0.0.1" port="{udp}" protocol="udp" template="RSYSLOG_TraditionalForwardFormat")
"""


def free_port(kind: socket.SocketKind) -> int:
    """A port that was free a moment ago."""
    with socket.socket(socket.AF_INET, kind) as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


@pytest.fixture
def ports(place: Any) -> dict[str, int]:  # noqa: ANN401 - the fixture's own
    """A daemon that takes syslog in, with one device at 127.0.0.1; the ports it does so at."""
    found = {"udp": free_port(socket.SOCK_DGRAM), "tcp": free_port(socket.SOCK_STREAM)}
    place.write(place.toml.read_text("utf-8") + SETTINGS.format(**found))
    assert place.bring_in({"D1": "127.0.0.1"}) == 0
    place.start()
    return found


@pytest.fixture
def until(place: Any, capfd: pytest.CaptureFixture[str]) -> Until:  # noqa: ANN401
    """Asks `netwatch syslog` until it shows so many messages; the newest first."""

    def ask(count: int, words: str = "") -> list[dict[str, Any]]:
        deadline = time.monotonic() + 20
        while True:
            capfd.readouterr()
            assert place.command("syslog", "--json", "--since", "1h", "--grep", words) == 0
            lines: list[dict[str, Any]] = json.loads(capfd.readouterr().out)["lines"]
            if len(lines) >= count or time.monotonic() > deadline:
                return lines

    return ask


def logger(*words: str) -> None:
    """util-linux's logger."""
    subprocess.run(["logger", "--server", "127.0.0.1", *words], check=True, timeout=20)


@pytest.mark.skipif(shutil.which("logger") is None, reason="logger of util-linux is not installed")
def test_what_was_logged_is_found_after_a_kill(
    place: Any,  # noqa: ANN401
    ports: dict[str, int],
    until: Until,
) -> None:
    """Of its device, in its order, with its severity; and what comes afterwards comes after it."""
    logger("--port", str(ports["udp"]), "--udp", "-p", "daemon.crit", "mất điện")
    logger("--port", str(ports["tcp"]), "--tcp", "-p", "daemon.info", "có điện lại")
    (second, first) = until(2)
    assert {first["severity"], second["severity"]} == {2, 6}
    assert {first["source"], second["source"]} == {"D1"}
    place.kill()
    place.start()
    logger("--port", str(ports["udp"]), "--udp", "sau đó")
    lines = until(3)
    assert [line["at"] for line in lines[1:]] == [second["at"], first["at"]]
    assert "sau đó" in lines[0]["message"]
    place.stop()
    assert "mất điện" in " ".join(line["message"] for line in until(3))


@pytest.mark.lab
@pytest.mark.skipif(shutil.which("rsyslogd") is None, reason="rsyslogd (Debian: rsyslog) is not installed")
def test_rsyslog_forwards_both_ways(tmp_path: Path, ports: dict[str, int], until: Until) -> None:
    """By TCP with octet counts in the new format, and by UDP in the old one, as servers all over do."""
    settings = tmp_path / "rsyslog.conf"
    settings.write_text(RSYSLOG.format(folder=tmp_path, **ports))
    command: Sequence[str] = ("rsyslogd", "-n", "-f", str(settings), "-i", str(tmp_path / "pid"))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            deadline = time.monotonic() + 10
            while not (tmp_path / "in.sock").exists() and time.monotonic() < deadline:
                assert running.poll() is None
            subprocess.run(
                [
                    "logger",
                    "-u",
                    str(tmp_path / "in.sock"),
                    "-t",
                    "ung-dung",
                    "-p",
                    "local1.warning",
                    "đĩa đầy",
                ],
                check=True,
                timeout=20,
            )
            # It tells of its own start as well.
            lines = until(2, "đĩa đầy")
        finally:
            running.terminate()
    assert {(line["facility"], line["severity"]) for line in lines} == {(17, 4)}
    assert len(lines) == 2
    assert all("ung-dung" in line["message"] and line["host"] for line in lines)
