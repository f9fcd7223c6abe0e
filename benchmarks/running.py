"""A whole daemon as a process of its own: its folder, its start, and what it costs while it runs."""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from benchmarks.farm import COMMUNITY
from benchmarks.machine import cpu_seconds, free_port, resident_mebibytes
from benchmarks.province import CREDENTIALS
from inventory.changes import Change
from inventory.snapshot import kind_of
from inventory.write import write
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

SCRAPE = 15.0
UP, LOOKS, ROUNDS = "netwatch_device_up{", "netwatch_looks_total{", "netwatch_rounds_total{"
# How long the daemon may take until every device is known: so long, and so much more for each device.
_START_UP, _START_UP_EACH = 60.0, 0.05
# What waiting for it may cost: a scrape takes the daemon from its work.
_LEAST_POLL, _POLL_EACH = 0.5, 0.0005
_ANSWER_SECONDS = 60.0
_MOST_PIECE = 1 << 20

SETTINGS = """[daemon]
language = "en"
[metrics]
listen = "127.0.0.1:{metrics}"
[status_page]
listen = "127.0.0.1:{page}"
[anchors]
addresses = ["127.0.0.1", "127.0.0.2"]
interval = {anchors}
[intervals]
witness = {pace.witness}
core = {pace.devices}
devices = {pace.devices}
lines = {pace.lines}
ports = {pace.ports}
[credentials.{credentials}]
kind = "snmp_v2c"
community = "file:community"
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, in seconds: echoes to line witnesses, to devices (and their system group), ports of lines, others."""

    witness: float
    devices: float
    lines: float
    ports: float

    def within(self, seconds: float) -> "Pace":
        """The same, but nothing is slower than so many seconds (at least one): a short run sees all of it."""
        most = max(1.0, seconds)
        every = (self.witness, self.devices, self.lines, self.ports)
        return Pace(*(min(most, each) for each in every))


def every(seconds: float) -> Pace:
    """Everything at one pace."""
    return Pace(seconds, seconds, seconds, seconds)


def prepare(folder: Path, records: Iterable[Any], pace: Pace) -> int:
    """Write settings and inventory of a daemon into a folder; the port of its /metrics."""
    metrics, anchors = free_port(), min(10.0, pace.devices)
    told = SETTINGS.format(
        metrics=metrics, page=free_port(), pace=pace, anchors=anchors, credentials=CREDENTIALS
    )
    (folder / "netwatch.toml").write_text(told, encoding="utf-8")
    (folder / "community").write_text(COMMUNITY, encoding="ascii")
    (folder / "community").chmod(0o600)
    store = open_store(f"sqlite:///{folder}/netwatch.db", Holder("here", os.getpid(), 0, "benchmark"))
    try:
        with Session(store.engine) as session, session.begin():
            # Straight into the tables: a history of a hundred thousand events would only be waited for.
            write(session, [_created(record) for record in records])
    finally:
        store.close()
    return metrics


def _created(record: Any) -> Change:  # noqa: ANN401 - a record of any kind
    return Change(kind_of(record), record.id, getattr(record, "valid_from", None), None, record)


@dataclass(frozen=True, slots=True)
class Scrape:
    """The text of /metrics."""

    text: bytes

    def total(self, prefix: str) -> float:
        """The sum of all samples whose line begins so."""
        found = re.findall(rb"^%s[^\n]* (\S+)$" % re.escape(prefix.encode()), self.text, re.MULTILINE)
        return sum(map(float, found))

    @property
    def series(self) -> int:
        """How many samples there are."""
        return self.text.count(b"\n") - self.text.count(b"\n#") - self.text.startswith(b"#")


@dataclass(frozen=True, slots=True)
class Running:
    """A daemon that runs: its process and the port of its /metrics."""

    process: int
    port: int
    log: Path

    def scrape(self) -> Scrape:
        """What it says; raises OSError or HTTPException."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_ANSWER_SECONDS)
        try:
            connection.request("GET", "/metrics")
            answer = connection.getresponse()
            text = b"".join(iter(lambda: answer.read(_MOST_PIECE), b""))
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise http.client.HTTPException(f"/metrics answered {answer.status}")
        return Scrape(text)

    def cpu(self) -> float:
        """CPU seconds used since it started."""
        return cpu_seconds(self.process)

    def waited(self) -> float:
        """Seconds its event loop was ready to run and had no core (proc(5), schedstat): others' doing, not its own."""
        return int(Path(f"/proc/{self.process}/schedstat").read_text("ascii").split()[1]) / 1e9

    def resident(self) -> float:
        """Resident memory in MiB."""
        return resident_mebibytes(self.process)


@contextmanager
def started(folder: Path, metrics: int) -> Iterator[Running]:
    """A daemon on a prepared folder, stopped at the end; its log stays in the folder."""
    command = [sys.executable, "-m", "netwatch", "run", "--config", str(folder / "netwatch.toml")]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stderr=log, stdout=log) as process:
        try:
            yield Running(process.pid, metrics, folder / "log")
        finally:
            process.terminate()


def until_known(running: Running, devices: int) -> float:
    """Wait until every device is up; the seconds it took. Raises RuntimeError when that takes too long."""
    began, up = time.monotonic(), 0.0
    while time.monotonic() - began < _START_UP + _START_UP_EACH * devices:
        time.sleep(_LEAST_POLL + _POLL_EACH * devices)
        try:
            up = running.scrape().total(UP)
        except (OSError, http.client.HTTPException):
            continue
        if up == devices:
            return time.monotonic() - began
    last = running.log.read_text("utf-8").splitlines()[-1:]
    elapsed = time.monotonic() - began
    raise RuntimeError(f"{up:.0f} of {devices} devices are up after {elapsed:.0f} s; log: {last}")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a daemon needed over a span of time; `late` is the share of looks late or skipped, `resident` MiB.

    `waiting` is the share of time in which its event loop wanted a core and had none.
    """

    cores: float
    resident: float
    late: float
    waiting: float
    looks: float
    series: float


def watch(running: Running, seconds: float, devices: int) -> Cost:
    """Scrape it every 15 s for so long; raises RuntimeError when not every device is up at the end."""
    before, began = running.scrape(), time.monotonic()
    cpu, waited, after = running.cpu(), running.waited(), before
    turns = max(1, round(seconds / SCRAPE))
    for turn in range(1, turns + 1):
        time.sleep(max(0.0, began + turn * seconds / turns - time.monotonic()))
        after = running.scrape()
    elapsed = time.monotonic() - began
    if after.total(UP) != devices:
        raise RuntimeError("not every device is up at the end: what was measured was not the work asked for")
    looks, late = (after.total(name) - before.total(name) for name in (LOOKS, ROUNDS))
    return Cost(
        cores=(running.cpu() - cpu) / elapsed,
        resident=running.resident(),
        late=late / max(1.0, looks),
        waiting=(running.waited() - waited) / elapsed,
        looks=looks / elapsed,
        series=float(after.series),
    )
