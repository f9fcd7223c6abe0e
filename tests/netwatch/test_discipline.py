"""What the kernel says of its clock is read, never set, and never guessed."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.discipline import STA_NANO, STA_UNSYNC, TIME_ERROR, kernel_discipline, synchronised, told

LONGS = st.integers(-(1 << 63), (1 << 63) - 1)


@given(st.integers(0, TIME_ERROR), st.integers(0, 0xFFFF), LONGS, LONGS, LONGS)
def test_either_sign_that_the_clock_is_not_synchronised_counts(
    state: int, status: int, offset: int, most: int, estimated: int
) -> None:
    """The state or the flag; errors are in microseconds whatever the unit of the offset."""
    found = told(state, status, offset, most, estimated)
    assert found is not None
    assert found.synchronised == (state != TIME_ERROR and not status & STA_UNSYNC)
    assert found.offset == pytest.approx(offset / (1e9 if status & STA_NANO else 1e6))
    assert (found.max_error, found.estimated_error) == pytest.approx((most / 1e6, estimated / 1e6))


def test_a_refusal_is_not_known() -> None:
    """EPERM and the like give a negative state."""
    assert told(-1, 0, 0, 0, 0) is None


def test_offset_and_lead_add_up() -> None:
    """Whichever way they go."""
    found = told(0, 0, -2_000, 30_000, 1_000)
    assert found is not None
    assert found.at_most(-0.5) == found.at_most(0.5) == pytest.approx(0.532)


def test_the_real_kernel_gives_sane_values() -> None:
    """The errors are capped at 16 s (NTP_PHASE_LIMIT), the offset at half a second; a wrong layout would show."""
    if not sys.platform.startswith("linux"):
        pytest.skip("adjtimex(2) is Linux")
    found = kernel_discipline()
    if found is None:
        pytest.skip("the kernel may not be asked here")
    assert 0 <= found.max_error <= 17 or not found.synchronised
    assert 0 <= found.max_error < 3600
    assert 0 <= found.estimated_error < 3600
    assert abs(found.offset) <= 0.5
    assert synchronised() is found.synchronised
