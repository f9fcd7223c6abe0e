"""By how much our clock may have erred over a stretch of time, as far as that was recorded."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from sqlalchemy import Engine

from inventory.turning_days import days_between
from netwatch.capacity.contract import BUCKET, BUCKETS_A_DAY
from netwatch.clock import HOUR
from netwatch.queries.curves import day_of, grain_of
from netwatch.queries.older_samples import months_between, thinned
from netwatch.queries.samples import samples
from netwatch.sampling.months import BUCKETS_AN_HOUR, Stretch, Thinned
from netwatch.sampling.rows import WHOLE
from netwatch.sampling.series import CLOCK_ERROR, CLOCK_UNSYNCHRONISED, FIVE_MINUTES
from netwatch.sampling.series import HOUR as HOURLY
from netwatch.sla.contract import AttributedOutage

# An outage at whose edges the clock may have erred by more is marked, seconds.
MUCH = 1.0


@dataclass(frozen=True, slots=True)
class Slot:
    """Five minutes or an hour: for how long the clock was synchronised, for how long not, microseconds; of the rest
    nothing is known. `error` is the greatest maximum error while it was, seconds.
    """

    start: int
    end: int
    synchronised: int
    unsynchronised: int
    error: float | None

    @property
    def unknown(self) -> bool:
        """Whether of any of it nothing is known."""
        return self.synchronised + self.unsynchronised < self.end - self.start


@dataclass(frozen=True, slots=True)
class Timekeeping:
    """What is known of [start, end): slots in order; of time without one nothing."""

    start: int
    end: int
    slots: tuple[Slot, ...] = ()

    @property
    def synchronised(self) -> int:
        """For how long it was."""
        return sum(slot.synchronised for slot in self.slots)

    @property
    def unsynchronised(self) -> int:
        """For how long it was not."""
        return sum(slot.unsynchronised for slot in self.slots)

    @property
    def unknown(self) -> int:
        """Of how much time nothing is known."""
        return self.end - self.start - self.synchronised - self.unsynchronised

    @property
    def greatest(self) -> float | None:
        """The greatest maximum error while it was synchronised, seconds; None where it never was."""
        return max((slot.error for slot in self.slots if slot.error is not None), default=None)

    def at(self, moment: int) -> Slot | None:
        """The slot that a moment lies in."""
        place = bisect_right(self.slots, moment, key=lambda slot: slot.start) - 1
        return self.slots[place] if place >= 0 and moment < self.slots[place].end else None

    def spans(self) -> Iterator[tuple[int, int]]:
        """When it was not synchronised; of old times the hours in which it was not."""
        start = end = 0
        for slot in self.slots:
            if not slot.unsynchronised:
                continue
            if slot.start != end:
                if end:
                    yield start, end
                start = slot.start
            end = slot.end
        if end:
            yield start, end


@dataclass(frozen=True, slots=True)
class Doubt:
    """The clock at the edges of an outage: the greatest maximum error known there, seconds; whether at any of them it
    was not synchronised; whether of any of them nothing is known.
    """

    error: float | None
    unsynchronised: bool
    unknown: bool

    @property
    def much(self) -> bool:
        """Whether the outage is marked."""
        return self.unsynchronised or (self.error or 0.0) > MUCH


def timekeeping(engine: Engine, start: int, end: int, now: int, zone: tzinfo) -> Timekeeping:
    """Of [start, end): by five minutes where those are kept, else by hours; raises StoreFault."""
    series = (CLOCK_ERROR, CLOCK_UNSYNCHRONISED)
    if end <= start:
        return Timekeeping(start, max(start, end))
    days = days_between(day_of(start, zone), day_of(end - 1, zone))
    if grain_of(start, now) == FIVE_MINUTES:
        slots = by_five_minutes(samples(engine, series, days, zone), start, end)
    else:
        slots = by_hours(thinned(engine, HOURLY, series, months_between(days[0], days[-1]), zone))
    return Timekeeping(start, end, tuple(one for one in slots if start <= one.start and one.end <= end))


def by_five_minutes(known: Mapping[str, Stretch], start: int, end: int) -> Iterator[Slot]:
    """The slots of five minutes that lie within whole local days around [start, end) and are known. Pure."""
    errors, others = known[CLOCK_ERROR], known[CLOCK_UNSYNCHRONISED]
    for at in range(start - start % BUCKET, end, BUCKET):
        day, place = divmod(at // BUCKET, BUCKETS_A_DAY)
        error, other = errors.days[day - errors.first], others.days[day - others.first]
        if other.covered[place]:
            yield Slot(at, at + BUCKET, 0, BUCKET, None)
        elif error.covered[place]:
            yield Slot(at, at + BUCKET, BUCKET, 0, error.values[place])


def by_hours(known: Mapping[str, Mapping[date, Thinned]]) -> Iterator[Slot]:
    """The hours of which anything is known, in order. Pure."""
    errors = {hour: (length, most) for hour, length, most in _hours(known[CLOCK_ERROR].values())}
    others = {hour: length for hour, length, _ in _hours(known[CLOCK_UNSYNCHRONISED].values())}
    for hour in sorted(errors.keys() | others.keys()):
        length, most = errors.get(hour, (0, None))
        yield Slot(hour, hour + HOUR, length, others.get(hour, 0), most)


def _hours(months: Iterable[Thinned]) -> Iterator[tuple[int, int, float]]:
    """(start, microseconds known, highest) of hours; 250ths of an hour were rounded down from whole buckets."""
    for month in months:
        for at, most, covered in zip(month.starts, month.numbers[1], month.covered, strict=True):
            if covered:
                yield at, round(covered * BUCKETS_AN_HOUR / WHOLE) * BUCKET, most


def doubt(found: Sequence[Slot | None]) -> Doubt:
    """What slots, None where there is none, say together. Pure."""
    errors = [slot.error for slot in found if slot is not None and slot.error is not None]
    return Doubt(
        max(errors, default=None),
        any(slot is not None and slot.unsynchronised > 0 for slot in found),
        any(slot is None or slot.unknown for slot in found),
    )


def doubts(
    engine: Engine, whole: Timekeeping, outages: Iterable[AttributedOutage], now: int, zone: tzinfo
) -> Iterator[Doubt]:
    """The clock at the four looks around each outage, also those outside of `whole`; raises StoreFault."""
    for one in outages:
        outage = one.outage
        edges = {outage.earliest_start, outage.start, outage.earliest_end, outage.end}
        moments = [moment for moment in edges if moment is not None]
        yield doubt(
            [
                (whole if whole.start <= moment < whole.end else _around(engine, moment, now, zone)).at(
                    moment
                )
                for moment in moments
            ]
        )


def _around(engine: Engine, moment: int, now: int, zone: tzinfo) -> Timekeeping:
    """Of the hours around a moment."""
    start = moment - moment % HOUR - HOUR
    return timekeeping(engine, start, start + 3 * HOUR, now, zone)
