"""Read model of syslog: the messages that were found, and what became of all that came."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from netwatch.syslog.line import SyslogCounts, SyslogLine

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class SyslogReport:
    """What `netwatch syslog` shows: the messages, the newest first, and where the daemon takes them in, by way."""

    lines: tuple[SyslogLine, ...] = ()
    listening: Mapping[str, str] = field(default_factory=dict)
    counts: SyslogCounts = field(default_factory=SyslogCounts)
    schema: int = SCHEMA
