"""Whatever is recorded and judged, in whatever order, however often: the stored intervals stay whole."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from netwatch.check import Check, FactKey, FactSeen, Hardening
from netwatch.state import FactState, Transition, advance, begin, expire, interrupt
from netwatch.store.contract import Contradiction, FactRow, Judgement, VerdictRow
from netwatch.store.engine import open_engine, writing
from netwatch.store.integrity import problems
from netwatch.store.sql import SqlStore
from netwatch.store.tables import fact_interval, metadata, verdict_interval
from netwatch.verdict import Kind, Verdict

Stored: TypeAlias = dict[tuple[str, int], Mapping[str, Any]]
Step: TypeAlias = Callable[[SqlStore], object]

KEYS = tuple(FactKey(check, "", fact) for check in ("c1", "c2") for fact in ("reachable", "manageable"))
MOMENTS = st.integers(0, 12)
FEW = settings(max_examples=40, deadline=None)
FEWER = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@contextmanager
def in_memory() -> Iterator[SqlStore]:
    """A store on a new SQLite database in memory."""
    engine = open_engine("sqlite://")
    metadata.create_all(engine)
    try:
        yield SqlStore(engine)
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def postgresql(new_postgresql_database: Callable[[], str]) -> Iterator[Engine]:
    """One PostgreSQL database for all examples."""
    engine = open_engine(new_postgresql_database())
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@contextmanager
def emptied(engine: Engine) -> Iterator[SqlStore]:
    """A store on a database without rows."""
    with writing(engine).begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
    yield SqlStore(engine)


# --- arbitrary calls -----------------------------------------------------------------------------------------------


def transition(key: FactKey, since: int, later: int, holds: bool | None, reason: str) -> Transition:
    """A transition, sensible or not."""
    return Transition(key, None, holds, since, since, since + later, reason)


def row(subject: str, start: int, end: int | None, kind: Kind, revision: int) -> VerdictRow:
    """A verdict row, sensible or not."""
    return VerdictRow(0, subject, Verdict(kind, "answers"), start, end, start, revision, recorded_at=start)


transitions = st.builds(
    transition,
    st.sampled_from(KEYS),
    MOMENTS,
    st.integers(0, 2),
    st.sampled_from([True, False, None]),
    st.sampled_from(["a", "b"]),
)
verdict_rows = st.builds(
    row,
    st.sampled_from(["s1", "s2"]),
    MOMENTS,
    st.none() | MOMENTS,
    st.sampled_from([Kind.UP, Kind.DOWN]),
    st.integers(1, 2),
)
judgements = st.builds(
    Judgement,
    st.integers(0, 6),
    st.lists(verdict_rows, max_size=3).map(tuple),
    st.lists(st.tuples(st.integers(1, 6), MOMENTS), max_size=2).map(tuple),
    st.lists(st.integers(1, 6), max_size=2).map(tuple),
)


def judging(store: SqlStore, judgement: Judgement) -> None:
    """Judge; one that does not fit may be refused."""
    with suppress(Contradiction):
        store.judge(judgement)


def following(store: SqlStore, subject: str, later: int, kind: Kind) -> None:
    """A judgement that fits: the open row ends, another follows (or replaces it when it begins there too)."""
    told = [old for old in store.verdicts(0) if old.subject == subject]
    standing = [old for old in told if old.end is None]
    start = max((old.start if old.end is None else old.end for old in told), default=0) + later
    judgement = Judgement(0, add=(row(subject, start, None, kind, 3),))
    if standing and later:
        judgement = replace(judgement, end=((standing[0].id, start),))
    elif standing:
        judgement = replace(judgement, supersede=(standing[0].id,))
    answer = store.judge(judgement)
    before = contents(store)
    assert store.judge(judgement) == answer
    assert contents(store) == before


recording = st.lists(transitions, max_size=6).map(
    lambda batch: partial(SqlStore.record, transitions=batch, heartbeats={}, at=99)
)
judged = judgements.map(lambda judgement: partial(judging, judgement=judgement))
followed = st.builds(
    lambda subject, later, kind: partial(following, subject=subject, later=later, kind=kind),
    st.sampled_from(["s1", "s2"]),
    st.integers(0, 3),
    st.sampled_from([Kind.UP, Kind.DOWN]),
)
steps = st.lists(recording | judged | followed, max_size=12)


# --- what must hold after every one of them ------------------------------------------------------------------------


def contents(store: SqlStore) -> Stored:
    """Every row of both tables by (table, number)."""
    with store.engine.connect() as connection:
        return {**_rows(connection, "fact"), **_rows(connection, "verdict")}


def _rows(connection: Connection, which: str) -> Stored:
    table = fact_interval if which == "fact" else verdict_interval
    number = next(iter(table.primary_key)).name
    return {(which, found[number]): dict(found) for found in connection.execute(select(table)).mappings()}


def chains(stored: Stored) -> Mapping[tuple[object, ...], Sequence[Mapping[str, Any]]]:
    """Current rows by table and key, in order of start."""
    found: defaultdict[tuple[object, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for (which, _), row_ in sorted(stored.items(), key=lambda item: int(item[1]["start_at"])):
        if row_["superseded_by"] is None:
            key = [row_[name] for name in ("check_id", "part", "fact", "vantage", "subject") if name in row_]
            found[which, *key].append(row_)
    return found


def loose_ends(stored: Stored) -> set[tuple[object, ...]]:
    """(table, key..., end) of every end at which nothing begins."""
    return {
        (*key, row_["end_at"])
        for key, chain in chains(stored).items()
        for row_, start in zip(chain, [*(after["start_at"] for after in chain[1:]), None], strict=True)
        if row_["end_at"] not in (start, None)
    }


def require_whole(before: Stored, after: Stored) -> None:
    """No overlap, no length below one, one open row per key; an end without successor only of a retired subject."""
    for chain in chains(after).values():
        assert all(row_["end_at"] is None or row_["start_at"] < row_["end_at"] for row_ in chain)
        assert all(row_["end_at"] is not None for row_ in chain[:-1])
        assert all(row_["end_at"] <= next_["start_at"] for row_, next_ in pairwise(chain))
    assert all((which, row_["superseded_by"] or number) in after for (which, number), row_ in after.items())
    added = {row_.get("subject") for number, row_ in after.items() if number not in before}
    for which, subject, *_ in loose_ends(after) - loose_ends(before):
        assert which == "verdict"
        assert subject not in added


def require_nothing_overwritten(before: Stored, after: Stored) -> None:
    """A row once stored stays as it is, but for its end and its successor, which are written once."""
    for number, old in before.items():
        changed = {name for name, value in old.items() if after[number][name] != value}
        assert changed <= {"end_at", "superseded_by"}
        assert all(old[name] is None for name in changed)


def hold_after_every_step(store: SqlStore, asked: Sequence[Step]) -> None:
    """Make the calls one by one and look at all rows after each."""
    before = contents(store)
    for step in asked:
        step(store)
        after = contents(store)
        require_whole(before, after)
        require_nothing_overwritten(before, after)
        assert problems(store.engine) == ()
        before = after


@FEW
@given(steps)
def test_no_sequence_of_calls_breaks_an_interval(asked: Sequence[Step]) -> None:
    """SQLite: whatever is asked, sensible or not."""
    with in_memory() as store:
        hold_after_every_step(store, asked)


@FEWER
@given(asked=steps)
def test_no_sequence_of_calls_breaks_an_interval_in_postgresql(
    postgresql: Engine, asked: Sequence[Step]
) -> None:
    """PostgreSQL: the same."""
    with emptied(postgresql) as store:
        hold_after_every_step(store, asked)


@FEW
@given(st.lists(st.lists(transitions, max_size=5), max_size=6), st.data())
def test_redelivery_at_any_time_changes_nothing(batches: list[list[Transition]], data: st.DataObject) -> None:
    """Batches delivered before, whole or in part, in any order, write no row."""
    with in_memory() as store:
        for number, batch in enumerate(batches):
            store.record(batch, {}, number)
            before = contents(store)
            seen = [each for earlier in batches[: number + 1] for each in earlier]
            again = data.draw(st.lists(st.sampled_from(seen), max_size=8)) if seen else []
            assert store.record(again, {}, 50) == []
            assert contents(store) == before


# --- the state machine and the store ---------------------------------------------------------------------------------


CHECK = Check("c1", "t", "echo", "", "t", "", interval=2, deadline=1, recheck=1, hardening=Hardening(2, 3))
looks = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(["yes", "no", "unclear", "stopped", "silent"])), max_size=25
)


def next_state(state: FactState, now: int, what: str) -> tuple[FactState, Transition | None]:
    """What one event makes of a state."""
    if what == "silent":
        return expire(state, now, CHECK)
    if what == "stopped":
        return interrupt(state, now - 1, now, "stopped")
    holds = {"yes": True, "no": False, "unclear": None}[what]
    return advance(state, FactSeen("", "reachable", holds, what), now, CHECK.hardening)


@FEW
@given(looks)
def test_the_store_believes_what_the_state_machine_believes(seen: list[tuple[int, str]]) -> None:
    """After any looks, interruptions and silences the open interval is the hard fact, value and onset."""
    now, state = 1, begin(KEYS[0], 0)
    with in_memory() as store:
        for gap, what in seen:
            now += gap
            state, changed = next_state(state, now, what)
            if changed:
                assert len(store.record([changed], {"local": now}, now)) == 1
        believed = [(fact.holds, fact.since, fact.reason) for fact in store.facts()]
    if believed:
        assert believed == [(state.holds, state.since, believed[0][2])]
    else:
        assert state.holds is None


# --- crashes between the two transactions ----------------------------------------------------------------------------


def consume(store: SqlStore, limit: int, deliveries: int) -> None:
    """The second transaction as a daemon has it: the facts of one key become the verdicts of one line."""
    rows = store.fact_rows(store.cursor(), limit)
    if not rows:
        return
    judgement = judgement_of(store.verdicts(2**62), rows)
    for _ in range(deliveries):
        store.judge(judgement)


def judgement_of(standing: Sequence[VerdictRow], rows: Sequence[FactRow]) -> Judgement:
    """Each fact row ends the verdict before it and begins the next."""
    kinds = {True: Kind.UP, False: Kind.DOWN, None: Kind.UNKNOWN}
    starts = [fact.start for fact in rows]
    added = tuple(
        row("s1", fact.start, end, kinds[fact.transition.holds], 1)
        for fact, end in zip(rows, [*starts[1:], None], strict=True)
    )
    return Judgement(rows[-1].sequence, added, tuple((old.id, starts[0]) for old in standing))


rounds = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from([True, False, None]),
        # 0: killed between the transactions; 2: killed after the commit, before its answer arrived.
        st.sampled_from([0, 1, 2]),
        st.integers(1, 3),
    ),
    max_size=15,
)


@FEW
@given(rounds)
def test_a_crash_between_the_transactions_loses_no_transition(
    history: list[tuple[int, bool | None, int, int]],
) -> None:
    """However often the daemon dies between facts and verdicts, in the end the verdicts tell all the facts."""
    now, holds = 0, object()
    with in_memory() as store:
        for gap, value, deliveries, limit in history:
            now += gap
            if value is not holds:
                store.record([transition(KEYS[0], now, 0, value, "r")], {}, now)
            holds = value
            consume(SqlStore(store.engine), limit, deliveries)
        for _ in history:
            consume(store, 3, 1)
        told = [(fact.start, fact.end) for fact in store.fact_history(KEYS[0], 0, 10_000)]
        assert [(verdict.start, verdict.end) for verdict in store.verdicts(0)] == told
        assert store.cursor() == len(told)
