"""Checks and observations: what is to be looked at, and what one look saw. Pure values."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from probes.contract import Columns

EMPTY: Mapping[str, Any] = MappingProxyType({})
LOCAL = "local"


def check_id(target: str, kind: str, instance: str = "") -> str:
    """The id of a check: 16 hex digits of SHA-256 over target, kind and instance name, never over parameters."""
    return hashlib.sha256("\0".join((target, kind, instance)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Hardening:
    """A fact is hard once `agree` of the last `of` looks agree (both ways), over `hold` microseconds at least.

    With a `latch` a failure stays one, whatever looks say, unless it began in one of these spans [start, end): until
    it was put right, or while it was tested.
    """

    agree: int = 3
    of: int = 3
    hold: int = 0
    latch: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One probe kind on one target. Times are microseconds; `deadline` is shorter than `interval`.

    `device` is what at most one request may be in flight to; `anchor` marks the checks that tell whether the
    vantage can see at all. `params` are the probe's own. `rules` are how facts harden that do so otherwise than by
    `hardening`, by name: those of limits.
    """

    id: str
    target: str
    kind: str
    instance: str
    device: str
    address: str
    interval: int
    deadline: int
    recheck: int
    hardening: Hardening = Hardening()
    routing_domain: str = "main"
    snmp_port: int = 161
    credentials: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    anchor: bool = False
    rules: Mapping[str, Hardening] = field(default_factory=dict)

    def rule(self, fact: str) -> Hardening:
        """How a fact of this name hardens."""
        return self.rules.get(fact, self.hardening) if self.rules else self.hardening

    @property
    def most_votes(self) -> int:
        """How many looks are remembered of a fact at the most."""
        return max((self.hardening.of, *(rule.of for rule in self.rules.values()))) + 1


@dataclass(frozen=True, slots=True)
class FactKey:
    """Which fact: of what check, of which part of its target, by what name, seen from where."""

    check: str
    part: str
    fact: str
    vantage: str = LOCAL


@dataclass(frozen=True, slots=True)
class FactSeen:
    """What one look said of one fact: `holds` None when it could not tell."""

    part: str
    fact: str
    holds: bool | None
    reason: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """The result of one look, judged by the plan of revision `plan`; `at` is when the look began.

    `sequence` counts up per collector and never repeats. `complete` False means parts it does not mention may
    still exist. `samples` are (part, metric, value), `notes` (part, name, text), `columns` numbers of many parts.
    """

    collector: str
    sequence: int
    plan: int
    check: str
    at: int
    took: int
    facts: tuple[FactSeen, ...]
    complete: bool = True
    reason: str | None = None
    vantage: str = LOCAL
    samples: tuple[tuple[str, str, float], ...] = ()
    notes: tuple[tuple[str, str, str], ...] = ()
    columns: tuple[Columns, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Observations that travel, are committed and acknowledged together."""

    number: int
    observations: tuple[Observation, ...] = field(default_factory=tuple)
