"""Keeps the configurations of devices: when whose turn it is, what is known, and what is wrong with host keys."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine

from inventory.snapshot import Inventory
from netwatch.backup import records
from netwatch.backup.contract import HostKey, Limits, Outcome, Result
from netwatch.backup.platforms import PlatformFault, Platforms, Seen, read_platforms
from netwatch.backup.round import PROGRAM, Order, results
from netwatch.backup.sealing import key_id
from netwatch.backup.targets import LOGIN, Target, jobs, targets
from netwatch.backup.timetable import Timetable, Tried, due_for_change
from netwatch.clock import MINUTE, SECOND, Clock
from netwatch.incidents.contract import HOST_KEY_CHANGED, Condition
from netwatch.queries.backups import (
    BackupLine,
    BackupReport,
    BackupSeen,
    RunReport,
    VersionLine,
    VersionText,
)
from netwatch.settings_sections import Settings
from netwatch.store.contract import StoreFault
from netwatch.workers.start import credentials_to_json

_log = logging.getLogger(__name__)

Answer = TypeVar("Answer")
Write = Callable[[Callable[[Engine], Any]], Awaitable[Any]]
# Hears how many of how many are done, and what came of the last.
Told = Callable[[int, int, str, Outcome], Awaitable[None]]

KEY = "host_key:"
DUE = "due"


@dataclass(frozen=True, slots=True)
class Memory:
    """What the database knows of backups."""

    states: Mapping[str, records.State]
    pins: Mapping[str, records.Pin]
    changed: Mapping[str, int]

    @classmethod
    def read(cls, engine: Engine) -> "Memory":
        """As it stands now; raises StoreFault."""
        return cls(records.states(engine), records.pins(engine), records.changed(engine))


NOTHING = Memory({}, {}, {})


async def _nobody(done: int, of: int, device: str, outcome: Outcome) -> None:
    """Nobody wants to know."""


class Keeper:
    """Reads configurations when they are due. `write` runs an operation on the writer thread and raises StoreFault;
    `seen` tells what agents said of themselves.
    """

    def __init__(
        self,
        write: Write,
        clock: Clock,
        seen: Callable[[], Mapping[str, Seen]],
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self._write, self._clock, self._seen, self._program = write, clock, seen, program
        self._settings, self._inventory = Settings(), Inventory()
        self._platforms = Platforms()
        self._memory = NOTHING
        self._said: dict[str, int] = {}
        self._one_round = asyncio.Lock()
        # How it went with each device that was ever tried.
        self.remembered: Mapping[str, BackupSeen] = {}
        # How many devices could be backed up if there were a key.
        self.unsealed = 0

    def adopt(self, settings: Settings, inventory: Inventory) -> None:
        """Take over settings and inventory; a table of platforms that cannot be used leaves the shipped ones."""
        self._settings, self._inventory = settings, inventory
        own = settings.backup.platforms
        try:
            self._platforms = read_platforms(Path(own) if own else None)
        except PlatformFault as fault:
            _log.error("Backups: %s Only the shipped platforms are known.", fault)
            self._platforms = read_platforms()
        self.unsealed = 0 if settings.backup.ready else sum(1 for each in self._targets() if each.credentials)

    def configured(self, device: str, at: int) -> None:
        """Somebody said that a device was configured anew: it is read soon."""
        if device in self._inventory.of("device"):
            self._said[device] = at

    async def run(self) -> None:
        """Back up what is due, for ever; a database that cannot be used now is asked again later."""
        while True:
            await self._clock.sleep_until(self._clock.now() + MINUTE)
            try:
                await self.refresh()
                if self._settings.backup.ready:
                    await self._round([target.device for target in self._due()], _nobody)
            except StoreFault as fault:
                _log.warning("Backups wait for the database: %s", fault)
            except OSError as error:
                _log.error("Backups: the process of the sessions cannot be started (%s).", error.strerror)

    async def refresh(self) -> None:
        """Read anew what the database knows; raises StoreFault."""
        self._memory = await self._write(Memory.read)
        self.remembered = dict(self._remembered())

    def _remembered(self) -> Iterator[tuple[str, BackupSeen]]:
        for device, state in self._memory.states.items():
            tried, changed = state.tried, self._memory.changed.get(device, 0)
            yield device, BackupSeen(str(tried.outcome or ""), tried.good, tried.failures, changed)

    def _targets(self) -> list[Target]:
        logins = {name for name, each in self._settings.credentials.items() if each.kind == LOGIN}
        remembered = {device: state.platform for device, state in self._memory.states.items()}
        # Without such credentials nothing is to be looked for in what thousands of looks have said.
        seen = self._seen() if logins else {}
        return list(targets(self._inventory, logins, self._platforms, seen, remembered))

    def _due(self) -> list[Target]:
        table, now = self._timetable(), self._clock.now()
        return [
            target
            for target in self._targets()
            if target.missing is None and self._is_due(table, target.device, now)
        ]

    def _is_due(self, table: Timetable, device: str, now: int) -> bool:
        tried, said = self._tried(device), self._said.get(device)
        if said is not None and due_for_change(said, tried, now):
            del self._said[device]
            return True
        return table.due(device, tried, now)

    def _timetable(self) -> Timetable:
        own = self._settings.backup
        return Timetable(own.at, int(own.spread * SECOND), self._settings.daemon.zone)

    def _tried(self, device: str) -> Tried:
        state = self._memory.states.get(device)
        return state.tried if state is not None else Tried()

    async def back_up(self, devices: Collection[str], dry_run: bool, told: Told = _nobody) -> RunReport:
        """Back these devices up now, those of them that can be; raises StoreFault and OSError."""
        await self.refresh()
        wanted = [target for target in self._targets() if target.device in devices]
        if dry_run or not self._settings.backup.ready:
            missing = Outcome.NO_KEY if not self._settings.backup.ready else None
            plain = [(target.device, missing or target.missing or DUE, 0.0) for target in wanted]
            return RunReport(dry_run, tuple((device, str(outcome), took) for device, outcome, took in plain))
        return RunReport(False, tuple(await self._round([target.device for target in wanted], told)))

    async def _round(self, devices: Sequence[str], told: Told) -> list[tuple[str, str, float]]:
        """One round at a time: no device ever has two sessions of ours."""
        if not devices:
            return []
        async with self._one_round:
            chosen = {target.device: target for target in self._targets() if target.device in devices}
            pins = {device: pin.key for device, pin in self._memory.pins.items()}
            able, unable = jobs(chosen.values(), self._platforms, pins)
            done = [(device, str(outcome), 0.0) for device, outcome in unable.items()]
            if able:
                async with aclosing(results(self._order(), able, self._program)) as found:
                    async for result in found:
                        outcome = await self._take(result, chosen[result.device].platform)
                        done.append((result.device, str(outcome), result.took))
                        await told(len(done), len(chosen), result.device, outcome)
            await self.refresh()
        return done

    def _order(self) -> Order:
        own = self._settings.backup
        limits = Limits(own.sessions, own.deadline, min(10.0, own.deadline), own.largest)
        credentials = {
            name: each for name, each in credentials_to_json(self._settings).items() if each["kind"] == LOGIN
        }
        return Order(own.public_key, own.mask_key, credentials, limits)

    async def _take(self, result: Result, platform: str) -> Outcome:
        keep, now = self._settings.backup.keep, self._clock.now()
        outcome: Outcome = await self._write(lambda engine: records.take(engine, result, platform, now, keep))
        if not outcome.good:
            _log.warning("Backup of %s: %s.", result.device, outcome)
        return outcome

    async def trust(self, device: str, fingerprint: str, author: str) -> HostKey | None:
        """Know a device by the key of this fingerprint, which it showed last; None when it did not."""
        now = self._clock.now()
        pin: records.Pin | None = await self._write(
            lambda engine: records.trust(engine, device, fingerprint, author, now)
        )
        await self.refresh()
        return pin.key if pin is not None else None

    def conditions(self) -> Mapping[str, Condition]:
        """What is wrong, by key: devices that showed another host key than the one they are known by."""
        known = self._inventory.of("device")
        return {
            f"{KEY}{device}": Condition(device, HOST_KEY_CHANGED, pin.offered_at, _keys(pin, pin.offered))
            for device, pin in self._memory.pins.items()
            if pin.offered is not None and device in known
        }

    async def report(self) -> BackupReport:
        """How backing up stands; raises StoreFault."""
        await self.refresh()
        found: tuple[records.Version, ...] = await self._write(records.versions)
        return self.report_of(found)

    def report_of(self, found: Sequence[records.Version]) -> BackupReport:
        """The same of what is remembered, with these versions (newest first)."""
        own = self._settings.backup
        newest: dict[str, records.Version] = {}
        numbers: dict[str, int] = {}
        for version in found:
            newest.setdefault(version.device, version)
            numbers[version.device] = numbers.get(version.device, 0) + 1
        lines = [
            replace(
                self._line(target),
                versions=numbers.get(target.device, 0),
                changed=newest[target.device].at if target.device in newest else 0,
                changed_by=newest[target.device].changed_by if target.device in newest else "",
            )
            for target in self._targets()
        ]
        return BackupReport(own.ready, key_id(own.public_key) if own.ready else "", tuple(lines))

    def _line(self, target: Target) -> BackupLine:
        tried, pin = self._tried(target.device), self._memory.pins.get(target.device)
        state = self._memory.states.get(target.device)
        outcome = target.missing or tried.outcome
        return BackupLine(
            device=target.device,
            name=target.name,
            platform=target.platform,
            outcome=str(outcome or ""),
            tried=tried.tried,
            good=tried.good,
            failures=tried.failures,
            due=self._timetable().due(target.device, tried, self._clock.now()),
            fingerprint=pin.key.fingerprint if pin else "",
            offered=pin.offered.fingerprint if pin and pin.offered else "",
            facts=state.facts if state else {},
        )

    async def history(self, device: str, limit: int) -> tuple[VersionLine, ...]:
        """The versions of a device, newest first; raises StoreFault."""
        found: tuple[records.Version, ...] = await self._write(
            lambda engine: records.versions(engine, device, limit)
        )
        return tuple(map(version_line, found))

    async def text(self, device: str, version: int, *, sealed: bool) -> VersionText | None:
        """A version (0: the newest) with what may be shown of it, or sealed; None when there is none."""
        found: VersionText | None = await self._write(
            lambda engine: _text_of(engine, device, version, sealed=sealed)
        )
        return found


def version_line(version: records.Version) -> VersionLine:
    """A version as readers see it."""
    return VersionLine(
        id=version.id,
        device=version.device,
        at=version.at,
        seen=version.seen_at,
        platform=version.platform,
        added=version.added,
        removed=version.removed,
        changed_by=version.changed_by,
        lines=version.lines,
        size=version.size,
        key=version.key,
    )


def _text_of(engine: Engine, device: str, number: int, *, sealed: bool) -> VersionText | None:
    for version in records.versions(engine, device):
        if number in (0, version.id):
            return VersionText(version_line(version), records.text_of(engine, version, sealed=sealed))
    return None


def _keys(pin: records.Pin, offered: HostKey) -> str:
    return f"{pin.key.fingerprint} → {offered.fingerprint}"
