"""What was measured of a line in the last days, bucket by bucket, for pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from sqlalchemy import Engine

from inventory.turning_days import days_between
from netwatch.capacity.contract import BUCKET, BUCKETS_A_DAY
from netwatch.clock import SECOND
from netwatch.queries.capacity import contracts, samples
from netwatch.sampling.months import Stretch
from netwatch.sampling.rows import VALID_MARK
from netwatch.sampling.series import DIRECTIONS, LOSS, RTT, line_series

UTILISATION = "utilisation"
METRICS = (UTILISATION, RTT, LOSS)

Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """Means of the five minutes from `start` on, microseconds UTC, by name; None where too little was measured.

    Utilisation is the share of what was contracted on the day, a round trip in seconds, loss a share.
    """

    start: int
    values: Mapping[str, Values]


def curves(engine: Engine, line: str, metric: str, start: int, end: int, zone: tzinfo) -> Curves:
    """Of [start, end), cut to whole buckets; raises StoreFault."""
    start, end = start - start % BUCKET, end - end % BUCKET
    names = DIRECTIONS if metric == UTILISATION else (metric,)
    days = days_between(day_of(start, zone), day_of(end, zone))
    known = samples(engine, [line_series(line, name) for name in names], days, zone)
    found = {name: _values(known[line_series(line, name)], start, end) for name in names}
    if metric == UTILISATION:
        held = contracts(engine, days[0], days[-1], zone)
        found = {
            name: tuple(
                _share(value, held.on(line, name, day_of(start + place * BUCKET, zone)))
                for place, value in enumerate(values)
            )
            for name, values in found.items()
        }
    return Curves(start, found)


def _values(told: Stretch, start: int, end: int) -> Values:
    places = (divmod(at // BUCKET, BUCKETS_A_DAY) for at in range(start, end, BUCKET))
    days = ((told.days[day - told.first], place) for day, place in places)
    return tuple(one.values[place] if one.covered[place] >= VALID_MARK else None for one, place in days)


def _share(value: float | None, contracted: int | None) -> float | None:
    return value / contracted if value is not None and contracted else None


def day_of(at: int, zone: tzinfo) -> date:
    """The local day of a moment."""
    return datetime.fromtimestamp(at // SECOND, UTC).astimezone(zone).date()
