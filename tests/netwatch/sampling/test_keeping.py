"""Samples are written every minute, packed by day, thinned out by month, and deleted when old."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from netwatch.capacity.contract import BUCKET, BUCKETS_A_DAY
from netwatch.capacity.rule import nearest_rank
from netwatch.clock import DAY, HOUR, MINUTE, SECOND, ManualClock
from netwatch.sampling import thinning
from netwatch.sampling.blocks import unpack
from netwatch.sampling.book import Book
from netwatch.sampling.keeping import SampleKeeper
from netwatch.sampling.months import number_of, stretch
from netwatch.sampling.rows import NO_SAMPLES, PORTIONS, DaySamples, day_block, day_samples, told
from netwatch.sampling.series import DAY as DAILY
from netwatch.sampling.series import FIVE_MINUTES
from netwatch.sampling.series import HOUR as HOURLY
from netwatch.store import sample_sql

pytestmark = pytest.mark.anyio

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
SERIES = "line/down/L-1"


def moment(text: str) -> int:
    """A moment, local time in Vietnam, as microseconds UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=VIETNAM).timestamp()) * SECOND


class Kept:
    """A keeper, its book and its clock."""

    def __init__(self, ways: Any, now: int) -> None:  # noqa: ANN401 - the fixture's
        self.ways = ways
        self.clock = ManualClock(now)
        self.book = Book()
        self.keeper = SampleKeeper(self.book, ways, self.clock, lambda: VIETNAM)

    def rows(self) -> dict[int, tuple[float, int]]:
        """(mean, 250ths covered) of the series by start, as the small rows have it."""
        rows = sample_sql.rows_between(self.ways.engine, 0, 1 << 62, range(PORTIONS))
        return {
            row.start: (value, covered)
            for row in rows
            for name, value, covered, _ in told(row)
            if name == SERIES
        }

    def days(self, first: int, last: int) -> dict[int, DaySamples]:
        """The packed days of the series."""
        blocks = sample_sql.blocks_between(self.ways.engine, FIVE_MINUTES, first, last, (SERIES,))
        return {block.day: day_samples(block.content) for block in blocks}


@pytest.fixture
def begin(ways: Any) -> Callable[[str], Kept]:  # noqa: ANN401 - the fixture's
    """Start at a moment in Vietnam on that database; again and again, as after a crash."""
    return lambda text: Kept(ways, moment(text))


async def test_a_crash_loses_one_bucket_at_the_most(begin: Callable[[str], Kept]) -> None:
    """What was written goes on where it was; only what the killed process had not yet written is gone."""
    kept = begin("2026-10-05T10:00:00")
    start = kept.clock.now()
    for minute in range(1, 12):
        kept.book.add(SERIES, start + (minute - 1) * MINUTE, start + minute * MINUTE, 10.0, 1)
        kept.clock.move_to(start + minute * MINUTE)
        if minute < 11:
            assert await kept.keeper.flush()
    # Killed here: the eleventh minute is lost with the process.
    again = begin("2026-10-05T10:11:00")
    again.keeper.restore(again.ways.engine, again.clock.now())
    again.book.add(SERIES, start + 11 * MINUTE, start + 15 * MINUTE, 20.0, 1)
    assert await again.keeper.flush()
    assert again.rows() == {start: (10.0, 250), start + BUCKET: (10.0, 250), start + 2 * BUCKET: (20.0, 200)}


async def test_a_bucket_that_was_begun_before_a_restart_goes_on(begin: Callable[[str], Kept]) -> None:
    """Two minutes before it and three after it make five."""
    kept = begin("2026-10-05T10:02:00")
    start = kept.clock.now() - 2 * MINUTE
    kept.book.add(SERIES, start, start + 2 * MINUTE, 50.0, 1)
    assert await kept.keeper.flush()
    again = begin("2026-10-05T10:05:00")
    again.keeper.restore(again.ways.engine, again.clock.now())
    again.book.add(SERIES, start + 2 * MINUTE, start + 5 * MINUTE, 100.0, 2)
    assert await again.keeper.flush()
    ((mean, covered),) = again.rows().values()
    assert mean == pytest.approx(80, rel=1e-3)
    assert covered == 250


async def test_what_the_database_does_not_take_waits(begin: Callable[[str], Kept]) -> None:
    """It is written when it takes it again; what waited for more than three hours is given up."""
    kept = begin("2026-10-05T10:00:00")
    start = kept.clock.now()
    kept.book.add(SERIES, start, start + BUCKET, 1.0, 1)
    kept.ways.broken = True
    kept.clock.move_to(start + 2 * HOUR)
    assert not await kept.keeper.flush()
    kept.ways.broken = False
    assert await kept.keeper.flush()
    assert kept.rows() == {start: (1.0, 250)}
    assert not len(kept.book)
    kept.ways.broken = True
    kept.book.add(SERIES, start + 2 * HOUR, start + 2 * HOUR + BUCKET, 1.0, 1)
    kept.clock.move_to(start + 6 * HOUR)
    assert not await kept.keeper.flush()
    assert not len(kept.book)


async def test_what_comes_too_late_changes_nothing(begin: Callable[[str], Kept]) -> None:
    """A day may be packed by then; a quarter of an hour is waited for."""
    kept = begin("2026-10-05T10:00:00")
    now = kept.clock.now()
    kept.book.let_go(now)
    kept.book.add(SERIES, now - 4 * BUCKET, now - 3 * BUCKET, 1.0, 1)
    kept.book.add(SERIES, now - 3 * BUCKET, now - 2 * BUCKET, float("nan"), 1)
    assert not len(kept.book)
    kept.book.add(SERIES, now - 3 * BUCKET, now - 2 * BUCKET, 1.0, 1)
    assert len(kept.book) == 1


async def fill(kept: Kept, first: int, days: int) -> None:
    """Small rows of whole UTC days: the number of the bucket as its mean."""
    for place in range(days * BUCKETS_A_DAY):
        start = first * DAY + place * BUCKET
        kept.book.add(SERIES, start, start + BUCKET, float(place % BUCKETS_A_DAY), 1)
        kept.clock.move_to(start + BUCKET)
        if place % 36 == 35:
            assert await kept.keeper.flush()


async def test_a_day_that_is_over_is_packed_once_looks_can_no_longer_reach_it(
    begin: Callable[[str], Kept],
) -> None:
    """Twenty minutes after midnight UTC its small rows are one block, and gone; packing it again changes nothing."""
    kept = begin("2026-10-05T07:00:00")
    first = kept.clock.now() // DAY
    await fill(kept, first, 1)
    rows = sample_sql.rows_between(kept.ways.engine, 0, 1 << 62, range(PORTIONS))
    await kept.keeper.tidy()
    assert not kept.days(first, first)
    kept.clock.move_to((first + 1) * DAY + 20 * MINUTE)
    await kept.keeper.tidy()
    day = kept.days(first, first)[first]
    assert list(day.values) == [float(place) for place in range(BUCKETS_A_DAY)]
    assert (day.covered, day.codes) == (bytes([250]) * 288, bytes([1]) * 288)
    assert kept.rows() == {}
    # As if killed between writing the block and deleting the rows.
    sample_sql.put_rows(kept.ways.engine, rows)
    await kept.keeper.tidy()
    assert kept.days(first, first) == {first: day}
    assert kept.rows() == {}


def put_days(kept: Kept, series: str, first: date, count: int) -> None:
    """Packed UTC days of a series: the day's number as the mean of every bucket, one of them ten times as high."""
    blocks = []
    for each in range(count):
        values = [float(each + 1)] * BUCKETS_A_DAY
        values[100] *= 10
        samples = DaySamples(values, bytes([250]) * BUCKETS_A_DAY, bytes(BUCKETS_A_DAY))
        blocks.append(day_block(series, number_of(first) + each, samples))
    sample_sql.put_blocks(kept.ways.engine, FIVE_MINUTES, blocks)


async def test_a_month_is_thinned_out_to_hours_and_local_days(begin: Callable[[str], Kept]) -> None:
    """Of a local day 17 hours of one UTC day and 7 of the one before; once only."""
    kept = begin("2026-11-01T08:00:00")
    put_days(kept, SERIES, date(2026, 9, 30), 32)
    await kept.keeper.tidy()
    october = number_of(date(2026, 10, 1))
    (hours,) = sample_sql.blocks_between(kept.ways.engine, HOURLY, october, october, (SERIES,))
    (days,) = sample_sql.blocks_between(kept.ways.engine, DAILY, october, october, (SERIES,))
    means, highest = unpack(hours.content).numbers
    assert len(means) == 31 * 24
    # 17:00 UTC of 30 September, the first day, is midnight; at 08:20 UTC of the second, 15:20 local, is its peak.
    assert (means[0], means[7]) == (1.0, 2.0)
    assert highest[15] == pytest.approx(20, rel=0.004)
    daily = unpack(days.content)
    assert len(daily.numbers[0]) == 31
    assert (daily.numbers[1][0], daily.marks[0][0]) == (2.0, 250)
    assert daily.numbers[2][0] == 20.0
    assert thinning.month_to_thin(kept.ways.engine, date(2026, 11, 1), VIETNAM) is None
    before = kept.ways.calls
    await kept.keeper.tidy()
    # One for each of six kinds of blocks that may be too old.
    assert kept.ways.calls - before == 6


async def test_what_is_too_old_goes_a_little_at_a_time(begin: Callable[[str], Kept]) -> None:
    """Lines after 100 days, endpoints and sensors after 35, each only once its month is thinned out."""
    kept = begin("2026-11-20T08:00:00")
    first = date(2026, 7, 15)
    for series in (SERIES, "conferencing_endpoint/rtt/E-1", "sensor/value/T-1"):
        put_days(kept, series, first, 120)
    await kept.keeper.tidy()
    today = number_of(date(2026, 11, 20))
    for series, oldest in ((SERIES, today - 100), ("sensor/value/T-1", today - 35)):
        known = sample_sql.block_days(kept.ways.engine, FIVE_MINUTES, series)
        assert known is not None
        assert known[0] == oldest
    assert thinning.unthinned(kept.ways.engine, VIETNAM) == number_of(date(2026, 10, 31))
    kept.clock.move_to(moment("2032-01-01T08:00:00"))
    await kept.keeper.tidy()
    assert sample_sql.block_days(kept.ways.engine, FIVE_MINUTES, SERIES) is None
    assert sample_sql.block_days(kept.ways.engine, HOURLY, SERIES) is None
    assert sample_sql.block_days(kept.ways.engine, DAILY, SERIES) is None


async def test_days_are_kept_until_their_month_is_thinned_out(begin: Callable[[str], Kept]) -> None:
    """However old they are: a daemon that stood still for months loses nothing by starting."""
    kept = begin("2026-11-20T08:00:00")
    put_days(kept, "sensor/value/T-1", date(2026, 5, 1), 3)
    assert thinning.unthinned(kept.ways.engine, VIETNAM) == 0
    assert next(thinning.too_old(date(2026, 11, 20), 0))[:2] == (FIVE_MINUTES, 0)


async def test_no_step_writes_or_deletes_more_than_a_portion(begin: Callable[[str], Kept]) -> None:
    """Of 1,200 old blocks 500 go at a time."""
    kept = begin("2026-11-20T08:00:00")
    for number in range(4):
        put_days(kept, f"sensor/value/T-{number}", date(2026, 1, 1), 300)
    drop = (kept.ways.engine, FIVE_MINUTES, number_of(date(2027, 1, 1)), "sensor/", 500)
    assert [sample_sql.drop_blocks(*drop) for _ in range(4)] == [500, 500, 200, 0]


def test_a_stretch_is_cut_where_local_days_are() -> None:
    """Valid means only; days that are not there were not measured."""
    values = [float(place) for place in range(BUCKETS_A_DAY)]
    covered = bytes([250, 199] * (BUCKETS_A_DAY // 2))
    one = stretch(range(10, 13), {11: DaySamples(values, covered, bytes(BUCKETS_A_DAY))})
    start = 11 * DAY - 2 * BUCKET
    assert one.valid(start, start + 6 * BUCKET) == [0.0, 2.0]
    assert one.covered(start, start + 6 * BUCKET) == (250 + 199) * 2 // 6
    assert one.valid(0, DAY) == []
    assert nearest_rank(one.valid(11 * DAY, 12 * DAY)) == 272.0
    assert day_samples(b"nonsense") is NO_SAMPLES
