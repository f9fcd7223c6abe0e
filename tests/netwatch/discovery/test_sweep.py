"""A sweep asks what it was told to, at its pace, and keeps what it has found however it ends."""

import asyncio

import pytest

from netwatch.discovery.asking import Asker
from netwatch.discovery.contract import Place
from netwatch.discovery.order import Order
from netwatch.discovery.pace import Pace
from netwatch.discovery.sweep import Sweep, sweep
from probes.equipment.memory import EquipmentBook
from probes.kit import Kit
from probes.transports.errors import CredentialsFault, NoRoute, PermissionDenied, Refused
from probes.transports.fakes import FakeIcmp, FakeMonotonic, FakeSnmp, integer, object_identifier, octets
from probes.transports.snmp.contract import Value
from probes.transports.streams.fake import FakeStreams, Script

pytestmark = pytest.mark.anyio
PLACES = tuple(Place("main", f"10.0.0.{number}") for number in range(1, 9))
PROFILES = EquipmentBook().profiles
LLDP = "1.0.8802.1.1.2.1.4.1.1"
CISCO: dict[str, Value] = {
    "1.3.6.1.2.1.1.1.0": octets("Cisco IOS Software, C2960 Software, Version 12.2(55)SE3, x"),
    "1.3.6.1.2.1.1.2.0": object_identifier("1.3.6.1.4.1.9.1.716"),
    "1.3.6.1.2.1.1.5.0": octets("sw1"),
    "1.3.6.1.2.1.2.2.1.1.1": integer(1),
    "1.3.6.1.2.1.47.1.1.1.1.5.1001": integer(3),
    "1.3.6.1.2.1.47.1.1.1.1.11.1001": octets("FOC0000X0AA"),
    "1.3.6.1.2.1.47.1.1.1.1.13.1001": octets("WS-C2960-24TC-L"),
    "1.0.8802.1.1.2.1.3.2.0": octets(b"\x00\x11\x22\x33\x44\x55"),
    f"{LLDP}.4.0.1.1": integer(4),
    f"{LLDP}.5.0.1.1": octets(b"\x00\xaa\xbb\xcc\xdd\xee"),
    f"{LLDP}.6.0.1.1": integer(5),
    f"{LLDP}.7.0.1.1": octets("Gi0/24"),
    f"{LLDP}.9.0.1.1": octets("core"),
    "1.0.8802.1.1.2.1.3.7.1.3.1": octets("Gi0/1"),
    # ipNetToMediaPhysAddress of 10.0.0.77
    "1.3.6.1.2.1.4.22.1.2.1.10.0.0.77": octets(b"\x00\x01\x02\x03\x04\x05"),
}


class Network:
    """Echoes, agents and ports, all of them fakes."""

    def __init__(self) -> None:
        self.icmp, self.snmp, self.streams = FakeIcmp(), FakeSnmp(), FakeStreams()

    def asker(self, **order: object) -> Asker:
        """An asker of this network whose pace waits for nothing."""
        kit = Kit(self.icmp, self.snmp, FakeMonotonic(), streams=self.streams)
        made = Order(PLACES, **{"credentials": ("ro", "rw"), "rate": 1000, **order})  # type: ignore[arg-type]
        return Asker(kit, Pace(made.rate, kit.monotonic, lambda _: asyncio.sleep(0)), PROFILES, made)


@pytest.fixture
def network() -> Network:
    """Addresses that are silent until they are told to answer."""
    return Network()


def nobody(_: Sweep) -> None:
    """Watches no progress."""


async def test_what_answers_an_echo_is_asked_what_it_is(network: Network) -> None:
    """Identity, neighbours, own hardware address; nobody else is asked by SNMP at all."""
    network.icmp.living(["10.0.0.2", "10.0.0.5"])
    network.snmp.agent("10.0.0.2").values.update(CISCO)
    network.snmp.agent("10.0.0.7").values.update(CISCO)
    result = Sweep()
    await sweep(network.asker(), result, nobody)
    found = {each.place.address: each for each in result.found}
    assert set(found) == {"10.0.0.2", "10.0.0.5"}
    assert result.asked == set(PLACES)
    told = found["10.0.0.2"]
    assert (told.equipment.vendor, told.equipment.serial, told.equipment.interfaces) == (
        "Cisco",
        "FOC0000X0AA",
        1,
    )
    assert (told.equipment.name, told.credential, told.hints) == ("sw1", "ro", ())
    assert told.chassis == {"00:11:22:33:44:55"}
    assert [(each.name, each.local, each.port) for each in told.equipment.neighbours] == [
        ("core", "Gi0/1", "Gi0/24")
    ]
    assert found["10.0.0.5"].credential == ""
    assert {address for address, _ in network.snmp.asked} == {"10.0.0.2", "10.0.0.5"}


async def test_without_echoes_everything_is_asked(network: Network) -> None:
    """What refuses SNMP by its own word is there; what is silent is not."""
    network.snmp.agent("10.0.0.2").values.update(CISCO)
    network.snmp.agent("10.0.0.3").fault = Refused()
    network.snmp.agent("10.0.0.4").fault = CredentialsFault("unknownUserNames")
    result = Sweep()
    await sweep(network.asker(echo=False), result, nobody)
    assert sorted(each.place.address for each in result.found) == ["10.0.0.2", "10.0.0.3", "10.0.0.4"]
    assert {each.place.address: each.refused for each in result.found}["10.0.0.4"] == ("ro", "rw")
    assert network.icmp.asked == []


async def test_ports_and_hints_only_on_request(network: Network) -> None:
    """TCP connections to the ports named; ARP tables by --neighbours."""
    network.icmp.living(["10.0.0.2"])
    network.snmp.agent("10.0.0.2").values.update(CISCO)
    network.streams.servers = {("10.0.0.2", 22): Script([])}
    result = Sweep()
    await sweep(network.asker(ports={"ssh": 22, "http": 80}, hints=True), result, nobody)
    (found,) = result.found
    assert found.protocols == ("ssh",)
    assert [(each.address, each.mac) for each in found.hints] == [("10.0.0.77", "00:01:02:03:04:05")]


async def test_what_keeps_us_from_asking_is_no_silence(network: Network) -> None:
    """An address without route was not asked; without permission there is no sweep."""
    network.icmp.answers["10.0.0.3"] = NoRoute("no route")
    asker, result = network.asker(), Sweep()
    await sweep(asker, result, nobody)
    assert Place("main", "10.0.0.3") not in result.asked
    assert dict(asker.faults) == {("no_route", "no route"): 1}
    network.icmp.answers["10.0.0.3"] = PermissionDenied("CAP_NET_RAW")
    with pytest.raises(ExceptionGroup):
        await sweep(network.asker(), Sweep(), nobody)


async def test_an_interrupted_sweep_keeps_what_it_found(network: Network) -> None:
    """Cancelled after the first answer: that one stays."""
    network.icmp.living([place.address for place in PLACES])
    result = Sweep()

    def stop(so_far: Sweep) -> None:
        if len(so_far.found) == 1:
            task.cancel()

    task = asyncio.create_task(sweep(network.asker(devices=1), result, stop))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert 1 <= len(result.found) < len(PLACES)


async def test_the_pace_holds_over_everything() -> None:
    """Whoever comes later waits for what was sent before, foreseen or not."""
    now, waited = FakeMonotonic(), []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    pace = Pace(10.0, now, sleep)
    await pace.turn(5)
    await pace.turn()
    pace.owe(4)
    await pace.turn()
    assert waited == [pytest.approx(0.5), pytest.approx(1.0)]
    assert pace.packets == 11
    now.now += 100.0
    await pace.turn()
    assert len(waited) == 2
