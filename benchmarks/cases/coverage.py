"""Coverage of a large country, asked by the commands that people use, of a database that holds ten years: 10,000
agencies with 50,000 devices, 300,000 statements, 100,000 inspections, a million sightings.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from benchmarks.decade import YEAR, YEARS, written
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.machine import resident_mebibytes
from inventory.load import load
from inventory.models import LISTS, RECORDS
from inventory.models.base import Base
from netwatch.memory import building
from netwatch.store.engine import open_engine

AGENCIES, TINY = Size(10_000), Size(20)


@contextmanager
def decade(size: Size) -> Iterator[str]:
    """A folder with settings and the database of ten years."""
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as name:
        folder = Path(name)
        (folder / "netwatch.toml").write_text('[daemon]\nlanguage = "vi"\n', encoding="utf-8")
        written(folder, size.count)
        yield name


@dataclass(frozen=True, slots=True)
class Took:
    """What a command needed: seconds by the clock and of a core, MiB at the most."""

    elapsed: float
    used: float
    resident: float


def _command(folder: str, *words: str) -> Took:
    command = [sys.executable, "-m", "netwatch", "coverage", *words, "--config", f"{folder}/netwatch.toml"]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    elapsed = time.monotonic() - began
    if process.returncode != 0:
        raise RuntimeError(f"netwatch coverage {' '.join(words)} ended with {process.returncode}")
    return Took(elapsed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def audited(_: Size, folder: str) -> Values:
    """An audit of today; one of five years ago; the same as it was known then."""
    past = (datetime.now(UTC).date() - YEARS // 2 * YEAR).isoformat()
    then = ("--as-of", past, "--known-at", past)
    took = [_command(folder, "--json", *words) for words in ((), then[:2], then)]
    return (
        took[0].elapsed,
        max(each.resident for each in took),
        *(each.elapsed for each in took[1:]),
        *(each.used for each in took),
    )


def reported(_: Size, folder: str) -> Values:
    """The workbook, audit included."""
    took = _command(folder, "report", "--format", "xlsx", "--force", "-o", f"{folder}/report.xlsx")
    return took.elapsed, took.resident, took.used


def loaded(_: Size, folder: str) -> Values:
    """The inventory as frozen records: microseconds of a core and kilobytes for each."""
    with _reading(folder) as session, building():
        return _each(lambda: [*load(session, None)])


def by_sqlmodel(_: Size, folder: str) -> Values:
    """The same tables as rows of SQLModel, what they name in lists apart."""
    tables = {*RECORDS.values(), *LISTS.values()}
    classes: list[Any] = [each for each in Base.__subclasses__() if each.__table__ in tables]  # type: ignore[attr-defined]
    with _reading(folder) as session, building():
        return _each(lambda: [row for each in classes for row in session.exec(select(each))])


@contextmanager
def _reading(folder: str) -> Iterator[Session]:
    engine = open_engine(f"sqlite:///{folder}/netwatch.db", read_only=True)
    with Session(engine) as session:
        yield session
    engine.dispose()


def _each(read: Callable[[], list[object]]) -> Values:
    before, began = resident_mebibytes(os.getpid()), time.process_time()
    found = read()
    used, held = time.process_time() - began, resident_mebibytes(os.getpid()) - before
    return used / len(found) * 1e6, max(0.0, held) / len(found) * 1024


COVERAGE = Benchmark(
    name="coverage",
    question="How long does an audit of 10,000 agencies with 50,000 devices and ten years of history take?",
    units=(
        "s of an audit of today",
        "MiB at the most",
        "s of one of five years ago",
        "s of the same as it was known then",
        "s of a core for the first",
        "for the second",
        "for the third",
    ),
    contenders=(Contender(OURS, audited),),
    size=AGENCIES,
    tiny=TINY,
    surroundings=decade,
    runs=3,
    limits=(5.0, 500.0),
)

COVERAGE_XLSX = Benchmark(
    name="coverage_xlsx",
    question="How long does the workbook on all of that take, the audit included?",
    units=("s", "MiB", "s of a core"),
    contenders=(Contender(OURS, reported),),
    size=AGENCIES,
    tiny=TINY,
    surroundings=decade,
    runs=3,
    limits=(20.0, 500.0),
)

COVERAGE_LOAD = Benchmark(
    name="coverage_load",
    question="What does it take to read an inventory of half a million records?",
    units=("us of a core for each", "kB for each"),
    contenders=(Contender(OURS, loaded), Contender("SQLModel", by_sqlmodel)),
    size=AGENCIES,
    tiny=TINY,
    surroundings=decade,
    runs=3,
)
