"""A fault of our own ends the daemon with its story in the log, so that it is started again; it never half lives on."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pytest

from netwatch.state import Transition
from netwatch.store.contract import FactRow
from netwatch.store.integrity import check_integrity
from netwatch.store.sql import SqlStore

if TYPE_CHECKING:
    from conftest import Bench, Installation

pytestmark = pytest.mark.anyio


class Faulty(SqlStore):
    """A store with a bug that shows at the third commit."""

    def __init__(self, sound: SqlStore) -> None:
        super().__init__(sound.engine)
        self.left = 3

    def record(
        self, transitions: Sequence[Transition], heartbeats: Mapping[str, int], at: int
    ) -> Sequence[FactRow]:
        """As `Store.record`, for a while."""
        self.left -= 1
        if not self.left:
            raise ZeroDivisionError
        return super().record(transitions, heartbeats, at)


async def test_a_bug_in_one_task_ends_all_of_them(bench: "Bench") -> None:
    """Looks stop, and the bug comes out with everything that was known of it."""
    async with bench.run(wrap=Faulty) as watch:
        await watch.wait(60)
        looks = len(bench.icmp.asked)
        await watch.wait(60)
        assert len(bench.icmp.asked) == looks
        fault = watch.task.exception()
    assert isinstance(fault, BaseExceptionGroup)
    assert fault.subgroup(ZeroDivisionError) is not None


@pytest.mark.lab
def test_the_program_ends_with_a_traceback_and_starts_again(place: "Installation") -> None:
    """Here the bug is a verdict that somebody ended by hand: judging it further is a contradiction."""
    place.responder.alive = frozenset({"127.9.0.1"})
    assert place.bring_in({"sw": "127.9.0.1"}) == 0
    running = place.start()
    place.until(lambda: place.verdict("sw", "up"))
    place.do("UPDATE verdict_interval SET end_at = start_at + 1 WHERE subject = 'sw' AND end_at IS NULL")
    place.responder.alive = frozenset()
    assert running.wait(20) == 1
    assert "CRITICAL netwatch.app: A fault in the program ends the daemon" in place.log
    assert "Traceback (most recent call last)" in place.log
    assert "Contradiction" in place.log
    place.start()
    place.until(lambda: place.verdict("sw", "down"))
    assert place.stop() == 0
    assert check_integrity(f"sqlite:///{place.database}") == ()
