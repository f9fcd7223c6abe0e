"""gufo-snmp by its public interface: a session per device; columns are walked one after the other."""

import asyncio
from collections.abc import Callable, Sequence

from gufo.snmp import Aes128Key, Sha256Key, User
from gufo.snmp.aio import SnmpSession

from benchmarks.farm import AUTHENTICATION, COMMUNITY, ENCRYPTION, USER, address
from benchmarks.figure import Size, Values
from benchmarks.work import COLUMNS, DEVICES, IN_FLIGHT, PORTS, SCALARS, Ask, drive

# A column of 48 rows in two answers.
_REPETITIONS = 25


def get(size: Size, port: str) -> Values:
    """Gets, in microseconds."""
    return (asyncio.run(_run(size, port, _gets, len(SCALARS))) * 1e6,)


def get_secured(size: Size, port: str) -> Values:
    """Gets by v3 authPriv, in microseconds."""
    return (asyncio.run(_run(size, port, _gets, len(SCALARS), secured=True)) * 1e6,)


def walk(size: Size, port: str) -> Values:
    """Walks, in milliseconds."""
    return (asyncio.run(_run(size, port, _walks, len(COLUMNS) * PORTS)) * 1e3,)


def _gets(sessions: Sequence[SnmpSession]) -> Ask:
    async def ask(place: int) -> int:
        return len(await sessions[place].get_many(SCALARS))

    return ask


def _walks(sessions: Sequence[SnmpSession]) -> Ask:
    async def ask(place: int) -> int:
        read = 0
        for column in COLUMNS:
            async for _ in sessions[place].getbulk(column, _REPETITIONS):
                read += 1
        return read

    return ask


async def _run(
    size: Size, port: str, choose: Callable[[Sequence[SnmpSession]], Ask], values: int, secured: bool = False
) -> float:
    sessions = [_session(place, int(port), secured) for place in range(min(DEVICES, size.count))]
    for session in sessions if secured else ():
        await session.refresh()
    # A session has one question under way.
    return await drive(choose(sessions), size.count, min(IN_FLIGHT, len(sessions)) // 2 or 1, values)


def _session(place: int, port: int, secured: bool) -> SnmpSession:
    if not secured:
        return SnmpSession(address(place), port, community=COMMUNITY, timeout=2.0)
    keys = Sha256Key(AUTHENTICATION.encode()), Aes128Key(ENCRYPTION.encode())
    user = User(USER, auth_key=keys[0], priv_key=keys[1])
    return SnmpSession(address(place), port, user=user, timeout=2.0)
