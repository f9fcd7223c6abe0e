"""Columns of numbers in few bytes, and back. Pure.

A number is rounded towards zero to so many bits of its fraction, so that nothing is ever told higher than it was; its
bytes are laid out column by column, where those that change little stand together, and compressed.
"""

import math
import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

# Layout: version, columns of numbers, columns of marks, rows (2 bytes), then the compressed columns.
VERSION = 1
_HEAD = 5
MOST_ROWS = 0xFFFF
_MOST_COLUMNS = 16
# Bits of a 32-bit float's fraction (23): of twelve the last stands for 0.025 %, of eight for 0.4 %.
FINE, COARSE = 12, 8
# The largest number kept; beyond it a 32-bit float has none.
LARGEST = 3.0e38


class BadBlockError(ValueError):
    """Bytes that are no block of ours."""


@dataclass(frozen=True, slots=True)
class Block:
    """Columns of equal length: numbers, and marks of one byte each."""

    numbers: tuple[Sequence[float], ...]
    marks: tuple[bytes, ...]


def pack(block: Block, bits: int = FINE, level: int = 6) -> bytes:
    """In bytes; raises ValueError for columns of different lengths, too many rows, or numbers beyond LARGEST."""
    rows = {len(column) for column in (*block.numbers, *block.marks)}
    if len(rows) > 1 or max(rows, default=0) > MOST_ROWS:
        raise ValueError("columns of different lengths, or too long")
    count = rows.pop() if rows else 0
    head = bytes((VERSION, len(block.numbers), len(block.marks))) + count.to_bytes(2, "big")
    planes = [_planes(column, bits) for column in block.numbers]
    return head + zlib.compress(b"".join((*planes, *block.marks)), level)


def _planes(values: Sequence[float], bits: int) -> bytes:
    if not all(math.isfinite(value) and abs(value) <= LARGEST for value in values):
        raise ValueError("a number beyond what is kept")
    mask = 0xFFFFFFFF << (23 - bits) & 0xFFFFFFFF
    cut = array("I", [number & mask for number in array("I", array("f", values).tobytes())])
    if sys.byteorder == "big":
        cut.byteswap()
    text = cut.tobytes()
    return text[3::4] + text[2::4] + text[1::4]


def unpack(content: bytes) -> Block:
    """The columns of a block; raises BadBlockError."""
    if len(content) < _HEAD or content[0] != VERSION or max(content[1:3]) > _MOST_COLUMNS:
        raise BadBlockError("not a block of samples that this release knows")
    numbers, marks, count = content[1], content[2], int.from_bytes(content[3:5], "big")
    size = count * (3 * numbers + marks)
    text = _inflated(content[_HEAD:], size)
    firsts = range(0, 3 * numbers * count, 3 * count) if count else (0,) * numbers
    rest = 3 * numbers * count
    return Block(
        tuple(_values(text[first : first + 3 * count], count) for first in firsts),
        tuple(text[rest + place * count : rest + (place + 1) * count] for place in range(marks)),
    )


def _inflated(packed: bytes, size: int) -> bytes:
    reader = zlib.decompressobj()
    try:
        # One more than there may be: a bomb is noticed, not unpacked.
        text = reader.decompress(packed, size + 1)
    except zlib.error:
        raise BadBlockError("a block of samples that cannot be unpacked") from None
    if len(text) != size or not reader.eof:
        raise BadBlockError("a block of samples of another length than it says")
    return text


def _values(planes: bytes, count: int) -> "array[float]":
    text = bytearray(4 * count)
    text[3::4], text[2::4], text[1::4] = planes[:count], planes[count : 2 * count], planes[2 * count :]
    values = array("f", bytes(text))
    if sys.byteorder == "big":
        values.byteswap()
    return values
