"""What becomes of samples as they age, in small steps on an engine: days packed, months thinned out, the old deleted.

Each step is one short transaction or one that only reads; whoever drives them decides on which thread each is made. A
crash in between repeats work and loses none: what is written again is the same, and only then the source goes.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta, tzinfo

from sqlalchemy import Engine

from inventory.local_days import start_of
from netwatch.capacity.contract import BUCKET
from netwatch.clock import DAY
from netwatch.sampling.book import OPEN
from netwatch.sampling.months import (
    EPOCH,
    Stretch,
    after,
    days_block,
    hours_block,
    number_of,
    stretch,
    utc_days,
)
from netwatch.sampling.rows import DaySamples, day_block, day_samples, days_of
from netwatch.sampling.series import DAY as DAILY
from netwatch.sampling.series import DAYS_KEPT, FIVE_MINUTES, HOUR, HOURS_KEPT, KEPT
from netwatch.store import sample_sql
from netwatch.store.sample_sql import SampleBlock

# Looks may reach back into a day for so long after its end.
SETTLED = (OPEN + 1) * BUCKET
# A block of this series says that its month is whole.
WHOLE_MONTH = ""


def day_to_pack(engine: Engine, now: int) -> int | None:
    """The oldest UTC day that is over and still stands in small rows; raises StoreFault."""
    oldest = sample_sql.oldest_row(engine)
    if oldest is None or oldest // DAY >= (now - SETTLED) // DAY:
        return None
    return oldest // DAY


def packed_day(engine: Engine, day: int, portion: int) -> list[SampleBlock]:
    """The blocks of one portion's series of a day; raises StoreFault."""
    rows = sample_sql.rows_between(engine, day * DAY, (day + 1) * DAY, (portion,))
    return [day_block(series, day, samples) for series, samples in sorted(days_of(rows, day).items())]


def month_to_thin(engine: Engine, today: date, zone: tzinfo) -> date | None:
    """The oldest local month that is over and packed, and is not yet thinned out; raises StoreFault."""
    known = sample_sql.block_days(engine, FIVE_MINUTES)
    if known is None:
        return None
    done = sample_sql.block_days(engine, DAILY, WHOLE_MONTH)
    first = (EPOCH + timedelta(days=known[0])).replace(day=1)
    month = first if done is None else max(first, after(EPOCH + timedelta(days=done[1])))
    unpacked = sample_sql.oldest_row(engine)
    # Only what is packed counts: a month whose last day still stands in small rows waits.
    whole = unpacked is None or unpacked >= start_of(after(month), zone)
    return month if after(month) <= today and whole else None


def series_of_month(engine: Engine, month: date, zone: tzinfo) -> list[str]:
    """What was measured in a local month; raises StoreFault."""
    days = utc_days(month, zone)
    return sample_sql.series_between(engine, FIVE_MINUTES, days.start, days.stop - 1)


def thinned(
    engine: Engine, month: date, zone: tzinfo, series: Sequence[str]
) -> tuple[list[SampleBlock], list[SampleBlock]]:
    """The blocks of hours and of days of some series in a local month; raises StoreFault."""
    days = utc_days(month, zone)
    hours: list[SampleBlock] = []
    daily: list[SampleBlock] = []
    for name, told in stretches(engine, series, days):
        hours.append(SampleBlock(number_of(month), name, hours_block(told, month, zone)))
        daily.append(SampleBlock(number_of(month), name, days_block(told, month, zone)))
    return hours, daily


def stretches(engine: Engine, series: Sequence[str], days: range) -> Iterator[tuple[str, Stretch]]:
    """What is packed of some series on some UTC days; raises StoreFault."""
    known: dict[str, dict[int, DaySamples]] = {name: {} for name in series}
    for block in sample_sql.blocks_between(engine, FIVE_MINUTES, days.start, days.stop - 1, series):
        known[block.series][block.day] = day_samples(block.content)
    for name, samples in known.items():
        yield name, stretch(days, samples)


def whole_month(month: date) -> SampleBlock:
    """What says that a month is thinned out."""
    return SampleBlock(number_of(month), WHOLE_MONTH, b"")


def unthinned(engine: Engine, zone: tzinfo) -> int:
    """The first UTC day that has yet to be thinned out: what is older may go; raises StoreFault."""
    done = sample_sql.block_days(engine, DAILY, WHOLE_MONTH)
    return 0 if done is None else utc_days(after(EPOCH + timedelta(days=done[1])), zone).start


def too_old(today: date, unthinned: int) -> Iterator[tuple[str, int, str]]:
    """(grain, day, beginning of the names) of what goes: blocks before that day.

    Days of five minutes stay until their month is thinned out: those from the UTC day `unthinned` on.
    """
    now = number_of(today)
    for kind, days in KEPT.items():
        yield FIVE_MINUTES, min(now - days, unthinned), f"{kind}/"
    # A block of a month goes once its last day is too old.
    for grain, days in ((HOUR, HOURS_KEPT), (DAILY, DAYS_KEPT)):
        edge = (today - timedelta(days=days)).replace(day=1)
        yield grain, number_of(edge), ""
