"""Which part of the work a routing domain belongs to. Pure.

The number of partitions never changes, so that a domain's part is the same in every release and on every machine;
only who does which parts does.
"""

import hashlib

PARTITIONS = 64


def partition(routing_domain: str) -> int:
    """The partition of a routing domain: 0 to 63, from SHA-256 of its name."""
    return hashlib.sha256(routing_domain.encode()).digest()[0] % PARTITIONS


def worker_of(routing_domain: str, workers: int) -> int:
    """Which of so many workers looks into this routing domain."""
    return partition(routing_domain) % workers
