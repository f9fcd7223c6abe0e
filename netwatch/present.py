"""What the daemon knows at this moment, as one value that queries, pages and /metrics read.

The app keeps the mappings up to date; readers never write. A daemon that is not running has a `Present` too, made
from the database alone (`live` False), without checks' newest observations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inventory.inspections import SOON_DAYS, Happening
from inventory.snapshot import Inventory
from netwatch.check import Check, FactKey, Observation
from netwatch.incidents.view import DeskView
from netwatch.limits.contract import Watched
from netwatch.queries.availability_counts import AvailabilityCount
from netwatch.queries.backups import BackupSeen
from netwatch.queries.coverage_counts import CoverageCount
from netwatch.queries.day_strips import DayStrips
from netwatch.state import FactState
from netwatch.strikes import Counted
from netwatch.syslog.line import SyslogCounts, SyslogLine
from netwatch.throughput import Carried
from netwatch.verdict import Subject, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A subject's verdict and since when it holds; `contrary` is the last moment known to be otherwise."""

    verdict: Verdict
    since: int
    contrary: int


@dataclass(frozen=True, slots=True)
class VantageHealth:
    """Whether a vantage sees: `blind_since` 0 while it does; `anchors` how many it has."""

    name: str
    anchors: int
    blind_since: int = 0


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How a receiver's own channel does: `failing_since` 0 while it works, what it said last, when it took some."""

    failing_since: int = 0
    error: str = ""
    taken: int = 0


@dataclass(frozen=True, slots=True)
class TrapCounts:
    """Traps and informs since the start: `accepted` by version, `dropped` by reason, `answered` informs.

    `hastened` counts devices looked at early; `senders` those remembered, known and unknown.
    """

    received: int = 0
    accepted: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    answered: int = 0
    hastened: int = 0
    senders: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """The daemon's own numbers, all counted since it started.

    `looks` by outcome (known, unknown), `unknown` looks by reason, `rounds` by late and skipped, `queues` depths by
    name, `transport` counters by name, `strays` datagrams that answer nothing by sender. Seconds where the name says
    so; `commits` are (buckets le -> count), sum. What is not known of the clock is None.
    """

    looks: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    rounds: Mapping[str, int] = field(default_factory=dict)
    queues: Mapping[str, int] = field(default_factory=dict)
    transport: Mapping[str, int] = field(default_factory=dict)
    strays: Mapping[str, int] = field(default_factory=dict)
    commit_buckets: Mapping[float, int] = field(default_factory=dict)
    commit_seconds_sum: float = 0.0
    commits: int = 0
    scheduler_lag_seconds: float = 0.0
    store_behind_seconds: float = 0.0
    reloads_refused: int = 0
    reload_in_force: bool = True
    clock_steps: int = 0
    clock_ahead_seconds: float = 0.0
    clock_synchronised: bool | None = None
    clock_max_error_seconds: float | None = None
    traps: TrapCounts = field(default_factory=TrapCounts)
    syslog: SyslogCounts = field(default_factory=SyslogCounts)


@dataclass(frozen=True, slots=True)
class Present:
    """One consistent look at everything. `faults` are (code, detail) of what ails the daemon itself; `completeness` is
    the share of the looks due at an agency's sites that gave a result; `channels` how every receiver can be reached,
    `unwatched` why nobody outside hears that we live, '' while somebody does or nobody is meant to; `unsealed` how many
    devices' configurations are not read for want of a key.
    `log_lines` is what devices logged around the time an incident began, by its number; `strikes` what the strike
    counters of surge protectors have counted; `carried` what ran over lines; `peaks`
    the 95th percentile of their last valid day by line and direction; `limits` those in force, by the subject
    they tell of; `backups` how reading the configurations of devices went; `happened` what befell surge protectors that
    no field record tells; an inspection is due soon so many days (`soon_days`) before the end of its term; `days` how
    sites and lines did on each of the last days.
    """

    at: int
    started: int
    live: bool
    ready: bool
    heartbeat: int
    sample: bool
    plan_revision: int
    inventory: Inventory
    checks: Mapping[str, Check]
    subjects: Mapping[str, Subject]
    judged: Mapping[str, Judged]
    facts: Mapping[FactKey, FactState]
    latest: Mapping[str, Observation]
    vantages: tuple[VantageHealth, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    counts: Counts = field(default_factory=Counts)
    desk: DeskView = field(default_factory=DeskView)
    completeness: Mapping[str, float] = field(default_factory=dict)
    channels: Mapping[str, ChannelHealth] = field(default_factory=dict)
    unwatched: str = ""
    unsealed: int = 0
    log_lines: Mapping[int, tuple[SyslogLine, ...]] = field(default_factory=dict)
    strikes: Mapping[str, Counted] = field(default_factory=dict)
    carried: Mapping[str, Carried] = field(default_factory=dict)
    limits: Mapping[str, tuple[Watched, ...]] = field(default_factory=dict)
    backups: Mapping[str, BackupSeen] = field(default_factory=dict)
    happened: Mapping[str, Sequence[Happening]] = field(default_factory=dict)
    soon_days: int = SOON_DAYS
    coverage: CoverageCount | None = None
    availability: AvailabilityCount | None = None
    days: DayStrips = field(default_factory=DayStrips)
    peaks: Mapping[tuple[str, str], float] = field(default_factory=dict)
