"""What is agreed with providers about lines, in versions with dates."""

# The declarations are calls of dataclasses.field, which is what RUF009 cannot see.
# ruff: noqa: RUF009

from dataclasses import dataclass
from datetime import date

from inventory.kinds.declare import CellType, day, key, needed, optional, text

MEASURING_PERIODS = ("month", "quarter", "year")
DEGRADED_AS = ("up", "down")
# Whose outages a contract may leave out of the figures.
EXCLUDABLE = ("maintenance", "own_power", "own_equipment", "force_majeure")
# The word for leaving out nothing: none named means all of them, which is usual.
NO_EXCLUSION = "none"
EXCLUSIONS = (*EXCLUDABLE, NO_EXCLUSION)
CREDIT_UNITS = ("percent", "days")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineContract:
    """One version of a contract about lines: those named, and those whose `contract_number` is its `number`.

    `availability_target`, `loss_limit` are percent, `restoration_time` minutes, `rtt_limit`, `jitter_limit` ms,
    `minimum_outage` seconds, `notice_hours` how long before it begins maintenance must be announced to be excluded.
    `credit_steps` are texts `99.5=5`: below 99.5 percent, 5 is owed in `credit_unit` (percent of a month's fee, or
    days of service). `monthly_fee` is VND. No `exclusions` are all of `EXCLUDABLE`; `none` excludes nothing.
    """

    id: str = key()
    name: str = needed()
    provider: str = needed()
    number: str = needed()
    lines: tuple[str, ...] = optional(CellType.CODES, default=(), refers=("line",))
    measuring_period: str = optional(default="month", choices=MEASURING_PERIODS)
    availability_target: float | None = optional(CellType.NUMBER, low=0, high=100)
    restoration_time: int | None = optional(CellType.INTEGER, low=1, high=10**6)
    rtt_limit: float | None = optional(CellType.NUMBER, low=0, high=10**5)
    loss_limit: float | None = optional(CellType.NUMBER, low=0, high=100)
    jitter_limit: float | None = optional(CellType.NUMBER, low=0, high=10**5)
    minimum_outage: int = optional(CellType.INTEGER, default=0, low=0, high=86400)
    degraded: str = optional(default="up", choices=DEGRADED_AS)
    exclusions: tuple[str, ...] = optional(CellType.CODES, default=(), choices=EXCLUSIONS)
    notice_hours: int = optional(CellType.INTEGER, default=0, low=0, high=8760)
    credit_steps: tuple[str, ...] = optional(CellType.TEXTS, default=())
    credit_unit: str = optional(default="percent", choices=CREDIT_UNITS)
    monthly_fee: int | None = optional(CellType.INTEGER, low=0, high=10**15)
    legal_document: str | None = text()
    note: str | None = text()
    valid_from: date = needed(CellType.DATE)
    valid_to: date | None = day()
