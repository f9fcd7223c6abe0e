"""One daemon per database."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from netwatch.state import Transition
from netwatch.store.contract import AlreadyServed, StoreFault
from netwatch.store.engine import open_engine
from netwatch.store.hold import ADVISORY_LOCK, Holder, acquire, named
from netwatch.store.sql import SqlStore, open_store

SECOND = Holder("hn-02", 99, 1_700_000_100_000_000, "0.1.0")


def address(store: SqlStore) -> str:
    """The URL a store was opened by."""
    return store.engine.url.render_as_string(hide_password=False)


def test_a_second_daemon_is_refused_and_told_who_the_first_is(store: SqlStore) -> None:
    """Host, process and since when are named."""
    with pytest.raises(AlreadyServed) as caught:
        open_store(address(store), SECOND)
    assert caught.value.holder == "netwatch 0.1.0, process 4711 on hn-01, since 2023-11-14 22:13:20 UTC"


def test_the_first_goes_on_after_the_second_was_refused(store: SqlStore) -> None:
    """A refused daemon changes nothing."""
    with pytest.raises(AlreadyServed):
        open_store(address(store), SECOND)
    store.record([], {"local": 1}, 1)
    assert named(store.engine).startswith("netwatch 0.1.0, process 4711 on hn-01")


def test_a_database_let_go_can_be_taken(database_url: str, holder: Holder) -> None:
    """An orderly end frees the database at once and takes its name away."""
    open_store(database_url, holder).close()
    second = open_store(database_url, SECOND)
    assert named(second.engine).startswith("netwatch 0.1.0, process 99 on hn-02")
    second.close()


def test_readers_are_not_held_up(store: SqlStore) -> None:
    """Commands that only read open the database beside the daemon."""
    store.record([], {"local": 7}, 7)
    reader = open_store(address(store), read_only=True)
    assert reader.heartbeats() == {"local": 7}
    with pytest.raises(StoreFault) as caught:
        reader.record([], {"local": 8}, 8)
    assert caught.value.what == "read_only"
    reader.close()


def test_an_empty_database_names_nobody(database_url: str, holder: Holder) -> None:
    """Before the schema is there, a holder has no name yet."""
    first = open_engine(database_url)
    hold = acquire(first, holder)
    second = open_engine(database_url)
    with pytest.raises(AlreadyServed, match="has not said its name yet"):
        acquire(second, SECOND)
    hold.release()
    first.dispose()
    second.dispose()


def test_a_deleted_database_is_noticed_before_the_next_write(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """SQLite itself would go on writing into the deleted file."""
    (tmp_path / "netwatch.db").unlink()
    with pytest.raises(StoreFault, match="moved or deleted") as caught:
        sqlite_store.record([], {"local": 1}, 1)
    assert caught.value.what == "gone"


def test_a_deleted_lock_file_does_not_let_a_second_daemon_in(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """The daemon takes the lock again with its next write."""
    (tmp_path / "netwatch.db.lock").unlink()
    sqlite_store.record([], {"local": 1}, 1)
    with pytest.raises(AlreadyServed):
        open_store(address(sqlite_store), SECOND)


def test_whoever_lost_the_lock_stops_writing(sqlite_store: SqlStore, tmp_path: Path, change: object) -> None:
    """A second daemon that slipped in through a deleted lock file keeps the first from writing."""
    (tmp_path / "netwatch.db.lock").unlink()
    second = open_store(address(sqlite_store), SECOND)
    with pytest.raises(AlreadyServed, match="process 99 on hn-02"):
        sqlite_store.record([], {"local": 1}, 1)
    second.close()


def test_a_start_that_failed_leaves_no_lock_behind(sqlite_url: str, tmp_path: Path, holder: Holder) -> None:
    """When the database was locked at the start, the next attempt of the same process gets it."""
    open_store(sqlite_url, holder).close()
    other = sqlite3.connect(tmp_path / "netwatch.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreFault, match="locked"):
        open_store(sqlite_url, holder, busy_timeout=20)
    other.close()
    open_store(sqlite_url, holder).close()


def test_a_symbolic_link_is_the_same_database(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """The lock belongs to the file, not to the name."""
    (tmp_path / "link.db").symlink_to(tmp_path / "netwatch.db")
    with pytest.raises(AlreadyServed):
        open_store(f"sqlite:///{tmp_path}/link.db", SECOND)


def test_the_lock_file_is_private(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """Nobody else can hold the database up by locking it."""
    assert (tmp_path / "netwatch.db.lock").stat().st_mode & 0o777 == 0o600


def cut_off(server: str, database: str) -> None:
    """Let the server end every session that holds our lock on this database."""
    engine = open_engine(server)
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(l.pid, 5000) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
                "WHERE l.locktype = 'advisory' AND d.datname = :name"
            ),
            {"name": open_engine(database).url.database},
        )
    engine.dispose()


def test_a_lost_server_connection_is_a_lost_lock_and_is_taken_again(
    new_postgresql_database: object, postgresql_url: str, holder: Holder, change: object
) -> None:
    """When PostgreSQL ends the session, the next write takes the lock again; nobody else had it meanwhile."""
    url: str = new_postgresql_database()  # type: ignore[operator]
    store = open_store(url, holder)
    cut_off(postgresql_url, url)
    store.record([], {"local": 5}, 5)
    with pytest.raises(AlreadyServed):
        open_store(url, SECOND)
    store.close()


def test_a_lost_server_connection_and_a_faster_second_daemon(
    new_postgresql_database: object, postgresql_url: str, holder: Holder
) -> None:
    """When another took the database meanwhile, the first writes no more."""
    url: str = new_postgresql_database()  # type: ignore[operator]
    store = open_store(url, holder)
    cut_off(postgresql_url, url)
    second = open_store(url, SECOND)
    with pytest.raises(AlreadyServed, match="process 99 on hn-02"):
        store.record([], {"local": 5}, 5)
    second.close()
    store.close()


def test_the_advisory_lock_is_the_same_in_every_release() -> None:
    """Two releases must exclude each other."""
    assert ADVISORY_LOCK == 0x6E65747761746368


def test_transitions_need_no_lock_in_memory(holder: Holder, change: object) -> None:
    """A database in memory, which no other process can see, works the same."""
    store = open_store("sqlite://", holder)
    assert isinstance(change(1, True), Transition)  # type: ignore[operator]
    assert len(store.record([change(1, True)], {}, 1)) == 1  # type: ignore[operator]
    store.close()
