"""Agents that lie: every anomaly met in recordings of real devices, as a made-up device in `data/ports/`."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from probes.contract import Fact, Look, Target
from probes.kinds.snmp_interfaces import PROBE
from probes.kit import Kit
from probes.run import run_look
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

DEVICES = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "data" / "ports").glob("*.toml"))
}
One: TypeAlias = int | str | dict[str, int]
Given: TypeAlias = One | list[One]
TARGET = Target("device-1", "10.0.0.1", credentials=("one",))
IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
TYPES = {
    "counter32": counter32,
    "counter64": counter64,
    "gauge32": gauge32,
    "integer": integer,
    "ticks": ticks,
}
SCALARS = {
    "sysUpTime": ("1.3.6.1.2.1.1.3.0", "ticks"),
    "ifNumber": ("1.3.6.1.2.1.2.1.0", "integer"),
    "ifTableLastChange": ("1.3.6.1.2.1.31.1.5.0", "ticks"),
    "snmpEngineBoots": ("1.3.6.1.6.3.10.2.1.2.0", "integer"),
    "snmpEngineTime": ("1.3.6.1.6.3.10.2.1.3.0", "integer"),
}
COLUMNS = {
    "ifDescr": (f"{IF}.2", "octets"),
    "ifSpeed": (f"{IF}.5", "gauge32"),
    "ifAdminStatus": (f"{IF}.7", "integer"),
    "ifOperStatus": (f"{IF}.8", "integer"),
    "ifInOctets": (f"{IF}.10", "counter32"),
    "ifOutOctets": (f"{IF}.16", "counter32"),
    "ifName": (f"{IFX}.1", "octets"),
    "ifHCInOctets": (f"{IFX}.6", "counter64"),
    "ifHCOutOctets": (f"{IFX}.10", "counter64"),
    "ifHighSpeed": (f"{IFX}.15", "gauge32"),
    "ifAlias": (f"{IFX}.18", "octets"),
    "ifCounterDiscontinuityTime": (f"{IFX}.19", "ticks"),
}
METRICS = {"received": "interface_receive_bytes_total", "sent": "interface_transmit_bytes_total"}
SPEED = "interface_speed_bytes_per_second"


def at_look(given: Given, number: int) -> One:
    """What is given for one look; the last of a list stays."""
    return given[min(number, len(given) - 1)] if isinstance(given, list) else given


def made(given: One, kind: str) -> Value:
    if isinstance(given, str):
        return octets(bytes.fromhex(given[4:]) if given.startswith("hex:") else given)
    if isinstance(given, dict):
        ((kind, given),) = given.items()
    return TYPES[kind](given)


def values(device: dict[str, Any], number: int) -> Iterator[tuple[str, Value]]:
    """The agent's values at one look."""
    scalars = {"sysUpTime": 100_000 + 6_000 * number} | device.get("agent", {})
    rows = [({name: given}, "") for name, given in scalars.items()]
    for port in device["port"]:
        index = at_look(port["ifIndex"], number)
        if index != "-":
            rows.append(({"ifOperStatus": 1, "ifAdminStatus": 1} | port, f".{index}"))
    for row, suffix in rows:
        for key, given in row.items():
            name, _, kind = key.partition(":")
            one = at_look(given, number)
            if name != "ifIndex" and one != "-":
                oid, usual = (COLUMNS if suffix else SCALARS)[name]
                yield oid + suffix, made(one, kind or usual)


def shown(look: Look, metric: str, part: str) -> float | str:
    """A number of a part; "-" when there is none."""
    (columns,) = look.columns
    if metric not in columns.values or part not in columns.parts:
        return "-"
    value = columns.values[metric][columns.parts.index(part)]
    return "-" if value is None else value


def looks_of(device: dict[str, Any]) -> int:
    rows = [device.get("agent", {}), *device["port"]]
    return max((len(given) for row in rows for given in row.values() if isinstance(given, list)), default=1)


async def watched(device: dict[str, Any], kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic) -> list[Look]:
    """As many looks as the device has states, a minute apart."""
    looks = []
    for number in range(looks_of(device)):
        fake_snmp.agent(TARGET.address).values = dict(values(device, number))
        params = PROBE.params(**device.get("params", {}))
        looks.append(await run_look(PROBE, TARGET, params, kit, 5.0, kit.monotonic))
        assert looks[-1].reason is None, looks[-1]
        clock.now += 60
    return looks


@pytest.mark.parametrize("anomaly", DEVICES)
async def test_what_a_lying_agent_says_is_taken_for_what_it_is(
    anomaly: str, kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """As the title of its file says."""
    device = DEVICES[anomaly]
    expect = device["expect"]
    looks = await watched(device, kit, fake_snmp, clock)
    for direction, metric in METRICS.items():
        for part, totals in expect.get(direction, {}).items():
            seen = [shown(look, metric, part) for look in looks]
            assert seen[-len(totals) :] == totals, (device["title"], part)
    for part, speed in expect.get("speed", {}).items():
        assert shown(looks[-1], SPEED, part) == (speed if speed == "-" else speed / 8), part
    carriers = {fact.part: fact.holds for fact in looks[-1].readings if isinstance(fact, Fact)}
    for part, carrier in expect.get("carrier", {}).items():
        assert carriers[part] is (None if carrier == "unknown" else carrier)
    assert list(looks[-1].columns[0].parts) == expect.get("parts", list(looks[-1].columns[0].parts))
    assert {name: kit.counts()[name] for name in expect.get("counts", {})} == expect.get("counts", {})


async def test_a_look_asks_for_the_engines_time_never(
    kit: Kit, fake_snmp: FakeSnmp, clock: FakeMonotonic
) -> None:
    """It is wrong in every fifteenth recording; sysUpTime and the boots say what is needed."""
    await watched(DEVICES["engine-time"], kit, fake_snmp, clock)
    known = kit.counters.of(TARGET.id)
    assert known is not None
    asked = set(known.layout.question.oids)
    assert SCALARS["snmpEngineBoots"][0] in asked
    assert SCALARS["snmpEngineTime"][0] not in asked
