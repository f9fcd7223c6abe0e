"""The whole daemon: a process of its own looks at 1,000 devices by echoes, system group and interfaces of 8 ports.

Every look is due every 10 s; /metrics is scraped every 15 s as Prometheus would. Echoes are answered by the kernel,
requests by the farm; only the daemon's own process is counted.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy.orm import Session

from benchmarks.cases.icmp import no_echoes
from benchmarks.farm import COMMUNITY, farm
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.machine import cpu_seconds, free_port, resident_mebibytes
from benchmarks.province import CREDENTIALS, PORTS, records
from inventory.apply import apply
from inventory.changes import Change
from inventory.snapshot import kind_of
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

INTERVAL = 10.0
SCRAPE = 15.0
# How long the daemon may take until every device is known, and how often that is asked. After that it goes on for as
# many intervals before it is measured: its start is a story of its own.
_START_UP = 90.0
_SETTLING = 3
_POLL = 0.5
_SAMPLE = re.compile(r"^(\w+(?:{[^}]*})?) (\S+)$", re.MULTILINE)

SETTINGS = """[daemon]
language = "en"
[metrics]
listen = "127.0.0.1:{metrics}"
[status_page]
listen = "127.0.0.1:{page}"
[anchors]
addresses = ["127.0.0.1", "127.0.0.2"]
[intervals]
witness = {interval}
core = {interval}
devices = {interval}
lines = {interval}
ports = {interval}
[credentials.{credentials}]
kind = "snmp_v2c"
community = "file:community"
"""


def switches(_: Size) -> AbstractContextManager[str]:
    """A farm of small switches."""
    return farm(PORTS)


def prepare(folder: Path, size: Size, snmp_port: int) -> int:
    """Write settings and inventory of a daemon into a folder; the port of its /metrics.

    A span shorter than ten seconds has an interval that fits into it.
    """
    metrics = free_port()
    told = SETTINGS.format(
        metrics=metrics,
        page=free_port(),
        interval=_interval(size),
        credentials=CREDENTIALS,
    )
    (folder / "netwatch.toml").write_text(told, encoding="utf-8")
    (folder / "community").write_text(COMMUNITY, encoding="ascii")
    (folder / "community").chmod(0o600)
    store = open_store(f"sqlite:///{folder}/netwatch.db", Holder("here", os.getpid(), 0, "benchmark"))
    try:
        with Session(store.engine) as session, session.begin():
            apply(
                session, list(_changes(size.count, snmp_port)), author="benchmark", at=0, source="benchmark"
            )
    finally:
        store.close()
    return metrics


def _interval(size: Size) -> float:
    return max(1.0, min(INTERVAL, size.seconds))


def _changes(devices: int, snmp_port: int) -> Iterator[Change]:
    for record in records(devices, snmp_port):
        yield Change(kind_of(record), record.id, getattr(record, "valid_from", None), None, record)


@dataclass(frozen=True, slots=True)
class Running:
    """A daemon that runs: its process id and where its numbers are."""

    process: int
    url: str

    def scrape(self) -> Mapping[str, float]:
        """All samples by name with labels, as they stand in the text."""
        text = httpx.get(self.url, timeout=30.0, trust_env=False).raise_for_status().text
        return {name: float(value) for name, value in _SAMPLE.findall(text)}

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
            yield Running(process.pid, f"http://127.0.0.1:{metrics}/metrics")
        finally:
            process.terminate()


def _until_known(running: Running, devices: int) -> None:
    """Wait until every device is up; raises RuntimeError when that takes too long."""
    until = time.monotonic() + _START_UP
    up = 0.0
    while time.monotonic() < until:
        time.sleep(_POLL)
        try:
            up = _sum(running.scrape(), "netwatch_device_up{")
        except httpx.TransportError:
            continue
        if up == devices:
            return
    raise RuntimeError(f"{up:.0f} of {devices} devices are up after {_START_UP:.0f} s")


def _sum(samples: Mapping[str, float], prefix: str) -> float:
    return sum(value for name, value in samples.items() if name.startswith(prefix))


def _watched(running: Running, size: Size) -> Values:
    before, began = running.scrape(), time.monotonic()
    cpu, waited = running.cpu(), running.waited()
    while (left := began + size.seconds - time.monotonic()) > 0:
        time.sleep(min(SCRAPE, left))
        after = running.scrape()
    elapsed = time.monotonic() - began
    cores, waiting = (running.cpu() - cpu) / elapsed, (running.waited() - waited) / elapsed
    if _sum(after, "netwatch_device_up{") != size.count:
        raise RuntimeError("not every device is up at the end: what was measured was not the work asked for")
    looks, rounds = (
        _sum(after, name) - _sum(before, name) for name in ("netwatch_looks_total{", "netwatch_rounds_total{")
    )
    return cores, running.resident(), rounds / looks, waiting, looks / elapsed, float(len(after))


def measure(size: Size, port: str) -> Values:
    """Run a daemon for so many seconds once it knows all its devices."""
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as name:
        metrics = prepare(Path(name), size, int(port))
        with started(Path(name), metrics) as running:
            _until_known(running, size.count)
            time.sleep(_SETTLING * _interval(size))
            return _watched(running, size)


DAEMON = Benchmark(
    name="daemon",
    question="What does the daemon need for 1,000 devices of 8 ports, everything looked at every 10 s?",
    units=(
        "cores",
        "MiB resident",
        "share of looks late or skipped",
        "share of time waiting for a core",
        "looks/s",
        "series",
    ),
    contenders=(Contender(OURS, measure, lacking=no_echoes),),
    size=Size(1_000, 60.0),
    tiny=Size(10, 1.0),
    surroundings=switches,
    runs=1,
)
