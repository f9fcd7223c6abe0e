"""Read models of incidents: what commands, pages and JSON show. Frozen values.

Codes (severity, nature, state, cause, deed...) are translated where they are shown, sentences too. Times are
microseconds UTC, 0 for what has not happened.
"""

from dataclasses import dataclass

from netwatch.language import Sentence
from netwatch.queries.models import ContactCard
from netwatch.syslog.line import SyslogLine

INCIDENT_SCHEMA = 1

# Where an incident stands, for people: the first that holds.
STATES = ("over", "ending", "maintenance", "gathering", "acknowledged", "open")


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident in one line.

    `state` is one of STATES; `title` what broke in a few words, `what` as a sentence, `place` where. `since` is when
    it began at the latest, `not_before` the last moment all was known to be well. `hits` are (kind, number) of what it
    hits now, or hit when it is over. `told` is how many receivers were sent its opening.
    """

    id: int
    severity: str
    nature: str
    state: str
    title: Sentence
    what: Sentence
    place: str
    roots: tuple[str, ...]
    since: int
    not_before: int
    ended: int
    closed: int
    hits: tuple[tuple[str, int], ...]
    cause: str
    confidence: str
    acknowledged_by: str = ""
    acknowledged: int = 0
    assigned: str = ""
    suppressed: str = ""
    flapping: bool = False
    told: int = 0


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A thing an incident hits or hit: its worst verdict, since when, and when it was well again."""

    id: str
    name: str
    kind: str
    site_name: str
    verdict: str
    since: int
    left: int


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of an incident's log; `facts` are (name, value): codes, names of things, or what somebody wrote."""

    at: int
    actor: str
    deed: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """What one receiver was told or is to be told: which kind, where it stands, and by which channel it went."""

    receiver: str
    kind: str
    state: str
    created: int
    finished: int = 0
    channel: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Whom to call; `on_duty` None when the hours are not known."""

    name: str
    role: str
    phone: str
    hours: str = ""
    on_duty: bool | None = None


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """Everything about one incident; `logged` is what its devices logged around the time it began, oldest first."""

    schema: int
    at: int
    line: IncidentLine
    whom: tuple[Sentence, ...]
    why: tuple[Sentence, ...]
    next: tuple[Sentence, ...]
    people: tuple[PersonLine, ...]
    details: tuple[Sentence, ...]
    members: tuple[MemberLine, ...]
    log: tuple[LogLine, ...]
    notices: tuple[NoticeLine, ...]
    logged: tuple[SyslogLine, ...] = ()


@dataclass(frozen=True, slots=True)
class TodoLine:
    """Things that stand on the to-do list for one reason, with the names people know them by."""

    reason: str
    things: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class IncidentList:
    """Incidents, the worst first.

    `live` False when read from the database without a daemon (`heartbeat` says when it was last alive); `sending`
    whether notifications are sent at all; `todo` is no incident and nobody is told of it.
    """

    schema: int
    at: int
    sample: bool
    live: bool
    heartbeat: int
    sending: bool
    lines: tuple[IncidentLine, ...]
    todo: tuple[TodoLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CallLine:
    """A line to be named to its provider."""

    incident: int
    id: str
    name: str
    contract_number: str
    site_name: str
    street_address: str
    since: int
    cause: str
    confidence: str


@dataclass(frozen=True, slots=True)
class CallList:
    """What to read out to a provider's fault desk, the longest outage first; `desks` are its telephones."""

    schema: int
    at: int
    live: bool
    heartbeat: int
    provider: str
    desks: tuple[ContactCard, ...]
    lines: tuple[CallLine, ...]
