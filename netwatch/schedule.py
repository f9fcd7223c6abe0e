"""When each check is due. Pure: time comes in as a value.

Every check has its own phase, from the hash of its id, so looks spread over the interval and a restart keeps the
rhythm. A round that could not start before the next was due is skipped and counted, never piled up.
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netwatch.check import Check

# A round that starts later than this share of its interval counts as late.
LATE_SHARE = 0.1
# While echoes are silent, requests are spaced out up to this many intervals.
MOST_BACK_OFF = 8


@dataclass(frozen=True, slots=True)
class Due:
    """A check whose look is due, and since when."""

    check: Check
    due: int


def phase(check: str, interval: int) -> int:
    """Where in its interval a check looks: 0 <= phase < interval, from the (hex) check id alone."""
    return int(check, 16) % interval


def next_round(check: Check, after: int) -> int:
    """The first moment of the check's rhythm later than `after`."""
    offset = phase(check.id, check.interval)
    return after + check.interval - (after - offset) % check.interval


class Schedule:
    """The due times of a plan's checks.

    `take` hands out what is due; `begin` tells when its look begins, and it is not due again until `done`. `late` and
    `skipped` count rounds since the start.
    """

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._due: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []
        self._running: set[str] = set()
        self._back_off: dict[str, int] = {}
        self._hasten: dict[str, int] = {}
        self._forgiven = 0
        self.late = 0
        self.skipped = 0

    def adopt(self, checks: Mapping[str, Check], now: int) -> None:
        """Take over a plan: new checks start in their own phase, changed ones keep theirs, others are dropped."""
        for id_ in self._checks.keys() - checks.keys():
            self._forget(id_)
        for id_, check in checks.items():
            known = self._checks.get(id_)
            self._checks[id_] = check
            if id_ in self._running:
                continue
            if known is None or (known.interval != check.interval):
                self._set(id_, next_round(check, now))

    def _forget(self, id_: str) -> None:
        del self._checks[id_]
        self._due.pop(id_, None)
        self._back_off.pop(id_, None)
        self._hasten.pop(id_, None)

    def _set(self, id_: str, due: int) -> None:
        self._due[id_] = due
        heapq.heappush(self._heap, (due, id_))

    def next_due(self) -> int | None:
        """When the next look is due; None when nothing is waiting."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take(self, now: int, most: int) -> list[Due]:
        """At most `most` checks that are due, the longest overdue first."""
        taken: list[Due] = []
        while len(taken) < most and (due := self.next_due()) is not None and due <= now:
            id_ = heapq.heappop(self._heap)[1]
            del self._due[id_]
            self._running.add(id_)
            taken.append(Due(self._checks[id_], due))
        return taken

    def begin(self, due: Due, now: int) -> None:
        """The look begins now: waiting for another look at the same device may have made it late."""
        self.late += now - max(due.due, self._forgiven) > due.check.interval * LATE_SHARE

    def forgive(self, now: int) -> None:
        """The clock was set forward or the machine slept until now: rounds due before are neither late nor skipped."""
        self._forgiven = now

    def done(self, check: Check, due: int, now: int) -> None:
        """The look that was due at `due` has ended: plan the next one, counting the rounds it slept through."""
        self._running.discard(check.id)
        current = self._checks.get(check.id)
        if current is None:
            return
        following = next_round(current, max(due, now - current.interval))
        if following <= now:
            following = next_round(current, now)
        missed = following - next_round(current, max(due, self._forgiven))
        self.skipped += max(0, missed // current.interval)
        self._set(check.id, self._sooner(current, self._held_off(current, following)))

    def _held_off(self, check: Check, following: int) -> int:
        return following + (self._back_off.get(check.id, 1) - 1) * check.interval

    def _sooner(self, check: Check, due: int) -> int:
        return min(due, self._hasten.pop(check.id, due))

    def hasten(self, ids: Iterable[str], at: int) -> None:
        """Look at these by `at` at the latest (a soft state, an echo after silence, a person's wish)."""
        for id_ in ids:
            if id_ in self._running:
                self._hasten[id_] = min(at, self._hasten.get(id_, at))
            elif self._due.get(id_, at) > at:
                self._set(id_, at)

    def back_off(self, ids: Iterable[str]) -> None:
        """Double the distance between looks, up to the most; only for requests, while echoes are silent."""
        for id_ in ids:
            self._back_off[id_] = min(MOST_BACK_OFF, 2 * self._back_off.get(id_, 1))

    def relax(self, ids: Iterable[str]) -> None:
        """Back to the check's own interval."""
        for id_ in ids:
            self._back_off.pop(id_, None)

    def overdue(self, now: int) -> int:
        """By how much the most overdue look is late, microseconds: the scheduler's lag."""
        due = self.next_due()
        return max(0, now - max(due, self._forgiven)) if due is not None else 0

    def __len__(self) -> int:
        return len(self._checks)
