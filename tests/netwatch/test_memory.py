"""What stays is put aside when a plan comes into force, and again once everything has been looked at."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import suppress

import pytest

from netwatch.check import Check
from netwatch.clock import MINUTE, ManualClock
from netwatch.memory import keep_to_the_end, look_after_memory
from netwatch.plan import Plan

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """The garbage collector as the other tests know it."""
    thresholds = gc.get_threshold()
    gc.unfreeze()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


async def _move(clock: ManualClock, minutes: int) -> int:
    for minute in range(minutes + 1):
        clock.move_to(clock.now() + (MINUTE if minute else 0))
        for _ in range(5):
            await asyncio.sleep(0)
    return gc.get_freeze_count()


def test_what_a_command_keeps_is_not_looked_through_at_its_end() -> None:
    """All of it is put aside, and still freed when it is dropped."""
    kept = [[number] for number in range(1000)]
    keep_to_the_end()
    before = gc.get_freeze_count()
    assert before > 1000
    kept.clear()
    assert gc.get_freeze_count() <= before - 1000


async def test_what_stays_is_put_aside_at_each_plan_and_once_it_has_settled() -> None:
    """Twice a plan, however long it stays."""
    clock = ManualClock()
    checks = {"a": Check("a", "a", "icmp_echo", "", "a", "127.0.0.1", 3 * MINUTE, MINUTE, MINUTE)}
    plans = [Plan(1, checks=checks)]
    task = asyncio.create_task(look_after_memory(lambda: plans[-1], clock))
    at_once = await _move(clock, 0)
    assert at_once > 0
    kept = [[number] for number in range(1000)]
    # What of it is dropped by its last reader is gone at once, put aside or not.
    assert abs(await _move(clock, 5) - at_once) < 100
    settled = await _move(clock, 1)
    assert settled > at_once + 900
    plans.append(Plan(2, checks=checks))
    more = [[number] for number in range(1000)]
    assert await _move(clock, 1) > settled + 900
    assert len(kept) == len(more)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
