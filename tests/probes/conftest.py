"""Fixtures for probes: agents on loopback, real (net-snmp) and misbehaving (ours), and a kit of fakes."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from probes.kit import Kit
from probes.transports.fakes import FakeIcmp, FakeMonotonic, FakeSnmp
from probes.transports.snmp.scripted import Script, ScriptedAgent, scripted_agent


@pytest.fixture
def agent() -> Iterator[Callable[[Script], ScriptedAgent]]:
    """Starts agents that behave as told, each on an address of its own; stopped at the end of the test."""
    with ExitStack() as stack:
        places = count(1)

        def start(script: Script) -> ScriptedAgent:
            return stack.enter_context(scripted_agent(f"127.77.0.{next(places)}", script))

        yield start


@dataclass
class Snmpd:
    """A real snmpd: where it listens and who may ask."""

    address: str
    port: int
    community: str

    def tool(self, command: str, *arguments: str) -> list[str]:
        """Run one of net-snmp's tools against it, without MIBs and with numeric OIDs."""
        line = [
            command,
            "-m",
            "",
            "-On",
            "-v2c",
            "-c",
            self.community,
            f"{self.address}:{self.port}",
            *arguments,
        ]
        return subprocess.run(
            line, capture_output=True, text=True, check=True, timeout=30
        ).stdout.splitlines()


def free_port(address: str) -> int:
    """A UDP port that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind((address, 0))
        return int(asking.getsockname()[1])


@pytest.fixture(scope="session")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    """net-snmp's agent on loopback, with a few values of its own."""
    program = shutil.which("snmpd") or shutil.which("snmpd", path="/usr/sbin")
    if program is None or shutil.which("snmpget") is None:
        pytest.skip("snmpd and snmpget (Debian: snmpd, snmp) are not installed")
    folder = tmp_path_factory.mktemp("snmpd")
    here = Snmpd("127.78.0.1", free_port("127.78.0.1"), "doc-chi")
    (folder / "snmpd.conf").write_text(
        f"agentAddress udp:{here.address}:{here.port}\n"
        f"rocommunity {here.community} 127.0.0.0/8\n"
        "sysName core-rt1\nsysLocation Phòng máy chủ\nsysContact it\n"
        "override .1.3.6.1.4.1.99999.1.0 integer -42\n"
        "override .1.3.6.1.4.1.99999.2.0 octet_str khoe\n"
        "override .1.3.6.1.4.1.99999.3.0 counter 4294967295\n"
        "override .1.3.6.1.4.1.99999.4.0 unsigned 4294967295\n"
    )
    running = subprocess.Popen(
        [
            program,
            "-f",
            "-C",
            "-c",
            str(folder / "snmpd.conf"),
            "-Lf",
            str(folder / "log"),
            "-I",
            "-smux,-mteTrigger",
        ],
        env={"SNMP_PERSISTENT_DIR": str(folder), "MIBS": "", "PATH": "/usr/bin:/bin"},
    )
    try:
        # The tool itself waits and asks again, so no sleep is needed.
        here_up = ["snmpget", "-m", "", "-v2c", "-c", here.community, "-r", "20", "-t", "0.25"]
        subprocess.run(
            [*here_up, f"{here.address}:{here.port}", "1.3.6.1.2.1.1.3.0"],
            capture_output=True,
            check=True,
            timeout=30,
        )
        yield here
    finally:
        running.terminate()
        running.wait(10)


@pytest.fixture
def fake_snmp() -> FakeSnmp:
    """Scripted agents."""
    return FakeSnmp()


@pytest.fixture
def fake_icmp() -> FakeIcmp:
    """Scripted echo answers."""
    return FakeIcmp()


@pytest.fixture
def clock() -> FakeMonotonic:
    """Monotonic time that stands still until moved."""
    return FakeMonotonic()


@pytest.fixture
def kit(fake_icmp: FakeIcmp, fake_snmp: FakeSnmp, clock: FakeMonotonic) -> Kit:
    """A kit of fakes."""
    return Kit(icmp=fake_icmp, snmp=fake_snmp, monotonic=clock)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return Path(__file__).parents[2]
