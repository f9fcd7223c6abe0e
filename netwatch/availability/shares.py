"""Shares of time in thousandths of a percent, cut off as figures are told: 100 % is said of all alone. Pure."""

from dataclasses import dataclass

from netwatch.availability.contract import Account

WHOLE = 100_000


@dataclass(frozen=True, slots=True)
class Shares:
    """An account's availability, its bounds, and how much was measured; None of nothing.

    All are cut off but the highest, which is rounded up: bounds stay bounds.
    """

    availability: int | None
    lowest: int | None
    highest: int | None
    measured: int | None


def shares_of(account: Account) -> Shares:
    """The shares of an account."""
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
