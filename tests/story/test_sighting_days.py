"""What looks have shown is stored by the look that saw it, goes on over restarts, and ends where nobody looked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session

from inventory.coverage.contract import Aspect, Cell, Sighting
from inventory.load import load
from inventory.snapshot import Device, Norm
from netwatch.clock import DAY, HOUR, SECOND
from netwatch.queries.coverage import taken
from netwatch.queries.evidence import evidence_at
from probes.transports.fakes import integer, object_identifier, octets, ticks

if TYPE_CHECKING:
    from tests.story.conftest import Day, World

pytestmark = pytest.mark.anyio

SWITCH = "10.1.0.4"
SERIAL = "1.3.6.1.2.1.47.1.1.1.1.11.1"
# The longest interval of looks, and the time in which what they saw is read and written.
LOOK, SOON = 60.0, 16.0


@pytest.fixture
def equipped(make_world: "Callable[..., World]", tmp_path: Path) -> "World":
    """The province on SQLite, whose switch tells who it is and has one port."""
    return equip(make_world(f"sqlite:///{tmp_path}/netwatch.db"))


def norms() -> tuple[Norm, ...]:
    """What every commune must have: a switch with a port of 1 Gbit/s, a line, an endpoint, a protector, a UPS."""
    items = ("lan", "data_line", "conferencing_endpoint", "surge_protector", "ups")
    return tuple(
        Norm(
            id=item, name=item, item=item, levels=("commune",), bandwidth=10**9 if item == "lan" else None,
            valid_from=date(2025, 7, 1),
        )
        for item in items
    )  # fmt: skip


def equip(world: "World") -> "World":
    world.records = tuple(
        replace(record, credentials=("public",), serial="FOC1")
        if isinstance(record, Device) and record.id == "switch"
        else record
        for record in world.records
    )
    world.records += norms()
    world.overrides = (
        *world.overrides,
        "probes.snmp_equipment.interval=60.0",
        "probes.snmp_interfaces.interval=60.0",
    )
    agent = world.wire.snmp.agent(SWITCH)
    agent.values |= {
        "1.3.6.1.2.1.1.1.0": octets("Cisco IOS Software, C2960 Software"),
        "1.3.6.1.2.1.1.2.0": object_identifier("1.3.6.1.4.1.9.1.716"),
        "1.3.6.1.2.1.1.3.0": ticks(100),
        "1.3.6.1.2.1.2.1.0": integer(1),
        "1.3.6.1.2.1.2.2.1.2.1": octets("GigabitEthernet0/1"),
        "1.3.6.1.2.1.2.2.1.5.1": integer(1_000_000_000),
        "1.3.6.1.2.1.2.2.1.7.1": integer(1),
        "1.3.6.1.2.1.2.2.1.8.1": integer(1),
        "1.3.6.1.2.1.31.1.1.1.1.1": octets("Gi0/1"),
        "1.3.6.1.2.1.31.1.1.1.15.1": integer(1000),
        "1.3.6.1.2.1.47.1.1.1.1.5.1": integer(3),
        "1.3.6.1.2.1.47.1.1.1.1.13.1": octets("WS-C2960-24TT-L"),
        SERIAL: octets("FOC1"),
    }
    world.plant()
    return world


def told(day: "Day", item: str, aspect: Aspect) -> list[Sighting]:
    """What the database has, the newest last."""
    rows = [one for one in day.store.sightings(None) if (one.item, one.aspect) == (item, aspect)]
    return sorted(rows, key=lambda one: one.last)


def cells(day: "Day") -> dict[str, Cell]:
    """What an audit of the database says of the commune now, by norm."""
    found = taken(day.store, day.daemon.today(), day.daemon.settings.daemon.zone, None, "", day.clock.now())
    return {cell.norm: cell for cell in found.audit.cells}


def states(day: "Day") -> dict[str, str]:
    return {norm: str(cell.state) for norm, cell in cells(day).items()}


def values(day: "Day", item: str) -> dict[str, str]:
    rows = sorted(day.store.sightings(None), key=lambda one: one.last)
    return {str(one.aspect): one.value for one in rows if one.item == item}


async def test_what_is_there_is_known_after_two_looks_and_so_is_what_becomes_of_it(
    make_world: "Callable[..., World]", database_url: str
) -> None:
    """Each by its own proof; another switch is told by the look that saw it, and the one before ends with its last."""
    world = equip(make_world(database_url))
    async with world.day() as day:
        await day.wait(2 * LOOK + SOON)
        assert values(day, "switch") == {
            "answered": "", "profile": "cisco_ios", "vendor": "Cisco", "model": "WS-C2960-24TT-L", "serial": "FOC1",
            "kind": "switch", "speed": "1000000000",
        }  # fmt: skip
        assert values(day, "main") == {"answered": "", "carried": ""}
        assert values(day, "room") == {"answered": "", "registered": ""}
        assert values(day, "spd") == {"answered": "", "contact": "closed"}
        assert values(day, "router") == {"answered": ""}
        proved = {norm.id: "proved" for norm in norms()}
        # What is contracted for the line is not known, so that nobody can say whether it is enough.
        assert states(day) == {**proved, "data_line": "seen", "ups": "missing"}
        began = world.clock.now()
        world.wire.snmp.agent(SWITCH).values |= {
            "1.3.6.1.2.1.1.1.0": octets("Cisco IOS Software, C3560 Software"),
            "1.3.6.1.2.1.1.2.0": object_identifier("1.3.6.1.4.1.9.1.563"),
            "1.3.6.1.2.1.2.1.0": integer(2),
            "1.3.6.1.2.1.2.2.1.5.1": integer(100_000_000),
            "1.3.6.1.2.1.31.1.1.1.15.1": integer(100),
            "1.3.6.1.2.1.47.1.1.1.1.13.1": octets("WS-C3560-24PS"),
            SERIAL: octets("FOC2"),
        }
        await day.wait(2 * LOOK + SOON)
        before, now = told(day, "switch", Aspect.SERIAL)
        assert (before.value, now.value) == ("FOC1", "FOC2")
        assert before.last <= began < now.first <= began + 2 * LOOK * SECOND
        assert told(day, "switch", Aspect.SPEED)[-1].value == "100000000"
        assert told(day, "switch", Aspect.MODEL)[-1].value == "WS-C3560-24PS"
        cell = cells(day)["lan"]
        assert cell.state == "contradicted"
        assert [(one.declared, one.found) for one in cell.coverings[0].contradictions] == [("FOC1", "FOC2")]


async def test_a_restart_is_no_gap_and_a_day_without_looks_is_one(equipped: "World") -> None:
    """An orderly stop writes until when everything was seen; kill -9 loses only that."""
    async with equipped.day() as day:
        await day.wait(5 * LOOK)
    async with equipped.day(orderly=False) as day:
        (kept,) = told(day, "switch", Aspect.ANSWERED)
        first = kept.first
        assert kept.last > first + 4 * LOOK * SECOND - 10 * SECOND
        await day.wait(2 * LOOK)
        assert [one.first for one in told(day, "switch", Aspect.ANSWERED)] == [first]
    equipped.clock.move_to(equipped.clock.now() + DAY + HOUR)
    async with equipped.day() as day:
        await day.wait(2 * LOOK)
        (kept,) = told(day, "switch", Aspect.ANSWERED)
        assert kept.first > first + DAY
        # The row from before is there still.
        assert told_until(day, first + HOUR)[0].first == first


def told_until(day: "Day", moment: int) -> list[Sighting]:
    return [
        one for one in day.store.sightings(moment) if (one.item, one.aspect) == ("switch", Aspect.ANSWERED)
    ]


async def test_silence_shows_nothing_and_the_reason_is_told(equipped: "World") -> None:
    """Who was asked and said nothing is silent; a contact that cannot be read through it never answered."""
    equipped.wire.silence("10.1.0.6", SWITCH)
    equipped.wire.snmp.agents.pop(SWITCH, None)
    async with equipped.day() as day:
        await day.wait(5 * LOOK)
        now = equipped.clock.now()
        with Session(day.store.engine) as session:
            inventory = load(session, day.daemon.today())
        known = evidence_at(day.store, inventory, day.daemon.today(), UTC, now)
    assert "switch" not in known.sightings
    assert "spd" not in known.sightings
    assert known.unmeasured == {"spd": "never_answered"}
    assert {one.aspect for one in known.sightings["main"]} == {Aspect.ANSWERED, Aspect.CARRIED}
