"""Traps in the running daemon: they make it look, and what it sees decides."""

from typing import Any

import pytest

from netwatch.check import check_id
from netwatch.syslog.patterns import load_patterns
from probes.equipment.library import load
from probes.equipment.traps import book
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


FORGED = (
    "1.3.6.1.2.1.33.2.0.1",  # upsTrapOnBattery
    "1.3.6.1.4.1.318.0.5",  # upsOnBattery
    "1.3.6.1.4.1.2011.6.164.2.1.0.57",  # hwSpdAlarmTraps
    "1.3.6.1.4.1.13885.101.0.72",  # sipRegistrationFailed
    "1.3.6.1.4.1.9.9.43.2.0.1",  # ciscoConfigManEvent
    "1.3.6.1.4.1.9.9.42.2.0.3",  # rttMonThresholdNotification
    "1.3.6.1.2.1.47.2.0.1",  # entConfigChange
)
LINES = (
    b"<189>45: %LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to down",
    b"<134>Nov 23 11:30:00 ups UPS: On battery power in response to an input power problem. 0x0109",
    b"<187>Nov 23 11:30:00 r %ENVMON-2-FAN_FAILED: Fan 1 has failed",
    b"<38>Nov 23 11:30:00 r sshd[2]: Failed password for root from 10.0.0.9 port 2 ssh2",
)


def named(trap: str) -> bytes:
    """A trap of this name, which says nothing else."""
    binding = encode_oid("1.3.6.1.6.3.1.1.4.1.0"), tlv(0x06, encode_oid(trap))
    body = encode_integer(1) + encode_integer(0) + encode_integer(0) + encode_bindings([binding])
    return tlv(0x30, encode_integer(1) + tlv(0x04, b"public") + tlv(TRAP_V2, body))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_whatever_is_forged_decides_nothing(world: Any) -> None:  # noqa: ANN401
    """Traps that profiles know, lines that patterns know, hundreds of each: looks, no verdict and no incident."""
    subjects = ("main", "backup", "router", "commune")
    async with world.day() as day:
        await day.wait(HEALTHY)
        before, rows = [day.now(id_) for id_ in subjects], [day.told(id_) for id_ in subjects]
        moment = day.clock.now()
        daemon = day.daemon
        daemon.traps.book, daemon.syslog._patterns = book(load()), load_patterns()[0]
        for _ in range(100):
            for trap in FORGED:
                daemon.traps.reception.receive(named(trap), "10.1.0.3", moment)
            for line in LINES:
                daemon.syslog.receive(line, "10.1.0.3")
        await day.wait(0.5)
        assert looked_at(day)[0] >= moment
        await day.wait(HEALTHY)
        assert [day.now(id_) for id_ in subjects] == before
        assert [day.told(id_) for id_ in subjects] == rows
        assert day.daemon.present().desk.incidents == {}
        assert not any(
            hint.trusted for hints in daemon.recording.circumstances.hints.values() for hint in hints
        )


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
