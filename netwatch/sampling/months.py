"""Months of a series, thinned out of its days: a number for each hour, and one for each local day. Pure."""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from inventory.local_days import start_of
from netwatch.capacity.contract import BUCKET, BUCKETS_A_DAY
from netwatch.capacity.rule import nearest_rank
from netwatch.clock import DAY
from netwatch.sampling.blocks import COARSE, BadBlockError, Block, pack, unpack
from netwatch.sampling.rows import NO_SAMPLES, VALID_MARK, WHOLE, DaySamples

BUCKETS_AN_HOUR = 12
EPOCH = date(1970, 1, 1)
Edges = Sequence[tuple[int, int]]


def number_of(day: date) -> int:
    """A day counted from 1970-01-01."""
    return (day - EPOCH).days


def after(month: date) -> date:
    """The first day of the month after the one that begins on a day."""
    return (month + timedelta(days=31)).replace(day=1)


def utc_days(month: date, zone: tzinfo) -> range:
    """The UTC days that a local month touches."""
    return range(start_of(month, zone) // DAY, -(-start_of(after(month), zone) // DAY))


@dataclass(frozen=True, slots=True)
class Stretch:
    """UTC days of one series, one after the other."""

    first: int
    days: Sequence[DaySamples]

    def valid(self, start: int, end: int) -> list[float]:
        """The means of the valid buckets that begin within [start, end), microseconds, in order of time."""
        return [
            value
            for samples, low, high in self._pieces(start, end)
            for value, covered in zip(samples.values[low:high], samples.covered[low:high], strict=True)
            if covered >= VALID_MARK
        ]

    def covered(self, start: int, end: int) -> int:
        """How much of [start, end) was measured, in 250ths."""
        whole = sum(sum(samples.covered[low:high]) for samples, low, high in self._pieces(start, end))
        return whole * BUCKET // (end - start)

    def _pieces(self, start: int, end: int) -> Iterator[tuple[DaySamples, int, int]]:
        place, last = start // BUCKET - self.first * BUCKETS_A_DAY, end // BUCKET - self.first * BUCKETS_A_DAY
        while place < last:
            day, low = divmod(place, BUCKETS_A_DAY)
            high = min(BUCKETS_A_DAY, low + last - place)
            if 0 <= day < len(self.days):
                yield self.days[day], low, high
            place += high - low


def stretch(days: range, known: Mapping[int, DaySamples]) -> Stretch:
    """These UTC days of a series; of those that are not known nothing was measured."""
    return Stretch(days.start, [known.get(day, NO_SAMPLES) for day in days])


def hours_block(told: Stretch, month: date, zone: tzinfo) -> bytes:
    """Mean and highest mean of five minutes of every hour of a local month, and the 250ths of it that were measured."""
    hour = BUCKETS_AN_HOUR * BUCKET
    edges = _edges(range(start_of(month, zone), start_of(after(month), zone), hour), hour)
    return _packed(told, edges, (_mean, max), COARSE)


def days_block(told: Stretch, month: date, zone: tzinfo) -> bytes:
    """Mean, 95th percentile and highest mean of every day of a local month, and the 250ths of it that were measured."""
    days = [month + timedelta(days=each) for each in range((after(month) - month).days)]
    edges = [(start_of(day, zone), start_of(day + timedelta(days=1), zone)) for day in days]
    return _packed(told, edges, (_mean, nearest_rank, max))


@dataclass(frozen=True, slots=True)
class Thinned:
    """The hours or local days of a month, from their `starts` (microseconds UTC): columns of numbers, the means first.

    `covered` are the 250ths of each that were measured; where they are 0 the numbers say nothing.
    """

    starts: Sequence[int]
    numbers: tuple[Sequence[float], ...]
    covered: bytes


def hours_of(content: bytes, month: date, zone: tzinfo) -> Thinned | None:
    """What `hours_block` has made; None of what is no such block. Numbers are means and highest means."""
    hour = BUCKETS_AN_HOUR * BUCKET
    return _thinned(content, range(start_of(month, zone), start_of(after(month), zone), hour), 2)


def days_of_month(content: bytes, month: date, zone: tzinfo) -> Thinned | None:
    """What `days_block` has made; None of what is no such block. Numbers are means, 95th percentiles, highest means."""
    days = [month + timedelta(days=each) for each in range((after(month) - month).days)]
    return _thinned(content, [start_of(day, zone) for day in days], 3)


def _thinned(content: bytes, starts: Sequence[int], columns: int) -> Thinned | None:
    try:
        block = unpack(content)
    except BadBlockError:
        return None
    shape = (len(block.numbers), len(block.marks), len(block.marks[0]) if block.marks else 0)
    # A block made in another time zone may be of another length.
    fits = shape == (columns, 1, len(starts))
    return Thinned(starts, block.numbers, block.marks[0]) if fits else None


def _edges(starts: range, length: int) -> Edges:
    return [(start, start + length) for start in starts]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _packed(
    told: Stretch, edges: Edges, means: Sequence[Callable[[list[float]], float]], bits: int = 12
) -> bytes:
    numbers = [array("d") for _ in means]
    marks = bytearray()
    for start, end in edges:
        values = told.valid(start, end)
        for column, mean in zip(numbers, means, strict=True):
            column.append(mean(values) if values else 0.0)
        marks.append(min(WHOLE, told.covered(start, end)) if values else 0)
    return pack(Block(tuple(numbers), (bytes(marks),)), bits)
