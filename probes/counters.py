"""Own monotonic sums over device counters that wrap, jump back, tell nonsense and start anew. Pure.

The counters of a device stand in arrays, one *slot* each. The first reading of a slot is its baseline and its sum
starts at 0. What happens between an agent's restart and our next look is not measured and adds nothing. A counter that
was not read, or whose value cannot be believed, gives no sample: never 0. Nothing is persisted.
"""

from array import array
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import add, sub, truediv
from typing import Any

TICKS_PER_SECOND = 100
# BER tag of Counter64 (RFC 2578); every other integer type is taken for 32 bits wide.
_COUNTER64 = 0x46
_WRAP = 2**32
_TOO_LARGE = 2**64
# How far sysUpTime may be from what we expect and still be the same run of the agent: clocks drift, answers wait.
_SLACK_SECONDS = 10.0
_SLACK_RATIO = 0.05
# Agents refresh their counters only every few seconds (net-snmp keeps ifTable for 15), so a look may find the growth of
# that much more time than has passed since the last one.
_REFRESH_SECONDS = 15.0

# What `growth` says instead of a number.
RESET = -1
GARBAGE = -2


class Run(StrEnum):
    """Whether an agent ran through between two looks."""

    SAME = "same"
    RESTARTED = "restarted"
    JUMPED = "jumped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Agent:
    """What an agent said of its own life `at` monotonic seconds: sysUpTime in ticks of 10 ms, snmpEngineBoots."""

    at: float
    uptime: int | None = None
    boots: int | None = None


def run_between(before: Agent, now: Agent) -> Run:
    """Whether the agent ran through; UNKNOWN when sysUpTime was not read.

    sysUpTime is a 32-bit count of 10 ms ticks (RFC 3418) and wraps after 497 days, so it is compared modulo 2**32.
    What is off is a restart if snmpEngineBoots grew or the agent runs for less time than has passed, else JUMPED.
    """
    if before.uptime is None or now.uptime is None:
        return Run.UNKNOWN
    elapsed = now.at - before.at
    expected = before.uptime + elapsed * TICKS_PER_SECOND
    off = (now.uptime - expected + _WRAP / 2) % _WRAP - _WRAP / 2
    if abs(off) <= (_SLACK_SECONDS + _SLACK_RATIO * elapsed) * TICKS_PER_SECOND:
        return Run.SAME
    booted = before.boots is not None and now.boots is not None and now.boots > before.boots
    return Run.RESTARTED if booted or now.uptime < elapsed * TICKS_PER_SECOND else Run.JUMPED


def agent_seconds(before: Agent, now: Agent, run: Run) -> float:
    """The time between two looks by the agent's own clock where that is plausible, else by ours; seconds."""
    if run is not Run.SAME or before.uptime is None or now.uptime is None:
        return now.at - before.at
    return (now.uptime - before.uptime) % _WRAP / TICKS_PER_SECOND


def growth(before: int, value: int, bits: int, ran_through: bool, most: float) -> int:
    """How much a counter grew; RESET when it went back to a new start, GARBAGE when it grew by more than `most`.

    Going back is a wrap only for 32 bits, only if the agent surely ran through, and only if what that implies is
    possible; 64 bits do not wrap in the life of a device.
    """
    grown = value - before
    if grown >= 0:
        return grown if grown <= most else GARBAGE
    wrapped = grown + _WRAP
    return wrapped if bits == 32 and ran_through and wrapped <= most else RESET


def most_growth(rate: float, seconds: float) -> float:
    """The most that a counter may grow in some time at a rate per second."""
    return rate * (max(0.0, seconds) + _REFRESH_SECONDS)


@dataclass(frozen=True, slots=True)
class Sums:
    """What is remembered of a device's counters: last values and our totals by slot, `at` monotonic seconds.

    `stale` holds the slots that were not read then: the time when they last were, None when they have no baseline.
    """

    at: float
    raw: "array[int]"
    totals: "array[int]"
    stale: Mapping[int, float | None] = field(default_factory=dict)


def no_sums(slots: int, at: float) -> Sums:
    """So many counters of which none was read yet."""
    nothing = array("Q", bytes(8 * slots))
    return Sums(at, nothing, nothing, dict.fromkeys(range(slots)))


@dataclass(frozen=True, slots=True)
class CounterValues:
    """The counters of one device from one look, by slot: BER tags and contents, None where nothing was read.

    `seconds` is the time since the look before, `run` whether the agent ran through. `rates` bound the growth of each
    slot per second; `beyond` bounds them all, whatever is said of the port's speed. `undecided` says that sysUpTime was
    lost on the way: the next look will tell whether the agent ran through.
    """

    at: float
    seconds: float
    run: Run
    tags: bytes
    contents: Sequence[int | bytes | None]
    rates: Sequence[float]
    beyond: float
    undecided: bool = False


def grown_plainly(
    before: Sums, values: Sequence[Any], rates: Sequence[float], seconds: float, at: float
) -> Sums | None:
    """All slots at once, when every one was read as before and grew by what is possible; None when one did not.

    Only for counters of unchanged width and an agent that ran through.
    """
    if before.stale:
        return None
    try:
        raw = array("Q", values)
        grown = list(map(sub, raw, before.raw))
        if min(grown, default=0) < 0 or max(map(truediv, grown, rates), default=0.0) > most_growth(
            1.0, seconds
        ):
            return None
        return Sums(at, raw, array("Q", map(add, before.totals, grown)))
    except (OverflowError, TypeError):
        return None


@dataclass(slots=True)
class Judged:
    """What one look made of the counters: new sums, totals to show (None: no sample), and what was odd, counted.

    `tags` are the types of the slots as they are pinned now. `faster` are slots that grew by more than their port's
    speed allows, though not by more than any port could.
    """

    sums: Sums
    tags: bytes
    shown: "Sequence[int | None]"
    faster: list[int]
    counts: Counter[str]


def judge(before: Sums, pinned: bytes, values: CounterValues, fresh: Collection[int] = ()) -> Judged:
    """Take counters into account one by one; `pinned` are their types until now, `fresh` need a new baseline."""
    new = _Judging(before, pinned, values)
    anew = values.run in {Run.RESTARTED, Run.JUMPED}
    for slot, (tag, content) in enumerate(zip(values.tags, values.contents, strict=True)):
        if not isinstance(content, int):
            new.missed(slot, anew)
        elif not 0 <= content < (_TOO_LARGE if tag == _COUNTER64 else _WRAP):
            new.disbelieve(slot)
        elif anew or slot in fresh or before.stale.get(slot, before.at) is None:
            new.begin(slot, tag, content)
        elif tag != pinned[slot]:
            new.counts["counter_width_changes"] += 1
            new.begin(slot, tag, content)
        elif values.undecided and content < before.raw[slot]:
            # A wrap or a restart: counted from the same baseline once that can be told.
            new.missed(slot, anew)
        else:
            new.go_on(slot, tag, content)
    sums = Sums(values.at, new.raw, new.totals, new.stale)
    return Judged(sums, bytes(new.tags), new.shown, new.faster, new.counts)


class _Judging:
    """The sums of one device while its counters are judged."""

    def __init__(self, before: Sums, pinned: bytes, values: CounterValues) -> None:
        self.before = before
        self.values = values
        self.raw = before.raw[:]
        self.totals = before.totals[:]
        self.tags = bytearray(pinned)
        self.stale: dict[int, float | None] = {}
        self.shown: list[int | None] = [None] * len(pinned)
        self.faster: list[int] = []
        self.counts: Counter[str] = Counter()

    def missed(self, slot: int, anew: bool) -> None:
        """It was not read: its baseline stays, unless the agent restarted meanwhile."""
        self.stale[slot] = None if anew else self.before.stale.get(slot, self.before.at)

    def disbelieve(self, slot: int) -> None:
        """No sample, and no baseline: the next value begins anew."""
        self.stale[slot] = None
        self.counts["counter_garbage"] += 1

    def begin(self, slot: int, tag: int, value: int) -> None:
        """A new baseline; the total stays."""
        self.tags[slot] = tag
        self.raw[slot] = value
        self.shown[slot] = self.totals[slot]

    def go_on(self, slot: int, tag: int, value: int) -> None:
        """Add what the counter grew by since it was last read."""
        before, values = self.before, self.values
        since = before.stale.get(slot) or before.at
        seconds = values.seconds + before.at - since
        bits = 64 if tag == _COUNTER64 else 32
        most = most_growth(values.rates[slot], seconds)
        grown = growth(before.raw[slot], value, bits, values.run is Run.SAME, most)
        if grown == GARBAGE:
            if value - before.raw[slot] <= most_growth(values.beyond, seconds):
                self.faster.append(slot)
            self.disbelieve(slot)
            return
        if value < before.raw[slot]:
            self.counts["counter_resets" if grown == RESET else "counter_wraps"] += 1
        self.totals[slot] = (before.totals[slot] + max(0, grown)) % _TOO_LARGE
        self.begin(slot, tag, value)
