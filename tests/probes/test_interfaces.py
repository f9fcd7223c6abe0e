"""The ports of a device against a fake agent: found by walking, polled by known instances, counted without lies."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from probes.contract import Fact, Look, Note, Reason, Target
from probes.kinds.snmp_interfaces import PROBE, InterfacesParams
from probes.kit import Kit, KitSettings, open_kit
from probes.ports.discovery import Walked, found_ports
from probes.ports.objects import WALKED
from probes.ports.observe import answered
from probes.run import run_look
from probes.secret import Secret
from probes.transports import errors
from probes.transports.fakes import (
    FakeIcmp,
    FakeMonotonic,
    FakeSnmp,
    counter32,
    counter64,
    gauge32,
    integer,
    octets,
    ticks,
)
from probes.transports.snmp.contract import NULL, Table, Value, Values
from probes.transports.snmp.options import SnmpOptions

if TYPE_CHECKING:
    from conftest import Snmpd

pytestmark = pytest.mark.anyio

TARGET = Target("device-1", "10.0.0.1", credentials=("one",))
IF = "1.3.6.1.2.1.2.2.1"
IFX = "1.3.6.1.2.1.31.1.1.1"
UPTIME = "1.3.6.1.2.1.1.3.0"
LAST_CHANGE = "1.3.6.1.2.1.31.1.5.0"
IF_NUMBER = "1.3.6.1.2.1.2.1.0"
BOOTS = "1.3.6.1.6.3.10.2.1.2.0"
RECEIVED, SENT = "interface_receive_bytes_total", "interface_transmit_bytes_total"


async def look(kit: Kit, **params: object) -> Look:
    """One look, run as the daemon runs it."""
    return await run_look(PROBE, TARGET, PROBE.params(**params), kit, 5.0, kit.monotonic)


def facts(seen: Look) -> list[Fact]:
    return [reading for reading in seen.readings if isinstance(reading, Fact)]


def samples(seen: Look) -> dict[tuple[str, str], float]:
    return {
        (part, metric): value
        for columns in seen.columns
        for metric, values in columns.values.items()
        for part, value in zip(columns.parts, values, strict=True)
        if value is not None
    }


def notes(seen: Look) -> dict[tuple[str, str], str]:
    return {(each.part, each.name): each.value for each in seen.readings if isinstance(each, Note)}


def port(index: int, name: str, *, oper: int = 1, admin: int = 1, octets_in: int = 1000) -> dict[str, Value]:
    """One ordinary port with 64-bit counters."""
    return {
        f"{IF}.2.{index}": octets(f"Port {index}"),
        f"{IF}.5.{index}": gauge32(1_000_000_000),
        f"{IF}.7.{index}": integer(admin),
        f"{IF}.8.{index}": integer(oper),
        f"{IF}.14.{index}": counter32(3),
        f"{IFX}.1.{index}": octets(name),
        f"{IFX}.6.{index}": counter64(octets_in),
        f"{IFX}.10.{index}": counter64(octets_in * 2),
        f"{IFX}.15.{index}": gauge32(1000),
        f"{IFX}.18.{index}": octets("Trục tỉnh"),
    }


def device(fake_snmp: FakeSnmp, *ports: dict[str, Value], uptime: int = 100_000) -> None:
    values = {UPTIME: ticks(uptime)}
    for each in ports:
        values |= each
    fake_snmp.agent(TARGET.address).values = values


async def test_every_port_tells_its_carrier(kit: Kit, fake_snmp: FakeSnmp) -> None:
    """Up, down, switched off, and a status outside the enumeration, as agents are known to send."""
    device(
        fake_snmp,
        port(1, "Gi0/1"),
        port(2, "Gi0/2", oper=2),
        port(3, "Gi0/3", oper=2, admin=2),
        port(4, "Gi0/4", oper=0),
        port(5, "Gi0/5", oper=7),
        port(6, "Gi0/6", oper=4),
    )
    seen = await look(kit)
    assert seen.complete
    assert [(fact.part, fact.holds, fact.reason) for fact in facts(seen)] == [
        ("Gi0%2F1", True, Reason.CARRIER_UP),
        ("Gi0%2F2", False, Reason.CARRIER_DOWN),
        ("Gi0%2F3", None, Reason.SWITCHED_OFF),
        ("Gi0%2F4", None, Reason.NOT_OFFERED),
        ("Gi0%2F5", False, Reason.CARRIER_DOWN),
        ("Gi0%2F6", None, Reason.NOT_OFFERED),
    ]
    assert notes(seen)["Gi0%2F1", "ifAlias"] == "Trục tỉnh"
    assert samples(seen)["Gi0%2F1", "interface_speed_bytes_per_second"] == 125e6


async def test_repeated_names_get_their_index_and_missing_ones_the_description(
    kit: Kit, fake_snmp: FakeSnmp
) -> None:
    """So every part is unique, and stable while the agent keeps its indexes."""
    nameless = {oid: value for oid, value in port(9, "").items() if not oid.startswith(f"{IFX}.1.")}
    device(fake_snmp, port(1, "port"), port(2, "port"), port(3, "WAN 1"), nameless)
    seen = await look(kit)
    assert [fact.part for fact in facts(seen)] == ["port#1", "port#2", "WAN%201", "Port%209"]


async def test_traffic_is_an_own_sum_from_the_first_look_on(
    kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """The first look is the baseline; later ones add what the device counted."""
    device(fake_snmp, port(1, "e1", octets_in=5000))
    first = samples(await look(kit))
    clock.now += 60
    device(fake_snmp, port(1, "e1", octets_in=8000), uptime=106_000)
    second = samples(await look(kit))
    received, sent = ("e1", "interface_receive_bytes_total"), ("e1", "interface_transmit_bytes_total")
    assert (first[received], second[received], second[sent]) == (0, 3000, 6000)


async def test_the_width_of_a_counter_is_that_of_its_received_type(
    kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """A 'high capacity' counter that comes as Counter32 wraps at 32 bits."""
    odd = {**port(1, "e1"), f"{IFX}.6.1": counter32(2**32 - 10)}
    device(fake_snmp, odd)
    await look(kit)
    clock.now += 60
    device(fake_snmp, {**odd, f"{IFX}.6.1": counter32(90)}, uptime=106_000)
    assert samples(await look(kit))["e1", "interface_receive_bytes_total"] == 100


async def test_a_64_bit_counter_stuck_at_zero_gives_way_to_the_32_bit_one(
    kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """Some agents offer ifHCInOctets and never fill it."""
    for moved in (100, 600):
        device(
            fake_snmp,
            {**port(1, "e1", octets_in=0), f"{IF}.10.1": counter32(moved)},
            uptime=int(clock.now * 100),
        )
        seen = samples(await look(kit))
        clock.now += 60
    assert seen["e1", "interface_receive_bytes_total"] == 500


@pytest.mark.parametrize(
    ("low", "high", "speed"),
    [
        (10_000_000, 10, 1e7),
        (512_000, 0, 512_000),
        (2**32 - 1, 10_000, 1e10),
        (2**32 - 1, 0, None),
        (0, 0, None),
        (2**32 - 1, 4_294_901_759, None),
        (0, 1000, 1e9),
    ],
)
async def test_speed_is_believed_only_where_plausible(
    kit: Kit, fake_snmp: FakeSnmp, low: int, high: int, speed: float | None
) -> None:
    """Saturated, absent and absurd values give no speed."""
    device(fake_snmp, {**port(1, "e1"), f"{IF}.5.1": gauge32(low), f"{IFX}.15.1": gauge32(high)})
    assert samples(await look(kit)).get(("e1", "interface_speed_bytes_per_second")) == (speed and speed / 8)


async def test_a_cut_walk_is_incomplete_and_invents_no_part(kit: Kit, fake_snmp: FakeSnmp) -> None:
    """What was read is told; that the rest is missing means nothing."""
    device(fake_snmp, *(port(index, f"e{index}") for index in range(1, 31)))
    agent = fake_snmp.agent(TARGET.address)
    agent.walk_fault, agent.walk_pages = errors.Refused("port unreachable"), 2
    seen = await look(kit)
    assert (seen.complete, seen.reason, seen.detail) == (False, None, "refused")
    assert 0 < len(facts(seen)) < 30
    assert all(fact.part.startswith("e") for fact in facts(seen))


async def test_an_empty_table_removes_no_port(kit: Kit, fake_snmp: FakeSnmp) -> None:
    """A starting agent may show nothing for a moment."""
    device(fake_snmp)
    seen = await look(kit)
    assert (seen.readings, seen.complete, seen.reason) == ((), False, None)


def busy(fake_snmp: FakeSnmp, clock: FakeMonotonic, *ports: dict[str, Value]) -> None:
    """An agent whose sysUpTime runs with our clock, with all scalars."""
    device(fake_snmp, *ports, uptime=int(clock.now * 100))
    fake_snmp.agent(TARGET.address).values |= {
        IF_NUMBER: integer(len(ports)), LAST_CHANGE: ticks(17), BOOTS: integer(3)
    }  # fmt: skip


def asked(fake_snmp: FakeSnmp) -> list[str]:
    """What was asked since the last time."""
    found = [what for _, what in fake_snmp.asked]
    fake_snmp.asked.clear()
    return found


async def test_known_ports_are_asked_for_and_not_walked(
    kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """One question with the instances that the device offers, names among them; a walk again after about an hour."""
    walks = []
    for _ in range(120):
        busy(fake_snmp, clock, *(port(index, f"e{index}") for index in range(1, 49)))
        await look(kit)
        walks.append("walk" in asked(fake_snmp))
        clock.now += 60
    assert walks[0]
    assert 45 <= walks.index(True, 1) <= 75
    assert walks.count(True) in (2, 3)
    known = kit.counters.of(TARGET.id)
    assert known is not None
    oids = known.layout.question.oids
    assert oids[:4] == (UPTIME, LAST_CHANGE, IF_NUMBER, BOOTS)
    assert oids[-1] == UPTIME
    assert {f"{IFX}.1.7", f"{IF}.8.48", f"{IFX}.6.1"} <= set(oids)
    assert len(oids) == 5 + 48 * 6
    assert not [oid for oid in oids if oid.startswith((f"{IF}.10.", f"{IF}.16.", f"{IF}.2.", f"{IFX}.18."))]


async def test_targets_are_spread_over_the_discovery_interval(kit: Kit, fake_snmp: FakeSnmp) -> None:
    """Devices that were first seen together are not walked together ever after."""
    device(fake_snmp, port(1, "e1"))
    due = set()
    for name in ("a", "b", "c", "d"):
        params = InterfacesParams(discover_interval=1000)
        await run_look(PROBE, Target(name, TARGET.address), params, kit, 5.0, kit.monotonic)
        known = kit.counters.of(name)
        assert known is not None
        due.add(known.due - kit.monotonic())
    assert len(due) == 4
    assert all(750 <= wait <= 1250 for wait in due)


async def test_what_did_not_change_is_handed_on_as_the_same_object(
    kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """Readings and parts, over discoveries too; equal devices share one question."""
    looks = []
    for number in range(90):
        busy(fake_snmp, clock, port(1, "e1"), port(2, "e2", oper=2 if number == 89 else 1))
        looks.append(await look(kit))
        clock.now += 60
    assert kit.counts()["port_discoveries"] == 2
    assert all(seen.readings is looks[0].readings for seen in looks[:-1])
    assert all(seen.columns[0].parts is looks[0].columns[0].parts for seen in looks)
    assert [fact.holds for fact in facts(looks[-1])] == [True, False]
    assert looks[-1].readings[0] is looks[0].readings[0]
    other = Target("device-2", TARGET.address)
    await run_look(PROBE, other, PROBE.params(), kit, 5.0, kit.monotonic)
    first, second = kit.counters.of(TARGET.id), kit.counters.of(other.id)
    assert first is not None
    assert second is not None
    assert first.layout is second.layout


async def test_numbers_handed_out_do_not_change_any_more(
    kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """Later looks make arrays of their own."""
    seen = []
    for octets_in in (100, 250, 300):
        busy(fake_snmp, clock, port(1, "e1", octets_in=octets_in))
        seen.append(await look(kit))
        clock.now += 60
    assert [list(each.columns[0].values[RECEIVED]) for each in seen] == [[0], [150], [200]]


async def test_an_agent_that_fails_at_the_question_is_walked(
    kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """In the same look: one faulty instance may spoil the whole answer."""
    for octets_in in (100, 250):
        busy(fake_snmp, clock, port(1, "e1", octets_in=octets_in))
        fake_snmp.agent(TARGET.address).error_status = 5 if octets_in == 250 else 0
        seen = await look(kit)
        clock.now += 60
    assert samples(seen)["e1", RECEIVED] == 150
    assert seen.complete


async def test_a_cut_discovery_keeps_the_ports_it_did_not_reach(
    kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """With their sums, which go on when they are read again; nothing is complete until all were seen."""
    agent = fake_snmp.agent(TARGET.address)
    totals = []
    for number in range(4):
        ports = (port(index, f"e{index:02}", octets_in=1000 + 10 * number) for index in range(1, 31))
        busy(fake_snmp, clock, *ports)
        agent.walk_fault, agent.walk_pages = errors.Refused("port unreachable"), 2 if number == 1 else 100
        if number == 1:
            agent.values[LAST_CHANGE] = ticks(99)
        seen = await look(kit)
        totals.append((seen.complete, samples(seen).get(("e30", RECEIVED)), len(seen.columns[0].parts)))
        clock.now += 60
    assert totals[:2] == [(True, 0, 30), (False, None, 30)]
    assert totals[2][1:] == (20, 30)
    assert totals[3] == (True, 30, 30)


async def test_a_restart_in_the_midst_of_an_answer_adds_nothing(
    kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """sysUpTime comes once more at the end of a long answer."""
    ports = [port(index, f"e{index:02}") for index in range(1, 31)]
    busy(fake_snmp, clock, *ports)
    await look(kit)
    clock.now += 60
    busy(fake_snmp, clock, *ports)
    known = kit.counters.of(TARGET.id)
    assert known is not None
    values = await fake_snmp.ask(TARGET, known.layout.question)
    contents = [*values.contents[:-1], 12]
    assert answered(known, replace(values, contents=contents), clock.now, kit.counters.odd) is None
    assert answered(known, values, clock.now, kit.counters.odd) is not None


async def test_what_an_answer_lacks_is_no_sample_and_removes_no_port(
    kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """An answer cut by silence tells of the ports that it reached."""
    ports = [port(index, f"e{index:02}", octets_in=100) for index in range(1, 31)]
    busy(fake_snmp, clock, *ports)
    await look(kit)
    known = kit.counters.of(TARGET.id)
    assert known is not None
    values = await fake_snmp.ask(TARGET, known.layout.question)
    reached = known.layout.spans[5].start + 3
    short = Values(
        values.tags[:reached].ljust(len(values.tags), bytes([NULL])),
        [*values.contents[:reached], *[None] * (len(values.tags) - reached)],
        "silent",
    )
    seen = answered(known, short, clock.now, kit.counters.odd)
    assert seen is not None
    assert not seen.complete
    (columns,) = seen.columns
    assert list(columns.values[RECEIVED]) == [0] * 30
    assert list(columns.values[SENT]) == [0, 0, 0, *[None] * 27]
    again = answered(known, values, clock.now, kit.counters.odd)
    assert again is not None
    assert again.complete
    assert list(again.columns[0].values[SENT]) == [0] * 30


async def test_nothing_is_said_of_a_port_whose_index_bears_another_name_before_a_walk_may_tell(
    kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """When walks in a row found nothing new the next one waits; its numbers are nobody's until then."""
    for number in range(3):
        busy(fake_snmp, clock, port(1, "a"), port(2, "b"))
        fake_snmp.agent(TARGET.address).values[LAST_CHANGE] = ticks(number)
        await look(kit)
        clock.now += 10
    busy(fake_snmp, clock, port(1, "a"), port(2, "x", octets_in=10**6))
    seen = await look(kit)
    assert not seen.complete
    assert [fact.part for fact in facts(seen)] == ["a"]
    assert ("b", RECEIVED) not in samples(seen)
    clock.now += 60
    busy(fake_snmp, clock, port(1, "a"), port(2, "x", octets_in=10**6))
    seen = await look(kit)
    assert seen.complete
    assert samples(seen)["x", RECEIVED] == 0


def test_an_agent_that_makes_ports_up_costs_no_more_than_a_large_device() -> None:
    """The first 4,096 are polled; the looks are incomplete, so that nothing is said of the others."""
    rows: dict[tuple[int, ...], Value] = {(index,): integer(1) for index in range(1, 5001)}
    table = Table({column: rows if column == f"{IF}.8" else {} for column in WALKED})
    found = found_ports(Walked({}, table), None)
    assert found is not None
    assert (len(found.layout.ports), found.complete, found.cut) == (4096, False, "port_cap")
    others: dict[tuple[int, ...], Value] = {(index,): integer(1) for index in range(5001, 5101)}
    again = Table(
        {**table.columns, f"{IF}.8": others, f"{IF}.2": dict.fromkeys(others, octets("x"))}, "row_cap"
    )
    grown = found_ports(Walked({}, again), found.layout)
    assert grown is not None
    assert len(grown.layout.ports) == 4096


@pytest.mark.parametrize(
    "faulty",
    [
        {"discover_interval": 5},
        {"discover_interval": 10**9},
        {"legacy_encoding": "klingon"},
        {"legacy_encoding": "rot13"},
    ],
)
def test_faulty_parameters_are_refused(faulty: dict[str, Any]) -> None:
    """Walks every few seconds, and encodings that are none."""
    with pytest.raises(ValidationError):
        PROBE.params(**faulty)


OIDS = [f"{IF}.{column}.{index}" for column in (2, 5, 7, 8, 10, 13, 14, 16, 19, 20) for index in (1, 2)] + [
    f"{IFX}.{column}.{index}" for column in (1, 6, 10, 15, 18, 19) for index in (1, 2)
]
VALUES = st.one_of(
    st.tuples(st.sampled_from([0x02, 0x41, 0x42, 0x43, 0x46]), st.integers(-(2**31), 2**64)),
    st.tuples(st.sampled_from([0x02, 0x41, 0x46]), st.integers(0, 7)),
    st.tuples(st.sampled_from([0x04, 0x06, 0x40, 0x44]), st.binary(max_size=6)),
    st.sampled_from([(0x80, b""), (0x81, b""), (0x05, b"")]),
)
STATES = st.dictionaries(st.sampled_from([UPTIME, LAST_CHANGE, IF_NUMBER, BOOTS, *OIDS]), VALUES, max_size=30)


@given(st.lists(st.tuples(STATES, st.floats(0, 4000)), max_size=8))
@settings(max_examples=60, deadline=None)
def test_whatever_an_agent_says_is_survived(states: list[tuple[dict[str, Value], float]]) -> None:
    """No fault of ours, and no total that goes back."""

    async def watch() -> None:
        snmp, clock = FakeSnmp(), FakeMonotonic()
        kit = Kit(icmp=FakeIcmp(), snmp=snmp, monotonic=clock)
        values = {UPTIME: ticks(100_000), **port(1, "a"), **port(2, "b")}
        before: dict[tuple[str, str], float] = {}
        for changes, seconds in states:
            values |= changes
            snmp.agent(TARGET.address).values = values
            seen = await look(kit)
            assert seen.reason is None, seen
            now = {key: value for key, value in samples(seen).items() if key[1].endswith("_total")}
            assert all(value >= before.get(key, 0) for key, value in now.items())
            before = now
            clock.now += seconds

    anyio.run(watch)


@pytest.mark.parametrize("version", ["snmp_v1", "snmp_v2c"])
async def test_the_ports_of_a_real_agent_are_polled_by_their_instances(snmpd: "Snmpd", version: str) -> None:
    """v1 has no 64-bit counters; the second look asks for what the first one found, and finds nothing amiss."""

    def secret(_: str) -> Secret:
        return Secret(version, {"community": snmpd.community})

    target = Target("agent", snmpd.address, snmp_port=snmpd.port, credentials=("one",))
    async with open_kit(KitSettings(snmp=SnmpOptions(receive_buffer_bytes=65536)), secret) as kit:
        seen = [await run_look(PROBE, target, PROBE.params(), kit, 5.0, kit.monotonic) for _ in range(2)]
        counts = kit.counts()
        known = kit.counters.of("agent")
    assert known is not None
    assert [look.complete for look in seen] == [True, True]
    assert counts["port_discoveries"] == 1
    assert (f"{IFX}.6" in known.layout.ports[0].asked) == (version == "snmp_v2c")
    assert seen[1].readings is seen[0].readings
    assert ("lo", RECEIVED) in samples(seen[1])
