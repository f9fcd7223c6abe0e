"""The work SNMP engines are given: what is asked for, of whom, and how a run of it is timed."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

PORTS = 48
DEVICES = 1000
IF_TABLE, IF_X_TABLE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
SCALARS = tuple(f"1.3.6.1.2.1.1.{number}.0" for number in (1, 3, 4, 5, 6, 7))
COLUMNS = (
    *(f"{IF_TABLE}.{column}" for column in (7, 8, 13, 14, 19, 20)),
    *(f"{IF_X_TABLE}.{column}" for column in (1, 6, 10, 15)),
)
REPETITIONS = 10
IN_FLIGHT = 100

# Asks the device at a place and returns how many values came.
Ask = Callable[[int], Awaitable[int]]


async def drive(ask: Ask, count: int, in_flight: int, values: int) -> float:
    """CPU seconds of this process per question, after every device (1,000, or as many as questions) was asked once.

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
