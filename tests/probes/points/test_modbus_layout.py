"""What registers mean as numbers, against Python's own struct."""

import struct
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.transports.modbus.layout import Layout, Order, Type

ORDERS = st.sampled_from(["big", "little"])


def laid_out(octets: bytes, within: Order, across: Order) -> tuple[int, ...]:
    """Registers as a device with these orders sends the value whose bytes, highest first, are these."""
    words = [octets[at : at + 2] for at in range(0, len(octets), 2)]
    if across == "little":
        words.reverse()
    return tuple(int.from_bytes(word, within) for word in words)


@given(
    st.one_of(
        st.tuples(st.just("u16"), st.just(">H"), st.integers(0, 2**16 - 1)),
        st.tuples(st.just("i16"), st.just(">h"), st.integers(-(2**15), 2**15 - 1)),
        st.tuples(st.just("u32"), st.just(">I"), st.integers(0, 2**32 - 1)),
        st.tuples(st.just("i32"), st.just(">i"), st.integers(-(2**31), 2**31 - 1)),
        st.tuples(st.just("f32"), st.just(">f"), st.floats(width=32, allow_nan=False, allow_infinity=False)),
    ),
    ORDERS,
    ORDERS,
)
def test_every_type_in_every_order_is_read_as_it_was_laid_out(
    written: tuple[Type, str, float], within: Order, across: Order
) -> None:
    """Whatever struct packs, put into registers in any order of bytes and words, should be read as the same number."""
    kind, form, value = written
    registers = laid_out(struct.pack(form, value), within, across)
    found = Layout(kind, within, across).number(registers)
    assert found is not None
    assert found == pytest.approx(value, rel=1e-11)
    assert Layout(kind, within, across).count == len(registers)


@given(st.integers(0, 2**16 - 1), st.integers(1, 2**16 - 1), ORDERS)
def test_a_mask_picks_bits_and_shifts_them_down(value: int, mask: int, within: Order) -> None:
    """The bits of the mask should be read as a number of their own, and as one bit when only that is asked for."""
    registers = laid_out(value.to_bytes(2, "big"), within, "big")
    lowest = bin(mask)[::-1].index("1")
    assert Layout("u16", within, mask=mask).number(registers) == (value & mask) >> lowest
    assert Layout("bit", within, mask=mask).number(registers) == bool(value & mask)


def test_a_scale_leaves_no_traces_of_binary_fractions() -> None:
    """3 tenths should be 0.3, and a negative temperature negative."""
    assert Layout("u16", scale=0.1).number((3,)) == 0.3
    assert Layout("i16", scale=0.1).number((0xFFFE,)) == -0.2
    assert Layout("u32").number((0xFFFF, 0xFFFF)) == 4294967295.0


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_no_number_is_none(value: float) -> None:
    """NaN and infinity, by which devices say that a sensor is missing, should be no value."""
    registers = laid_out(struct.pack(">f", value), "big", "big")
    assert Layout("f32").number(registers) is None
    assert Layout("u16", scale=1e308).number((65535,)) is None


@pytest.mark.parametrize(
    ("layout", "function", "words"),
    [
        (Layout("u16"), "coil", "single bits"),
        (Layout("bit", mask=1), "discrete", "single bits"),
        (Layout("f32", mask=1), "holding", "no meaning for f32"),
        (Layout("u16", mask=0x10000), "input", "0x1 to 0xffff"),
        (Layout("u32", mask=0), "input", "0xffffffff"),
    ],
)
def test_layouts_that_mean_nothing_are_told(layout: Layout, function: str, words: str) -> None:
    """A layout without meaning should be told in a sentence; a sound one should not."""
    assert words in (layout.fault(function) or "")  # type: ignore[arg-type]
    assert Layout("bit").fault("coil") is None
    assert Layout("u32", mask=0xFFFF0000).fault("holding") is None
