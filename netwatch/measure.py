"""The daemon's own timings."""

from bisect import bisect_left
from collections.abc import Mapping
from itertools import accumulate

COMMIT_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class CommitTimes:
    """A cumulative histogram of commit times in seconds."""

    def __init__(self) -> None:
        self._counts = [0] * (len(COMMIT_BUCKETS) + 1)
        self.total = 0.0
        self.count = 0

    def add(self, seconds: float) -> None:
        """Count one commit."""
        self._counts[bisect_left(COMMIT_BUCKETS, seconds)] += 1
        self.total += seconds
        self.count += 1

    def buckets(self) -> Mapping[float, int]:
        """Upper bound (seconds) -> commits at most that long; +Inf is `count`."""
        return dict(zip(COMMIT_BUCKETS, accumulate(self._counts), strict=False))
