"""What the daemon has noticed about things, as of a moment and as known at one."""

from netwatch.clock import HOUR
from netwatch.journal import Notice, record
from netwatch.store.sql import SqlStore

NOW = 1_793_491_200_000_000


def test_of_each_thing_the_newest_notice_that_was_known_is_told(store: SqlStore) -> None:
    """By when it began and by when it was written down, of no other kind, and none without facts."""

    def write(kind: str, of: str, began: int, written: int, **facts: object) -> None:
        record(store.engine, Notice(kind, began, facts, of), written)

    def told(until: int, known_at: int) -> list[tuple[object, object]]:
        return [(one["item"], one["count"]) for one in store.notices("strike", until, known_at)]

    write("strike", "P", NOW, NOW + 1, item="P", count=1)
    write("strike", "Q", NOW + 2, NOW + 3, item="Q", count=7)
    write("strike_counter", "P", NOW + 4, NOW + 4, item="P", count=0)
    write("strike", "P", NOW + HOUR, NOW + HOUR + 9, item="P", count=2)
    write("strike", "R", NOW, NOW + 1)
    assert told(NOW + HOUR, NOW + HOUR + 9) == [("Q", 7), ("P", 2)]
    assert told(NOW + HOUR, NOW + HOUR + 8) == [("P", 1), ("Q", 7)]
    assert told(NOW + HOUR - 1, NOW + 2 * HOUR) == [("P", 1), ("Q", 7)]
    assert told(NOW + 1, NOW + 2 * HOUR) == [("P", 1)]
    assert told(NOW, NOW) == []
