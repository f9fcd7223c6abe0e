"""What strike counters have counted: a rise is a strike, with the moments between which it fell. Pure.

A counter that reads less than before was replaced, set back or has wrapped: nobody can tell how many strikes that
hides, so it only begins anew. Readings are remembered by events, so that strikes while netwatch stood still are told.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from netwatch.check import Check, Observation
from netwatch.planning.contacts import STRIKES

STRIKE, COUNTER = "strike", "strike_counter"
COUNT = "strikes_counted"


@dataclass(frozen=True, slots=True)
class Counted:
    """What a counter read: `count` at `at`; the last `rise`, 0 without any, in (`since`, `until`].

    `total` is the sum of all rises since the start.
    """

    count: float
    at: int
    rise: float = 0
    since: int = 0
    until: int = 0
    total: float = 0


class Told(NamedTuple):
    """What is to be written down as an event: its kind, when it began, what it says, about which protector."""

    kind: str
    at: int
    facts: Mapping[str, Any]
    item: str


class Strikes:
    """The readings of all strike counters, by protector."""

    def __init__(self, told: Iterable[Mapping[str, Any]] = ()) -> None:
        self.by_item: Mapping[str, Counted] = {
            str(facts["item"]): _remembered(facts) for facts in told if "item" in facts
        }

    def news(self, checks: Mapping[str, Check], latest: Mapping[str, Observation]) -> Iterator[Told]:
        """Strikes since the last time, and counters met for the first time or set back."""
        read = dict(self.by_item)
        for check in checks.values():
            seen = latest.get(check.id) if check.instance == STRIKES else None
            count = next((value for _, name, value in seen.samples if name == COUNT), None) if seen else None
            if seen is not None and count is not None:
                before = read.get(check.target)
                read[check.target] = after = advance(before, count, seen.at)
                if before is None or count != before.count:
                    yield _notice(check.target, before, after)
        self.by_item = read


def advance(before: Counted | None, count: float, at: int) -> Counted:
    """A counter's state after one more reading; an older reading changes nothing."""
    if before is None:
        return Counted(count, at)
    if at <= before.at:
        return before
    rise = count - before.count
    if rise <= 0:
        return replace(before, count=count, at=at)
    return Counted(count, at, rise, before.at, at, before.total + rise)


def _notice(item: str, before: Counted | None, after: Counted) -> Told:
    facts = {"item": item, "count": after.count, "read": after.at}
    if before is None or after.count <= before.count:
        return Told(COUNTER, after.at, facts, item)
    bounds = {"rise": after.rise, "since": after.since, "until": after.until}
    return Told(STRIKE, after.since, {**facts, **bounds}, item)


def _remembered(facts: Mapping[str, Any]) -> Counted:
    rise, since, until = (facts.get(name, 0) for name in ("rise", "since", "until"))
    return Counted(float(facts["count"]), int(facts["read"]), float(rise), int(since), int(until))
