"""Traps in the running daemon: they make it look, and what it sees decides."""

from typing import Any

import pytest

from netwatch.check import check_id
from probes.listeners.notification import TRAP_V2
from probes.transports.snmp.ber import encode_bindings, encode_integer, encode_oid, tlv

pytestmark = pytest.mark.anyio
HEALTHY = 61.0


def link_down() -> bytes:
    """A linkDown of interface 2."""
    named = encode_oid("1.3.6.1.6.3.1.1.4.1.0"), tlv(0x06, encode_oid("1.3.6.1.6.3.1.1.5.3"))
    index = encode_oid("1.3.6.1.2.1.2.2.1.1.2"), encode_integer(2)
    body = encode_integer(1) + encode_integer(0) + encode_integer(0) + encode_bindings([named, index])
    return tlv(0x30, encode_integer(1) + tlv(0x04, b"public") + tlv(TRAP_V2, body))


def looked_at(day: Any) -> list[int]:  # noqa: ANN401 - the fixture's own
    """When the router and both lines that end there were last looked at."""
    latest = day.daemon.present().latest
    return [latest[check_id(target, "icmp_echo")].at for target in ("router", "main", "backup")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_forged_link_down_only_causes_looks(world: Any) -> None:  # noqa: ANN401
    """Everything is healthy: the lines and the device stay up, nothing is written, but they were looked at again."""
    subjects = ("main", "backup", "router", "commune")
    async with world.day() as day:
        await day.wait(HEALTHY)
        before, rows = [day.now(id_) for id_ in subjects], [day.told(id_) for id_ in subjects]
        moment = day.clock.now()
        for _ in range(300):
            day.daemon.traps.reception.receive(link_down(), "10.1.0.3", moment)
        await day.wait(0.5)
        assert min(looked_at(day)) >= moment
        assert day.daemon.traps.counts().hastened == 4
        await day.wait(HEALTHY)
        assert [day.now(id_) for id_ in subjects] == before
        assert [day.told(id_) for id_ in subjects] == rows
        assert before[0].startswith("up ")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("said", "within"), [(True, 21), (False, 60)])
async def test_a_true_link_down_is_seen_sooner(world: Any, said: bool, within: float) -> None:  # noqa: ANN401
    """The main line is cut: where its router says so, the first bad look comes at once and not in its turn."""
    async with world.day() as day:
        await day.wait(HEALTHY)
        world.wire.silence("10.1.0.1")
        if said:
            day.daemon.traps.reception.receive(link_down(), "10.1.0.3", day.clock.now())
        waited = 0
        while not day.now("main").startswith("down") and waited < 200:
            await day.wait(3.0)
            waited += 3
        assert (waited <= within) is True
        assert said or waited > 21
