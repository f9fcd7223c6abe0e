"""The SNMP engine against agents of our own that misbehave, over real sockets on loopback."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from probes.contract import Reason, Target
from probes.secret import Secret
from probes.transports.errors import BadAnswer, CredentialsFault, LocalFault, Refused, Silent
from probes.transports.snmp.ber import encode_integer, encode_oid, tlv
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp
from probes.transports.snmp.contract import INTEGER, NO_SUCH_INSTANCE, OCTET_STRING
from probes.transports.snmp.scripted import Pair, Request, Script, ScriptedAgent, response

Start = Callable[[Script], ScriptedAgent]

pytestmark = pytest.mark.anyio

NAME = "1.3.6.1.2.1.1.5.0"
COLUMN = "1.3.6.1.2.1.2.2.1.8"
OTHER_COLUMN = "1.3.6.1.2.1.2.2.1.2"
SECRETS = {
    "first": Secret("snmp_v2c", {"community": "first-word"}),
    "second": Secret("snmp_v2c", {"community": "second-word"}),
    "password": Secret("ssh", {"password": "x"}),
}


@contextmanager
def engine(**options: float) -> Iterator[SnmpEngine]:
    """An engine that is impatient, so that tests are quick."""
    settings = {"timeout": 0.25, "retries": 0, **options}
    with open_snmp(SnmpOptions(**settings), SECRETS.__getitem__) as opened:  # type: ignore[arg-type]
        yield opened


def target(agent: ScriptedAgent, *credentials: str) -> Target:
    return Target("t1", agent.address, snmp_port=agent.port, credentials=credentials or ("first",))


def named(request: Request, value: bytes = b"here") -> list[Pair]:
    return [(oid, tlv(4, value)) for oid in request.oids]


async def test_an_answer_with_a_wrong_request_id_is_not_taken(agent: Start) -> None:
    """The right answer that follows is taken; the wrong one is counted as late."""

    def behave(request: Request) -> Sequence[bytes]:
        wrong = response(request.request_id ^ 1, named(request, b"WRONG"))
        return [wrong, response(request.request_id, named(request))]

    one = agent(behave)
    with engine() as snmp:
        answer = await snmp.get(target(one), [NAME])
        assert answer.values[NAME] == (OCTET_STRING, b"here")
        assert snmp.counts()["snmp_late"] == 1


async def test_an_answer_from_another_address_is_not_taken(agent: Start) -> None:
    """It is silence for the target, and counted as foreign; where the answer came from is told with the silence."""
    elsewhere = agent(lambda _: [])

    def behave(request: Request) -> Sequence[bytes]:
        elsewhere.socket.sendto(response(request.request_id, named(request)), request.source)
        return []

    one = agent(behave)
    with engine() as snmp:
        with pytest.raises(Silent) as caught:
            await snmp.get(target(one), [NAME])
        assert caught.value.detail == elsewhere.address
        assert snmp.counts()["snmp_foreign"] == 1


async def test_garbage_and_cut_answers_are_counted_and_change_nothing(agent: Start) -> None:
    """The right answer behind them is taken."""

    def behave(request: Request) -> Sequence[bytes]:
        whole = response(request.request_id, named(request))
        return [b"\x00garbage\xff" * 5, whole[:-3], b"", whole]

    one = agent(behave)
    with engine() as snmp:
        assert (await snmp.get(target(one), [NAME])).values[NAME][1] == b"here"
        assert snmp.counts()["snmp_garbage"] == 3


async def test_duplicate_answers_do_not_answer_the_next_request(agent: Start) -> None:
    """The second copy is counted as late; the next request gets its own answer."""

    def behave(request: Request) -> Sequence[bytes]:
        answer = response(request.request_id, named(request, b"answer %d" % request.number))
        return [answer, answer]

    one = agent(behave)
    with engine() as snmp:
        values = [(await snmp.get(target(one), [NAME])).values[NAME][1] for _ in range(3)]
        assert values == [b"answer 1", b"answer 2", b"answer 3"]
        assert snmp.counts()["snmp_late"] >= 2


async def test_a_late_answer_does_not_answer_the_next_request(agent: Start) -> None:
    """What comes after the time-out is only counted."""
    held: list[bytes] = []

    def behave(request: Request) -> Sequence[bytes]:
        answer = response(request.request_id, named(request, b"answer %d" % request.number))
        if request.number == 1:
            held.append(answer)
            return []
        return [held[0], answer]

    one = agent(behave)
    with engine() as snmp:
        with pytest.raises(Silent):
            await snmp.get(target(one), [NAME])
        assert (await snmp.get(target(one), [NAME])).values[NAME][1] == b"answer 2"
        counts = snmp.counts()
        assert (counts["snmp_timeouts"], counts["snmp_late"]) == (1, 1)


async def test_a_request_is_repeated_until_answered(agent: Start) -> None:
    """A lost answer costs one retry."""
    one = agent(lambda request: [response(request.request_id, named(request))] if request.number == 2 else [])
    with engine(retries=2) as snmp:
        assert (await snmp.get(target(one), [NAME])).values[NAME][1] == b"here"
        assert len(one.requests) == 2


async def test_a_closed_port_is_refused_at_once_by_the_target_itself(agent: Start) -> None:
    """The ICMP error is attributed to its target and proves that it is reachable."""
    one = agent(lambda _: [])
    closed = Target("t2", one.address, snmp_port=9, credentials=("first",))
    with engine(timeout=5.0) as snmp:
        began = time.monotonic()
        with pytest.raises(Refused) as caught:
            await snmp.get(closed, [NAME])
        assert time.monotonic() - began < 1.0
        assert caught.value.reason is Reason.REFUSED
        assert snmp.counts()["snmp_errors"] == 1


async def test_an_error_about_one_target_does_not_touch_another(agent: Start) -> None:
    """On a shared socket Linux reports a queued error to whoever sends next; that must not reach the wrong look."""
    one = agent(lambda request: [response(request.request_id, named(request))])
    refused = [Target(f"r{i}", f"127.77.9.{i}", snmp_port=9, credentials=("first",)) for i in range(1, 21)]
    with engine(timeout=2.0) as snmp:
        asked = [
            snmp.get(each, [NAME]) for pair in zip(refused, [target(one)] * 20, strict=True) for each in pair
        ]
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(outcome, Refused) for outcome in outcomes[::2])
    assert all(not isinstance(outcome, BaseException) for outcome in outcomes[1::2])


async def test_both_address_families_are_served() -> None:
    """A closed port on ::1 is refused just the same."""
    with engine(timeout=2.0) as snmp:
        if "IPv6" not in snmp.receive_buffer_bytes:
            pytest.skip("no IPv6 on this machine")
        with pytest.raises(Refused):
            await snmp.get(Target("six", "::1", snmp_port=9, credentials=("first",)), [NAME])


async def test_credentials_are_tried_in_order_and_the_one_that_worked_is_remembered(agent: Start) -> None:
    """The agent is silent to a wrong community, as real ones are."""

    def behave(request: Request) -> Sequence[bytes]:
        right = request.community == b"second-word"
        return [response(request.request_id, named(request))] if right else []

    one = agent(behave)
    with engine() as snmp:
        for _ in range(3):
            await snmp.get(target(one, "first", "second"), [NAME])
    assert [request.community for request in one.requests] == [b"first-word"] + [b"second-word"] * 3


async def test_after_a_changed_community_the_others_are_tried_again(agent: Start) -> None:
    """The remembered credential is given up after two silent looks."""
    word = [b"first-word"]
    one = agent(
        lambda request: [response(request.request_id, named(request))] if request.community == word[0] else []
    )
    with engine() as snmp:
        both = target(one, "first", "second")
        await snmp.get(both, [NAME])
        word[0] = b"second-word"
        for _ in range(2):
            with pytest.raises(Silent):
                await snmp.get(both, [NAME])
        assert NAME in (await snmp.get(both, [NAME])).values


@pytest.mark.parametrize("name", ["password", "missing"])
async def test_a_credential_that_cannot_be_used_is_our_fault_and_is_named(agent: Start, name: str) -> None:
    """Wrong kind or no such name: a local fault, with the name and never the secret in it."""
    one = agent(lambda _: [])
    with engine() as snmp:
        with pytest.raises(LocalFault) as caught:
            await snmp.get(target(one, name), [NAME])
        assert caught.value.detail == name
        assert not one.requests


async def test_a_secret_is_read_once_in_an_operation(agent: Start) -> None:
    """It may be a file; a walk of many requests reads it once, the next operation again, so a change is noticed."""
    read: list[str] = []

    def resolve(name: str) -> Secret:
        read.append(name)
        return SECRETS[name]

    one = agent(table_agent(25, [COLUMN]))
    with open_snmp(SnmpOptions(timeout=0.25), resolve) as snmp:
        for _ in range(2):
            await snmp.walk(target(one), [COLUMN])
    assert len(one.requests) > 2
    assert read == ["first", "first"]


async def test_an_authorization_error_is_a_credentials_fault(agent: Start) -> None:
    """RFC 3416 authorizationError is the one case in which a v2c agent speaks of credentials."""
    one = agent(lambda request: [response(request.request_id, named(request), 16)])
    with engine() as snmp, pytest.raises(CredentialsFault):
        await snmp.get(target(one), [NAME])


async def test_a_get_that_is_too_big_is_asked_in_smaller_portions(agent: Start) -> None:
    """tooBig comes with empty bindings, as some agents send it."""

    def behave(request: Request) -> Sequence[bytes]:
        if len(request.oids) > 3:
            return [response(request.request_id, [], 1)]
        return [response(request.request_id, named(request))]

    one = agent(behave)
    oids = [f"1.3.6.1.2.1.1.{number}.0" for number in range(1, 8)]
    with engine() as snmp:
        answer = await snmp.get(target(one), oids)
    assert list(answer.values) == oids


async def test_an_error_status_and_a_missing_value_are_told_as_they_are(agent: Start) -> None:
    """genErr is the answer's status; noSuchInstance is a value's tag; what was not answered is not there."""
    generic = agent(lambda request: [response(request.request_id, named(request), 5)])
    missing = agent(lambda request: [response(request.request_id, [(request.oids[0], tlv(0x81, b""))])])
    with engine() as snmp:
        assert (await snmp.get(target(generic), [NAME])).error_status == 5
        answer = await snmp.get(target(missing), [NAME, "1.3.6.1.2.1.1.6.0"])
    assert dict(answer.values) == {NAME: (NO_SUCH_INSTANCE, b"")}


def table_agent(rows: int, columns: list[str], most: int = 10_000) -> Script:
    """Answers GetBulk from a table of integers; tooBig beyond `most` bindings."""
    everything = sorted(
        (
            (encode_oid(f"{column}.{row}"), encode_integer(row))
            for column in columns
            for row in range(1, rows + 1)
        ),
        key=lambda pair: [int(arc) for arc in pair[0]],
    )

    def following(oid: bytes) -> tuple[bytes, bytes]:
        return next((pair for pair in everything if pair[0] > oid), (oid, tlv(0x82, b"")))

    def behave(request: Request) -> Sequence[bytes]:
        if request.repetitions * len(request.oids) > most:
            return [response(request.request_id, [], 1)]
        bindings, cursors = [], list(request.oids)
        for _step in range(request.repetitions):
            found = [following(cursor) for cursor in cursors]
            bindings.extend(found)
            cursors = [oid for oid, _ in found]
        return [response(request.request_id, bindings)]

    return behave


async def test_columns_are_walked_side_by_side(agent: Start) -> None:
    """Two columns of 25 rows come in three requests of ten repetitions."""
    one = agent(table_agent(25, [OTHER_COLUMN, COLUMN]))
    with engine() as snmp:
        table = await snmp.walk(target(one), [OTHER_COLUMN, COLUMN])
    assert table.cut == ""
    assert table.columns[COLUMN] == {(row,): (INTEGER, row) for row in range(1, 26)}
    assert len(one.requests) == 3


async def test_a_walk_asks_for_less_when_told_too_big_and_remembers_it(agent: Start) -> None:
    """Repetitions are halved until the agent can answer; the next walk starts there."""
    one = agent(table_agent(6, [OTHER_COLUMN, COLUMN], most=5))
    with engine() as snmp:
        first = await snmp.walk(target(one), [OTHER_COLUMN, COLUMN])
        refusals = len(one.requests)
        await snmp.walk(target(one), [OTHER_COLUMN, COLUMN])
    assert first.cut == ""
    assert len(first.columns[COLUMN]) == 6
    assert [request.repetitions for request in one.requests[:3]] == [10, 5, 2]
    assert {request.repetitions for request in one.requests[refusals:]} == {2}


async def test_a_walk_asks_for_less_when_large_answers_get_lost(agent: Start) -> None:
    """An agent that cannot send more than four bindings simply stays silent."""
    whole = table_agent(6, [COLUMN])
    one = agent(lambda request: whole(request) if request.repetitions <= 4 else [])
    with engine() as snmp:
        table = await snmp.walk(target(one), [COLUMN])
    assert (table.cut, len(table.columns[COLUMN])) == ("", 6)


async def test_a_walk_that_does_not_advance_is_cut_and_says_so(agent: Start) -> None:
    """The same row again and again ends the walk after one page."""
    one = agent(
        lambda request: [response(request.request_id, [(encode_oid(f"{COLUMN}.1"), encode_integer(1))] * 5)]
    )
    with engine() as snmp:
        table = await snmp.walk(target(one), [COLUMN])
    assert (table.cut, len(table.columns[COLUMN])) == ("not_increasing", 1)
    assert len(one.requests) == 1


async def test_a_table_without_end_is_cut_at_the_row_cap(agent: Start) -> None:
    """The bound holds whatever the agent invents."""
    one = agent(table_agent(200, [COLUMN]))
    with engine(row_cap=30) as snmp:
        table = await snmp.walk(target(one), [COLUMN])
    assert (table.cut, len(table.columns[COLUMN])) == ("row_cap", 30)


async def test_a_walk_out_of_time_gives_what_it_has(agent: Start) -> None:
    """Its cause is time when some rows came; when none came the target was silent."""
    whole = table_agent(100, [COLUMN])
    one = agent(lambda request: whole(request) if request.number < 3 else [])
    with engine() as snmp:
        table = await snmp.walk(target(one), [COLUMN], until=time.monotonic() + 1.0)
        assert table.cut in {"time", "no_answer"}
        assert len(table.columns[COLUMN]) == 20
        with pytest.raises(Silent):
            await snmp.walk(target(one), [COLUMN], until=time.monotonic() + 0.5)


async def test_an_error_in_the_middle_of_a_walk_makes_it_partial(agent: Start) -> None:
    """genErr on the second page: the rows of the first remain, the status is named; on the first it is raised."""
    whole = table_agent(100, [COLUMN])
    one = agent(
        lambda request: (
            whole(request) if request.number == 1 else [response(request.request_id, named(request), 5)]
        )
    )
    with engine() as snmp:
        table = await snmp.walk(target(one), [COLUMN])
        assert (table.cut, len(table.columns[COLUMN])) == ("error_5", 10)
        with pytest.raises(BadAnswer):
            await snmp.walk(target(one), [COLUMN])


async def test_silence_is_told_before_the_caller_stops_waiting(agent: Start) -> None:
    """Three attempts with two credentials still fit into `until`."""
    one = agent(lambda _: [])
    with engine(timeout=2.0, retries=2) as snmp:
        began = time.monotonic()
        with pytest.raises(Silent):
            await snmp.get(target(one, "first", "second"), [NAME], until=began + 1.6)
        assert time.monotonic() - began < 1.8
        assert len(one.requests) >= 4


@pytest.mark.parametrize("address", ["not-an-address", "router.example", "", "127.0.0.1; id"])
async def test_a_malformed_address_is_a_local_fault_and_no_name_is_looked_up(address: str) -> None:
    """Nothing is sent."""
    with engine() as snmp:
        with pytest.raises(LocalFault):
            await snmp.get(Target("x", address, credentials=("first",)), [NAME])
        assert snmp.counts()["snmp_requests"] == 0


async def test_a_buffer_that_cannot_be_had_is_said(agent: Start) -> None:
    """The achieved size is readable; a smaller one than asked for makes a remark with the command to raise it."""
    with engine(receive_buffer_bytes=2**30 - 1) as snmp:
        if min(snmp.receive_buffer_bytes.values()) < 2**30 - 1:
            assert "net.core.rmem_max" in snmp.remarks[0].english()
        else:
            assert not snmp.remarks


async def test_closing_the_engine_ends_what_is_under_way(agent: Start) -> None:
    """Those who wait are told at once; nobody hangs."""
    one = agent(lambda _: [])
    with engine(timeout=30.0) as snmp:
        waiting = asyncio.ensure_future(snmp.get(target(one), [NAME]))
        await asyncio.sleep(0)
    with pytest.raises(LocalFault):
        await waiting


async def test_a_cancelled_look_leaves_nothing_behind(agent: Start) -> None:
    """Its request is forgotten at once."""
    one = agent(lambda _: [])
    with engine(timeout=30.0) as snmp:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(snmp.get(target(one), [NAME]), 0.05)
        assert not any(channel._pending for channel in snmp._channels.values())
