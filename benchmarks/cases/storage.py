"""Storage: what samples, verdicts and looks take on SQLite, and how long retention locks the database at most.

Noisy synthetic lines are written by the code that the daemon writes with; sizes are those of whole pages, indexes
included, told per 1,000 lines. Of each grain a part is written and scaled up: all parts are alike.
"""

import asyncio
import random
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from netwatch.capacity.buckets import Bucket
from netwatch.capacity.contract import BUCKET, BUCKETS_A_DAY
from netwatch.check import LOCAL, FactKey, FactSeen, Observation
from netwatch.clock import DAY, MINUTE, SECOND, ManualClock
from netwatch.sampling import thinning
from netwatch.sampling.book import Book
from netwatch.sampling.keeping import SampleKeeper
from netwatch.sampling.looks import QUARTER, Memory
from netwatch.sampling.months import number_of
from netwatch.sampling.rows import PORTIONS, DaySamples, day_block, portion_of, row_of
from netwatch.sampling.series import DAY as DAILY
from netwatch.sampling.series import (
    DAYS_KEPT,
    DOWN,
    FIVE_MINUTES,
    HOUR,
    HOURS_KEPT,
    JITTER,
    LOSS,
    RTT,
    UP,
    line_series,
)
from netwatch.state import Transition
from netwatch.store import sample_sql
from netwatch.store.contract import Judgement, VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.look_sql import put_looks
from netwatch.store.sample_sql import SampleBlock, SampleRow
from netwatch.store.sql import SqlStore, open_store
from netwatch.verdict import Kind, Verdict

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONTH = date(2026, 10, 1)
TODAY = date(2026, 11, 23)
THOUSAND, MEBIBYTE = 1_000, 2**20
LINES_KEPT = 100
# A line fails once a month: a common figure for lines of communes.
OUTAGES_A_YEAR = 12
FACTS = ("path", "within:loss", "within:rtt-tslcd", "within:jitter")

Result = TypeVar("Result")


def day_of_line(chance: random.Random) -> dict[str, DaySamples]:
    """A UTC day of a line: noisy round trips, loss now and then, traffic by the hour, measured throughout."""
    base, full = chance.uniform(0.004, 0.04), chance.uniform(1e7, 1e8)
    busy = [0.1 + 0.8 * (1 <= place // 12 < 10) for place in range(BUCKETS_A_DAY)]
    told = {
        RTT: [base * (1 + chance.expovariate(20)) for _ in busy],
        LOSS: [chance.choice((0.02, 0.04, 0.2)) if chance.random() < 0.02 else 0.0 for _ in busy],
        JITTER: [base * chance.expovariate(40) for _ in busy],
        DOWN: [full * share * chance.uniform(0.2, 1.0) for share in busy],
        UP: [full * 0.3 * share * chance.uniform(0.2, 1.0) for share in busy],
    }
    covered = bytes(chance.choice((250, 250, 250, 249, 225)) for _ in busy)
    return {
        metric: DaySamples(array("f", values), covered, bytes([1]) * BUCKETS_A_DAY)
        for metric, values in told.items()
    }


def blocks_of(lines: range, day: int, chance: random.Random) -> list[SampleBlock]:
    """The packed day of these lines."""
    return [
        day_block(line_series(f"L-{line:05d}", metric), day, samples)
        for line in lines
        for metric, samples in day_of_line(chance).items()
    ]


def bytes_of(engine: Engine) -> int:
    """What the database takes, without free pages."""
    with engine.connect() as connection:
        used = connection.scalar(text("PRAGMA page_count")) - connection.scalar(text("PRAGMA freelist_count"))
        return int(used * connection.scalar(text("PRAGMA page_size")))


def five_minutes(store: SqlStore, lines: int, days: int) -> float:
    """Bytes of a line's day of five minutes."""
    before, chance = bytes_of(store.engine), random.Random(1)
    for day in range(days):
        written = blocks_of(range(lines), number_of(MONTH) - 1 + day, chance)
        for first in range(0, len(written), 500):
            sample_sql.put_blocks(store.engine, FIVE_MINUTES, written[first : first + 500])
    return (bytes_of(store.engine) - before) / (lines * days)


def thinned(store: SqlStore, lines: int, days: int) -> tuple[float, float]:
    """Bytes of a line's day in hours, and in days, once these days of a month are thinned out."""
    engine, sizes = store.engine, []
    names = thinning.series_of_month(engine, MONTH, ZONE)
    both = thinning.thinned(engine, MONTH, ZONE, names)
    for grain, blocks in zip((HOUR, DAILY), both, strict=True):
        before = bytes_of(engine)
        sample_sql.put_blocks(engine, grain, blocks)
        sizes.append((bytes_of(engine) - before) / (lines * days))
    return sizes[0], sizes[1]


def outages(store: SqlStore, count: int) -> float:
    """Bytes of an outage of a line: its facts, verdicts of line and site, and the looks around it."""
    before, chance, engine = bytes_of(store.engine), random.Random(2), store.engine
    for number in range(count):
        start = number_of(MONTH) * DAY + number * 1_800 * SECOND
        end = start + round(chance.lognormvariate(6, 1)) * SECOND + MINUTE
        line = f"L-{number:05d}"
        for at, holds in ((start, False), (end, True)):
            store.record([_turned(line, fact, at, holds) for fact in FACTS], {LOCAL: at}, at)
            kind = Kind.UP if holds else Kind.DOWN
            rows = [_row(f"{what}-{number:05d}", at, kind) for what in ("L", "S")]
            known = store.verdicts(at, None)
            ends = tuple((row.id, at) for row in known if row.subject in {one.subject for one in rows})
            store.judge(Judgement(0, add=tuple(rows), end=ends))
        put_looks(engine, _looks(line, start, end, chance).take(end + 2 * QUARTER))
    return (bytes_of(engine) - before) / count


def _turned(line: str, fact: str, at: int, holds: bool) -> Transition:
    key = FactKey(f"{line:0>16}", "", fact)
    failing = fact == FACTS[0]
    told = holds if failing else (True if holds else None)
    return Transition(
        key, not holds, told, at, at - 30 * SECOND, at + MINUTE, "answers" if holds else "no_answer"
    )


def _row(subject: str, at: int, kind: Kind) -> VerdictRow:
    verdict = Verdict(kind, "witness_good" if kind is Kind.UP else "witness_fails")
    return VerdictRow(0, subject, verdict, at, None, at - 30 * SECOND, 1, at + MINUTE)


def _looks(line: str, start: int, end: int, chance: random.Random) -> Memory:
    memory = Memory()
    for at in range(start - 2 * QUARTER, end + 2 * QUARTER, 30 * SECOND):
        well = not start <= at < end
        facts = (FactSeen("", "path", well, "answers"),)
        rtt = chance.uniform(0.01, 0.03) if well else None
        at_ = at + chance.randrange(SECOND)
        memory.add(line, Observation(LOCAL, 1, 1, "c", at_, 0, facts), rtt, 0.0 if well else 1.0)
    for at in (start, end):
        memory.turned(line, at)
    return memory


class Timed:
    """The daemon's ways to a database; `longest` is the longest call that held it for writing, in seconds."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self.longest = engine, 0.0

    async def write(self, operation: Callable[[Engine], Result]) -> Result:
        """A call that changes something."""
        began = time.perf_counter()
        made = operation(self._engine)
        self.longest = max(self.longest, time.perf_counter() - began)
        return made

    async def read(self, operation: Callable[[Engine], Result]) -> Result:
        """A call that does not."""
        return operation(self._engine)


def retention(store: SqlStore, lines: int) -> float:
    """Milliseconds of the longest transaction: a day is packed, months are thinned out, what is too old goes."""
    made = blocks_of(range(20), 0, random.Random(3))
    last = number_of(TODAY)
    for day in range(last - LINES_KEPT - 2, last - LINES_KEPT + 40):
        named = [
            SampleBlock(
                day, line_series(f"L-{line:05d}", metric), made[(line * 5 + place) % len(made)].content
            )
            for line in range(lines)
            for place, metric in enumerate((RTT, LOSS, JITTER, DOWN, UP))
        ]
        for first in range(0, len(named), 5_000):
            sample_sql.put_blocks(store.engine, FIVE_MINUTES, named[first : first + 5_000])
    _yesterday(store, lines, last - 1)
    noon = datetime.combine(TODAY, datetime.min.time(), ZONE) + timedelta(hours=12)
    ways = Timed(store.engine)
    asyncio.run(SampleKeeper(Book(), ways, ManualClock(_moment(noon)), lambda: ZONE).tidy())
    return ways.longest * 1_000


def _yesterday(store: SqlStore, lines: int, day: int) -> None:
    """A day that is over and not yet packed."""
    shared: dict[int, dict[str, Bucket]] = {portion: {} for portion in range(PORTIONS)}
    for line in range(lines):
        for metric in (RTT, LOSS, JITTER, DOWN, UP):
            name = line_series(f"L-{line:05d}", metric)
            shared[portion_of(name)][name] = Bucket(0.01 * line * BUCKET, BUCKET, 1)
    for portion, buckets in shared.items():
        content = row_of(0, portion, buckets).content
        starts = range(day * DAY, (day + 1) * DAY, BUCKET)
        sample_sql.put_rows(store.engine, [SampleRow(start, portion, content) for start in starts])


def _moment(at: datetime) -> int:
    return round(at.astimezone(UTC).timestamp()) * SECOND


@contextmanager
def database() -> Iterator[SqlStore]:
    """An empty one."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'netwatch.db'}", Holder("bench", 1, 0, "0"))
        try:
            yield store
        finally:
            store.close()


def sizes(lines: int, days: int) -> tuple[float, ...]:
    """MiB per 1,000 lines: five minutes of 100 days, hours of 400, days of five years, ten years of outages."""
    with database() as store:
        fine = five_minutes(store, lines, days)
        hours, daily = thinned(store, lines, days)
        outage = outages(store, lines)
    each = (fine * LINES_KEPT, hours * HOURS_KEPT, daily * DAYS_KEPT, outage * OUTAGES_A_YEAR * 10)
    return tuple(one * THOUSAND / MEBIBYTE for one in each)


def storing(size: Size, _: str) -> Values:
    """The longest transaction; then the sizes, and by how much they grow in a year once old samples go."""
    # A share of the lines, and of few no whole month: their pages are hardly filled anyway.
    told = sizes(max(2, size.count // 20), min(31, max(2, size.count)))
    with database() as store:
        longest = retention(store, size.count)
    return longest, *told, told[-1] / 10


STORAGE = Benchmark(
    name="storage",
    question="What do 1,000 lines take on disk, and how long does retention lock the database at most?",
    units=(
        "ms longest transaction of retention",
        *("MiB five minutes, 100 days", "MiB hours, 400 days", "MiB days, five years"),
        *("MiB outages of ten years", "MiB a year from then on"),
    ),
    contenders=(Contender(OURS, storing),),
    size=Size(1_000),
    tiny=Size(2),
    runs=1,
    limits=(100.0,),
)
