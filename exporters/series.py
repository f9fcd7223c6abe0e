"""The metric families that leave the daemon, as plain values (Prometheus text format 0.0.4, OpenMetrics names).

A value series carries only its own stable id as label; agency, site and names stand in `_info` series.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

NO_LABELS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Point:
    """One sample line: `suffix` is appended to the family's name ('_bucket', '' ...)."""

    labels: Mapping[str, str]
    value: float
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """One metric family: `kind` is gauge, counter (its name ends in _total) or histogram; `help` one sentence."""

    name: str
    kind: str
    help: str
    points: Sequence[Point]
