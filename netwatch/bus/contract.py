"""What travels: batches of observations one way, commands the other.

A batch stays with the bus until it is acknowledged; what is not comes again. Numbers count up per publisher.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from netwatch.check import Batch


@dataclass(frozen=True, slots=True)
class Hasten:
    """To the collector: look at these checks `within` microseconds."""

    checks: tuple[str, ...]
    within: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """To the collector: space these checks out (`slower`), or return them to their own interval."""

    checks: tuple[str, ...]
    slower: bool


Command = Hasten | Pace


class Bus(Protocol):
    """Between one or more collectors and the two consumers."""

    async def publish(self, batch: Batch) -> None:
        """Hand over a batch; returns when the bus has it."""

    def batches(self) -> AsyncIterator[Batch]:
        """Batches in order, each until acknowledged."""

    async def acknowledge(self, batch: Batch) -> None:
        """The batch is committed and need not come again."""

    async def refuse(self, batch: Batch) -> None:
        """The batch could not be taken; it comes again."""

    async def command(self, command: Command) -> None:
        """Send a command to the collectors."""

    def commands(self) -> AsyncIterator[Command]:
        """Commands in order."""

    @property
    def depth(self) -> int:
        """Batches published and not yet acknowledged."""
