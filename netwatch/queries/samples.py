"""Means of five minutes of series on local days, as they are stored: packed by day, or still in small rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, tzinfo

from sqlalchemy import Engine

from inventory.local_days import end_of, start_of
from netwatch.clock import DAY
from netwatch.sampling.months import Stretch, stretch
from netwatch.sampling.rows import DaySamples, day_samples, days_of, portion_of
from netwatch.sampling.series import FIVE_MINUTES
from netwatch.store import sample_sql


def samples(
    engine: Engine, series: Sequence[str], days: Sequence[date], zone: tzinfo
) -> Mapping[str, Stretch]:
    """What is stored of series on local days that follow one another, packed or not yet."""
    start, end = start_of(days[0], zone), end_of(days[-1], zone)
    span = range(start // DAY, -(-end // DAY))
    known: dict[str, dict[int, DaySamples]] = {name: {} for name in series}
    for block in sample_sql.blocks_between(engine, FIVE_MINUTES, span.start, span.stop - 1, series):
        known[block.series][block.day] = day_samples(block.content)
    for name, day, recent in _recent(engine, known.keys(), start, end):
        known[name].setdefault(day, recent)
    return {name: stretch(span, packed) for name, packed in known.items()}


def _recent(
    engine: Engine, series: Iterable[str], start: int, end: int
) -> Iterator[tuple[str, int, DaySamples]]:
    wanted = frozenset(series)
    portions = sorted({portion_of(name) for name in wanted})
    oldest = sample_sql.oldest_row(engine)
    if oldest is None:
        return
    for day in range(max(start, oldest) // DAY, -(-end // DAY)):
        rows = sample_sql.rows_between(engine, day * DAY, (day + 1) * DAY, portions)
        yield from ((name, day, recent) for name, recent in days_of(rows, day).items() if name in wanted)
