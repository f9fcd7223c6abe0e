"""Answers are gathered at ticks where many looks share them, and read at once where nobody gains by waiting."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.contract import Target
from probes.secret import Secret
from probes.transports.errors import Silent
from probes.transports.moved import MovedLoop
from probes.transports.snmp.ber import tlv
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp
from probes.transports.snmp.contract import question
from probes.transports.snmp.gathering import TICK, Gathering, next_tick
from probes.transports.snmp.scripted import Request, ScriptedAgent, agent_in_loop, response

NAME = "1.3.6.1.2.1.1.5.0"
SECRET = Secret("snmp_v2c", {"community": "public"})
# More than fit into one request, so that a look is a sequence.
COUNTERS = question(tuple(f"1.3.6.1.2.1.2.2.1.10.{port}" for port in range(1, 300)))
ROUND_TRIP = 0.002


def answer(request: Request) -> Sequence[bytes]:
    return [response(request.request_id, [(oid, tlv(0x41, b"\x07")) for oid in request.oids])]


def target(agent: ScriptedAgent) -> Target:
    return Target(agent.address, agent.address, snmp_port=agent.port, credentials=("one",))


def run(scene: Callable[[MovedLoop, SnmpEngine, ExitStack], Awaitable[None]]) -> None:
    """Play a scene in an event loop whose time is moved."""

    async def play() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, MovedLoop)
        with ExitStack() as stack:
            await scene(loop, stack.enter_context(open_snmp(SnmpOptions(), lambda _: SECRET)), stack)

    with asyncio.Runner(loop_factory=MovedLoop) as runner:
        runner.run(play())


async def look(loop: MovedLoop, snmp: SnmpEngine, agent: ScriptedAgent) -> float:
    """Ask for all counters; how long that took."""
    began = loop.time()
    values = await snmp.ask(target(agent), COUNTERS)
    assert not values.cut
    assert list(values.contents) == [7] * len(COUNTERS.oids)
    return loop.time() - began


async def spread(
    loop: MovedLoop, snmp: SnmpEngine, agents: Sequence[ScriptedAgent], looks: int
) -> list[float]:
    """So many looks, a hundred a second, at the agents in turn."""
    asked = []
    for number in range(looks):
        asked.append(asyncio.ensure_future(look(loop, snmp, agents[number % len(agents)])))
        await loop.passes(0.01)
    return list(await asyncio.gather(*asked))


def gathers(took: float, portions: int) -> bool:
    """Whether each portion of a look waited for a tick."""
    return (portions - 1) * TICK <= took <= (portions + 1) * TICK


def test_looks_that_are_spread_over_time_are_gathered_and_others_are_not() -> None:
    """Many looks a second wait for ticks after a moment; after they have ended one look is answered at once again."""

    async def scene(loop: MovedLoop, snmp: SnmpEngine, stack: ExitStack) -> None:
        agents = [
            stack.enter_context(agent_in_loop(f"127.81.1.{number}", answer, delay=ROUND_TRIP))
            for number in range(1, 31)
        ]
        took = await spread(loop, snmp, agents, 210)
        portions = len(agents[0].requests) // 7
        assert took[0] == pytest.approx(portions * ROUND_TRIP)
        assert all(gathers(each, portions) for each in took[-50:])
        await loop.passes(3.0)
        assert await look(loop, snmp, agents[0]) == pytest.approx(portions * ROUND_TRIP)

    run(scene)


def test_a_lone_sequence_is_hardly_ever_made_to_wait() -> None:
    """A device that is asked again and again, nobody else: it waits for ticks for half a second in ten at most."""

    async def scene(loop: MovedLoop, snmp: SnmpEngine, stack: ExitStack) -> None:
        agent = stack.enter_context(agent_in_loop("127.81.2.1", answer, delay=ROUND_TRIP))
        began, took = loop.time(), []
        while loop.time() < began + 11.0:
            took.append(await look(loop, snmp, agent))
        slow = sum(each for each in took if each > min(took) * 1.5)
        assert slow < 0.15 * sum(took)

    run(scene)


def test_silence_and_round_trips_are_told_as_ever_while_answers_are_gathered() -> None:
    """A time-out is a time-out, and a device first seen meanwhile is found to be as near as it is."""

    async def scene(loop: MovedLoop, snmp: SnmpEngine, stack: ExitStack) -> None:
        agents = [
            stack.enter_context(agent_in_loop(f"127.81.3.{number}", answer, delay=ROUND_TRIP))
            for number in range(1, 31)
        ]
        silent = stack.enter_context(agent_in_loop("127.81.3.40", lambda _: []))
        others = asyncio.ensure_future(spread(loop, snmp, agents, 800))
        await loop.passes(2.0)
        began = loop.time()
        with pytest.raises(Silent):
            await snmp.get(target(silent), [NAME])
        assert 6.0 <= loop.time() - began <= 6.3
        await others
        assert snmp.counts()["snmp_timeouts"] == 3

    run(scene)


@given(st.integers(0, 2**32), st.floats(1.0, 1e9))
def test_gathering_ends_where_it_finds_too_little(seed: int, now: float) -> None:
    """Whatever went before, seconds in which a tick finds hardly anything end it."""
    noise, gathering, turns, answers = Random(seed), Gathering(now), 0, 0
    for _ in range(100):
        now += noise.uniform(0.05, 1.0)
        turns += noise.randrange(300)
        answers += noise.randrange(20_000)
        gathering.judge(now, turns, answers)
    gathering.judge(now + 1.0, turns + 100, answers + 100)
    gathering.judge(now + 2.0, turns + 200, answers + 200)
    assert not gathering.on


def test_gathering_that_did_not_pay_is_not_tried_again_soon() -> None:
    """Turn after turn for single answers begin it, too few answers end it, and then it is left for ten seconds."""
    gathering, on = Gathering(0.0), []
    for second, answers in enumerate((1000, 1100, 2100, 3100), 1):
        gathering.judge(float(second), answers, answers)
        on.append(gathering.on)
    gathering.judge(13.0, 13_000, 13_000)
    assert (*on, gathering.on) == (True, False, False, False, True)


def test_many_answers_a_turn_need_no_gathering() -> None:
    """Where turns find plenty already, waiting would only cost time."""
    gathering = Gathering(0.0)
    gathering.judge(1.0, 1000, 20_000)
    assert not gathering.on


@given(st.floats(0.0, 1e9))
def test_the_next_tick_comes_within_one_tick(now: float) -> None:
    """It is later than now, and not by more than a tick."""
    assert now < next_tick(now) <= now + TICK * 1.001
