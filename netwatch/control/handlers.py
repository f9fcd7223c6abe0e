"""What each command does in a running daemon: arguments in, one of our models out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

from pydantic import Field
from sqlalchemy import Engine

from inventory.changes import Complete
from inventory.incoming import IncomingRow
from netwatch import commands
from netwatch.control.attaching_handlers import attaching_handlers
from netwatch.control.backup_handlers import backup_handlers
from netwatch.control.contract import Daemon, Handler, OneOff, Progress, ReloadReport, Request
from netwatch.control.desk_handlers import desk_handlers
from netwatch.control.forms import DryForm, Form, Nothing, read_form, unwritable
from netwatch.control.layout_handlers import layout_handlers
from netwatch.control.outage_handlers import outage_handlers
from netwatch.control.preflight_handlers import preflight_handlers
from netwatch.control.proposing import Proposing
from netwatch.control.publication_handlers import publication_handlers
from netwatch.language import Sentence
from netwatch.queries.as_json import as_json
from netwatch.queries.health import remarks
from netwatch.queries.models import EventLine, Health
from netwatch.queries.status import Filter, matching, status_tree
from netwatch.queries.syslog import SyslogReport
from netwatch.queries.traps import TrapReport
from netwatch.store.contract import StoreFault
from netwatch.store.syslog_sql import LogQuery

# Of the checks that come and go with an import so many are told.
MOST_TOLD = 500

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ImportAnswer:
    """What an import into a running daemon did: to the record, and then to the plan."""

    report: commands.ImportReport
    reload: ReloadReport | None


@dataclass(frozen=True, slots=True)
class UndoAnswer:
    """What an undo in a running daemon did: to the record, and then to the plan."""

    report: commands.UndoReport
    reload: ReloadReport | None


class StatusForm(Form):
    """Which standings are wanted."""

    unit: str = ""
    site: str = ""
    verdicts: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    text: str = ""
    item: str = ""


# A part of a thousand rows has some hundred kilobytes.
Line = Annotated[str, Field(min_length=2, max_length=16 << 20)]
UploadName = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class UploadForm(Form):
    """A part of the rows of an import to come; `upload` is any name nobody can guess, the same for all parts."""

    upload: UploadName
    part: Line


class ImportForm(DryForm):
    """Rows as the command read them from a file, or the name under which they were sent before.

    Of rows sent before, the report's long parts come as progress: {"part": line}, see `proposal_wire`. They hold from
    the local day `since` on (None: from now on).
    """

    rows: tuple[IncomingRow, ...] = ()
    upload: UploadName | None = None
    source: str
    complete: Complete | None = None
    good_rows: bool = False
    mapping: Mapping[str, str] = {}
    since: date | None = None


class UndoForm(DryForm):
    """Which change set."""

    change_set: str


class RecordForm(DryForm):
    """A note against an item."""

    entity: str
    text: str


class EventsForm(Form):
    """Which events are wanted."""

    wanted: commands.EventFilter = commands.EventFilter()


class ProbeForm(Form):
    """What is to be looked at once."""

    target: str
    kinds: tuple[str, ...] = ()


# What databases hold.
Moment = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class SyslogForm(Form):
    """Which messages are wanted; see `LogQuery`."""

    start: Moment
    end: Moment
    sources: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    severity: Annotated[int, Field(ge=0, le=7)] = 7
    words: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=10_000)] = 100
    oldest: bool = False


def handlers(daemon: Daemon) -> Mapping[str, Handler]:
    """Every command the daemon answers."""
    offered = _Handlers(daemon)
    return {
        "status": offered.status,
        "health": offered.health,
        "reload": offered.reload,
        "import": offered.import_,
        "upload": offered.upload,
        "undo": offered.undo,
        "record": offered.record,
        "events": offered.events,
        "headings": offered.headings,
        "probe": offered.probe,
        "traps": offered.traps,
        "syslog": offered.syslog,
        **desk_handlers(daemon),
        **layout_handlers(daemon),
        **preflight_handlers(daemon),
        **backup_handlers(daemon),
        **attaching_handlers(daemon),
        **publication_handlers(daemon),
        **outage_handlers(daemon),
    }


class _Handlers:
    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._proposing = Proposing(daemon)

    async def status(self, request: Request, _: Progress) -> Mapping[str, Any]:
        wanted = Filter(**read_form(StatusForm, request).model_dump())
        daemon = self._daemon
        return as_json(matching(status_tree(daemon.present(), daemon.now(), daemon.local_time()), wanted))

    async def health(self, request: Request, _: Progress) -> Health:
        read_form(Nothing, request)
        return replace(self._daemon.health(), remarks=remarks(self._daemon.present()))

    async def reload(self, request: Request, _: Progress) -> ReloadReport:
        return await self._daemon.reload(read_form(DryForm, request).dry_run)

    async def upload(self, request: Request, _: Progress) -> int:
        form = read_form(UploadForm, request)
        self._proposing.uploads.add(form.upload, request.author, form.part)
        return len(form.part)

    async def import_(self, request: Request, tell: Progress) -> ImportAnswer:
        form = read_form(ImportForm, request)
        now, local = self._daemon.now(), self._daemon.local_time()
        order = commands.ImportOrder(
            rows=form.rows,
            author=request.author,
            at=commands.holding_from(form.since, now, local.tzinfo),
            on=local.date(),
            source=form.source,
            complete=form.complete,
            good_rows=form.good_rows,
            dry_run=form.dry_run,
            mapping=form.mapping,
            recorded_at=now,
        )
        await tell({"stage": "compare"})
        report = await self._imported(order, form.upload, request.author, tell)
        if not report.change_set:
            return ImportAnswer(report, None)
        return ImportAnswer(report, await self._reloaded(tell))

    async def _imported(
        self, order: commands.ImportOrder, upload: str | None, author: str, tell: Progress
    ) -> commands.ImportReport:
        try:
            if upload is None:
                return await self._proposing.import_rows(order)
            rows = self._proposing.uploads.take(upload, author)
            return await self._proposing.import_upload(order, rows, lambda line: tell({"part": line}))
        except StoreFault as fault:
            raise unwritable(fault) from None

    async def _reloaded(self, tell: Progress) -> ReloadReport:
        """What came of the plan; records were told of already, and of much more nobody reads all."""
        await tell({"stage": "reload"})
        report = await self._daemon.reload(dry_run=False)
        others = tuple(change for change in report.changes if change.area != "inventory")
        if len(others) <= MOST_TOLD:
            return replace(report, changes=others)
        more = Sentence("{count} more changes to checks are not listed.", {"count": len(others) - MOST_TOLD})
        return replace(report, changes=others[:MOST_TOLD], remarks=(*report.remarks, more))

    async def undo(self, request: Request, tell: Progress) -> UndoAnswer:
        form = read_form(UndoForm, request)
        try:
            report = await self._proposing.undo(
                form.change_set, author=request.author, at=self._daemon.now(), dry_run=form.dry_run
            )
        except StoreFault as fault:
            raise unwritable(fault) from None
        return UndoAnswer(report, None if form.dry_run else await self._reloaded(tell))

    async def record(self, request: Request, _: Progress) -> int:
        form = read_form(RecordForm, request)
        return await self._write(
            commands.record,
            form.entity,
            form.text,
            author=request.author,
            at=self._daemon.now(),
            dry_run=form.dry_run,
        )

    async def events(self, request: Request, _: Progress) -> tuple[EventLine, ...]:
        return await self._write(commands.events, read_form(EventsForm, request).wanted)

    async def headings(self, request: Request, _: Progress) -> Mapping[str, str]:
        read_form(Nothing, request)
        return await self._write(commands.remembered_headings)

    async def probe(self, request: Request, _: Progress) -> tuple[OneOff, ...]:
        form = read_form(ProbeForm, request)
        return await self._daemon.probe(form.target, form.kinds)

    async def traps(self, request: Request, _: Progress) -> TrapReport:
        read_form(Nothing, request)
        return self._daemon.notifications()

    async def syslog(self, request: Request, _: Progress) -> SyslogReport:
        form = read_form(SyslogForm, request)
        try:
            return await self._daemon.log_lines(LogQuery(**form.model_dump()))
        except StoreFault as fault:
            raise unwritable(fault) from None

    async def _write(
        self,
        operation: Callable[Concatenate[Engine, Given], Result],
        *arguments: Given.args,
        **named: Given.kwargs,
    ) -> Result:
        try:
            return await self._daemon.write(lambda engine: operation(engine, *arguments, **named))
        except StoreFault as fault:
            raise unwritable(fault) from None
