"""Values of the capacity rule of circular 06/2026/TT-BKHCN, article 5.6. Pure.

`The highest 95th percentile of the traffic of each direction does not exceed 90 % of the capacity on 07 consecutive
days, sampled every 05 minutes`. Read here, and acted on, as: the 95th percentile of each of seven consecutive days; the
other reading, one percentile over all 2,016 samples of seven days, is computed beside it and shown.

Buckets are aligned to the wall clock. In which zone makes no difference: every zone in use is a multiple of 15 minutes
from UTC, so that local days begin and end on the edges of UTC's buckets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from netwatch.clock import DAY, MINUTE

# Article 5.6: samples of 5 minutes, the 95th percentile, 90 % of the bandwidth, seven consecutive days.
BUCKET = 5 * MINUTE
PERCENTILE = 95
LIMIT_PERCENT = 90
CONSECUTIVE = 7
BUCKETS_A_DAY = DAY // BUCKET
# What the circular does not say: what of a bucket and of a day must have been measured (80 %; 95 %, 274 of 288).
VALID_PERCENT = 80
VALID_BUCKETS = 274
# So many days without a valid measurement, one after the other, end what is known of a run.
HOLE = 7


class State(StrEnum):
    """What a day says: over the limit, within it, or nothing: too little was measured, or nothing is contracted."""

    OVER = "over"
    WITHIN = "within"
    UNMEASURED = "unmeasured"
    UNCONTRACTED = "uncontracted"


@dataclass(frozen=True, slots=True)
class DayLoad:
    """A local day of one direction: the bits a second of its valid buckets in any order, and how many there could be.

    `contracted` is the contracted bandwidth in bit/s that held on the day, None where none is known.
    """

    day: date
    rates: Sequence[float]
    buckets: int = BUCKETS_A_DAY
    contracted: int | None = None

    @property
    def complete(self) -> bool:
        """Whether enough was measured: 274 of 288 buckets, the same share of a day that is shorter or longer."""
        return len(self.rates) * BUCKETS_A_DAY >= VALID_BUCKETS * self.buckets > 0


@dataclass(frozen=True, slots=True)
class Peak:
    """The 95th percentile of a day in bit/s (None without any valid bucket), and what it says."""

    day: date
    p95: float | None
    contracted: int | None
    valid: int
    buckets: int
    state: State

    @property
    def share(self) -> float | None:
        """Of the contracted bandwidth; None where either is not known."""
        return self.p95 / self.contracted if self.p95 is not None and self.contracted else None

    @property
    def judged(self) -> bool:
        """Whether the day counts."""
        return self.state in (State.OVER, State.WITHIN)


@dataclass(frozen=True, slots=True)
class Run:
    """Days over the limit from `first` to `last` with no day within it between them.

    `over` days were measured, `unmeasured` lie between them and say nothing; `consecutive` is the longest row of
    measured days without a day that says nothing.
    """

    first: date
    last: date
    over: int
    unmeasured: int
    consecutive: int

    @property
    def breach(self) -> bool:
        """Whether the rule is broken for certain: seven measured days over the limit, one right after the other."""
        return self.consecutive >= CONSECUTIVE

    @property
    def possible(self) -> bool:
        """Whether it may be: seven days or more if those that say nothing were over the limit too."""
        return not self.breach and self.over + self.unmeasured >= CONSECUTIVE


@dataclass(frozen=True, slots=True)
class Week:
    """The other reading: one 95th percentile over the samples of the seven days up to `last`, as a share of contract.

    `share` is None where fewer than seven times 274 samples are valid, or a day has no contracted bandwidth.
    """

    last: date
    share: float | None
    samples: int

    @property
    def over(self) -> bool:
        """Whether it is over the limit."""
        return self.share is not None and self.share * 100 > LIMIT_PERCENT


class Trend(StrEnum):
    """What a line through the peaks of days says of when the limit is crossed."""

    CROSSING = "crossing"
    OVER = "over"
    NO_TREND = "no_trend"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Forecast:
    """From so many valid days: the change of the peak in bit/s a day, and the day on which it would cross the limit.

    `on` is given with CROSSING alone.
    """

    trend: Trend
    days: int
    slope: float | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Direction:
    """Everything the rule says of one direction of a line, days and weeks in order."""

    peaks: Sequence[Peak]
    runs: Sequence[Run]
    weeks: Sequence[Week]
    forecast: Forecast

    @property
    def last(self) -> Peak | None:
        """The last day that was measured well enough, with a contracted bandwidth or not."""
        return next((peak for peak in reversed(self.peaks) if peak.state is not State.UNMEASURED), None)

    @property
    def breach(self) -> bool:
        """Whether the limit was exceeded on seven consecutive days."""
        return any(run.breach for run in self.runs)

    @property
    def need(self) -> float | None:
        """The bandwidth in bit/s of which the highest measured peak would be 90 %; None where nothing was measured."""
        peaks = [
            peak.p95 for peak in self.peaks if peak.state is not State.UNMEASURED and peak.p95 is not None
        ]
        return max(peaks) * 100 / LIMIT_PERCENT if peaks else None
