"""Values of service level agreements: terms, attributions, tickets, outages that are somebody's. Pure.

Times and lengths are integer microseconds (UTC), intervals half-open; shares are thousandths of a percent, so that a
step table is compared without floats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from netwatch.availability.contract import Outage
from netwatch.incidents.contract import Clue, Confidence

# Shares of the whole, in thousandths of a percent.
WHOLE = 100_000


class Party(StrEnum):
    """To whom or what an outage of a line is put down; UNKNOWN unless evidence or a person decides."""

    PROVIDER = "provider"
    OWN_POWER = "own_power"
    OWN_EQUIPMENT = "own_equipment"
    MAINTENANCE = "maintenance"
    FORCE_MAJEURE = "force_majeure"
    UNKNOWN = "unknown"


# What a contract may leave out of the figures.
EXCLUDABLE = (Party.MAINTENANCE, Party.OWN_POWER, Party.OWN_EQUIPMENT, Party.FORCE_MAJEURE)


class MeasuringPeriod(StrEnum):
    """Over which local calendar period a contract counts."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class CreditUnit(StrEnum):
    """What a step of a credit table is counted in: percent of a month's fee, or days of service."""

    PERCENT = "percent"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Step:
    """Below this availability (thousandths of a percent) so much is owed, in the contract's unit."""

    below: int
    credit: float


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of a contract as it holds for a line.

    `target` is thousandths of a percent, `restoration`, `minimum_outage` and `notice` (how long before it begins the
    provider must announce maintenance) microseconds, `rtt` and `jitter` seconds, `loss` a share; None: nothing agreed.
    `excluded` are the parties whose outages do not count, `degraded_down` that degraded counts as down. `steps` are in
    falling order of `below`; `fee` is a month's, VND.
    """

    contract: str
    number: str
    provider: str
    valid_from: date
    valid_to: date | None
    measuring_period: MeasuringPeriod
    target: int | None
    restoration: int | None
    rtt: float | None
    loss: float | None
    jitter: float | None
    minimum_outage: int
    degraded_down: bool
    excluded: frozenset[Party]
    notice: int
    steps: tuple[Step, ...]
    credit_unit: CreditUnit
    fee: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on whose a stretch of a line's time was; of several on one moment the last recorded holds.

    `event` is its number in the event log; `party` None takes the word back: evidence decides again.
    """

    event: int
    line: str
    start: int
    end: int
    party: Party | None
    reason: str
    author: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A provider's trouble ticket for an outage of a line: its number, when it was opened and when the provider closed
    it (None: not yet, or not known). `start` is a moment within the outage; the last recorded of a number holds.
    """

    event: int
    line: str
    start: int
    number: str
    opened: int | None
    closed: int | None
    note: str
    author: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose it is and how that is known.

    `perhaps` is what weaker evidence points to where `party` is UNKNOWN. `decision` is the person's word that decided,
    else `clues` are what the incident `incident` (0: none) rests on.
    """

    party: Party
    confidence: Confidence
    perhaps: Party | None = None
    clues: tuple[Clue, ...] = ()
    incident: int = 0
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an outage that is one party's; `end` None: still down."""

    start: int
    end: int | None
    attribution: Attribution


@dataclass(frozen=True, slots=True)
class AttributedOutage:
    """An outage in parts that follow each other without gaps, and the tickets opened for it.

    With `perhaps_longer` it may be one with the outage before or after it: of the time between nothing is known.
    """

    line: str
    outage: Outage
    parts: Sequence[Part]
    tickets: Sequence[Ticket]
    perhaps_longer: bool = False
