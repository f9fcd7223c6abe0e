"""Opening a database, for the store and for the inventory alike (one database holds both).

SQLite: WAL with synchronous=FULL (a commit survives the loss of power), foreign keys on, a short busy time-out,
files readable by their owner alone. PostgreSQL: short lock and connect time-outs, dead servers noticed.
"""

import os
import sqlite3
import stat
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from netwatch.store.contract import StoreFault
from netwatch.store.faults import GONE, REFUSED, place, told

BUSY_TIMEOUT = 1000
PRIVATE = 0o600
SIDE_FILES = ("", "-wal", "-shm")
BEGIN = "netwatch_begin"

POSTGRESQL_ARGUMENTS = {
    "application_name": "netwatch",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


def parse_url(text: str) -> URL:
    """The address of a database; raises ValueError, in a sentence without the password, unless it is one of ours."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError(
            "database: not the address of a database. Write sqlite:////var/lib/netwatch/netwatch.db or "
            "postgresql://user@host/name."
        ) from None
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise ValueError(f"database: '{backend}' is not supported. Use sqlite or postgresql.")
    return url.set(drivername="postgresql+psycopg") if backend == "postgresql" else url


def sqlite_path(url: URL) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL and for SQLite in memory."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(url.database)


def open_engine(text: str, *, read_only: bool = False, busy_timeout: int = BUSY_TIMEOUT) -> Engine:
    """An engine for the database at this address; a SQLite file is created unless `read_only`.

    `busy_timeout` (milliseconds) is how long a statement waits for another's lock. Raises StoreFault 'gone' when
    there is no such file or directory, 'refused' when its directory is open to everybody.
    """
    url = parse_url(text)
    if url.get_backend_name() == "postgresql":
        return _open_postgresql(url, read_only, busy_timeout)
    path = sqlite_path(url)
    if path is not None:
        with told(url):
            _prepare(path, url, read_only)
    return _open_sqlite(url, read_only, busy_timeout)


def writing(engine: Engine) -> Engine:
    """The same engine for transactions that write: SQLite takes the write lock when they begin, not half-way."""
    return engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})


def _open_postgresql(url: URL, read_only: bool, busy_timeout: int) -> Engine:
    # Only ever on: off would overrule what the server's administrator set.
    options = f"-c lock_timeout={busy_timeout}" + (
        " -c default_transaction_read_only=on" if read_only else ""
    )
    arguments = {**POSTGRESQL_ARGUMENTS, "options": options}
    return create_engine(url, connect_args=arguments, pool_pre_ping=True, hide_parameters=True)


def _open_sqlite(url: URL, read_only: bool, busy_timeout: int) -> Engine:
    # A database in memory lives in one connection; every other is pooled by file.
    memory = sqlite_path(url) is None
    engine = create_engine(
        url,
        connect_args={"timeout": busy_timeout / 1000, "check_same_thread": False},
        poolclass=StaticPool if memory else None,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: object) -> None:
        # Transactions are ours (see `begun`), not the driver's, which would leave out reads and schema changes.
        connection.isolation_level = None
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        else:
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))

    return engine


def _prepare(path: Path, url: URL, read_only: bool) -> None:
    folder = path.absolute().parent
    if not folder.is_dir():
        raise StoreFault(GONE, f"the directory {folder} does not exist ({place(url)}). Create it.")
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise StoreFault(
            REFUSED,
            f"everybody may write to the directory {folder} and so replace the database. Run: chmod o-w {folder}",
        )
    if read_only and not path.exists():
        raise StoreFault(GONE, f"there is no database {path}. Has the daemon ever run?")
    if not read_only:
        _make_private(path)


def _make_private(path: Path) -> None:
    """SQLite gives the -wal and -shm files the mode of the database, so this is made before SQLite sees it."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE))
    for side in SIDE_FILES:
        file = Path(f"{path}{side}")
        if file.exists() and file.stat().st_uid == os.geteuid() and file.stat().st_mode & 0o077:
            file.chmod(PRIVATE)
