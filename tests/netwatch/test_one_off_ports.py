"""A look on request shows the numbers of ports too, which travel in columns."""

import pytest

from netwatch.check import Check
from netwatch.oneoff import look_once
from probes.kit import Kit
from probes.registry import probes
from probes.transports.fakes import FakeIcmp, FakeMonotonic, FakeSnmp, counter64, gauge32, integer, octets

pytestmark = pytest.mark.anyio

IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"


async def test_a_look_on_request_shows_the_numbers_of_ports() -> None:
    """One line for every part and metric, beside its carrier, with every digit."""
    snmp, monotonic = FakeSnmp(), FakeMonotonic()
    snmp.agent("127.0.9.1").values = {
        f"{IF}.8.1": integer(1),
        f"{IFX}.1.1": octets("e1"),
        f"{IFX}.6.1": counter64(7),
        f"{IFX}.15.1": gauge32(1000),
    }
    kit = Kit(icmp=FakeIcmp(), snmp=snmp, monotonic=monotonic)
    check = Check("c", "d", "snmp_interfaces", "", "d", "127.0.9.1", 60_000_000, 20_000_000, 10_000_000)
    (look,) = await look_once((check,), probes(), kit, monotonic)
    assert [(saw.type, saw.part, saw.name, saw.value) for saw in look.saw] == [
        ("fact", "e1", "carrier", "yes"),
        ("note", "e1", "ifName", "e1"),
        ("sample", "e1", "interface_receive_bytes_total", "0"),
        ("sample", "e1", "interface_speed_bytes_per_second", "125000000"),
    ]
