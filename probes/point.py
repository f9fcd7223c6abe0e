"""One value of an I/O device, whatever it was read by: its parameters, and what is told of it.

The fact `expected` is about the value after mask and scale. Where no value is called healthy (a temperature), it only
says that there is one.
"""

import re
from math import isfinite
from typing import Literal

from pydantic import Field

from probes.contract import Fact, Metric, Note, Params, Reading, Reason, Sample
from probes.reading import compared

STRIKES = Metric("strikes_counted", "What the strike counter reads; it may be set back.")
METRIC = Metric("point_value", "The value of the input or register, scaled, when it is a number.")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,3})?")
_MAX_TEXT = 255


class PointParams(Params):
    """Which values are healthy, which (if any are named) are faulty, which mean that there is none."""

    expected: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    no_value: tuple[str, ...] = ()
    scale: float = Field(1.0, allow_inf_nan=False)
    metric: Literal["point_value", "strikes_counted"] = "point_value"


def readings(shown: str | None, measured: float | None, params: PointParams) -> tuple[Reading, ...]:
    """Fact, number and text of a value; `shown` None when the device does not offer it."""
    if shown in {*params.no_value} - {*params.expected, *params.unexpected}:
        shown = measured = None
    if shown is not None and not params.expected:
        fact = Fact("", "expected", True, Reason.ANSWERED, shown)
    else:
        fact = compared("expected", shown, measured, params.expected, params.unexpected)
    number = (Sample("", params.metric, measured),) if measured is not None else ()
    note = (Note("", "value", shown),) if shown is not None else ()
    return fact, *number, *note


def read_number(shown: str) -> float | None:
    """A text as a finite number; None when it is none."""
    found = float(shown) if _NUMBER.fullmatch(shown) else None
    return found if found is not None and isfinite(found) else None


def shown_number(value: float) -> str:
    """A number as people write it: 1 and not 1.0."""
    return f"{value:.12g}"


def clean(words: str) -> str:
    """A text as it may be shown: one line, bounded, without control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())[:_MAX_TEXT]
