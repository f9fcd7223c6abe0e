"""Credentials: which is tried when, and that an agent which refuses them is not hammered, on a moved clock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from probes.contract import Reason, Target
from probes.secret import Secret
from probes.transports.errors import CredentialsFault
from probes.transports.moved import MovedLoop
from probes.transports.snmp.ber import tlv
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp
from probes.transports.snmp.contract import question
from probes.transports.snmp.scripted import Request, Script, ScriptedAgent, agent_in_loop, response

NAME = "1.3.6.1.2.1.1.5.0"
SECRETS = {
    "first": Secret("snmp_v2c", {"community": "first"}),
    "second": Secret("snmp_v2c", {"community": "second"}),
}
AUTHORIZATION_ERROR = 16

Scene = Callable[[SnmpEngine, ScriptedAgent, MovedLoop], Awaitable[None]]


def answer(request: Request, status: int = 0) -> Sequence[bytes]:
    return [response(request.request_id, [(oid, tlv(4, b"here")) for oid in request.oids], status)]


def refuse(request: Request) -> Sequence[bytes]:
    return answer(request, AUTHORIZATION_ERROR)


def play(script: Script, scene: Scene, **options: float) -> None:
    async def run() -> None:
        settings = SnmpOptions(**options)  # type: ignore[arg-type]
        loop = asyncio.get_running_loop()
        assert isinstance(loop, MovedLoop)
        with open_snmp(settings, SECRETS.__getitem__) as snmp, agent_in_loop("127.79.9.1", script) as agent:
            await scene(snmp, agent, loop)

    with asyncio.Runner(loop_factory=MovedLoop) as runner:
        runner.run(run())


def target(agent: ScriptedAgent, *credentials: str) -> Target:
    return Target("t", agent.address, snmp_port=agent.port, credentials=credentials)


def test_an_agent_that_refuses_every_credential_is_left_alone_for_a_while() -> None:
    """Two requests for each credential, then none until the quiet time is over; all questions fail at once."""

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent, loop: MovedLoop) -> None:
        both = target(agent, "first", "second")
        for _ in range(10):
            with pytest.raises(CredentialsFault) as caught:
                await snmp.get(both, [NAME])
            assert caught.value.reason is Reason.CREDENTIALS
            with pytest.raises(CredentialsFault):
                await snmp.ask(both, question((NAME,)))
            with pytest.raises(CredentialsFault):
                await snmp.walk(both, [NAME])
            loop.now += 29.0
        assert [request.community for request in agent.requests] == [b"first", b"second"] * 2
        assert snmp.counts()["snmp_spared"] == 28
        loop.now += 11.0
        for _ in range(2):
            with pytest.raises(CredentialsFault):
                await snmp.get(both, [NAME])
        assert len(agent.requests) == 6

    play(refuse, scene)


def test_the_quiet_time_can_be_set_and_a_reload_ends_it() -> None:
    """`snmp.credentials_retry`, and `forget`."""

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent, loop: MovedLoop) -> None:
        one = target(agent, "first")
        for wait in (0.0, 0.0, 10.0, 10.0):
            loop.now += wait
            with pytest.raises(CredentialsFault):
                await snmp.get(one, [NAME])
        assert len(agent.requests) == 3
        snmp.forget()
        with pytest.raises(CredentialsFault):
            await snmp.get(one, [NAME])
        assert len(agent.requests) == 4

    play(refuse, scene, credentials_retry=15.0)


def test_a_refused_credential_gives_way_to_the_next() -> None:
    """Also when the refused one had worked before; the one that works is remembered."""
    right = [b"first"]

    def behave(request: Request) -> Sequence[bytes]:
        return answer(request) if request.community == right[0] else refuse(request)

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent, _: MovedLoop) -> None:
        both = target(agent, "first", "second")
        await snmp.get(both, [NAME])
        right[0] = b"second"
        for _look in range(2):
            assert NAME in (await snmp.get(both, [NAME])).values
        assert [request.community for request in agent.requests] == [b"first", b"first", b"second", b"second"]

    play(behave, scene)


def test_refused_by_one_and_silent_to_the_other_is_refused() -> None:
    """The agent spoke, so it is there; it is left alone as well."""

    def behave(request: Request) -> Sequence[bytes]:
        return refuse(request) if request.community == b"first" else []

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent, _: MovedLoop) -> None:
        both = target(agent, "first", "second")
        for _look in range(3):
            with pytest.raises(CredentialsFault):
                await snmp.get(both, [NAME])
        assert [request.community for request in agent.requests] == [b"first", *[b"second"] * 3] * 2

    play(behave, scene)


def test_other_credentials_for_the_same_agent_are_tried_all_the_same() -> None:
    """The quiet concerns those that were refused."""

    def behave(request: Request) -> Sequence[bytes]:
        return refuse(request) if request.community == b"first" else answer(request)

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent, _: MovedLoop) -> None:
        with pytest.raises(CredentialsFault):
            await snmp.get(target(agent, "first"), [NAME])
        assert NAME in (await snmp.get(target(agent, "second"), [NAME])).values

    play(behave, scene)
