"""Shares of time in thousandths of a percent, cut off as figures are told: 100 % is said of all alone. Pure."""

from dataclasses import dataclass
from typing import Protocol

WHOLE = 100_000


class Lengths(Protocol):
    """Time of which shares are told: an account's, or a day's figures."""

    @property
    def up(self) -> int:
        """The time that was up."""

    @property
    def down(self) -> int:
        """The time that was down."""

    @property
    def unknown(self) -> int:
        """The time of which that is not known."""

    @property
    def low(self) -> int:
        """The time that certainly was up."""

    @property
    def high(self) -> int:
        """The time that possibly was up."""

    @property
    def countable(self) -> int:
        """All that possibly counts."""


@dataclass(frozen=True, slots=True)
class Shares:
    """An account's availability, its bounds, and how much was measured; None of nothing.

    All are cut off but the highest, which is rounded up: bounds stay bounds.
    """

    availability: int | None
    lowest: int | None
    highest: int | None
    measured: int | None


def shares_of(account: Lengths) -> Shares:
    """The shares of an account, or of a day."""
    known = account.up + account.down
    highest = thousandths(-account.high, account.countable)
    return Shares(
        thousandths(account.up, known),
        thousandths(account.low, account.countable),
        None if highest is None else -highest,
        thousandths(known, known + account.unknown),
    )


def thousandths(part: int, whole: int) -> int | None:
    """A share, rounded towards minus infinity; None of nothing."""
    return part * WHOLE // whole if whole else None
