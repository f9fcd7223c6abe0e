"""What can befall a database: the caller gets a StoreFault in one of few words, and can go on once it is over."""

import errno
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event

from netwatch.state import Transition
from netwatch.store.contract import StoreFault
from netwatch.store.engine import open_engine, parse_url
from netwatch.store.faults import detail, told_of, what
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store

Change = Callable[..., Transition]
ON_A_SMALL_DISK = Path(__file__).with_name("small_disk.py")


def refused(store: SqlStore, batch: list[Transition]) -> StoreFault:
    """The fault that recording meets; nothing is stored."""
    with pytest.raises(StoreFault) as caught:
        store.record(batch, {}, 99)
    return caught.value


def test_locked_by_another_connection(sqlite_store: SqlStore, tmp_path: Path, change: Change) -> None:
    """While another writes, the fault is 'locked'; afterwards the same batch goes in."""
    other = sqlite3.connect(tmp_path / "netwatch.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    fault = refused(sqlite_store, [change(10, True)])
    assert fault.what == "locked"
    assert str(tmp_path / "netwatch.db") in fault.detail
    other.execute("ROLLBACK")
    other.close()
    assert len(sqlite_store.record([change(10, True)], {}, 99)) == 1


def test_reading_goes_on_while_another_writes(sqlite_store: SqlStore, tmp_path: Path, change: Change) -> None:
    """The write-ahead log lets the page show what was committed."""
    sqlite_store.record([change(10, True)], {}, 11)
    other = sqlite3.connect(tmp_path / "netwatch.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM fact_interval")
    assert len(sqlite_store.fact_rows(0, 10)) == 1
    other.close()


def test_locked_in_postgresql(
    new_postgresql_database: Callable[[], str], holder: Holder, change: Change
) -> None:
    """A table locked by another session is 'locked' after the lock time-out."""
    url = new_postgresql_database()
    store = open_store(url, holder, busy_timeout=20)
    with psycopg.connect(url.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE fact_interval")
        assert refused(store, [change(10, True)]).what == "locked"
    assert len(store.record([change(10, True)], {}, 99)) == 1
    store.close()


def limit_pages(store: SqlStore, pages: int) -> None:
    """From now on every connection's database may have so many pages, as on a disk with no more room."""
    store.engine.dispose()

    @event.listens_for(store.engine, "connect")
    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")


def test_a_full_database(sqlite_store: SqlStore, change: Change) -> None:
    """SQLite's own SQLITE_FULL is 'full'; nothing of the batch is stored; once there is room it goes in."""
    limit_pages(sqlite_store, 1)
    batch = [change(10, True, check=f"c{n}", reason="x" * 2000) for n in range(200)]
    assert refused(sqlite_store, batch).what == "full"
    assert sqlite_store.fact_rows(0, 10) == []
    limit_pages(sqlite_store, 1_000_000)
    assert len(sqlite_store.record(batch, {}, 99)) == 200


def test_a_file_that_may_not_grow(sqlite_url: str, holder: Holder, change: Change) -> None:
    """A real refusal of the kernel to write more (here the limit on a file's size) is told, and ends."""
    store = open_store(sqlite_url, holder)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    batch = [change(10, True, check=f"c{n}", reason="x" * 2000) for n in range(1000)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, hard))
    try:
        fault = refused(store, batch)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert fault.what in ("full", "failed")
    assert store.fact_rows(0, 10) == []
    assert len(store.record(batch, {}, 99)) == 1000
    store.close()


def in_own_mounts(script: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a program as root of its own user and mount namespace."""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare")
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("namespaces are refused here")
    return subprocess.run(
        ["unshare", "-rm", sys.executable, str(script), *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_small_disk_fills_and_is_freed(tmp_path: Path) -> None:
    """On a file system with no room left: 'full', nothing lost, and it goes on once there is room again."""
    done = in_own_mounts(ON_A_SMALL_DISK, "full", tmp_path)
    assert done.stdout.splitlines() == ["full", "0 rows", "200 rows", "sound"], done.stderr


def test_a_disk_that_became_read_only(tmp_path: Path) -> None:
    """A file system mounted read-only (as after an error of the disk): 'read_only' until it is writable again."""
    done = in_own_mounts(ON_A_SMALL_DISK, "read_only", tmp_path)
    assert done.stdout.splitlines() == ["read_only", "2 rows", "sound"], done.stderr


def test_a_read_only_postgresql(
    new_postgresql_database: Callable[[], str], holder: Holder, change: Change
) -> None:
    """A server that became a standby, or was set read-only, is 'read_only'."""
    url = new_postgresql_database()
    store = open_store(url, holder)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {parse_url(url).database} SET default_transaction_read_only = on")
    store.engine.dispose()
    assert refused(store, [change(10, True)]).what == "read_only"
    assert store.fact_rows(0, 10) == []
    store.close()


def test_a_server_that_is_not_there(tmp_path: Path, holder: Holder) -> None:
    """'gone', with the address, without the password."""
    url = f"postgresql://netwatch:s3cret-word@/netwatch?host={tmp_path}"
    with pytest.raises(StoreFault) as caught:
        open_store(url, holder)
    assert caught.value.what == "gone"
    assert "s3cret-word" not in str(caught.value)
    assert "database netwatch" in caught.value.detail


def test_a_file_that_is_no_database(sqlite_url: str, tmp_path: Path, holder: Holder) -> None:
    """'corrupt', and the file is left as it is."""
    (tmp_path / "netwatch.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreFault) as caught:
        open_store(sqlite_url, holder)
    assert caught.value.what == "corrupt"
    assert (tmp_path / "netwatch.db").read_bytes() == b"no database at all" * 100


def test_damaged_pages(sqlite_url: str, tmp_path: Path, holder: Holder, change: Change) -> None:
    """A database overwritten in the middle is 'corrupt' when it is read."""
    store = open_store(sqlite_url, holder)
    store.record([change(10, True, check=f"c{n}", reason="x" * 500) for n in range(500)], {}, 11)
    store.close()
    path = tmp_path / "netwatch.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    with pytest.raises(StoreFault) as caught:
        list(open_store(sqlite_url, holder).facts())
    assert caught.value.what == "corrupt"


def test_files_are_readable_by_their_owner_alone(
    sqlite_store: SqlStore, tmp_path: Path, change: Change
) -> None:
    """The database, its write-ahead log and its shared memory have mode 0600."""
    sqlite_store.record([change(10, True)], {}, 11)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("netwatch.db*")}
    assert modes == dict.fromkeys(
        ("netwatch.db", "netwatch.db-wal", "netwatch.db-shm", "netwatch.db.lock"), 0o600
    )


def test_a_database_that_others_could_read_is_made_private(
    sqlite_url: str, tmp_path: Path, holder: Holder
) -> None:
    """One copied there with the usual mode is tightened when opened."""
    open_store(sqlite_url, holder).close()
    (tmp_path / "netwatch.db").chmod(0o644)
    open_store(sqlite_url, holder).close()
    assert stat.S_IMODE((tmp_path / "netwatch.db").stat().st_mode) == 0o600


def test_a_directory_open_to_everybody_is_refused(sqlite_url: str, tmp_path: Path, holder: Holder) -> None:
    """Whoever may write there could replace the database."""
    tmp_path.chmod(0o777)
    with pytest.raises(StoreFault, match="chmod o-w") as caught:
        open_store(sqlite_url, holder)
    assert caught.value.what == "refused"


def test_a_directory_that_does_not_exist(tmp_path: Path, holder: Holder) -> None:
    """It is not made: a misspelt path must not start an empty history."""
    with pytest.raises(StoreFault, match="does not exist") as caught:
        open_store(f"sqlite:///{tmp_path}/misspelt/netwatch.db", holder)
    assert caught.value.what == "gone"
    assert list(tmp_path.iterdir()) == []


def test_settings_of_sqlite(sqlite_store: SqlStore) -> None:
    """Commits survive a power cut: WAL with synchronous=FULL; references are checked."""
    with sqlite_store.engine.connect() as connection:
        answers = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert answers == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 20}


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://root:hunter2@host/x", "'mysql' is not supported"),
        ("not an address:hunter2", "not the address of a database"),
    ],
)
def test_addresses_of_other_databases_are_refused(url: str, sentence: str) -> None:
    """In a sentence, and without what may be a password."""
    with pytest.raises(ValueError, match=sentence) as caught:
        open_engine(url)
    assert "hunter2" not in str(caught.value)


@pytest.fixture
def closed() -> sqlite3.Connection:
    """A connection already closed."""
    connection = sqlite3.connect(":memory:")
    connection.close()
    return connection


def test_errors_that_say_no_more_are_failed(closed: sqlite3.Connection) -> None:
    """What fits no word is 'failed', with the driver's words."""
    with pytest.raises(StoreFault, match="failed: Cannot operate on a closed database"), told_of("x"):
        closed.execute("SELECT 1")
    assert what(ValueError("?")) == "failed"


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ENOSPC, "full"),
        (errno.EDQUOT, "full"),
        (errno.EROFS, "read_only"),
        (errno.EACCES, "refused"),
        (errno.ENOENT, "gone"),
        (errno.EIO, "failed"),
    ],
)
def test_errors_of_the_system(number: int, word: str) -> None:
    """The system's errors have the same words as the databases'."""
    assert what(OSError(number, "x")) == word


def test_details_are_one_bounded_line() -> None:
    """However much a driver says."""
    said = detail(ValueError("first\nsecond " * 1000 + "pass"), "database x", "pass")
    assert len(said) < 330
    assert "\n" not in said
