"""Sums of profiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.equipment.arithmetic import SumError, calculate, names


def test_a_sum_has_names_and_a_value() -> None:
    """Brackets and the usual precedence."""
    assert names("(total - free) / total * -1.5") == {"total", "free"}
    assert calculate("(total - free) / total", {"total": 4.0, "free": 1.0}) == 0.75
    assert calculate("-a + 2 * 3", {"a": 1.0}) == 5.0


def test_what_has_no_value_is_none() -> None:
    """Division by zero; numbers too large for floating point."""
    assert calculate("a / b", {"a": 1.0, "b": 0.0}) is None
    assert calculate("a * a", {"a": 1e300}) is None


@pytest.mark.parametrize(
    "text", ["", "a b", "a ** 2", "a if b else c", "f(a)", "a.b", "a[0]", "'x'", "True", "a < b", "(" * 150]
)
def test_nothing_else_is_a_sum(text: str) -> None:
    """No calls, attributes, powers, comparisons."""
    with pytest.raises(SumError):
        names(text)


@given(st.text(max_size=60))
def test_any_text_is_a_sum_or_refused(text: str) -> None:
    """Only SumError is raised."""
    try:
        known = names(text)
    except SumError:
        return
    calculate(text, dict.fromkeys(known, 1.0))
