"""What someone can do who may send datagrams under any address, but does not see ours: guess, blame, flood."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from itertools import pairwise
from socket import AF_INET

import pytest

from probes.contract import Target
from probes.secret import Secret
from probes.transports.errors import BadAnswer, CredentialsFault, TransportError
from probes.transports.moved import MovedLoop
from probes.transports.snmp.ber import tlv
from probes.transports.snmp.channel import MOST_UNREAD, READ_AT_ONCE_BYTES, Channel
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp
from probes.transports.snmp.scripted import Request, Script, ScriptedAgent, agent_in_loop, response
from probes.transports.sockets import receive_buffer

pytestmark = pytest.mark.anyio

NAME = "1.3.6.1.2.1.1.5.0"
AUTHORIZATION_ERROR = 16
SMALLEST, LARGEST = 1 << 24, (1 << 31) - 1

Scene = Callable[[SnmpEngine, ScriptedAgent, MovedLoop], Awaitable[None]]


class Nobody:
    """Whoever asked here wants nothing."""

    address = ("127.79.12.9", 161)

    def received(self, data: bytes, version: int, rest: int) -> None:
        """Take it."""

    def failed(self, error: TransportError) -> None:
        """Take it."""


def play(script: Script, scene: Scene) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, MovedLoop)
        find = {"c": Secret("snmp_v2c", {"community": "public"})}.__getitem__
        with open_snmp(SnmpOptions(), find) as snmp, agent_in_loop("127.79.12.1", script) as agent:
            await scene(snmp, agent, loop)

    with asyncio.Runner(loop_factory=MovedLoop) as runner:
        runner.run(run())


def target(agent: ScriptedAgent) -> Target:
    return Target("t", agent.address, snmp_port=agent.port, credentials=("c",))


def here(request: Request) -> Sequence[bytes]:
    return [response(request.request_id, [(oid, tlv(4, b"here")) for oid in request.oids])]


async def test_the_next_number_cannot_be_told_from_those_seen() -> None:
    """Whoever is asked sees the numbers of its own requests, and must not know those of others' by them."""
    with closing(Channel(AF_INET, 65_536)) as channel:
        numbers = [channel.next_number() for _ in range(4000)]
    assert all(SMALLEST <= number <= LARGEST for number in numbers)
    steps = {after - before for before, after in pairwise(numbers)}
    assert len(steps) > 3990
    assert max(numbers) - min(numbers) > 1 << 30


async def test_a_number_under_way_is_not_given_again() -> None:
    """Not even by chance."""
    with closing(Channel(AF_INET, 65_536)) as channel:
        drawn = [5 + SMALLEST, 7, 9 + SMALLEST, 9 + SMALLEST]
        channel.draw = lambda: [drawn.pop()]
        first = channel.next_number()
        channel.send(Nobody(), first, b"", 0.0, 1.0)
        assert (first, channel.next_number()) == (9 + SMALLEST, 5 + SMALLEST)


def test_one_word_of_refusal_does_not_silence_us() -> None:
    """It may be forged: the next look asks again, and an answer makes it forgotten; the second in a row counts."""
    refusals = {2, 4, 5}

    def behave(request: Request) -> Sequence[bytes]:
        if request.number in refusals:
            return [response(request.request_id, [], AUTHORIZATION_ERROR)]
        return here(request)

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent, _: MovedLoop) -> None:
        told = []
        for _look in range(8):
            try:
                await snmp.get(target(agent), [NAME])
            except CredentialsFault:
                told.append("refused")
            else:
                told.append("here")
        assert told == ["here", "refused", "here", *["refused"] * 5]
        assert len(agent.requests) == 5
        assert snmp.counts()["snmp_spared"] == 3

    play(behave, scene)


def test_an_agent_that_answers_in_garbage_is_not_read_for_ever() -> None:
    """Each unreadable answer with the right number costs up to milliseconds: after some the request has failed."""

    def behave(request: Request) -> Sequence[bytes]:
        spoilt = response(request.request_id, [(request.oids[0], b"\x05\x00")])[:-1] + b"\x01"
        return [spoilt] * (MOST_UNREAD + 5)

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent, loop: MovedLoop) -> None:
        before = loop.now
        with pytest.raises(BadAnswer):
            await snmp.get(target(agent), [NAME])
        assert loop.now - before < 1.0
        assert len(agent.requests) == 1

    play(behave, scene)


async def test_large_datagrams_leave_turns_to_others() -> None:
    """As many bytes are read in a turn as take some milliseconds, however few datagrams that are."""
    with closing(Channel(AF_INET, 8 << 20)) as channel, closing(Channel(AF_INET, 8 << 20)) as sender:
        if receive_buffer(channel.socket) < 2 << 20:
            pytest.skip("the receive buffer cannot be made large enough without CAP_NET_ADMIN")
        channel.socket.bind(("127.0.0.1", 0))
        for _ in range(12):
            sender.socket.sendto(b"\x30" * 60_000, channel.socket.getsockname())
        read = [0]
        while read[-1] < 12:
            await asyncio.sleep(0)
            read.append(channel.strays.garbage)
    assert max(after - before for before, after in pairwise(read)) <= READ_AT_ONCE_BYTES // 60_000 + 1
