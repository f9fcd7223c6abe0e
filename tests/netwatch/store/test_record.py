"""Transaction 1: fact intervals and heartbeats."""

from collections.abc import Callable

import pytest

from netwatch.check import FactKey
from netwatch.state import FactState, Transition
from netwatch.store.contract import FactRow
from netwatch.store.sql import SqlStore

Change = Callable[..., Transition]
KEY = FactKey("c1", "", "reachable")


def spans(rows: object) -> list[tuple[int, int | None, bool | None]]:
    """(start, end, value) of fact rows."""
    return [(row.start, row.end, row.transition.holds) for row in rows]  # type: ignore[attr-defined]


def test_a_new_database_is_empty(store: SqlStore) -> None:
    """A new database has no facts, verdicts or heartbeats, and its cursor is 0."""
    assert list(store.facts()) == []
    assert store.fact_rows(0, 10) == []
    assert store.verdicts(0) == []
    assert store.heartbeats() == {}
    assert store.cursor() == 0


def test_a_transition_opens_an_interval_and_the_next_one_closes_it(store: SqlStore, change: Change) -> None:
    """The open interval ends where the next begins."""
    first = store.record([change(10, True)], {"local": 11}, 11)
    second = store.record([change(20, False)], {"local": 21}, 21)
    assert first == [FactRow(1, change(10, True), 10, None)]
    assert second == [FactRow(2, change(20, False), 20, None)]
    assert spans(store.fact_history(KEY, 0, 100)) == [(10, 20, True), (20, None, False)]


def test_transitions_of_one_batch_follow_each_other(store: SqlStore, change: Change) -> None:
    """Several transitions of one key in one batch are chained as if they had come one by one."""
    written = store.record([change(10, True), change(20, False), change(30, None)], {}, 31)
    assert spans(written) == [(10, 20, True), (20, 30, False), (30, None, None)]
    assert spans(store.fact_history(KEY, 0, 100)) == spans(written)


def test_a_transition_at_the_same_start_supersedes(store: SqlStore, change: Change) -> None:
    """What starts where the open interval starts replaces it; the feed still tells both."""
    store.record([change(10, False)], {}, 11)
    store.record([change(10, None, reason="silence")], {}, 12)
    assert spans(store.fact_history(KEY, 0, 100)) == [(10, None, None)]
    assert [row.sequence for row in store.fact_rows(0, 10)] == [1, 2]


def test_a_superseded_transition_delivered_again_stays_superseded(store: SqlStore, change: Change) -> None:
    """Redelivery of both leaves the second in force."""
    both = [change(10, False), change(10, None, reason="silence")]
    store.record(both, {}, 11)
    assert store.record(both, {}, 12) == []
    assert store.record(both[:1], {}, 13) == []
    assert spans(store.fact_history(KEY, 0, 100)) == [(10, None, None)]


def test_redelivery_writes_nothing(store: SqlStore, change: Change) -> None:
    """The same batch again, whole or in part, now or later, changes no row."""
    batch = [change(10, True), change(20, False)]
    store.record(batch, {"local": 21}, 21)
    store.record([change(30, True)], {"local": 31}, 31)
    before = store.fact_rows(0, 10)
    assert store.record(batch, {"local": 21}, 40) == []
    assert store.record(batch[1:], {"local": 21}, 40) == []
    assert store.fact_rows(0, 10) == before


def test_a_transition_older_than_the_open_interval_is_not_stored(store: SqlStore, change: Change) -> None:
    """History is not rewritten by news that come late."""
    store.record([change(20, True)], {}, 21)
    assert store.record([change(10, False)], {}, 22) == []
    assert spans(store.fact_history(KEY, 0, 100)) == [(20, None, True)]


def test_keys_do_not_disturb_each_other(store: SqlStore, change: Change) -> None:
    """Two checks changing at one moment keep their own intervals."""
    store.record([change(10, True), change(10, False, check="c2")], {}, 11)
    store.record([change(20, False)], {}, 21)
    assert [state.key.check for state in store.facts()] == ["c2", "c1"]
    assert spans(store.fact_history(FactKey("c2", "", "reachable"), 0, 100)) == [(10, None, False)]


def test_facts_come_back_as_states(store: SqlStore, change: Change) -> None:
    """A restart gets the open facts as states: nothing voted, watermark when it was decided."""
    store.record([change(10, True), change(20, False, at=23)], {}, 24)
    assert list(store.facts()) == [
        FactState(
            key=KEY,
            holds=False,
            since=20,
            contrary=19,
            reason="answered",
            evidence="5 of 5 echoes",
            watermark=23,
            ever=True,
        )
    ]


def test_the_feed_is_read_in_pieces(store: SqlStore, change: Change) -> None:
    """`fact_rows` goes on after a sequence, at most `limit` at a time."""
    store.record([change(10 * n, n % 2 == 0) for n in range(1, 6)], {}, 60)
    assert [row.sequence for row in store.fact_rows(0, 2)] == [1, 2]
    assert [row.sequence for row in store.fact_rows(2, 2)] == [3, 4]
    assert [row.sequence for row in store.fact_rows(4, 2)] == [5]


def test_history_is_cut_to_what_overlaps(store: SqlStore, change: Change) -> None:
    """Half-open: an interval that ends where the question begins is not part of the answer."""
    store.record([change(10, True), change(20, False), change(30, True)], {}, 31)
    assert spans(store.fact_history(KEY, 20, 30)) == [(20, 30, False)]
    assert spans(store.fact_history(KEY, 19, 31)) == [(10, 20, True), (20, 30, False), (30, None, True)]


def test_heartbeats_go_forward_only(store: SqlStore) -> None:
    """The heartbeat of each vantage is its newest."""
    store.record([], {"local": 10, "north": 7}, 10)
    store.record([], {"local": 8, "north": 9}, 11)
    assert store.heartbeats() == {"local": 10, "north": 9}


@pytest.mark.parametrize("text", ["a\0b", "lone \ud800 surrogate", "Mất điện tại xã Tân Lập", "x" * 10_000])
def test_any_text_from_outside_can_be_stored(store: SqlStore, change: Change, text: str) -> None:
    """Evidence from the network never makes a write fail; what a database cannot hold is replaced."""
    store.record([change(10, True, reason=text)], {}, 11)
    (row,) = store.fact_rows(0, 10)
    assert row.transition.reason == text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    assert store.record([change(10, True, reason=text)], {}, 12) == []


def test_batches_larger_than_a_statement(store: SqlStore, change: Change) -> None:
    """More keys than one statement takes parameters are written in one transaction all the same."""
    store.record([change(10, True, check=f"c{n}") for n in range(1500)], {}, 11)
    store.record([change(20, False, check=f"c{n}") for n in range(1500)], {}, 21)
    assert len(list(store.facts())) == 1500
    assert len(store.fact_rows(0, 10_000)) == 3000
