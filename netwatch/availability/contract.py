"""Values of availability: what time counts as, periods, exclusions, outages, accounts. Pure.

Times and lengths are integer microseconds (UTC), intervals half-open. Figures of record are made of stored verdict rows
only. A float comes only out of a last division.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, Verdict

# Reasons of time that no row tells of, and of an outage too short to count.
NOT_WATCHED = "not_watched"
SHORT_OUTAGE = "short_outage"


class Class(StrEnum):
    """What a stretch of time counts as."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"
    EXCLUDED = "excluded"


class Owner(StrEnum):
    """Whose the root cause is, seen from a line: of its own provider, ours, or nobody can say."""

    PROVIDER = "provider"
    OURS = "ours"
    UNDECIDED = "undecided"


NO_CLASSES: Mapping[Owner, Class] = MappingProxyType({})
NO_OWNERS: Mapping[str, Owner] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Table:
    """What each verdict counts as.

    With `by_owner` unreachable counts by the owner of its root cause; `owners` names them by the cause's id, and who
    is not there is undecided.
    """

    classes: Mapping[Kind, Class]
    by_owner: Mapping[Owner, Class] = field(default_factory=lambda: NO_CLASSES)
    owners: Mapping[str, Owner] = field(default_factory=lambda: NO_OWNERS)

    def counts_as(self, verdict: Verdict) -> Class:
        """The class of a verdict's time, before anything is excluded from it."""
        return self.class_of(verdict.kind, verdict.cause)

    def class_of(self, kind: Kind, cause: str) -> Class:
        """The same of a kind of verdict and its root cause."""
        if kind is Kind.UNREACHABLE and self.by_owner:
            return self.by_owner[self.owners.get(cause, Owner.UNDECIDED)]
        return self.classes[kind]


@dataclass(frozen=True, slots=True)
class Reading:
    """A subject's stored rows, in order of start; `kind` says which table holds: site (and endpoint) or line."""

    kind: str
    rows: Sequence[VerdictRow]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Time that does not count, why, and who said so."""

    start: int
    end: int
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time with a name: 2026-10-31, 2026-10, 2026, or 2026-10-05..2026-10-12."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Outage:
    """Time in which something was down without a break; it may begin before the period and end after it.

    `start` is the first look that showed it and `earliest_start` the last moment known to be otherwise before; `end` is
    the first look that showed the end and `earliest_end` the last one before. Where nothing is known beside it,
    `earliest_start` and `latest_end` reach across that time. `end` and `latest_end` are None while it goes on.
    `counted` of it is down time of the period, `excluded` lies in the period too and does not count. `cause`, `reason`
    and `evidence` are those of its longest part.
    """

    start: int
    end: int | None
    earliest_start: int
    earliest_end: int | None
    latest_end: int | None
    counted: int
    excluded: int
    cause: str
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Account:
    """What the time of a period, up to `until`, counts as: up, down, unknown and excluded add up to it exactly.

    `by_reason` is the same by class and reason. `low` and `high` bound the time that was up: what was certainly up,
    and all that counts but what was certainly down. Both are shares of `countable`, all time that is not certainly
    excluded. Of several subjects together (`summed`) all are sums.
    """

    period: Period
    until: int
    up: int
    down: int
    unknown: int
    excluded: int
    by_reason: Mapping[tuple[Class, str], int]
    low: int
    high: int
    countable: int
    outages: tuple[Outage, ...] = ()

    @property
    def availability(self) -> float | None:
        """Up by up and down; None where nothing was measured."""
        return _ratio(self.up, self.up + self.down)

    @property
    def lowest(self) -> float | None:
        """The least availability that agrees with what was seen; None where nothing counts."""
        return _ratio(self.low, self.countable)

    @property
    def highest(self) -> float | None:
        """The greatest availability that agrees with what was seen; None where nothing counts."""
        return _ratio(self.high, self.countable)

    @property
    def measured_share(self) -> float | None:
        """How much of what counts was measured; None where nothing counts."""
        return _ratio(self.up + self.down, self.up + self.down + self.unknown)

    def of(self, class_: Class) -> int:
        """The time of a class."""
        return {
            Class.UP: self.up,
            Class.DOWN: self.down,
            Class.UNKNOWN: self.unknown,
            Class.EXCLUDED: self.excluded,
        }[class_]


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
