"""A device is read as its recording is: the same engine on answers that were asked for."""

import time
from typing import Protocol

import pytest

from probes.contract import Target
from probes.equipment.asking import gather
from probes.equipment.engine import read, recognising, wanted
from probes.equipment.library import load
from probes.equipment.recognise import choose
from probes.equipment.survey import side_by_side
from probes.kit import Kit
from probes.secret import Secret
from probes.transports.errors import Silent
from probes.transports.fakes import FakeSnmp
from probes.transports.snmp.ber import encode_oid
from probes.transports.snmp.client import SnmpOptions, open_snmp
from probes.transports.snmp.contract import INTEGER, OBJECT_IDENTIFIER, OCTET_STRING

pytestmark = pytest.mark.anyio
TARGET = Target("device:sw1", "127.0.0.1")
ENTITY = "1.3.6.1.2.1.47.1.1.1.1"


class Snmpd(Protocol):
    """What the fixture gives."""

    address: str
    port: int
    community: str

    def tool(self, command: str, *arguments: str) -> list[str]: ...


def a_switch(snmp: FakeSnmp) -> None:
    """An agent with a chassis and two interfaces."""
    snmp.agent(TARGET.address).values.update(
        {
            "1.3.6.1.2.1.1.1.0": (
                OCTET_STRING,
                b"Cisco IOS Software, C2960 Software, Version 12.2(55)SE3, x",
            ),
            "1.3.6.1.2.1.1.2.0": (OBJECT_IDENTIFIER, encode_oid("1.3.6.1.4.1.9.1.716")),
            "1.3.6.1.2.1.2.2.1.1.1": (INTEGER, 1),
            "1.3.6.1.2.1.2.2.1.1.2": (INTEGER, 2),
            f"{ENTITY}.5.1001": (INTEGER, 3),
            f"{ENTITY}.11.1001": (OCTET_STRING, b"FOC0000X0AA"),
            f"{ENTITY}.13.1001": (OCTET_STRING, b"WS-C2960-24TC-L"),
        }
    )


async def test_a_device_is_recognised_and_read(kit: Kit, fake_snmp: FakeSnmp) -> None:
    """First what tells profiles apart, then what the profile asks for."""
    a_switch(fake_snmp)
    profiles = load().profiles
    first, _ = await gather(kit, TARGET, recognising(profiles.values()))
    written, _ranked = choose(profiles, first)
    assert written is not None
    answers, cuts = await gather(kit, TARGET, wanted(written))
    found = read(written, answers)
    assert (found.vendor, found.model, found.serial) == ("Cisco", "WS-C2960-24TC-L", "FOC0000X0AA")
    assert found.interfaces == 2
    assert cuts == {}


async def test_a_device_that_falls_silent_is_read_so_far(kit: Kit, fake_snmp: FakeSnmp) -> None:
    """What was cut is told; a device that answers nothing is an error of the transport."""
    a_switch(fake_snmp)
    fake_snmp.agent(TARGET.address).walk_fault = Silent()
    written = load().profiles["generic"]
    answers, cuts = await gather(kit, TARGET, wanted(written))
    assert read(written, answers).object_id == "1.3.6.1.4.1.9.1.716"
    assert set(cuts.values()) == {"no_answer"}
    with pytest.raises(Silent):
        await gather(kit, Target("device:sw2", "127.0.0.2"), wanted(written))


async def test_a_real_agent_is_read(snmpd: Snmpd, kit: Kit) -> None:
    """net-snmp on this machine: recognised, its interfaces counted, its memory and load within bounds."""
    here = Target("device:here", snmpd.address, snmp_port=snmpd.port, credentials=("community",))
    profiles = load().profiles
    with open_snmp(SnmpOptions(), lambda _: Secret("snmp_v2c", {"community": snmpd.community})) as engine:
        real = Kit(icmp=kit.icmp, snmp=engine, monotonic=time.monotonic, until=time.monotonic() + 30)
        first, _ = await gather(real, here, recognising(profiles.values()))
        written, _ranked = choose(profiles, first)
        assert written is not None
        answers, cuts = await gather(real, here, wanted(written))
    found = read(written, answers)
    assert found.object_id.startswith("1.3.6.1.4.1.8072.3.2")
    assert found.name == "core-rt1"
    assert found.interfaces == len(snmpd.tool("snmpwalk", "1.3.6.1.2.1.2.2.1.1"))
    assert "memory_used_ratio" in {each.metric for each in found.readings}
    assert cuts == {}


def test_columns_of_one_table_are_walked_together() -> None:
    """At most a few, none twice, none lost."""
    columns = [f"1.3.6.1.9.{table}.{column}" for table in (1, 2) for column in range(20)]
    found = list(side_by_side(columns))
    assert sorted(column for together in found for column in together) == sorted(columns)
    assert all(len({column.rpartition(".")[0] for column in together}) == 1 for together in found)
    assert max(map(len, found)) == 8
