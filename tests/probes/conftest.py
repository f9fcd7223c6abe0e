"""Fixtures for probes: agents on loopback, real (net-snmp) and misbehaving (ours), and a kit of fakes."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from probes.kit import Kit
from probes.transports.fakes import FakeIcmp, FakeSnmp
from probes.transports.snmp.ber import encode_bindings, encode_integer, tlv

GET, GET_BULK = 0xA0, 0xA5


@dataclass
class Request:
    """What a request said, read without the code under test."""

    pdu: int
    request_id: int
    repetitions: int
    oids: list[bytes]
    community: bytes
    number: int = 0


def read_element(data: bytes, at: int) -> tuple[int, bytes, int]:
    """(tag, content, end) of one BER element."""
    tag, size, start = data[at], data[at + 1], at + 2
    if size > 0x7F:
        count = size & 0x7F
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    return tag, data[start : start + size], start + size


def read_elements(data: bytes) -> list[tuple[int, bytes]]:
    """All elements that follow each other in a content."""
    found, at = [], 0
    while at < len(data):
        tag, content, at = read_element(data, at)
        found.append((tag, content))
    return found


def read_request(data: bytes) -> Request:
    """Read a v2c request."""
    _, message, _ = read_element(data, 0)
    _, (_, community), (pdu, body) = read_elements(message)
    (_, request_id), _, (_, repetitions), (_, bindings) = read_elements(body)
    oids = [read_elements(binding)[0][1] for _, binding in read_elements(bindings)]
    return Request(
        pdu, int.from_bytes(request_id, "big"), int.from_bytes(repetitions, "big"), oids, community
    )


def response(
    request_id: int,
    bindings: list[tuple[bytes, bytes]],
    status: int = 0,
    index: int = 0,
    community: bytes = b"public",
) -> bytes:
    """A v2c answer; values are whole BER elements."""
    body = (
        encode_integer(request_id)
        + encode_integer(status)
        + encode_integer(index)
        + encode_bindings(bindings)
    )
    return tlv(0x30, b"\x02\x01\x01" + tlv(4, community) + tlv(0xA2, body))


Behaviour = Callable[["Agent", Request, tuple[str, int]], list[bytes]]


@dataclass
class Agent:
    """A UDP agent of our own on one loopback address; `behave` turns a request into the datagrams it sends."""

    address: str
    behave: Behaviour
    requests: list[Request] = field(default_factory=list)
    endpoint: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))

    @property
    def port(self) -> int:
        return int(self.endpoint.getsockname()[1])

    def serve(self) -> None:
        while True:
            data, source = self.endpoint.recvfrom(65535)
            if not data:
                return
            request = read_request(data)
            request.number = len(self.requests) + 1
            self.requests.append(request)
            for datagram in self.behave(self, request, source):
                self.endpoint.sendto(datagram, source)


@pytest.fixture
def agent() -> Iterator[Callable[[Behaviour], Agent]]:
    """Starts an agent that behaves as told; stopped at the end of the test."""
    started: list[tuple[Agent, threading.Thread]] = []

    def start(behave: Behaviour) -> Agent:
        one = Agent(f"127.77.0.{len(started) + 1}", behave)
        one.endpoint.bind((one.address, 0))
        thread = threading.Thread(target=one.serve, daemon=True)
        thread.start()
        started.append((one, thread))
        return one

    yield start
    for one, thread in started:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopping:
            stopping.sendto(b"", (one.address, one.port))
        thread.join(5)
        one.endpoint.close()


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
        "override .1.3.6.1.4.1.99999.3.0 counter64 18446744073709551615\n"
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


@dataclass
class Clock:
    """Monotonic seconds moved by hand."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Monotonic time that stands still until moved."""
    return Clock()


@pytest.fixture
def kit(fake_icmp: FakeIcmp, fake_snmp: FakeSnmp, clock: Clock) -> Kit:
    """A kit of fakes."""
    return Kit(icmp=fake_icmp, snmp=fake_snmp, monotonic=clock)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return Path(__file__).parents[2]
