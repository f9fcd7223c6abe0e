"""Series: what was measured of what, and how long it is kept. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from netwatch.check import LOCAL
from netwatch.verdict import Kind, SubjectKind

# Of a line, in bit/s: towards the site, and from it.
DOWN, UP = "down", "up"
DIRECTIONS = (DOWN, UP)
# Of lines and of endpoints: seconds, and the share of echoes that were lost. Of lines alone: seconds. Of sensors: what
# they read.
RTT, LOSS, JITTER, VALUE = "rtt", "loss", "jitter", "value"
# Of our own clock: by how many seconds it may err at most, and that it is not synchronised.
CLOCK, MAX_ERROR, UNSYNCHRONISED = "clock", "max_error", "unsynchronised"

# How a verdict is written in a sample; 0 is none yet.
CODES: Mapping[Kind, int] = MappingProxyType({kind: number for number, kind in enumerate(Kind, start=1)})

# The least that must be kept by law and by contract is 60 days and the month of a claim.
FIVE_MINUTES, HOUR, DAY = "five_minutes", "hour", "day"
HOURS_KEPT, DAYS_KEPT = 400, 5 * 366
# Days for which samples of five minutes are kept.
KEPT: Mapping[str, int] = MappingProxyType(
    {SubjectKind.LINE: 100, SubjectKind.ENDPOINT: 35, SubjectKind.SENSOR: 35, CLOCK: 100}
)


class Series(NamedTuple):
    """What a sample is of: the kind and id of the subject, and what of it was measured."""

    kind: str
    metric: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.metric}/{self.id}"


def line_series(line: str, metric: str) -> str:
    """The name of a line's series."""
    return str(Series(SubjectKind.LINE, metric, line))


CLOCK_ERROR = str(Series(CLOCK, MAX_ERROR, LOCAL))
CLOCK_UNSYNCHRONISED = str(Series(CLOCK, UNSYNCHRONISED, LOCAL))
