"""How numbers of coverage are written: ratios with numerator and denominator, sums of money, counts by state."""

from collections.abc import Iterable

from netwatch.cli.shell import Shell
from netwatch.language import number
from netwatch.queries.coverage import percent
from netwatch.queries.coverage_words import state_word


def ratio(shell: Shell, part: int, whole: int) -> str:
    """'45/50 (90 %)'; '-' where nothing is counted."""
    share = percent(part, whole)
    return "-" if share is None else f"{part}/{whole} ({number(share, shell.language)} %)"


def counts_words(shell: Shell, counts: Iterable[tuple[str, int]]) -> str:
    """'missing 3, proved 40'"""
    return ", ".join(f"{state_word(state, shell.translate)} {many}" for state, many in counts)


def money(shell: Shell, amount: int | None) -> str:
    """A sum in VND; '-' where nobody said."""
    return "-" if amount is None else f"{number(amount, shell.language)} ₫"
