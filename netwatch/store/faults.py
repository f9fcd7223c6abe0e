"""What went wrong in a database, in one of our few words: any driver's error becomes a `StoreFault`."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import psycopg
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


def _sqlite(fault: sqlite3.Error) -> str:
    code = getattr(fault, "sqlite_errorcode", 0)
    if str(fault).startswith(SQLITE_OUTDATED) or any(text in str(fault) for text in SQLITE_OUTDATED):
        return OUTDATED
    return SQLITE_EXTENDED.get(code) or SQLITE.get(code & 0xFF, FAILED)


def _postgresql(fault: psycopg.Error) -> str:
    if fault.sqlstate is None:
        return GONE if isinstance(fault, psycopg.OperationalError) else FAILED
    return POSTGRESQL.get(fault.sqlstate) or POSTGRESQL_CLASS.get(fault.sqlstate[:2], FAILED)


def what(fault: BaseException | None) -> str:
    """The word for a driver's, SQLAlchemy's or the system's error."""
    if isinstance(fault, DBAPIError):
        return what(fault.orig)
    if isinstance(fault, sqlite3.Error):
        return _sqlite(fault)
    if isinstance(fault, psycopg.Error):
        return _postgresql(fault)
    return LOCKED if isinstance(fault, PoolTimeout) else FAILED


def detail(fault: BaseException, url: URL) -> str:
    """The error in one bounded line, without statements, parameters or the password."""
    source = fault.orig if isinstance(fault, DBAPIError) and fault.orig is not None else fault
    line = " ".join(str(source).split())
    if url.password:
        line = line.replace(url.password, "***")
    return f"{line[:LONGEST_DETAIL]} (database {place(url)})"


def place(url: URL) -> str:
    """Which database, for people: a path, or host and name; never a password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return f"{url.database} on {url.host or 'the local socket'}"


@contextmanager
def told(url: URL) -> Iterator[None]:
    """Whatever SQLAlchemy or a driver raises within is raised as `StoreFault`."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, psycopg.Error) as fault:
        raise StoreFault(what(fault), detail(fault, url)) from fault
