"""The whole life of a surge protector: fitted, tried, struck, replaced; and what netwatch says of it all along."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from inventory.apply import apply
from inventory.changes import Change
from inventory.snapshot import FieldRecord
from netwatch.check import Batch, FactSeen, Observation
from netwatch.clock import SECOND
from netwatch.store.sql import SqlStore

if TYPE_CHECKING:
    from tests.story.conftest import Day, World

pytestmark = pytest.mark.anyio

IO, CONTACT = "10.1.0.6", "1.3.6.1.4.1.318.1.1.25.2.2.1.5.1.1"
CLOSED, OPEN = 1, 2
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

Record = Callable[..., None]


def record(store: SqlStore, at: int, kind: str, **values: Any) -> None:  # noqa: ANN401
    """Write a field record of the protector down, as of this moment."""
    local = datetime.fromtimestamp(at / SECOND, ZONE)
    made = FieldRecord(
        id=f"spd/{kind}/{at}", item="spd", kind=kind, on=local.date(), at=f"{local:%H:%M}", **values
    )
    with Session(store.engine) as session, session.begin():
        change = Change("field_record", made.id, None, None, made)
        apply(session, [change], author="test", at=at, source="test")


async def recorded(day: "Day", kind: str, **values: Any) -> None:  # noqa: ANN401
    """The same while the daemon runs, which reads it at once."""
    store, at = day.store, day.clock.now()
    await day.writer.run(lambda: record(store, at, kind, **values))
    assert (await day.daemon.reload(dry_run=False)).applied


def doubted(day: "Day") -> bool:
    """Whether the newest look at the contact disagrees with what is believed."""
    states = day.daemon.recording.recorder.states
    (key,) = day.daemon.plan.topology.subjects["spd"].facts
    return states[key].soft


def incidents(day: "Day") -> list[tuple[str, bool]]:
    """The roots of incidents that were opened, and whether each is over."""
    return [
        (incident.roots[0], incident.ended is not None)
        for incident in day.daemon.desk.view.incidents.values()
        if "spd" in incident.roots
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_whole_life_of_a_surge_protector(make_world: "type[World]", database_url: str) -> None:
    """Not commissioned, tried, bouncing, failed, back by itself, dark, restarted, replaced: one incident in all."""
    world = make_world(database_url)
    world.records = tuple(one for one in world.records if not isinstance(one, FieldRecord))
    world.plant()
    async with world.day() as day:
        await day.wait(110)
        assert day.now("spd") == "unknown not_commissioned"
        # The first trip test: what it does to the contact is forgiven.
        world.wire.set(IO, CONTACT, OPEN)
        await day.wait(90)
        assert day.now("spd") == "unknown not_commissioned"
        world.wire.set(IO, CONTACT, CLOSED)
        await recorded(day, "trip_test", positions=("open",))
        await day.wait(60)
        assert day.now("spd") == "unknown not_commissioned"
        await recorded(day, "trip_test", positions=("closed",))
        await day.wait(130)
        assert day.now("spd") == "up contact_normal"
        # A bounce shorter than the debounce.
        world.wire.set(IO, CONTACT, OPEN)
        while not doubted(day):
            await day.wait(5)
        world.wire.set(IO, CONTACT, CLOSED)
        await day.wait(60)
        assert day.now("spd") == "up contact_normal"
        assert incidents(day) == []
        # A fault, and the contact returns by itself.
        world.wire.set(IO, CONTACT, OPEN)
        await day.wait(110)
        assert day.now("spd") == "down contact_fault"
        world.wire.set(IO, CONTACT, CLOSED)
        await day.wait(110)
        assert day.now("spd") == "down contact_latched"
        # The input device goes dark: unknown, never in order; and back.
        world.wire.silence(IO)
        await day.wait(110)
        assert day.now("spd") == "unknown input_unreachable inputs"
        world.wire.answer(IO)
        world.wire.set(IO, CONTACT, CLOSED)
        await day.wait(130)
        assert day.now("spd") == "down contact_latched"
        assert incidents(day) == [("spd", False)]
    world.clock.move_to(world.clock.now() + 3600 * SECOND)
    async with world.day(orderly=False) as day:
        await day.wait(130)
        assert day.now("spd") == "down contact_latched"
        world.wire.silence(IO)
        await day.wait(110)
    # Killed while the input was dark, which is all that the newest rows tell.
    world.clock.move_to(world.clock.now() + 600 * SECOND)
    world.wire.answer(IO)
    world.wire.set(IO, CONTACT, CLOSED)
    async with world.day() as day:
        await day.wait(140)
        assert day.now("spd") == "down contact_latched"
        assert incidents(day) == [("spd", False)]
        await recorded(day, "replacement", person="An")
        await day.wait(130)
        assert day.now("spd") == "up contact_normal"
        assert incidents(day) == [("spd", True)]
        # A later fault is one again.
        world.wire.set(IO, CONTACT, OPEN)
        await day.wait(110)
        assert day.now("spd") == "down contact_fault"


async def test_a_fault_that_only_late_looks_have_seen_stays_one(world: "World") -> None:
    """A collector delivers what it saw while its way here was cut: the contact opened, and was back by itself."""
    async with world.day() as day:
        await day.wait(110)
        (key,) = day.daemon.plan.topology.subjects["spd"].facts
        world.wire.snmp.agents.pop(IO)
        start = day.clock.now()
        await day.wait(600)
        values = {True: ("as_expected", "1"), False: ("not_as_expected", "2")}
        for number, minute in enumerate(range(1, 9)):
            well = minute not in (3, 4, 5)
            fact = FactSeen("", "expected", well, *values[well])
            at = start + minute * 60 * SECOND
            look = Observation("collector", at, 1, key.check, at, SECOND, (fact,))
            await day.bus.publish(Batch(10_000 + number, (look,)))
        await day.wait(30)
        world.wire.answer(IO)
        await day.wait(130)
        assert day.now("spd") == "down contact_latched"


async def moved(day: "Day", address: str | None) -> None:
    """The input device gets this address in the inventory, or none, and the daemon reads that."""

    def write() -> None:
        before = day.daemon.inventory.of("device")["inputs"]
        change = Change("device", "inputs", None, before, replace(before, address=address))
        with Session(day.store.engine) as session, session.begin():
            apply(session, [change], author="test", at=day.clock.now(), source="test")

    await day.writer.run(write)
    assert (await day.daemon.reload(dry_run=False)).applied


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_failed_protector_stays_so_though_it_was_not_to_be_looked_at_for_a_while(
    make_world: "type[World]", database_url: str
) -> None:
    """Its input device lost its address by mistake: what was known of the fault is read again, after a restart too."""
    world = make_world(database_url)
    world.plant()
    async with world.day() as day:
        await day.wait(110)
        world.wire.set(IO, CONTACT, OPEN)
        await day.wait(110)
        assert day.now("spd") == "down contact_fault"
        await moved(day, None)
        world.wire.set(IO, CONTACT, CLOSED)
        await day.wait(110)
        assert day.now("spd") == "unknown not_monitored"
        await moved(day, IO)
        await day.wait(130)
        assert day.now("spd") == "down contact_latched"
        await moved(day, None)
        await day.wait(30)
    async with world.day() as day:
        await day.wait(60)
        await moved(day, IO)
        await day.wait(130)
        assert day.now("spd") == "down contact_latched"
