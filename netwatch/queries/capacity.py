"""The capacity rule on the lines of an inventory, from what is stored: peaks, runs, both readings, forecast, need.

Read models for commands, documents and metrics. Everything here reads and changes nothing; raises StoreFault.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory.organisation import agencies_of
from inventory.snapshot import Inventory, Line
from inventory.turning_days import day_edges, days_between, turning_days
from netwatch import commands
from netwatch.capacity.contract import BUCKET, BUCKETS_A_DAY, CONSECUTIVE, DayLoad, Direction, Peak, State
from netwatch.capacity.forecast import MOST
from netwatch.capacity.rule import direction, state_of
from netwatch.queries.older_samples import VALID_DAY, months_between, thinned
from netwatch.queries.samples import samples
from netwatch.sampling.months import Stretch, Thinned
from netwatch.sampling.rows import WHOLE
from netwatch.sampling.series import DAY as DAILY
from netwatch.sampling.series import DIRECTIONS, DOWN, line_series
from netwatch.store.faults import told

SCHEMA = 1
# Lines read at a time.
_AT_ONCE = 25
# Days of which the five minutes are read; older ones are told by what was kept of them.
IN_FIVE_MINUTES = 93

Bandwidths = Mapping[str, tuple[int | None, int | None]]


@dataclass(frozen=True, slots=True)
class LineCapacity:
    """One line: what is contracted now in bit/s, and what the rule says of each direction."""

    id: str
    name: str
    site: str
    site_name: str
    units: tuple[str, ...]
    line_class: str
    provider: str
    contracted: Mapping[str, int | None]
    directions: Mapping[str, Direction]

    @property
    def measured(self) -> bool:
        """Whether any day of any direction was measured well enough."""
        return any(one.last is not None for one in self.directions.values())

    @property
    def breach(self) -> bool:
        """Whether a direction exceeded the limit on seven consecutive days."""
        return any(one.breach for one in self.directions.values())


@dataclass(frozen=True, slots=True)
class CapacityReport:
    """Lines by id; `first` to `last` are the days asked for. Each direction may hold earlier days, for its forecast."""

    schema: int
    first: date
    last: date
    lines: tuple[LineCapacity, ...]


class Contracts:
    """What was contracted on each day: the inventory as of that day, as far as it is known now."""

    def __init__(self, steps: Sequence[tuple[date, Bandwidths]]) -> None:
        self._days = [day for day, _ in steps]
        self._known = [known for _, known in steps]

    def on(self, line: str, way: str, day: date) -> int | None:
        """Bit/s; None where nothing was contracted or the line did not exist."""
        down, up = self._known[max(0, bisect_right(self._days, day) - 1)].get(line, (None, None))
        return down if way == DOWN else up


def contracts(
    engine: Engine, first: date, last: date, zone: tzinfo, current: Inventory | None = None
) -> Contracts:
    """Of the days from `first` to `last`; reads the inventory once for each day on which a bandwidth changed.

    `current` is that of the last day, if it is at hand.
    """
    with told(engine.url), Session(engine) as session:
        days = turning_days(session, "line", ("bandwidth_down", "bandwidth_up"), first, last, zone)
    steps = (first, *days)
    found = (
        (
            day,
            (
                current
                if current is not None and day == steps[-1]
                else commands.inventory_at(engine, day, None, zone)
            ).of("line"),
        )
        for day in steps
    )
    return Contracts(
        [
            (day, {id_: (line.bandwidth_down, line.bandwidth_up) for id_, line in lines.items()})
            for day, lines in found
        ]
    )


def capacity(
    engine: Engine, inventory: Inventory, lines: Sequence[Line], last: date, days: int, zone: tzinfo
) -> Iterator[LineCapacity]:
    """The rule on these lines up to a local day, `days` of them and as many more as readings and forecast need.

    Of days further back than `IN_FIVE_MINUTES` there are peaks and runs, by the days that samples were thinned out to.
    """
    whole = min(days, IN_FIVE_MINUTES)
    first = last - timedelta(days=max(whole + CONSECUTIVE - 1, MOST + CONSECUTIVE) - 1)
    span = days_between(first, last)
    before = days_between(last - timedelta(days=days + CONSECUTIVE - 2), first - timedelta(days=1))
    held = contracts(engine, before[0] if before else first, last, zone)
    for start in range(0, len(lines), _AT_ONCE):
        some = lines[start : start + _AT_ONCE]
        known = samples(
            engine, [line_series(line.id, way) for line in some for way in DIRECTIONS], span, zone
        )
        older = _older(engine, some, before, held, zone) if before else {}
        for line in some:
            ways = {
                way: direction(
                    [
                        _load(known[line_series(line.id, way)], day, held.on(line.id, way, day), zone)
                        for day in span
                    ],
                    older.get(line_series(line.id, way), ()),
                )
                for way in DIRECTIONS
            }
            yield _line(inventory, line, ways)


def _older(
    engine: Engine, lines: Sequence[Line], days: Sequence[date], held: Contracts, zone: tzinfo
) -> Mapping[str, Sequence[Peak]]:
    """The peaks of days of which only the thinned out ones are read, by series."""
    series = {line_series(line.id, way): (line.id, way) for line in lines for way in DIRECTIONS}
    known = thinned(engine, DAILY, list(series), months_between(days[0], days[-1]), zone)
    return {
        name: [_peak(known[name], day, held.on(*key, day)) for day in days] for name, key in series.items()
    }


def _peak(known: Mapping[date, Thinned], day: date, contracted: int | None) -> Peak:
    month = known.get(day.replace(day=1))
    covered = month.covered[day.day - 1] if month else 0
    p95 = month.numbers[1][day.day - 1] if month and covered else None
    valid = covered * BUCKETS_A_DAY // WHOLE
    state = state_of(p95 if covered >= VALID_DAY else None, contracted)
    return Peak(day, p95, contracted, valid, BUCKETS_A_DAY, state)


def _load(known: Stretch, day: date, contracted: int | None, zone: tzinfo) -> DayLoad:
    start, end = day_edges(day, zone)
    return DayLoad(day, known.valid(start, end), (end - start) // BUCKET, contracted)


def _line(inventory: Inventory, line: Line, ways: Mapping[str, Direction]) -> LineCapacity:
    site = inventory.of("site").get(line.site)
    return LineCapacity(
        id=line.id,
        name=line.name or line.id,
        site=line.site,
        site_name=getattr(site, "name", line.site),
        units=tuple(unit.id for unit in agencies_of(inventory, line.site)),
        line_class=line.line_class,
        provider=line.provider or "",
        contracted=dict(zip(DIRECTIONS, (line.bandwidth_down, line.bandwidth_up), strict=True)),
        directions=ways,
    )


def last_ratios(
    engine: Engine, inventory: Inventory, last: date, zone: tzinfo
) -> Mapping[tuple[str, str], float]:
    """The peak of the last valid day of the week up to `last` as a share of contract, by line and direction."""
    span = days_between(last - timedelta(days=CONSECUTIVE - 1), last)
    held = contracts(engine, span[0], last, zone)
    ids = sorted(inventory.of("line"))
    found: dict[tuple[str, str], float] = {}
    for start in range(0, len(ids), _AT_ONCE):
        keys = [(id_, way) for id_ in ids[start : start + _AT_ONCE] for way in DIRECTIONS]
        known = samples(engine, [line_series(*key) for key in keys], span, zone)
        for key in keys:
            loads = [_load(known[line_series(*key)], day, held.on(*key, day), zone) for day in span]
            judged = [peak for peak in direction(loads).peaks if peak.judged and peak.share is not None]
            if judged:
                found[key] = judged[-1].share or 0.0
    return found


def days_judged(way: Direction, first: date) -> tuple[int, int]:
    """(days over the limit, days that count) from a day on."""
    states = [peak.state for peak in way.peaks if peak.day >= first and peak.judged]
    return states.count(State.OVER), len(states)
