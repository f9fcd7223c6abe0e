"""Late looks in the store: unknown time is replaced by new versions, known time never is, on both databases."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from netwatch.check import FactKey
from netwatch.state import Transition
from netwatch.store.contract import Contradiction, FactRow, Judgement, VerdictRow
from netwatch.store.engine import open_engine, writing
from netwatch.store.integrity import problems
from netwatch.store.sql import SqlStore
from netwatch.store.tables import fact_interval, metadata
from netwatch.verdict import Kind

KEY = FactKey("c1", "", "reachable")
EVER = 2**62
Change = Callable[..., Transition]
Verdicts = Callable[..., VerdictRow]
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEWER = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def fill(start: int, end: int, holds: bool, check: str = "c1") -> FactRow:
    key = FactKey(check, "", "reachable")
    seen = Transition(key, None, holds, start, start - 1, end, "answered", "5 of 5 echoes", ever=True)
    return FactRow(0, seen, start, end)


def shape(rows: Sequence[FactRow]) -> list[tuple[int, int | None, bool | None]]:
    return [(row.start, row.end, row.transition.holds) for row in rows]


def contents(store: SqlStore) -> Mapping[int, Mapping[str, Any]]:
    """Every fact row, superseded ones too, by sequence."""
    with store.engine.connect() as connection:
        return {row["sequence"]: dict(row) for row in connection.execute(select(fact_interval)).mappings()}


def gap(store: SqlStore, change: Change) -> None:
    """Up, unknown from 100 to 200, up; all judged."""
    store.record([change(10, True), change(100, None, reason="silence"), change(200, True)], {}, 201)
    store.judge(Judgement(3))


def test_an_outage_within_a_gap_replaces_the_unknown_row_and_keeps_it(
    store: SqlStore, change: Change
) -> None:
    """The old row points to the first of those that replaced it; the others are as they were."""
    gap(store, change)
    before = contents(store)
    store.amend([fill(110, 130, True), fill(130, 150, False)], Judgement(0), 999)
    assert shape(store.fact_history(KEY, 0, EVER)) == [
        (10, 100, True),
        (100, 110, None),
        (110, 130, True),
        (130, 150, False),
        (150, 200, None),
        (200, None, True),
    ]
    after = contents(store)
    assert after[2] == {**before[2], "superseded_by": 4}
    assert (after[1], after[3]) == (before[1], before[3])
    assert {row["recorded_at"] for number, row in after.items() if number > 3} == {999}
    assert [row["was"] for number, row in sorted(after.items()) if number > 3] == [None, None, True, False]


def test_facts_and_verdicts_of_late_looks_are_stored_together_or_not_at_all(
    store: SqlStore, change: Change, verdict: Verdicts
) -> None:
    """A judgement that does not fit leaves the facts as they were."""
    gap(store, change)
    (row,) = store.judge(Judgement(0, add=(verdict(10, kind=Kind.UNKNOWN),)))
    before = contents(store)
    with pytest.raises(Contradiction):
        store.amend([fill(110, 130, True)], Judgement(0, add=(verdict(110),)), 999)
    assert contents(store) == before
    again = (verdict(10, 110, Kind.UNKNOWN, revision=2), verdict(110, revision=2))
    added = store.amend([fill(110, 130, True)], Judgement(0, add=again, supersede=(row.id,)), 999)
    assert store.versions("line-1", 0, EVER)[1:] == list(added)
    assert contents(store) != before


def test_what_late_looks_changed_is_no_news_to_the_second_consumer(store: SqlStore, change: Change) -> None:
    """The cursor lies beyond the new rows, and looks in time go on after them."""
    gap(store, change)
    store.amend([fill(110, 130, True)], Judgement(0), 999)
    assert store.fact_rows(store.cursor(), 10) == []
    (row,) = store.record([change(300, False)], {}, 301)
    assert store.fact_rows(store.cursor(), 10) == [row]
    assert row.sequence == max(contents(store))


def test_nothing_is_amended_while_facts_wait_to_be_judged(store: SqlStore, change: Change) -> None:
    """The cursor would skip them."""
    store.record([change(10, True), change(100, None), change(200, True)], {}, 201)
    before = contents(store)
    with pytest.raises(Contradiction, match="fact rows 1 to 3 must be judged"):
        store.amend([fill(110, 130, True)], Judgement(0), 999)
    assert contents(store) == before


def test_a_gap_still_open_stays_open_and_is_what_a_restart_begins_with(
    store: SqlStore, change: Change
) -> None:
    """What follows late looks is unknown for the old reason, and knows what was seen before it."""
    store.record([change(10, True), change(100, None, reason="silence", at=150)], {}, 151)
    store.judge(Judgement(2))
    store.amend([fill(110, 130, False)], Judgement(0), 999)
    (state,) = store.facts()
    assert (state.holds, state.reason, state.since, state.watermark) == (None, "silence", 130, 150)
    assert state.resumes is False
    store.record([change(160, True)], {}, 161)
    assert shape(store.fact_history(KEY, 110, EVER))[-2:] == [(130, 160, None), (160, None, True)]


def test_histories_of_many_facts_are_read_at_once(store: SqlStore, change: Change) -> None:
    """Each as it would be read alone; those of which nothing is stored are absent."""
    store.record([change(10, True, check=f"c{n}") for n in range(3)], {}, 11)
    store.record([change(20, False, check=f"c{n}") for n in range(3)], {}, 21)
    keys = [FactKey(f"c{n}", "", "reachable") for n in range(1, 5)]
    found = store.fact_histories(keys, 15, 18)
    assert found == {key: store.fact_history(key, 15, 18) for key in keys[:2]}


# --- whatever comes late -------------------------------------------------------------------------------------------


values = st.lists(st.tuples(st.integers(1, 9), st.sampled_from([True, False, None])), min_size=1, max_size=6)
cuts = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.booleans()), max_size=4)


def history(steps: list[tuple[int, bool | None]], check: str) -> list[Transition]:
    now, found = 0, []
    for later, holds in steps:
        now += later
        key = FactKey(check, "", "reachable")
        found.append(
            Transition(key, None, holds, now, now - 1, now, "silence" if holds is None else "answered")
        )
    return found


def late(steps: list[tuple[int, int, bool]], check: str) -> list[FactRow]:
    now, found = 0, []
    for later, long, holds in steps:
        start = now + later
        now = start + long
        found.append(fill(start, now, holds, check))
    return found


def known(store: SqlStore, key: FactKey) -> dict[int, bool | None]:
    """What holds at each moment."""
    rows = store.fact_history(key, 0, EVER)
    return {at: row.transition.holds for row in rows for at in range(row.start, row.end or 99)}


def hold_when_amended(store: SqlStore, pasts: Sequence[list[Transition]], seen: Sequence[FactRow]) -> None:
    """Amend a store with these pasts: no gap, no overlap, known time as it was, nothing overwritten, once is enough."""
    rows = store.record([step for past in pasts for step in past], {}, 99)
    store.judge(Judgement(len(rows)))
    keys = {past[0].key for past in pasts} | {row.transition.key for row in seen}
    before, held = contents(store), {key: known(store, key) for key in keys}
    store.amend(seen, Judgement(0), 100)
    after = contents(store)
    for key in keys:
        chain = store.fact_history(key, 0, EVER)
        assert all(one.end == two.start for one, two in pairwise(chain))
        assert all(row.end is None or row.start < row.end for row in chain)
        assert not chain or chain[-1].end is None
        said = known(store, key)
        assert {at: said[at] for at, holds in held[key].items() if holds is not None} == {
            at: holds for at, holds in held[key].items() if holds is not None
        }
        filled = {
            at: row.transition.holds
            for row in seen
            if row.transition.key == key
            for at in range(row.start, row.end or 0)
        }
        assert all(said[at] == held[key].get(at) or said[at] == filled[at] for at in filled)
        assert all(said[at] is not None for at in filled)
    assert all(
        {**after[number], "superseded_by": None} == {**row, "superseded_by": None}
        for number, row in before.items()
    )
    assert all(
        before[number]["holds"] is None
        for number in before
        if after[number]["superseded_by"] != before[number]["superseded_by"]
    )
    assert problems(store.engine) == ()
    assert store.fact_rows(store.cursor(), 10) == []
    store.amend(seen, Judgement(0), 101)
    assert contents(store) == after


@FEW
@given(values, values, cuts, cuts)
def test_whatever_comes_late_intervals_stay_whole_and_known_time_stays(
    one: list[tuple[int, bool | None]],
    two: list[tuple[int, bool | None]],
    first: list[tuple[int, int, bool]],
    second: list[tuple[int, int, bool]],
) -> None:
    """SQLite: two facts, whatever is known of them and whatever comes late."""
    engine = open_engine("sqlite://")
    metadata.create_all(engine)
    try:
        hold_when_amended(
            SqlStore(engine),
            [history(one, "c1"), history(two, "c2")],
            [*late(first, "c1"), *late(second, "c2")],
        )
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def postgresql(new_postgresql_database: Callable[[], str]) -> Iterator[Engine]:
    """One PostgreSQL database for all examples."""
    engine = open_engine(new_postgresql_database())
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@FEWER
@given(past=values, seen=cuts)
def test_whatever_comes_late_intervals_stay_whole_in_postgresql(
    postgresql: Engine, past: list[tuple[int, bool | None]], seen: list[tuple[int, int, bool]]
) -> None:
    """PostgreSQL: the same."""
    with writing(postgresql).begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
    hold_when_amended(SqlStore(postgresql), [history(past, "c1")], late(seen, "c1"))
