"""What every probe speaks: targets, readings, looks, and the description by which a probe is found.

Words: a *look* is one run of a check; it may send many packets and gives one result. A *fact* is a yes/no about a
part of the target ('' is all of it); facts are worded so that yes is the healthy answer. Nothing here reads a clock.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict


class Reason(StrEnum):
    """Why a fact is as it is, or why a look could not tell; every value has words in both languages."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    BAD_ANSWER = "bad_answer"
    PATH_BROKEN = "path_broken"
    CREDENTIALS = "credentials"
    AS_EXPECTED = "as_expected"
    NOT_AS_EXPECTED = "not_as_expected"
    NOT_OFFERED = "not_offered"
    # Of conversations: cut off in the middle, no encryption in common, what is wrong with a certificate, a fault that
    # the other side itself reports, a name that does not exist.
    RESET = "reset"
    TLS_FAILED = "tls_failed"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_WRONG_NAME = "certificate_wrong_name"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"
    SERVER_FAULT = "server_fault"
    NAME_UNKNOWN = "name_unknown"
    # Something on the way answers in the name of everybody, so that an answer proves nothing.
    UNTRUSTED = "untrusted"
    CARRIER_UP = "carrier_up"
    CARRIER_DOWN = "carrier_down"
    SWITCHED_OFF = "switched_off"
    # The look could not tell: the fault is on our side.
    NO_ROUTE = "no_route"
    PERMISSION = "permission"
    LOCAL_FAULT = "local_fault"
    OWN_RESOLVER = "own_resolver"
    DEADLINE = "deadline"
    BUG = "bug"


UNABLE = frozenset(
    {
        Reason.NO_ROUTE,
        Reason.PERMISSION,
        Reason.LOCAL_FAULT,
        Reason.OWN_RESOLVER,
        Reason.DEADLINE,
        Reason.BUG,
    }
)


@dataclass(frozen=True, slots=True)
class Target:
    """What a look is aimed at. Credentials are names; the kit turns a name into a secret when it is needed."""

    id: str
    address: str
    routing_domain: str = "main"
    snmp_port: int = 161
    credentials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A yes/no of one part: `holds` None means the look could not tell. `evidence` is a short detail, no secret."""

    part: str
    name: str
    holds: bool | None
    reason: Reason
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A number of one part; `metric` is one of the probe's declared metrics, in base units."""

    part: str
    metric: str
    value: float


class Note(NamedTuple):
    """A text of one part (sysName, ifAlias, model...), bounded and free of control characters.

    A plain tuple: there are some of every port, and they are handed on as they are.
    """

    part: str
    name: str
    value: str


Reading: TypeAlias = Fact | Sample | Note


@dataclass(frozen=True, slots=True)
class Columns:
    """Numbers of many parts at once: `values[metric]` has one number per part, in their order; None: not known.

    A probe hands on the same `parts` object from look to look for as long as the parts are the same, so that readers
    may keep what they have made of it.
    """

    parts: tuple[str, ...]
    values: Mapping[str, Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class Metric:
    """A number a probe may give: `kind` is gauge or counter; the name carries its base unit (seconds, ratio...)."""

    name: str
    help: str
    kind: str = "gauge"


class Params(BaseModel):
    """Parameters of a probe: strict, frozen, unknown keys refused. Each probe subclasses it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a probe's `look` returns: readings, and whether it saw all parts (absent parts are gone only if so).

    `cut` says in one word why it did not, where that is known.
    """

    readings: tuple[Reading, ...]
    complete: bool = True
    columns: tuple[Columns, ...] = ()
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """The result of one look as `run.py` hands it on.

    `reason` is None when the look could tell; otherwise it says why not, `detail` in a few words, and every fact the
    probe declares is unknown for that reason. Of an incomplete look that could tell, `detail` is the word for why not
    all was seen. `took` is seconds.
    """

    readings: tuple[Reading, ...]
    complete: bool
    took: float
    reason: Reason | None = None
    detail: str = ""
    columns: tuple[Columns, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """The description of one probe kind; the file that holds it is its registration.

    `facts` are the fact names it may give for part ''; `part_facts` those it may give for named parts, or only of
    some targets: a look that could not tell says nothing new of them.
    `interval` and `timeout` are seconds, `timeout` shorter than any interval allowed.
    """

    name: str
    params: type[Params]
    look: Callable[[Target, Any, Any], Awaitable[Seen]]
    facts: tuple[str, ...]
    part_facts: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()
    interval: float = 60.0
    timeout: float = 10.0
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def help(self) -> str:
        """The first paragraph of the probe file's docstring, shown by `netwatch probes`."""
        first_paragraph = (self.look.__globals__.get("__doc__") or "").split("\n\n")[0]
        return " ".join(first_paragraph.split())
