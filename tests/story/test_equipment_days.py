"""A site that has everything: cut, dark, partly broken. One cause is one message, whatever else it silences."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inventory.snapshot import Device, FieldRecord, Sensor, Service
from netwatch.incidents.contract import Incident
from probes.transports.datagrams.fake import FakeDatagrams
from probes.transports.fakes import integer, object_identifier, octets, ticks
from probes.transports.streams.fake import FakeStreams, Script
from probes.transports.web.contract import Response
from probes.transports.web.fake import FakeWeb

if TYPE_CHECKING:
    from tests.story.conftest import Day, World

pytestmark = pytest.mark.anyio

CODEC, INPUTS, SUPPLY, CAMERA, SERVER, FANNED = (f"10.1.0.{host}" for host in (5, 6, 7, 8, 9, 10))
CONTACT = "1.3.6.1.4.1.318.1.1.25.2.2.1.5.1.1"
DOOR, HEAT = "1.3.6.1.4.1.318.1.1.25.2.2.1.5.1.2", "1.3.6.1.4.1.318.1.1.25.1.2.1.6.1.1"
OUTPUT_SOURCE, NORMAL, BATTERY = "1.3.6.1.2.1.33.1.4.1.0", 3, 5
PORTAL, ORPHAN = "http://10.1.0.9/", "http://10.1.0.20/"
FAN = "1.3.6.1.4.1.9.9.13.1.4.1.3.1"
STRIDE = 5.0


def device(id_: str, address: str, kind: str, **more: object) -> Device:
    values: dict[str, object] = {"site": "commune", "uplinks": ("switch",), **more}
    return Device(id=id_, name=id_, kind=kind, address=address, **values)  # type: ignore[arg-type]


def equipment() -> tuple[object, ...]:
    """What the commune has besides."""
    return (
        device("supply", SUPPLY, "ups", credentials=("public",)),
        device("camera", CAMERA, "camera", protocols=("rtsp",)),
        device("server", SERVER, "server"),
        device("fanned", FANNED, "switch", credentials=("public",)),
        Sensor(
            id="door",
            name="Cửa",
            site="commune",
            kind="door",
            device="inputs",
            point=f"snmp:{DOOR}",
            closed_values=("1",),
            open_values=("2",),
        ),
        Sensor(
            id="heat", name="Nhiệt", site="commune", kind="temperature", device="inputs", point=f"snmp:{HEAT}"
        ),
        Service(id="portal", name="Cổng", site="commune", kind="web", location=PORTAL, device="server"),
        Service(id="orphan", name="Trang cũ", site="commune", kind="web", location=ORPHAN),
        FieldRecord(
            id="tried",
            item="door",
            kind="trip_test",
            on=date(2025, 1, 1),
            at="09:00",
            positions=("closed", "open"),
        ),
    )


class Codec:
    """Answers OPTIONS while it has power."""

    def __init__(self) -> None:
        self.status = "200 OK"

    def __call__(self, asked: bytes) -> Sequence[bytes]:
        kept = re.findall(r"(?m)^((?:Via|Call-ID|CSeq): .*?)\r$", asked.decode())
        return ["\r\n".join([f"SIP/2.0 {self.status}", *kept, "", ""]).encode()] if self.status else []


@dataclass
class Site:
    """What answers at the commune, and what befalls it."""

    world: "World"
    codec: Codec = field(default_factory=Codec)
    pages: dict[str, object] = field(default_factory=dict)
    servers: dict[tuple[str, int], object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        world = self.world
        world.records = (
            tuple(
                replace(record, protocols=("sip",))
                if isinstance(record, Device) and record.id == "codec"
                else record
                for record in world.records
            )
            + equipment()
        )
        world.transports |= {
            "datagrams": FakeDatagrams({(CODEC, 5060): self.codec}),
            "web": FakeWeb(self.pages),  # type: ignore[arg-type]
            "streams": FakeStreams(self.servers),  # type: ignore[arg-type]
        }
        self.lit()
        world.plant()

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(f"10.1.0.{host}" for host in range(1, 11))

    def lit(self) -> None:
        """All is well."""
        wire = self.world.wire
        wire.answer(*self.addresses)
        for address, values in {
            INPUTS: {CONTACT: integer(1), DOOR: integer(1), HEAT: integer(24)},
            SUPPLY: {OUTPUT_SOURCE: integer(NORMAL)},
            FANNED: {
                "1.3.6.1.2.1.1.1.0": octets("Cisco IOS Software, C2960 Software"),
                "1.3.6.1.2.1.1.2.0": object_identifier("1.3.6.1.4.1.9.1.716"),
                "1.3.6.1.4.1.9.9.13.1.4.1.2.1": octets("Fan 1"),
                FAN: integer(1),
            },
        }.items():
            agent = wire.snmp.agent(address)
            agent.values |= {"1.3.6.1.2.1.1.3.0": ticks(100), "1.3.6.1.2.1.1.5.0": octets("x"), **values}
        self.codec.status = "200 OK"
        self.pages |= {PORTAL: Response(200, "OK", url=PORTAL), ORPHAN: Response(200, "OK", url=ORPHAN)}
        self.servers[CAMERA, 554] = Script([b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"])

    def dark(self) -> None:
        """Nothing answers any more."""
        self.world.wire.silence(*self.addresses)
        self.codec.status = ""
        self.pages.clear()
        self.servers.clear()


def announced(day: "Day") -> list[Incident]:
    incidents = day.daemon.desk.view.incidents
    known = (incidents[id_] for id_ in sorted(incidents))
    return [it for it in known if it.announced is not None and not it.scope.startswith("condition:")]


@pytest.fixture
def site(make_world: "Callable[..., World]", tmp_path: Path) -> Site:
    return Site(make_world(f"sqlite:///{tmp_path}/netwatch.db"))


async def test_a_power_cut_is_one_message_and_its_end(site: Site) -> None:
    """Lines, devices, services and an endpoint fall silent, contacts cannot be read: one incident hits them all."""
    async with site.world.day() as day:
        await day.wait(394, STRIDE)
        site.dark()
        await day.wait(300, STRIDE)
        assert [day.now(id_).split()[0] for id_ in ("room", "portal")] == ["unreachable"] * 2
        assert {day.now(id_) for id_ in ("spd", "door", "heat")} == {"unknown input_unreachable main"}
        site.lit()
        await day.wait(500, STRIDE)
        (only,) = announced(day)
    assert set(only.roots) == {"main", "backup"}
    assert only.closed is not None


@pytest.mark.parametrize("phase", [6, 24, 42])
async def test_a_device_that_dies_is_told_and_not_what_it_speaks(site: Site, phase: int) -> None:
    """Whichever look comes first: an endpoint's signalling and a camera's stream wait for a look at their device."""
    async with site.world.day() as day:
        await day.wait(370 + phase, STRIDE)
        site.world.wire.silence(CODEC, CAMERA)
        site.codec.status = ""
        site.servers.clear()
        await day.wait(200, STRIDE)
        assert day.now("room") == "down device_failed codec"
        assert {root for it in announced(day) for root in it.roots} == {"codec", "camera"}
        assert {str(it.nature) for it in announced(day)} == {"fault"}


async def test_what_a_dead_input_device_reads_is_not_known(site: Site) -> None:
    """One incident, of the device; its contacts and numbers belong to it."""
    async with site.world.day() as day:
        await day.wait(370, STRIDE)
        site.world.wire.silence(INPUTS)
        await day.wait(200, STRIDE)
        assert {day.now(id_) for id_ in ("spd", "door", "heat")} == {"unknown input_unreachable inputs"}
        (only,) = announced(day)
        assert only.roots == ("inputs",)
        assert {member.subject for member in only.members} == {"spd", "door", "heat"}


async def test_a_broken_fan_stays_one_incident_while_its_device_comes_and_goes(site: Site) -> None:
    """That the device is silent for a while says nothing of its fan."""
    async with site.world.day() as day:
        await day.wait(700, STRIDE)
        site.world.wire.set(FANNED, FAN, 3)
        await day.wait(400, STRIDE)
        assert day.now("fanned") == "degraded hardware_fault"
        agent = site.world.wire.snmp.agents[FANNED]
        site.world.wire.silence(FANNED)
        await day.wait(400, STRIDE)
        assert day.now("fanned") == "down no_answer"
        site.world.wire.icmp.living([FANNED])
        site.world.wire.snmp.agents[FANNED] = agent
        await day.wait(500, STRIDE)
        assert day.now("fanned") == "degraded hardware_fault"
        assert [(str(it.nature), it.closed is not None) for it in announced(day)] == [
            ("limit", False), ("fault", True),
        ]  # fmt: skip


async def test_while_we_cannot_see_nothing_is_told_to_have_failed(site: Site) -> None:
    """Our own uplink is cut: services, endpoints and contacts are not known, and one incident says why."""
    async with site.world.day() as day:
        await day.wait(370, STRIDE)
        site.dark()
        site.world.wire.silence(*site.world.wire.known)
        await day.wait(400, STRIDE)
        kinds = {day.now(id_).split()[0] for id_ in day.daemon.plan.topology.subjects}
        assert kinds == {"unknown"}
        site.lit()
        site.world.wire.answer(*site.world.wire.known)
        await day.wait(400, STRIDE)
        assert {day.now(id_).split()[0] for id_ in day.daemon.plan.topology.subjects} == {"up"}
        assert [str(it.nature) for it in announced(day)] == ["blindness"]


async def test_what_never_worked_opens_nothing(site: Site) -> None:
    """A page that never came, signalling and a stream that never answered: for the list of what is to be done."""
    site.codec.status = ""
    site.pages.clear()
    site.servers.clear()
    site.world.wire.set(CODEC, "1.3.6.1.4.1.13885.101.1.3.1.0", 0)
    site.world.wire.set(FANNED, FAN, 3)
    async with site.world.day() as day:
        await day.wait(3600 + 700, 60.0)
        assert {day.now(id_) for id_ in ("room", "portal", "orphan")} == {"unknown never_seen"}
        assert (day.now("camera"), day.now("fanned")) == ("up answers", "up answers")
        assert announced(day) == []


async def test_an_unchanged_inventory_makes_an_unchanged_plan(site: Site) -> None:
    """Read again it is the same, whatever was recorded of other things."""
    async with site.world.day() as day:
        await day.wait(60, STRIDE)
        before = day.daemon.plan
        assert (await day.daemon.reload(dry_run=False)).applied
        assert day.daemon.plan.digest == before.digest


async def test_a_restart_while_a_device_dies_tells_the_device(site: Site) -> None:
    """Killed before anything of it was decided: afterwards it is still one cause."""
    async with site.world.day(orderly=False) as day:
        await day.wait(394, STRIDE)
        site.world.wire.silence(CODEC)
        site.codec.status = ""
        await day.wait(25, STRIDE)
    async with site.world.day() as day:
        await day.wait(300, STRIDE)
        assert day.now("room") == "down device_failed codec"
        assert [it.roots for it in announced(day)] == [("codec",)]
