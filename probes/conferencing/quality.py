"""The numbers of calls that all endpoints share, whatever language they are told in. Pure."""

from probes.contract import Metric

LOSS, JITTER, ROUND_TRIP, ACTIVE = (
    "call_loss_ratio",
    "call_jitter_seconds",
    "call_round_trip_seconds",
    "call_active",
)
METRICS = (
    Metric(ACTIVE, "1 while a call is under way, 0 while there is none."),
    Metric(LOSS, "Share of a call's packets that were lost."),
    Metric(JITTER, "Jitter of a call, as the endpoint measures it."),
    Metric(ROUND_TRIP, "Round-trip time of a call, as the endpoint measures it."),
)
