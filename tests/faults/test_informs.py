"""Traps into the daemon as a program: net-snmp sends, `netwatch traps` and /metrics tell what became of it."""

import json
import shutil
import socket
import subprocess
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("snmpinform") is None, reason="snmpinform (Debian: snmp) is not installed"
)
COLD_START = "1.3.6.1.6.3.1.1.5.1"
WORD = "bi-mat-cua-tinh"
SETTINGS = """
[traps]
listen = "127.0.0.1:{port}"
[credentials.ba]
kind = "snmp_v3"
user = "tram"
auth = "sha256"
auth_password = "file:word"
privacy = "aes128"
privacy_password = "file:word"
"""
V3 = ("-v3", "-l", "authPriv", "-u", "tram", "-a", "SHA-256", "-A", WORD, "-x", "AES", "-X", WORD)


def free_port() -> int:
    """A UDP port that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


def inform(port: int, *words: str, patience: str = "10") -> int:
    """The exit code of snmpinform: 0 once it was acknowledged."""
    line = ["snmpinform", "-m", "", *words, "-r", "0", "-t", patience, f"127.0.0.1:{port}", "", COLD_START]
    return subprocess.run(line, capture_output=True, check=False, timeout=20).returncode


def test_the_daemon_takes_informs_over_restarts(
    place: Any,  # noqa: ANN401 - the fixture's own
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """v2c and v3 are acknowledged, a wrong word is not; after kill -9 the same sender is believed again."""
    monkeypatch.setenv("SNMP_PERSISTENT_DIR", str(place.folder))
    port = free_port()
    place.write(place.toml.read_text("utf-8") + SETTINGS.format(port=port))
    (place.folder / "word").write_text(WORD)
    assert place.bring_in({"D1": "127.0.0.1"}) == 0
    place.start()
    assert [inform(port, "-v2c", "-c", WORD), inform(port, *V3)] == [0, 0]
    assert inform(port, "-v2c", "-c", "public", patience="0.3") == 1
    capfd.readouterr()
    assert place.command("traps", "--json") == 0
    told = json.loads(capfd.readouterr().out)
    ((sender),) = told["senders"]
    assert (sender["known"], sender["owners"], sender["trap"], sender["version"]) == (
        True,
        ["D1"],
        "coldStart",
        "3",
    )
    assert told["counts"]["accepted"] == {"1": 0, "2c": 1, "3": 1}
    assert place.metric('netwatch_trap_dropped_total{reason="community"}') == 1
    assert place.metric("netwatch_trap_hastened_total") >= 1
    place.kill()
    place.start()
    assert inform(port, *V3) == 0
    capfd.readouterr()
    assert place.command("traps", "--json") == 0
    assert json.loads(capfd.readouterr().out)["engine"] == told["engine"]
    assert place.stop() == 0
    assert WORD not in place.log
