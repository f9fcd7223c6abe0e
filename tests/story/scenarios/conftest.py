"""A province of forty communes and more for stories that take hours: what it consists of, and what befalls it."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from alerts.channels.contract import Delivery, NotTaken
from inventory.snapshot import Contact, Device, Line, OrganisationUnit, Site
from netwatch.clock import SECOND, ManualClock
from netwatch.translate.to_channels import pace, receivers
from probes.contract import Target
from probes.transports.fakes import FakeAgent, FakeIcmp, FakeSnmp, integer, octets, ticks

if TYPE_CHECKING:
    from conftest import Day, World

ANCHORS = ("10.0.0.250", "10.0.0.251")
CORE = "10.0.0.1"
OVERRIDES = (
    'anchors.addresses=["10.0.0.250", "10.0.0.251"]',
    'credentials.public.kind="snmp_v2c"',
    'credentials.public.community="env:COMMUNITY"',
    'receivers.cntt.apprise="env:CNTT"',
    'receivers.truc.apprise="env:TRUC"',
    'routes.all.receivers=["cntt"]',
)

SYS_UP_TIME, SYS_NAME = "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.5.0"
# UPS-MIB (RFC 1628) upsOutputSource: normal(3), battery(5).
OUTPUT_SOURCE, NORMAL, BATTERY = "1.3.6.1.2.1.33.1.4.1.0", 3, 5
SINCE = date(2025, 7, 1)
# 2 November 2026, 08:00 in Viet Nam.
START = 1_793_581_200 * SECOND
MINUTE, STRIDE = 60.0, 10.0


@dataclass(frozen=True)
class Place:
    """A commune's site: a line, a router, a switch behind it; some have a second line by another route, or a UPS."""

    number: int
    feeder: str = ""
    spare: bool = False
    ups: bool = False
    route_group: str = ""

    def id(self, letter: str) -> str:
        """S the site, D its line, P its spare line, R its router, C its switch, U its UPS."""
        return f"{letter}{self.number:02}"

    def address(self, letter: str) -> str:
        """Where one of these answers."""
        return f"10.{self.number}.0.{'DPRCU'.index(letter) + 1}"

    @property
    def letters(self) -> str:
        """What there is."""
        return "DRC" + "P" * self.spare + "U" * self.ups

    @property
    def addresses(self) -> tuple[str, ...]:
        """All its addresses."""
        return tuple(self.address(letter) for letter in self.letters)

    def records(self) -> Iterator[object]:
        """Its part of the inventory."""
        yield OrganisationUnit(
            id=f"XA{self.number:02}",
            name=f"UBND xã Mẫu {self.number}",
            level="commune",
            kind="peoples_committee",
            parent="TINH",
            valid_from=SINCE,
        )
        yield Site(
            id=self.id("S"),
            name=f"Trụ sở xã Mẫu {self.number}",
            organisation_units=(f"XA{self.number:02}",),
            feeder=self.feeder or None,
            contact="LH-XA",
            power_contact="LH-DIEN-LUC",
        )
        yield self._line("D")
        if self.spare:
            yield self._line("P")
        over = (self.id("D"), self.id("P")) if self.spare else (self.id("D"),)
        yield self._device("R", "router", *over)
        yield self._device("C", "switch", self.id("R"))
        if self.ups:
            yield self._device("U", "ups", self.id("R"))

    def _line(self, letter: str) -> Line:
        main = letter == "D"
        return Line(
            id=self.id(letter),
            name=f"{'TSLCD' if main else '4G'} xã Mẫu {self.number}",
            site=self.id("S"),
            line_class="tslcd_access_2" if main else "mobile_backup",
            role="main" if main else "backup",
            a_device=self.id("R"),
            b_device="CORE",
            witness="echo",
            witness_address=self.address(letter),
            provider=f"Nhà mạng {self.number}" if main else f"Di động {self.number}",
            contract_number=f"HD-{self.id(letter)}",
            route_group=self.route_group if main else f"4G {self.number}",
        )

    def _device(self, letter: str, kind: str, *uplinks: str) -> Device:
        names = {"R": "Bộ định tuyến", "C": "Bộ chuyển mạch", "U": "Bộ lưu điện"}
        return Device(
            id=self.id(letter),
            name=f"{names[letter]} xã Mẫu {self.number}",
            site=self.id("S"),
            kind=kind,
            address=self.address(letter),
            uplinks=uplinks,
            core=letter == "R",
            credentials=("public",) if letter == "U" else (),
        )


def centre() -> Iterator[object]:
    """The province's own agency, site and core router, and whom to call."""
    yield OrganisationUnit(
        id="TINH", name="UBND tỉnh Mẫu", level="province", kind="peoples_committee", valid_from=SINCE
    )
    yield Contact(id="LH-XA", name="Cán bộ trực xã", role="site", phone="0000 000 001", hours="24/7")
    yield Contact(
        id="LH-DIEN-LUC", name="Điện lực Mẫu", role="power_company", phone="0000 000 003", hours="24/7"
    )
    yield Site(id="TT", name="Trung tâm dữ liệu", organisation_units=("TINH",))
    yield Device(id="CORE", name="Bộ định tuyến lõi", site="TT", kind="router", address=CORE, core=True)


@dataclass
class Agents(FakeSnmp):
    """Agents whose uptime runs with the clock, from when their device last got power."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(0))
    started: dict[str, int] = field(default_factory=dict)

    def _reach(self, target: Target, what: str) -> FakeAgent:
        agent = super()._reach(target, what)
        running = self.clock.now() - self.started.get(target.address, 0)
        agent.values[SYS_UP_TIME] = ticks(running * 100 // SECOND)
        return agent


@dataclass
class Land:
    """What answers in a province of these places, and what befalls them."""

    places: Sequence[Place]
    clock: ManualClock
    icmp: FakeIcmp = field(default_factory=FakeIcmp)

    def __post_init__(self) -> None:
        self.snmp = Agents(clock=self.clock)
        self.icmp.living((*ANCHORS, CORE))
        for place in self.places:
            self._lit(place, self.clock.now() - 40 * 86_400 * SECOND)

    def _lit(self, place: Place, started: int) -> None:
        self.icmp.living(place.addresses)
        if place.ups:
            agent = self.snmp.agent(place.address("U"))
            agent.values |= {SYS_NAME: octets(place.id("U")), OUTPUT_SOURCE: integer(NORMAL)}
            self.snmp.started[place.address("U")] = started

    def on_battery(self, place: Place) -> None:
        """Its UPS has lost the mains."""
        self.snmp.agent(place.address("U")).values[OUTPUT_SOURCE] = integer(BATTERY)

    def darken(self, place: Place) -> None:
        """It loses its power: everything there falls silent."""
        self.silence(*place.addresses)
        self.snmp.agents.pop(place.address("U"), None)

    def lighten(self, place: Place) -> None:
        """Its power is back; whatever had none has started anew."""
        self._lit(place, self.clock.now())

    def cut(self, place: Place) -> None:
        """Its line is cut: with a spare line only the line is lost, without all of the site."""
        self.silence(*((place.address("D"),) if place.spare else place.addresses))

    def mend(self, place: Place) -> None:
        """Its line is whole again; everything there ran on."""
        self.icmp.living(place.addresses)

    def break_switch(self, place: Place) -> None:
        """Its switch fails; the router before it goes on."""
        self.silence(place.address("C"))

    def silence(self, *addresses: str) -> None:
        """These answer no more."""
        self.icmp.silent(*addresses)

    def records(self) -> tuple[object, ...]:
        """The inventory."""
        return (*centre(), *(record for place in self.places for record in place.records()))


# What befalls which places: the name of a method of Land, and their numbers.
Event: TypeAlias = tuple[str, Sequence[int]]


@dataclass
class Box:
    """A receiver's channel in memory, which may be cut: what it took, and when."""

    clock: ManualClock
    cut: bool = False
    taken: list[tuple[int, Delivery]] = field(default_factory=list)

    async def send(self, delivery: Delivery) -> None:
        """As a channel does."""
        if self.cut:
            raise NotTaken("unreachable")
        self.taken.append((self.clock.now(), delivery))

    @property
    def subjects(self) -> list[str]:
        """What was told, in short."""
        return [delivery.subject for _, delivery in self.taken]


@dataclass
class Story:
    """A day in such a province: what befalls whom, minute by minute."""

    world: "World"
    land: Land
    boxes: Mapping[str, Box]
    begun: int = 0

    def place(self, number: int) -> Place:
        """A place by its number."""
        return next(place for place in self.land.places if place.number == number)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator["Day"]:
        """Start the daemon, wait until all is well, and go live."""
        async with self.world.day() as day:
            made = receivers(day.daemon.settings, {}, day.daemon.signer)
            day.daemon.notifier.renew(
                {name: replace(one, channel=self.boxes[name]) for name, one in made.items()},
                pace(day.daemon.settings),
            )
            await day.wait(5 * MINUTE, STRIDE)
            await day.daemon.attend(lambda desk: desk.go_live(self.world.clock.now()))
            self.begun = self.world.clock.now()
            yield day

    async def go(self, day: "Day", plot: Mapping[float, Sequence[Event]], until: float) -> None:
        """Let happen what the plot says by its minutes, and let time pass until a minute."""
        now = 0.0
        for minute in sorted(plot):
            await day.wait((minute - now) * MINUTE, STRIDE)
            now = minute
            for event, numbers in plot[minute]:
                for number in numbers:
                    getattr(self.land, event)(self.place(number))
        await day.wait((until - now) * MINUTE, STRIDE)


@pytest.fixture
def tell(make_world: "type[World]", tmp_path: Path) -> Callable[..., Story]:
    """A story of these places, on SQLite."""

    def make(places: Sequence[Place], *overrides: str) -> Story:
        clock = ManualClock(START)
        land = Land(places, clock)
        world = make_world(
            f"sqlite:///{tmp_path}/netwatch.db", land, clock, land.records(), (*OVERRIDES, *overrides)
        )
        world.plant()
        return Story(world, land, {name: Box(clock) for name in ("cntt", "truc")})

    return make


@pytest.fixture
def place() -> type[Place]:
    """Places to tell stories of."""
    return Place
