"""Debian's prometheus-snmp-exporter, scraped for the columns that netwatch reads, over connections that stay open."""

import http.client
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.farm import COMMUNITY, address
from benchmarks.figure import Size, Values
from benchmarks.machine import cpu_seconds, free_port, resident_mebibytes
from benchmarks.work import COLUMNS, DEVICES, IF_TABLE, IF_X_TABLE, PORTS

_PROGRAM = "prometheus-snmp-exporter"
_NAME = f"{IF_X_TABLE}.1"
# The columns it makes series of, by the names it gives them; ifName becomes a label.
SERIES = {
    "ifInDiscards": f"{IF_TABLE}.13",
    "ifInErrors": f"{IF_TABLE}.14",
    "ifOutDiscards": f"{IF_TABLE}.19",
    "ifOutErrors": f"{IF_TABLE}.20",
    "ifHCInOctets": f"{IF_X_TABLE}.6",
    "ifHCOutOctets": f"{IF_X_TABLE}.10",
    "ifHighSpeed": f"{IF_X_TABLE}.15",
}
STATES = {"ifAdminStatus": f"{IF_TABLE}.7", "ifOperStatus": f"{IF_TABLE}.8"}
_GAUGES = frozenset({"ifHighSpeed", *STATES})
_IN_FLIGHT = 10
_START_UP = 10.0
_METRIC = """  - name: {name}
    oid: {oid}
    type: {type}
    help: {name}
    indexes:
    - labelname: ifIndex
      type: gauge
    lookups:
    - labels: [ifIndex]
      labelname: ifName
      oid: {label}
      type: DisplayString
"""

Scrape = Callable[[int], str]


def cannot() -> str:
    """Why it cannot be run here; '' when it can."""
    return "" if shutil.which(_PROGRAM) else f"not installed (Debian package {_PROGRAM})"


def walk(size: Size, port: str) -> Values:
    """What a scrape of a device costs the exporter, in milliseconds; the columns are those of the walk."""
    with exporter(port, {**STATES, **SERIES}) as running:
        running.every(range(min(DEVICES, size.count)))
        before = running.cpu()
        running.every([place % DEVICES for place in range(size.count)])
        return ((running.cpu() - before) / size.count * 1e3,)


@dataclass(frozen=True, slots=True)
class Exporter:
    """An exporter that runs: its process, its port, the port of the devices, and how many series each of them has."""

    process: int
    port: int
    snmp_port: str
    series: int

    def cpu(self) -> float:
        """CPU seconds used since it started."""
        return cpu_seconds(self.process)

    def resident(self) -> float:
        """Resident memory in MiB."""
        return resident_mebibytes(self.process)

    def every(self, places: Sequence[int], spread: float = 0.0) -> None:
        """Scrape the devices at these places, ten at a time, spread evenly over so many seconds.

        Raises RuntimeError when a device's series are not all there.
        """
        began = time.monotonic()

        def work(share: Sequence[tuple[int, int]]) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30.0)
            for turn, place in share:
                time.sleep(max(0.0, began + spread * turn / len(places) - time.monotonic()))
                self._scrape(connection, place)
            connection.close()

        turns = list(enumerate(places))
        with ThreadPoolExecutor(_IN_FLIGHT) as pool:
            list(pool.map(work, [turns[lane::_IN_FLIGHT] for lane in range(_IN_FLIGHT)]))

    def _scrape(self, connection: http.client.HTTPConnection, place: int) -> None:
        connection.request("GET", f"/snmp?module=bench&target={address(place)}:{self.snmp_port}")
        answer = connection.getresponse()
        found = answer.read().count(b"ifIndex=")
        if answer.status != http.client.OK or found != self.series:
            raise RuntimeError(f"the exporter gave {found} series of {address(place)}, not {self.series}")


@contextmanager
def exporter(snmp_port: str, series: dict[str, str]) -> Iterator[Exporter]:
    """An exporter that walks the ten columns and makes these of them into series, stopped at the end."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as folder:
        told = Path(folder) / "snmp.yml"
        told.write_text(_module(series), encoding="utf-8")
        listen = f"--web.listen-address=127.0.0.1:{port}"
        command = [_PROGRAM, f"--config.file={told}", listen, "--log.level=error"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _await(port)
                yield Exporter(process.pid, port, snmp_port, len(series) * PORTS)
            finally:
                process.terminate()


def _module(series: dict[str, str]) -> str:
    metrics = "".join(
        _METRIC.format(name=name, oid=oid, type="gauge" if name in _GAUGES else "counter", label=_NAME)
        for name, oid in series.items()
    )
    walked = "".join(f"  - {column}\n" for column in COLUMNS)
    rest = f"  version: 2\n  max_repetitions: 25\n  retries: 1\n  timeout: 2s\n  auth:\n    community: {COMMUNITY}\n"
    return f"bench:\n  walk:\n{walked}  metrics:\n{metrics}{rest}"


def _await(port: int) -> None:
    until = time.monotonic() + _START_UP
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1.0)
        try:
            connection.request("GET", "/")
        except OSError:
            time.sleep(0.05)
            continue
        finally:
            connection.close()
        return
    raise RuntimeError(f"{_PROGRAM} does not answer after {_START_UP:.0f} s")
