"""`netwatch discover` against real agents on loopback, each at an address of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from inventory.sheets.reading import read

Run = Callable[..., Any]
PORT = 11661
SYSTEM = """1.3.6.1.2.1.1.1.0|4|Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 12.2(55)SE3
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.716
1.3.6.1.2.1.1.5.0|4|{name}
1.3.6.1.2.1.2.2.1.1.1|2|1
1.3.6.1.2.1.47.1.1.1.1.5.1001|2|3
1.3.6.1.2.1.47.1.1.1.1.11.1001|4|{serial}
1.3.6.1.2.1.47.1.1.1.1.13.1001|4|WS-C2960-24TC-L
"""
# A neighbour by LLDP behind Gi0/1 that calls itself like the inventory's core switch.
LLDP = """1.0.8802.1.1.2.1.3.7.1.3.1|4|Gi0/1
1.0.8802.1.1.2.1.4.1.1.4.0.1.1|2|4
1.0.8802.1.1.2.1.4.1.1.5.0.1.1|4x|00aabbccddee
1.0.8802.1.1.2.1.4.1.1.7.0.1.1|4|Gi0/24
1.0.8802.1.1.2.1.4.1.1.9.0.1.1|4|{neighbour}
"""
UPS = """1.3.6.1.2.1.1.1.0|4|APC Web/SNMP Management Card (MB:v4.1.0 MN:AP9630)
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.318.1.3.27
1.3.6.1.2.1.1.5.0|4|ups-phong-may
"""
AGENTS: Mapping[str, str] = {
    "127.56.0.1": SYSTEM.format(name="core", serial="FOC0000X0AA"),
    "127.56.0.2": LLDP.format(neighbour="core.tinh.vn")
    + SYSTEM.format(name="=cmd|' /C calc'!A0", serial="FOC0000X0BB"),
    "127.56.0.3": UPS,
    "127.56.0.4": LLDP.format(neighbour="nobody-knows-me") + SYSTEM.format(name="old", serial="FOC0000X0DD"),
}
INVENTORY = """
[[organisation_unit]]
id = "X"
name = "UBND xã"
kind = "peoples_committee"
level = "commune"
valid_from = "2025-07-01"
[[site]]
id = "S"
name = "Trụ sở"
organisation_units = "X"
[[device]]
id = "CORE"
name = "Core"
site = "S"
kind = "switch"
address = "127.56.0.1"
[[device]]
id = "OLD"
name = "old"
site = "S"
kind = "switch"
address = "127.56.0.5"
serial = "FOC0000X0DD"
"""


def served(folder: Path) -> list[str]:
    """The command of one responder for all agents, each with recordings of its own."""
    command = [
        str(Path(sys.executable).with_name("snmpsim-command-responder")),
        f"--cache-dir={folder / 'cache'}",
    ]
    command += ["--process-user=root", "--process-group=root"] if os.geteuid() == 0 else []
    for number, (address, lines) in enumerate(AGENTS.items(), start=1):
        own = folder / str(number)
        own.mkdir()
        (own / "public.snmprec").write_text(lines, "utf-8")
        command += [
            f"--v3-engine-id=80004fb805636c6f75644dab{number:02x}",
            f"--v3-user=u{number}",
            f"--data-dir={own}",
            f"--agent-udpv4-endpoint={address}:{PORT}",
        ]
    return [*command, "--logging-method=null"]


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Four real agents at four addresses."""
    snmpget = shutil.which("snmpget")
    if snmpget is None:
        pytest.skip("no snmpget (apt-get install snmp)")
    folder = tmp_path_factory.mktemp("agents")
    with subprocess.Popen(served(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as responder:
        try:
            for address in AGENTS:
                asked = [snmpget, "-v2c", "-cpublic", "-m", "", "-t", "0.2", "-r", "60", f"{address}:{PORT}"]
                subprocess.run([*asked, "1.3.6.1.2.1.1.5.0"], check=True, capture_output=True, timeout=20)
            yield
        finally:
            responder.terminate()


@pytest.fixture
def discover(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in a folder whose settings allow those addresses, and whose inventory knows two devices."""
    monkeypatch.setenv("RO", "public")
    (home / "netwatch.toml").write_text(
        f"""
[discovery]
ranges = {{ main = ["127.56.0.0/28"], other = ["127.56.1.0/24"] }}
credentials = ["ro"]
rate = 2000
snmp_port = {PORT}
[credentials.ro]
kind = "snmp_v2c"
community = "env:RO"
[credentials.secret]
kind = "snmp_v2c"
community = "env:NOBODY_MAY_SEE_THIS"
""",
        "utf-8",
    )
    (home / "inventory.toml").write_text(INVENTORY, "utf-8")
    assert run("import", home / "inventory.toml").code == 0
    return lambda *words: run("discover", *words)


def test_without_go_nothing_is_sent(discover: Run) -> None:
    """It says what it would ask, how many packets that takes, and how long."""
    done = discover("127.56.0.0/29")
    assert done.code == 0
    assert "6 addresses in routing domain main: 127.56.0.1 to 127.56.0.6" in done.out
    assert "At most 2000 packets a second: 12 in 1 second if nobody answers" in done.out
    assert done.out.rstrip().endswith("Nothing was sent. Do it with --go.")
    assert discover("127.56.0.0/29", "--json").json["done"] is False


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("127.57.0.1",), "127.57.0.1 is not inside the ranges that discovery may ask"),
        (("10.0.0.0/8",), "10.0.0.0/8 is not inside"),
        (("127.56.0.1", "--domain", "other"), "127.56.0.1 is not inside"),
        (("-s", "discovery.most=3"), "more than one sweep may ask (3, discovery.most)"),
        (("-s", 'discovery.credentials=["nobody"]'), "there is no [credentials.nobody]"),
        (("-s", 'discovery.ranges={ main = ["10.0.0.7/8"] }'), "Write 10.0.0.0/8"),
        (
            ("-s", 'discovery.credentials=["secret"]'),
            "Secret env:NOBODY_MAY_SEE_THIS: it is empty or not set",
        ),
        (("127.56.0.1", "--write", "x.docx"), "the format does not follow from the name"),
    ],
)
def test_what_is_not_allowed_is_refused(discover: Run, words: tuple[str, ...], said: str) -> None:
    """Also with --go: outside ranges, too much, credentials nobody declared."""
    done = discover(*words, "--go")
    assert done.code == 1
    assert said in done.err


@pytest.mark.usefixtures("agents")
def test_real_agents_become_a_proposal(discover: Run, run: Run, home: Path) -> None:
    """Known, new and moved devices; their rows are imported without a change but for what they say."""
    file = home / "found.xlsx"
    done = discover("127.56.0.1-127.56.0.4", "127.56.0.9", "--go", "--no-echo", "--json", "--write", file)
    assert done.code == 0, done.err
    by_address = {each["address"]: each for each in done.json["found"]}
    assert {address: each["status"] for address, each in by_address.items()} == {
        "127.56.0.1": "known", "127.56.0.2": "new", "127.56.0.3": "new", "127.56.0.4": "also", "127.56.0.9": "bare",
    }  # fmt: skip
    assert by_address["127.56.0.2"]["model"] == "WS-C2960-24TC-L"
    assert [each["name"] for each in done.json["neighbours"] if not each["device"]] == ["nobody-knows-me"]
    assert "found.xlsx" in done.err
    rows = {
        row.cells["address"]: row.cells
        for row in read(file, {}, language="en").rows
        if "address" in row.cells
    }
    assert rows["127.56.0.2"]["name"] == "=cmd|' /C calc'!A0"
    assert (rows["127.56.0.2"]["uplinks"], rows["127.56.0.2"]["site"]) == ("CORE", "S")
    assert (rows["127.56.0.3"]["id"], rows["127.56.0.3"]["kind"]) == ("ups-phong-may", "UPS")
    assert "public" not in file.read_bytes().decode("latin-1") + done.out + done.err
    dry = run("import", file, "--dry-run", "--json")
    assert dry.json["applicable"], dry.json["problems"]
    changed = {
        each["id"]: {one["field"] for one in each["fields"]}
        for each in dry.json["changes"]
        if each["action"] == "changed"
    }
    assert changed == {"CORE": {"vendor", "model", "serial", "credentials"}}


@pytest.mark.usefixtures("agents")
def test_a_device_that_left_its_address_is_proposed_there(discover: Run, home: Path) -> None:
    """OLD was at .5, where nobody is; people read it in Vietnamese too, and the CSV of the proposal as well."""
    done = discover("127.56.0.4-127.56.0.5", "--go", "--no-echo", "--write", home / "rows", "--lang", "vi")
    assert done.code == 0
    assert "Đề xuất" in done.out
    shown = discover("127.56.0.2-127.56.0.4", "--go", "--no-echo").out
    assert "Neighbours that nobody knows:" in shown
    assert "2 rows are proposed; nothing was changed." in shown
