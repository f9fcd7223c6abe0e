"""Looks around a transition are kept for ever, packed; those of quiet times are not."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.check import Check, FactKey, FactSeen, Observation
from netwatch.clock import MINUTE, SECOND, ManualClock
from netwatch.plan import Plan
from netwatch.present import Judged
from netwatch.sampling.look_keeping import LookKeeper, looks_around
from netwatch.sampling.looks import MOST_WAITING, QUARTER, Memory, told
from netwatch.sampling.sampler import ECHO, Sampler
from netwatch.state import Transition
from netwatch.store.look_sql import LookBlock

pytestmark = pytest.mark.anyio

LINE = "L-1"
BEGIN = 1_000 * QUARTER
STEP = 30 * SECOND


def seen(at: int, holds: bool | None = True, rtt: float | None = 0.02, check: str = "c") -> Observation:
    """A burst of echoes."""
    facts = (FactSeen("", "path", holds, "answers" if holds else "no_answer"),)
    loss = ("", "icmp_loss_ratio", 0.0 if holds else 1.0)
    samples = (loss, *((("", "icmp_rtt_seconds", rtt),) if rtt is not None else ()))
    return Observation("local", 1, 1, check, at, 0, facts, samples=samples)


def note(memory: Memory, start: int, end: int, holds: bool | None = True, step: int = STEP) -> None:
    """Looks at a steady pace."""
    for at in range(start, end, step):
        memory.add(LINE, seen(at, holds), 0.02 if holds else None, 0.0 if holds else 1.0)


class Kept:
    """A keeper on a database, its memory and its clock."""

    def __init__(self, ways: Any, now: int) -> None:  # noqa: ANN401 - the fixture's
        self.ways, self.clock, self.memory = ways, ManualClock(now), Memory()
        self.keeper = LookKeeper(self.memory, ways, self.clock)

    async def until(self, now: int) -> bool:
        """The next minute's writing."""
        self.clock.move_to(now)
        return await self.keeper.flush()


@pytest.fixture
def begin(ways: Any) -> Callable[[int], Kept]:  # noqa: ANN401 - the fixture's
    """Start at a moment on that database; again and again, as after a crash."""
    return lambda now: Kept(ways, now)


async def test_fifteen_minutes_before_and_after_a_transition_are_kept(begin: Callable[[int], Kept]) -> None:
    """Every look with its moment, what it said and its numbers; of the quiet hours around it nothing."""
    kept, cut = begin(BEGIN), BEGIN + 8 * QUARTER + 100 * SECOND
    end = BEGIN + 14 * QUARTER
    for now in range(BEGIN, end, MINUTE):
        note(kept.memory, now, now + MINUTE, None if now < cut - 10 * MINUTE else now < cut)
        if now // MINUTE == (cut + 2 * MINUTE) // MINUTE:
            kept.memory.turned(LINE, cut)
        assert await kept.until(now + MINUTE)
    looks = looks_around(kept.ways.engine, LINE, cut, cut)
    assert [look.at for look in looks] == [
        at for at in range(BEGIN, end, STEP) if cut - QUARTER <= at <= cut + QUARTER
    ]
    assert {look.holds for look in looks} == {None, True, False}
    assert {(look.rtt, look.loss) for look in looks if look.holds is False} == {(None, 1.0)}
    rtt = next(look.rtt for look in looks if look.holds)
    assert rtt is not None
    assert 0.02 * 0.9997 < rtt <= 0.02
    assert looks_around(kept.ways.engine, LINE, BEGIN, BEGIN) == ()
    assert looks_around(kept.ways.engine, LINE, end, end) == ()
    assert len(kept.memory) <= 6


async def test_a_crash_loses_no_look_that_was_there_when_it_turned(begin: Callable[[int], Kept]) -> None:
    """What was marked is written within the minute, and a new run goes on in the same quarter."""
    kept, cut = begin(BEGIN), BEGIN + QUARTER + 5 * MINUTE
    note(kept.memory, BEGIN, cut)
    kept.memory.turned(LINE, cut)
    assert await kept.until(cut)
    again = begin(cut + MINUTE)
    again.keeper.restore(again.ways.engine, [LINE, "other"], again.clock.now())
    note(again.memory, cut + MINUTE, cut + QUARTER, False)
    assert await again.until(cut + 2 * QUARTER)
    times = [look.at for look in looks_around(again.ways.engine, LINE, cut, cut)]
    assert times == [*range(cut - QUARTER, cut, STEP), *range(cut + MINUTE, cut + QUARTER, STEP)]


async def test_what_the_database_does_not_take_waits(begin: Callable[[int], Kept]) -> None:
    """For hours; the looks are those that were there."""
    kept = begin(BEGIN)
    note(kept.memory, BEGIN, BEGIN + QUARTER)
    kept.memory.turned(LINE, BEGIN + 5 * MINUTE)
    kept.ways.broken = True
    for hours in (1, 3, 9):
        assert not await kept.until(BEGIN + hours * 4 * QUARTER)
    kept.ways.broken = False
    assert await kept.until(BEGIN + 40 * QUARTER)
    assert len(looks_around(kept.ways.engine, LINE, BEGIN, BEGIN + QUARTER)) == 30
    await kept.until(BEGIN + 41 * QUARTER)
    assert not len(kept.memory)
    assert MOST_WAITING > 1000


def test_echoes_of_lines_are_taken_and_their_transitions_noted(province_plan: Plan) -> None:
    """Also those that could not tell; transitions of other checks concern no look."""
    live: dict[str, Judged] = {}
    sampler = Sampler(live)
    sampler.adopt(province_plan.topology, province_plan.checks)
    lines = {id_ for id_, one in province_plan.topology.subjects.items() if one.kind == "line"}
    echo: Check = next(
        one for one in province_plan.checks.values() if one.kind == ECHO and one.target in lines
    )
    for at in range(BEGIN, BEGIN + 3 * STEP, STEP):
        sampler.take(seen(at, check=echo.id))
    for check in ("nobody", echo.id):
        key = FactKey(check, "", "path")
        sampler.turned([Transition(key, True, False, BEGIN, BEGIN - STEP, BEGIN + STEP, "no_answer")])
    (block,) = sampler.looks.take(BEGIN + MINUTE)
    assert (block.subject, block.start) == (echo.target, BEGIN)
    assert [look.holds for look in told(block)] == [True, True, True]
    sampler.adopt(Plan().topology, {})
    sampler.take(seen(BEGIN + 4 * STEP, check=echo.id))
    assert [len(list(told(one))) for one in sampler.looks.take(BEGIN + QUARTER)] == [3]


@given(st.binary(max_size=200))
def test_a_block_that_cannot_be_read_tells_nothing(content: bytes) -> None:
    """Whatever stands in the database, reading goes on."""
    assert all(look.at >= 0 for look in told(LookBlock(LINE, 0, content)))


def test_the_looks_of_a_transition_take_little_room() -> None:
    """Echoes every 30 s, round trips that are never alike: under 650 bytes for a quarter of an hour of one line."""
    memory = Memory()
    for place in range(30):
        at = BEGIN + place * STEP + place * 7_123
        memory.add(LINE, seen(at), 0.02 * (1 + (place * 2_654_435_761 % 997) / 997), place % 5 * 0.2)
    memory.turned(LINE, BEGIN + 5 * MINUTE)
    (block,) = memory.take(BEGIN + MINUTE)
    assert len(block.content) < 260
