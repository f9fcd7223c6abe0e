"""What was measured of a line, for pictures: means of five minutes, of hours, or of days where only those are kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from types import MappingProxyType

from sqlalchemy import Engine

from inventory.local_days import end_of, start_of
from inventory.snapshot import Inventory
from inventory.turning_days import days_between
from netwatch.capacity.contract import BUCKET, BUCKETS_A_DAY
from netwatch.clock import DAY, SECOND
from netwatch.clock import HOUR as AN_HOUR
from netwatch.queries.capacity import contracts
from netwatch.queries.older_samples import months_between, thinned
from netwatch.queries.samples import samples
from netwatch.sampling.months import Stretch, Thinned
from netwatch.sampling.rows import VALID_MARK, WHOLE
from netwatch.sampling.series import DAY as DAILY
from netwatch.sampling.series import (
    DAYS_KEPT,
    DIRECTIONS,
    FIVE_MINUTES,
    HOUR,
    HOURS_KEPT,
    JITTER,
    KEPT,
    LOSS,
    RTT,
    line_series,
)
from netwatch.verdict import SubjectKind

UTILISATION = "utilisation"
METRICS = (UTILISATION, RTT, LOSS, JITTER)
# How far back each kind of means reaches, the finest first.
GRAINS: Mapping[str, int] = MappingProxyType(
    {FIVE_MINUTES: KEPT[SubjectKind.LINE] * DAY, HOUR: HOURS_KEPT * DAY, DAILY: DAYS_KEPT * DAY}
)
# An hour or a day is shown where half of it was measured.
HALF = WHOLE // 2

Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """Means over [start, end), microseconds UTC, by name; `grain` says of what; None where too little was measured.

    Utilisation is the share of what was contracted on the day, a round trip in seconds, loss a share.
    """

    start: int
    end: int
    grain: str
    values: Mapping[str, Values]


def grain_of(start: int, now: int) -> str | None:
    """The finest means that are kept from a moment on; None where none are."""
    return next((grain for grain, kept in GRAINS.items() if start >= now - kept), None)


def curves(
    engine: Engine,
    line: str,
    metric: str,
    start: int,
    end: int,
    zone: tzinfo,
    grain: str = FIVE_MINUTES,
    current: Inventory | None = None,
) -> Curves:
    """Of [start, end), cut to whole buckets, hours, or widened to whole days; raises StoreFault.

    `current` is the inventory of the last day, if it is at hand.
    """
    start, end = _edges(start, end, zone, grain)
    names = DIRECTIONS if metric == UTILISATION else (metric,)
    series = {name: line_series(line, name) for name in names}
    days = days_between(day_of(start, zone), day_of(end - 1, zone))
    if grain == FIVE_MINUTES:
        known = samples(engine, list(series.values()), days, zone)
        starts: Sequence[int] = range(start, end, BUCKET)
        found = {name: _values(known[key], start, end) for name, key in series.items()}
    else:
        months = thinned(engine, grain, list(series.values()), months_between(days[0], days[-1]), zone)
        starts = range(start, end, AN_HOUR) if grain == HOUR else [start_of(day, zone) for day in days]
        found = {name: _means(months[key].values(), starts) for name, key in series.items()}
    if metric == UTILISATION:
        held = contracts(engine, days[0], days[-1], zone, current)
        on = [day_of(at, zone) for at in starts]
        found = {
            name: tuple(
                _share(value, held.on(line, name, day)) for value, day in zip(values, on, strict=True)
            )
            for name, values in found.items()
        }
    return Curves(start, end, grain, found)


def _edges(start: int, end: int, zone: tzinfo, grain: str) -> tuple[int, int]:
    if grain == DAILY:
        return start_of(day_of(start, zone), zone), end_of(day_of(end - 1, zone), zone)
    size = BUCKET if grain == FIVE_MINUTES else AN_HOUR
    # Local hours begin where local days do: there are zones half an hour beside the others.
    offset = start_of(day_of(start, zone), zone) % size
    return start - (start - offset) % size, end - (end - offset) % size


def _values(told: Stretch, start: int, end: int) -> Values:
    places = (divmod(at // BUCKET, BUCKETS_A_DAY) for at in range(start, end, BUCKET))
    days = ((told.days[day - told.first], place) for day, place in places)
    return tuple(one.values[place] if one.covered[place] >= VALID_MARK else None for one, place in days)


def _means(months: Iterable[Thinned], starts: Sequence[int]) -> Values:
    """The means of the hours or days that begin at these moments."""
    known = {
        at: value
        for month in months
        for at, value, covered in zip(month.starts, month.numbers[0], month.covered, strict=True)
        if covered >= HALF
    }
    return tuple(known.get(at) for at in starts)


def _share(value: float | None, contracted: int | None) -> float | None:
    return value / contracted if value is not None and contracted else None


def day_of(at: int, zone: tzinfo) -> date:
    """The local day of a moment."""
    return datetime.fromtimestamp(at // SECOND, UTC).astimezone(zone).date()
