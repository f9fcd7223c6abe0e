"""Own monotonic sums over device counters that wrap, jump back and start anew. Pure: time comes in as numbers.

The first reading of a counter is its baseline and the sum starts at 0; what happens between an agent's restart and
our next look is not measured and adds nothing. Nothing is persisted.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

TICKS_PER_SECOND = 100
_WRAP = 2**32
# How far sysUpTime may be from what we expect and still be the same run of the agent: clocks drift, answers wait.
_SLACK_SECONDS = 10.0
_SLACK_RATIO = 0.05


@dataclass(frozen=True, slots=True)
class Counter:
    """A device counter as last read (`raw`, of `bits` width by its received type) and our own `total` since."""

    raw: int
    bits: int
    total: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """All counters of one target from one look: (part, metric) -> (value, bits).

    `uptime` is sysUpTime in ticks of 10 ms, None when unread; `at` is monotonic seconds.
    """

    at: float
    uptime: int | None
    values: Mapping[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Sums:
    """What is remembered of one target between looks."""

    at: float
    uptime: int | None
    counters: Mapping[tuple[str, str], Counter] = field(default_factory=dict)


def same_run(before: Sums, reading: Reading) -> bool | None:
    """Whether the agent ran through since the last look; None when sysUpTime is unknown.

    sysUpTime is a 32-bit count of 10 ms ticks (RFC 3418) and wraps after 497 days, so it is compared modulo 2**32.
    """
    if before.uptime is None or reading.uptime is None:
        return None
    elapsed = reading.at - before.at
    expected = before.uptime + elapsed * TICKS_PER_SECOND
    off = (reading.uptime - expected + _WRAP / 2) % _WRAP - _WRAP / 2
    return abs(off) <= (_SLACK_SECONDS + _SLACK_RATIO * elapsed) * TICKS_PER_SECOND


def advance(counter: Counter | None, value: int, bits: int, ran_through: bool | None) -> Counter:
    """Add what a counter grew by since the last look.

    Another width or a restart of the agent starts a new baseline. Going back is a wrap only for 32 bits and only if
    the agent surely ran through; a wrap of 64 bits does not happen in the life of a device, so that is a reset.
    """
    if counter is None:
        return Counter(value, bits)
    if bits != counter.bits or ran_through is False:
        return Counter(value, bits, counter.total)
    grown = value - counter.raw
    if grown < 0:
        grown = grown + _WRAP if bits == 32 and ran_through else 0
    return Counter(value, bits, counter.total + max(0, grown))


def add(before: Sums | None, reading: Reading, complete: bool) -> Sums:
    """Take one look's counters into account.

    Parts not read stay remembered, unless the look was complete or the agent restarted meanwhile: what they held
    before the restart would be compared with what they hold after it.
    """
    known: Mapping[tuple[str, str], Counter] = before.counters if before else {}
    ran_through = same_run(before, reading) if before else None
    counters = {} if complete or ran_through is False else dict(known)
    for key, (value, bits) in reading.values.items():
        counters[key] = advance(known.get(key), value, bits, ran_through)
    return Sums(reading.at, reading.uptime, counters)


class CounterBook:
    """The sums of all targets, held in memory by the process that looks."""

    def __init__(self) -> None:
        self._targets: dict[str, Sums] = {}

    def add(self, target: str, reading: Reading, complete: bool) -> Mapping[tuple[str, str], int]:
        """Take one look into account; the totals of every counter that it read."""
        sums = self._targets[target] = add(self._targets.get(target), reading, complete)
        return {key: sums.counters[key].total for key in reading.values}

    def keep(self, targets: Collection[str]) -> None:
        """Forget all targets but these, after the plan has changed."""
        self._targets = {target: sums for target, sums in self._targets.items() if target in targets}

    def __len__(self) -> int:
        return len(self._targets)
