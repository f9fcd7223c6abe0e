"""Incidents: one per cause, with everything it hits. Pure values; how they come about is in the modules beside.

Times are microseconds UTC. Texts are codes with parameters (`Clue`), translated where they are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from alerts.contract import Message, Notice, Severity, Silence, Window
from netwatch.clock import HOUR, MINUTE, SECOND

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Nature(StrEnum):
    """What sort of thing: something failed; a value is beyond its limit; nobody knows; we ourselves cannot see."""

    FAULT = "fault"
    LIMIT = "limit"
    IGNORANCE = "ignorance"
    BLINDNESS = "blindness"


class Cause(StrEnum):
    """What is to blame. UNDECIDED: power or line, not known. EQUIPMENT: a device of ours; PROVIDER: several lines of
    one provider at once; STATE: the thing itself says so (contact open, not registered, beyond a limit).
    """

    POWER = "power"
    LINE = "line"
    PROVIDER = "provider"
    EQUIPMENT = "equipment"
    STATE = "state"
    OURSELVES = "ourselves"
    CREDENTIALS = "credentials"
    UNDECIDED = "undecided"


class Confidence(StrEnum):
    """How sure: a person or an uptime says so; several signs agree; one sign; none."""

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    POSSIBLE = "possible"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Clue:
    """A piece of evidence: a code (words in `netwatch.queries.incident_words`), its parameters, when it was seen.

    `trusted` False for what anybody could have sent (v1/v2c traps, syslog): it never decides alone.
    """

    code: str
    at: int
    params: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class Blame:
    """What we think is to blame, how sure, and why."""

    cause: Cause = Cause.UNDECIDED
    confidence: Confidence = Confidence.NONE
    clues: tuple[Clue, ...] = ()

    @property
    def told(self) -> str:
        """What a receiver was told: another text is worth a correction."""
        return str(self.cause)


@dataclass(frozen=True, slots=True)
class Member:
    """A subject that an incident hits or hit: its kind and worst verdict, since when, and when it was well again."""

    subject: str
    kind: str
    verdict: str
    since: int
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Who did something, and when."""

    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Incident:
    """One cause and all it hits. `id` counts up for ever; 0 before it is stored.

    `roots` are the subjects that failed by themselves, the first one names the incident; `scope` binds several roots
    ('site:X', 'unit:X', 'feeder:X', 'route_group:X', 'provider:X', 'credentials:X', 'vantage:local', 'subject:X').
    `reason` is the reason of the first root's verdict. It began at `onset` at the latest and after `contrary` (the last
    look that saw it well). `opened` is when it was noticed, `announced` when it was ready to be told. `ended` is when
    its roots were well again, `closed` when that was settled. `suppressed` names what keeps it from being told
    ('maintenance:4').
    `word` is what a person said to be the cause.
    """

    id: int
    nature: Nature
    roots: tuple[str, ...]
    scope: str
    reason: str
    onset: int
    contrary: int
    opened: int
    severity: Severity
    blame: Blame = field(default_factory=Blame)
    members: tuple[Member, ...] = ()
    announced: int | None = None
    ended: int | None = None
    closed: int | None = None
    suppressed: str = ""
    acknowledged: Mark | None = None
    assigned: str = ""
    flapping: bool = False
    word: Clue | None = None

    @property
    def open(self) -> bool:
        """Whether it still goes on."""
        return self.closed is None


class Deed(StrEnum):
    """What happened to an incident, as its log tells."""

    OPENED = "opened"
    ANNOUNCED = "announced"
    GREW = "grew"
    SHRANK = "shrank"
    BLAMED = "blamed"
    SEVERITY = "severity"
    SUPPRESSED = "suppressed"
    RELEASED = "released"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    ENDED = "ended"
    RESUMED = "resumed"
    CLOSED = "closed"
    NOTED = "noted"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A line of an incident's log: when it happened, when it was written, by whom, and what (`facts` are plain)."""

    incident: int
    at: int
    recorded_at: int
    actor: str
    deed: Deed
    facts: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Change:
    """What one step makes of an incident: `before` None for a new one, and its log lines (incident 0 for a new one)."""

    before: Incident | None
    after: Incident
    log: tuple[LogEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A device that answers but cannot be managed: since when and by which reason (credentials, no_answer...)."""

    reason: str
    since: int


# The reason of a condition: a device shows another host key than the one it is known by.
HOST_KEY_CHANGED = "host_key_changed"


@dataclass(frozen=True, slots=True)
class Condition:
    """Something wrong that no verdict tells: probe completeness of an agency below its limit, for one."""

    subject: str
    reason: str
    since: int
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class IncidentRules:
    """Times of the incidents' life, microseconds.

    A new incident gathers what belongs to it for `gather` before it is announced; roots that began within `together`
    of each other may be one cause; it is over once its roots were well for `stay_up`; what was behind it has `settle`
    to come back before it is a fault of its own; unknown for `ignorance` is an incident. A cause of many lines of one
    provider is assumed from `provider_lines` on. `limit_severities` by (subject, limit): of limits that are not minor.
    """

    gather: int = 15 * SECOND
    together: int = MINUTE
    stay_up: int = MINUTE
    settle: int = 3 * MINUTE
    ignorance: int = HOUR
    provider_lines: int = 3
    limit_severities: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeskChange:
    """What one step of the desk writes, in the same transaction as the verdicts it follows from.

    Everything is put by its id (inserted, or replacing what is there); ids are given out by the desk. `live_since` is
    when notifications went live, None leaves it.
    """

    incidents: tuple[Incident, ...] = ()
    log: tuple[LogEntry, ...] = ()
    notices: tuple[Notice, ...] = ()
    messages: tuple[Message, ...] = ()
    silences: tuple[Silence, ...] = ()
    windows: tuple[Window, ...] = ()
    used_codes: tuple[tuple[int, str, int], ...] = ()
    live_since: int | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(
            self.incidents
            or self.log
            or self.notices
            or self.messages
            or self.silences
            or self.windows
            or self.used_codes
            or self.live_since is not None
        )


@dataclass(frozen=True, slots=True)
class DeskState:
    """What the desk needs after a restart: all that is open or not delivered, and the last of what is over.

    `incidents`: open ones, and those closed since the moment asked for; `notices` of those incidents, and all that are
    not delivered; `messages` under way, and those since that moment; `next_*` the first free ids; `used_codes` are
    (incident, receiver, at) of acknowledgements by link or code.
    """

    incidents: tuple[Incident, ...] = ()
    notices: tuple[Notice, ...] = ()
    messages: tuple[Message, ...] = ()
    silences: tuple[Silence, ...] = ()
    windows: tuple[Window, ...] = ()
    used_codes: tuple[tuple[int, str, int], ...] = ()
    live_since: int | None = None
    next_incident: int = 1
    next_notice: int = 1
    next_message: int = 1
    next_silence: int = 1
    next_window: int = 1
