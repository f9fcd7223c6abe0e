"""What is stored of lines stays within what docs/performance.md states, and the old goes a few rows at a time."""

import random
import re
from datetime import UTC
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks.cases.storage import (
    THOUSAND,
    TODAY,
    Timed,
    bytes_of,
    database,
    day_of_line,
    outages,
    retention,
)
from netwatch.capacity.contract import BUCKET
from netwatch.clock import DAY, HOUR, ManualClock
from netwatch.sampling.book import Book
from netwatch.sampling.keeping import DELETED, SampleKeeper
from netwatch.sampling.months import number_of
from netwatch.sampling.series import CODES, FIVE_MINUTES, KEPT, line_series
from netwatch.store import sample_sql
from netwatch.store.sample_tables import sample_block, sample_recent
from netwatch.verdict import Kind

pytestmark = pytest.mark.anyio

PERFORMANCE = Path(__file__).parents[3] / "docs" / "performance.md"
LINES = 40


def stated(words: str) -> float:
    """The number that docs/performance.md states with these words."""
    found = re.search(rf"([\d.,]+) {re.escape(words)}", PERFORMANCE.read_text("utf-8"))
    assert found is not None, f"docs/performance.md states no number of {words}"
    return float(found[1].replace(",", ""))


async def test_a_day_of_a_thousand_lines_takes_no_more_than_stated() -> None:
    """Noisy round trips, losses and traffic of 40 lines, written bucket by bucket, packed, and counted in pages."""
    chance, first = random.Random(11), number_of(TODAY) * DAY
    with database() as store:
        before = bytes_of(store.engine)
        book, clock = Book(), ManualClock(first)
        keeper = SampleKeeper(book, Timed(store.engine), clock, lambda: UTC)
        told = {
            line_series(f"L-{line:05d}", metric): samples
            for line in range(LINES)
            for metric, samples in day_of_line(chance).items()
        }
        for place, start in enumerate(range(first, first + DAY, BUCKET)):
            for name, samples in told.items():
                held = BUCKET * samples.covered[place] // 250
                book.add(name, start, start + held, samples.values[place], CODES[Kind.UP])
            if place % 24 == 23:
                clock.move_to(start + BUCKET)
                assert await keeper.flush()
        clock.move_to(first + DAY + HOUR)
        assert await keeper.flush()
        await keeper.tidy()
        with store.engine.connect() as connection:
            assert connection.scalar(select(func.count()).select_from(sample_recent)) == 0
            assert connection.scalar(select(func.count()).select_from(sample_block)) == 5 * LINES
        taken = (bytes_of(store.engine) - before) * THOUSAND / LINES
    assert 0.5 * stated("MB a day per 1,000 lines") < taken / 1e6 < stated("MB a day per 1,000 lines")


def test_an_outage_takes_no_more_than_stated() -> None:
    """Its facts, the verdicts of line and site, and the single looks around beginning and end."""
    with database() as store:
        assert outages(store, 60) / 1e3 < stated("kB an outage")


def test_retention_deletes_in_small_steps() -> None:
    """Everything too old goes, and no call takes more rows than one transaction may."""
    with database() as store:
        assert retention(store, 3) > 0
        days = sample_sql.block_days(store.engine, FIVE_MINUTES)
        assert days is not None
        assert days[0] == number_of(TODAY) - KEPT["line"]
        gone = sample_sql.drop_blocks(store.engine, FIVE_MINUTES, days[1], "line/", 5)
        assert (gone, DELETED) == (5, 200)
