"""pysnmp on its own thread: values set in a real snmpd, notifications received by a real snmptrapd, MIBs compiled."""

import asyncio
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.recordings import free_port
from probes.contract import Target
from probes.secret import Secret
from probes.transports.errors import CredentialsFault, LocalFault, Silent
from probes.transports.snmp.ber import encode_oid
from probes.transports.snmp.client import SnmpOptions, open_snmp
from probes.transports.snmp.contract import INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, TIME_TICKS, Value
from probes.transports.snmp.library import MOST_UNDER_WAY, SnmpLibrary, open_library
from probes.transports.snmp.mibs import MOST_BYTES, compile_mibs
from probes.transports.snmp.scripted import Request, scripted_agent

pytestmark = pytest.mark.anyio

ENGINE_ID = bytes.fromhex("80000000010203040506")
V3 = {
    "user": "netwatch",
    "auth": "sha256",
    "auth_password": "maplesyrup",
    "privacy": "aes128",
    "privacy_password": "syrupmaple",
}
SECRETS = {
    "v1": Secret("snmp_v1", {"community": "duoc-ghi"}),
    "v2c": Secret("snmp_v2c", {"community": "duoc-ghi"}),
    "v3": Secret("snmp_v3", V3),
    "v3-wrong": Secret("snmp_v3", V3 | {"auth_password": "something-else"}),
    "v3-stranger": Secret("snmp_v3", V3 | {"user": "stranger"}),
    "v3-odd": Secret("snmp_v3", V3 | {"auth": "rot13"}),
    "ssh": Secret("ssh", {"password": "x"}),
}
NAME, LOCATION = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.6.0"
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
IF_INDEX = "1.3.6.1.2.1.2.2.1.1.7"


@pytest.fixture(scope="module")
def library() -> Iterator[SnmpLibrary]:
    """One for all tests, as in a program."""
    with open_library(SECRETS.__getitem__, ENGINE_ID) as opened:
        yield opened


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        pytest.skip(f"{name} (Debian: snmpd, snmptrapd) is not installed")
    return found


@contextmanager
def running(folder: Path, *line: str) -> Iterator["subprocess.Popen[str]"]:
    environment = {"SNMP_PERSISTENT_DIR": str(folder), "MIBS": "", "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(
        line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A real agent in which name and location may be set."""
    snmpd, folder = program("snmpd"), tmp_path_factory.mktemp("snmpd")
    address, port = "127.78.2.1", free_port("127.78.2.1")
    (folder / "snmpd.conf").write_text(
        f"agentAddress udp:{address}:{port}\n"
        "rwcommunity duoc-ghi 127.0.0.0/8\n"
        "createUser netwatch SHA-256 maplesyrup AES syrupmaple\nrwuser netwatch authpriv\n"
    )
    here = Target("writable", address, snmp_port=port, credentials=("v2c",))
    options = ("-f", "-C", "-c", str(folder / "snmpd.conf"), "-Lf", str(folder / "log"), "-I", "-smux")
    with running(folder, snmpd, *options):
        asked = ["snmpget", "-m", "", "-v2c", "-c", "duoc-ghi", "-r", "20", "-t", "0.25"]
        subprocess.run([*asked, f"{address}:{port}", NAME], capture_output=True, check=True, timeout=30)
        yield here


def using(target: Target, credential: str) -> Target:
    return Target(target.id, target.address, snmp_port=target.snmp_port, credentials=(credential,))


@pytest.mark.parametrize("credential", ["v1", "v2c", "v3"])
async def test_what_is_set_is_read_back_by_our_own_engine(
    library: SnmpLibrary, writable: Target, credential: str
) -> None:
    """Texts with Vietnamese letters, in every version of SNMP."""
    told = {
        NAME: (OCTET_STRING, f"sw-{credential}".encode()),
        LOCATION: (OCTET_STRING, f"Phòng {credential}".encode()),
    }
    answer = await library.set(using(writable, credential), told)
    assert (answer.values, answer.error_status) == (told, 0)
    with open_snmp(SnmpOptions(), SECRETS.__getitem__) as snmp:
        assert (await snmp.get(writable, list(told))).values == told


async def test_a_refusal_of_the_agent_is_the_answer(library: SnmpLibrary, writable: Target) -> None:
    """wrongType, with the place of the value; nothing is set."""
    answer = await library.set(writable, {NAME: (OCTET_STRING, b"x"), LOCATION: (INTEGER, 7)})
    assert (dict(answer.values), answer.error_status, answer.error_index) == ({}, 7, 2)


@pytest.mark.parametrize("credential", ["v3-wrong", "v3-stranger"])
async def test_wrong_credentials_are_told_by_their_name(
    library: SnmpLibrary, writable: Target, credential: str
) -> None:
    """And never by what is in them."""
    with pytest.raises(CredentialsFault) as caught:
        await library.set(using(writable, credential), {NAME: (OCTET_STRING, b"x")})
    assert caught.value.detail == credential


@pytest.mark.parametrize(
    ("credential", "address", "oid", "value"),
    [
        ("missing", "127.0.0.1", NAME, (OCTET_STRING, b"x")),
        ("ssh", "127.0.0.1", NAME, (OCTET_STRING, b"x")),
        ("v3-odd", "127.0.0.1", NAME, (OCTET_STRING, b"x")),
        ("v2c", "router.example", NAME, (OCTET_STRING, b"x")),
        ("v2c", "127.0.0.1", "not-an-oid", (OCTET_STRING, b"x")),
        ("v2c", "127.0.0.1", NAME, (0x99, b"x")),
        ("v2c", "127.0.0.1", NAME, (INTEGER, 2**40)),
        ("v2c", "127.0.0.1", NAME, (INTEGER, b"seven")),
    ],
)
async def test_what_cannot_be_sent_is_our_own_fault_and_is_not_sent(
    library: SnmpLibrary, credential: str, address: str, oid: str, value: Value
) -> None:
    """A local fault in every case, without any secret in it."""
    target = Target("t", address, snmp_port=9, credentials=(credential,))
    with pytest.raises(LocalFault) as caught:
        await library.set(target, {oid: value})
    assert "duoc-ghi" not in repr(caught.value)


def test_no_secret_shows(library: SnmpLibrary) -> None:
    """Neither in the library's own text nor in what pysnmp was given."""
    shown = repr(library) + repr(vars(library))
    assert not any(word in shown for word in ("duoc-ghi", "maplesyrup", "syrupmaple", "something-else"))


@dataclass
class Receiver:
    """A running snmptrapd: where it listens, and the lines it wrote so far."""

    target: Target
    process: "subprocess.Popen[str]"

    def next_line(self, holds: str) -> str:
        """The next line it writes that holds a word; the test's time-out ends the wait."""
        assert self.process.stdout is not None
        return next(line for line in self.process.stdout if holds in line)


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """Debian's snmptrapd, which knows our community and our user at our engine id, and for informs at its own."""
    snmptrapd, folder = program("snmptrapd"), tmp_path_factory.mktemp("snmptrapd")
    address, port = "127.78.2.2", free_port("127.78.2.2")
    user = "netwatch SHA-256 maplesyrup AES syrupmaple"
    (folder / "trapd.conf").write_text(
        "authCommunity log duoc-ghi\nauthUser log netwatch\n"
        f"createUser -e 0x{ENGINE_ID.hex()} {user}\ncreateUser {user}\n"
    )
    options = ("-m", "", "-f", "-C", "-c", str(folder / "trapd.conf"), "-Lo", "-On", "-OQ")
    with running(folder, snmptrapd, *options, f"udp:{address}:{port}") as process:
        found = Receiver(Target("nms", address, snmp_port=port, credentials=("v2c",)), process)
        found.next_line("NET-SNMP version")
        yield found


@pytest.mark.parametrize("inform", [False, True], ids=["trap", "inform"])
@pytest.mark.parametrize("credential", ["v2c", "v3"])
async def test_notifications_arrive(
    library: SnmpLibrary, receiver: Receiver, credential: str, inform: bool
) -> None:
    """With our up-time, the trap's OID and its values; an inform only ends when it is acknowledged."""
    values: Mapping[str, Value] = {
        IF_INDEX: (INTEGER, 7),
        f"{IF_INDEX}.1": (OBJECT_IDENTIFIER, encode_oid("1.3.6.1.4.1.9")),
    }
    await library.notify(using(receiver.target, credential), LINK_DOWN, values, up_time=12345, inform=inform)
    line = await asyncio.to_thread(receiver.next_line, f".{LINK_DOWN}")
    assert f".{IF_INDEX} = 7" in line
    assert ".1.3.6.1.2.1.1.3.0 = 0:0:02:03.45" in line
    assert ".1.3.6.1.4.1.9" in line


async def test_a_v1_trap_arrives_as_such(library: SnmpLibrary, receiver: Receiver) -> None:
    """snmptrapd names the generic trap in v1's own words."""
    await library.notify(using(receiver.target, "v1"), LINK_DOWN, {IF_INDEX: (INTEGER, 7)})
    line = await asyncio.to_thread(receiver.next_line, "Link Down")
    assert (
        "TRAP, SNMP v1, community duoc-ghi" in (line + await asyncio.to_thread(receiver.next_line, ""))
        or line
    )


async def test_v1_has_no_informs(library: SnmpLibrary, receiver: Receiver) -> None:
    """So asking for one is a fault of ours."""
    with pytest.raises(LocalFault):
        await library.notify(using(receiver.target, "v1"), LINK_DOWN, {}, inform=True)


async def test_an_inform_that_nobody_acknowledges_is_silent(library: SnmpLibrary) -> None:
    """After its time-out, as often as it was to be repeated."""
    with scripted_agent("127.78.2.3", lambda _: []) as deaf:
        target = Target("deaf", deaf.address, snmp_port=deaf.port, credentials=("v2c",))
        with pytest.raises(Silent):
            await library.notify(target, LINK_DOWN, {}, inform=True, patience=0.5, retries=1)
        assert len(deaf.requests) == 2


async def test_at_most_fifty_are_under_way(library: SnmpLibrary) -> None:
    """The others wait until the first have given up, and are served all the same."""
    came: list[float] = []

    def note(_: Request) -> list[bytes]:
        came.append(time.monotonic())
        return []

    with scripted_agent("127.78.2.4", note) as deaf:
        target = Target("deaf", deaf.address, snmp_port=deaf.port, credentials=("v2c",))
        asked = (
            library.set(target, {NAME: (TIME_TICKS, number)}, patience=1.0)
            for number in range(MOST_UNDER_WAY + 10)
        )
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(each, Silent) for each in outcomes)
    assert len(came) == MOST_UNDER_WAY + 10
    assert came[MOST_UNDER_WAY] - came[0] > 0.5


async def test_closing_ends_what_is_under_way() -> None:
    """Whoever waits is told, and the thread is gone."""
    with ExitStack() as stack:
        deaf = stack.enter_context(scripted_agent("127.78.2.5", lambda _: []))
        target = Target("deaf", deaf.address, snmp_port=deaf.port, credentials=("v2c",))
        before = threading.active_count()
        with open_library(SECRETS.__getitem__) as library:
            waiting = asyncio.ensure_future(library.set(target, {NAME: (OCTET_STRING, b"x")}, patience=30.0))
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert threading.active_count() == before


def test_the_daemon_does_not_load_it(repository: Path) -> None:
    """pysnmp costs half a second and 40 MB; whoever starts the daemon pays for neither."""
    asked = (
        "import sys, netwatch.cli.main, netwatch.app; print([n for n in sys.modules if n.startswith('pys')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=repository, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = done.stdout
    assert "pysnmp" not in loaded
    assert "pysmi" not in loaded


BASE_MIB = """AC-BASE-MIB DEFINITIONS ::= BEGIN
IMPORTS enterprises FROM SNMPv2-SMI;
acBase OBJECT IDENTIFIER ::= { enterprises 99999 }
END
"""
ONE_MIB = """AC-ONE-MIB DEFINITIONS ::= BEGIN
IMPORTS MODULE-IDENTITY, OBJECT-TYPE, Integer32 FROM SNMPv2-SMI DisplayString, TruthValue FROM SNMPv2-TC
  OBJECT-GROUP FROM SNMPv2-CONF acBase FROM AC-BASE-MIB;
acOne MODULE-IDENTITY LAST-UPDATED "202601010000Z" ORGANIZATION "x" CONTACT-INFO "x" DESCRIPTION "x" ::= { acBase 7 }
acSensors OBJECT-TYPE SYNTAX SEQUENCE OF AcSensor MAX-ACCESS not-accessible STATUS current DESCRIPTION "x"
  ::= { acOne 1 }
acSensor OBJECT-TYPE SYNTAX AcSensor MAX-ACCESS not-accessible STATUS current DESCRIPTION "x" INDEX { acIndex }
  ::= { acSensors 1 }
AcSensor ::= SEQUENCE { acIndex Integer32, acLabel DisplayString, acWet TruthValue }
acIndex OBJECT-TYPE SYNTAX Integer32 (1..9) MAX-ACCESS not-accessible STATUS current DESCRIPTION "x" ::= { acSensor 1 }
acLabel OBJECT-TYPE SYNTAX DisplayString MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { acSensor 2 }
acWet OBJECT-TYPE SYNTAX TruthValue MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { acSensor 3 }
END
"""


def test_names_come_from_mib_files_alone(tmp_path: Path) -> None:
    """What imports from a module that is not there, or is no MIB, is named with the reason; the others are read."""
    files = {
        "AC-BASE-MIB.mib": BASE_MIB,
        "AC-ONE-MIB.txt": ONE_MIB,
        "BAD-MIB.txt": "BAD-MIB DEFINITIONS ::= BEGIN what END",
        "LACK-MIB.my": BASE_MIB.replace("AC-BASE-MIB", "LACK-MIB").replace("SNMPv2-SMI", "GONE-MIB"),
        "HUGE-MIB.txt": BASE_MIB.replace("AC-BASE-MIB", "HUGE-MIB") + " " * MOST_BYTES,
        "notes.pdf": "no MIB",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = compile_mibs(sorted(tmp_path.iterdir()))
    assert found.names["AC-ONE-MIB::acWet"] == "1.3.6.1.4.1.99999.7.1.1.3"
    assert found.names["AC-BASE-MIB::acBase"] == "1.3.6.1.4.1.99999"
    assert not any(name.startswith("SNMPv2") for name in found.names)
    assert sorted(found.faults) == ["BAD-MIB", "GONE-MIB", "HUGE-MIB", "LACK-MIB"]
    assert "GONE-MIB" in found.faults["LACK-MIB"]


def test_no_files_give_no_names() -> None:
    """And no fault."""
    found = compile_mibs([])
    assert (dict(found.names), dict(found.faults)) == ({}, {})
