"""When what leaves: 10 ms ticks, one rate over all, everyone in turn. Pure: time is handed in, in monotonic seconds."""

from collections import deque
from heapq import heappop, heappush
from math import ceil, floor
from typing import Generic, TypeVar

TICK = 0.01
# After a pause the rate may be caught up with for so many seconds; what was not sent before that is not made good.
CATCH_UP = 0.05
# Even without a limit, answers are read between so many sends: the receive buffer must hold their answers.
AT_ONCE = 512
# A tick has come although the timer rang a rounding error too early.
_EARLY = 1e-6

T = TypeVar("T")


class Pace(Generic[T]):
    """A queue of those who may send now (`ready`, first come first served), and those whose time is yet to come.

    `rate` is sends per second over all. Whoever has sent and may send again goes to the end, so that nobody holds up
    the others.
    """

    def __init__(self, rate: float) -> None:
        self.ready: deque[T] = deque()
        self._rate = rate
        self._allowance = 1.0
        self._refilled = 0.0
        self._waiting: dict[int, list[T]] = {}
        self._ticks: list[int] = []

    def after(self, now: float, ticks: int, item: T) -> None:
        """Let it come up so many ticks after the one we are in; 0 is at once, behind those who are ready."""
        if ticks:
            self._put(floor(now / TICK + _EARLY) + ticks, item)
        else:
            self.ready.append(item)

    def at(self, when: float, item: T) -> None:
        """Let it come up at the first tick that is not before `when`."""
        self._put(ceil(when / TICK - _EARLY), item)

    def _put(self, tick: int, item: T) -> None:
        waiting = self._waiting.get(tick)
        if waiting is None:
            self._waiting[tick] = [item]
            heappush(self._ticks, tick)
        else:
            waiting.append(item)

    def due(self, now: float) -> list[T]:
        """Take all whose tick has come, the earliest first."""
        latest = floor(now / TICK + _EARLY)
        found: list[T] = []
        while self._ticks and self._ticks[0] <= latest:
            found += self._waiting.pop(heappop(self._ticks))
        return found

    def allowed(self, now: float) -> int:
        """How many sends the rate allows at this moment, at most AT_ONCE."""
        most = max(1.0, self._rate * CATCH_UP)
        self._allowance = min(most, self._allowance + max(0.0, now - self._refilled) * self._rate)
        self._refilled = now
        return min(AT_ONCE, int(self._allowance))

    def spend(self, sends: int) -> None:
        """So many were sent."""
        self._allowance -= sends

    def wake(self, now: float, full: bool = False) -> float | None:
        """When there will be something to do; None when nobody waits. `full`: the socket took no more just now."""
        if self.ready:
            if self._allowance >= 1.0 and not full:
                return now
            allowed = ceil((now + (1.0 - self._allowance) / self._rate) / TICK - _EARLY) * TICK
            return max(self.next_tick(now), allowed)
        return self._ticks[0] * TICK if self._ticks else None

    def next_tick(self, now: float) -> float:
        """When the next tick comes."""
        return (floor(now / TICK + _EARLY) + 1) * TICK

    def everyone(self) -> list[T]:
        """All who are ready or wait."""
        return [*self.ready, *(item for waiting in self._waiting.values() for item in waiting)]
