"""The small rows of five minutes, and the blocks of a day that they become. Pure.

How much of a bucket was measured is written in 250ths, rounded down: 80 % are 200 of them. A row or block that cannot
be read counts as not measured.
"""

import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netwatch.capacity.buckets import Bucket
from netwatch.capacity.contract import BUCKET, BUCKETS_A_DAY, VALID_PERCENT
from netwatch.sampling.blocks import MOST_ROWS, BadBlockError, Block, pack, unpack
from netwatch.store.sample_sql import SampleBlock, SampleRow

# Series are shared out among so many rows of the same five minutes.
PORTIONS = 16
WHOLE = 250
VALID_MARK = WHOLE * VALID_PERCENT // 100
# A row's names: their length in so many bytes, then the names, compressed.
_LENGTH = 4
_MOST_NAMES = 16_000_000


@dataclass(frozen=True, slots=True)
class DaySamples:
    """A UTC day of one series, 288 buckets: means, 250ths covered, verdict codes."""

    values: Sequence[float]
    covered: bytes
    codes: bytes


NO_SAMPLES = DaySamples(array("f", bytes(4 * BUCKETS_A_DAY)), bytes(BUCKETS_A_DAY), bytes(BUCKETS_A_DAY))


def portion_of(series: str) -> int:
    """Which row of five minutes a series stands in."""
    return zlib.crc32(series.encode()) % PORTIONS


def row_of(start: int, portion: int, buckets: Mapping[str, Bucket]) -> SampleRow:
    """A small row of some series; of more than 65,535 only the first are kept."""
    names = sorted(buckets)[:MOST_ROWS]
    several = [buckets[name] for name in names]
    covered = bytes(min(WHOLE, one.covered * WHOLE // BUCKET) for one in several)
    block = Block((array("d", [one.mean for one in several]),), (covered, bytes(one.code for one in several)))
    # Written more than once and thrown away the day after: speed counts for more than size.
    text = zlib.compress("\n".join(names).encode(), 1)
    return SampleRow(start, portion, len(text).to_bytes(_LENGTH, "big") + text + pack(block, level=1))


def told(row: SampleRow) -> Iterator[tuple[str, float, int, int]]:
    """(series, mean, 250ths covered, verdict code) of a small row."""
    end = _LENGTH + int.from_bytes(row.content[:_LENGTH], "big")
    try:
        names = zlib.decompressobj().decompress(row.content[_LENGTH:end], _MOST_NAMES).decode().split("\n")
        block = unpack(row.content[end:])
    except (ValueError, zlib.error):
        return
    if len(block.numbers) == 1 and len(block.marks) == 2 and len(names) == len(block.numbers[0]):
        yield from zip(names, block.numbers[0], *block.marks, strict=True)


def restored(row: SampleRow) -> Iterator[tuple[str, Bucket]]:
    """The buckets of a small row, to go on with."""
    for name, value, covered, code in told(row):
        length = covered * BUCKET // WHOLE
        yield name, Bucket(value * length, length, code)


def days_of(rows: Iterable[SampleRow], day: int) -> Mapping[str, DaySamples]:
    """What small rows say of a UTC day (counted from 1970-01-01), by series."""
    gathered: dict[str, tuple[array[float], bytearray, bytearray]] = {}
    for row in rows:
        place = row.start // BUCKET - day * BUCKETS_A_DAY
        if not 0 <= place < BUCKETS_A_DAY:
            continue
        for name, value, covered, code in told(row):
            kept = gathered.get(name)
            if kept is None:
                kept = gathered[name] = _empty()
            kept[0][place], kept[1][place], kept[2][place] = value, covered, code
    return {
        name: DaySamples(values, bytes(covered), bytes(codes))
        for name, (values, covered, codes) in gathered.items()
    }


def _empty() -> "tuple[array[float], bytearray, bytearray]":
    return array("f", bytes(4 * BUCKETS_A_DAY)), bytearray(BUCKETS_A_DAY), bytearray(BUCKETS_A_DAY)


def day_block(series: str, day: int, samples: DaySamples) -> SampleBlock:
    """A day as it is stored."""
    return SampleBlock(day, series, pack(Block((samples.values,), (samples.covered, samples.codes))))


def day_samples(content: bytes) -> DaySamples:
    """The day of a stored block."""
    try:
        block = unpack(content)
    except BadBlockError:
        return NO_SAMPLES
    shape = (len(block.numbers), len(block.marks), len(block.numbers[0]) if block.numbers else 0)
    if shape != (1, 2, BUCKETS_A_DAY):
        return NO_SAMPLES
    return DaySamples(block.numbers[0], *block.marks)
