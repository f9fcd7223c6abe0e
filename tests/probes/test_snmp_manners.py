"""Agents whose faults are known: walked in their own order, without GetBulk, with fewer rows at once."""

from collections.abc import Callable, Sequence

import pytest

from probes.contract import Target
from probes.secret import Secret
from probes.transports.snmp.ber import GET_BULK, GET_NEXT, encode_integer, encode_oid, tlv
from probes.transports.snmp.client import SnmpOptions, open_snmp
from probes.transports.snmp.contract import Manners, Table
from probes.transports.snmp.scripted import Pair, Request, Script, ScriptedAgent, response

pytestmark = pytest.mark.anyio
Start = Callable[[Script], ScriptedAgent]
COLUMN, BEYOND = "1.3.6.1.2.1.2.2.1.8", "1.3.6.1.2.1.2.2.1.9.1"
ORDER = (3, 1, 2, 7, 5)
PAIRS = [(encode_oid(f"{COLUMN}.{row}"), encode_integer(row)) for row in ORDER]
END: Pair = (encode_oid(BEYOND), encode_integer(0))


def disorderly(pairs: Sequence[Pair], last: Pair) -> Script:
    """An agent that tells its rows in an order of its own, then what stands behind the table."""
    chain = dict(zip([encode_oid(COLUMN), *(oid for oid, _ in pairs)], [*pairs, last], strict=True))

    def script(request: Request) -> Sequence[bytes]:
        found, oid = [], request.oids[0]
        for _ in range(request.repetitions if request.pdu == GET_BULK else 1):
            oid, value = chain.get(oid, (oid, tlv(0x82, b"")))
            found.append((oid, value))
        return [response(request.request_id, found)]

    return script


async def walked(agent: ScriptedAgent, manners: Manners) -> Table:
    secret = Secret("snmp_v2c", {"community": "public"})
    target = Target("t", agent.address, snmp_port=agent.port, credentials=("one",))
    with open_snmp(SnmpOptions(timeout=0.5, retries=0), lambda _: secret) as snmp:
        snmp.mind(target, manners)
        return await snmp.walk(target, [COLUMN])


@pytest.mark.parametrize("manners", [Manners(ordered=False), Manners(ordered=False, bulk=False)])
async def test_rows_out_of_order_are_read_where_that_is_known_of_the_agent(
    agent: Start, manners: Manners
) -> None:
    """All of them; of any other agent the walk is cut where the order ends."""
    table = await walked(agent(disorderly(PAIRS, END)), manners)
    assert (table.cut, list(table.columns[COLUMN])) == ("", [(row,) for row in ORDER])
    cut = await walked(agent(disorderly(PAIRS, END)), Manners())
    assert (cut.cut, list(cut.columns[COLUMN])) == ("not_increasing", [(3,)])


async def test_an_agent_without_order_that_goes_round_in_circles_is_cut(agent: Start) -> None:
    """At the first row that came before."""
    one = agent(disorderly(PAIRS, PAIRS[1]))
    table = await walked(one, Manners(ordered=False, bulk=False))
    assert (table.cut, len(table.columns[COLUMN])) == ("not_increasing", len(ORDER))
    assert len(one.requests) <= len(ORDER) + 1


async def test_bulk_and_rows_at_once_are_as_the_agent_can_bear(agent: Start) -> None:
    """GetNext only, or no more rows than it was said to answer."""
    one = agent(disorderly(PAIRS, END))
    await walked(one, Manners(ordered=False, bulk=False))
    assert {request.pdu for request in one.requests} == {GET_NEXT}
    two = agent(disorderly(PAIRS, END))
    await walked(two, Manners(ordered=False, most_rows=2))
    assert {request.repetitions for request in two.requests} == {2}
