"""What failed and what only hangs from it, told of the whole daemon: nothing is down on older evidence."""

import itertools
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session

from inventory.apply import apply
from inventory.changes import Change
from netwatch.bus.contract import Command, Hasten
from netwatch.check import Batch, FactSeen, Observation
from netwatch.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from conftest import Day, World

pytestmark = pytest.mark.anyio
COMMUNE = ("10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5", "10.1.0.6")
BEHIND = ("main", "backup", "router", "switch", "codec")


async def watch(day: "Day", seconds: int, *subjects: str) -> dict[str, list[str]]:
    """Let time pass; what each was told to be meanwhile, every change once."""
    told: dict[str, list[str]] = {subject: [day.now(subject)] for subject in subjects}
    for _ in range(seconds):
        await day.wait(1)
        for subject in subjects:
            if day.now(subject) != told[subject][-1]:
                told[subject].append(day.now(subject))
    return told


def stored(day: "Day", subject: str) -> str:
    """The newest stored verdict, in the words of `Day.now`."""
    verdict = day.rows(subject)[-1].verdict
    return " ".join(filter(None, (verdict.kind, verdict.reason, verdict.cause)))


def ever(day: "Day", subject: str) -> set[str]:
    """All kinds of verdict that were ever stored of a subject, superseded ones too."""
    return {str(row.verdict.kind) for row in day.store.versions(subject, 0, 2**62)}


def whole(day: "Day", subject: str) -> bool:
    rows = day.rows(subject)
    return rows[-1].end is None and all(one.end == two.start for one, two in itertools.pairwise(rows))


async def seldom(day: "Day", seconds: float = 600.0) -> None:
    """From now on core devices are looked at only every ten minutes."""
    day.daemon._overrides = (*day.daemon._overrides, f"intervals.core={seconds}")
    assert (await day.daemon.reload(dry_run=False)).applied


@asynccontextmanager
async def unasked(day: "Day", target: str) -> "AsyncIterator[None]":
    """Nobody can have this target looked at out of turn."""
    spared = {check.id for check in day.daemon.plan.checks.values() if check.target == target}
    command = day.bus.command

    async def deaf(wish: Command) -> None:
        if isinstance(wish, Hasten):
            wish = replace(wish, checks=tuple(id_ for id_ in wish.checks if id_ not in spared))
        await command(wish)

    day.bus.command = deaf  # type: ignore[method-assign, assignment]
    yield
    day.bus.command = command  # type: ignore[method-assign]
    await command(Hasten(tuple(spared)))


async def test_what_hangs_from_a_dead_core_is_never_down_at_whatever_moment_of_the_round_it_dies(
    world: "World",
) -> None:
    async with world.day() as day:
        await day.wait(180)
        for shift in (0, 17):
            await day.wait(shift)
            before = {id_: day.clock.now() for id_ in BEHIND}
            world.wire.silence("10.0.0.1", *COMMUNE)
            told = await watch(day, 61, *BEHIND[:3])
            assert all(
                "unreachable upstream core" in those and not any(one.startswith("down") for one in those)
                for those in told.values()
            )
            assert all(0 <= day.rows(id_)[-1].start - before[id_] <= 30 * SECOND for id_ in BEHIND[:3])
            world.wire.answer("10.0.0.1", *COMMUNE)
            told = await watch(day, 61, *BEHIND)
            assert not [one for those in told.values() for one in those if one.startswith("down")]
            await day.wait(60)
            assert {day.now(id_).split()[0] for id_ in BEHIND} == {"up"}
        assert all("down" not in ever(day, id_) and whole(day, id_) for id_ in BEHIND)


async def test_what_stays_dead_when_its_parent_is_back_is_down_only_once_it_was_looked_at_again(
    world: "World",
) -> None:
    async with world.day() as day:
        await day.wait(180)
        world.wire.silence("10.0.0.1", *COMMUNE)
        await day.wait(150)
        assert {day.now(id_) for id_ in BEHIND} == {"unreachable upstream core"}
        world.wire.answer("10.0.0.1", *COMMUNE[:3])
        told = await watch(day, 100, *BEHIND)
        assert told["router"][-1] == "up answers"
        assert [one.split()[0] for one in told["switch"]] == ["unreachable", "down"]
        assert told["codec"] == ["unreachable upstream core", "unreachable upstream switch"]
        assert day.rows("switch")[-1].start >= day.rows("router")[-1].start
        assert "down" not in ever(day, "codec") | ever(day, "main") | ever(day, "router")
        assert all(whole(day, id_) for id_ in BEHIND)


async def test_a_child_whose_parent_works_is_down_at_once_since_the_parent_is_looked_at_out_of_turn(
    world: "World",
) -> None:
    async with world.day() as day:
        await day.wait(180)
        await seldom(day)
        looks = world.wire.icmp.asked.count("10.0.0.1")
        world.wire.silence("10.1.0.1")
        await day.wait(52)
        assert day.now("main") == "down witness_fails"
        assert day.rows("main")[-1].verdict.kind == "down"
        assert world.wire.icmp.asked.count("10.0.0.1") == looks + 1
        assert not day.daemon.recording.judging.held


async def test_past_the_deadline_a_held_line_is_unknown_until_its_parent_was_looked_at(
    world: "World",
) -> None:
    async with world.day() as day:
        await day.wait(180)
        await seldom(day)
        async with unasked(day, "core"):
            world.wire.silence("10.1.0.1")
            await day.wait(52)
            (hold,) = day.daemon.recording.judging.held.values()
            assert day.now("main") == stored(day, "main") == "up witness_good"
            assert day.now("commune") == "up lines_up"
            await day.wait(65)
            assert day.now("main") == stored(day, "main") == "unknown parent_undecided core"
            assert day.rows("main")[-1].start == hold.onset
        await day.wait(5)
        assert day.now("main") == stored(day, "main") == "down witness_fails"
        assert day.now("commune") == stored(day, "commune") == "degraded backup_only main"
        assert day.rows("main")[-1].start == day.rows("commune")[-1].start == hold.onset
        assert not day.daemon.recording.judging.held
        assert day.store.fact_rows(day.store.cursor(), 10) == []


async def test_a_kill_while_a_failure_is_held_loses_none_of_it(world: "World") -> None:
    async with world.day(orderly=False) as day:
        await day.wait(180)
        await seldom(day)
        async with unasked(day, "core"):
            world.wire.silence("10.1.0.1")
            await day.wait(60)
            (hold,) = day.daemon.recording.judging.held.values()
            assert day.store.fact_rows(day.store.cursor(), 10)
            killed = day.clock.now()
    async with world.day() as day:
        await day.wait(60)
        assert whole(day, "main")
        told = [(row.start, row.verdict.reason) for row in day.rows("main") if row.start >= hold.onset]
        assert [reason for _, reason in told] == ["parent_undecided", "stopped", "witness_fails"]
        assert told[0][0] == hold.onset
        assert killed - 6 * SECOND <= told[1][0] <= killed
        assert day.store.fact_rows(day.store.cursor(), 10) == []


async def test_late_looks_wait_while_a_failure_is_held_and_are_told_afterwards(world: "World") -> None:
    async with world.day(orderly=False) as day:
        await day.wait(180)
        start = day.clock.now()
    world.clock.move_to(start + 600 * SECOND)
    async with world.day() as day:
        await day.wait(120)
        await seldom(day)
        async with unasked(day, "core"):
            world.wire.silence("10.1.0.1")
            await day.wait(52)
            assert day.daemon.recording.judging.held
            await day.bus.publish(Batch(10_000, late_looks(day, start, start + 600 * SECOND)))
            await day.wait(10)
            assert day.bus.depth
            assert stopped(day) > 500 * SECOND
        await day.wait(10)
        assert day.now("main") == "down witness_fails"
        assert not day.bus.depth
        assert stopped(day) < 60 * SECOND


def late_looks(day: "Day", start: int, end: int) -> tuple[Observation, ...]:
    """The switch answered all the time."""
    (id_,) = [check.id for check in day.daemon.plan.checks.values() if check.target == "switch"]
    fact = FactSeen("", "reachable", True, "answered", "5 of 5")
    return tuple(
        Observation("collector", at, 1, id_, at, SECOND, (fact,)) for at in range(start, end, 30 * SECOND)
    )


def stopped(day: "Day") -> int:
    """For how long the switch is unknown for want of a daemon."""
    rows = [row for row in day.rows("switch") if row.verdict.reason == "stopped"]
    return sum((row.end or day.clock.now()) - row.start for row in rows)


async def test_an_uplink_added_to_a_dead_device_explains_it_and_one_that_works_does_not(
    world: "World",
) -> None:
    async with world.day() as day:
        await day.wait(180)
        await hang(day, "switch", ())
        world.wire.silence("10.1.0.1", "10.1.0.4")
        await day.wait(180)
        assert day.now("switch") == "down no_answer"
        await hang(day, "switch", ("main",))
        await day.wait(5)
        assert day.now("switch") == stored(day, "switch") == "unreachable upstream main"
        await hang(day, "switch", ("main", "router"))
        told = await watch(day, 65, "switch")
        assert told["switch"][-1] == stored(day, "switch") == "down no_answer"
        assert whole(day, "switch")


async def hang(day: "Day", device: str, uplinks: Sequence[str]) -> None:
    """Change what a device hangs from."""
    old = day.daemon.inventory.of("device")[device]
    change = Change("device", device, None, old, replace(old, uplinks=tuple(uplinks)))
    with Session(day.store.engine) as session, session.begin():
        apply(session, [change], author="test", at=day.clock.now(), source="test")
    assert (await day.daemon.reload(dry_run=False)).applied
