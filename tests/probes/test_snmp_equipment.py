"""Whole looks at devices by their profiles: on recordings of real ones, on a real agent, on agents that misbehave."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.contract import Fact, Look, Note, Reason, Sample, Target
from probes.equipment.answers import Gathered, Tally
from probes.equipment.catalogue import HARDWARE, METRICS, ON_MAINS, MetricKind, State
from probes.equipment.engine import read, readings_of
from probes.equipment.library import load
from probes.equipment.look import _spread
from probes.equipment.memory import EquipmentBook
from probes.equipment.readings import Reading
from probes.equipment.recorded import RecordedSnmp
from probes.equipment.recording import read_recording
from probes.equipment.survey import MOST_VALUES, WHO, places, portions
from probes.equipment.told import facts, told
from probes.kinds.snmp_equipment import PROBE
from probes.kit import Kit
from probes.run import run_look
from probes.secret import Secret
from probes.transports.errors import Silent
from probes.transports.fakes import FakeAgent, FakeIcmp, FakeMonotonic, FakeSnmp, integer, octets
from probes.transports.snmp.client import SnmpOptions, open_snmp
from probes.transports.snmp.contract import (
    NO_SUCH_INSTANCE,
    OCTET_STRING,
    OPAQUE,
    Index,
    Manners,
    Table,
    Value,
)

pytestmark = pytest.mark.anyio
TARGET = Target("device:ups", "10.0.0.1", credentials=("one",))
RECORDINGS = Path(__file__).parent / "data" / "recordings"
PROFILES = load().profiles
HOUR = 3600.0
BASIC_OUTPUT_STATUS = "1.3.6.1.4.1.318.1.1.1.4.1.1.0"
REPLACE = "1.3.6.1.4.1.318.1.1.1.2.2.4.0"
DESCRIPTION = "1.3.6.1.2.1.1.1.0"


class Bench:
    """One recorded device, and looks at it with the clock moved by hand."""

    def __init__(self, name: str) -> None:
        self.snmp = RecordedSnmp({TARGET.address: read_recording(RECORDINGS / f"{name}.snmprec")})
        self.clock = FakeMonotonic()
        self.kit = Kit(FakeIcmp(), self.snmp, self.clock, equipment=EquipmentBook(profiles=PROFILES))

    async def look(self) -> Look:
        """One look as the daemon makes it."""
        self.snmp.asked.clear()
        return await run_look(PROBE, TARGET, PROBE.params(), self.kit, 20.0, self.clock)


def fact(seen: Look, name: str) -> Fact | None:
    return next((each for each in seen.readings if isinstance(each, Fact) and each.name == name), None)


def note(seen: Look, name: str) -> str:
    return next((each.value for each in seen.readings if isinstance(each, Note) and each.name == name), "")


def samples(seen: Look) -> dict[tuple[str, str], float]:
    return {(each.metric, each.part): each.value for each in seen.readings if isinstance(each, Sample)}


async def test_a_device_tells_who_it_is_and_how_it_fares() -> None:
    """Identity as texts, numbers by their catalogue, states as 1 and 0, a fact for each kind of part."""
    seen = await Bench("apc_smart_ups").look()
    assert seen.reason is None
    assert seen.complete
    assert [note(seen, name) for name in ("vendor", "model", "serial", "profile")] == [
        "APC",
        "Smart-UPS 3000",
        "AS1234567890",
        "apc_ups",
    ]
    numbers = samples(seen)
    assert numbers["battery_charge_ratio", "battery"] == 1.0
    assert numbers["room_temperature_celsius", "tu%20may%20chu"] == 24.0
    assert numbers["temperature_celsius", "battery"] == 27.0
    assert numbers["battery_ok", "battery%20replacement"] == 0.0
    assert fact(seen, "battery_ok") == Fact(
        "", "battery_ok", False, Reason.NOT_AS_EXPECTED, "battery replacement: needs replacing"
    )
    assert note(seen, "output_source") == "normal"
    assert fact(seen, "fan_ok") is None


async def test_afterwards_only_what_moves_is_asked_for() -> None:
    """In one request, and what has not changed is handed on as the very same readings."""
    bench = Bench("apc_smart_ups")
    first = await bench.look()
    surveyed = len(bench.snmp.asked)
    bench.clock.now += 300
    second = await bench.look()
    assert [what for _, what, _ in bench.snmp.asked] == ["ask"]
    assert surveyed > 5
    assert second.readings is first.readings
    bench.snmp.changed[REPLACE] = integer(1)
    third = await bench.look()
    assert fact(third, "battery_ok") == Fact("", "battery_ok", True, Reason.AS_EXPECTED)
    assert note(third, "serial") == "AS1234567890"


async def test_a_ups_without_ups_mib_tells_what_it_draws_on() -> None:
    """By the vendor's own object, at the next look."""
    bench = Bench("apc_smart_ups")
    assert fact(await bench.look(), ON_MAINS) == Fact("", ON_MAINS, True, Reason.AS_EXPECTED, "normal")
    bench.snmp.changed[BASIC_OUTPUT_STATUS] = integer(3)
    assert fact(await bench.look(), ON_MAINS) == Fact("", ON_MAINS, False, Reason.NOT_AS_EXPECTED, "battery")


async def test_everything_is_asked_for_anew_after_a_while() -> None:
    """New parts are found by the next survey; the first one comes sooner, at different times for different devices."""
    bench = Bench("apc_smart_ups")
    await bench.look()
    bench.clock.now += HOUR
    await bench.look()
    assert any(what == "walk" for _, what, _ in bench.snmp.asked)
    bench.clock.now += HOUR - 1
    await bench.look()
    assert all(what == "ask" for _, what, _ in bench.snmp.asked)
    first = {_spread(f"device:{number}", HOUR, first=True) for number in range(100)}
    assert min(first) >= HOUR / 2
    assert max(first) <= HOUR
    assert len(first) == 100


async def test_another_device_at_the_same_address_is_read_at_once() -> None:
    """It says that it is another: recognised, surveyed and named anew within the same look."""
    bench = Bench("apc_smart_ups")
    await bench.look()
    bench.snmp.recordings[TARGET.address] = read_recording(RECORDINGS / "moxa_eds.snmprec")
    seen = await bench.look()
    assert note(seen, "vendor") == "Moxa"
    assert bench.kit.counts()["equipment_changes"] == 1


async def test_a_description_that_tells_the_time_brings_no_survey_at_every_look() -> None:
    """After a while it does, as a new version would."""
    bench = Bench("apc_smart_ups")
    first = await bench.look()
    for minute in range(9):
        bench.clock.now += 60
        bench.snmp.changed[DESCRIPTION] = octets(f"APC Web/SNMP Management Card, it is 12:0{minute}")
        assert note(await bench.look(), "serial") == note(first, "serial")
        assert len(bench.snmp.asked) == 1
    assert bench.kit.counts()["equipment_changes"] == 0
    bench.clock.now += 60
    bench.snmp.changed[DESCRIPTION] = octets("APC Web/SNMP Management Card, it is 12:10")
    await bench.look()
    assert bench.kit.counts()["equipment_changes"] == 1


@pytest.mark.parametrize("name", sorted(path.stem for path in RECORDINGS.glob("*.snmprec")))
async def test_looks_say_what_the_whole_recording_says(name: str) -> None:
    """The first, and those that ask for what moves only: nothing more, nothing less, counters left out."""
    bench = Bench(name)
    recording = bench.snmp.recordings[TARGET.address]
    seen = [await bench.look() for _ in range(2)]
    written = bench.kit.equipment.of(TARGET.id)
    assert written is not None
    whole = read(written.written, recording)
    kept = [one for one in whole.readings if METRICS[one.metric].kind is not MetricKind.COUNTER]
    identity = {"vendor", "model", "serial", "version", "profile", "neighbour"}
    for look in seen:
        said = [one for one in look.readings if not (isinstance(one, Note) and one.name in identity)]
        assert set(said) == set(told(kept))
        assert (note(look, "model"), note(look, "serial")) == (whole.model, whole.serial)


async def test_a_silent_device_says_nothing_of_its_parts() -> None:
    """The look could not tell; what the next one finds is told as before."""
    bench = Bench("apc_smart_ups")
    first = await bench.look()
    recording = bench.snmp.recordings.pop(TARGET.address)
    silent = await bench.look()
    assert (silent.readings, silent.reason) == ((), Reason.NO_ANSWER)
    bench.snmp.recordings[TARGET.address] = recording
    assert (await bench.look()).readings == first.readings


async def test_a_survey_that_takes_long_goes_on_at_the_next_look(
    fake_icmp: FakeIcmp, fake_snmp: FakeSnmp
) -> None:
    """What is known until then is told already, and that it is not all."""
    clock = FakeMonotonic()

    class Slow(FakeSnmp):
        async def walk(self, target: Target, columns: Sequence[str], *, until: float | None = None) -> Table:
            clock.now += 2.0
            return await super().walk(target, columns, until=until)

    slow = Slow()
    slow.agents[TARGET.address] = FakeAgent(
        {
            DESCRIPTION: octets("Cisco IOS Software, C2960 Software, Version 12.2(55)SE3, x"),
            "1.3.6.1.4.1.9.9.13.1.5.1.2.1": octets("PSU 1"),
            "1.3.6.1.4.1.9.9.13.1.5.1.3.1": integer(1),
        }
    )
    kit = Kit(fake_icmp, slow, clock, equipment=EquipmentBook(profiles=PROFILES))
    looks = 1
    seen = await run_look(PROBE, TARGET, PROBE.params(), kit, 20.0, clock)
    assert (seen.complete, seen.detail) == (False, "surveying")
    while not seen.complete:
        before = clock.now
        seen = await run_look(PROBE, TARGET, PROBE.params(), kit, 20.0, clock)
        assert clock.now - before < 8
        looks += 1
        assert looks < 30
    assert looks > 2
    assert fact(seen, "power_supply_ok") == Fact("", "power_supply_ok", True, Reason.AS_EXPECTED)
    assert fake_snmp.asked == []


async def test_a_table_at_which_an_agent_falls_silent_keeps_the_others_from_nothing(
    fake_icmp: FakeIcmp,
) -> None:
    """Once the agent is seen to answer again the survey goes on without that table."""

    class Stumbling(RecordedSnmp):
        async def walk(self, target: Target, columns: Sequence[str], *, until: float | None = None) -> Table:
            if any("318.1.1.26" in column for column in columns):
                raise Silent
            return await super().walk(target, columns, until=until)

    snmp = Stumbling({TARGET.address: read_recording(RECORDINGS / "apc_smart_ups.snmprec")})
    clock = FakeMonotonic()
    kit = Kit(fake_icmp, snmp, clock, equipment=EquipmentBook(profiles=PROFILES))
    seen = await run_look(PROBE, TARGET, PROBE.params(), kit, 20.0, clock)
    assert (seen.reason, seen.complete, seen.detail) == (None, False, "no_answer")
    assert samples(seen)["room_temperature_celsius", "tu%20may%20chu"] == 24.0


async def test_agents_are_asked_as_their_profile_says_they_can_bear() -> None:
    """CyberPower's know no GetBulk, MikroTik's walks go in any order."""
    for name, manners in (
        ("cyberpower_ups", Manners(bulk=False)),
        ("mikrotik_routeros", Manners(ordered=False, most_rows=10)),
        ("apc_smart_ups", Manners()),
    ):
        bench = Bench(name)
        await bench.look()
        assert bench.snmp.manners == {TARGET.address: manners}


async def test_profiles_are_read_anew_when_asked_to(tmp_path: Path) -> None:
    """A user's file counts from the next look on; where nothing changed the devices stay known."""
    bench = Bench("apc_smart_ups")
    book = EquipmentBook(str(tmp_path))
    kit = Kit(FakeIcmp(), bench.snmp, bench.clock, equipment=book)
    await run_look(PROBE, TARGET, PROBE.params(), kit, 20.0, bench.clock)
    book.forget()
    assert book.of(TARGET.id) is not None
    (tmp_path / "apc_ups.toml").write_text(
        'title = "Ours"\nvendor = "Ours"\nproof = [{ manual = "x" }]\n'
        '[[recognise]]\nobject_id = "1.3.6.1.4.1.318"\n[identity]\nmodel = [{ text = "UPS" }]\n'
    )
    book.forget()
    seen = await run_look(PROBE, TARGET, PROBE.params(), kit, 20.0, bench.clock)
    assert (note(seen, "vendor"), note(seen, "model")) == ("Ours", "UPS")


def test_many_values_are_asked_for_in_turn() -> None:
    """Every portion begins with who the device is, none is larger than a look may be, nothing is left out."""
    column = "1.3.6.1.4.1.9.1.1"
    rows: dict[Index, Value] = {(row,): integer(row) for row in range(2500)}
    columns = {column: rows}
    found = places([], columns, {column})
    parts = portions(found)
    assert len(parts) == 3
    assert all(len(part) <= MOST_VALUES for part in parts)
    assert all(tuple(oid for oid, _ in part[: len(WHO)]) == WHO for part in parts)
    assert [place for part in parts for place in part[len(WHO) :]] == found
    assert portions([]) == [tuple((oid, None) for oid in WHO)]


STATES = st.sampled_from([state.value for state in State])


@given(st.lists(st.tuples(st.sampled_from((*HARDWARE, "registration_ok", "door_ok")), STATES), max_size=30))
def test_a_kind_of_part_is_well_while_no_part_is_at_fault(states: list[tuple[str, str]]) -> None:
    """Absent and unknown parts say nothing; who is registered somewhere is registered; doors are no hardware."""
    values = {State.OK: 1.0, State.FAULT: 0.0}
    found = [
        Reading(metric, f"part {place}", values.get(State(state)), state)
        for place, (metric, state) in enumerate(states)
    ]
    said = {each.name: each for each in facts(found)}
    for name in (*HARDWARE, "registration_ok", "door_ok"):
        own = {state for metric, state in states if metric == name} & {"ok", "fault"}
        if not own or name == "door_ok":
            assert name not in said
        elif name == "registration_ok":
            assert said[name].holds is ("ok" in own)
        else:
            assert said[name].holds is ("fault" not in own)
            assert len(said[name].evidence) <= 200


VALUES = st.one_of(
    st.integers(-(2**31), 2**32).map(integer),
    st.binary(max_size=40).map(lambda content: (OCTET_STRING, content)),
    st.binary(max_size=12).map(lambda content: (OPAQUE, content)),
    st.just((NO_SUCH_INSTANCE, b"")),
)


@given(st.lists(st.tuples(st.integers(0, 60), VALUES), max_size=20), st.integers(0, 2))
def test_whatever_an_agent_answers_is_no_fault_of_ours(changes: list[tuple[int, Value]], at: int) -> None:
    """Values of any type in any place, from the first look or from a later one on."""

    async def live() -> None:
        bench = Bench("apc_smart_ups")
        for number in range(4):
            if number == at:
                device = bench.kit.equipment.of(TARGET.id)
                asked = device.asked[0][1].oids if device and device.asked else (BASIC_OUTPUT_STATUS, REPLACE)
                bench.snmp.changed |= {asked[place % len(asked)]: value for place, value in changes}
            seen = await bench.look()
            assert seen.reason is not Reason.BUG
            bench.clock.now += 1300
        assert not bench.kit.bugs.counts

    asyncio.run(live())


def test_what_was_not_read_is_not_kept() -> None:
    """A profile's readings are the same of what is kept of a recording, which is a small part of it."""
    recording = read_recording(RECORDINGS / "huawei_nqa.snmprec")
    written = PROFILES["huawei_vrp"]
    whole = readings_of(written, recording, Tally())
    assert whole
    assert readings_of(written, Gathered(), Tally()) == []


class Snmpd(Protocol):
    """What the fixture gives."""

    address: str
    port: int
    community: str


async def test_a_real_agent_is_looked_at(snmpd: Snmpd, fake_icmp: FakeIcmp) -> None:
    """net-snmp on loopback: recognised, surveyed once, then asked for what moves in a request or two."""
    target = Target("device:here", snmpd.address, snmp_port=snmpd.port, credentials=("one",))
    secret = Secret("snmp_v2c", {"community": snmpd.community})
    with open_snmp(SnmpOptions(), lambda _: secret) as snmp:
        kit = Kit(fake_icmp, snmp, time.monotonic, equipment=EquipmentBook(profiles=PROFILES))
        first = await run_look(PROBE, target, PROBE.params(), kit, 20.0, time.monotonic)
        surveyed = snmp.counts()["snmp_requests"]
        second = await run_look(PROBE, target, PROBE.params(), kit, 20.0, time.monotonic)
        assert snmp.counts()["snmp_requests"] - surveyed <= 3
    assert (first.reason, second.reason) == (None, None)
    assert first.complete, first.detail
    assert note(second, "profile") == "net_snmp_host"
    used = [value for (metric, _), value in samples(second).items() if metric == "memory_used_ratio"]
    assert used
    assert all(0 <= value <= 1 for value in used)
