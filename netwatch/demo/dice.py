"""Choices that depend on a seed and a name only, so that one more agency leaves all others as they were. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")
_WHOLE = 2**64


@dataclass(frozen=True, slots=True)
class Dice:
    """Throws named dice: the same seed and name give the same throw on every machine and Python."""

    seed: int

    def share(self, name: str) -> float:
        """A number in [0, 1)."""
        digest = hashlib.sha256(f"{self.seed}/{name}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / _WHOLE

    def pick(self, name: str, items: Sequence[Item]) -> Item:
        """One of the items."""
        return items[int(self.share(name) * len(items))]

    def between(self, name: str, low: int, high: int) -> int:
        """A whole number from low to high, both possible."""
        return low + int(self.share(name) * (high - low + 1))
