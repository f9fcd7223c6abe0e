"""pysnmp as it is at its best: one engine for all, no MIBs, targets made beforehand."""

import asyncio
from collections.abc import Callable, Sequence

from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    UsmUserData,
    bulk_cmd,
    get_cmd,
    usmAesCfb128Protocol,
    usmHMAC192SHA256AuthProtocol,
)

from benchmarks.farm import AUTHENTICATION, COMMUNITY, ENCRYPTION, USER, address
from benchmarks.figure import Size, Values
from benchmarks.work import COLUMNS, DEVICES, PORTS, REPETITIONS, SCALARS, Ask, drive

# It decodes more slowly than answers come; with more requests in flight it times out.
_IN_FLIGHT = 20


class _Peer:
    """Asks the targets by their places."""

    def __init__(self, targets: Sequence[UdpTransportTarget], secured: bool) -> None:
        self.engine = SnmpEngine()
        self._targets = targets
        self._who = _user() if secured else CommunityData(COMMUNITY)
        self._context = ContextData()

    async def get(self, place: int) -> int:
        """One GET of the six values."""
        asked = [ObjectType(ObjectIdentity(oid)) for oid in SCALARS]
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


def _user() -> UsmUserData:
    return UsmUserData(
        USER,
        AUTHENTICATION,
        ENCRYPTION,
        authProtocol=usmHMAC192SHA256AuthProtocol,
        privProtocol=usmAesCfb128Protocol,
    )


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


def get(size: Size, port: str) -> Values:
    """Gets, in microseconds."""
    return (asyncio.run(_run(size, port, lambda peer: peer.get, len(SCALARS))) * 1e6,)


def get_secured(size: Size, port: str) -> Values:
    """Gets by v3 authPriv, in microseconds."""
    return (asyncio.run(_run(size, port, lambda peer: peer.get, len(SCALARS), secured=True)) * 1e6,)


def walk(size: Size, port: str) -> Values:
    """Walks, in milliseconds."""
    return (asyncio.run(_run(size, port, lambda peer: peer.walk, len(COLUMNS) * PORTS)) * 1e3,)


async def _run(
    size: Size, port: str, choose: Callable[[_Peer], Ask], values: int, secured: bool = False
) -> float:
    where = [await UdpTransportTarget.create((address(place), int(port))) for place in range(DEVICES)]
    peer = _Peer(where, secured)
    try:
        return await drive(choose(peer), size.count, _IN_FLIGHT, values)
    finally:
        peer.engine.close_dispatcher()
