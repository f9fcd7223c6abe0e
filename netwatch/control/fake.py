"""A daemon for tests of commands: a real database and a real control socket, nothing looked at."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from alerts.contract import Report
from netwatch.backup.keeper import Keeper
from netwatch.clock import ManualClock
from netwatch.control.contract import OneOff, Refused, ReloadReport
from netwatch.control.handlers import handlers
from netwatch.control.server import serve
from netwatch.incidents.desk import Desk
from netwatch.incidents.places import Places
from netwatch.incidents.reclassifying import Reclassification, Reclassified, carry_out
from netwatch.language import Sentence
from netwatch.mornings import House, Mornings
from netwatch.preflight.contract import SiteReport, Tell
from netwatch.present import Present, TrapCounts
from netwatch.queries.health import health
from netwatch.queries.models import Health
from netwatch.queries.syslog import SyslogReport
from netwatch.queries.traps import TrapReport
from netwatch.settings_notifications import ReceiverSettings
from netwatch.store.sql import SqlStore
from netwatch.store.syslog_sql import LogQuery, search
from netwatch.syslog.line import SyslogLine

Result = TypeVar("Result")


@dataclass
class FakeDaemon:
    """Answers with what it was given; `reloads` and `probed` keep what it was asked for."""

    engine: Engine
    moment: datetime
    shown: Present
    report: ReloadReport = field(default_factory=lambda: ReloadReport(True, False, 2))
    looks: tuple[OneOff, ...] = ()
    traps: TrapReport = field(default_factory=lambda: TrapReport("", "", TrapCounts()))
    reloads: list[bool] = field(default_factory=list)
    probed: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    desk: Desk | None = None
    reports: tuple[SiteReport, ...] = ()
    preflights: list[tuple[tuple[str, ...], bool]] = field(default_factory=list)
    receivers: Mapping[str, ReceiverSettings] = field(default_factory=dict)
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        """Its keeper has the database it was given, and time that stands still."""
        self.keeper = Keeper(self.write, ManualClock(self.now()), dict)

    def now(self) -> int:
        """The moment it was given, microseconds UTC."""
        return round(self.moment.timestamp() * 1_000_000)

    def local_time(self) -> datetime:
        """The same."""
        return self.moment

    def present(self) -> Present:
        """What it was given."""
        return self.shown

    def health(self) -> Health:
        """What follows from that."""
        return health(self.shown)

    def notifications(self) -> TrapReport:
        """What it was given."""
        return self.traps

    async def log_lines(self, query: LogQuery) -> SyslogReport:
        """What its database holds."""
        return SyslogReport(tuple(SyslogLine(**row._asdict()) for row in search(self.engine, query)))

    async def attend(self, operation: Callable[[Desk], Result]) -> Result:
        """Run it at once, on the desk it was given."""
        if self.desk is None:
            raise Refused(Sentence("This daemon has no desk."))
        done = operation(self.desk)
        self.shown = replace(self.shown, desk=self.desk.view)
        return done

    async def morning(self, receiver: str, day: date) -> Report:
        """Of what it was given and its database holds."""
        house = House(self.present, None, self.moment.tzinfo or UTC, self.receivers)
        made = Mornings(SqlStore(self.engine), ManualClock(self.now()), lambda: house, self.attend)
        return await made.test(receiver, day)

    async def reclassify(self, order: Reclassification) -> Reclassified:
        """Do it in the database."""
        return carry_out(SqlStore(self.engine), Places(self.shown.inventory), order, self.now())

    async def write(self, operation: Callable[[Engine], Result]) -> Result:
        """Run it at once."""
        return operation(self.engine)

    async def reload(self, dry_run: bool) -> ReloadReport:
        """The report it was given."""
        self.reloads.append(dry_run)
        return self.report

    async def probe(self, target: str, kinds: tuple[str, ...]) -> tuple[OneOff, ...]:
        """The looks it was given."""
        self.probed.append((target, kinds))
        return self.looks

    async def preflight(self, names: tuple[str, ...], everything: bool, tell: Tell) -> tuple[SiteReport, ...]:
        """The reports it was given, one after the other."""
        self.preflights.append((names, everything))
        for done, report in enumerate(self.reports, 1):
            await tell(done, len(self.reports), report.site)
        return self.reports


@contextmanager
def answering(daemon: FakeDaemon, path: Path) -> Iterator[None]:
    """Serve it at a socket from a thread of its own until the block ends."""
    up, down = threading.Event(), threading.Event()

    async def live() -> None:
        async with serve(path, handlers(daemon)):
            up.set()
            await asyncio.get_running_loop().run_in_executor(None, down.wait)

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    try:
        up.wait(10)
        yield
    finally:
        down.set()
        thread.join()
