"""What the control socket asks of a running daemon, and what it answers. Pure values.

`Daemon` is what `netwatch.app` offers; `netwatch.control.handlers` turns requests into calls on it, so that the app
only starts the server. Every answer is a frozen dataclass that `netwatch.queries.as_json` can write.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    # Only its name is needed: a client of the socket never loads the database.
    from sqlalchemy import Engine

    from alerts.contract import Report
    from netwatch.backup.keeper import Keeper
    from netwatch.incidents.desk import Desk
    from netwatch.incidents.reclassifying import Reclassification, Reclassified
    from netwatch.preflight.contract import SiteReport, Tell
    from netwatch.store.syslog_sql import LogQuery

from netwatch.language import Sentence
from netwatch.present import Present
from netwatch.queries.models import Health
from netwatch.queries.syslog import SyslogReport
from netwatch.queries.traps import TrapReport

SCHEMA = 1
NOTHING: Mapping[str, Any] = MappingProxyType({})

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Request:
    """One command: `author` is the user the kernel named (SO_PEERCRED), never what the other side claims."""

    command: str
    arguments: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    author: str = ""


Progress: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]
Handler: TypeAlias = Callable[[Request, Progress], Awaitable[Any]]


class Refused(Exception):  # noqa: N818 - it says what happened, as the other domain exceptions do
    """A request that cannot be met, with the sentences to show; nothing was changed."""

    def __init__(self, *sentences: Sentence) -> None:
        super().__init__("; ".join(str(sentence) for sentence in sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a difference: `area` settings, inventory, checks or limits; an empty side: there was nothing."""

    area: str
    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ReloadReport:
    """What a reload did: `applied` False with `refused` sentences means that the running plan stays in force.

    `remarks` are what should be looked at though it is in force.
    """

    applied: bool
    dry_run: bool
    plan_revision: int
    changes: tuple[Change, ...] = ()
    refused: tuple[Sentence, ...] = ()
    remarks: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Saw:
    """One reading of a one-off look: `type` is fact, sample or note; `value` yes, no, unknown, a number or a text."""

    type: str
    part: str
    name: str
    value: str
    reason: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class OneOff:
    """One look made on request: `took` seconds; `reason` only when it could not tell, `detail` also when it was cut."""

    target: str
    kind: str
    instance: str
    address: str
    took: float
    complete: bool
    reason: str = ""
    detail: str = ""
    saw: tuple[Saw, ...] = field(default_factory=tuple)


class Daemon(Protocol):
    """A running daemon, as commands see it. Called on the daemon's own event loop.

    `keeper` keeps the configurations of devices.
    """

    keeper: "Keeper"

    def now(self) -> int:
        """The daemon's clock, microseconds UTC."""

    def local_time(self) -> datetime:
        """The same moment in the time zone of the settings."""

    def present(self) -> Present:
        """What the daemon knows at this moment."""

    def health(self) -> Health:
        """What /healthz says."""

    def notifications(self) -> TrapReport:
        """Who sends traps and informs, and what became of them."""

    async def log_lines(self, query: "LogQuery") -> SyslogReport:
        """Syslog messages that are looked for; raises StoreFault."""

    async def write(self, operation: "Callable[[Engine], Result]") -> Result:
        """Run an operation on the writer thread; raises what it raises. Does not reload."""

    async def attend(self, operation: "Callable[[Desk], Result]") -> Result:
        """Run an operation on the desk, on the writer thread; raises Refused, StoreFault and what it raises."""

    async def morning(self, receiver: str, day: date) -> "Report":
        """The daily report of a receiver, as a test; raises KeyError for one nobody knows, StoreFault."""

    async def reclassify(self, order: "Reclassification") -> "Reclassified":
        """Say of past time that it does or does not count; raises Refused, StoreFault."""

    async def reload(self, dry_run: bool) -> ReloadReport:
        """Read settings and inventory again, build the plan, tell the difference and, unless dry, swap."""

    async def probe(self, target: str, kinds: tuple[str, ...]) -> tuple[OneOff, ...]:
        """Look once, now, by every check of a target (an id or an address), or only those kinds."""

    async def preflight(
        self, names: tuple[str, ...], everything: bool, tell: "Tell"
    ) -> "tuple[SiteReport, ...]":
        """Measure sites before a conference; `tell` hears how far it is. Raises Refused. Keeps nothing."""
