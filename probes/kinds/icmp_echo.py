"""Echoes (ping): is the target reachable, how long do packets take, how many are lost.

A look is a burst; it is good if at least one echo returns. An ICMP error from the target itself proves that it is
there; one from a router says that the path is broken there.
"""

from pydantic import Field

from probes.contract import Fact, Metric, Params, Probe, Reading, Reason, Sample, Seen, Target
from probes.kit import Kit
from probes.transports.icmp.contract import Burst


class EchoParams(Params):
    """How a burst is sent: spacing and wait in seconds, size in payload bytes."""

    count: int = Field(5, ge=1, le=100)
    spacing: float = Field(0.2, ge=0.0, le=10.0)
    size: int = Field(56, ge=16, le=65507)
    wait: float = Field(1.0, gt=0.0, le=60.0)


async def look(target: Target, params: EchoParams, kit: Kit) -> Seen:
    """Send one burst."""
    burst = await kit.burst(
        target.address, count=params.count, spacing=params.spacing, size=params.size, wait=params.wait
    )
    return Seen((_reachable(burst), *_numbers(burst)))


def _reachable(burst: Burst) -> Fact:
    share = f"{len(burst.answered)}/{len(burst.rtts)}"
    # An answer after its wait counts as lost, and yet it is one.
    if burst.answered or burst.late:
        return Fact("", "reachable", True, Reason.ANSWERED, share)
    for fault in burst.faults:
        if fault.by_target:
            return Fact("", "reachable", True, Reason.REFUSED, fault.what)
    if burst.faults:
        return Fact("", "reachable", False, Reason.PATH_BROKEN, burst.faults[0].reporter)
    return Fact("", "reachable", False, Reason.NO_ANSWER, share)


def _numbers(burst: Burst) -> list[Reading]:
    numbers: list[tuple[str, float | None]] = [
        ("icmp_rtt_seconds", burst.mean),
        ("icmp_rtt_min_seconds", min(burst.answered, default=None)),
        ("icmp_rtt_max_seconds", max(burst.answered, default=None)),
        ("icmp_rtt_median_seconds", burst.percentile(0.5)),
        ("icmp_rtt_p95_seconds", burst.percentile(0.95)),
        ("icmp_jitter_seconds", burst.jitter),
        ("icmp_jitter_p95_seconds", burst.jitter_p95),
        ("icmp_loss_ratio", burst.loss),
        ("icmp_duplicates", float(burst.duplicates)),
        ("icmp_late", float(burst.late + burst.stragglers)),
    ]
    return [Sample("", name, value) for name, value in numbers if value is not None]


PROBE = Probe(
    name="icmp_echo",
    params=EchoParams,
    look=look,
    facts=("reachable",),
    metrics=(
        Metric("icmp_rtt_seconds", "Mean round-trip time of the last burst's answered echoes."),
        Metric("icmp_rtt_min_seconds", "Shortest round-trip time of the last burst."),
        Metric("icmp_rtt_max_seconds", "Longest round-trip time of the last burst."),
        Metric("icmp_rtt_median_seconds", "Median round-trip time of the last burst, by nearest rank."),
        Metric(
            "icmp_rtt_p95_seconds", "95th percentile of the last burst's round-trip times, by nearest rank."
        ),
        Metric(
            "icmp_jitter_seconds",
            "Smoothed jitter of RFC 3550 section 6.4.1 over consecutive round-trip times of the last burst.",
        ),
        Metric(
            "icmp_jitter_p95_seconds",
            "95th percentile of the last burst's round-trip times less the shortest.",
        ),
        Metric("icmp_loss_ratio", "Share of the last burst's echoes without answer in time."),
        Metric("icmp_duplicates", "Answers beyond the first to the same echo, since the burst before."),
        Metric("icmp_late", "Answers that came after their wait, since the burst before."),
    ),
    interval=60.0,
    timeout=4.0,
)
