"""Agents that lie from request to request: tables without end, cycles, floods, Reports; memory stays within bounds."""

import asyncio
import gc
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from probes.contract import Target
from probes.secret import Secret
from probes.transports.errors import BadAnswer, CredentialsFault, Silent, TransportError
from probes.transports.snmp.ber import arcs, encode_bindings, encode_integer, encode_oid, tlv
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp
from probes.transports.snmp.contract import question
from probes.transports.snmp.scripted import Pair, Request, Script, ScriptedAgent, response
from probes.transports.snmp.usm import Keys, KeyStore
from probes.transports.snmp.v3 import user_of
from probes.transports.snmp.v3_listener import Opened, OwnEngine, V3Receiver
from probes.transports.snmp.v3_listener import Report as ReportBack
from probes.transports.snmp.v3_message import encode_scoped, read_envelope, seal

Start = Callable[[Script], ScriptedAgent]

pytestmark = pytest.mark.anyio

NAME = "1.3.6.1.2.1.1.5.0"
DESCR, STATUS = "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.8"
FIELDS = {
    "user": "netwatch",
    "auth": "sha256",
    "auth_password": "maplesyrup",
    "privacy": "aes128",
    "privacy_password": "syrupmaple",
}
SECRETS = {"plain": Secret("snmp_v2c", {"community": "x"}), "sealed": Secret("snmp_v3", FIELDS)}
USER = user_of(SECRETS["sealed"], KeyStore(b"pepper"))
REPORTED = "1.3.6.1.6.3.15.1.1"


@contextmanager
def engine(**options: float) -> Iterator[SnmpEngine]:
    """An impatient engine."""
    settings = {"timeout": 0.25, "retries": 0, **options}
    with open_snmp(SnmpOptions(**settings), SECRETS.__getitem__) as opened:  # type: ignore[arg-type]
        yield opened


def target(agent: ScriptedAgent, credential: str = "plain") -> Target:
    return Target(agent.address, agent.address, snmp_port=agent.port, credentials=(credential,))


def row(column: str, index: int, value: int = 1) -> Pair:
    return encode_oid(f"{column}.{index}"), encode_integer(value)


def cursors(request: Request) -> list[int]:
    """The last arc of each column asked for; 0 at its beginning."""
    return [arcs(oid)[-1] if len(oid) > len(encode_oid(DESCR)) else 0 for oid in request.oids]


def named(request: Request) -> list[Pair]:
    return [(oid, tlv(4, b"here")) for oid in request.oids]


def ends(request: Request) -> list[Pair]:
    return [(oid, tlv(0x82, b"")) for oid in request.oids]


async def test_a_table_that_goes_round_in_circles_is_cut_after_one_round(agent: Start) -> None:
    """1, 2, 3, 1, ...: the row that comes again does not increase."""
    one = agent(lambda request: [response(request.request_id, [row(STATUS, cursors(request)[0] % 3 + 1)])])
    with engine() as snmp:
        table = await snmp.walk(target(one), [STATUS])
    assert (table.cut, sorted(table.columns[STATUS])) == ("not_increasing", [(1,), (2,), (3,)])
    assert len(one.requests) == 4


async def test_a_table_without_end_of_long_values_is_cut_before_it_fills_the_memory(agent: Start) -> None:
    """20,000 rows may be a gigabyte: bytes have a bound of their own."""
    long = tlv(4, bytes(6000))

    def behave(request: Request) -> Sequence[bytes]:
        first = cursors(request)[0]
        return [
            response(
                request.request_id,
                [(encode_oid(f"{DESCR}.{first + number}"), long) for number in range(1, 11)],
            )
        ]

    one = agent(behave)
    with engine() as snmp:
        table = await snmp.walk(target(one), [DESCR])
    assert table.cut == "byte_cap"
    assert 2_500 < len(table.columns[DESCR]) < 3_500


async def test_fewer_values_than_columns_still_lead_to_the_end(agent: Start) -> None:
    """An agent that only ever answers for the first column asked about."""

    def behave(request: Request) -> Sequence[bytes]:
        index = cursors(request)[0] + 1
        column = DESCR if request.oids[0].startswith(encode_oid(DESCR)) else STATUS
        return [response(request.request_id, [row(column, index)] if index < 4 else ends(request)[:1])]

    one = agent(behave)
    with engine() as snmp:
        table = await snmp.walk(target(one), [DESCR, STATUS])
    assert table.cut == ""
    assert [len(rows) for rows in table.columns.values()] == [3, 3]
    assert len(one.requests) == 8


async def test_an_index_beyond_32_bits_is_garbage_and_the_repeated_request_goes_on(agent: Start) -> None:
    """What of the same answer was right is not taken twice, nor held against the agent."""
    impossible = encode_oid(STATUS) + b"\x9f\xff\xff\xff\x7f"

    def behave(request: Request) -> Sequence[bytes]:
        first = cursors(request)[0] + 1
        if first > 2:
            return [response(request.request_id, ends(request))]
        second = (impossible, encode_integer(1)) if request.number == 2 else row(STATUS, first)
        return [response(request.request_id, [row(DESCR, first), second])]

    one = agent(behave)
    with engine(retries=1) as snmp:
        table = await snmp.walk(target(one), [DESCR, STATUS])
        assert snmp.counts()["snmp_garbage"] == 1
    assert table.cut == ""
    assert [sorted(rows) for rows in table.columns.values()] == [[(1,), (2,)], [(1,), (2,)]]


async def test_values_of_another_subtree_end_the_column(agent: Start) -> None:
    """So does the column's own OID, which is no row."""
    strange = agent(lambda request: [response(request.request_id, [row("1.3.6.1.9", 1)])])
    itself = agent(lambda request: [response(request.request_id, [(encode_oid(STATUS), encode_integer(1))])])
    with engine() as snmp:
        for one in (strange, itself):
            table = await snmp.walk(target(one), [STATUS])
            assert (table.cut, dict(table.columns[STATUS])) == ("", {})
            assert len(one.requests) == 1


@pytest.mark.parametrize("status", [-1, 1, 5, 99, 2**31 - 1])
async def test_an_error_status_of_any_number_ends_a_walk(agent: Start, status: int) -> None:
    """With its number as the cause; tooBig is asked again for less until there is no less."""
    one = agent(lambda request: [response(request.request_id, [], status)])
    with engine() as snmp, pytest.raises(BadAnswer, match=f"error_{status}"):
        await snmp.walk(target(one), [DESCR, STATUS])
    assert len(one.requests) < 10


async def test_asking_for_instances_ends_whatever_the_error_index_says(agent: Start) -> None:
    """genErr about no value, about one after the other, about values that were not asked for."""
    wanted = question(tuple(f"{STATUS}.{number}" for number in range(1, 40)))
    with engine() as snmp:
        for index in (-5, 0, 1, 39, 40, 2**31):
            one = agent(lambda request, index=index: [response(request.request_id, named(request), 5, index)])
            with pytest.raises(BadAnswer):
                await snmp.ask(target(one), wanted)
            assert len(one.requests) < 10


async def test_a_flood_leaves_nothing_behind_and_the_right_answer_is_found_in_it(agent: Start) -> None:
    """Late, foreign and garbage datagrams by the thousand before the answer, from many ports and addresses."""
    flood = 300

    def behave(request: Request) -> Sequence[bytes]:
        right = response(request.request_id, named(request))
        for number in range(40):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind((f"127.77.8.{number + 1}", 0))
                other.sendto(right, request.source)
                other.sendto(b"\x30" * 1400, request.source)
        wrong = response(request.request_id ^ 0x55, [])
        return [wrong, b"\xff" * 1400, *[right[:-1]] * flood, right, *[right] * flood]

    one = agent(behave)
    with engine(timeout=5.0) as snmp:
        for _ in range(3):
            assert (await snmp.get(target(one), [NAME])).values[NAME] == (4, b"here")
        counts = snmp.counts()
        assert counts["snmp_answers"] == 3
        assert counts["snmp_foreign"] == 3 * 40
        assert counts["snmp_stray_senders"] == 41
        assert all(not channel._pending for channel in snmp._channels.values())


async def test_memory_does_not_grow_with_what_agents_invent(agent: Start) -> None:
    """Endless tables of ever new names of 128 arcs, walked again and again: caches are bounded in bytes."""
    stem = encode_oid(STATUS) + b"\xff\xff\xff\x7f" * 110
    used = [0]

    def behave(request: Request) -> Sequence[bytes]:
        pairs = []
        for _ in range(60):
            used[0] += 1
            name = stem + b"".join(
                (used[0] >> shift & 0x7F | 0x80).to_bytes(1, "big") for shift in (21, 14, 7)
            )
            pairs.append((name + (used[0] & 0x7F).to_bytes(1, "big"), b"\x05\x00"))
        return [response(request.request_id, pairs)]

    one = agent(behave)
    with engine(row_cap=600) as snmp:
        await snmp.walk(target(one), [STATUS])
        tracemalloc.start()
        try:
            for _ in range(4):
                await snmp.walk(target(one), [STATUS])
            # The last table hangs on the call-back that brought it.
            await asyncio.sleep(0)
            gc.collect()
            grown, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert used[0] >= 3000
    assert grown < 500_000


Reply = Callable[[bytes, int], Sequence[bytes]]


@contextmanager
def sealed_agent(address: str, reply: Reply) -> Iterator[ScriptedAgent]:
    """An agent that gets whole datagrams and their number, counted from 1."""
    agent = ScriptedAgent(address, lambda _: [])

    def serve() -> None:
        number = 0
        while data_source := agent.socket.recvfrom(65535):
            data, source = data_source
            if not data:
                return
            number += 1
            for datagram in reply(data, number):
                agent.socket.sendto(datagram, source)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield agent
    finally:
        agent.socket.sendto(b"", (agent.address, agent.port))
        thread.join(5)
        agent.socket.close()


def report(data: bytes, engine_id: bytes, what: str, user: bytes = b"") -> bytes:
    """An unauthenticated Report, which anybody can forge who sees the request."""
    asked = read_envelope(data)
    body = encode_integer(asked.message_id) + b"\x02\x01\x00\x02\x01\x00"
    pdu = tlv(0xA8, body + encode_bindings([(encode_oid(f"{REPORTED}.{what}.0"), b"\x41\x01\x07")]))
    keys = Keys(replace(USER, authentication="", privacy=""), b"")
    return seal(asked.message_id, 0, engine_id, 0, 0, user, keys, 0, encode_scoped(engine_id, b"", pdu))


class Faithful:
    """A right agent of v3; what it answers may be spoilt by `spoil`, or kept to be played again."""

    def __init__(self, spoil: Callable[[bytes], Sequence[bytes]] = lambda data: [data]) -> None:
        self.receiver = V3Receiver(OwnEngine(b"engine-1", 4, -9000.0), lambda _: [USER], 1)
        self.spoil = spoil
        self.sent: list[bytes] = []

    def __call__(self, data: bytes, number: int) -> Sequence[bytes]:
        found = self.receiver.open(data, "us", 0.0)
        if isinstance(found, ReportBack):
            return [found.data]
        right = self.answer(found)
        self.sent.append(right)
        return self.spoil(right)

    def answer(self, opened: Opened) -> bytes:
        body = encode_integer(opened.message_id) + b"\x02\x01\x00\x02\x01\x00"
        pdu = tlv(0xA2, body + encode_bindings([(encode_oid(NAME), tlv(4, b"here"))]))
        return self.receiver.answer(opened, pdu, 0.0)


async def test_a_right_agent_of_v3_is_heard(anyio_backend: str) -> None:
    """So that the refusals below are not due to something else."""
    with sealed_agent("127.77.2.1", Faithful()) as one, engine() as snmp:
        assert (await snmp.get(target(one, "sealed"), [NAME])).values[NAME] == (4, b"here")


def flipped(data: bytes) -> bytes:
    """The same with one bit of its content changed."""
    return data[:-1] + bytes((data[-1] ^ 1,))


@pytest.mark.parametrize(
    ("why", "spoil"),
    [
        ("wrong digest", lambda data: [flipped(data)]),
        ("digest of zeros", lambda data: [data.replace(data[-60:-30], bytes(30))]),
        ("cut", lambda data: [data[:-7]]),
        ("plain text instead", lambda data: [report(data, b"engine-1", "2")]),
        ("of another version", lambda data: [data.replace(b"\x02\x01\x03", b"\x02\x01\x01", 1)]),
    ],
)
async def test_what_is_not_authentic_is_garbage_and_silence(
    why: str, spoil: Callable[[bytes], Sequence[bytes]]
) -> None:
    """Nothing of it is believed, and the look says that nobody answered."""
    with sealed_agent("127.77.2.2", Faithful(spoil)) as one, engine() as snmp:
        with pytest.raises(Silent):
            await snmp.get(target(one, "sealed"), [NAME])
        assert snmp.counts()["snmp_garbage"] == 1


async def test_an_answer_played_again_answers_nothing() -> None:
    """Its number is not under way any more; the next request waits for its own answer."""
    faithful = Faithful()
    faithful.spoil = lambda data: [faithful.sent[0]] if len(faithful.sent) == 2 else [data]
    with sealed_agent("127.77.2.3", faithful) as one, engine() as snmp:
        aim = target(one, "sealed")
        assert NAME in (await snmp.get(aim, [NAME])).values
        with pytest.raises(Silent):
            await snmp.get(aim, [NAME])
        assert snmp.counts()["snmp_late"] == 1
        assert NAME in (await snmp.get(aim, [NAME])).values


@pytest.mark.parametrize(
    ("what", "outcome"),
    [("1", CredentialsFault), ("3", CredentialsFault), ("5", CredentialsFault), ("9", Silent)],
)
async def test_reports_about_our_credentials_are_told_as_such(
    what: str, outcome: type[TransportError]
) -> None:
    """Unsupported level, unknown user, wrong digest; a counter nobody knows is garbage."""

    def reply(data: bytes, number: int) -> Sequence[bytes]:
        return [report(data, b"engine-1", what if read_envelope(data).engine else "4")]

    with sealed_agent("127.77.2.4", reply) as one, engine() as snmp:
        with pytest.raises(outcome) as caught:
            await snmp.get(target(one, "sealed"), [NAME])
        assert "syrup" not in repr(caught.value)


async def test_a_flood_of_reports_with_ever_new_engine_ids_is_cut_short_and_costs_no_memory() -> None:
    """At most three requests a look, and keys for invented engines are not kept for ever."""

    def reply(data: bytes, number: int) -> Sequence[bytes]:
        return [report(data, b"engine-%d" % number, "4")] * 20

    with sealed_agent("127.77.2.5", reply) as one, engine() as snmp:
        for _ in range(50):
            with pytest.raises(BadAnswer):
                await snmp.get(target(one, "sealed"), [NAME])
        assert snmp.counts()["snmp_requests"] <= 150
        assert len(snmp._v3._keys) <= 64
