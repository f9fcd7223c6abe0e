"""Columns come back from their bytes as they were, never higher; other bytes are refused."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.sampling.blocks import COARSE, FINE, LARGEST, BadBlockError, Block, pack, unpack

NUMBERS = st.floats(-LARGEST, LARGEST, allow_nan=False)


@given(st.lists(st.tuples(NUMBERS, st.integers(0, 255)), max_size=300), st.sampled_from((FINE, COARSE)))
def test_numbers_come_back_a_little_nearer_to_zero(rows: list[tuple[float, int]], bits: int) -> None:
    """By less than the last bit kept; what was 0 is 0, marks are what they were."""
    marks = bytes(mark for _, mark in rows)
    block = unpack(pack(Block(([value for value, _ in rows],), (marks, marks)), bits))
    assert block.marks == (marks, marks)
    for (value, _), kept in zip(rows, block.numbers[0], strict=True):
        assert abs(kept) <= abs(value) * (1 + 1e-7) + 1e-44
        # Below the smallest normal number of 32 bits there are fewer bits than that.
        assert abs(value - kept) <= abs(value) * 2.0**-bits + 1e-38


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 1e39])
def test_what_is_no_number_is_refused(value: float) -> None:
    """Before anything is written."""
    with pytest.raises(ValueError, match="beyond what is kept"):
        pack(Block(([value],), ()))
    with pytest.raises(ValueError, match="different lengths"):
        pack(Block(([1.0],), (b"12",)))


@given(st.binary(max_size=200))
def test_any_other_bytes_are_no_block(content: bytes) -> None:
    """They are refused as such, whatever they are."""
    try:
        unpack(content)
    except BadBlockError:
        return
    assert content[0] == 1


@given(st.data())
def test_a_damaged_block_is_refused_or_has_its_shape(data: st.DataObject) -> None:
    """A flipped byte never leads to anything but a block or a refusal; cut short it is always refused."""
    whole = pack(Block(([1.0, 2.0, 3.0],), (b"abc",)))
    place = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(BadBlockError):
        unpack(whole[:place])
    damaged = bytearray(whole)
    damaged[place] ^= data.draw(st.integers(1, 255))
    try:
        block = unpack(bytes(damaged))
    except BadBlockError:
        return
    assert {len(column) for column in (*block.numbers, *block.marks)} <= {3, 0}


def test_a_day_of_a_busy_line_takes_less_than_800_bytes() -> None:
    """The bound that docs/capacity.md states, of traffic that is never twice the same."""
    chance = Random(1)
    busy = [1e8 * chance.random() for _ in range(288)]
    full, up = bytes([250]) * 288, bytes([1]) * 288
    assert len(pack(Block((busy,), (full, up)))) < 800
    assert len(pack(Block(([0.0] * 288,), (full, up)))) < 60
    hours = [1e8 * chance.random() for _ in range(744)]
    assert len(pack(Block((hours, hours), (bytes([250]) * 744,)), COARSE)) < 2800
