"""One daemon per database: a lock that the kernel or the server releases when its owner dies, and a row naming it.

SQLite: flock(2) on a file beside the database. (Not on the database itself: closing it would drop SQLite's own
locks.) PostgreSQL: a session advisory lock on a connection kept for it.
"""

import fcntl
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, delete, func, insert, inspect, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from netwatch.clock import SECOND
from netwatch.store.contract import AlreadyServed, StoreFault
from netwatch.store.engine import PRIVATE, sqlite_path, writing
from netwatch.store.faults import GONE, LOCKED, told, what
from netwatch.store.tables import daemon

ROLE = "daemon"
# Any fixed 64-bit number does, as long as every release uses the same: the letters 'netwatch'.
ADVISORY_LOCK = int.from_bytes(b"netwatch", "big", signed=True)
UNNAMED = "a process that has not said its name yet"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who serves a database: `since` in microseconds UTC."""

    host: str
    pid: int
    since: int
    version: str

    def __str__(self) -> str:
        since = datetime.fromtimestamp(self.since // SECOND, UTC)
        return (
            f"netwatch {self.version}, process {self.pid} on {self.host}, since {since:%Y-%m-%d %H:%M:%S} UTC"
        )


class Lock(Protocol):
    """What only one process has at a time, and loses when it dies."""

    def take(self) -> bool:
        """Whether it is ours now (again, if it was lost)."""

    def release(self) -> None:
        """Let go."""


class FileLock:
    """flock on `<database>.lock`; also notices when the database was moved away or the lock file deleted."""

    def __init__(self, database: Path) -> None:
        self._database = database.resolve()
        self._path = Path(f"{self._database}.lock")
        self._inode = self._database.stat().st_ino
        self._file: int | None = None

    def take(self) -> bool:
        """Lock, unless we have it; raises StoreFault 'gone' when the database is not the file it was."""
        self._require_same_database()
        if self._file is not None and os.fstat(self._file).st_nlink:
            return True
        self.release()
        # For reading, so that it does not keep a file system from being made read-only.
        file = os.open(self._path, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, PRIVATE)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def _require_same_database(self) -> None:
        # SQLite itself would go on writing into a deleted file.
        if not self._database.exists() or self._database.stat().st_ino != self._inode:
            raise StoreFault(GONE, f"{self._database} was moved or deleted while it was served. Start again.")

    def release(self) -> None:
        """Let go; the file stays, since deleting it could take the lock of another from under it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class AdvisoryLock:
    """A session advisory lock of PostgreSQL on its own connection; a lost connection is a lost lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Lock, unless the connection that has it is alive."""
        if self._connection is not None:
            if self._alive(self._connection):
                return True
            self.release()
        connection = self._engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        try:
            # Waits for the engine's lock_timeout: the server needs a moment to notice that a daemon was killed.
            connection.execute(select(func.pg_advisory_lock(ADVISORY_LOCK)))
        except DBAPIError as fault:
            connection.close()
            if what(fault) == LOCKED:
                return False
            raise
        self._connection = connection
        return True

    @staticmethod
    def _alive(connection: Connection) -> bool:
        try:
            return bool(connection.scalar(select(1)))
        except SQLAlchemyError:
            return False

    def release(self) -> None:
        """Close the connection, and with it the lock."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


class NoLock:
    """A database in memory has no second process to fear."""

    def take(self) -> bool:
        """Always ours."""
        return True

    def release(self) -> None:
        """Nothing to let go of."""


class Hold:
    """That a database is ours, until `release` or the end of the process."""

    def __init__(self, engine: Engine, lock: Lock, holder: Holder) -> None:
        self._engine = engine
        self._lock = lock
        self._holder = holder

    def confirm(self) -> None:
        """Make sure it is (still) ours; raises AlreadyServed, naming the other, or StoreFault."""
        _take(self._engine, self._lock)

    def announce(self) -> None:
        """Write who holds it, once the schema is there; whoever is refused reads it."""
        with told(self._engine.url), writing(self._engine).begin() as connection:
            if inspect(connection).has_table(daemon.name):
                connection.execute(delete(daemon))
                connection.execute(insert(daemon).values(role=ROLE, **asdict(self._holder)))

    def release(self) -> None:
        """Take the name away (if the database lets us) and let go."""
        with suppress(StoreFault), told(self._engine.url), writing(self._engine).begin() as connection:
            connection.execute(delete(daemon))
        self._lock.release()


def acquire(engine: Engine, holder: Holder) -> Hold:
    """Take the database for this process; raises AlreadyServed naming its holder, or StoreFault."""
    hold = Hold(engine, _lock(engine), holder)
    hold.confirm()
    try:
        hold.announce()
    except StoreFault:
        hold.release()
        raise
    return hold


def require_free(engine: Engine) -> None:
    """Raise AlreadyServed, naming the holder, while another process has the database; nothing is written."""
    lock = _lock(engine)
    _take(engine, lock)
    lock.release()


def _take(engine: Engine, lock: Lock) -> None:
    with told(engine.url):
        taken = lock.take()
    if not taken:
        raise AlreadyServed(named(engine))


def named(engine: Engine) -> str:
    """Who says that it serves the database; a row may outlive its daemon, only `acquire` tells for sure."""
    with told(engine.url), engine.connect() as connection:
        if not inspect(connection).has_table(daemon.name):
            return UNNAMED
        row = connection.execute(select(daemon)).first()
    return str(Holder(row.host, row.pid, row.since, row.version)) if row else UNNAMED


def _lock(engine: Engine) -> Lock:
    if engine.url.get_backend_name() == "postgresql":
        return AdvisoryLock(engine)
    path = sqlite_path(engine.url)
    with told(engine.url):
        return NoLock() if path is None else FileLock(path)
