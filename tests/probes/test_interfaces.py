"""The ports of a device against a fake agent: found by walking, polled by known instances, counted without lies."""

import pytest

from probes.contract import Fact, Look, Note, Reason, Target
from probes.kinds.snmp_interfaces import PROBE
from probes.kit import Kit
from probes.run import run_look
from probes.transports import errors
from probes.transports.fakes import (
    FakeMonotonic,
    FakeSnmp,
    counter32,
    counter64,
    gauge32,
    integer,
    octets,
    ticks,
)
from probes.transports.snmp.contract import Value

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
    assert not seen.complete
    assert 0 < len(facts(seen)) < 30
    assert all(fact.part.startswith("e") for fact in facts(seen))


async def test_an_empty_table_removes_no_port(kit: Kit, fake_snmp: FakeSnmp) -> None:
    """A starting agent may show nothing for a moment."""
    device(fake_snmp)
    seen = await look(kit)
    assert (seen.readings, seen.complete, seen.reason) == ((), False, None)
