"""The listener's socket on loopback, with net-snmp's own senders."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from probes.listeners.listener import READS_AT_ONCE, Listener, open_notification_socket
from probes.listeners.notification import Notification
from probes.listeners.reception import Drop, Reception
from probes.listeners.senders import Senders
from probes.secret import Secret
from probes.transports.snmp.usm import KeyStore
from probes.transports.snmp.v3 import user_of
from probes.transports.snmp.v3_listener import OwnEngine

pytestmark = pytest.mark.anyio
NOW = 1_793_491_200_000_000
ENGINE = bytes.fromhex("80007ed905") + b"netwatch"
FIELDS = {"user": "tram", "auth_password": "mat-khau-1", "privacy_password": "mat-khau-2"}
KINDS = [("md5", "des"), ("sha1", "aes128"), ("sha256", "aes256"), ("sha512", "aes128")]
STRETCHED = KeyStore(b"pepper")
USERS = [
    user_of(
        Secret("snmp_v3", {**FIELDS, "user": f"{auth}-{privacy}", "auth": auth, "privacy": privacy}),
        STRETCHED,
    )
    for auth, privacy in KINDS
]
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
INDEX = ("1.3.6.1.2.1.2.2.1.1.7", "i", "7")


@pytest.fixture(autouse=True)
def _state_of_net_snmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its programs keep their boots in a folder of this test."""
    monkeypatch.setenv("SNMP_PERSISTENT_DIR", str(tmp_path))


class Post:
    """A listener on a port of its own; `heard` waits for the next notification."""

    def __init__(self, opened: socket.socket) -> None:
        self.port = int(opened.getsockname()[1])
        self._arrived: asyncio.Queue[tuple[str, Notification]] = asyncio.Queue()
        senders = Senders(1000, 1000)
        senders.adopt(["127.0.0.1", "::1"])
        self.reception = Reception(
            senders,
            lambda address, found: self._arrived.put_nowait((address, found)),
            OwnEngine(ENGINE, 7, NOW / 1e6 - 60),
            1,
        )
        self.reception.believe([b"bi-mat"], USERS)
        self.listener = Listener(opened, self.reception.receive, lambda: NOW)

    async def heard(self) -> tuple[str, Notification]:
        """The next one, with the address it came from."""
        return await asyncio.wait_for(self._arrived.get(), 10)


@contextmanager
def opened(host: str) -> Iterator[socket.socket]:
    """A socket at a free port."""
    found = open_notification_socket(host, 0, 1 << 20)
    yield found
    found.close()


@asynccontextmanager
async def post(host: str = "127.0.0.1") -> AsyncIterator[Post]:
    """A listener that is there."""
    with opened(host) as found:
        made = Post(found)
        yield made
        made.listener.close()


async def run(program: str, *words: str) -> int:
    """net-snmp's program to its end; its exit code."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} (Debian: snmp) is not installed")
    process = await asyncio.create_subprocess_exec(
        program,
        "-m",
        "",
        "-M",
        "",
        *words,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await asyncio.wait_for(process.wait(), 20)


async def test_a_trap_of_net_snmp_is_heard() -> None:
    """v2c, over IPv4."""
    async with post() as office:
        await run("snmptrap", "-v2c", "-c", "bi-mat", f"127.0.0.1:{office.port}", "", LINK_DOWN, *INDEX)
        address, found = await office.heard()
    assert (address, found.version, found.name, found.if_index) == ("127.0.0.1", "2c", "linkDown", 7)


async def test_a_v1_trap_of_net_snmp_is_heard() -> None:
    """It names an agent, and an enterprise's trap gets its v2 name."""
    async with post() as office:
        words = (
            "-v1",
            "-c",
            "bi-mat",
            f"127.0.0.1:{office.port}",
            "1.3.6.1.4.1.8072.9",
            "10.9.8.7",
            "6",
            "4",
            "",
        )
        await run("snmptrap", *words)
        _, found = await office.heard()
    assert (found.version, found.name, found.agent) == ("1", "1.3.6.1.4.1.8072.9.0.4", "10.9.8.7")


async def test_an_inform_of_net_snmp_is_acknowledged() -> None:
    """snmpinform ends with 0 only once it has its answer, and it takes one only from where it asked."""
    async with post("::") as office:
        place = f"127.0.0.7:{office.port}"
        code = await run("snmpinform", "-v2c", "-c", "bi-mat", "-r", "0", "-t", "5", place, "", LINK_DOWN)
        address, found = await office.heard()
    assert (code, address, found.inform) == (0, "127.0.0.1", True)


async def test_an_inform_over_ipv6_is_acknowledged() -> None:
    """The same from ::1."""
    async with post("::1") as office:
        place = f"udp6:[::1]:{office.port}"
        code = await run("snmpinform", "-v2c", "-c", "bi-mat", "-r", "0", "-t", "5", place, "", LINK_DOWN)
        address, _ = await office.heard()
    assert (code, address) == (0, "::1")


NET_SNMP = {
    "md5": "MD5", "sha1": "SHA", "sha256": "SHA-256", "sha512": "SHA-512", "des": "DES", "aes128": "AES",
    "aes256": "AES-256",
}  # fmt: skip


def v3(auth: str, privacy: str, password: str = "mat-khau-1") -> tuple[str, ...]:
    """net-snmp's words for one of our users."""
    level = ("-v3", "-l", "authPriv", "-u", f"{auth}-{privacy}")
    return (*level, "-a", NET_SNMP[auth], "-A", password, "-x", NET_SNMP[privacy], "-X", "mat-khau-2")


@pytest.mark.parametrize(("auth", "privacy"), KINDS)
async def test_v3_traps_and_informs_of_net_snmp_are_believed(auth: str, privacy: str) -> None:
    """A trap under its own engine id; an inform after it has found out ours, and our time."""
    async with post() as office:
        place = f"127.0.0.1:{office.port}"
        await run("snmptrap", *v3(auth, privacy), "-e", "0x8000000001020304", place, "", LINK_DOWN, *INDEX)
        _, trap = await office.heard()
        code = await run("snmpinform", *v3(auth, privacy), "-r", "0", "-t", "5", place, "", LINK_DOWN, *INDEX)
        _, inform = await office.heard()
    assert (trap.version, trap.inform, trap.name, trap.if_index) == ("3", False, "linkDown", 7)
    assert (code, inform.version, inform.inform, inform.name) == (0, "3", True, "linkDown")
    assert office.reception.answered == 1


async def test_v3_with_a_wrong_password_is_refused() -> None:
    """The digest is wrong: counted, nothing follows, and the inform fails."""
    async with post() as office:
        place = f"127.0.0.1:{office.port}"
        words = v3("sha1", "aes128", "another-one")
        assert await run("snmpinform", *words, "-r", "0", "-t", "1", place, "", LINK_DOWN) != 0
        assert office.reception.dropped[Drop.DIGEST] >= 1
        assert not office.reception.accepted


async def test_other_work_has_its_turn_during_a_storm() -> None:
    """So many datagrams are read in a turn of the loop and no more; the rest waits in the kernel."""
    async with post() as office:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            for _ in range(2 * READS_AT_ONCE):
                sending.sendto(b"?", ("127.0.0.1", office.port))
        turns = []
        while office.reception.received < 2 * READS_AT_ONCE:
            await asyncio.sleep(0)
            turns.append(office.reception.received)
        assert READS_AT_ONCE in turns
        assert office.listener.lost == 0


async def test_what_the_kernel_had_no_room_for_is_counted() -> None:
    """A listener that does not read for long knows how many it has lost."""
    with open_notification_socket("127.0.0.1", 0, 4096) as found:
        office = Post(found)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            for _ in range(100):
                sending.sendto(bytes(1000), found.getsockname())
        assert office.listener.lost > 0
        office.listener.close()


async def test_a_port_that_is_taken_is_told() -> None:
    """Two daemons cannot both have it."""
    async with post() as office:
        with pytest.raises(OSError, match="in use"):
            open_notification_socket("127.0.0.1", office.port, 4096)


async def test_a_fault_of_our_own_in_one_datagram_hurts_no_other() -> None:
    """It is told to the event loop, which logs it, and reading goes on with the next one."""
    told: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: told.append(str(context["exception"]))
    )
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    def receive(data: bytes, _address: str, _now: int) -> None:
        if data == b"1":
            raise ArithmeticError("a bug")
        heard.put_nowait(data)

    with opened("127.0.0.1") as found, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        listener = Listener(found, receive, lambda: NOW)
        for data in (b"0", b"1", b"2"):
            sending.sendto(data, found.getsockname())
        assert [await asyncio.wait_for(heard.get(), 10) for _ in range(2)] == [b"0", b"2"]
        listener.close()
    assert told == ["a bug"]
