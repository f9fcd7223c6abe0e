"""How a line fared against the limits of its contract while it was up: time over a limit out of time measured. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from netwatch.availability.outages import Stretch
from netwatch.availability.shares import thousandths
from netwatch.capacity.contract import BUCKET


class Metric(StrEnum):
    """What contracts limit: round trip and jitter in seconds, loss as a share."""

    RTT = "rtt"
    LOSS = "loss"
    JITTER = "jitter"


@dataclass(frozen=True, slots=True)
class Quality:
    """Means of five minutes against a limit (None: nothing agreed).

    `measured` is the time of buckets that count, `over` of those beyond the limit, `left_out` of those that were
    measured during outages and maintenance, which availability tells of. Values are None where nothing was measured.
    """

    metric: Metric
    limit: float | None
    measured: int = 0
    over: int = 0
    left_out: int = 0
    mean: float | None = None
    highest: float | None = None

    @property
    def share_over(self) -> int | None:
        """Thousandths of a percent, cut off."""
        return thousandths(self.over, self.measured)


def quality(
    metric: Metric, limit: float | None, start: int, values: Sequence[float | None], beside: Sequence[Stretch]
) -> Quality:
    """Of buckets that follow each other from `start` on, without those that touch a stretch of `beside`."""
    counting: list[float] = []
    left_out = place = 0
    ordered = _apart(beside)
    for number, value in enumerate(values):
        at = start + number * BUCKET
        while place < len(ordered) and ordered[place][1] <= at:
            place += 1
        if value is None:
            continue
        if place < len(ordered) and ordered[place][0] < at + BUCKET:
            left_out += 1
        else:
            counting.append(value)
    over = sum(1 for value in counting if limit is not None and value > limit)
    return Quality(
        metric,
        limit,
        len(counting) * BUCKET,
        over * BUCKET,
        left_out * BUCKET,
        sum(counting) / len(counting) if counting else None,
        max(counting, default=None),
    )


def _apart(stretches: Sequence[Stretch]) -> list[Stretch]:
    """The same time in stretches that do not overlap, in order."""
    found: list[Stretch] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif begin < end:
            found.append((begin, end))
    return found
