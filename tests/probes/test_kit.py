"""The kit as the daemon opens it: real sockets on loopback, a real agent, and what operators are told."""

import time
from typing import Protocol

import pytest

from probes.contract import Fact, Reason, Target
from probes.kit import Kit, KitSettings, open_kit
from probes.part import part_name, part_names, spoken_name
from probes.registry import probes
from probes.run import run_look
from probes.secret import Secret

pytestmark = pytest.mark.anyio

PROBES = probes()


class Snmpd(Protocol):
    """What the fixture gives."""

    address: str
    port: int
    community: str


def secret(name: str) -> Secret:
    return {"good": Secret("snmp_v2c", {"community": "doc-chi"})}[name]


async def test_a_real_agent_is_looked_at_by_every_snmp_kind(snmpd: Snmpd) -> None:
    """System group, interfaces, and two values of its own."""
    target = Target("real", snmpd.address, snmp_port=snmpd.port, credentials=("good",))
    params = {
        "snmp_system": {},
        "snmp_interfaces": {},
        "snmp_path": {"oid": "1.3.6.1.4.1.99999.1.0", "expected": ("-42",)},
        "snmp_scalar": {"oid": "1.3.6.1.4.1.99999.2.0", "expected": ("hong",)},
    }
    async with open_kit(KitSettings(), secret) as kit:
        looks = {
            kind: await run_look(PROBES[kind], target, PROBES[kind].params(**given), kit, 9.0, time.monotonic)
            for kind, given in params.items()
        }
    facts = {
        (kind, each.part, each.name): each
        for kind, look in looks.items()
        for each in look.readings
        if isinstance(each, Fact)
    }
    assert facts["snmp_system", "", "manageable"].holds is True
    assert facts["snmp_interfaces", "lo", "carrier"].holds is True
    assert facts["snmp_path", "", "path"].reason is Reason.AS_EXPECTED
    assert facts["snmp_scalar", "", "expected"] == Fact("", "expected", False, Reason.NOT_AS_EXPECTED, "khoe")
    assert all(look.complete for look in looks.values())


async def test_the_kit_counts_and_remarks(kit: Kit) -> None:
    """Counters of all transports stand side by side; the mode of ICMP is among the remarks."""
    async with open_kit(KitSettings(receive_buffer_bytes=65536), secret) as real:
        assert {"icmp_sent", "snmp_requests", "bugs"} <= set(real.counts())
        assert any(remark.code in {"icmp.mode", "icmp.permission"} for remark in real.remarks)
        assert all(remark.english() for remark in real.remarks)
    assert kit.counts()["bugs"] == 0


async def test_a_look_with_a_dead_agent_ends_in_silence_before_its_deadline() -> None:
    """However many credentials: no_answer, which is news, and not deadline, which is our fault."""
    target = Target("dead", "127.77.9.200", snmp_port=9, credentials=("good",) * 3)
    async with open_kit(KitSettings(simulated_responder=("127.79.0.9", 9)), secret) as kit:
        look = await run_look(
            PROBES["icmp_echo"], target, PROBES["icmp_echo"].params(), kit, 1.0, time.monotonic
        )
    (fact,) = (each for each in look.readings if isinstance(each, Fact))
    assert (fact.holds, fact.reason) == (False, Reason.NO_ANSWER)
    assert look.took < 1.0


@pytest.mark.parametrize("name", ["Gi0/1", "Ethernet 1/0/1", "cổng#1", "100%"])
def test_a_part_name_can_be_read_back(name: str) -> None:
    """Percent-encoding loses nothing and leaves no separator in."""
    assert spoken_name(part_name(name)) == name
    assert "/" not in part_name(name)
    assert "#" not in part_name(name)


def test_only_repeated_names_get_an_index() -> None:
    """So that the others stay the same when indexes are renumbered."""
    assert part_names({1: "a", 2: "b", 30: "a"}) == {1: "a#1", 2: "b", 30: "a#30"}
