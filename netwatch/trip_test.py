"""A trip test as it goes on: what the person at the contact is told, by what is seen. Pure."""

from dataclasses import dataclass, replace

from inventory.snapshot import POSITIONS
from netwatch.language import Sentence

CLOSED, OPEN = POSITIONS


@dataclass(frozen=True, slots=True)
class TripTest:
    """The test of one contact: its `normal` position, the positions `seen` so far in order, and the `last` one.

    A `last` of '' is a contact that cannot be read at the moment, and `why` the reason of that.
    """

    normal: str
    seen: tuple[str, ...] = ()
    last: str | None = None
    why: tuple[Sentence | str, ...] = ()

    @property
    def other(self) -> str:
        """The position it goes to when the protector trips."""
        return OPEN if self.normal == CLOSED else CLOSED

    @property
    def over(self) -> bool:
        """Whether both positions were seen and the contact is back in its normal one."""
        return len(self.seen) == len(POSITIONS) and self.last == self.normal


def look(
    test: TripTest, position: str, why: tuple[Sentence | str, ...] = ()
) -> tuple[TripTest, tuple[Sentence, ...]]:
    """The test after one more look, with what is to be told of it; nothing where it is as before."""
    if (position, why) == (test.last, test.why):
        return test, ()
    seen = test.seen if position in ("", *test.seen) else (*test.seen, position)
    after = replace(test, seen=seen, last=position, why=why)
    return after, tuple(_told(after))


def _told(test: TripTest) -> list[Sentence]:
    if not test.last and test.why:
        return [Sentence("The contact cannot be read at the moment: {reason}.", {"reason": test.why})]
    if not test.last:
        return [Sentence("The contact cannot be read at the moment.")]
    seen = Sentence("Seen: closed.") if test.last == CLOSED else Sentence("Seen: open.")
    if test.over:
        return [seen, Sentence("Both positions were seen, and the contact is back in its normal one.")]
    if test.last == test.normal:
        return [seen, Sentence("Now pull the module, or press the test button: the contact has to change.")]
    return [seen, Sentence("Put it back now: the contact has to return.")]
