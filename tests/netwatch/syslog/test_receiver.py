"""From messages to stored lines, early looks, events and hints; what is dropped, and that it is counted."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Engine, create_engine

from inventory.snapshot import Inventory
from netwatch.bus.local import LocalBus
from netwatch.clock import DAY, SECOND, ManualClock, SystemClock
from netwatch.early import EarlyLooks, same_port
from netwatch.incidents.circumstances import Circumstances
from netwatch.journal import Notice
from netwatch.listening import syslog_sockets
from netwatch.plan import Plan
from netwatch.settings_syslog import SyslogSettings
from netwatch.store import syslog_sql
from netwatch.store.contract import StoreFault
from netwatch.store.syslog_sql import LogQuery, LogRow
from netwatch.store.syslog_tables import metadata
from netwatch.syslog.patterns import load_patterns
from netwatch.syslog.receiver import Effects, Syslog
from probes.listeners.syslog_streams import AT_ONCE, Connections, serve_streams

Result = TypeVar("Result")

NOW = 1_793_491_200 * SECOND
SETTINGS = SyslogSettings(rate=100, burst=1000, total=1000)
ON_BATTERY = b"<134>Nov 23 11:30:00 ups UPS: On battery power in response to an input power problem. 0x0109"
LINK = b"<189>45: %LINK-3-UPDOWN: Interface GigabitEthernet0/0/3, changed state to down"
FAILED_LOGIN = b"<38>Nov 23 11:30:00 host sshd[2]: Failed password for root from 10.0.0.9 port 2 ssh2"
CONFIGURED = b"<189>46: %SYS-5-CONFIG_I: Configured from console by admin"


class Post:
    """The syslog of a daemon over a province; `refusing` is what the database says instead of writing."""

    def __init__(self, made: Plan, inventory: Inventory, engine: Engine, settings: SyslogSettings) -> None:
        self.clock, self.bus, self.engine = ManualClock(NOW), LocalBus(), engine
        self.circumstances, self.notices, self.refusing = Circumstances(), list[Notice](), ""
        self.early = EarlyLooks(self.bus, self.clock, 5 * SECOND)
        self.early.adopt(made, inventory, 5 * SECOND)
        effects = Effects(
            self.early, self.circumstances.heard, self.notices.append, lambda: load_patterns()[0]
        )
        self.syslog = Syslog(settings, self.clock, self.write, effects)
        self.syslog.adopt(settings)
        self.syslog._patterns = load_patterns()[0]

    async def write(self, operation: Callable[[Engine], Result]) -> Result:
        """As the writer thread would."""
        if self.refusing:
            raise StoreFault(self.refusing, "")
        return operation(self.engine)

    def stored(self) -> list[LogRow]:
        """All that is stored, oldest first."""
        return syslog_sql.search(self.engine, LogQuery(0, 2 * NOW, limit=10_000, oldest=True))

    def outcomes(self) -> dict[str, int]:
        """What became of messages."""
        return {what: count for what, count in self.syslog.counts().outcomes.items() if count}

    def soon(self) -> set[str]:
        """The checks that are to be looked at early."""
        return {check for checks in self.early._soon.values() for check in checks}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with the table only."""
    made = create_engine(f"sqlite:///{tmp_path}/log.db")
    metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def office(province_plan: Plan, province: Inventory, engine: Engine) -> Post:
    """The small province."""
    return Post(province_plan, province, engine, SETTINGS)


@pytest.mark.anyio
async def test_messages_are_stored_with_whose_they_are(office: Post) -> None:
    """The device's where one has the address, else the address's; received when they were, each at its own number."""
    await office.syslog.begin()
    for address in ("10.2.0.5", "10.2.0.5", "192.0.2.9"):
        office.syslog.receive(b"<13>Oct 11 22:14:15 elsewhere app: xin ch\xc3\xa0o", address)
    assert await office.syslog.flush()
    rows = office.stored()
    assert [(row.at - NOW, row.source, row.sender) for row in rows] == [
        (0, "codec", "10.2.0.5"),
        (1, "codec", "10.2.0.5"),
        (2, "192.0.2.9", "192.0.2.9"),
    ]
    assert {(row.host, row.stamp, row.message, row.severity) for row in rows} == {
        ("elsewhere", "Oct 11 22:14:15", "app: xin chào", 5)
    }
    assert (office.outcomes(), office.syslog.counts().stored) == ({"stored": 3}, 3)


@pytest.mark.anyio
async def test_numbers_go_on_after_a_restart(office: Post) -> None:
    """Also where the clock has not moved since."""
    syslog_sql.write(office.engine, [LogRow(NOW + 7, "core", "10.0.0.1", 1, 5, "", "", "x")])
    await office.syslog.begin()
    office.syslog.receive(b"<13>y", "10.0.0.1")
    assert await office.syslog.flush()
    assert [row.at - NOW for row in office.stored()] == [7, 8]


@pytest.mark.anyio
async def test_what_is_too_much_is_dropped_and_counted(
    province_plan: Plan, province: Inventory, engine: Engine
) -> None:
    """Of one sender, of all together, and what finds no room while the database does not take any."""
    tight = replace_settings(SETTINGS, rate=10, burst=20, total=6, queue=1000)
    office = Post(province_plan, province, engine, tight)
    for _ in range(25):
        office.syslog.receive(b"<13>x", "10.0.0.1")
    assert office.outcomes() == {"rate": 5}
    for _ in range(15):
        office.syslog.receive(b"<13>x", "10.2.0.5")
    assert office.outcomes() == {"rate": 5, "total": 5}
    roomy = Post(province_plan, province, engine, replace_settings(SETTINGS, queue=1000, burst=5000))
    roomy.refusing = "full"
    for _ in range(1003):
        roomy.syslog.receive(b"<13>x", "10.0.0.1")
    assert not await roomy.syslog.flush()
    assert roomy.outcomes() == {"queue": 3}
    roomy.refusing = ""
    assert await roomy.syslog.flush()
    assert roomy.outcomes() == {"queue": 3, "stored": 1000}


def replace_settings(settings: SyslogSettings, **changed: int) -> SyslogSettings:
    """The settings with other limits."""
    return SyslogSettings(**{**settings.model_dump(), **changed})


@pytest.mark.anyio
async def test_strangers_push_out_nobody(province_plan: Plan, province: Inventory, engine: Engine) -> None:
    """However many addresses they make up: together they get a tenth of what one device gets."""
    office = Post(province_plan, province, engine, replace_settings(SETTINGS, rate=100, burst=50))
    for second in range(10):
        office.clock.move_to(NOW + second * SECOND)
        for number in range(100):
            office.syslog.receive(b"<13>x", f"192.0.2.{number + second}")
    outcomes = office.syslog.counts().outcomes
    assert 1000 - outcomes["unknown"] - outcomes["rate"] in range(130, 145)
    assert office.syslog.counts().waiting in range(130, 145)


def test_what_waits_is_bounded_however_long_messages_are(
    province_plan: Plan, province: Inventory, engine: Engine
) -> None:
    """Memory is what counts, not the number of messages."""
    roomy = replace_settings(SETTINGS, rate=100_000, burst=100_000, total=100_000)
    office = Post(province_plan, province, engine, roomy)
    long = b"<13>" + b"x" * 8000
    for _ in range(2500):
        office.syslog.receive(long, "10.0.0.1")
    assert office.outcomes()["queue"] > 300
    assert office.syslog.counts().waiting * 8000 <= (1 << 24) + 8000


@pytest.mark.anyio
async def test_what_is_stored_already_is_given_up(office: Post) -> None:
    """A batch whose outcome never came back must not block all that comes after it."""
    office.syslog.receive(b"<13>x", "10.0.0.1")
    office.refusing = "conflict"
    assert not await office.syslog.flush()
    assert office.outcomes() == {"store": 1}
    assert office.syslog.counts().waiting == 0


@pytest.mark.anyio
async def test_what_is_too_old_or_too_much_goes(
    province_plan: Plan, province: Inventory, engine: Engine
) -> None:
    """A thousand at a time, the oldest first."""
    old = [LogRow(NOW - 31 * DAY + at, "core", "10.0.0.1", 1, 5, "", "", "old") for at in range(1500)]
    new = [LogRow(NOW - DAY + at, "core", "10.0.0.1", 1, 5, "", "", "new") for at in range(1100)]
    for start in range(0, 2600, 500):
        syslog_sql.write(engine, [*old, *new][start : start + 500])
    office = Post(province_plan, province, engine, replace_settings(SETTINGS, keep_messages=1000))
    await office.syslog.begin()
    counts = []
    for _ in range(4):
        await office.syslog._delete()
        counts.append(len(office.stored()))
    assert counts == [1600, 1000, 1000, 1000]
    assert {row.message for row in office.stored()} == {"new"}


def test_a_line_about_a_link_hastens_what_can_tell(office: Post) -> None:
    """The device's ports and the lines there; a stranger's line nothing."""
    office.syslog.receive(LINK, "192.0.2.9")
    assert office.soon() == set()
    office.syslog.receive(LINK, "10.2.0.1")
    assert office.syslog.counts().hastened == 2
    assert office.soon()
    assert office.notices == []


def test_a_forged_line_about_power_is_a_hint_that_decides_nothing(office: Post) -> None:
    """However it came: nobody who only says so is trusted; and one event, however often it is said."""
    for _ in range(50):
        office.syslog.receive(ON_BATTERY, "10.2.0.5")
    assert {hint.trusted for hint in office.circumstances.hints["codec"]} == {False}
    (event,) = office.notices
    assert (event.kind, event.entity) == ("log_line", "codec")
    assert (event.facts["about"], event.facts["severity"]) == ("power", "warning")


def test_failed_logins_are_events_and_no_looks(office: Post) -> None:
    """A look could tell nothing of them; with events switched off there is none."""
    office.syslog.receive(FAILED_LOGIN, "10.2.0.1")
    assert len(office.notices) == 1
    assert office.soon() == set()
    office.syslog.adopt(replace_settings(SETTINGS, events=False))
    office.syslog.receive(FAILED_LOGIN, "10.2.0.5")
    assert len(office.notices) == 1


def test_events_are_few_however_many_lines_come(office: Post) -> None:
    """Of many devices together: the event log is never deleted from."""
    addresses = [where for where in office.early.watched.owners if where.startswith("10.")]
    for turn in range(200):
        office.clock.move_to(NOW + turn * 11 * 60 * SECOND // 100)
        for address in addresses:
            office.syslog.receive(FAILED_LOGIN, address)
            office.syslog.receive(CONFIGURED, address)
    minutes = 200 * 11 / 100
    assert 0 < len(office.notices) <= 30 + 6 * minutes


def test_a_changed_configuration_is_passed_on_once_in_a_while(office: Post) -> None:
    """To whoever keeps configurations."""
    heard: list[str] = []
    office.early.configured.append(lambda device, _at: heard.append(device))
    for _ in range(5):
        office.syslog.receive(CONFIGURED, "10.2.0.1")
    assert heard == ["r-dai", "r-dai"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Gi0/1", "GigabitEthernet0/1", True),
        ("gi0/1", "GIGABITETHERNET0/1", True),
        ("Te1/1/1", "TenGigabitEthernet1/1/1", True),
        ("ge-0/0/1", "ge-0/0/1", True),
        ("Gi0/1", "GigabitEthernet0/11", False),
        ("Gi0/1", "TenGigabitEthernet0/1", False),
        ("ether1", "ether1", True),
        ("wan", "WAN", True),
        ("wan", "lan", False),
    ],
)
def test_ports_are_known_by_their_short_and_long_names(one: str, other: str, same: bool) -> None:
    """Cisco's agent says Gi0/1 where its log says GigabitEthernet0/1."""
    assert same_port(one, other) is same


@pytest.mark.anyio
@pytest.mark.skipif(shutil.which("logger") is None, reason="logger of util-linux is not installed")
async def test_a_real_sender_is_understood_by_every_way(
    province_plan: Plan, province: Inventory, engine: Engine
) -> None:
    """util-linux's logger: RFC 3164 and 5424, by UDP, by TCP with line feeds and with octet counts."""
    office = Post(province_plan, province, engine, SETTINGS)
    settings = SyslogSettings(udp="0", tcp="0")
    ways = {
        "udp old": ("--udp", "--rfc3164"),
        "udp new": ("--udp", "--rfc5424"),
        "tcp old": ("--tcp", "--rfc3164"),
        "tcp counted": ("--tcp", "--rfc5424", "--octet-count"),
    }
    with syslog_sockets(settings) as sockets:
        async with office.syslog.listening(sockets):
            assert sockets.udp is not None
            assert sockets.tcp is not None
            ports = {"--udp": sockets.udp.getsockname()[1], "--tcp": sockets.tcp.getsockname()[1]}
            for said, way in ways.items():
                where = ("--server", "127.0.0.1", "--port", str(ports[way[0]]))
                command = ("logger", *where, *way, "-t", "thử", "-p", "local3.err", f"xin chào {said}")
                await asyncio.to_thread(subprocess.run, command, check=True)
            for _ in range(100_000):
                await asyncio.sleep(0)
                if office.syslog.counts().waiting >= len(ways):
                    break
    await office.syslog.flush()
    rows = office.stored()
    assert sorted(row.message.partition("xin chào ")[2] for row in rows) == sorted(ways)
    assert {(row.facility, row.severity, row.source) for row in rows} == {(19, 3, "127.0.0.1")}
    assert all("thử" in row.message and row.host and row.stamp for row in rows)


@pytest.mark.anyio
async def test_connections_are_few_of_one_address_and_what_is_no_syslog_ends(
    province_plan: Plan, province: Inventory, engine: Engine
) -> None:
    """An eleventh connection of one address is closed; so is one that sends lengths without an end."""
    office = Post(province_plan, province, engine, SETTINGS)
    with syslog_sockets(SyslogSettings(tcp="127.0.0.1:0")) as sockets:
        async with office.syslog.listening(sockets):
            assert sockets.tcp is not None
            port = sockets.tcp.getsockname()[1]
            opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(10)]
            refused = await asyncio.open_connection("127.0.0.1", port)
            assert await refused[0].read() == b""
            reader, writer = opened[0]
            writer.write(b"123456789012 x")
            assert await reader.read() == b""
            opened[1][1].write(b"<13>a last line without an end")
            opened[1][1].write_eof()
            assert await opened[1][0].read() == b""
            counts = office.syslog.counts()
            assert (counts.refused, counts.broken, counts.connections, counts.waiting) == (1, 1, 8, 1)
            for _, each in (*opened, refused):
                each.close()


@pytest.mark.anyio
async def test_a_stream_of_tiny_messages_leaves_others_their_turn() -> None:
    """Of tens of thousands in one piece a few hundred are passed on at a time, and all of them in the end."""
    heard, longest, turns = 0, 0, 0

    def receive(_data: bytes, _address: str) -> None:
        nonlocal heard
        heard += 1

    with socket.create_server(("127.0.0.1", 0)) as opened:
        opened.setblocking(False)
        server = await serve_streams(opened, receive, Connections(5, lambda _: True), lambda: None)
        _, writer = await asyncio.open_connection("127.0.0.1", opened.getsockname()[1])
        writer.write(b"1 x" * 50_000)
        writer.write_eof()
        while heard < 50_000 and turns < 1_000_000:
            before = heard
            await asyncio.sleep(0)
            longest, turns = max(longest, heard - before), turns + 1
        writer.close()
        server.close()
    assert heard == 50_000
    assert longest <= 2 * AT_ONCE


@pytest.mark.anyio
async def test_two_thousand_messages_a_second_are_taken(
    province_plan: Plan, province: Inventory, engine: Engine
) -> None:
    """Counted, not timed: nothing of what is let in is lost on the way from a socket to the table."""
    office = Post(province_plan, province, engine, replace_settings(SETTINGS, rate=10_000, burst=10_000))
    office.clock = SystemClock()  # type: ignore[assignment]
    with syslog_sockets(SyslogSettings(udp="127.0.0.1:0")) as sockets:
        async with office.syslog.listening(sockets):
            assert sockets.udp is not None
            address = sockets.udp.getsockname()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for number in range(2000):
                    sender.sendto(b"<13>message %d" % number, address)
                    if number % 100 == 0:
                        await asyncio.sleep(0)
            for _ in range(100_000):
                await asyncio.sleep(0)
                counts = office.syslog.counts()
                if counts.waiting + counts.outcomes["buffer"] >= 2000:
                    break
    await office.syslog.flush()
    assert len(office.stored()) + office.syslog.counts().outcomes["buffer"] == 2000
