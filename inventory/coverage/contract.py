"""What coverage speaks: sightings as evidence, cells of norms and agencies, figures that add up. Pure values.

A cell is one norm at one agency. What it needs is counted in units (lines, computers...), and every unit stands in
exactly one state, so the counts of a cell add up to its need, those of a figure to the sum of its cells' needs, and
one item that changes moves exactly its own share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from inventory.inspections import Happening


class State(StrEnum):
    """How well one needed unit is covered, from the worst to the best.

    `missing`: nothing declared. `contradicted`: what answers is not what was declared. `not_measured`: declared, and
    nothing could be asked (with the reason). `declared`: declared, and never answered within the norm's days. `seen`:
    answered, without what the norm asks for having been shown. `proved`: shown within the norm's days. `exempt`: need
    not be there until a date (with the reason); stands in no denominator.
    """

    MISSING = "missing"
    CONTRADICTED = "contradicted"
    NOT_MEASURED = "not_measured"
    DECLARED = "declared"
    SEEN = "seen"
    PROVED = "proved"
    EXEMPT = "exempt"


# What counts as declared, as published figures do: everything somebody has written down.
DECLARED = frozenset({State.CONTRADICTED, State.NOT_MEASURED, State.DECLARED, State.SEEN, State.PROVED})

Counts: TypeAlias = Mapping[State, int]


class Aspect(StrEnum):
    """What can be seen of an item; a sighting's `value` in brackets.

    `answered` (''): the device, or what stands behind the item, answered. `profile` (id of the profile), `kind` (the
    device kind the profile names), `vendor`, `model`, `serial`, `mac`: what it tells of itself. `speed` (bit/s): its
    fastest port that is up; of a line the speed of its A end. `capacity` (bit/s): its fastest port that is not up,
    where it is faster. `carried` (''): the line's witness was up. `registered`
    (''): registered with its gatekeeper or registrar. `speaking` (the protocol): answered its own protocol. `contact`
    (position): a commissioned contact was read. `serving` (''): the service gave a good answer. `site` (site id): where
    it was found instead.
    """

    ANSWERED = "answered"
    PROFILE = "profile"
    KIND = "kind"
    VENDOR = "vendor"
    MODEL = "model"
    SERIAL = "serial"
    MAC = "mac"
    SPEED = "speed"
    CAPACITY = "capacity"
    CARRIED = "carried"
    REGISTERED = "registered"
    SPEAKING = "speaking"
    CONTACT = "contact"
    SERVING = "serving"
    SITE = "site"


class Sighting(NamedTuple):
    """An item's aspect had this value from `first` to `last` (microseconds UTC), without a gap worth telling."""

    item: str
    aspect: Aspect
    value: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside the inventory at the moment `at` (µs UTC; `on` is its local date).

    `sightings` by item, none of them beginning after `at`, oldest first. `unmeasured` says by item why nothing could
    be asked of it (a code: no_address, credentials_refused, never_asked...). `happened` is by surge protector what no
    field record tells: strikes counted, things lost in a storm, contacts at fault.
    """

    at: int
    on: date
    sightings: Mapping[str, tuple[Sighting, ...]] = field(default_factory=dict)
    unmeasured: Mapping[str, str] = field(default_factory=dict)
    happened: Mapping[str, Sequence[Happening]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What was declared and what was found instead; `what` is serial, model, mac, speed, kind or site."""

    what: str
    declared: str
    found: str


@dataclass(frozen=True, slots=True)
class Covering:
    """One item (a record, or a statement) towards one cell: how many units it stands for, and in which state.

    `reason` is a code with every state that is not proved (not_measured: why; declared: never_seen, stale, statement,
    uncommissioned...; seen: what is lacking, such as too_slow, not_identified). `proved_at` and `seen_at` are µs UTC,
    0 for never.
    """

    item: str
    kind: str
    units: int
    state: State
    reason: str = ""
    seen_at: int = 0
    proved_at: int = 0
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One norm at one agency: `counts` add up to `need`; `coverings` are the items that were weighed, best first.

    `state` is the worst state of any unit needed (what a planner looks at first). `until` and `reason` belong to an
    exemption, or say why the need itself is not known (`need` 0, reason no_statement: nobody stated the staff).
    """

    norm: str
    unit: str
    level: str
    need: int
    counts: Counts
    state: State
    coverings: tuple[Covering, ...] = ()
    reason: str = ""
    until: date | None = None

    def count(self, *states: State) -> int:
        """How many needed units are in one of these states."""
        return sum(self.counts.get(state, 0) for state in states)


NO_COUNTS: Counts = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Figure:
    """A norm over all agencies of a level ('' all levels): every ratio with its numerator and denominator.

    `counts` add up to `need`, the sum of the cells' needs; the denominator is `need` without the exempt. `agencies` are
    those with a cell that is not exempt and whose need is known; `agencies_declared` and `agencies_proved` those of
    them whose whole need is declared or proved. `items` are distinct items: one that serves several agencies counts
    once here. `target` is the norm's percentage.
    """

    norm: str
    level: str
    need: int
    counts: Counts
    agencies: int
    agencies_declared: int
    agencies_proved: int
    items: int
    items_proved: int
    target: int = 100

    @property
    def denominator(self) -> int:
        """What ratios are taken of."""
        return self.need - self.counts.get(State.EXEMPT, 0)

    @property
    def declared(self) -> int:
        """How many units are declared, proved or not."""
        return sum(self.counts.get(state, 0) for state in DECLARED)

    @property
    def proved(self) -> int:
        """How many units are proved."""
        return self.counts.get(State.PROVED, 0)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are of a kind of thing: `items` distinct, the `agencies` they serve, the `places` they stand at.

    `kind` is an item of norms (data_line, camera...) or the subject of statements, `detail` its finer code ('' all);
    `proved` is how many of the items are proved by the table of proofs.
    """

    kind: str
    detail: str
    items: int
    places: int
    agencies: int
    proved: int


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything an audit found, of a scope on a date."""

    on: date
    scope: str
    cells: tuple[Cell, ...]
    figures: tuple[Figure, ...]
    tallies: tuple[Tally, ...]
