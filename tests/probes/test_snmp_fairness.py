"""A few bad devices do not slow the others: counts on a moved clock, all agents in the test's own event loop."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pytest

from probes.contract import Target
from probes.secret import Secret
from probes.transports.errors import Silent
from probes.transports.moved import MovedLoop
from probes.transports.snmp.ber import tlv
from probes.transports.snmp.channel import READS_AT_ONCE
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp
from probes.transports.snmp.scripted import Request, ScriptedAgent, agent_in_loop, response

NAME = "1.3.6.1.2.1.1.5.0"
SECRET = Secret("snmp_v2c", {"community": "public"})


def run(scene: Callable[[MovedLoop], Awaitable[None]]) -> None:
    """Play a scene in an event loop whose time is moved."""

    async def play() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, MovedLoop)
        await scene(loop)

    with asyncio.Runner(loop_factory=MovedLoop) as runner:
        runner.run(play())


def answer(request: Request) -> Sequence[bytes]:
    return [response(request.request_id, [(oid, tlv(4, b"here")) for oid in request.oids])]


def target(agent: ScriptedAgent) -> Target:
    return Target(agent.address, agent.address, snmp_port=agent.port, credentials=("one",))


@contextmanager
def engine(**options: float) -> Iterator[SnmpEngine]:
    with open_snmp(SnmpOptions(**options), lambda _: SECRET) as opened:  # type: ignore[arg-type]
        yield opened


async def looks(loop: MovedLoop, snmp: SnmpEngine, agents: Sequence[ScriptedAgent]) -> list[float | None]:
    """Ask all at once; how long each took, None where it was silent."""

    async def look(agent: ScriptedAgent) -> float | None:
        began = loop.time()
        try:
            await snmp.get(target(agent), [NAME])
        except Silent:
            return None
        return loop.time() - began

    return list(await asyncio.gather(*(look(agent) for agent in agents)))


def test_hanging_and_slow_devices_delay_nobody_else() -> None:
    """1 % never answer and 1 % answer after 4 s: all others are answered before time moves at all, in every round."""

    async def scene(loop: MovedLoop) -> None:
        with ExitStack() as stack:
            start = stack.enter_context
            hanging = [start(agent_in_loop(f"127.79.1.{n}", lambda _: [])) for n in (1, 2)]
            slow = [start(agent_in_loop(f"127.79.2.{n}", answer, delay=4.0)) for n in (1, 2)]
            good = [start(agent_in_loop(f"127.79.3.{n}", answer)) for n in range(1, 197)]
            snmp = start(engine())
            for _ in range(3):
                took = await looks(loop, snmp, [*hanging, *slow, *good])
                assert took[:2] == [None, None]
                assert took[2:4] == [pytest.approx(4.0), pytest.approx(4.0)]
                assert took[4:] == [0.0] * len(good)
            assert [len(each.requests) for each in good] == [3] * len(good)
            # Three attempts a look, and no more, for those that never answer.
            assert [len(each.requests) for each in hanging] == [9, 9]

    run(scene)


def test_a_slow_device_is_waited_for_longer_once_it_is_known() -> None:
    """An answer after the time-out still counts; after that one request a look is enough."""

    async def scene(loop: MovedLoop) -> None:
        with agent_in_loop("127.79.2.9", answer, delay=4.0) as agent, engine() as snmp:
            await looks(loop, snmp, [agent])
            first = len(agent.requests)
            await looks(loop, snmp, [agent])
            assert (first, len(agent.requests) - first) == (2, 1)
            assert len({request.request_id for request in agent.requests}) == 2

    run(scene)


def test_a_flood_of_replies_is_read_in_bounded_bites_and_named() -> None:
    """Between two bites everybody else has a turn; the flood costs nobody an answer."""

    async def scene(loop: MovedLoop) -> None:
        flood = 5 * READS_AT_ONCE
        with (
            agent_in_loop("127.79.4.1", answer) as flooding,
            agent_in_loop("127.79.4.2", answer) as good,
            engine() as snmp,
        ):
            await looks(loop, snmp, [flooding, good])
            stale, where = answer(flooding.requests[0])[0], flooding.requests[0].source
            for _ in range(flood):
                flooding.socket.sendto(stale, where)
            turns, most = 0, 0
            before = snmp.counts()["snmp_late"]
            while snmp.counts()["snmp_late"] < flood:
                await asyncio.sleep(0)
                seen = snmp.counts()["snmp_late"]
                turns, most, before = turns + 1, max(most, seen - before), seen
            assert turns >= 5
            assert most <= READS_AT_ONCE
            assert await looks(loop, snmp, [good]) == [0.0]
            assert snmp.strays()[flooding.address] == flood
            assert good.address not in snmp.strays()

    run(scene)


def test_garbage_at_60_kilobytes_a_second_changes_nothing_for_others() -> None:
    """A minute of it: every look at the good device is answered with one request, and the sender is named."""

    async def scene(loop: MovedLoop) -> None:
        noise = random.Random(1)
        with (
            agent_in_loop("127.79.5.1", answer) as bad,
            agent_in_loop("127.79.5.2", answer) as good,
            engine() as snmp,
        ):
            await looks(loop, snmp, [bad, good])
            where = bad.requests[0].source

            async def babble() -> None:
                for _ in range(60 * 50):
                    bad.socket.sendto(noise.randbytes(1200), where)
                    await loop.passes(0.02)

            babbling = asyncio.ensure_future(babble())
            for _ in range(60):
                assert await looks(loop, snmp, [good]) == [0.0]
                await loop.passes(1.0)
            await babbling
            counts = snmp.counts()
            assert (counts["snmp_garbage"], counts["snmp_timeouts"]) == (3000, 0)
            assert snmp.strays()[bad.address] == 3000
            assert len(good.requests) == 61

    run(scene)


def test_senders_nobody_knows_do_not_fill_the_table() -> None:
    """Those with the most strays stay in it, however many others come."""

    async def scene(loop: MovedLoop) -> None:
        with agent_in_loop("127.79.6.1", answer) as bad, engine() as snmp:
            await looks(loop, snmp, [bad])
            where = bad.requests[0].source
            for _ in range(50):
                bad.socket.sendto(b"noise", where)
            await loop.passes(0.001)
            (channel,) = (each for each in snmp._channels.values() if each.strays)
            for number in range(5000):
                channel.strays.add_garbage(f"127.{number >> 8}.{number & 255}.1")
            counts = snmp.counts()
            assert counts["snmp_garbage"] == 5050
            assert counts["snmp_stray_senders"] <= 1024
            assert next(iter(snmp.strays())) == bad.address

    run(scene)
