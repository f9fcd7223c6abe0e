"""Which checks are to be looked at out of turn, so that a failure can be told of what failed. Pure.

A parent is asked once for a failure, at the child's first bad look; however many children fail together, its checks
stand in one command.
"""

from collections.abc import Iterable

from netwatch.evidence import Looks, telling
from netwatch.verdict import Subject


class Hastening:
    """Gathers what to look at until somebody takes it; remembers when which parent was asked."""

    def __init__(self) -> None:
        self._asked: dict[str, int] = {}
        self._wanted: dict[str, None] = {}

    def ask(self, parent: Subject, onset: int, looks: Looks, now: int) -> None:
        """A child fails since `onset`: look at the parent, unless that was done or asked for since."""
        if self._asked.get(parent.id, 0) <= onset and looks.looked(parent) <= onset:
            self._asked[parent.id] = now
            self.again(parent)

    def again(self, subject: Subject) -> None:
        """Look at a subject once more."""
        self._wanted.update(dict.fromkeys(key.check for key in telling(subject)))

    def forget(self, ids: Iterable[str]) -> None:
        """These are no longer there."""
        for id_ in ids:
            self._asked.pop(id_, None)

    def take(self) -> tuple[str, ...]:
        """Ids of the checks that are wanted now, each once."""
        wanted, self._wanted = tuple(self._wanted), {}
        return wanted
