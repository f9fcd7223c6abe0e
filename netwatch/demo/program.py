"""When the steps of the story fall due: once, or again and again with a rest between. Pure.

A province so large that it is looked at less often has a story that is slower by as much.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from inventory.snapshot import Inventory
from netwatch.demo.config import FULL_PACE
from netwatch.demo.story import Step, cast, story
from netwatch.demo.world import WHOLE, World

# Quiet seconds after the last step, before the story begins anew or is said to have ended.
REST = 45.0


@dataclass(frozen=True, slots=True)
class Turn:
    """What is due: the world from now on, and the event to tell."""

    world: World
    event: str
    facts: Mapping[str, object]


class Program:
    """The story against a clock of seconds; nothing is due before `begin`."""

    def __init__(self, inventory: Inventory, interval: float, once: bool) -> None:
        self._inventory = inventory
        self._performance = 0
        self._steps = story(cast(inventory))
        self._slowness = interval / FULL_PACE
        self._once = once
        self._began: float | None = None
        self._next = 0
        self._world = WHOLE

    @property
    def length(self) -> float:
        """Seconds from the beginning until the story has ended and everything has had time to be seen well."""
        return (self._steps[-1].at + REST) * self._slowness

    def begin(self, now: float) -> None:
        """Start; a second time changes nothing."""
        if self._began is None:
            self._began = now

    def next_due(self, now: float) -> float | None:
        """Seconds until something is due, 0 or less when it is; None before the beginning and after the end."""
        if self._began is None:
            return None
        return self._began + self._at() - now

    def _at(self) -> float:
        return self._steps[self._next].at * self._slowness if self._next < len(self._steps) else self.length

    def due(self, now: float) -> Iterator[Turn]:
        """The turns that are due, in order."""
        while (wait := self.next_due(now)) is not None and wait <= 0:
            yield self._turn()

    def _turn(self) -> Turn:
        if self._next == len(self._steps):
            return self._ended()
        step = self._steps[self._next]
        self._next += 1
        self._world = step.change(self._world)
        return Turn(self._world, "step", _told(step, self._slowness))

    def _ended(self) -> Turn:
        length = self.length
        self._next = 0
        self._performance += 1
        self._steps = story(cast(self._inventory, self._performance))
        self._began = None if self._once or self._began is None else self._began + length
        return Turn(self._world, "story_ended", {"again": not self._once})


def _told(step: Step, slowness: float) -> Mapping[str, object]:
    return {
        "act": str(step.act),
        "at": step.at * slowness,
        "unit": step.unit,
        "target": step.target,
        "shows": list(step.shows),
    }
