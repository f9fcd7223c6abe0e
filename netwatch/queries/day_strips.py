"""How sites and lines did on the last days, as the daemon keeps it in memory: packed, a strip for each. Pure values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from netwatch.availability.days import DayFigures, unpack

KINDS = ("site", "line")


@dataclass(frozen=True)
class DayStrips:
    """Days that are over, the oldest first, and by id how the thing did on each (see `netwatch.availability.days`).

    `packed` grows while days are counted.
    """

    days: tuple[date, ...] = ()
    packed: dict[str, bytes] = field(default_factory=dict)

    def of(self, subject: str) -> Sequence[DayFigures | None]:
        """A thing's days, None each that is not counted yet."""
        content = self.packed.get(subject)
        return [None] * len(self.days) if content is None else unpack(content)
