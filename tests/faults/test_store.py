"""The database fails for a while: looks and the picture go on, nothing is lost, and people are told once."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import event

from netwatch.clock import SECOND
from netwatch.store.integrity import check_integrity
from netwatch.store.sql import SqlStore

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.anyio
Failing = Callable[[SqlStore], AbstractContextManager[None]]


@contextmanager
def locked(store: SqlStore) -> Iterator[None]:
    """Another program is in the middle of a transaction."""
    other = sqlite3.connect(store.engine.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def locked_by_a_session(store: SqlStore) -> Iterator[None]:
    """The same on PostgreSQL."""
    url = store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE fact_interval")
        yield


@contextmanager
def every_connection(store: SqlStore, pragma: str) -> Iterator[None]:
    """Connections have this pragma for as long."""

    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(pragma)

    event.listen(store.engine, "connect", connected)
    store.engine.dispose()
    yield
    event.remove(store.engine, "connect", connected)
    store.engine.dispose()


def read_only(store: SqlStore) -> AbstractContextManager[None]:
    """SQLite refuses every write with SQLITE_READONLY."""
    return every_connection(store, "PRAGMA query_only=ON")


def full(store: SqlStore) -> AbstractContextManager[None]:
    """SQLite finds no room for another page and says SQLITE_FULL, as on a full disk."""
    return every_connection(store, "PRAGMA max_page_count=1")


def faults_told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.levelname for record in caplog.records if record.name == "netwatch.recording"]


async def outage(bench: "Bench", failing: Failing, word: str, caplog: pytest.LogCaptureFixture) -> None:
    """Half of the devices fall silent while the database fails; the first half of these comes back meanwhile."""
    fell = bench.addresses[:18]
    async with bench.run() as watch:
        await watch.wait(12)
        assert (watch.live("d1"), watch.ails(), watch.bus.depth) == ("up", [], 0)
        before = {subject: watch.rows(subject) for subject in ("d1", "d18", "d36")}
        start = bench.clock.now()
        with failing(watch.store):
            bench.icmp.silent(*fell)
            await watch.wait(20)
            assert (watch.live("d1"), watch.live("d18"), watch.live("d36")) == ("down", "down", "up")
            bench.icmp.living(fell[:9])
            looks = len(bench.icmp.asked)
            behind = watch.daemon.present().counts.store_behind_seconds
            await watch.wait(20)
            assert (watch.live("d1"), watch.live("d18")) == ("up", "down")
            assert len(bench.icmp.asked) - looks >= 2 * len(bench.addresses)
            assert watch.ails() == [f"store_{word}"]
            assert watch.daemon.present().counts.store_behind_seconds == pytest.approx(behind + 20)
            assert watch.bus.depth > 0
            # A full database takes what still fits into its last pages.
            assert word == "full" or {subject: watch.rows(subject) for subject in before} == before
        await watch.wait(6)
        assert (watch.ails(), watch.bus.depth) == ([], 0)
        assert watch.daemon.present().counts.store_behind_seconds == 0
        back, still = watch.rows("d1")[-2:], watch.rows("d18")[-1]
        assert [str(row.verdict.kind) for row in back] == ["down", "up"]
        assert start <= back[0].start <= start + 10 * SECOND
        assert start + 20 * SECOND <= back[1].start <= start + 30 * SECOND
        assert back[0].end == back[1].start
        assert (str(still.verdict.kind), still.end) == ("down", None)
        assert watch.rows("d36") == before["d36"]
    assert faults_told(caplog) == ["ERROR", "WARNING"]


@pytest.mark.parametrize("failing", [locked, read_only, full], ids=lambda failing: failing.__name__)
async def test_what_was_seen_while_the_database_failed_is_stored_with_its_own_times(
    bench: "Bench", failing: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    """Locked, read-only or full: the picture moves on, acknowledgement waits, one line is logged, all of it is kept."""
    caplog.set_level(logging.INFO)
    await outage(bench, failing, failing.__name__, caplog)
    assert check_integrity(bench.url) == ()


@pytest.mark.lab
async def test_a_table_locked_in_postgresql_loses_nothing_either(
    bench: "Bench", new_postgresql_database: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    """The same day on a server."""
    caplog.set_level(logging.INFO)
    bench.url = new_postgresql_database()
    bench.plant()
    await outage(bench, locked_by_a_session, "locked", caplog)
    assert check_integrity(bench.url) == ()


async def test_stopped_while_the_database_fails_it_ends_in_order_and_the_gap_is_unknown(
    bench: "Bench",
) -> None:
    """What could not be stored is not made up: from the last heartbeat to the next start it is unknown(stopped)."""
    async with bench.run() as watch:
        await watch.wait(12)
        holding = locked(watch.store)
        holding.__enter__()
        bench.icmp.silent(*bench.addresses[:1])
        await watch.wait(20)
        assert watch.live("d1") == "down"
    holding.__exit__(None, None, None)
    async with bench.run() as watch:
        await watch.wait(12)
        told = [(str(row.verdict.kind), row.verdict.reason) for row in watch.rows("d1")]
        assert told[-2:] == [("unknown", "stopped"), ("down", "no_answer")]
        assert [str(row.verdict.kind) for row in watch.rows("d2")][-3:] == ["up", "unknown", "up"]
    assert check_integrity(bench.url) == ()


@pytest.mark.lab
async def test_a_database_locked_at_a_reload_leaves_the_running_plan_in_force(
    bench: "Bench", new_postgresql_database: Callable[[], str]
) -> None:
    """Where even reading waits for the lock, a reload is refused in a sentence and works once it is gone."""
    bench.url = new_postgresql_database()
    bench.plant()
    async with bench.run() as watch:
        await watch.wait(20)
        url = watch.store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE device")
            report = await watch.daemon.reload(dry_run=False)
            assert "cannot be read" in str(report.refused[0])
            await watch.wait(20)
            assert (watch.live("d1"), watch.ails()) == ("up", ["reload_refused"])
        assert (await watch.daemon.reload(dry_run=False)).applied
        assert watch.ails() == []
