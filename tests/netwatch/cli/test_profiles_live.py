"""`netwatch profiles explain DEVICE` on a real agent on loopback, with the settings' credentials."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
ADDRESS, PORT = "127.57.0.1", 11671
SWITCH = """1.3.6.1.2.1.1.1.0|4|Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 12.2(55)SE3
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.716
1.3.6.1.2.1.1.5.0|4|xa-an-khe-sw1
1.3.6.1.2.1.2.2.1.1.1|2|1
1.3.6.1.2.1.47.1.1.1.1.5.1001|2|3
1.3.6.1.2.1.47.1.1.1.1.11.1001|4|FOC0000X0AA
1.3.6.1.2.1.47.1.1.1.1.13.1001|4|WS-C2960-24TC-L
1.3.6.1.4.1.9.9.13.1.5.1.2.1|4|PSU 1
1.3.6.1.4.1.9.9.13.1.5.1.3.1|2|1
"""
DEVICE = f"""[[device]]
id = "SW-MOI"
name = "Switch"
site = "TRUNG-TAM"
kind = "switch"
address = "{ADDRESS}"
snmp_port = {PORT}
credentials = "ro"
[[device]]
id = "SW-CAM"
name = "Silent switch"
site = "TRUNG-TAM"
kind = "switch"
address = "127.57.0.2"
snmp_port = {PORT}
credentials = "ro"
"""


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A real agent that serves a recording."""
    snmpget = shutil.which("snmpget")
    if snmpget is None:
        pytest.skip("no snmpget (apt-get install snmp)")
    folder = tmp_path_factory.mktemp("switch")
    (folder / "data").mkdir()
    (folder / "data" / "public.snmprec").write_text(SWITCH, "utf-8")
    own = ["--process-user=root", "--process-group=root"] if os.geteuid() == 0 else []
    command = [
        str(Path(sys.executable).with_name("snmpsim-command-responder")),
        f"--cache-dir={folder / 'cache'}",
        f"--data-dir={folder / 'data'}",
        f"--agent-udpv4-endpoint={ADDRESS}:{PORT}",
        "--logging-method=null",
        *own,
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as responder:
        try:
            asked = [snmpget, "-v2c", "-cpublic", "-m", "", "-t", "0.2", "-r", "60", f"{ADDRESS}:{PORT}"]
            subprocess.run([*asked, "1.3.6.1.2.1.1.5.0"], check=True, capture_output=True, timeout=20)
            yield
        finally:
            responder.terminate()


@pytest.fixture
def known(stocked: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The sample inventory with that switch, and the community it wants."""
    monkeypatch.setenv("RO", "public")
    with (home / "netwatch.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            '[snmp]\ntimeout = 0.3\nretries = 1\n[credentials.ro]\nkind = "snmp_v2c"\ncommunity = "env:RO"\n'
        )
    (home / "switch.toml").write_text(DEVICE, "utf-8")
    assert stocked("import", home / "switch.toml").code == 0
    return stocked


@pytest.mark.usefixtures("switch")
def test_a_device_is_asked_and_explained(known: Run) -> None:
    """Which profile and why, and what is read; the same for programs; and as the daemon looks at it."""
    done = known("profiles", "explain", "SW-MOI")
    assert done.code == 0, done.err
    for word in ("cisco_ios", "WS-C2960-24TC-L", "FOC0000X0AA", "power_supply_ok"):
        assert word in done.out
    told = known("profiles", "explain", "SW-MOI", "--json").json
    assert (told["profile"], told["serial"], told["cut"]) == ("cisco_ios", "FOC0000X0AA", {})
    assert told["recognised_by"][0]["profile"] == "cisco_ios"
    (look,) = known("probe", "SW-MOI", "--kind", "snmp_equipment", "--json").json["looks"]
    assert (look["reason"], look["complete"]) == ("", True)
    saw = {(one["type"], one["name"], one["value"]) for one in look["saw"]}
    assert {("fact", "power_supply_ok", "yes"), ("note", "serial", "FOC0000X0AA")} <= saw


def test_a_device_that_cannot_be_asked_is_a_sentence(known: Run) -> None:
    """One whose port is closed, one that is not there, and a name that is nothing."""
    silent = known("profiles", "explain", "SW-CAM")
    assert (silent.code, "cannot be asked by SNMP: answers, but refuses" in silent.err) == (1, True)
    stranger = known("profiles", "explain", "core-rt1")
    assert (stranger.code, "There is no target 'core-rt1'" in stranger.err) == (1, True)
