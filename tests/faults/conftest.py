"""The real daemon in the hands of a test: as a program on loopback, and in this process with its time moved by hand."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from inventory.apply import apply
from inventory.changes import Change
from inventory.snapshot import Device, OrganisationUnit, Site, kind_of
from netwatch.bus.local import LocalBus
from netwatch.cli.main import main
from netwatch.clock import SECOND, Clock, ManualClock
from netwatch.daemon import Daemon, EngineStore, Parts
from netwatch.measure import CommitTimes
from netwatch.settings import load
from netwatch.store.contract import VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.store.writer import Writer
from probes.kit import Kit
from probes.registry import probes
from probes.transports.fakes import FakeIcmp, FakeSnmp
from probes.transports.icmp.simulated import respond

COMMUNITY = "bi-mat-cua-tinh"
VALID_FROM = date(2025, 7, 1)
PATIENCE_SECONDS = 30.0

SETTINGS = """\
[daemon]
language = "en"
log_level = "debug"
control_socket = "netwatch.sock"
[metrics]
listen = "127.0.0.1:{metrics}"
[status_page]
listen = "127.0.0.1:{page}"
[intervals]
witness = 1
core = 1
devices = 1
recheck = 1
[hardening]
agree = 1
of = 1
[looks]
echoes = 1
[icmp]
simulated_responder = "{responder}"
[snmp]
timeout = 0.3
retries = 0
[probes.icmp_echo]
timeout = 0.5
[probes.snmp_system]
timeout = 0.8
[credentials.tinh]
kind = "snmp_v2c"
community = "file:community"
"""

INVENTORY = """\
[[organisation_unit]]
id = "UBND"
name = "UBND xã"
kind = "peoples_committee"
level = "commune"
valid_from = "2025-07-01"

[[site]]
id = "TRU-SO"
name = "Trụ sở"
organisation_units = "UBND"
"""

DEVICE = """
[[device]]
id = "{id}"
name = "{id}"
site = "TRU-SO"
kind = "switch"
address = "{address}"
{more}
"""


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port that was free a moment ago."""
    with socket.socket(socket.AF_INET, kind) as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


class Responder:
    """Answers simulated echoes for the addresses in `alive`, which a test changes at any time."""

    def __init__(self) -> None:
        self.alive: frozenset[str] = frozenset()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def place(self) -> str:
        """Address and port for the settings."""
        return "{}:{}".format(*self._socket.getsockname())

    def _serve(self) -> None:
        while True:
            data, asker = self._socket.recvfrom(2048)
            if not data:
                return
            answer = respond(data, self.alive.__contains__, lambda _: None)
            if answer is not None:
                self._socket.sendto(answer, asker)

    def close(self) -> None:
        """End the thread: an empty datagram is its sign."""
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(10)
        self._socket.close()


@dataclass
class Installation:
    """A folder with settings, secret and database, and the daemon that may run there."""

    folder: Path
    responder: Responder
    metrics: int = field(default_factory=free_port)
    page: int = field(default_factory=free_port)
    running: "subprocess.Popen[str] | None" = None

    def __post_init__(self) -> None:
        self.settings = SETTINGS.format(metrics=self.metrics, page=self.page, responder=self.responder.place)
        self.write(self.settings)
        (self.folder / "community").write_text(COMMUNITY + "\n", "utf-8")
        (self.folder / "community").chmod(0o600)

    @property
    def toml(self) -> Path:
        """The settings file."""
        return self.folder / "netwatch.toml"

    @property
    def database(self) -> Path:
        """The database."""
        return self.folder / "netwatch.db"

    @property
    def log(self) -> str:
        """Everything the daemon has said so far."""
        path = self.folder / "log"
        return path.read_text("utf-8") if path.exists() else ""

    def write(self, settings: str) -> None:
        """Put these settings in place."""
        self.toml.write_text(settings, "utf-8")

    def command(self, *words: str) -> int:
        """Run a command of netwatch on this installation, in this process; its exit code."""
        return main(["--config", str(self.toml), "--lang", "en", *words])

    def bring_in(self, devices: Mapping[str, str], *options: str, more: str = "") -> int:
        """Import switches by id and address, with `more` fields each, into the one unit and site; the exit code."""
        rows = [DEVICE.format(id=id_, address=address, more=more) for id_, address in devices.items()]
        path = self.folder / "inventory.toml"
        path.write_text(INVENTORY + "".join(rows), "utf-8")
        return self.command("import", str(path), *options)

    def start(self, *wrapper: str) -> "subprocess.Popen[str]":
        """Start the daemon as a user does, in its folder, and wait until it is ready."""
        self.begin(*wrapper)
        self.until(lambda: self.get("/readyz", default=(0, ""))[0] == 200)
        assert self.running is not None
        return self.running

    def begin(self, *wrapper: str, options: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
        """Start it without waiting."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NETWATCH_")}
        with (self.folder / "log").open("a", encoding="utf-8") as log:
            self.running = subprocess.Popen(
                [*wrapper, sys.executable, "-m", "netwatch", *options, "run"],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                text=True,
                env={**environment, "PYTHONPATH": ""},
            )
        return self.running

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self.running is not None
        self.running.send_signal(signal.SIGTERM)
        return self.running.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """kill -9."""
        assert self.running is not None
        self.running.kill()
        self.running.wait(PATIENCE_SECONDS)

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds while the daemon runs; fails with its log when it does not."""
        assert self.running is not None
        for _ in range(round(PATIENCE_SECONDS / 0.05)):
            if holds():
                return
            with suppress(subprocess.TimeoutExpired):
                self.running.wait(0.05)
                pytest.fail(f"the daemon has ended: {self.log}")
        pytest.fail(f"this did not come to hold: {self.log}")

    def get(self, path: str, default: tuple[int, str] | None = None) -> tuple[int, str]:
        """Status and body of a page of the metrics listener."""
        connection = HTTPConnection("127.0.0.1", self.metrics, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            if default is None:
                raise
            return default
        finally:
            connection.close()

    def metric(self, name: str) -> float:
        """A value on /metrics by its whole name with labels; -1 when it is absent."""
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.get("/metrics")[1], re.MULTILINE)
        return float(found[1]) if found else -1.0

    def verdict(self, id_: str, verdict: str) -> bool:
        """Whether a device stands so."""
        return self.metric(f'netwatch_device_verdict{{device="{id_}",verdict="{verdict}"}}') == 1

    def ails(self) -> list[str]:
        """The codes of what /healthz names."""
        return [fault["code"] for fault in json.loads(self.get("/healthz")[1])["faults"]]

    def ask(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with sqlite3.connect(self.database, timeout=10) as connection:
            rows = connection.execute(query, parameters).fetchall()
        connection.close()
        return rows

    def do(self, statement: str, *parameters: object) -> None:
        """Change the database behind the daemon's back."""
        with sqlite3.connect(self.database, timeout=10) as connection:
            connection.execute(statement, parameters)
        connection.close()

    def verdicts(self, subject: str) -> list[tuple[Any, ...]]:
        """The current verdict rows of a subject: kind, reason, start, end."""
        return self.ask(
            "SELECT kind, reason, start_at, end_at FROM verdict_interval "
            "WHERE subject = ? AND superseded_by IS NULL ORDER BY start_at",
            subject,
        )

    def events(self) -> list[str]:
        """Kinds of what the daemon wrote about itself, in order."""
        return [
            str(row[0]) for row in self.ask("SELECT kind FROM event WHERE entity = 'daemon' ORDER BY seq")
        ]


@pytest.fixture(scope="module")
def responder() -> Iterator[Responder]:
    """A simulated responder on loopback."""
    made = Responder()
    yield made
    made.close()


@pytest.fixture(scope="session")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """net-snmp's agent on 127.0.0.1, which knows our community; its port."""
    program = shutil.which("snmpd") or shutil.which("snmpd", path="/usr/sbin")
    if program is None or shutil.which("snmpget") is None:
        pytest.skip("snmpd and snmpget (Debian: snmpd, snmp) are not installed")
    folder, port = tmp_path_factory.mktemp("snmpd"), free_port(socket.SOCK_DGRAM)
    (folder / "snmpd.conf").write_text(
        f"agentAddress udp:127.0.0.1:{port}\nrocommunity {COMMUNITY} 127.0.0.0/8\nsysName chuyen-mach\n"
    )
    line = [
        program,
        "-f",
        "-C",
        "-c",
        f"{folder}/snmpd.conf",
        "-Lf",
        f"{folder}/log",
        "-I",
        "-smux,-mteTrigger",
    ]
    running = subprocess.Popen(
        line, env={"SNMP_PERSISTENT_DIR": str(folder), "MIBS": "", "PATH": "/usr/bin:/bin"}
    )
    try:
        # The tool itself waits and asks again.
        asking = ["snmpget", "-m", "", "-v2c", "-c", COMMUNITY, "-r", "20", "-t", "0.25", f"127.0.0.1:{port}"]
        subprocess.run([*asking, "1.3.6.1.2.1.1.3.0"], capture_output=True, check=True, timeout=30)
        yield port
    finally:
        running.terminate()
        running.wait(10)


@pytest.fixture
def free_ports() -> list[int]:
    """Two ports of loopback that were free a moment ago."""
    return [free_port(), free_port()]


@pytest.fixture(scope="session")
def make_installation() -> type[Installation]:
    """Makes further installations: of a folder and a responder."""
    return Installation


@pytest.fixture
def place(tmp_path: Path, responder: Responder) -> Iterator[Installation]:
    """An installation of this test alone."""
    made = Installation(tmp_path, responder)
    yield made
    if made.running is not None and made.running.poll() is None:
        made.kill()


def _created(record: OrganisationUnit | Site | Device) -> Change:
    return Change(kind_of(record), record.id, getattr(record, "valid_from", None), None, record)


@dataclass
class Bench:
    """The daemon in this process on fakes: three dozen devices, time moved by hand."""

    url: str
    clock: ManualClock
    icmp: FakeIcmp = field(default_factory=FakeIcmp)

    @property
    def addresses(self) -> tuple[str, ...]:
        """All devices' addresses."""
        return tuple(f"10.0.0.{n}" for n in range(1, 37))

    def plant(self) -> None:
        """Put the devices into the inventory of record; all of them answer."""
        store = open_store(self.url, Holder("here", 1, 0, "test"))
        records: list[OrganisationUnit | Site | Device] = [
            OrganisationUnit(
                id="xa", name="UBND xã", level="commune", kind="peoples_committee", valid_from=VALID_FROM
            ),
            Site(id="site", name="Trụ sở", organisation_units=("xa",)),
            *(
                Device(id=f"d{n}", name=f"d{n}", site="site", kind="switch", address=address)
                for n, address in enumerate(self.addresses, 1)
            ),
        ]
        with Session(store.engine) as session, session.begin():
            changes = [_created(record) for record in records]
            apply(session, changes, author="test", at=self.clock.now(), source="test")
        store.close()
        self.icmp.living(self.addresses)

    @asynccontextmanager
    async def run(
        self,
        *,
        clock: Clock | None = None,
        wrap: Callable[[SqlStore], EngineStore] = lambda store: store,
        overrides: tuple[str, ...] = (),
    ) -> AsyncIterator["Watch"]:
        """One run of the daemon; `wrap` puts something between it and its store."""
        overrides = ("hardening.agree=1", "hardening.of=1", "intervals.devices=10", *overrides)
        clock = clock or self.clock
        store = open_store(self.url, Holder("here", 1, clock.now(), "test"), busy_timeout=10)
        commits, bus = CommitTimes(), LocalBus()
        try:
            async with Writer(commits.add) as writer:
                kit = Kit(icmp=self.icmp, snmp=FakeSnmp(), monotonic=clock.monotonic)
                parts = Parts(
                    clock, wrap(store), writer, bus, kit, probes(), commits, {"COMMUNITY": "public"}
                )
                daemon = Daemon(load(None, {}, overrides).settings, None, overrides, parts)
                await daemon.prepare()
                task = asyncio.create_task(daemon.run())
                watch = Watch(daemon, task, store, writer, bus, kit, self.clock)
                try:
                    yield watch
                finally:
                    await _end(task, daemon)
        finally:
            store.close()


async def _end(task: "asyncio.Task[None]", daemon: Daemon) -> None:
    """As an orderly stop does; a daemon that a bug has ended is left as it is."""
    if not task.done():
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await daemon.recording.finish()


@dataclass
class Watch:
    """A run that is being watched; `wait` moves the bench's clock."""

    daemon: Daemon
    task: "asyncio.Task[None]"
    store: SqlStore
    writer: Writer
    bus: LocalBus
    kit: Kit
    clock: ManualClock

    async def wait(self, seconds: float) -> None:
        """Let this much time pass, and everything that is due in it happen."""
        target = self.clock.now() + round(seconds * SECOND)
        await self.settle()
        while (sleeper := self.clock.next_sleeper()) is not None and sleeper <= target:
            self.clock.move_to(sleeper)
            await self.settle()
        self.clock.move_to(target)
        await self.settle()

    async def settle(self) -> None:
        """Until nothing moves without the clock."""
        quiet = 0
        for _ in range(100_000):
            if quiet == 8 or self.task.done():
                return
            await asyncio.sleep(0)
            busy = (
                self.daemon.poller.tally().under_way
                or self.writer.depth
                or self.daemon.recording.depths["inbox"]
            )
            quiet = 0 if busy else quiet + 1
        raise AssertionError("the daemon does not come to rest")

    def live(self, subject: str) -> str:
        """What is shown of a subject."""
        return str(self.daemon.present().judged[subject].verdict.kind)

    def ails(self) -> list[str]:
        """The codes of what /healthz names."""
        return [code for code, _ in self.daemon.health().faults]

    def rows(self, subject: str) -> list[VerdictRow]:
        """The stored current verdict intervals."""
        return list(self.store.verdicts(0, None, subject))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A daemon on SQLite."""
    made = Bench(f"sqlite:///{tmp_path}/netwatch.db", ManualClock(1_793_491_200 * SECOND))
    made.plant()
    return made
