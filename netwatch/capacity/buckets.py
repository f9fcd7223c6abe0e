"""Looks spread over wall-aligned buckets of five minutes: each look's part in a bucket by the time they share. Pure."""

from collections.abc import Iterator

from netwatch.capacity.contract import BUCKET, VALID_PERCENT
from netwatch.clock import MINUTE

# What a look says reaches back to the look before, no further than this: two looks 300 s apart of which one was lost,
# and their jitter. The mean of a longer time hides the peaks that the rule is about, so it counts as not measured.
LONGEST = 11 * MINUTE


def spread(since: int, at: int) -> Iterator[tuple[int, int]]:
    """(start of the bucket, microseconds in it) of every bucket that [since, at) covers; nothing beyond LONGEST."""
    if at - since > LONGEST:
        return
    while since < at:
        start = since - since % BUCKET
        end = min(at, start + BUCKET)
        yield start, end - since
        since = end


class Bucket:
    """One series in one bucket: a sum of value times time, and the time covered, microseconds."""

    __slots__ = ("code", "covered", "total")

    def __init__(self, total: float = 0.0, covered: int = 0, code: int = 0) -> None:
        self.total, self.covered, self.code = total, covered, code

    def add(self, value: float, length: int, code: int) -> None:
        """Take in a value that held for so long; `code` is the verdict at the end of it."""
        self.total += value * length
        self.covered += length
        self.code = code

    @property
    def mean(self) -> float:
        """By time; 0 where nothing was covered."""
        return self.total / self.covered if self.covered else 0.0

    @property
    def valid(self) -> bool:
        """Whether enough of it was measured."""
        return self.covered * 100 >= VALID_PERCENT * BUCKET
