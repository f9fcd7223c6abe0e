"""A stored message, and what became of all that came. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from probes.listeners.syslog_message import SEVERITIES


@dataclass(frozen=True, slots=True)
class SyslogCounts:
    """Since the start: `outcomes` of messages (stored, and why not), streams that were none, connections refused.

    `cut` were longer than is kept, `hastened` looks they made due, `events` lines they left among the events; `waiting`
    are not yet stored, `connections` open now. `stored` is how many messages the database holds, -1 while not counted.
    """

    outcomes: Mapping[str, int] = field(default_factory=dict)
    cut: int = 0
    broken: int = 0
    refused: int = 0
    hastened: int = 0
    events: int = 0
    waiting: int = 0
    connections: int = 0
    stored: int = -1


@dataclass(frozen=True, slots=True)
class SyslogLine:
    """A stored message. `at` (microseconds UTC) is when it was received and names it; `stamp` is its sender's clock.

    `source` is the device, or the address where no device or several have it; `host` the name its sender claims;
    `severity` and `facility` are the numbers of RFC 5424.
    """

    at: int
    source: str
    sender: str
    severity: int
    facility: int
    host: str
    stamp: str
    message: str

    @property
    def word(self) -> str:
        """The severity's name in RFC 5424."""
        return SEVERITIES[self.severity]
