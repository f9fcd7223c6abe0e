"""From recordings of real devices to the facts of the limits that come with netwatch: rooms, UPS, and no chips."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from inventory.snapshot import Device, OrganisationUnit, Site, gather
from netwatch.check import Observation
from netwatch.clock import SECOND
from netwatch.derive import Moment, derive
from netwatch.limits.reading import read_rules
from netwatch.limits.watch import Watch
from netwatch.plan import plan
from netwatch.planning.maker import PlanSettings
from netwatch.recorder import Recorder
from netwatch.translate.from_probes import observation
from netwatch.translate.to_probes import params, target
from netwatch.verdict import FactNow
from probes.equipment.library import load
from probes.equipment.memory import EquipmentBook
from probes.equipment.recorded import RecordedSnmp
from probes.equipment.recording import read_recording
from probes.kit import Kit
from probes.registry import probes
from probes.run import run_look
from probes.transports.fakes import FakeIcmp, FakeMonotonic, integer

pytestmark = pytest.mark.anyio
RECORDINGS = Path(__file__).parents[2] / "probes" / "data" / "recordings"
KINDS = probes()
METRICS = {name: frozenset(metric.name for metric in probe.metrics) for name, probe in KINDS.items()}
PROFILES = load().profiles
CHARGE = "1.3.6.1.4.1.318.1.1.1.2.2.1.0"
STATUS = "1.3.6.1.4.1.318.1.1.1.4.1.1.0"


class Room:
    """One device of a kind in a commune's office, looked at every minute."""

    def __init__(self, recording: str, kind: str, machine_room: bool = False) -> None:
        unit = OrganisationUnit(
            id="XA", name="Xã", kind="peoples_committee", level="commune", valid_from=date(2025, 7, 1)
        )
        device = Device(id="D", name="D", site="S", kind=kind, address="10.0.0.1", credentials=("c",))
        records = (
            ("organisation_unit", unit),
            ("site", Site(id="S", name="Xã", organisation_units=("XA",))),
            ("device", device),
        )
        book = read_rules()
        if machine_room:
            book = type(book)(book.rules, {"S": "machine_room"})
        pace = 60 * SECOND
        shape: dict[str, Any] = {"credentials": frozenset({"c"}), "rulebook": book, "metrics": METRICS}
        self.plan = plan(
            gather(records, date(2026, 11, 1)),
            PlanSettings(pace, pace, pace, pace, pace, pace, pace, **shape),
            1,
        )
        self.snmp = RecordedSnmp({"10.0.0.1": read_recording(RECORDINGS / f"{recording}.snmprec")})
        self.kit = Kit(FakeIcmp(), self.snmp, FakeMonotonic(), equipment=EquipmentBook(profiles=PROFILES))
        self.watch, self.recorder = Watch(), Recorder()
        self.watch.adopt(self.plan.limits, self.plan.checks)
        self.recorder.adopt(self.plan, 0)
        self.at = 0

    async def look(self) -> Observation:
        """The equipment, with what the limits say of it."""
        [check] = [one for one in self.plan.checks.values() if one.kind == "snmp_equipment"]
        self.at += 60 * SECOND
        probe = KINDS[check.kind]
        look = await run_look(probe, target(check), params(check, probe), self.kit, 20.0, self.kit.monotonic)
        seen = self.watch.judged(observation(check, probe, look, self.at, self.at, 1))
        self.watch.learn(self.recorder.take(seen))
        return seen

    async def said(self) -> dict[str, bool | None]:
        """What a look says of each limit."""
        seen = await self.look()
        limits = [fact for fact in seen.facts if fact.fact.startswith("within:")]
        return {fact.fact.removeprefix("within:"): fact.holds for fact in limits}


async def test_the_air_of_a_machine_room_is_held_to_the_law() -> None:
    """NetBotz tells 26 °C and 58 %: too warm and too damp for machines, fine for an office."""
    room = await Room("apc_netbotz", "other", machine_room=True).said()
    assert (room["temperature-high-machine-room"], room["temperature-low-machine-room"]) == (False, True)
    assert (room["humidity-high-machine-room"], room["humidity-low-machine-room"]) == (False, True)
    office = await Room("apc_netbotz", "other").said()
    assert set(office) >= {"temperature-high-office", "humidity-high-office"}
    assert all(office.values())


async def test_a_ups_is_held_to_charge_runtime_and_load() -> None:
    """Also while it runs on its battery, or a part of it is at fault: that is when it matters."""
    ups = Room("apc_smart_ups", "ups")
    said = await ups.said()
    assert {id_: said[id_] for id_ in ("ups-charge", "ups-runtime", "ups-load")} == {
        "ups-charge": True,
        "ups-runtime": True,
        "ups-load": True,
    }
    ups.snmp.changed |= {CHARGE: integer(40), STATUS: integer(3)}
    assert (await ups.said())["ups-charge"] is False
    seen = await ups.look()
    [charge] = [fact for fact in seen.facts if fact.fact == "within:ups-charge"]
    assert charge.evidence == "ups-charge: 40 % < 50 %"


async def test_how_warm_chips_are_is_nobody_s_room() -> None:
    """A switch in a machine room tells 52 °C of its processor; no limit of the law is for that."""
    switch = Room("arubaos_cx", "switch", machine_room=True)
    assert ("temperature_celsius", 52.125) in [
        (name, value) for _, name, value in (await switch.look()).samples
    ]
    assert not [limit for limits in switch.plan.limits.values() for limit in limits]


async def test_a_ups_on_battery_by_its_own_mib_is_degraded() -> None:
    """From the recording to the verdict: after three looks it is on battery, its old battery fault notwithstanding."""
    ups = Room("apc_smart_ups", "ups")
    subject = ups.plan.topology.subjects["D"]
    echo = next(key for key in subject.facts if key.fact == "reachable")
    for _ in range(3):
        await ups.look()

    def verdict() -> tuple[str, str]:
        states = ups.recorder.states
        facts = {key: FactNow(one.holds, one.reason, one.ever, one.evidence) for key, one in states.items()}
        judged = derive(subject, Moment({**facts, echo: FactNow(True, "answered")}, {}, {}))
        return str(judged.kind), str(judged.reason)

    assert verdict() == ("up", "answers")
    ups.snmp.changed[STATUS] = integer(3)
    for _ in range(3):
        await ups.look()
    assert verdict() == ("degraded", "on_battery")
