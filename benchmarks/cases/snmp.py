"""SNMP engines: CPU of the asker per six-value GET, and per walk of ten columns over 48 interfaces."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from pysnmp.hlapi.v3arch.asyncio import (  # type: ignore[import-untyped]
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    UdpTransportTarget,
    bulk_cmd,
    get_cmd,
)
from pysnmp.hlapi.v3arch.asyncio import SnmpEngine as Pysnmp

from benchmarks.farm import COMMUNITY, address, farm
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from probes.contract import Target
from probes.secret import Secret
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp

PORTS = 48
DEVICES = 100
OIDS = tuple(f"1.3.6.1.2.1.1.{number}.0" for number in (1, 3, 4, 5, 6, 7))
COLUMNS = (
    *(f"1.3.6.1.2.1.2.2.1.{column}" for column in (7, 8, 13, 14, 19, 20)),
    *(f"1.3.6.1.2.1.31.1.1.1.{column}" for column in (1, 6, 10, 15)),
)
REPETITIONS = 10
# pysnmp decodes more slowly than answers come; with more requests in flight it times out.
IN_FLIGHT, PYSNMP_IN_FLIGHT = 100, 20

# Asks the device at a place and returns how many values came.
Ask = Callable[[int], Awaitable[int]]


def ports(_: Size) -> AbstractContextManager[str]:
    """A farm of switches."""
    return farm(PORTS)


async def drive(ask: Ask, count: int, in_flight: int, values: int) -> float:
    """CPU seconds of this process per question, after every device (100, or as many as questions) was asked once.

    Raises RuntimeError when a device gave another number of values.
    """

    async def work(places: Iterator[int]) -> None:
        for place in places:
            found = await ask(place % devices)
            if found != values:
                raise RuntimeError(f"question {place} gave {found} values instead of {values}")

    devices = min(DEVICES, count)
    first, counted = iter(range(devices)), iter(range(count))
    await asyncio.gather(*(work(first) for _ in range(in_flight)))
    began = time.process_time()
    await asyncio.gather(*(work(counted) for _ in range(in_flight)))
    return (time.process_time() - began) / count


@contextmanager
def _opened(port: str) -> Iterator[tuple[SnmpEngine, Sequence[Target]]]:
    targets = [
        Target(str(place), address(place), snmp_port=int(port), credentials=("one",))
        for place in range(DEVICES)
    ]
    secret = Secret("snmp_v2c", {"community": COMMUNITY})
    with open_snmp(SnmpOptions(max_repetitions=REPETITIONS), lambda _: secret) as engine:
        yield engine, targets


def get_ours(size: Size, port: str) -> Values:
    """Our engine's gets, in microseconds."""

    async def run() -> float:
        with _opened(port) as (engine, targets):

            async def ask(place: int) -> int:
                return len((await engine.get(targets[place], OIDS)).values)

            return await drive(ask, size.count, IN_FLIGHT, len(OIDS))

    return (asyncio.run(run()) * 1e6,)


def walk_ours(size: Size, port: str) -> Values:
    """Our engine's walks, in milliseconds."""

    async def run() -> float:
        with _opened(port) as (engine, targets):

            async def ask(place: int) -> int:
                table = await engine.walk(targets[place], COLUMNS)
                return sum(map(len, table.columns.values()))

            return await drive(ask, size.count, IN_FLIGHT, len(COLUMNS) * PORTS)

    return (asyncio.run(run()) * 1e3,)


class _Peer:
    """pysnmp as it is at its best: one engine for all, no MIBs, targets made beforehand."""

    def __init__(self, targets: Sequence[UdpTransportTarget]) -> None:
        self.engine = Pysnmp()
        self._targets = targets
        self._who, self._context = CommunityData(COMMUNITY), ContextData()

    async def get(self, place: int) -> int:
        """One GET of the six values."""
        asked = [ObjectType(ObjectIdentity(oid)) for oid in OIDS]
        where = self._targets[place]
        fault, _, _, found = await get_cmd(
            self.engine, self._who, where, self._context, *asked, lookupMib=False
        )
        return 0 if fault else len(found)

    async def walk(self, place: int) -> int:
        """A walk of all columns side by side, by GETBULK; those that have ended are no longer asked for."""
        cursors, read = {column: column for column in COLUMNS}, 0
        while cursors:
            asked = [ObjectType(ObjectIdentity(oid)) for oid in cursors.values()]
            where = self._targets[place]
            fault, _, _, found = await bulk_cmd(
                self.engine, self._who, where, self._context, 0, REPETITIONS, *asked, lookupMib=False
            )
            if fault or not found:
                return read
            read += _sort([str(name) for name, _ in found], cursors)
        return read


def _sort(names: Sequence[str], cursors: dict[str, str]) -> int:
    """Move each column's cursor on, drop the columns that have ended; how many values were inside their column."""
    columns, inside = list(cursors), 0
    for place, name in enumerate(names):
        column = columns[place % len(columns)]
        if name.startswith(f"{column}.") and column in cursors:
            cursors[column] = name
            inside += 1
        else:
            cursors.pop(column, None)
    return inside


def get_pysnmp(size: Size, port: str) -> Values:
    """pysnmp's gets, in microseconds."""
    return (asyncio.run(_by_pysnmp(size, port, lambda peer: peer.get, len(OIDS))) * 1e6,)


def walk_pysnmp(size: Size, port: str) -> Values:
    """pysnmp's walks, in milliseconds."""
    return (asyncio.run(_by_pysnmp(size, port, lambda peer: peer.walk, len(COLUMNS) * PORTS)) * 1e3,)


async def _by_pysnmp(size: Size, port: str, choose: Callable[[_Peer], Ask], values: int) -> float:
    where = [await UdpTransportTarget.create((address(place), int(port))) for place in range(DEVICES)]
    peer = _Peer(where)
    try:
        return await drive(choose(peer), size.count, PYSNMP_IN_FLIGHT, values)
    finally:
        peer.engine.close_dispatcher()


GET = Benchmark(
    name="get6_engine",
    question="What does one GET of six system values cost the asker, of 100 agents?",
    units=("us CPU per GET",),
    contenders=(Contender(OURS, get_ours), Contender("pysnmp", get_pysnmp, share=0.05)),
    size=Size(20_000),
    tiny=Size(40),
    surroundings=ports,
)
WALK = Benchmark(
    name="walk_engine",
    question="What does a walk of 10 columns over 48 interfaces cost the asker, per device?",
    units=("ms CPU per device",),
    contenders=(Contender(OURS, walk_ours), Contender("pysnmp", walk_pysnmp, share=0.05)),
    size=Size(1_000),
    tiny=Size(20),
    surroundings=ports,
)
