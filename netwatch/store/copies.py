"""The text format of PostgreSQL backups: written and read with COPY, without pg_dump.

The first line is JSON: format, revision, and for every table its name, columns and number of rows. Then come the
rows, a line each as COPY's text format has them, table after table. The last line is the SHA-256 of all before it.
"""

import hashlib
import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, Table, func, inspect, select, text

from netwatch.store.contract import StoreFault
from netwatch.store.engine import writing
from netwatch.store.faults import CORRUPT, told
from netwatch.store.schema import METADATA, migrate, revision_of
from netwatch.store.tables import daemon

FORMAT = "netwatch backup of PostgreSQL, 1"
LONGEST_HEADER = 1_000_000
VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True)
class Copy:
    """What a database or a backup holds: its schema's revision ('' when empty) and rows by table."""

    revision: str
    tables: tuple[tuple[str, int], ...]


def contents(engine: Engine) -> Copy:
    """What a database holds; who serves it is not part of that."""
    revision = revision_of(engine) or ""
    with told(engine.url), engine.connect() as connection:
        return Copy(revision, tuple((table.name, _count(connection, table)) for table in _tables(connection)))


def _tables(connection: Connection) -> list[Table]:
    """Our tables that are there, those that others refer to first."""
    there = set(inspect(connection).get_table_names())
    ours = [table for metadata in METADATA for table in metadata.sorted_tables]
    return [table for table in ours if table.name in there and table is not daemon]


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def write_copy(engine: Engine, path: Path) -> None:
    """Write all tables as of one moment."""
    with (
        engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        path.open("wb") as file,
    ):
        sink = _Sink(file)
        tables = [_described(connection, table) for table in _tables(connection)]
        header = {"format": FORMAT, "revision": _revision(connection), "tables": tables}
        sink.write(json.dumps(header).encode() + b"\n")
        for table in tables:
            with _cursor(connection).copy(_copy_statement(table, "TO STDOUT")) as rows:
                for block in rows:
                    sink.write(block)
        file.write(sink.digest)


def _described(connection: Connection, table: Table) -> dict[str, Any]:
    columns = [column["name"] for column in inspect(connection).get_columns(table.name)]
    return {"name": table.name, "columns": columns, "rows": _count(connection, table)}


def _revision(connection: Connection) -> str:
    return str(connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")))  # noqa: S608 - a constant


def _copy_statement(table: dict[str, Any], direction: str) -> sql.Composed:
    columns = sql.SQL(", ").join(sql.Identifier(column) for column in table["columns"])
    name = sql.Identifier(table["name"])
    return sql.SQL("COPY {} ({}) ").format(name, columns) + sql.SQL(direction)


def _cursor(connection: Connection) -> psycopg.Cursor[Any]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver.cursor()


class _Sink:
    """A file that sums up what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._sum = hashlib.sha256()

    def write(self, block: bytes | memoryview | bytearray) -> None:
        self._sum.update(block)
        self._file.write(block)

    @property
    def digest(self) -> bytes:
        return self._sum.hexdigest().encode() + b"\n"


def read_header(path: Path) -> Copy:
    """What a backup holds, once its sum has been found right; raises StoreFault 'corrupt' otherwise."""
    with path.open("rb") as file:
        header = _header(file, path)
    expected = 1 + sum(table["rows"] for table in header["tables"])
    if not _sum_is_right(path, expected):
        raise StoreFault(CORRUPT, f"{path} is damaged or cut off: its checksum does not fit")
    return Copy(header["revision"], tuple((table["name"], table["rows"]) for table in header["tables"]))


def _header(file: IO[bytes], path: Path) -> dict[str, Any]:
    try:
        header = json.loads(file.readline(LONGEST_HEADER))
    except ValueError:
        header = None
    if not _well_formed(header):
        raise StoreFault(CORRUPT, f"{path} is not a netwatch backup of a PostgreSQL database")
    return dict(header)


def _well_formed(header: object) -> bool:
    match header:
        case {"format": format_, "revision": str(), "tables": [*tables]} if format_ == FORMAT:
            return all(_table_well_formed(table) for table in tables)
    return False


def _table_well_formed(table: object) -> bool:
    known = {table.name for metadata in METADATA for table in metadata.sorted_tables}
    match table:
        case {"name": str(name), "columns": [str(), *columns], "rows": int(rows)}:
            return name in known and rows >= 0 and all(isinstance(column, str) for column in columns)
    return False


def _sum_is_right(path: Path, lines: int) -> bool:
    total = hashlib.sha256()
    with path.open("rb") as file:
        for line in islice(file, lines):
            total.update(line)
        return file.read() == total.hexdigest().encode() + b"\n"


def read_rows(path: Path, engine: Engine) -> None:
    """Put a backup's tables in place of ours, in one transaction."""
    with path.open("rb") as file, writing(engine).connect() as connection, connection.begin():
        header = _header(file, path)
        _drop(connection)
        migrate(connection, header["revision"])
        for table in header["tables"]:
            with _cursor(connection).copy(_copy_statement(table, "FROM STDIN")) as rows:
                for line in islice(file, table["rows"]):
                    rows.write(line)
        _continue_numbers(connection)


def _drop(connection: Connection) -> None:
    names = [VERSION_TABLE, daemon.name, *(table.name for table in _tables(connection))]
    for name in names:
        connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{name}" CASCADE')


def _continue_numbers(connection: Connection) -> None:
    """Numbers that the server gives out go on after the greatest there is."""
    for column in (column for table in _tables(connection) for column in table.primary_key):
        names = {"table": column.table.name, "column": column.name}
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), names)
        if sequence:
            last = connection.scalar(select(func.max(column))) or 0
            connection.execute(select(func.setval(sequence, last + 1, False)))
