"""What this package speaks: alerts that come in, notices kept for receivers, messages that go out. Pure values.

An *alert* is an incident as the pipeline needs it. A *notice* is one thing one receiver is to be told of one incident;
a *message* carries one notice or a digest of many. Times are microseconds UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Severity(StrEnum):
    """How much is hit: a site or more cut off; a line or core device out though service goes on; one thing; not known.

    In this order, worst first (`SEVERITIES`).
    """

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    NOTICE = "notice"


SEVERITIES: tuple[Severity, ...] = tuple(Severity)


class NoticeKind(StrEnum):
    """What a receiver is told of an incident: one opening and one closing, between them only the other two."""

    OPENING = "opening"
    CORRECTION = "correction"
    ESCALATION = "escalation"
    CLOSING = "closing"


class NoticeState(StrEnum):
    """Where a notice stands.

    `pending` waits for a message; `sealed` is in a message that is under way; `delivered` was accepted by the channel;
    `over` is an opening whose incident ended before it was delivered (told as a line under 'happened and over', then
    delivered); `dropped` will never be sent (written before go-live, its receiver was removed, its message given up;
    the closing of an opening told as over).
    """

    PENDING = "pending"
    SEALED = "sealed"
    DELIVERED = "delivered"
    OVER = "over"
    DROPPED = "dropped"


class MessageState(StrEnum):
    """Where a message stands: being sent, accepted by the channel, refused by it (its notices wait again), given up."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Phrase:
    """An English template of this package's or netwatch's messages, and its parameters.

    Whoever shows it translates the template; a parameter may be a `Phrase` itself. Never a secret.
    """

    text: str
    params: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Alert:
    """An incident as routes, silences and escalation see it.

    `units` are the agencies hit and every unit above them; `subjects` roots and all that was hit; `feeders`,
    `providers` and `sites` those of them. `suppressed` says by what ('maintenance:12'), '' by nothing. `announced` is
    when it became ready to be told, None before; `ended` is since when all is well again, `closed` when that was
    settled. `blame` changes when the cause is corrected. What is `patient` waits for the day.
    """

    incident: int
    nature: str
    severity: Severity
    onset: int
    opened: int
    announced: int | None = None
    ended: int | None = None
    closed: int | None = None
    blame: str = ""
    units: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    feeders: frozenset[str] = frozenset()
    suppressed: str = ""
    acknowledged: bool = False
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing one receiver is to be told of one incident; `id` 0 before it is stored.

    `blame` is what the receiver was told to be the cause; `message` the message that carries it.
    """

    id: int
    incident: int
    receiver: str
    kind: NoticeKind
    severity: Severity
    created: int
    state: NoticeState = NoticeState.PENDING
    blame: str = ""
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to call, as a message names them; `on_duty` None when not known."""

    name: str
    role: str
    phone: str
    hours: str = ""
    on_duty: bool | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """What a message tells of one incident, not yet in any language.

    `what` broke, `whom` it hits (worst first), `since` when at the latest and not before `not_before`, `why` we think
    so, what to do `next` and whom to call. `place` is the agency or place in a few words, `title` what broke in a few.
    `left` are those still not well when it ended. `details` hold what outside channels never get (addresses, serial
    numbers). `ended` None while it goes on. `nature`, `unit` and `site` (ids) are for machines.
    """

    incident: int
    severity: Severity
    title: Phrase
    place: str
    what: Phrase
    since: int
    not_before: int
    whom: tuple[Phrase, ...] = ()
    why: tuple[Phrase, ...] = ()
    next: tuple[Phrase, ...] = ()
    people: tuple[Person, ...] = ()
    ended: int | None = None
    left: tuple[str, ...] = ()
    details: tuple[Phrase, ...] = ()
    nature: str = ""
    unit: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a message: a notice's kind and its incident's story at the moment of sealing.

    `code` acknowledges; with `opened`, when the incident was, the link that does is made again.
    """

    notice: int
    kind: NoticeKind
    story: Story
    code: str = ""
    opened: int = 0


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of a daily report: `what`, and where in a few words; `item` is an incident's number or another id.

    `mark` is a code (see `alerts.daily`), `tone` a severity, 'over', or ''. Of times (microseconds) those that are 0
    are not told; `lengths` are lengths of time among the parameters of the phrases, by name. `taken` is who
    acknowledged it, '' nobody, None where nobody has to. What stands `inside` no channel that leads outside gets.
    """

    mark: str
    what: Phrase
    place: str = ""
    tone: str = ""
    since: int = 0
    not_before: int = 0
    until: int = 0
    more: tuple[Phrase, ...] = ()
    inside: tuple[Phrase, ...] = ()
    lengths: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    taken: str | None = None
    item: str = ""


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of a daily report: `key` is a code, `count` how many things there are; `more` are in no line."""

    key: str
    count: int
    lines: tuple[ReportLine, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """The daily report of a local `day` (ISO; `date` as people write it): what was from `since` to `until`.

    `summary` are sentences that always stand there, also after a quiet night. It is tried until `stale`, not after.
    """

    day: str
    date: str
    since: int
    until: int
    stale: int
    sections: tuple[ReportSection, ...] = ()
    summary: tuple[Phrase, ...] = ()
    test: bool = False

    def count(self, key: str) -> int:
        """How many things a section tells of."""
        return sum(section.count for section in self.sections if section.key == key)


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to one receiver in one piece. `id` 0 before it is stored; `reference` is the Message-ID, for ever.

    With a `report` it is that and nothing else; without anything it is a test.
    With one part it tells that incident; with more it is a digest: `parts` worst first, `over` what happened and is
    over already, `back` of `total` told incidents are well again and `still` names those that are not.
    """

    id: int
    receiver: str
    reference: str
    sealed: int
    parts: tuple[Part, ...]
    over: tuple[Story, ...] = ()
    back: int = 0
    total: int = 0
    still: tuple[str, ...] = ()
    state: MessageState = MessageState.SENDING
    attempts: int = 0
    channel: str = ""
    finished: int | None = None
    error: str = ""
    report: Report | None = None

    @property
    def test(self) -> bool:
        """Whether it says nothing but that the receiver can be reached."""
        return not (self.parts or self.over or self.report)

    @property
    def digest(self) -> bool:
        """Whether it tells of more than one thing."""
        return len(self.parts) + len(self.over) > 1


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody is told of new incidents that match, from `start` to `end` (excluded). Measuring goes on, ends are told.

    Empty fields match everything; of several values in one field any one suffices. `units` match with all below.
    """

    id: int
    start: int
    end: int
    author: str
    reason: str
    units: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    incidents: tuple[int, ...] = ()
    ended_by: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window: one-off ([start, end)) or recurring (`rule`, an RFC 5545 RRULE, from `start` on).

    Recurring ones keep the hour that `start` has on the wall in `zone`; `duration` microseconds. Nothing of it is left
    after `until`; one that somebody ended and that has no `until` never was.
    What it covers: units with all below, sites, subjects (lines, devices...), providers, feeders; any one suffices.
    """

    id: int
    start: int
    duration: int
    author: str
    reason: str
    rule: str = ""
    zone: str = "Asia/Ho_Chi_Minh"
    until: int | None = None
    units: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    feeders: tuple[str, ...] = ()
    ended_by: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """Who is told of what: incidents of these units (with all below), severities and natures, in these hours.

    `receivers` are told at once. `duty` is the text of hours (`alerts.hours`) outside of which an opening waits, '' is
    always. After `escalate_after` microseconds without acknowledgement `escalate_to` are told, None never. Without any
    unit, severity or nature named the route takes all. `stop`: routes after it are not asked.
    """

    name: str
    receivers: tuple[str, ...]
    units: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()
    natures: frozenset[str] = frozenset()
    duty: str = ""
    escalate_after: int | None = None
    escalate_to: tuple[str, ...] = ()
    stop: bool = False
