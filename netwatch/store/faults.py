"""What went wrong in a database, in one of our few words: any driver's error becomes a `StoreFault`."""

import errno
import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from netwatch.store.contract import StoreFault

LOCKED = "locked"
READ_ONLY = "read_only"
FULL = "full"
GONE = "gone"
CORRUPT = "corrupt"
REFUSED = "refused"
OUTDATED = "outdated"
NEWER = "newer"
CONFLICT = "conflict"
FAILED = "failed"

LONGEST_DETAIL = 300

# https://sqlite.org/rescode.html; extended codes first, then the primary code in the low byte.
SQLITE_EXTENDED: Mapping[int, str] = MappingProxyType({
    sqlite3.SQLITE_READONLY_DBMOVED: GONE,
    sqlite3.SQLITE_IOERR_SHMSIZE: FULL,
})  # fmt: skip
SQLITE: Mapping[int, str] = MappingProxyType({
    sqlite3.SQLITE_PERM: REFUSED,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_CORRUPT: CORRUPT,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CANTOPEN: GONE,
    sqlite3.SQLITE_CONSTRAINT: CONFLICT,
    sqlite3.SQLITE_NOTADB: CORRUPT,
})  # fmt: skip
SQLITE_OUTDATED = ("no such table", "no such column", "has no column named")

# https://www.postgresql.org/docs/15/errcodes-appendix.html; whole codes first, then their class of two letters.
POSTGRESQL: Mapping[str, str] = MappingProxyType({
    "25006": READ_ONLY,
    "40001": LOCKED,
    "40P01": LOCKED,
    "42501": REFUSED,
    "42703": OUTDATED,
    "42P01": OUTDATED,
    "53100": FULL,
    "55P03": LOCKED,
    "57014": LOCKED,
})  # fmt: skip
POSTGRESQL_CLASS: Mapping[str, str] = MappingProxyType({
    "08": GONE,
    "23": CONFLICT,
    "28": REFUSED,
    "3D": GONE,
    "53": GONE,
    "57": GONE,
    "58": FAILED,
    "XX": CORRUPT,
})  # fmt: skip


SYSTEM: Mapping[int, str] = MappingProxyType({
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: REFUSED,
    errno.EPERM: REFUSED,
    errno.EEXIST: REFUSED,
    errno.ENOENT: GONE,
    errno.ENOTDIR: GONE,
})  # fmt: skip


def _sqlite(fault: sqlite3.Error) -> str:
    code = getattr(fault, "sqlite_errorcode", 0)
    if any(text in str(fault) for text in SQLITE_OUTDATED):
        return OUTDATED
    return SQLITE_EXTENDED.get(code) or SQLITE.get(code & 0xFF, FAILED)


def _psycopg() -> Any:  # noqa: ANN401 - a module
    """The driver of PostgreSQL where it is loaded: it takes long, and most databases are SQLite."""
    driver = sys.modules.get("psycopg")
    # Another thread may be loading it.
    return driver if hasattr(driver, "Error") else None


def _drivers() -> tuple[type[Exception], ...]:
    """What drivers raise; of one that is not loaded nobody has met an error."""
    driver = _psycopg()
    return (SQLAlchemyError, sqlite3.Error, OSError, *((driver.Error,) if driver else ()))


def _is_postgresql(fault: BaseException | None) -> bool:
    driver = _psycopg()
    return driver is not None and isinstance(fault, driver.Error)


def _postgresql(fault: Any) -> str:  # noqa: ANN401 - a psycopg.Error
    if fault.sqlstate is None:
        return GONE if isinstance(fault, _psycopg().OperationalError) else FAILED
    return POSTGRESQL.get(fault.sqlstate) or POSTGRESQL_CLASS.get(fault.sqlstate[:2], FAILED)


def what(fault: BaseException | None) -> str:
    """The word for a driver's, SQLAlchemy's or the system's error."""
    match fault:
        case DBAPIError():
            return what(fault.orig)
        case sqlite3.Error():
            return _sqlite(fault)
        case _ if _is_postgresql(fault):
            return _postgresql(fault)
        case OSError():
            return SYSTEM.get(fault.errno or 0, FAILED)
        case PoolTimeout():
            return LOCKED
    return FAILED


def detail(fault: BaseException, where: str, secret: str | None = None) -> str:
    """The error in one bounded line, without statements, parameters or the password, and where it happened."""
    source = fault.orig if isinstance(fault, DBAPIError) and fault.orig is not None else fault
    line = " ".join(str(source).split())
    if secret:
        line = line.replace(secret, "***")
    return f"{line[:LONGEST_DETAIL]} ({where})"


def place(url: URL) -> str:
    """Which database, for people: a path, or host and name; never a password."""
    if url.get_backend_name() == "sqlite":
        return f"database {url.database or 'in memory'}"
    return f"database {url.database} on {url.host or 'the local socket'}"


@contextmanager
def told(url: URL) -> Iterator[None]:
    """Whatever SQLAlchemy, a driver or the system raises within is raised as `StoreFault`."""
    try:
        with told_of(place(url), url.password):
            yield
    except StoreFault as fault:
        # SQLite cannot open a database, nor make its side files, on a file system that became read-only.
        if fault.what == GONE and _on_read_only_disk(url):
            raise StoreFault(READ_ONLY, fault.detail) from fault
        raise


def _on_read_only_disk(url: URL) -> bool:
    folder = Path(url.database or "").absolute().parent
    on_disk = url.get_backend_name() == "sqlite" and folder.is_dir()
    return on_disk and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


@contextmanager
def told_of(where: str, secret: str | None = None) -> Iterator[None]:
    """The same for a place in words (a backup's file), whose `secret` must not be told."""
    try:
        yield
    except _drivers() as fault:
        raise StoreFault(what(fault), detail(fault, where, secret)) from fault
