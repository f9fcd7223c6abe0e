"""An import of a large workbook into a running daemon: how long it locks the database, what memory it takes, and how
long the daemon's event loop has no time meanwhile.
"""

import http.client
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from xlsxwriter.workbook import Workbook

from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.machine import resident_mebibytes
from benchmarks.running import Running, every, prepare, started
from inventory.sheets.columns import sheets
from inventory.sheets.reading import read
from inventory.snapshot import OrganisationUnit
from netwatch.commands import ImportOrder, propose_import, write_import
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

DEVICES_A_SITE = 50
DAY = date(2025, 7, 1)
AT = 1_795_410_000_000_000
PAUSE, ANSWER_SECONDS, START_SECONDS = 0.01, 60.0, 60.0

DEVICE = ("id", "name", "site", "kind", "vendor", "model", "serial")
SITE = ("id", "name", "organisation_units")


def workbook(path: Path, rows: int) -> None:
    """So many rows: sites of fifty devices without addresses, as a province lists what it has bought."""
    places = max(1, rows // (DEVICES_A_SITE + 1))
    content: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {
        "site": (SITE, [(f"S{n}", f"Trụ sở xã {n}", "U") for n in range(places)]),
        "device": (DEVICE, [_device(n, places) for n in range(rows - places)]),
    }
    with Workbook(path, {"constant_memory": True}) as book:
        for kind, (fields, lines) in content.items():
            sheet = book.add_worksheet(sheets()[kind].name["vi"])
            sheet.write_row(0, 0, [sheets()[kind].column(name).heading["vi"] for name in fields])
            for number, line in enumerate(lines, start=1):
                sheet.write_row(number, 0, line)


def _device(number: int, places: int) -> tuple[str, ...]:
    name = f"Bộ chuyển mạch số {number}"
    return (f"D{number}", name, f"S{number % places}", "switch", "Huawei", "S5735-L24T4S", f"SN{number:08}")


def _top() -> OrganisationUnit:
    return OrganisationUnit(
        id="U", name="UBND tỉnh", kind="peoples_committee", level="province", valid_from=DAY
    )


def transaction(path: Path, folder: Path) -> float:
    """Seconds for which the database is locked, on a database of its own."""
    prepare(folder, [_top()], every(60.0))
    store = open_store(f"sqlite:///{folder}/netwatch.db", Holder("here", 1, 0, "benchmark"))
    try:
        order = ImportOrder(read(path).rows, "benchmark", AT, DAY, path.name)
        proposed = propose_import(store.engine, order)
        began = time.perf_counter()
        write_import(store.engine, proposed, order)
        return time.perf_counter() - began
    finally:
        store.close()


class Watched:
    """What a daemon and a command take while the command runs."""

    def __init__(self, running: Running, command: int) -> None:
        self._running, self._command = running, command
        self._over = threading.Event()
        self.longest = self.largest = 0.0

    def _answers(self) -> None:
        """The longest that an answer, which takes the event loop a millisecond, was waited for."""
        connection = http.client.HTTPConnection("127.0.0.1", self._running.port, timeout=ANSWER_SECONDS)
        while not self._over.wait(PAUSE):
            began = time.perf_counter()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            self.longest = max(self.longest, time.perf_counter() - began)
        connection.close()

    def _memory(self) -> None:
        """The most that the command or any process begun by it or the daemon holds."""
        while not self._over.wait(10 * PAUSE):
            for process in (self._command, *children(self._command), *children(self._running.process)):
                with suppress(OSError, IndexError):
                    self.largest = max(self.largest, resident_mebibytes(process))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While the block lasts."""
        threads = [threading.Thread(target=each) for each in (self._answers, self._memory)]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            self._over.set()
            for each in threads:
                each.join()


def children(process: int) -> list[int]:
    """The processes that a process's main thread has begun."""
    with suppress(OSError):
        told = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
        return [int(each) for each in told.split()]
    return []


def _until_ready(running: Running) -> None:
    began = time.monotonic()
    while time.monotonic() - began < START_SECONDS:
        with suppress(OSError, http.client.HTTPException):
            running.scrape()
            return
        time.sleep(PAUSE)
    raise RuntimeError("the daemon did not start")


def imported(size: Size, _: str) -> Values:
    """Seconds of the transaction; MiB of the largest process beside the daemon; seconds in all; the longest wait for
    the daemon's event loop in milliseconds; MiB by which the daemon grew.
    """
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as name:
        path, home, other = Path(name) / "so-lieu.xlsx", Path(name) / "home", Path(name) / "other"
        workbook(path, size.count)
        for folder in (home, other):
            folder.mkdir()
        locked = transaction(path, other)
        metrics = prepare(home, [_top()], every(60.0))
        command = [
            sys.executable,
            "-m",
            "netwatch",
            "import",
            str(path),
            "--config",
            str(home / "netwatch.toml"),
        ]
        with started(home, metrics) as running:
            _until_ready(running)
            before, began = running.resident(), time.monotonic()
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as importing:
                watched = Watched(running, importing.pid)
                with watched.watching():
                    told = importing.communicate()[1]
            took, grown = time.monotonic() - began, running.resident() - before
        if importing.returncode != 0:
            raise RuntimeError(f"the import failed: {told.decode()[-300:]}")
    return locked, watched.largest, took, watched.longest * 1000, grown


IMPORT_50K = Benchmark(
    name="import_50k",
    question="How long does an import of 50,000 rows lock the database, and what does it take of a running daemon?",
    units=(
        "s of the transaction",
        "MiB of the largest process beside the daemon",
        "s in all, reading and the new plan included",
        "ms of the longest wait for the daemon's event loop",
        "MiB by which the daemon grew",
    ),
    contenders=(Contender(OURS, imported),),
    size=Size(50_000),
    tiny=Size(60),
    runs=3,
    limits=(2.0, 500.0),
)
