"""The schema of a database: which revision it has, which this release needs, and how it gets there.

One database holds the store's tables, the inventory's, the desk's, those of configurations, of syslog, of coverage
and of samples.
"""

import importlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, Text, column, inspect, select, table

import netwatch
from inventory.models import metadata as inventory_metadata
from netwatch.store.configuration_tables import metadata as configuration_metadata
from netwatch.store.contract import StoreFault
from netwatch.store.coverage_tables import metadata as coverage_metadata
from netwatch.store.desk_tables import metadata as desk_metadata
from netwatch.store.engine import open_engine, writing
from netwatch.store.faults import CORRUPT, NEWER, OUTDATED, place, told
from netwatch.store.hold import Holder, acquire
from netwatch.store.sample_tables import metadata as sample_metadata
from netwatch.store.syslog_tables import metadata as syslog_metadata
from netwatch.store.tables import metadata

METADATA: Sequence[MetaData] = (
    metadata,
    inventory_metadata,
    desk_metadata,
    configuration_metadata,
    syslog_metadata,
    coverage_metadata,
    sample_metadata,
)
MIGRATIONS = Path(netwatch.__file__).parent / "migrations"
# Where Alembic writes down the revision.
_VERSION = table("alembic_version", column("version_num", Text))


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The revisions before (None: an empty database) and after; equal when there was nothing to do."""

    before: str | None
    after: str


def head() -> str:
    """The revision this release needs."""
    return revisions()[-1]


@cache
def revisions() -> tuple[str, ...]:
    """Every revision this release knows, in order: each is in a file whose name begins with it."""
    return tuple(sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")))


def revision_of(engine: Engine) -> str | None:
    """The revision a database has; None when it is empty or not ours."""
    with told(engine.url), engine.connect() as connection:
        known = inspect(connection).has_table(_VERSION.name)
        return connection.scalar(select(_VERSION.c.version_num)) if known else None


def current(url: str) -> str | None:
    """The revision the database at this address has; None when empty. Raises StoreFault; creates nothing."""
    with _opened(url, read_only=True) as engine:
        return revision_of(engine)


def needs_upgrade(url: str) -> bool:
    """Whether `upgrade` would change the database. Raises StoreFault, 'newer' if a newer release wrote it."""
    with _opened(url, read_only=True) as engine:
        before = revision_of(engine)
        require_known(before, engine)
    return before != head()


def upgrade(url: str, holder: Holder) -> Upgrade:
    """Bring the schema to this release's revision, all or nothing, making the database if there is none.

    Raises AlreadyServed while a daemon serves it, StoreFault otherwise.
    """
    with _opened(url) as engine:
        hold = acquire(engine, holder)
        try:
            return upgrade_held(engine)
        finally:
            hold.release()


def upgrade_held(engine: Engine) -> Upgrade:
    """The same on a database the caller holds; in one transaction, so that a kill leaves the old schema."""
    before = revision_of(engine)
    require_known(before, engine)
    if before != head():
        with told(engine.url), _changing(engine) as connection:
            migrate(connection, "head")
    return Upgrade(before, revision_of(engine) or "")


def require_current(engine: Engine) -> None:
    """Raise StoreFault unless the schema is the one this release needs."""
    before = revision_of(engine)
    require_known(before, engine)
    if before != head():
        raise StoreFault(
            OUTDATED,
            f"the schema is {before or 'empty'}, this release needs {head()} ({place(engine.url)}). "
            "Run: netwatch db upgrade",
        )


@contextmanager
def _opened(url: str, *, read_only: bool = False) -> Iterator[Engine]:
    engine = open_engine(url, read_only=read_only)
    try:
        yield engine
    finally:
        engine.dispose()


def require_known(revision: str | None, engine: Engine) -> None:
    """Raise StoreFault 'newer' for a revision that only a later release can have."""
    if revision is not None and revision not in revisions():
        raise StoreFault(
            NEWER,
            f"the schema is {revision}, which this release does not know ({place(engine.url)}). "
            "A newer release wrote it: install that one, or restore an older backup.",
        )


def migrate(connection: Connection, target: str) -> None:
    """Run the revisions up to `target` in the transaction the caller began."""
    importlib.import_module("netwatch.store.migrating").migrate(connection, target)
    _require_references(connection)


@contextmanager
def _changing(engine: Engine) -> Iterator[Connection]:
    with writing(engine).connect() as connection, _without_foreign_keys(connection), connection.begin():
        yield connection


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite builds a table anew to change it; dropping the old one must not delete what refers to it."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _require_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken:
            raise StoreFault(
                CORRUPT, f"table {broken[0]}, row {broken[1]} refers to {broken[2]}, which lacks it"
            )
