"""Limits as values: what a number may be, for whom, since when. Pure.

A limit is judged on every look of a check that gives its number and becomes a fact like any other, `within:<id>`:
it holds within the limit, it does not beyond it, and nobody knows when the look did not give the number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from netwatch.check import FactKey, Hardening
from netwatch.language import Sentence

WITHIN = "within:"
# How much of a metric's base unit one of these is.
UNITS: Mapping[str, float] = {"": 1.0, "%": 0.01, "ms": 0.001, "s": 1.0, "d": 86_400.0, "°C": 1.0}
LINE, DEVICE, SURGE_PROTECTOR, SENSOR, AGENCY = "line", "device", "surge_protector", "sensor", "agency"
SERVICE, ENDPOINT = "service", "conferencing_endpoint"
SUBJECTS = (LINE, DEVICE, ENDPOINT, SURGE_PROTECTOR, SENSOR, SERVICE, AGENCY)
MACHINE_ROOM, OFFICE = "machine_room", "office"
ROOMS = (MACHINE_ROOM, OFFICE)
COMPLETENESS = "probe_completeness_ratio"


@dataclass(frozen=True, slots=True)
class Term:
    """Local dates between which something holds, `until` excluded; None: without end."""

    since: date | None = None
    until: date | None = None

    def holds(self, on: date | None) -> bool:
        """Whether it holds on a date; None is a day after all others."""
        if on is None:
            return self.until is None
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


ALWAYS = Term()


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as it holds for a subject.

    `subjects` are the kind it is for, of which only those of `classes` (line classes), `kinds` (of devices,
    sensors) and in `room`; empty: all. The number is the `metric`, the worst of the parts that `part` (a pattern
    with * and ?) fits, as a mean over the last `over` microseconds (0: of the look alone). It is beyond `bound`
    (base units; `upper`: above it, else below it) until it is back at `back`. The fact hardens by `hardening`, None
    by its check's, and must have lasted `hold` microseconds. A limit with a `state` has no number: the state is a
    fact of its own. `places` are where it was read, the file that has the last word last.
    """

    id: str
    subjects: str
    metric: str = ""
    state: str = ""
    part: str = ""
    upper: bool = True
    bound: float = 0.0
    back: float = 0.0
    unit: str = ""
    over: int = 0
    hold: int = 0
    hardening: Hardening | None = None
    severity: str = "minor"
    classes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    room: str = ""
    term: Term = ALWAYS
    source: str = ""
    off: bool = False
    places: tuple[Sentence, ...] = field(default=(), compare=False, repr=False)

    def rule(self, usual: Hardening) -> Hardening:
        """By which looks its fact hardens, on a check that usually hardens so."""
        own = self.hardening or usual
        return Hardening(own.agree, own.of, self.hold)

    def shown(self, value: float) -> str:
        """A number of the metric as people read it."""
        scaled = value / UNITS[self.unit]
        number = f"{scaled:.3g}" if abs(scaled) < 100 else f"{scaled:.0f}"  # never 8.999 days
        return f"{number} {self.unit}" if self.unit else number

    @property
    def words(self) -> str:
        """The limit in signs: '> 5 %'."""
        return f"{'>' if self.upper else '<'} {self.shown(self.bound)}"


@dataclass(frozen=True, slots=True)
class Override:
    """Other values of a limit for some subjects: those of these units with all below, at these sites, or themselves.

    Without any it is for all subjects: a new version of the limit. `changes` are fields of `Limit`.
    """

    changes: Mapping[str, Any]
    units: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    term: Term = ALWAYS
    place: Sentence = field(default=Sentence(""), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit with its overrides, in the order they were written."""

    limit: Limit
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All limits by their order, and which sites and devices are in which room (all others in an office)."""

    rules: tuple[Rule, ...] = ()
    rooms: Mapping[str, str] = field(default_factory=dict)


NO_RULES = Rulebook()


@dataclass(frozen=True, slots=True)
class Watched:
    """A limit in force on a check: the `key` of its fact, and the subject it tells of.

    With a `column` the number is how fast that sum grows, as a share of `full` (what a second may bring).
    """

    key: FactKey
    subject: str
    limit: Limit
    column: str = ""
    full: float = 0.0
