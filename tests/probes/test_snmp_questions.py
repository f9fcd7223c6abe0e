"""Questions for known instances: packed, halved, sorted, partial, in v2c and v1, on a moved clock."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from probes.contract import Target
from probes.secret import Secret
from probes.transports.errors import BadAnswer, Silent
from probes.transports.moved import MovedLoop
from probes.transports.snmp.ber import GET, encode_integer, encode_oid, tlv
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp
from probes.transports.snmp.contract import COUNTER64, NO_SUCH_INSTANCE, NULL, Question, question
from probes.transports.snmp.scripted import Pair, Request, Script, ScriptedAgent, agent_in_loop, response

SECRETS = {
    "one": Secret("snmp_v2c", {"community": "public"}),
    "old": Secret("snmp_v1", {"community": "public"}),
}
IN_OCTETS = "1.3.6.1.2.1.31.1.1.1.6"
COUNTERS = question(tuple(f"{IN_OCTETS}.{port}" for port in range(1, 481)))
FEW = question(COUNTERS.oids[:60])
PLACES = {encode_oid(oid): place for place, oid in enumerate(COUNTERS.oids)}

Scene = Callable[[SnmpEngine, ScriptedAgent], Awaitable[None]]


def value(oid: bytes) -> Pair:
    return oid, encode_integer(10**12 + PLACES[oid], COUNTER64)


def honest(request: Request) -> Sequence[bytes]:
    return [response(request.request_id, [value(oid) for oid in request.oids], version=request.version)]


def too_big_beyond(most: int) -> Script:
    """An agent that says tooBig, with empty bindings, to more than so many OIDs."""

    def behave(request: Request) -> Sequence[bytes]:
        return honest(request) if len(request.oids) <= most else [response(request.request_id, [], 1)]

    return behave


def play(script: Script, scene: Scene, **options: float) -> None:
    """Play a scene with one agent in an event loop whose time is moved."""

    async def run() -> None:
        with opened(**options) as snmp, agent_in_loop("127.79.7.1", script) as agent:
            await scene(snmp, agent)

    with asyncio.Runner(loop_factory=MovedLoop) as runner:
        runner.run(run())


@contextmanager
def opened(**options: float) -> Iterator[SnmpEngine]:
    with open_snmp(SnmpOptions(**options), SECRETS.__getitem__) as snmp:  # type: ignore[arg-type]
        yield snmp


def target(agent: ScriptedAgent, *credentials: str) -> Target:
    return Target("t", agent.address, snmp_port=agent.port, credentials=credentials or ("one",))


def sizes(agent: ScriptedAgent, start: int = 0) -> list[int]:
    return [len(request.oids) for request in agent.requests[start:]]


def expected(asked: Question) -> list[int]:
    return [10**12 + PLACES[oid] for oid in asked.encoded]


def test_480_counters_come_in_nine_requests_of_at_most_1400_bytes() -> None:
    """In the question's order, one request after the other."""

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        values = await snmp.ask(target(agent), COUNTERS)
        assert sizes(agent) == [55] * 8 + [40]
        assert list(values.contents) == expected(COUNTERS)
        assert (values.tags, values.cut) == (bytes([COUNTER64]) * 480, "")
        assert values.at(3) == (COUNTER64, 10**12 + 3)
        assert all(len(honest(request)[0]) <= 1400 for request in agent.requests)

    play(honest, scene)


def test_answers_in_another_order_or_with_gaps_are_sorted_by_oid() -> None:
    """What was left out is told as nothing; what was not asked for is not taken."""

    def behave(request: Request) -> Sequence[bytes]:
        pairs = [*map(value, reversed(request.oids[1:])), (encode_oid("1.3.6.1.9"), encode_integer(1))]
        return [response(request.request_id, pairs)]

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        values = await snmp.ask(target(agent), FEW)
        assert [place for place, content in enumerate(values.contents) if content is None] == [0, 55]
        assert values.at(0) is None
        assert values.tags[0] == NULL
        assert list(values.contents[1:55]) == expected(FEW)[1:55]

    play(behave, scene)


def test_too_big_halves_the_portion_and_is_remembered() -> None:
    """The next question starts at the size that worked."""

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        values = await snmp.ask(target(agent), FEW)
        assert list(values.contents) == expected(FEW)
        assert sizes(agent)[:3] == [55, 27, 13]
        start = len(agent.requests)
        await snmp.ask(target(agent), FEW)
        assert sizes(agent, start) == [13, 13, 13, 13, 8]

    play(too_big_beyond(20), scene)


def test_a_reduced_portion_grows_back_after_it_went_well_for_a_while() -> None:
    """After eight good questions a little more is asked for; never more than at the start."""
    limit = [20]

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        await snmp.ask(target(agent), FEW)
        limit[0] = 1000
        largest = []
        for _ in range(80):
            start = len(agent.requests)
            await snmp.ask(target(agent), FEW)
            largest.append(max(sizes(agent, start)))
        assert largest[:9] == [13] * 8 + [19]
        assert largest[-1] == 55

    def behave(request: Request) -> Sequence[bytes]:
        return too_big_beyond(limit[0])(request)

    play(behave, scene)


def test_large_answers_that_get_lost_are_asked_for_in_halves() -> None:
    """One lost packet is only asked for again; two make the portion smaller, and what then works is remembered."""

    def behave(request: Request) -> Sequence[bytes]:
        return honest(request) if len(request.oids) <= 30 else []

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        values = await snmp.ask(target(agent), FEW)
        assert (list(values.contents), values.cut) == (expected(FEW), "")
        assert sizes(agent)[:3] == [55, 55, 27]
        start = len(agent.requests)
        await snmp.ask(target(agent), FEW)
        assert sizes(agent, start) == [27, 27, 6]

    play(behave, scene)


def test_one_lost_packet_changes_nothing() -> None:
    """The same request goes out again under the same number."""
    lost = iter([True])

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        await snmp.ask(target(agent), FEW)
        assert sizes(agent) == [55, 55, 5]
        assert agent.requests[0].request_id == agent.requests[1].request_id

    play(lambda request: [] if next(lost, False) else honest(request), scene)


def test_a_silent_agent_is_asked_for_little_when_it_comes_back() -> None:
    """Silence teaches nothing of sizes: after the first few values the usual portions follow."""
    alive = [False]

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        with pytest.raises(Silent):
            await snmp.ask(target(agent), COUNTERS)
        assert len(agent.requests) == 3
        alive[0] = True
        await snmp.ask(target(agent), COUNTERS)
        assert sizes(agent, 3) == [10, 45, *[55] * 7, 40]
        start = len(agent.requests)
        await snmp.ask(target(agent), COUNTERS)
        assert sizes(agent, start) == [55] * 8 + [40]

    play(lambda request: honest(request) if alive[0] else [], scene)


def test_what_came_before_the_agent_fell_silent_is_given_with_the_cause() -> None:
    """The rest is told as nothing."""

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        values = await snmp.ask(target(agent), COUNTERS)
        assert values.cut == "no_answer"
        assert list(values.contents[:110]) == expected(COUNTERS)[:110]
        assert set(values.contents[110:]) == {None}

    play(lambda request: honest(request) if request.number <= 2 else [], scene)


def test_a_question_out_of_time_gives_what_it_has() -> None:
    """Each answer takes most of a second and there are three seconds."""

    async def run() -> None:
        with opened() as snmp, agent_in_loop("127.79.7.2", honest, delay=0.9) as agent:
            until = asyncio.get_running_loop().time() + 3.1
            values = await snmp.ask(target(agent), COUNTERS, until=until)
            assert values.cut == "time"
            assert sum(content is not None for content in values.contents) == 165

    with asyncio.Runner(loop_factory=MovedLoop) as runner:
        runner.run(run())


def test_an_instance_the_agent_fails_at_is_left_out_and_named() -> None:
    """genErr with an index costs that value alone; when nothing comes at all it is raised."""
    broken = FEW.encoded[7]

    def behave(request: Request) -> Sequence[bytes]:
        if broken in request.oids:
            return [response(request.request_id, [], 5, request.oids.index(broken) + 1)]
        return honest(request)

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        values = await snmp.ask(target(agent), FEW)
        assert (values.cut, values.at(7)) == ("error_5", None)
        assert [place for place, content in enumerate(values.contents) if content is None] == [7]
        with pytest.raises(BadAnswer):
            await snmp.ask(target(agent), question(FEW.oids[7:8]))

    play(behave, scene)


def test_an_agent_that_fails_at_everything_is_not_asked_for_each_value() -> None:
    """A few are left out, then the portion is given up."""

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        with pytest.raises(BadAnswer):
            await snmp.ask(target(agent), FEW)
        assert len(agent.requests) <= 8

    play(lambda request: [response(request.request_id, [], 5, 1)], scene)


def test_v1_asks_for_the_rest_without_the_name_that_does_not_exist() -> None:
    """noSuchName names it; the value is told as not there, and the look is not cut."""
    missing = {FEW.encoded[3], FEW.encoded[58]}

    def behave(request: Request) -> Sequence[bytes]:
        for place, oid in enumerate(request.oids):
            if oid in missing:
                pairs = [(name, tlv(5, b"")) for name in request.oids]
                return [response(request.request_id, pairs, 2, place + 1, request.version)]
        return honest(request)

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        values = await snmp.ask(target(agent, "old"), FEW)
        assert values.cut == ""
        assert [place for place, tag in enumerate(values.tags) if tag == NO_SUCH_INSTANCE] == [3, 58]
        assert [values.contents[place] for place in (2, 4, 59)] == [
            expected(FEW)[place] for place in (2, 4, 59)
        ]
        answer = await snmp.get(target(agent, "old"), FEW.oids[2:5])
        assert answer.error_status == 0
        assert [tag for tag, _ in answer.values.values()] == [COUNTER64, NO_SUCH_INSTANCE, COUNTER64]
        assert {request.version for request in agent.requests} == {0}
        assert {request.pdu for request in agent.requests} == {GET}

    play(behave, scene)


def test_no_such_name_without_a_place_is_found_by_halving() -> None:
    """Some agents say error-index 0."""
    missing = FEW.encoded[3]

    def behave(request: Request) -> Sequence[bytes]:
        return [response(request.request_id, [], 2, 0, 0)] if missing in request.oids else honest(request)

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        values = await snmp.ask(target(agent, "old"), FEW)
        assert [place for place, tag in enumerate(values.tags) if tag != COUNTER64] == [3]
        assert len(agent.requests) < 20

    play(behave, scene)


def test_long_values_make_the_next_portions_smaller() -> None:
    """An answer beyond 1,400 bytes is taken, and the next time so many are asked for as fit."""

    def behave(request: Request) -> Sequence[bytes]:
        return [response(request.request_id, [(oid, tlv(4, b"x" * 50)) for oid in request.oids])]

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        assert (await snmp.ask(target(agent), FEW)).cut == ""
        assert sizes(agent) == [55, 5]
        await snmp.ask(target(agent), FEW)
        assert all(len(behave(request)[0]) <= 1400 for request in agent.requests[2:])
        assert 15 <= sizes(agent)[2] <= 25

    play(behave, scene)


def test_a_version_that_was_not_asked_is_no_answer() -> None:
    """A v1 answer to a v2c request is counted as garbage; the right one behind it is taken."""

    def behave(request: Request) -> Sequence[bytes]:
        return [*honest(request._replace(version=0)), *honest(request)]

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        assert (await snmp.ask(target(agent), FEW)).cut == ""
        assert snmp.counts()["snmp_garbage"] == len(agent.requests)

    play(behave, scene)
