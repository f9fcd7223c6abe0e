"""A small province whose days are told with the clock moved by hand, on every database and the real daemon."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from inventory.apply import apply
from inventory.changes import Change
from inventory.snapshot import (
    ConferencingEndpoint,
    Device,
    FieldRecord,
    Line,
    OrganisationUnit,
    Site,
    SurgeProtector,
    kind_of,
)
from netwatch.bus.local import LocalBus
from netwatch.clock import SECOND, ManualClock
from netwatch.daemon import Daemon, Parts
from netwatch.measure import CommitTimes
from netwatch.settings import load
from netwatch.store.contract import VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.store.writer import Writer
from probes.kit import Kit
from probes.registry import probes
from probes.transports.fakes import FakeIcmp, FakeSnmp, integer, octets, ticks

# 1 November 2026, 00:00 UTC.
START = 1_793_491_200 * SECOND
ANCHORS = ("10.0.0.250", "10.0.0.251")
REGISTERED = "1.3.6.1.4.1.13885.101.1.3.1.0"
CONTACT = "1.3.6.1.4.1.318.1.1.25.2.2.1.5.1.1"
OVERRIDES = (
    f"anchors.addresses={list(ANCHORS)!r}".replace("'", '"'),
    'credentials.public.kind="snmp_v2c"',
    'credentials.public.community="env:COMMUNITY"',
)


def device(id_: str, address: str, site: str, kind: str = "switch", **more: object) -> Device:
    return Device(id=id_, name=id_, site=site, kind=kind, address=address, **more)  # type: ignore[arg-type]


def line(id_: str, address: str, role: str) -> Line:
    return Line(
        id=id_,
        name=id_,
        site="commune",
        line_class="tslcd_access_2" if role == "main" else "mobile_backup",
        role=role,
        a_device="router",
        b_device="core",
        witness="echo",
        witness_address=address,
        provider="VNPT",
    )


def province() -> Iterator[object]:
    since = date(2025, 7, 1)
    unit = {"kind": "peoples_committee", "valid_from": since}
    yield OrganisationUnit(id="top", name="UBND tỉnh", level="province", **unit)  # type: ignore[arg-type]
    yield OrganisationUnit(id="xa", name="UBND xã", level="commune", parent="top", **unit)  # type: ignore[arg-type]
    yield Site(id="centre", name="Trung tâm", organisation_units=("top",))
    yield Site(id="commune", name="Trụ sở xã", organisation_units=("xa",))
    yield device("core", "10.0.0.1", "centre", "router", core=True)
    yield line("main", "10.1.0.1", "main")
    yield line("backup", "10.1.0.2", "backup")
    yield device("router", "10.1.0.3", "commune", "router", core=True, uplinks=("main", "backup"))
    yield device("switch", "10.1.0.4", "commune", uplinks=("router",))
    yield device(
        "codec", "10.1.0.5", "commune", "conferencing_endpoint", uplinks=("switch",), credentials=("public",)
    )
    yield device("inputs", "10.1.0.6", "commune", "io_device", uplinks=("switch",), credentials=("public",))
    yield ConferencingEndpoint(
        id="room", name="Phòng họp", device="codec", registration_oid=REGISTERED, registration_expected=("1",)
    )
    yield SurgeProtector(
        id="spd",
        name="Chống sét",
        site="commune",
        input_device="inputs",
        input_oid=CONTACT,
        input_closed_values=("1",),
        input_open_values=("2",),
    )
    yield FieldRecord(
        id="tested",
        item="spd",
        kind="trip_test",
        on=date(2025, 1, 1),
        at="09:00",
        positions=("closed", "open"),
    )


@dataclass
class Wire:
    """What answers: the story changes it, the daemon only sees it through its probes."""

    icmp: FakeIcmp = field(default_factory=FakeIcmp)
    snmp: FakeSnmp = field(default_factory=FakeSnmp)
    known: tuple[str, ...] = (*ANCHORS, "10.0.0.1", *(f"10.1.0.{host}" for host in range(1, 7)))

    def __post_init__(self) -> None:
        self.answer(*self.known)

    def answer(self, *addresses: str) -> None:
        """These answer echoes, and those with an agent also SNMP."""
        self.icmp.living(addresses)
        for address in {"10.1.0.5", "10.1.0.6"} & set(addresses):
            agent = self.snmp.agent(address)
            agent.values["1.3.6.1.2.1.1.3.0"] = ticks(100)
            agent.values["1.3.6.1.2.1.1.5.0"] = octets("thiết bị")
            agent.values.setdefault(REGISTERED, integer(1))
            agent.values.setdefault(CONTACT, integer(1))

    def silence(self, *addresses: str) -> None:
        """These answer nothing."""
        self.icmp.silent(*addresses)
        for address in addresses:
            self.snmp.agents.pop(address, None)

    def set(self, address: str, oid: str, value: int) -> None:
        """An object's value on the agent at an address."""
        self.snmp.agent(address).values[oid] = integer(value)


@dataclass
class Day:
    """One run of the daemon; `wait` moves the clock and lets everything that is due happen."""

    daemon: Daemon
    clock: ManualClock
    store: SqlStore
    writer: Writer
    bus: LocalBus

    async def wait(self, seconds: float, stride: float = 0.0) -> None:
        """Let this much time pass; by strides of so many seconds in stories of hours, where what is due waits."""
        target = self.clock.now() + round(seconds * SECOND)
        await self._settle()
        while (sleeper := self.clock.next_sleeper()) is not None and sleeper <= target:
            self.clock.move_to(min(max(sleeper, self.clock.now() + round(stride * SECOND)), target))
            await self._settle()
        self.clock.move_to(target)
        await self._settle()

    async def _settle(self) -> None:
        quiet = 0
        for _ in range(100_000):
            await asyncio.sleep(0)
            if self.writer.depth:
                # Turning round and round would only take the processor from the thread that writes.
                await self.writer.run(lambda: None)
            busy = self.daemon.poller.tally().under_way or self.writer.depth or not self._drained()
            quiet = 0 if busy else quiet + 1
            if quiet > 10:
                return
        raise AssertionError("the daemon does not come to rest")

    def _drained(self) -> bool:
        return self.daemon.recording.depths["inbox"] == 0

    def now(self, subject: str) -> str:
        """The live verdict: kind, reason and cause."""
        verdict = self.daemon.present().judged[subject].verdict
        return " ".join(filter(None, (verdict.kind, verdict.reason, verdict.cause)))

    def rows(self, subject: str) -> list[VerdictRow]:
        """The stored current verdict intervals."""
        return list(self.store.verdicts(0, None, subject))

    def told(self, subject: str) -> list[tuple[float, str, str]]:
        """The same as (seconds since START, kind, reason)."""
        return [
            ((r.start - START) / SECOND, str(r.verdict.kind), r.verdict.reason) for r in self.rows(subject)
        ]


@dataclass
class World:
    """Where days happen: one database, one wire, one clock, any number of runs of the daemon.

    Stories may bring a wire, an inventory, settings and further transports of their own.
    """

    url: str
    wire: Wire = field(default_factory=Wire)
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    records: tuple[object, ...] = field(default_factory=lambda: tuple(province()))
    overrides: tuple[str, ...] = OVERRIDES
    environment: dict[str, str] = field(default_factory=lambda: {"COMMUNITY": "public"})
    transports: dict[str, Any] = field(default_factory=dict)

    @asynccontextmanager
    async def day(self, *, orderly: bool = True) -> AsyncIterator[Day]:
        """Start the daemon; at the end stop it, orderly or as kill -9 would."""
        store = open_store(self.url, Holder("here", 1, self.clock.now(), "test"))
        commits = CommitTimes()
        try:
            async with Writer(commits.add) as writer:
                bus = LocalBus()
                kit = Kit(
                    icmp=self.wire.icmp,
                    snmp=self.wire.snmp,
                    monotonic=self.clock.monotonic,
                    **self.transports,
                )
                parts = Parts(self.clock, store, writer, bus, kit, probes(), commits, self.environment)
                settings = load(None, {}, self.overrides).settings
                daemon = Daemon(settings, None, self.overrides, parts)
                day = Day(daemon, self.clock, store, writer, bus)
                await daemon.prepare()
                task = asyncio.create_task(daemon.run())
                try:
                    yield day
                finally:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
                    if orderly:
                        await daemon.finish()
        finally:
            store.close()

    def plant(self) -> None:
        """Put the province into the inventory of record."""
        store = open_store(self.url, Holder("here", 1, 0, "test"))
        try:
            with Session(store.engine) as session, session.begin():
                changes = [_created(record) for record in self.records]
                apply(session, changes, author="test", at=START, source="test")
        finally:
            store.close()


def _created(record: object) -> Change:
    version = getattr(record, "valid_from", None)
    return Change(kind_of(record), record.id, version, None, record)  # type: ignore[attr-defined]


@pytest.fixture
def world(database_url: str) -> World:
    """The province, on SQLite and on PostgreSQL."""
    made = World(database_url)
    made.plant()
    return made


@pytest.fixture
def make_world() -> type[World]:
    """Worlds with a wire, an inventory and settings of their own."""
    return World
