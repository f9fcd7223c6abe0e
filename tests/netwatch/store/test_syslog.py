"""Syslog messages in the database: found by whom, how bad, when and what they say; deleted from the oldest on."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netwatch.clock import SECOND
from netwatch.store import syslog_sql
from netwatch.store.contract import StoreFault
from netwatch.store.sql import SqlStore
from netwatch.store.syslog_sql import LogQuery, LogRow

NOW = 1_793_491_200 * SECOND
DEVICES, WORDS = ("core", "r-dai", "10.9.9.9"), ("down", "Up", "100%", "a_b", "\\x", "đường")


def row(at: int, source: str = "core", severity: int = 5, message: str = "down", host: str = "") -> LogRow:
    """A message received so many seconds after NOW."""
    return LogRow(NOW + at * SECOND, source, "10.0.0.1", 23, severity, host, "", message)


def many(count: int) -> list[LogRow]:
    """Messages of all kinds, one a second."""
    return [row(at, DEVICES[at % 3], at % 8, f"{WORDS[at % 6]} {at}", "SW-7") for at in range(count)]


def seen(store: SqlStore, query: LogQuery) -> list[int]:
    """The seconds of what is found."""
    return [(found.at - NOW) // SECOND for found in syslog_sql.search(store.engine, query)]


def wanted(rows: list[LogRow], query: LogQuery) -> list[int]:
    """The same, worked out plainly."""
    fit = [
        (one.at - NOW) // SECOND
        for one in rows
        if query.start <= one.at < query.end
        and (not query.sources or one.source in query.sources)
        and one.severity <= query.severity
        and (query.words.lower() in one.message.lower() or query.words.lower() in one.host.lower())
    ]
    return (fit if query.oldest else fit[::-1])[: query.limit]


QUERIES = st.builds(
    LogQuery,
    start=st.integers(0, 130).map(lambda at: NOW + at * SECOND),
    end=st.integers(0, 130).map(lambda at: NOW + at * SECOND),
    sources=st.lists(st.sampled_from([*DEVICES, "nobody"]), max_size=2, unique=True).map(tuple),
    severity=st.integers(0, 7),
    words=st.sampled_from(["", "DOWN", "up", "0%", "a_", "\\", "sw-7", "đường", "nothing"]),
    limit=st.integers(1, 50),
    oldest=st.booleans(),
)


def test_what_is_looked_for_is_found_whatever_the_size_of_pieces(store: SqlStore) -> None:
    """By source, severity, span and text, newest or oldest first; signs that mean something to SQL mean themselves."""
    rows = many(120)
    syslog_sql.write(store.engine, rows)
    assert syslog_sql.count(store.engine) == 120
    assert syslog_sql.last(store.engine) == rows[-1].at

    @given(QUERIES, st.sampled_from([1, 7, 50_000]))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def check(query: LogQuery, step: int) -> None:
        assert [
            (found.at - NOW) // SECOND for found in syslog_sql.search(store.engine, query, step)
        ] == wanted(rows, query)

    check()


def test_nothing_is_found_where_nothing_is(store: SqlStore) -> None:
    """No message, no number; deleting nothing is nothing."""
    assert seen(store, LogQuery(0, 2 * NOW, words="x")) == []
    assert (syslog_sql.last(store.engine), syslog_sql.count(store.engine)) == (0, 0)
    assert syslog_sql.drop_oldest(store.engine, 2 * NOW, 10) == 0


def test_the_oldest_go_a_few_at_a_time(store: SqlStore) -> None:
    """And none that is not older than asked."""
    syslog_sql.write(store.engine, many(30))
    gone = [syslog_sql.drop_oldest(store.engine, NOW + 25 * SECOND, 10) for _ in range(4)]
    assert gone == [10, 10, 5, 0]
    assert seen(store, LogQuery(0, 2 * NOW)) == [*range(29, 24, -1)]


def test_two_messages_never_have_one_number(store: SqlStore) -> None:
    """The database refuses it and keeps neither of the batch."""
    syslog_sql.write(store.engine, [row(1)])
    with pytest.raises(StoreFault, match="conflict"):
        syslog_sql.write(store.engine, [row(2), row(1)])
    assert seen(store, LogQuery(0, 2 * NOW)) == [1]


def test_searches_by_device_and_by_bad_severity_use_an_index(sqlite_store: SqlStore) -> None:
    """Otherwise they would take seconds where ten million are kept."""
    queries = {
        "source_at": "source = 'core' AND at >= 0 AND at < 9 ORDER BY at DESC LIMIT 5",
        "grave": "severity <= 3 AND severity <= 2 AND at >= 0 AND at < 9 ORDER BY at DESC LIMIT 5",
    }
    with sqlite_store.engine.connect() as connection:
        for index, where in queries.items():
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN SELECT * FROM syslog_message WHERE {where}"
            )
            told = " ".join(str(step) for step in plan)
            assert f"ix_syslog_message_{index}" in told
            assert "TEMP B-TREE" not in told
