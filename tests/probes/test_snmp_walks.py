"""Walks: what is learned of an agent, and v1, on a moved clock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.contract import Target
from probes.secret import Secret
from probes.transports.errors import BadAnswer, Silent
from probes.transports.moved import MovedLoop
from probes.transports.snmp.ber import (
    GET_BULK,
    GET_NEXT,
    BerError,
    decode_response,
    encode_integer,
    encode_oid,
    peek,
    tlv,
)
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp
from probes.transports.snmp.contract import COUNTER32, INTEGER
from probes.transports.snmp.scripted import Pair, Request, Script, ScriptedAgent, agent_in_loop, response
from probes.transports.snmp.walk import Walk

SECRETS = {
    "one": Secret("snmp_v2c", {"community": "public"}),
    "old": Secret("snmp_v1", {"community": "public"}),
}
STATUS, SPEED = "1.3.6.1.2.1.2.2.1.8", "1.3.6.1.2.1.2.2.1.5"
ROWS = 60
ROWS_OF = [
    (encode_oid(f"{column}.{row}"), encode_integer(row))
    for column in (SPEED, STATUS)
    for row in range(1, ROWS + 1)
]

Scene = Callable[[SnmpEngine, ScriptedAgent], Awaitable[None]]


def following(oid: bytes) -> Pair | None:
    return next((pair for pair in ROWS_OF if pair[0] > oid), None)


def honest(request: Request) -> Sequence[bytes]:
    """An agent of both versions: v1 ends with noSuchName, v2c with endOfMibView."""
    pairs: list[Pair] = []
    cursors = list(request.oids)
    for _ in range(request.repetitions if request.pdu == GET_BULK else 1):
        found = [following(cursor) for cursor in cursors]
        if request.version == 0 and None in found:
            unchanged = [(oid, tlv(5, b"")) for oid in request.oids]
            return [response(request.request_id, unchanged, 2, found.index(None) + 1, 0)]
        page = [pair or (cursor, tlv(0x82, b"")) for pair, cursor in zip(found, cursors, strict=True)]
        pairs += page
        cursors = [oid for oid, _ in page]
    return [response(request.request_id, pairs, version=request.version)]


def play(script: Script, scene: Scene, delay: float = 0.02, **options: float) -> None:
    """Play a scene with one agent, by default not on the LAN, in an event loop whose time is moved."""

    async def run() -> None:
        settings = SnmpOptions(**options)  # type: ignore[arg-type]
        with (
            open_snmp(settings, SECRETS.__getitem__) as snmp,
            agent_in_loop("127.79.8.1", script, delay) as agent,
        ):
            await scene(snmp, agent)

    with asyncio.Runner(loop_factory=MovedLoop) as runner:
        runner.run(run())


def target(agent: ScriptedAgent, *credentials: str) -> Target:
    return Target("t", agent.address, snmp_port=agent.port, credentials=credentials or ("one",))


def asked(agent: ScriptedAgent, start: int = 0) -> list[int]:
    """Max-repetitions of each request; 0 is a GetNext."""
    return [request.repetitions if request.pdu == GET_BULK else 0 for request in agent.requests[start:]]


def whole(rows: int = ROWS) -> dict[tuple[int, ...], tuple[int, int]]:
    return {(row,): (INTEGER, row) for row in range(1, rows + 1)}


def test_a_near_agent_is_asked_for_more_rows_at_once() -> None:
    """The first walk finds out that it is near; a far one stays at the lower figure."""

    async def near(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        await snmp.walk(target(agent), [STATUS])
        await snmp.walk(target(agent), [STATUS])
        assert asked(agent) == [10] * 7 + [20] * 4

    async def far(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        await snmp.walk(target(agent), [STATUS])
        await snmp.walk(target(agent), [STATUS])
        assert asked(agent) == [10] * 14

    play(honest, near, delay=0.001)
    play(honest, far, delay=0.02)


def test_what_is_near_and_how_many_rows_then_can_be_set() -> None:
    """As in [snmp] of the settings."""

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        for _ in range(2):
            assert (await snmp.walk(target(agent), [STATUS])).columns[STATUS] == whole()
        assert asked(agent) == [5] * 13 + [50] * 2

    play(honest, scene, max_repetitions=5, max_repetitions_lan=50, lan_round_trip=0.03)


def test_rows_at_once_grow_back_one_by_one_after_eight_clean_walks() -> None:
    """Never beyond the start."""
    most = [4]

    def behave(request: Request) -> Sequence[bytes]:
        return honest(request) if request.repetitions <= most[0] else [response(request.request_id, [], 1)]

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        largest = []
        for _ in range(75):
            start = len(agent.requests)
            assert (await snmp.walk(target(agent), [STATUS])).columns[STATUS] == whole()
            largest.append(max(asked(agent, start)))
            most[0] = 1000
        assert largest[:10] == [10] + [2] * 8 + [3]
        assert largest[-1] == 10

    play(behave, scene)


def test_an_agent_that_cannot_do_bulk_at_all_is_walked_by_getnext() -> None:
    """Lost at every size until one row at once is asked for, without GetBulk; the next walk starts there."""

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        assert (await snmp.walk(target(agent), [STATUS])).columns[STATUS] == whole()
        start = len(agent.requests)
        assert set(asked(agent, 10)) == {0}
        await snmp.walk(target(agent), [STATUS])
        assert set(asked(agent, start)) == {0}

    play(lambda request: honest(request) if request.pdu == GET_NEXT else [], scene, timeout=0.5)


def test_columns_at_once_are_learned_too() -> None:
    """An agent that can answer one binding at a time is asked for one column, in this walk and the next."""

    def behave(request: Request) -> Sequence[bytes]:
        bindings = len(request.oids) * max(1, request.repetitions)
        return honest(request) if bindings == 1 else [response(request.request_id, [], 1)]

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        table = await snmp.walk(target(agent), [STATUS, SPEED])
        assert (table.cut, table.columns[STATUS], table.columns[SPEED]) == ("", whole(), whole())
        start = len(agent.requests)
        await snmp.walk(target(agent), [STATUS, SPEED])
        assert {len(request.oids) for request in agent.requests[start:]} == {1}

    play(behave, scene)


def test_v1_is_walked_side_by_side_by_getnext_alone() -> None:
    """noSuchName ends the column that error-index names, while the others go on."""

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        table = await snmp.walk(target(agent, "old"), [STATUS, SPEED, "1.3.6.1.9"])
        assert (table.cut, table.columns[STATUS], table.columns[SPEED]) == ("", whole(), whole())
        assert table.columns["1.3.6.1.9"] == {}
        assert {request.pdu for request in agent.requests} == {GET_NEXT}
        assert {request.version for request in agent.requests} == {0}
        # Two columns a row; the end of the last column costs one more, that of the third another.
        assert len(agent.requests) <= ROWS + 3

    play(honest, scene)


def test_no_such_name_without_a_place_ends_columns_one_by_one() -> None:
    """Some v1 agents say error-index 0: columns are then walked alone, and none is lost."""

    def behave(request: Request) -> Sequence[bytes]:
        if any(following(oid) is None for oid in request.oids):
            return [response(request.request_id, [], 2, 0, 0)]
        return honest(request)

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        table = await snmp.walk(target(agent, "old"), [STATUS, SPEED])
        assert (table.cut, table.columns[STATUS], table.columns[SPEED]) == ("", whole(), whole())

    play(behave, scene)


def test_getbulk_is_never_sent_in_v1_even_when_v2c_was_tried_first() -> None:
    """The agent is silent to v2c; each attempt is put as its version understands it."""

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        table = await snmp.walk(target(agent, "one", "old"), [STATUS])
        assert table.columns[STATUS] == whole()
        assert {(request.version, request.pdu) for request in agent.requests} == {
            (1, GET_BULK),
            (0, GET_NEXT),
        }
        start = len(agent.requests)
        await snmp.walk(target(agent, "one", "old"), [STATUS])
        assert {request.version for request in agent.requests[start:]} == {0}

    play(lambda request: honest(request) if request.version == 0 else [], scene)


def test_an_answer_without_bindings_is_no_answer_to_a_walk() -> None:
    """It is named, and raised when nothing was read."""

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        with pytest.raises(BadAnswer):
            await snmp.walk(target(agent), [STATUS])

    play(lambda request: [response(request.request_id, [])], scene)


def test_a_dead_agent_is_given_up_after_a_bounded_number_of_requests() -> None:
    """The first time sizes are tried, afterwards only the attempts of one request."""

    async def scene(snmp: SnmpEngine, agent: ScriptedAgent) -> None:
        counts = []
        for _ in range(3):
            start = len(agent.requests)
            with pytest.raises(Silent):
                await snmp.walk(target(agent), [STATUS, SPEED])
            counts.append(len(agent.requests) - start)
        assert counts[0] <= 8
        assert counts[1:] == [3, 3]

    play(lambda _: [], scene)


# Names in and beside two columns, in any order, and contents of all kinds, now and then garbage.
NAMES = st.tuples(
    st.sampled_from([STATUS, SPEED, "1.3.6.1.2.1.2.2.1.9"]),
    st.lists(st.sampled_from([1, 2, 3, 127, 128, 16384]), max_size=2),
).map(lambda parts: encode_oid(".".join((parts[0], *map(str, parts[1])))))
ELEMENTS = st.sampled_from(
    [
        encode_integer(1),
        encode_integer(-1),
        encode_integer(70000),
        encode_integer(5, COUNTER32),
        tlv(4, b"x"),
        encode_integer(2**32 - 1, COUNTER32),
        tlv(0x82, b""),
        tlv(6, encode_oid("1.3.6")),
        tlv(COUNTER32, bytes(9)),
        tlv(2, b""),
    ]
)


@given(st.lists(st.lists(st.tuples(NAMES, ELEMENTS), max_size=8), min_size=1, max_size=3), st.integers(0, 60))
def test_a_page_read_as_it_came_gives_what_the_decoded_page_gives(
    pages: list[list[Pair]], damaged: int
) -> None:
    """Rows, ends, causes and what is asked next are the same, whatever the agent sends; garbage changes nothing."""
    straight, decoded = (Walk([SPEED, STATUS], repetitions=4, row_cap=5) for _ in range(2))
    for page in pages:
        data = bytearray(response(1 << 24, page))
        data[-min(damaged, len(data))] ^= damaged
        if straight.next_page() is None:
            break
        decoded.next_page()
        try:
            rest = peek(bytes(data))[2]
            answer = decode_response(bytes(data))
        except BerError:
            continue
        if not straight.read(bytes(data), rest):
            with suppress(BerError):
                straight.take(answer)
        with suppress(BerError):
            decoded.take(answer)
        assert straight.next_page() == decoded.next_page()
        assert (straight.cut, straight.rows) == (decoded.cut, decoded.rows)
    if straight.fault is None:
        assert straight.table() == decoded.table()
