"""How much of the time sites and lines were up, as far as `_up` tells it: estimates, and by how much they may err.

The figures of record are `netwatch_site_seconds` and the reports. They date an outage back to the first look that saw
it; `_up` turns when the last of N looks has agreed, and a Prometheus sees that at its next scrape. So each edge of an
outage stands up to (N - 1) intervals and one scrape late, and the ends of the time asked about count as edges.

Thirty days of all scrapes would be too much to read at once. So what was seen is counted every four minutes, and the
estimates add up those counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from exporters.rules.model import Group, Rule

FIGURE = {"figure": "estimate"}
WINDOWS = ("1d", "30d")
# Less than the five minutes for which a Prometheus takes a value for the present one.
COUNTED, COUNTED_SECONDS = "4m", 240
# The ends of the time asked about; and what a restart of netwatch hides: the beginning and the end of its absence.
ENDS, OF_A_RESTART = 2, 2
SUBJECTS = ("site", "line")


@dataclass(frozen=True, slots=True)
class Pace:
    """What decides how late `_up` turns: `of` looks, one every `interval` seconds, scraped every `scrape` seconds."""

    of: int
    interval: float
    scrape: int

    @property
    def edge(self) -> float:
        """Seconds by which an edge may be told late."""
        return (self.of - 1) * self.interval + self.scrape


def error_ratio(changes: float, samples: int, pace: Pace) -> float:
    """By how much a share of `samples` may err when the verdict changed so often in that time."""
    return (changes + ENDS) * pace.edge / (samples * pace.scrape)


def estimate_groups(pace: Pace) -> tuple[Group, ...]:
    """What is counted every four minutes, and then what follows from it for a day and for thirty days."""
    counts = [rule for subject in SUBJECTS for rule in _counts(subject, pace)]
    shares = [rule for subject in SUBJECTS for window in WINDOWS for rule in _shares(subject, window, pace)]
    return (Group("netwatch-estimates", [*counts, *shares], COUNTED),)


def _counts(subject: str, pace: Pace) -> Iterator[Rule]:
    up = f"netwatch_{subject}_up"
    yield Rule(f"sum_over_time({up}[{COUNTED}])", record=f"{subject}:{up}:sum{COUNTED}")
    yield Rule(f"count_over_time({up}[{COUNTED}])", record=f"{subject}:{up}:count{COUNTED}")
    # Reaches back to the scrape before, so that a change between two counts is in one of them; one verdict ends and
    # another begins.
    reach = COUNTED_SECONDS + pace.scrape
    changes = f"sum without (verdict) (changes(netwatch_{subject}_verdict[{reach}s])) / 2"
    yield Rule(changes, record=f"{subject}:netwatch_{subject}_verdict:changes{COUNTED}")


def _shares(subject: str, window: str, pace: Pace) -> Iterator[Rule]:
    up, verdict = f"{subject}:netwatch_{subject}_up", f"{subject}:netwatch_{subject}_verdict"
    seen = f"sum_over_time({up}:count{COUNTED}[{window}])"
    share = f"sum_over_time({up}:sum{COUNTED}[{window}]) / {seen}"
    yield Rule(share, record=f"{up}:estimate{window}", labels=FIGURE)
    restarts = f"{OF_A_RESTART} * changes(netwatch_start_timestamp_seconds[{window}])"
    changes = f"sum_over_time({verdict}:changes{COUNTED}[{window}])"
    edges = f"({changes} + {ENDS} + on (job, instance) group_left () {restarts})"
    yield Rule(
        f"{edges} * {pace.edge:g} / ({seen} * {pace.scrape})", record=f"{up}:error{window}", labels=FIGURE
    )
