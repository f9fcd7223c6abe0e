"""Backups of a whole database, taken while the daemon runs, and bringing one back.

SQLite: a SQLite database, copied by SQLite's own online backup. PostgreSQL: a text file of our own that needs no
program of the server's (`netwatch.store.copies`). A backup is restored to the kind of database it came from.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from sqlalchemy import Engine, create_engine

from netwatch.store.contract import StoreFault
from netwatch.store.copies import Copy, contents, read_header, read_rows, write_copy
from netwatch.store.engine import PRIVATE, open_engine, parse_url, sqlite_path
from netwatch.store.faults import CORRUPT, GONE, REFUSED, told, told_of
from netwatch.store.hold import Holder, acquire
from netwatch.store.integrity import problems
from netwatch.store.schema import require_known, upgrade_held


@dataclass(frozen=True, slots=True)
class Report:
    """What was copied, or would be (`done` False: a dry run): rows by table, the schema's revision, the file's bytes.

    `size` is 0 for a backup that was not written; `replaced` are the rows by table that a restore discards.
    """

    path: Path
    revision: str
    tables: tuple[tuple[str, int], ...]
    size: int
    done: bool
    replaced: tuple[tuple[str, int], ...] = ()


class Backup(Protocol):
    """A kind of backup file."""

    def write(self, engine: Engine, path: Path) -> None:
        """Copy the database to a new file."""

    def read(self, path: Path) -> Copy:
        """Check the file and say what it holds; raises StoreFault 'corrupt'."""

    def load(self, path: Path, engine: Engine) -> None:
        """Replace the database's contents, all or nothing."""


def backup(url: str, path: Path, *, dry_run: bool = False) -> Report:
    """Copy the database to a new file, readable by its owner alone, and check the copy.

    Raises StoreFault; an existing file is never overwritten, and a file of that name is whole or not there.
    """
    engine = open_engine(url, read_only=True)
    try:
        copy = contents(engine)
        if path.exists():
            raise StoreFault(REFUSED, f"{path} exists already and is not overwritten. Name another file.")
        if not dry_run:
            copy = _write(engine, path)
        return Report(
            path, copy.revision, copy.tables, path.stat().st_size if not dry_run else 0, not dry_run
        )
    finally:
        engine.dispose()


def restore(path: Path, url: str, holder: Holder, *, replace: bool = False, dry_run: bool = False) -> Report:
    """Replace the contents of the database by those of a backup, bring them to this release's schema, check them.

    All or nothing. Raises AlreadyServed while a daemon serves the database, StoreFault when the backup is damaged
    or of another kind, and 'refused' when the database is not empty, unless `replace`.
    """
    if not path.is_file():
        raise StoreFault(GONE, f"there is no backup {path}")
    kind = _kind(url)
    copy = kind.read(path)
    report = Report(path, copy.revision, copy.tables, path.stat().st_size, done=False)
    database = sqlite_path(parse_url(url))
    if dry_run and database is not None and not database.exists():
        return report
    with _taken(url, holder) as engine:
        require_known(copy.revision, engine)
        report = _with_replaced(report, contents(engine).tables, allowed=replace)
        return report if dry_run else _load(kind, report, engine)


def _with_replaced(report: Report, there: tuple[tuple[str, int], ...], *, allowed: bool) -> Report:
    rows = sum(number for _, number in there)
    if rows and not allowed:
        raise StoreFault(
            REFUSED,
            f"the database holds {rows} rows, which {report.path} would replace. Back it up first, then allow it: "
            "netwatch db restore --replace",
        )
    return replace(report, replaced=there)


def _load(kind: Backup, report: Report, engine: Engine) -> Report:
    kind.load(report.path, engine)
    upgrade_held(engine)
    wrong = problems(engine)
    if wrong:
        raise StoreFault(CORRUPT, f"restored from {report.path}, but unsound: {'; '.join(wrong[:3])}")
    return replace(report, done=True)


@contextmanager
def _taken(url: str, holder: Holder) -> Iterator[Engine]:
    engine = open_engine(url)
    try:
        hold = acquire(engine, holder)
        try:
            yield engine
        finally:
            hold.release()
    finally:
        engine.dispose()


def _write(engine: Engine, path: Path) -> Copy:
    """Write beside, check, then give it its name: who finds the file finds all of it, also after a power cut."""
    partial = path.with_name(f"{path.name}.partial")
    kind = _kind(str(engine.url))
    with told_of(f"backup {path}"):
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        try:
            kind.write(engine, partial)
            copy = kind.read(partial)
            _sync(partial)
            partial.rename(path)
            _sync(path.parent)
        finally:
            partial.unlink(missing_ok=True)
    return copy


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _kind(url: str) -> Backup:
    return TextBackup() if parse_url(url).get_backend_name() == "postgresql" else SqliteBackup()


class TextBackup:
    """The text file of `netwatch.store.copies`."""

    def write(self, engine: Engine, path: Path) -> None:
        """Copy every table as of one moment."""
        with told(engine.url):
            write_copy(engine, path)

    def read(self, path: Path) -> Copy:
        """Check the sum over the whole file."""
        return read_header(path)

    def load(self, path: Path, engine: Engine) -> None:
        """Drop our tables and make them again, in one transaction."""
        with told(engine.url):
            read_rows(path, engine)


class SqliteBackup:
    """A SQLite database in one file."""

    def write(self, engine: Engine, path: Path) -> None:
        """Copy all pages as of one moment; writers are not held up."""
        with closing(sqlite3.connect(path)) as target, engine.connect() as connection:
            _driver(connection.connection.driver_connection).backup(target)
            # The copy is one file, without a write-ahead log beside it.
            target.execute("PRAGMA journal_mode=DELETE")

    def read(self, path: Path) -> Copy:
        """Check every page of the file."""
        engine = create_engine(
            f"sqlite:///file:{quote(str(path.absolute()))}?mode=ro&uri=true", hide_parameters=True
        )
        try:
            wrong = problems(engine)
            copy = contents(engine)
        finally:
            engine.dispose()
        if wrong or not copy.revision:
            raise StoreFault(CORRUPT, f"{path} is not a sound backup of netwatch: {'; '.join(wrong[:3])}")
        return copy

    def load(self, path: Path, engine: Engine) -> None:
        """Copy all pages back, in one transaction of the database."""
        source = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
        with told(engine.url), closing(source), engine.connect() as connection:
            source.backup(_driver(connection.connection.driver_connection))


def _driver(connection: object) -> sqlite3.Connection:
    assert isinstance(connection, sqlite3.Connection)
    return connection
