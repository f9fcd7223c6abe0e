"""Verdicts: what a device, line, site, endpoint or surge protector is judged to be, and why. Pure.

`derive` decides from facts, topology and vantage health at one moment; it is run again whenever one of them changes.
Unknown is never down and never ok. A fact only says what a look saw; the blame is decided here.
"""

from dataclasses import dataclass
from enum import StrEnum

from netwatch.check import FactKey

UPS = "ups"
# By this value a UPS says that it runs on its battery: upsOutputSource of the UPS-MIB, RFC 1628.
BATTERY = "5"

# Facts of SIP and H.323: it answers, says of itself that it works, and does not say that nobody is registered there.
SIGNALLING = "signalling"
SERVING = "serving"
AVAILABLE = "available"
# Facts of endpoints that tell of themselves: registered with a proxy or gatekeeper; no fault of their own.
REGISTERED = "registered"
HEALTHY = "healthy"


class Kind(StrEnum):
    """The five verdicts."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """The reason named with every verdict; every value has words in both languages.

    An unknown verdict may also carry the reason of the fact that could not tell (a `probes` reason, or one of
    `netwatch.state`).
    """

    ANSWERS = "answers"
    NO_ANSWER = "no_answer"
    PATH_BROKEN = "path_broken"
    NOT_AS_EXPECTED = "not_as_expected"
    ON_BATTERY = "on_battery"
    HARDWARE_FAULT = "hardware_fault"
    BEYOND_LIMIT = "beyond_limit"
    UPSTREAM = "upstream"
    PARENT_UNDECIDED = "parent_undecided"
    NEVER_SEEN = "never_seen"
    NOT_YET_MEASURED = "not_yet_measured"
    NOT_MONITORED = "not_monitored"
    NO_WITNESS = "no_witness"
    VANTAGE = "vantage"
    WITNESS_GOOD = "witness_good"
    WITNESS_FAILS = "witness_fails"
    REGISTERED = "registered"
    NOT_REGISTERED = "not_registered"
    SIGNALLING_SILENT = "signalling_silent"
    DEVICE_FAILED = "device_failed"
    CONTACT_NORMAL = "contact_normal"
    CONTACT_FAULT = "contact_fault"
    CONTACT_LATCHED = "contact_latched"
    SENSOR_ALARM = "sensor_alarm"
    SENSOR_READ = "sensor_read"
    NOT_COMMISSIONED = "not_commissioned"
    INPUT_UNREACHABLE = "input_unreachable"
    INSPECTED = "inspected"
    INSPECTION_OVERDUE = "inspection_overdue"
    FORCED_BY_STRIKE = "forced_by_strike"
    FORCED_BY_EARTH = "forced_by_earth_resistance"
    FORCED_BY_LOSS = "forced_by_device_lost"
    FORCED_BY_FAILURE = "forced_by_inspection_failed"
    FORCED_BY_INDICATOR = "forced_by_indicator_red"
    FORCED_BY_AGE = "forced_by_design_life"
    SERVES = "serves"
    SERVICE_FAILS = "service_fails"
    LINES_UP = "lines_up"
    BACKUP_ONLY = "backup_only"
    MEMBER_NOT_UP = "member_not_up"
    NO_LINE_UP = "no_line_up"
    CORE_UP = "core_up"
    NO_CORE_UP = "no_core_up"
    MEMBERS_UNKNOWN = "members_unknown"


# Why somebody is to inspect a thing: by the calendar, or whatever that says. It works, and nobody need be woken for it.
INSPECTIONS = frozenset(why for why in Why if why is Why.INSPECTION_OVERDUE or why.startswith("forced_by_"))


class SubjectKind(StrEnum):
    """What can be judged."""

    DEVICE = "device"
    LINE = "line"
    SITE = "site"
    ENDPOINT = "conferencing_endpoint"
    SURGE_PROTECTOR = "surge_protector"
    SERVICE = "service"
    SENSOR = "sensor"


@dataclass(frozen=True, slots=True)
class Subject:
    """A node of the topology.

    `facts` tell about it; `parents` are what it hangs from (unreachable only if every one has failed); `host`
    is the device it lives on or is read through; `lines`, `backups` and `core` are a site's members; `witness`
    is the kind of a line's witness; `type` is a device's kind or a line's class; `limits` are the facts of the limits
    that hold for it and of a protector's inspection, apart since they tell of neither life nor death; `commissioned` is
    whether a trip test has shown both positions of its contact.
    """

    id: str
    kind: SubjectKind
    facts: tuple[FactKey, ...] = ()
    parents: tuple[str, ...] = ()
    host: str | None = None
    lines: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    core: tuple[str, ...] = ()
    witness: str = "none"
    type: str = ""
    limits: tuple[FactKey, ...] = ()
    commissioned: bool = True

    @property
    def hears(self) -> tuple[FactKey, ...]:
        """All facts that its verdict depends on."""
        return self.facts + self.limits if self.limits else self.facts

    @property
    def above(self) -> tuple[str, ...]:
        """Ids of what may be the cause where it is silent: it hangs from that, or an endpoint is that device."""
        return (self.host,) if self.kind is SubjectKind.ENDPOINT and self.host else self.parents

    @property
    def leans_on(self) -> tuple[str, ...]:
        """Ids of the subjects whose verdicts this one's depends on."""
        return (*self.parents, *((self.host,) if self.host else ()), *self.lines, *self.core)


@dataclass(frozen=True, slots=True)
class FactNow:
    """A fact at one moment, as `derive` reads it."""

    holds: bool | None
    reason: str
    ever: bool = True
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is judged, why, and because of whom (`cause`, a subject's id); `manageable` None is not known.

    `excluded` says why and by whom this time was taken out of the figures afterwards, '' that it counts.
    """

    kind: Kind
    reason: str
    cause: str = ""
    evidence: str = ""
    manageable: bool | None = None
    excluded: str = ""

    @property
    def identity(self) -> tuple[Kind, str, str, str]:
        """What makes two verdicts the same interval: evidence and manageability may move within it."""
        return self.kind, self.reason, self.cause, self.excluded

    @property
    def operational(self) -> bool:
        """Whether it serves: up or degraded."""
        return self.kind in (Kind.UP, Kind.DEGRADED)

    @property
    def failed(self) -> bool:
        """Whether it is known not to serve: down or unreachable."""
        return self.kind in (Kind.DOWN, Kind.UNREACHABLE)
