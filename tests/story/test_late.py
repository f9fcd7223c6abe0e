"""Looks that a collector delivers an hour late, on both databases, with the clock moved by hand."""

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from netwatch.check import Batch, Check, FactKey, FactSeen, Observation
from netwatch.clock import HOUR, MINUTE, SECOND
from netwatch.store.contract import FactRow, StoreFault, VerdictRow
from netwatch.store.tables import fact_interval
from netwatch.verdict import Kind

if TYPE_CHECKING:
    from conftest import Day, World

pytestmark = pytest.mark.anyio
UP, DOWN, UNKNOWN = Kind.UP, Kind.DOWN, Kind.UNKNOWN


def echo(day: "Day", target: str) -> Check:
    """The check whose echoes tell of a target."""
    return next(
        check
        for check in day.daemon.plan.checks.values()
        if check.target == target and check.kind == "icmp_echo"
    )


def looks(check: Check, start: int, end: int, outage: tuple[int, int]) -> Iterable[Observation]:
    """What a collector saw of a target every 30 s from `start` to `end`: all well but for an outage."""
    for at in range(start, end, 30 * SECOND):
        well = not outage[0] <= at < outage[1]
        fact = FactSeen(
            "", "reachable", well, "answered" if well else "no_answer", "5 of 5" if well else "0 of 5"
        )
        yield Observation("collector", at, 1, check.id, at, SECOND, (fact,))


def seen(day: "Day", start: int, end: int, main_outage: tuple[int, int]) -> list[Observation]:
    """The same of everything the commune's site is judged by, in order of time."""
    nothing = (end, end)
    targets = {"core": nothing, "main": main_outage, "backup": nothing, "router": nothing}
    told = [one for id_, out in targets.items() for one in looks(echo(day, id_), start, end, out)]
    return sorted(told, key=lambda one: one.at)


async def deliver(day: "Day", observations: Sequence[Observation], size: int = 100) -> None:
    """Publish as a collector does: batches in order, each acknowledged once it is stored."""
    for number, first in enumerate(range(0, len(observations), size)):
        await day.bus.publish(Batch(10_000 + number, tuple(observations[first : first + size])))
    await day.wait(10)
    assert day.bus.depth == 0


def everything(day: "Day") -> list[object]:
    """Every stored fact row and verdict row, superseded ones too."""
    with day.store.engine.connect() as connection:
        facts = [
            tuple(row) for row in connection.execute(select(fact_interval).order_by(fact_interval.c.sequence))
        ]
    verdicts = [row for id_ in day.daemon.plan.topology.subjects for row in day.store.versions(id_, 0, 2**62)]
    return [*facts, *verdicts]


def whole(rows: Sequence[VerdictRow | FactRow]) -> bool:
    """Whether intervals follow each other without overlap or gap, the last one open."""
    return rows[-1].end is None and all(one.end == two.start for one, two in itertools.pairwise(rows))


async def blackout(world: "World", hour: int) -> tuple[int, int]:
    """Let the daemon run well for a while, then kill it for an hour; returns (start, end) of that hour."""
    async with world.day(orderly=False) as day:
        await day.wait(300)
        start = day.clock.now()
    world.clock.move_to(start + hour)
    return start, start + hour


async def test_an_outage_seen_by_looks_an_hour_late_appears_with_its_own_bounds(world: "World") -> None:
    start, end = await blackout(world, HOUR)
    async with world.day() as day:
        await day.wait(120)
        now = {id_: day.now(id_) for id_ in day.daemon.plan.topology.subjects}
        key = FactKey(echo(day, "main").id, "", "reachable")
        before = {id_: day.rows(id_) for id_ in now}
        facts_before = day.store.fact_history(key, 0, 2**62)
        (gap,) = [row for row in before["main"] if row.verdict.reason == "stopped"]
        assert gap.end is not None
        assert (start - gap.start) / SECOND < 6
        outage = (start + 600 * SECOND, start + 1200 * SECOND)
        observations = seen(day, start, end, outage)
        await deliver(day, observations)

        facts = day.store.fact_history(key, 0, 2**62)
        assert whole(facts)
        assert [(row.start, row.end) for row in facts if row.transition.holds is False] == [outage]
        assert [row for row in facts if row in facts_before] == [
            row for row in facts_before if row.transition.holds is not None
        ]
        line = day.rows("main")
        assert whole(line)
        assert [(row.start, row.end, row.verdict.reason) for row in line if row.verdict.kind is DOWN] == [
            (*outage, "witness_fails")
        ]
        site = day.rows("commune")
        assert whole(site)
        assert [
            (row.start, row.end, row.verdict.reason, row.verdict.cause)
            for row in site
            if row.verdict.kind is Kind.DEGRADED and row.start < end
        ] == [(*outage, "backup_only", "main")]
        assert not [row for row in site if row.verdict.kind is UNKNOWN and start < row.start < end]
        for id_ in ("main", "commune"):
            versions = day.store.versions(id_, start, end)
            assert [row.verdict.reason for row in versions if row.superseded_by] == ["stopped"]
        assert {id_: day.now(id_) for id_ in now} == now
        assert day.rows("switch") == before["switch"]

        stored = everything(day)
        await deliver(day, observations)
        assert everything(day) == stored


async def test_what_was_told_late_survives_a_restart_and_what_comes_after_goes_on_from_it(
    world: "World",
) -> None:
    start, end = await blackout(world, HOUR)
    async with world.day(orderly=False) as day:
        await day.wait(120)
        await deliver(day, seen(day, start, end, (start + 600 * SECOND, start + 1200 * SECOND)))
        stored = everything(day)
        assert day.store.fact_rows(day.store.cursor(), 10) == []
    async with world.day() as day:
        await day.wait(120)
        assert day.now("main") == "up witness_good"
        told = {row for row in stored if isinstance(row, VerdictRow) and (row.end or row.superseded_by)}
        assert told <= set(everything(day))
        world.wire.silence("10.1.0.1")
        await day.wait(90)
        assert day.now("commune") == "degraded backup_only main"
        assert [row.verdict.kind for row in day.rows("main")].count(DOWN) == 2
        assert all(whole(day.rows(id_)) for id_ in day.daemon.plan.topology.subjects)


async def test_looks_that_come_in_pieces_tell_the_same(world: "World") -> None:
    start, end = await blackout(world, HOUR)
    async with world.day() as day:
        await day.wait(120)
        outage = (start + 600 * SECOND, start + 1200 * SECOND)
        observations = seen(day, start, end, outage)
        for first in range(0, len(observations), 60):
            await deliver(day, observations[first : first + 60])
        assert [(row.start, row.end) for row in day.rows("main") if row.verdict.kind is DOWN] == [outage]
        site = [row for row in day.rows("commune") if row.verdict.kind is Kind.DEGRADED and row.start < end]
        assert [(row.start, row.end) for row in site] == [outage]
        assert all(whole(day.rows(id_)) for id_ in day.daemon.plan.topology.subjects)


async def test_while_the_gap_is_still_open_it_is_filled_up_to_the_present_and_looks_go_on(
    world: "World",
) -> None:
    start, end = await blackout(world, HOUR)
    async with world.day() as day:
        await day.wait(0)
        assert day.now("main") == "unknown stopped"
        outage = (start + 600 * SECOND, start + 1200 * SECOND)
        await day.bus.publish(Batch(20_000, tuple(seen(day, start, end, outage))))
        await day.wait(0)
        assert day.bus.depth == 0
        assert day.now("main") == "unknown stopped"
        assert [(row.start, row.end) for row in day.rows("main") if row.verdict.kind is DOWN] == [outage]
        await day.wait(120)
        assert day.now("main") == "up witness_good"
        assert day.now("commune") == "up lines_up"
        assert all(whole(day.rows(id_)) for id_ in day.daemon.plan.topology.subjects)
        unknown = sum(
            (row.end or 0) - row.start for row in day.rows("main")[1:] if row.verdict.kind is UNKNOWN
        )
        assert unknown < MINUTE


async def test_a_collector_that_could_not_see_tells_of_no_outage(world: "World") -> None:
    start, end = await blackout(world, HOUR)
    async with world.day() as day:
        await day.wait(120)
        blind = (start + 600 * SECOND, start + 1200 * SECOND)
        anchors = [day.daemon.plan.checks[id_] for id_ in day.daemon.plan.anchors]
        told = [one for check in (*anchors, echo(day, "main")) for one in looks(check, start, end, blind)]
        await deliver(day, sorted(told, key=lambda one: one.at))
        line = [row for row in day.rows("main") if row.start >= start]
        assert DOWN not in {row.verdict.kind for row in line}
        assert [(row.start, row.end) for row in line if row.verdict.kind is UNKNOWN][:1] == [blind]
        assert UP in {row.verdict.kind for row in line if row.start < end}


async def test_late_looks_wait_for_a_database_that_cannot_be_written(world: "World") -> None:
    start, end = await blackout(world, HOUR)
    async with world.day() as day:
        await day.wait(120)
        outage = (start + 600 * SECOND, start + 1200 * SECOND)
        observations = seen(day, start, end, outage)
        amend, refused = day.store.amend, []

        def full(*_: object) -> Sequence[VerdictRow]:
            refused.append(day.clock.now())
            raise StoreFault("full", "no space left on the device")

        day.store.amend = full  # type: ignore[method-assign]
        await day.bus.publish(Batch(20_000, tuple(observations)))
        await day.wait(10)
        assert len(refused) > 1
        assert day.bus.depth
        assert DOWN not in {row.verdict.kind for row in day.rows("main")}
        day.store.amend = amend  # type: ignore[method-assign]
        await day.wait(10)
        assert not day.bus.depth
        assert day.daemon.recording.fault is None
        assert [(row.start, row.end) for row in day.rows("main") if row.verdict.kind is DOWN] == [outage]
