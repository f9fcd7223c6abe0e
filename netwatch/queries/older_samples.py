"""The hours and local days into which samples are thinned out with age; of months not yet thinned out made at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta, tzinfo

from sqlalchemy import Engine

from inventory.turning_days import days_between
from netwatch.capacity.contract import BUCKETS_A_DAY, VALID_BUCKETS
from netwatch.clock import DAY
from netwatch.queries.samples import samples
from netwatch.sampling.months import (
    EPOCH,
    Thinned,
    after,
    days_block,
    days_of_month,
    hours_block,
    hours_of,
    number_of,
    utc_days,
)
from netwatch.sampling.rows import WHOLE
from netwatch.sampling.series import FIVE_MINUTES, HOUR
from netwatch.store import sample_sql

Known = Mapping[str, Mapping[date, Thinned]]
# What of a day must have been measured, in 250ths: the same share as the rule asks for in buckets, rounded up.
VALID_DAY = -(-WHOLE * VALID_BUCKETS // BUCKETS_A_DAY)


def months_between(first: date, last: date) -> Sequence[date]:
    """The first days of all months from that of one day to that of another."""
    found = [first.replace(day=1)]
    while (month := after(found[-1])) <= last:
        found.append(month)
    return found


def thinned(engine: Engine, grain: str, series: Sequence[str], months: Sequence[date], zone: tzinfo) -> Known:
    """Months of series by hours or by days (`grain`), by series and month; raises StoreFault."""
    read = hours_of if grain == HOUR else days_of_month
    found: dict[str, dict[date, Thinned]] = {name: {} for name in series}
    numbers = number_of(months[0]), number_of(months[-1])
    for block in sample_sql.blocks_between(engine, grain, *numbers, series):
        month = EPOCH + timedelta(days=block.day)
        told = read(block.content, month, zone)
        if told is not None:
            found[block.series][month] = told
    oldest = _oldest(engine)
    for month in months:
        missing = [name for name in series if month not in found[name]]
        if missing and oldest is not None and utc_days(month, zone).stop > oldest:
            for name, told in _made(engine, grain, missing, month, zone):
                found[name][month] = told
    return found


def _oldest(engine: Engine) -> int | None:
    """The first UTC day of which there are five minutes, packed or not yet."""
    packed, row = sample_sql.block_days(engine, FIVE_MINUTES), sample_sql.oldest_row(engine)
    days = [*(packed[:1] if packed else ()), *(() if row is None else (row // DAY,))]
    return min(days, default=None)


def _made(
    engine: Engine, grain: str, series: Sequence[str], month: date, zone: tzinfo
) -> Iterator[tuple[str, Thinned]]:
    """What will be stored of a month once it is over, as far as it has come."""
    make, read = (hours_block, hours_of) if grain == HOUR else (days_block, days_of_month)
    known = samples(engine, series, days_between(month, after(month) - timedelta(days=1)), zone)
    for name in series:
        told = read(make(known[name], month, zone), month, zone)
        if told is not None:
            yield name, told
