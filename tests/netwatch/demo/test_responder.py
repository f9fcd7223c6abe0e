"""The province on the wire, asked by programs that are not ours: net-snmp and icmplib."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwatch.demo.addresses import IN_NAMESPACE, LOOPBACK_RANGE, PORTS, Numbering
from netwatch.demo.config import COMMUNITY_FILE, LOG_FILE, write_secrets
from netwatch.demo.daemon import start, stop
from netwatch.demo.namespace import refusal
from netwatch.demo.orders import Orders
from netwatch.demo.ports import PortFault, listeners, port_of, province_sockets
from netwatch.demo.process import Inner
from netwatch.demo.program import Program
from netwatch.demo.province import province

COMMUNITY, DAY = "not-public", "2026-10-15"
REFUSAL = refusal()
needs_namespace = pytest.mark.skipif(REFUSAL is not None, reason=f"no network namespaces here: {REFUSAL}")
needs_net_snmp = pytest.mark.skipif(
    not shutil.which("snmpbulkwalk"), reason="net-snmp's tools are not installed"
)
ECHO = """
import icmplib, sys
for address in sys.argv[1:]:
    print(address, icmplib.ping(address, count=2, interval=0.05, timeout=0.5, privileged=False).is_alive)
"""
TALKS = """
import http.client, smtplib, socket, ssl, sys
first, *numbers = sys.argv[1:]
names = "dns sip ssh smtp http https modbus rtsp h323 yealink".split()
port = dict(zip(names, map(int, numbers)))
host = lambda lan: f"{first}.1.{lan}"
trust = ssl.create_default_context(cafile="FOLDER/authority.pem")
def page(address, name, path, context=None):
    asked = http.client.HTTPSConnection(address, port[name], context=context, timeout=5) if context else \
        http.client.HTTPConnection(address, port[name], timeout=5)
    asked.request("GET", path)
    return asked.getresponse()
print("portal", page(host("0.6"), "https", "/", trust).status)
print("documents", page(host("0.8"), "http", "/van-ban").status)
print("codec", page(host("4.5"), "https", "/getxml", ssl._create_unverified_context()).status)
print("inputs", b"digitalInput1" in page(host("4.8"), "http", "/state.xml").read())
with smtplib.SMTP(host("0.7"), port["smtp"], timeout=5) as mail:
    print("mail", mail.starttls(context=trust)[0], mail.ehlo()[0])
def talk(address, name, said):
    with socket.create_connection((address, port[name]), 5) as stream:
        stream.sendall(said)
        return stream.recv(1000)
print("ssh", talk(host("0.11"), "ssh", b"")[:8])
print("modbus", talk(host("0.17"), "modbus", bytes.fromhex("000100000006010300100002")).hex())
print("camera", talk(host("0.18"), "rtsp", b"DESCRIBE rtsp://x/kenh1 RTSP/1.0\\r\\nCSeq: 2\\r\\n\\r\\n")[:15])
print("endpoint", talk(host("1.5"), "yealink", b"sysstatus get\\r\\n"))
try:
    print("stranger", talk(host("1.1"), "yealink", b"sysstatus get\\r\\n"))
except OSError:
    print("stranger", b"")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks:
    asks.settimeout(5)
    asks.sendto(b"OPTIONS sip:x SIP/2.0\\r\\nCall-ID: 7\\r\\n\\r\\n", (host("0.13"), port["sip"]))
    print("sip", asks.recv(1000)[:11])
"""
LISTENERS = """
import os, socket
ours = int(os.environ["LISTEN_PID"]) == os.getpid()
ports = [socket.socket(fileno=3 + n).getsockname()[1] for n in range(int(os.environ["LISTEN_FDS"]))]
print(ours, os.environ["LISTEN_FDNAMES"], *ports)
"""
SILENCED = """
import socket
from netwatch.demo.namespace import enter
from netwatch.demo.netlink import silence, voice
enter()
listener = socket.create_server(("0.0.0.0", 80))
def tried(address):
    try:
        socket.create_connection((address, 80), 0.3).close()
        return "connected"
    except TimeoutError:
        return "timeout"
told = [tried("10.1.0.5")]
silence("lo", "10.1.0.5")
told += [tried("10.1.0.5"), tried("10.1.0.6")]
voice("lo", "10.1.0.5")
print(*told, tried("10.1.0.5"))
"""
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
signal.pause()
"""
SIMULATED = """
import socket, sys
from probes.transports.icmp.simulated import REQUEST, SimulatedEcho, decode, encode
asks = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asks.settimeout(0.5)
for address in sys.argv[2:]:
    asks.sendto(encode(SimulatedEcho(REQUEST, address, "", b"12345678", 7), 64), ("127.0.0.1", int(sys.argv[1])))
    try:
        print(decode(asks.recv(1000)).kind)
    except TimeoutError:
        print("silence")
"""


class Beside:
    """Runs a command beside the province: in its namespace, or on this machine's loopback addresses."""

    def __init__(self, folder: Path, private: bool, stack: ExitStack) -> None:
        self._folder = folder
        self.http = stack.enter_context(listeners(None, None))
        self.udp: tuple[socket.socket, ...] = () if private else stack.enter_context(province_sockets())

    def run(self, *command: str) -> str:
        """What the command printed."""
        descriptors = tuple(opened.fileno() for opened in (*self.http, *self.udp))
        metrics, page, *udp = descriptors
        agents, echoes, _, *spoken = udp or (-1, -1, -1)
        place = str(self._folder), os.getpid(), (metrics, page)
        told = Orders(
            *(40, 68, *place, 5.0, DAY), agents=agents, echoes=echoes, spoken=tuple(spoken), command=command
        )
        with Inner(told, descriptors) as inner:
            while not inner.ended:
                list(inner.events(10.0))
        return (self._folder / LOG_FILE).read_text()


@pytest.fixture
def beside(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Beside]:
    private = getattr(request, "param", True)
    numbering = IN_NAMESPACE if private else Numbering(LOOPBACK_RANGE)
    write_secrets(tmp_path, province(40, 68, numbering), datetime.now(UTC))
    (tmp_path / COMMUNITY_FILE).write_text(COMMUNITY)
    with ExitStack() as stack:
        yield Beside(tmp_path, private, stack)


@needs_namespace
@needs_net_snmp
def test_net_snmp_walks_a_device_of_the_province_from_end_to_end(beside: Beside) -> None:
    walked = beside.run("snmpbulkwalk", "-v2c", "-c", COMMUNITY, "-m", "", "-On", "-Cr7", "10.1.8.1", ".1.3")
    oids = [line.partition(" = ")[0] for line in walked.splitlines() if " = " in line]
    assert len(set(oids)) == 7 + 1 + 4 * 25 + 9
    assert '.1.3.6.1.2.1.31.1.1.1.1.1 = STRING: "GE0/0"' in walked
    assert ".1.3.6.1.2.1.2.2.1.8.1 = INTEGER: 1" in walked
    assert "Error" not in walked


@needs_namespace
@needs_net_snmp
@pytest.mark.parametrize(("community", "address"), [("wrong", "10.1.8.1"), (COMMUNITY, "10.1.8.99")])
def test_a_wrong_community_or_a_dead_address_meets_silence(
    beside: Beside, community: str, address: str
) -> None:
    command = (
        "snmpget",
        "-v2c",
        "-c",
        community,
        "-t",
        "0.3",
        "-r",
        "0",
        "-m",
        "",
        address,
        "1.3.6.1.2.1.1.3.0",
    )
    assert "Timeout" in beside.run(*command)


@needs_namespace
def test_echoes_to_living_addresses_return_and_others_do_not(beside: Beside) -> None:
    told = beside.run(sys.executable, "-c", ECHO, "10.1.0.1", "10.128.8.1", "10.1.8.99", "10.255.0.2")
    assert told.splitlines() == ["10.1.0.1 True", "10.128.8.1 True", "10.1.8.99 False", "10.255.0.2 False"]


@needs_net_snmp
@pytest.mark.parametrize("beside", [False], indirect=True)
def test_without_a_namespace_the_agents_answer_on_loopback_addresses(beside: Beside) -> None:
    place = f"127.1.8.1:{port_of(beside.udp[0])}"
    told = beside.run("snmpget", "-v2c", "-c", COMMUNITY, "-m", "", place, "1.3.6.1.2.1.1.5.0")
    assert '"LD-X001-R1"' in told


@pytest.mark.parametrize("beside", [False], indirect=True)
def test_without_a_namespace_simulated_echoes_are_answered_for_living_addresses_only(beside: Beside) -> None:
    port = str(port_of(beside.udp[1]))
    told = beside.run(sys.executable, "-c", SIMULATED, port, "127.1.8.1", "127.1.8.99", "127.128.8.2")
    assert told.split() == ["2", "silence", "2"]


@pytest.mark.parametrize("beside", [pytest.param(True, marks=needs_namespace), False], indirect=True)
def test_servers_and_devices_talk_to_programs_that_are_not_ours(beside: Beside, tmp_path: Path) -> None:
    """Pages, mail with STARTTLS, registers, cameras and endpoints answer; who does not speak a protocol hangs up."""
    ports = [port_of(opened) for opened in beside.udp[-len(PORTS) :]] or list(PORTS.values())
    first = "127" if beside.udp else "10"
    script = TALKS.replace("FOLDER", str(tmp_path))
    told = beside.run(sys.executable, "-c", script, first, *map(str, ports))
    assert told.splitlines() == [
        "portal 200",
        "documents 200",
        "codec 401",
        "inputs True",
        "mail 220 250",
        "ssh b'SSH-2.0-'",
        "modbus 00010000000701030400000007",
        "camera b'RTSP/1.0 200 OK'",
        "endpoint b'sysstatus get \"talking\"\\r\\n'",
        "stranger b''",
        "sip b'SIP/2.0 200'",
    ]


@needs_namespace
def test_a_silenced_address_answers_nothing_until_it_has_its_voice_back() -> None:
    """Neither a connection nor a refusal: as a device without power."""
    told = subprocess.run([sys.executable, "-c", SILENCED], capture_output=True, text=True, check=False)
    assert told.stdout.split() == ["connected", "timeout", "connected", "connected"], told.stderr


@pytest.mark.parametrize("beside", [pytest.param(True, marks=needs_namespace), False], indirect=True)
def test_the_daemon_inherits_the_listeners_as_systemd_hands_them_over(beside: Beside) -> None:
    metrics, page = map(port_of, beside.http)
    assert beside.run(sys.executable, "-c", LISTENERS).split() == [
        "True",
        "metrics:status_page",
        str(metrics),
        str(page),
    ]


def test_a_process_that_ignores_the_request_to_end_is_ended_by_force(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / LOG_FILE)
    with ExitStack() as stack:
        metrics, page = stack.enter_context(listeners(None, None))
        process = start([sys.executable, "-c", STUBBORN], tmp_path, (metrics.fileno(), page.fileno()))
        ended = os.pidfd_open(process)
        stack.callback(os.close, ended)
        with (tmp_path / LOG_FILE).open() as told:
            assert told.readline() == "up\n"
        stop(process, ended, patience=0.1)
        assert not Path(f"/proc/{process}").exists()


def test_a_taken_port_is_named_with_the_option_that_chooses_another() -> None:
    with listeners(None, None) as (metrics, _):
        taken = port_of(metrics)
        with pytest.raises(PortFault, match=rf"^Port {taken} .* --page-port"), listeners(None, taken):
            pytest.fail("the port was given twice")


def test_without_a_wish_the_next_free_port_is_taken() -> None:
    with listeners(None, None) as (first, _), listeners(None, None) as (second, _):
        assert port_of(second) != port_of(first)


def test_once_ends_the_story_and_otherwise_it_begins_anew() -> None:
    inventory = province(40, 68)
    for once, events in ((True, 1), (False, 3)):
        program = Program(inventory, 5.0, once)
        assert program.next_due(0.0) is None
        program.begin(100.0)
        turns = list(program.due(100.0 + 3 * program.length))
        assert sum(turn.event == "story_ended" for turn in turns) == events
        assert (program.next_due(0.0) is None) is once


def test_a_slower_pace_slows_the_story_by_as_much() -> None:
    usual, slow = (Program(province(40, 68), interval, once=True) for interval in (5.0, 20.0))
    assert slow.length == 4 * usual.length
