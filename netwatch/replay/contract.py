"""What a replay speaks: rules, what was told by them, and how two tellings differ. Pure values.

Times are microseconds UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from alerts.contract import Severity
from netwatch.incidents.arrangement import Arrangement
from netwatch.incidents.contract import Condition, Incident
from netwatch.plan import Plan
from netwatch.store.contract import FactRow


@dataclass(frozen=True, slots=True)
class Rules:
    """What is on trial: limits (in the plan), times and severities of incidents, routes (in the arrangement)."""

    plan: Plan
    arrangement: Arrangement


@dataclass(frozen=True, slots=True)
class Deed:
    """Somebody acknowledged an incident with these roots."""

    roots: frozenset[str]
    by: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside facts from a moment on: since when vantages are blind, and conditions by key."""

    blind: Mapping[str, int] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class News:
    """What became known at a moment."""

    at: int
    rows: tuple[FactRow, ...] = ()
    surroundings: Surroundings | None = None
    deeds: tuple[Deed, ...] = ()


@dataclass(frozen=True, slots=True)
class Followed:
    """An incident as it was in the end, its worst severity, and when each receiver first heard of it."""

    incident: Incident
    worst: Severity
    told: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """All incidents of a span by id, and how many messages went to each receiver; None where nobody counted."""

    incidents: tuple[Followed, ...]
    messages: Mapping[str, int] | None = None


class What(StrEnum):
    """How an incident differs."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """An incident that other rules make otherwise: None on the side where there is none."""

    before: Followed | None
    after: Followed | None

    @property
    def what(self) -> What:
        """New, gone or changed."""
        if self.before is None:
            return What.NEW
        return What.GONE if self.after is None else What.CHANGED

    @property
    def either(self) -> Followed:
        """The incident, as it was where it was there before."""
        known = self.before or self.after
        if known is None:
            raise ValueError("a difference of nothing")
        return known


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well a replay by the present rules tells again what was: of `stored` incidents `again` came again.

    `besides` came that never were; `shift` is by how much the middle one of those that came again began otherwise.
    """

    stored: int
    again: int
    besides: int
    shift: int = 0

    @property
    def share(self) -> float | None:
        """Incidents that are in both by those that are in either; None without any."""
        whole = self.stored + self.besides
        return self.again / whole if whole else None


@dataclass(frozen=True, slots=True)
class Report:
    """What a replay of [start, end) found.

    `against_stored`: compared is what is stored, not a replay by other rules. `messages` are (before, after) by
    receiver. `measured` are (subject, limit) judged anew from samples, `untold` those that changed and of which nothing
    is stored. `late` facts came to be known too late to be told of. `edge` differences lie in incidents that had begun
    before the span: against what is stored they are left out, since samples from its start on cannot tell them.
    """

    start: int
    end: int
    against_stored: bool
    differences: tuple[Difference, ...]
    messages: Mapping[str, tuple[int, int]]
    agreement: Agreement
    measured: tuple[tuple[str, str], ...] = ()
    untold: tuple[tuple[str, str], ...] = ()
    late: int = 0
    edge: int = 0

    @property
    def differs(self) -> bool:
        """Whether anybody would have noticed."""
        return bool(self.differences) or any(before != after for before, after in self.messages.values())
