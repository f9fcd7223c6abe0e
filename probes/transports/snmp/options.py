"""How agents are asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SnmpOptions:
    """Times in seconds. Rows at once (max-repetitions) start at one of two figures, by the agent's round trip.

    `credentials_retry` is how long an agent that refused all our credentials is left alone.
    """

    receive_buffer_bytes: int = 8 * 2**20
    timeout: float = 2.0
    retries: int = 2
    max_repetitions: int = 10
    max_repetitions_lan: int = 20
    lan_round_trip: float = 0.005
    row_cap: int = 20_000
    credentials_retry: float = 300.0
