"""What commands about incidents and notifications do in a running daemon."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import Engine

if TYPE_CHECKING:
    from netwatch.incidents.desk import Desk

from alerts.contract import Severity
from netwatch import desk_commands as acts
from netwatch.control.contract import Daemon, Handler, Progress, Refused, Request
from netwatch.control.forms import DryForm, Form, Nothing, read_form, unwritable
from netwatch.incidents.contract import Incident, LogEntry
from netwatch.incidents.orders import NoSuch
from netwatch.incidents.places import Places
from netwatch.incidents.reclassifying import Reclassification, Reclassified
from netwatch.language import Sentence
from netwatch.queries.contacts import Directory
from netwatch.queries.delivery import DeliveryReport, delivery
from netwatch.queries.incident_models import CallList, IncidentList, IncidentReport
from netwatch.queries.incidents import WantedIncidents, call_list, incident_list, incident_report
from netwatch.queries.routing import RoutingReport, Rules, routing_report
from netwatch.queries.telling import telling
from netwatch.queries.windows import SilenceList, WindowList, silence_list, window_list
from netwatch.store.contract import StoreFault
from netwatch.store.sql import SqlStore

Result = TypeVar("Result")

# Each command that changes something, with its order and what carries it out.
ACTS: Mapping[str, tuple[type[Any], acts.Act]] = {
    "ack": (acts.Acknowledge, acts.acknowledge),
    "assign": (acts.Assign, acts.assign),
    "blame": (acts.Blame, acts.blame),
    "silence_add": (acts.AddSilence, acts.add_silence),
    "silence_end": (acts.EndSilence, acts.end_silence),
    "maintenance_add": (acts.AddWindows, acts.add_windows),
    "maintenance_end": (acts.EndWindow, acts.end_window),
    "go_live": (acts.GoLive, acts.go_live),
    "notify_test": (acts.SendTest, acts.send_test),
}


class IncidentsForm(Form):
    """Which incidents are wanted."""

    wanted: WantedIncidents = WantedIncidents()


class IncidentForm(Form):
    """Which incident; databases have no greater numbers."""

    incident: Annotated[int, Field(ge=0, lt=2**63)]


class CallsForm(Form):
    """Which provider."""

    provider: str


class ActForm(Form):
    """What is to be done; its own form depends on the command."""

    order: Mapping[str, Any] = {}
    dry_run: bool = False


class RoutesForm(Form):
    """A thing of the inventory, or an open incident (0 none)."""

    subject: str = ""
    incident: int = 0
    severity: Severity = Severity.CRITICAL


class ReclassifyForm(Form):
    """Its author is who asks, whatever it says."""

    order: Reclassification


class DailyForm(DryForm):
    """To whom a daily report is to be sent now, as a test."""

    receiver: str


def desk_handlers(daemon: Daemon) -> Mapping[str, Handler]:
    """Every command about incidents and notifications."""
    offered = _DeskHandlers(daemon)
    reads: Mapping[str, Handler] = {
        "incidents": offered.incidents,
        "incident": offered.incident,
        "calls": offered.calls,
        "silences": offered.silences,
        "windows": offered.windows,
        "queue": offered.queue,
        "routes": offered.routes,
        "reclassify": offered.reclassify,
        "notify_daily": offered.daily,
    }
    return {**reads, **{name: partial(offered.act, *act) for name, act in ACTS.items()}}


class _DeskHandlers:
    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def incidents(self, request: Request, _: Progress) -> IncidentList:
        wanted = read_form(IncidentsForm, request).wanted
        daemon = self._daemon
        older: tuple[Incident, ...] = ()
        if wanted.since:
            since = max(0, min(wanted.since, daemon.now()))
            older = await self._read(lambda store: tuple(store.incidents(since, daemon.now() + 1)))
        present = daemon.present()
        return incident_list(present, wanted, telling(present, daemon.local_time()), daemon.now(), older)

    async def incident(self, request: Request, _: Progress) -> IncidentReport:
        id_ = read_form(IncidentForm, request).incident
        stored, log = await self._read(lambda store: (store.incident(id_), store.incident_log(id_)))
        present = self._daemon.present()
        incident = present.desk.incidents.get(id_) or stored
        if incident is None:
            raise acts.no_such(NoSuch("incident", id_))
        return self._report(incident, log)

    def _report(self, incident: Incident, log: Sequence[LogEntry]) -> IncidentReport:
        present, daemon = self._daemon.present(), self._daemon
        story = telling(present, daemon.local_time())(incident)
        return incident_report(present, incident, story, log, daemon.now())

    async def calls(self, request: Request, _: Progress) -> CallList:
        provider = read_form(CallsForm, request).provider
        present = self._daemon.present()
        directory = Directory(present.inventory, self._daemon.local_time())
        return call_list(present, provider, directory, self._daemon.now())

    async def silences(self, request: Request, _: Progress) -> SilenceList:
        read_form(Nothing, request)
        return silence_list(self._daemon.present().desk, self._daemon.now())

    async def windows(self, request: Request, _: Progress) -> WindowList:
        read_form(Nothing, request)
        present = self._daemon.present()
        return window_list(present.desk, Places(present.inventory), self._daemon.now())

    async def queue(self, request: Request, _: Progress) -> DeliveryReport:
        read_form(Nothing, request)
        receivers = await self._attend(lambda desk: desk.arrangement.receivers)
        present = self._daemon.present()
        return delivery(present.desk, receivers, self._daemon.now(), present.channels)

    async def routes(self, request: Request, _: Progress) -> RoutingReport:
        asked = read_form(RoutesForm, request)
        arranged = await self._attend(lambda desk: desk.arrangement)
        rules, present = Rules(arranged.routes, arranged.zone), self._daemon.present()
        return routing_report(
            present, rules, asked.subject, asked.incident, asked.severity, self._daemon.now()
        )

    async def act(self, order_type: type[Any], act: acts.Act, request: Request, _: Progress) -> acts.Acted:
        asked = read_form(ActForm, request)
        try:
            order = TypeAdapter(order_type).validate_python(dict(asked.order))
        except ValidationError as error:
            raise _misunderstood(request, error) from None
        who = acts.Who(request.author, self._daemon.now(), asked.dry_run)
        acted = await self._attend(lambda desk: act(desk, order, who))
        return acted if acted.dry_run else await self._noted(acted, who)

    async def daily(self, request: Request, _: Progress) -> acts.Acted:
        asked = read_form(DailyForm, request)
        receivers = await self._attend(lambda desk: desk.arrangement.receivers)
        acts.require_receiver(asked.receiver, receivers)
        report = await self._trying(self._daemon.morning(asked.receiver, self._daemon.local_time().date()))
        who = acts.Who(request.author, self._daemon.now(), asked.dry_run)
        acted = await self._attend(lambda desk: acts.send_daily(desk, asked.receiver, report, who))
        return acted if acted.dry_run else await self._noted(acted, who)

    async def _noted(self, acted: acts.Acted, who: acts.Who) -> acts.Acted:
        """With its number in the event log."""
        return replace(acted, event=await self._write(lambda engine: acts.noted(engine, acted, who)))

    async def reclassify(self, request: Request, _: Progress) -> Reclassified:
        order = read_form(ReclassifyForm, request).order
        return await self._trying(self._daemon.reclassify(replace(order, author=request.author)))

    async def _read(self, read: Callable[[SqlStore], Result]) -> Result:
        return await self._write(lambda engine: read(SqlStore(engine)))

    async def _write(self, operation: Callable[[Engine], Result]) -> Result:
        return await self._trying(self._daemon.write(operation))

    async def _attend(self, operation: "Callable[[Desk], Result]") -> Result:
        return await self._trying(self._daemon.attend(operation))

    async def _trying(self, work: Awaitable[Result]) -> Result:
        try:
            return await work
        except NoSuch as fault:
            raise acts.no_such(fault) from None
        except StoreFault as fault:
            raise unwritable(fault) from None


def _misunderstood(request: Request, error: ValidationError) -> Refused:
    wrong = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False))
    text = "The arguments of '{command}' are not understood: {wrong}."
    return Refused(Sentence(text, {"command": request.command, "wrong": wrong}))
