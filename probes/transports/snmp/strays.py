"""Datagrams that nobody waits for, counted by sender, so that a device that floods us can be named."""

from heapq import nlargest
from typing import NamedTuple

_MOST_SENDERS = 1024


class Stray(NamedTuple):
    """How many datagrams of one sender were of no use, by why: see `Channel`."""

    garbage: int
    foreign: int
    late: int


class Strays:
    """Counts by sender's address; when the table is full, the sender with the fewest makes room."""

    def __init__(self) -> None:
        self.garbage = self.foreign = self.late = 0
        self._senders: dict[str, list[int]] = {}

    def __len__(self) -> int:
        """How many senders are in the table."""
        return len(self._senders)

    def add_garbage(self, sender: str) -> None:
        """Bytes that are no message, or none that the agent asked can have meant."""
        self.garbage += 1
        self._of(sender)[0] += 1

    def add_foreign(self, sender: str) -> None:
        """An answer to a request that another address was asked."""
        self.foreign += 1
        self._of(sender)[1] += 1

    def add_late(self, sender: str) -> None:
        """An answer to no request under way: it came too late, twice, or was never asked for."""
        self.late += 1
        self._of(sender)[2] += 1

    def _of(self, sender: str) -> list[int]:
        found = self._senders.get(sender)
        if found is None:
            if len(self._senders) >= _MOST_SENDERS:
                self._make_room()
            found = self._senders[sender] = [0, 0, 0]
        return found

    def _make_room(self) -> None:
        """Keep the worse half: a flood of forged senders must cost neither memory nor much time."""
        kept = nlargest(_MOST_SENDERS // 2, self._senders.items(), key=lambda item: sum(item[1]))
        self._senders = dict(kept)

    def worst(self, most: int = 10) -> dict[str, Stray]:
        """The senders with the most strays, worst first."""
        return {
            sender: Stray(*counts)
            for sender, counts in nlargest(most, self._senders.items(), key=lambda item: sum(item[1]))
        }
