"""The running daemon: its parts, what it knows, and what commands may ask of it.

`app.py` opens the outside world (database, sockets, signals) and hands it in as `Parts`; tests hand in their own.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Engine

from alerts.contract import Report
from inventory.coverage.contract import Sighting
from inventory.snapshot import Inventory
from netwatch.accounting import Accountant, Counting
from netwatch.accounting import Known as Accounted
from netwatch.auditing import Auditor
from netwatch.auditing import Known as Audited
from netwatch.backup.keeper import Keeper
from netwatch.backup.targets import seen_by
from netwatch.bus.contract import Bus
from netwatch.check import LOCAL, Observation
from netwatch.clock import DAY, MINUTE, SECOND, Clock, ClockEvent
from netwatch.control.contract import Change, OneOff, ReloadReport
from netwatch.daily import DayKeeper, Days
from netwatch.discipline import Read, unavailable
from netwatch.early import EarlyLooks, named_part_finder, part_finder
from netwatch.identities import EVENT as IDENTITY
from netwatch.identities import Identities, from_facts
from netwatch.incidents.access import DeskLine
from netwatch.incidents.arrangement import Arrangement
from netwatch.incidents.desk import Desk
from netwatch.incidents.links import Signer
from netwatch.incidents.places import Places
from netwatch.incidents.reclassifying import Reclassification, Reclassified, carry_out
from netwatch.incidents.reclassifying import Rows as Reclassifiable
from netwatch.inspections import Inspections
from netwatch.journal import Journal, Notice, noted
from netwatch.language import Sentence
from netwatch.limits.completeness import Completeness, Known
from netwatch.limits.placing import by_subject
from netwatch.measure import CommitTimes
from netwatch.mornings import House, Mornings, Nights
from netwatch.notify import Notifier, Pulse, Receiver
from netwatch.oneoff import chosen, look_once
from netwatch.own_engine import machine, own_engine
from netwatch.plan import Plan, plan
from netwatch.poll import OwnPoller, Poller
from netwatch.preflight.contract import SiteReport, Tell
from netwatch.preflight.order import orders
from netwatch.preflight.rounds import Means, examine
from netwatch.present import ChannelHealth, Counts, Present, VantageHealth
from netwatch.queries.curves import Curves, curves
from netwatch.queries.health import health
from netwatch.queries.models import Health
from netwatch.queries.syslog import SyslogReport
from netwatch.queries.traps import TrapReport
from netwatch.recording import Recording
from netwatch.reload import Candidate, Refusal, compare, fitted, prepare, rulebook
from netwatch.sampling.keeping import SampleKeeper
from netwatch.sampling.look_keeping import LookKeeper
from netwatch.sampling.peaks import Peaks
from netwatch.sampling.timekeeping import Timekeeper
from netwatch.settings_sections import Credential, Settings
from netwatch.sightings.keeping import SightingKeeper
from netwatch.store.contract import Store, StoreFault
from netwatch.store.syslog_sql import LogQuery, search
from netwatch.store.writer import Writer
from netwatch.strikes import COUNTER, STRIKE, Strikes, Told
from netwatch.syslog.evidence import LogEvidence
from netwatch.syslog.line import SyslogLine
from netwatch.syslog.receiver import Effects, Syslog, shipped_and_own_patterns
from netwatch.translate.to_channels import address_faults, heartbeat, heartbeat_interval, pace, receivers
from netwatch.translate.to_desk import arrangement
from netwatch.translate.to_plan import plan_settings
from netwatch.translate.to_policy import signer, unknown_units
from netwatch.traps import Traps, shipped_and_own
from probes.contract import Probe
from probes.kit import Kit

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

# Searches of stored messages at once: each keeps a thread and the disk busy.
MOST_SEARCHES = 2
LOG_EVIDENCE_EVERY = 15 * SECOND


class EngineStore(Store, Reclassifiable, Counting, Days, Nights, Protocol):
    """A store that shares its engine with the inventory, whose verdicts can be classified again and counted."""

    engine: Engine


@dataclass(frozen=True, slots=True)
class Parts:
    """The outside world as the daemon uses it.

    `environment` is where settings and secrets may come from; `renew` is told the credentials after a reload;
    `poller` makes the looks in the daemon's stead; `discipline` says how true the machine's clock is.
    """

    clock: Clock
    store: EngineStore
    writer: Writer
    bus: Bus
    kit: Kit
    probes: Mapping[str, Probe]
    commits: CommitTimes
    environment: Mapping[str, str]
    renew: Callable[[Mapping[str, Credential]], None] = field(default=lambda _credentials: None)
    poller: Poller | None = None
    discipline: Read = unavailable


class Daemon:
    """Everything between the settings and the network; `run` ends only when cancelled."""

    def __init__(
        self, settings: Settings, path: Path | None, overrides: tuple[str, ...], parts: Parts
    ) -> None:
        self.settings = settings
        self._path, self._overrides, self._parts = path, overrides, parts
        self.inventory = Inventory()
        self.plan = Plan()
        self.poller = parts.poller or OwnPoller(parts.bus, parts.clock, parts.probes, parts.kit)
        self.recording = Recording(parts.store, parts.bus, parts.clock, parts.writer.run)
        self.journal = Journal(self.write, parts.clock)
        own = own_engine(settings.traps.engine_id, settings.store.url, machine(), parts.clock.now())
        ports = parts.kit.counters
        spacing = round(settings.traps.spacing * SECOND)
        self.early = EarlyLooks(parts.bus, parts.clock, spacing, part_finder(ports), named_part_finder(ports))
        heard = self.recording.circumstances.heard
        self.traps = Traps(
            self.early,
            parts.clock,
            settings.traps,
            own,
            heard,
            partial(shipped_and_own, Path(settings.snmp.profiles)),
        )
        patterns = partial(shipped_and_own_patterns, path)
        effects = Effects(self.early, heard, self.journal.note, patterns)
        self.syslog = Syslog(settings.syslog, parts.clock, self.write, effects)
        self.log_evidence = LogEvidence(self.read)
        self._searching = asyncio.Semaphore(MOST_SEARCHES)
        self._identities = Identities(map(from_facts, noted(parts.store.engine, IDENTITY)))
        engine = parts.store.engine
        told = [each for kind in (COUNTER, STRIKE) for each in noted(engine, kind, entity=None)]
        self._strikes = Strikes(sorted(told, key=lambda facts: facts.get("read", 0)))
        self._inspections = Inspections.of(engine)
        self.recording.overlay = self._inspections.judged
        self._started = parts.clock.now()
        self._machine = f"{machine()} {settings.store.url}"
        self.desk = Desk(parts.store, self._arranged(), self.recording.circumstances)
        self.recording.judging.consequences = self.desk
        line = DeskLine(self.desk, parts.clock, parts.writer.run)
        self.notifier = Notifier(line, parts.clock, self._receivers(), pace(settings))
        self.mornings = Mornings(parts.store, parts.clock, self._house, self.attend)
        self.pulse = Pulse(parts.clock)
        self._completeness = Completeness()
        self.sightings = SightingKeeper(self._see, parts.clock)
        self._auditor = Auditor(parts.store, parts.clock, self._audited)
        self._accountant = Accountant(parts.store, parts.clock, self._accounted)
        self._day_keeper = DayKeeper(parts.store, parts.clock, self._accounted)
        self.samples = SampleKeeper(self.recording.sampler.book, self, parts.clock, self._zone)
        self.looks = LookKeeper(self.recording.sampler.looks, self, parts.clock)
        self.timekeeper = Timekeeper(self.recording.sampler.book, parts.clock, parts.discipline)
        self._peaks = Peaks(self, parts.clock, self._accounted)
        self.keeper = Keeper(self.write, parts.clock, lambda: seen_by(self.plan.checks, self._latest()))
        self.early.configured.append(self.keeper.configured)
        self._reloading = asyncio.Lock()
        self._refusals = 0
        self._in_force = True
        self._limits = by_subject(self.plan.limits)
        self._steps = 0

    def now(self) -> int:
        """The daemon's clock, microseconds UTC."""
        return self._parts.clock.now()

    def local_time(self) -> datetime:
        """The same moment in the time zone of the settings."""
        return datetime.fromtimestamp(self.now() / SECOND, self.settings.daemon.zone)

    def today(self) -> date:
        """The local date, by which units' versions hold."""
        return self.local_time().date()

    async def prepare(self) -> None:
        """Load the inventory, make the first plan and take over what an earlier run stored.

        Raises Refusal when the inventory breaks its rules, StoreFault when the database cannot be read.
        """
        self.plan = Plan(revision=await self._parts.writer.run(self._parts.store.topology))
        candidate = await self._candidate(self.settings)
        self._take(candidate)
        self.desk.arrangement = self._arranged(candidate.plan)
        await self._parts.writer.run(lambda: self._restore(candidate.plan))
        await self.syslog.begin()
        self._completeness.restore(self.desk.view.open)
        await self.keeper.refresh()
        self._swap(candidate)

    def _restore(self, made: Plan) -> None:
        now = self.now()
        self.recording.restore(made, now)
        self.sightings.restore(self._parts.store.sightings(None, now - DAY))
        self.samples.restore(self._parts.store.engine, now)
        self.looks.restore(self._parts.store.engine, made.topology.subjects, now)
        rows = self.recording.judging.rows
        self.desk.restore(rows, self.recording.manageable(made), now - DAY, now)

    def _arranged(self, made: Plan | None = None) -> Arrangement:
        """What the desk goes by, with the settings and the inventory in force."""
        settings = self.settings
        key = signer(settings, self._parts.environment)
        return arrangement(settings, Places(self.inventory), made or self.plan, key, self._machine)

    def _receivers(self) -> Mapping[str, Receiver]:
        return receivers(self.settings, self._parts.environment, self.signer)

    @property
    def signer(self) -> Signer:
        """What signs links and codes that acknowledge."""
        return self.desk.arrangement.signer

    async def run(self) -> None:
        """Look, record and judge for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.recording.run())
            tasks.create_task(self._every_second())
            tasks.create_task(self._midnight())
            tasks.create_task(self._every_minute())
            tasks.create_task(self.journal.run())
            tasks.create_task(self.early.run())
            tasks.create_task(self.syslog.run())
            tasks.create_task(self._gather_log_evidence())
            tasks.create_task(self.notifier.run())
            tasks.create_task(self.mornings.run())
            tasks.create_task(self.pulse.run())
            tasks.create_task(self.keeper.run())
            tasks.create_task(self.sightings.run(self._latest))
            tasks.create_task(self._auditor.run())
            tasks.create_task(self._accountant.run())
            tasks.create_task(self._day_keeper.run())
            tasks.create_task(self.samples.run())
            tasks.create_task(self.looks.run())
            tasks.create_task(self.timekeeper.run())
            tasks.create_task(self._peaks.run())
            await self.poller.run()

    async def _every_second(self) -> None:
        """The clock first: what a suspended machine did not see is not taken for targets' silence."""
        while True:
            await self._parts.clock.sleep_until(self.now() + SECOND)
            for event in self._parts.clock.check():
                self._disturbed(event)
            self.recording.beat()

    async def _every_minute(self) -> None:
        """Whether enough is known of every agency."""
        while True:
            await self._parts.clock.sleep_until(self.now() + MINUTE)
            recorder, live = self.recording.recorder, self.recording.judging.live
            known = Known(recorder.latest, live, recorder.patience, bool(recorder.blind_since))
            for _ in self._completeness.count(known, self.now()):
                await asyncio.sleep(0)
            for notice in self._identities.news(self.inventory, self.plan.checks, recorder.latest):
                self.journal.note(notice)
            for told in self._strikes.news(self.plan.checks, recorder.latest):
                self.journal.note(Notice(*told))
            for told in self._losses():
                self.journal.note(Notice(*told))
            self._conditions()

    def _losses(self) -> Iterable[Told]:
        """What lightning seems to have taken though it was protected, once each."""
        window = round(self.settings.lightning.storm_window * SECOND)
        return self._inspections.news(
            self.desk.arrangement.places,
            self._strikes.by_item,
            self.desk.view.incidents.values(),
            window,
            self.settings.daemon.zone,
            self.now(),
        )

    def _conditions(self) -> None:
        """Tell the desk what is wrong that no verdict tells."""
        self.desk.conditions = {**self._completeness.conditions(), **self.keeper.conditions()}

    def _latest(self) -> Mapping[str, Observation]:
        return self.recording.recorder.latest

    def _zone(self) -> tzinfo:
        return self.settings.daemon.zone

    def _audited(self) -> Audited:
        return self.inventory, self.sightings.news, self.settings.daemon.zone, self._inspections.happened

    def _house(self) -> House:
        settings = self.settings
        return House(self.present, self.desk.view.live_since, settings.daemon.zone, settings.receivers)

    async def morning(self, receiver: str, day: date) -> Report:
        """What a receiver would be told of a day, as a test; raises KeyError, StoreFault."""
        return await self.mornings.test(receiver, day)

    def _accounted(self) -> Accounted:
        return self.inventory, self.settings.daemon.zone

    async def _see(self, sightings: Sequence[Sighting]) -> None:
        await self._parts.writer.run(lambda: self._parts.store.see(sightings))

    async def finish(self) -> None:
        """After `run`: take in and write what is left; for an orderly stop."""
        await self.recording.finish()
        await self.sightings.finish(self._latest())
        await self.samples.flush()
        await self.looks.flush()

    async def _gather_log_evidence(self) -> None:
        """What devices logged when incidents began, while somebody may look at them."""
        while True:
            await self._parts.clock.sleep_until(self.now() + LOG_EVIDENCE_EVERY)
            if self.syslog.counts().stored > 0:
                await self.log_evidence.gather(self.desk.view.incidents, self.inventory, self.now())

    def _disturbed(self, event: ClockEvent) -> None:
        self._steps += 1
        _log.warning("Clock: %s by %.1f s; that time is unknown.", event.what, event.size / SECOND)
        self.recording.disturb(event)
        self.poller.forgive()
        facts = {"until": event.end, "by_seconds": event.size / SECOND}
        self.journal.note(Notice(event.what, event.start, facts))

    async def _midnight(self) -> None:
        """Units' versions change with the local date; a database that cannot be read is asked again."""
        day = self.today()
        while True:
            await self._parts.clock.sleep_until(self.now() + 60 * SECOND)
            today = self.today()
            if today != day and await self._new_day():
                day = today

    async def _new_day(self) -> bool:
        async with self._reloading:
            try:
                candidate = await self._candidate(self.settings)
            except StoreFault as fault:
                _log.error("A new day, but the inventory could not be read again: %s", fault)
                return False
            except Refusal as refusal:
                _log.error("A new day, but the inventory of today breaks its rules: %s", refusal)
                return True
            self._take(candidate)
            self._swap(candidate)
            return True

    async def write(self, operation: Callable[[Engine], Result]) -> Result:
        """Run an operation on the writer thread; raises what it raises."""
        return await self._parts.writer.run(lambda: operation(self._parts.store.engine))

    async def read(self, operation: Callable[[Engine], Result]) -> Result:
        """Run an operation that only reads beside everything else, few at once; raises what it raises."""
        async with self._searching:
            work = asyncio.create_task(asyncio.to_thread(operation, self._parts.store.engine))
            try:
                return await asyncio.shield(work)
            except asyncio.CancelledError:
                # The database is closed after us: what still reads it comes to its end first.
                await asyncio.wait([work])
                raise

    async def attend(self, operation: Callable[[Desk], Result]) -> Result:
        """Run an operation of the desk on the writer thread; raises what it raises, StoreFault too."""
        return await self._parts.writer.run(lambda: operation(self.desk))

    async def reclassify(self, order: Reclassification) -> Reclassified:
        """Take time out of the figures afterwards, or back into them; see `carry_out`."""
        return await self._parts.writer.run(lambda: self._reclassified(order))

    def _reclassified(self, order: Reclassification) -> Reclassified:
        now = self.now()
        report = carry_out(self._parts.store, self.desk.arrangement.places, order, now)
        if not report.dry_run:
            self.recording.judging.take(report.subjects, now)
        return report

    async def reload(self, dry_run: bool) -> ReloadReport:
        """Read settings and inventory again and swap the plan; what cannot be, leaves the running one in force."""
        async with self._reloading:
            try:
                settings = prepare(self.settings, self._path, self._parts.environment, self._overrides)
                candidate = await self._candidate(settings)
            except Refusal as refusal:
                return self._refuse(refusal.sentences, dry_run)
            except StoreFault as fault:
                return self._refuse((_unreadable(fault),), dry_run)
            remarks = await self._remarks(candidate)
            changes = await asyncio.to_thread(compare, self.settings, self.plan, self.inventory, candidate)
            return replace(self._reloaded(candidate, changes, dry_run), remarks=remarks)

    async def _remarks(self, candidate: Candidate) -> tuple[Sentence, ...]:
        """Why people would be told in vain; reading addresses takes Apprise a moment."""
        addresses = partial(address_faults, candidate.settings, self._parts.environment)
        unusable = await asyncio.to_thread(lambda: tuple(addresses()))
        found = (*unknown_units(candidate.settings, candidate.inventory), *unusable)
        for one in found:
            _log.warning("Reload: %s", one)
        return found

    def _reloaded(self, candidate: Candidate, changes: tuple[Change, ...], dry_run: bool) -> ReloadReport:
        if not dry_run:
            self._in_force = True
            self._take(candidate)
            self._swap(candidate)
            self._parts.renew(self.settings.credentials)
            self._parts.kit.snmp.forget()
            self._parts.kit.equipment.forget()
            self.poller.renew(self.settings)
        return ReloadReport(not dry_run, dry_run, candidate.plan.revision, changes)

    def _refuse(self, sentences: tuple[Sentence, ...], dry_run: bool) -> ReloadReport:
        if not dry_run:
            self._refusals += 1
            self._in_force = False
            _log.error("Reload refused, the running plan stays in force: %s", "; ".join(map(str, sentences)))
        return ReloadReport(False, dry_run, self.plan.revision, refused=sentences)

    async def _candidate(self, settings: Settings) -> Candidate:
        inventory = await self.write(Candidate.reader(self.today()))
        wanted = plan_settings(settings, self._parts.probes, rulebook(settings.limits.folder))
        # A large province takes seconds of thought, in which looks go on.
        made = await asyncio.to_thread(plan, inventory, wanted, self.plan.revision + 1)
        if made.digest == self.plan.digest:
            made = self.plan
        return Candidate(settings, inventory, made, fitted(made, self._parts.probes), wanted.rulebook)

    def _take(self, candidate: Candidate) -> None:
        self.settings, self.inventory = candidate.settings, candidate.inventory

    def _swap(self, candidate: Candidate) -> None:
        self.plan = candidate.plan
        self.desk.arrangement = self._arranged()
        self.notifier.renew(self._receivers(), pace(self.settings))
        self.pulse.heartbeat = heartbeat(self.settings, self._parts.environment)
        self.pulse.interval = heartbeat_interval(self.settings)
        most = candidate.settings.looks.concurrency
        self.poller.adopt(self.plan.revision, self.plan.checks, candidate.params, most)
        self.recording.adopt(self.plan)
        self.recording.throughput.adopt(self.inventory, self.plan.checks)
        self.sightings.adopt(self.inventory, self.plan.checks)
        self._limits = by_subject(self.plan.limits)
        self._completeness.adopt(self.plan.checks, self.inventory, candidate.rulebook, self.now())
        self.keeper.adopt(self.settings, self.inventory)
        self._inspections.adopt(self.inventory, self.plan.checks, self.settings.daemon.zone)
        self._conditions()
        self.early.adopt(self.plan, self.inventory, round(self.settings.traps.spacing * SECOND))
        self.traps.adopt(self.settings, self._parts.environment)
        self.syslog.adopt(self.settings.syslog)

    async def probe(self, target: str, kinds: tuple[str, ...]) -> tuple[OneOff, ...]:
        """Look once, now, by every check of a target (an id or an address), or only those kinds."""
        parts = self._parts
        checks = chosen(
            self.plan.checks.values(), parts.probes, target, kinds, tuple(self.settings.credentials)
        )
        return await look_once(checks, parts.probes, parts.kit, parts.clock.monotonic)

    async def preflight(self, names: tuple[str, ...], everything: bool, tell: Tell) -> tuple[SiteReport, ...]:
        """Measure sites before a conference; raises Refused for names that stand for nothing."""
        wanted = orders(self.inventory, self.plan.checks.values(), names, everything)
        means = Means(self._parts.kit, self._parts.probes, self.settings.preflight, self.now)
        return await examine(wanted, means, tell)

    def notifications(self) -> TrapReport:
        """Who sends traps and informs, and what became of them."""
        return self.traps.report()

    async def log_lines(self, query: LogQuery) -> SyslogReport:
        """Syslog messages that are looked for, and what became of all that came; raises StoreFault."""
        rows = await self.read(partial(search, query=query))
        lines = tuple(SyslogLine(**row._asdict()) for row in rows)
        return SyslogReport(lines, self.syslog.where, self.syslog.counts())

    async def curves(self, line: str, metric: str, start: int, end: int, grain: str) -> Curves:
        """What was measured of a line within [start, end), by these means; raises StoreFault."""
        zone, now = self.settings.daemon.zone, self.inventory
        return await self.read(lambda engine: curves(engine, line, metric, start, end, zone, grain, now))

    def health(self) -> Health:
        """What /healthz says."""
        return health(self.present())

    def present(self) -> Present:
        """What the daemon knows at this moment."""
        recorder = self.recording.recorder
        return Present(
            at=self.now(),
            started=self._started,
            live=True,
            ready=self.recording.committed,
            heartbeat=self.now(),
            sample=self.settings.inventory.sample,
            plan_revision=self.plan.revision,
            inventory=self.inventory,
            checks=self.plan.checks,
            subjects=self.plan.topology.subjects,
            judged=self.recording.judging.live,
            facts=recorder.states,
            latest=recorder.latest,
            vantages=(self._vantage(recorder.blind_since.get(LOCAL, 0)),),
            faults=tuple(self._faults()),
            counts=self._counts(),
            desk=self.desk.view,
            completeness=self._completeness.ratios,
            channels=self._channels(),
            unwatched=self.pulse.failing if self.pulse.heartbeat else "",
            unsealed=self.keeper.unsealed,
            log_lines=self.log_evidence.lines,
            strikes=self._strikes.by_item,
            happened=self._inspections.happened,
            soon_days=self.settings.lightning.due_soon_days,
            coverage=self._auditor.count,
            availability=self._accountant.count,
            days=self._day_keeper.strips,
            carried=self.recording.throughput.by_line,
            peaks=self._peaks.ratios,
            limits=self._limits,
            backups=self.keeper.remembered,
        )

    def _channels(self) -> Mapping[str, ChannelHealth]:
        return {
            name: ChannelHealth(one.failing_since, one.error, one.last_sent)
            for name, one in self.notifier.standing().items()
        }

    def _vantage(self, blind_since: int) -> VantageHealth:
        return VantageHealth(LOCAL, len(self.plan.anchors), blind_since)

    def _faults(self) -> list[tuple[str, str]]:
        fault = self.recording.fault
        faults = [(f"store_{fault.what}", fault.detail)] if fault else []
        return [*faults, ("icmp_permission", "")] if self.recording.recorder.denied else faults

    def _counts(self) -> Counts:
        polled, commits = self.poller.tally(), self._parts.commits
        return Counts(
            looks=polled.groups["looks"],
            unknown=polled.groups["unknown"],
            rounds=polled.groups["rounds"],
            queues={
                "looks": polled.under_way,
                **self.recording.depths,
                "writer": self._parts.writer.depth,
            },
            transport=polled.groups["transport"],
            strays=polled.groups["strays"],
            commit_buckets=commits.buckets(),
            commit_seconds_sum=commits.total,
            commits=commits.count,
            scheduler_lag_seconds=polled.overdue / SECOND,
            store_behind_seconds=self.recording.behind / SECOND,
            reloads_refused=self._refusals,
            reload_in_force=self._in_force,
            clock_steps=self._steps,
            clock_ahead_seconds=max(0, self._parts.clock.ahead) / SECOND,
            clock_synchronised=self.timekeeper.synchronised(),
            clock_max_error_seconds=self.timekeeper.at_most(),
            traps=self.traps.counts(),
            syslog=self.syslog.counts(),
        )


def _unreadable(fault: StoreFault) -> Sentence:
    return Sentence("The database cannot be read ({detail}).", {"detail": fault.detail})
