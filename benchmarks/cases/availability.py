"""Availability of a province: a year of verdicts of 2,000 sites with two lines each, counted for /metrics and told."""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.machine import resident_mebibytes
from inventory.incoming import IncomingRow
from inventory.local_days import start_of
from netwatch import commands
from netwatch.accounting import Accountant
from netwatch.availability import periods
from netwatch.availability.contract import Period
from netwatch.clock import DAY, MINUTE, SECOND, ManualClock
from netwatch.queries.availability import Asked, availability
from netwatch.store.contract import VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.rows import verdict_columns
from netwatch.store.sql import SqlStore, open_store
from netwatch.store.tables import verdict_interval
from netwatch.verdict import Kind, Verdict

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY, FIRST = date(2026, 12, 31), date(2026, 1, 1)
BEGIN = start_of(FIRST, ZONE)
NOW = start_of(TODAY, ZONE) + DAY // 2
LINES = 2
# Verdicts of a subject in a year: a hundred outages, and every second thing in another way.
ROWS = 200
KINDS = (Kind.UP, Kind.DOWN, Kind.UP, Kind.UNKNOWN, Kind.UP, Kind.UNREACHABLE, Kind.UP, Kind.DEGRADED)


@contextmanager
def year(size: Size) -> Iterator[str]:
    """The address of a database with a year."""
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as name:
        url = f"sqlite:///{Path(name) / 'netwatch.db'}"
        store = _opened(url)
        order = commands.ImportOrder(_records(size.count), "an", BEGIN, TODAY, "bench", recorded_at=BEGIN)
        commands.import_rows(store.engine, order)
        ids = [f"S{site}" for site in range(size.count)]
        _write(store, [*ids, *(f"{id_}-{line}" for id_ in ids for line in range(LINES))])
        store.record((), {"local": NOW}, NOW)
        store.close()
        yield url


def _opened(url: str) -> SqlStore:
    return open_store(url, Holder("bench", 1, 0, "0"))


def _records(sites: int) -> tuple[IncomingRow, ...]:
    unit = {
        "id": "P",
        "name": "P",
        "kind": "peoples_committee",
        "level": "province",
        "valid_from": "2025-07-01",
    }
    told = [("organisation_unit", unit)]
    for number in range(sites):
        site = {"id": f"S{number}", "name": f"S{number}", "organisation_units": "P"}
        told.append(("site", site))
        for line in range(LINES):
            own = {
                "id": f"S{number}-{line}",
                "name": "L",
                "site": f"S{number}",
                "line_class": "fibre_internet",
            }
            told.append(("line", own))
    return tuple(IncomingRow(kind, kind, number, cells) for number, (kind, cells) in enumerate(told))


def _write(store: SqlStore, subjects: list[str]) -> None:
    chance, number = random.Random(1), 0
    with store.engine.begin() as connection:
        for subject in subjects:
            cuts = sorted(chance.sample(range(BEGIN // SECOND + 1, NOW // SECOND), ROWS - 1))
            edges = [BEGIN, *(cut * SECOND + chance.randrange(SECOND) for cut in cuts)]
            ends: list[int | None] = [*edges[1:], None]
            rows = []
            for place, (start, end) in enumerate(zip(edges, ends, strict=True)):
                number += 1
                verdict = Verdict(KINDS[place % len(KINDS)], "answers", "S0-0" if place % 8 == 5 else "")
                row = VerdictRow(number, subject, verdict, start, end, start - 30 * SECOND, 1, start)
                rows.append(verdict_columns(row))
            connection.execute(insert(verdict_interval), rows)


def counting(size: Size, url: str) -> Values:  # noqa: ARG001 - the database is as large as asked
    """Seconds of a core for the first count and for the next minute's, MiB they add; seconds of two reports."""
    store = _opened(url)
    try:
        inventory = commands.inventory_of(store.engine, TODAY)
        clock = ManualClock(NOW)
        accountant = Accountant(store, clock, lambda: (inventory, ZONE))
        before = resident_mebibytes(os.getpid())
        first = _used(accountant)
        clock.move_to(NOW + MINUTE)
        following = _used(accountant)
        grown = resident_mebibytes(os.getpid()) - before
        reports = [_told(store, periods.month(2026, 11, ZONE)), _told(store, periods.year(2026, ZONE))]
    finally:
        store.close()
    return first, following, grown, *reports


def _used(accountant: Accountant) -> float:
    began = time.process_time()
    asyncio.run(accountant.refresh())
    return time.process_time() - began


def _told(store: SqlStore, period: Period) -> float:
    began = time.process_time()
    availability(store, Asked("", "site", period), ZONE, NOW)
    return time.process_time() - began


AVAILABILITY = Benchmark(
    name="availability",
    question="What does a province's availability of a year cost to count, each minute and at first, and to tell?",
    units=("s first count", "s a minute", "MiB", "s report of a month", "s report of a year"),
    contenders=(Contender(OURS, counting),),
    size=Size(2_000),
    tiny=Size(2),
    surroundings=year,
    runs=3,
)
