"""Keeps the garbage collector from reading again and again what stays for good.

Inventory, plan and the states of half a million ports are millions of objects that live as long as the plan. A full
collection reads them all, and holds everything up for as long: half a second at that size. Put aside (`gc.freeze`)
they are read no more; reference counts still free what is dropped. Only a cycle that dies later among them would stay,
and these values form none.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from netwatch.clock import MINUTE, Clock

if TYPE_CHECKING:  # the command line comes here before anything else is loaded
    from netwatch.plan import Plan

# New objects until the youngest are looked through, and how often that is done before older ones are.
THRESHOLDS = (10_000, 20, 20)
# After so many of the longest intervals everything has been seen and its states are there.
SETTLED = 2


def put_aside() -> None:
    """What is there now stays; what was only passing among the young goes first."""
    gc.collect(1)
    gc.freeze()


def keep_to_the_end() -> None:
    """What a command made it keeps until it ends: not even then are its millions of values gone through once more."""
    gc.freeze()


async def look_after_memory(plan: Callable[[], "Plan"], clock: Clock) -> None:
    """Put aside what a new plan brought, and once more when all of it has been looked at; for ever."""
    gc.set_threshold(*THRESHOLDS)
    while True:
        current = plan()
        put_aside()
        longest = max((check.interval for check in current.checks.values()), default=0)
        settled: int | None = clock.now() + SETTLED * longest
        while plan() is current:
            await clock.sleep_until(clock.now() + MINUTE)
            if settled is not None and clock.now() >= settled:
                put_aside()
                settled = None


@contextmanager
def building() -> Iterator[None]:
    """While millions of values are made that stay for a while, nothing is collected: there is nothing to be found."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
