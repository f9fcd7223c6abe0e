"""What a norm asks of one item, apart from whom it asks and how many: its quality, and how fresh its proof is. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Terms:
    """`bandwidth` bit/s, `inspected_within` months, `max_age` years; None or False where the norm does not ask."""

    bandwidth: int | None = None
    inspected_within: int | None = None
    max_age: int | None = None
    in_warranty: bool = False
    proof_days: int = 30


NO_TERMS = Terms()


def terms_of(norm: Any) -> Terms:  # noqa: ANN401 - a record of the inventory
    """The terms of a norm."""
    return Terms(norm.bandwidth, norm.inspected_within, norm.max_age, norm.in_warranty, norm.proof_days)


def moment_of_day(day: date, on: date, at: int) -> int:
    """A past local date as a moment, told from `at`, which is in the local date `on`; never after `at`."""
    return min(at, at - (on - day) // timedelta(days=1) * DAY)
