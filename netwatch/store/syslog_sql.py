"""Syslog messages in the database: written in batches, searched in steps, deleted in steps.

Nothing here holds a transaction open for long: whoever searches millions of rows reads a piece at a time, and what is
too old goes a few thousand rows at a time. Writing and deleting belong on the writer thread, searching on any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, delete, func, insert, select, text

from netwatch.store.engine import writing
from netwatch.store.faults import told
from netwatch.store.syslog_tables import GRAVE, syslog_message

# Rows looked through in one statement; some 50 ms.
STEP = 50_000
_ROW = syslog_message.c
_ORDER = _ROW.at.desc()
# Written as it stands in the index, or SQLite does not use it.
_GRAVE = text(f"severity <= {GRAVE}")


class LogRow(NamedTuple):
    """A stored message: `at` microseconds UTC, unique; `source` a device's id or an address."""

    at: int
    source: str
    sender: str
    facility: int
    severity: int
    host: str
    stamp: str
    message: str


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What is looked for: received within [start, end), from one of `sources` (all without any), `severity` or worse.

    `words` must stand in the message or in the name its sender claims, capitals or not. The newest `limit` are found,
    or with `oldest` the oldest.
    """

    start: int
    end: int
    sources: tuple[str, ...] = ()
    severity: int = 7
    words: str = ""
    limit: int = 100
    oldest: bool = False


def write(engine: Engine, rows: Sequence[LogRow]) -> None:
    """Store messages, in a transaction of their own; raises StoreFault."""
    if rows:
        with told(engine.url), writing(engine).begin() as connection:
            connection.execute(insert(syslog_message), [row._asdict() for row in rows])


def last(engine: Engine) -> int:
    """When the newest stored message was received; 0 without any."""
    with told(engine.url), engine.connect() as connection:
        return int(connection.scalar(select(func.max(_ROW.at))) or 0)


def count(engine: Engine) -> int:
    """How many are stored; takes a second for ten million."""
    with told(engine.url), engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(syslog_message)) or 0)


def drop_oldest(engine: Engine, before: int, most: int) -> int:
    """Delete at most so many of those received before a moment, the oldest first; how many went. Raises StoreFault."""
    with told(engine.url), writing(engine).begin() as connection:
        oldest = select(_ROW.at).where(_ROW.at < before).order_by(_ROW.at).limit(most)
        edge = connection.scalar(select(func.max(oldest.subquery().c.at)))
        if edge is None:
            return 0
        return connection.execute(delete(syslog_message).where(_ROW.at <= edge)).rowcount


def search(engine: Engine, query: LogQuery, step: int = STEP) -> list[LogRow]:
    """The messages that are looked for, the newest first (`oldest`: the oldest first), `step` rows at a time.

    Raises StoreFault.
    """
    sources = query.sources or ("",)
    found = [row for source in sources for row in islice(_found(engine, query, source, step), query.limit)]
    return sorted(found, key=lambda row: row.at if query.oldest else -row.at)[: query.limit]


def _found(engine: Engine, query: LogQuery, source: str, step: int) -> Iterator[LogRow]:
    """Of one source, piece by piece, each in a transaction of its own."""
    start, end, left = query.start, query.end, query.limit
    whole = list(_of(source, query.severity))
    wanted = and_(*whole, *_sought(engine, query))
    while left > 0 and start < end:
        with told(engine.url), engine.connect() as connection:
            edge = (
                _edge(connection, and_(*whole), start, end, query.oldest, step) if _filters(query) else None
            )
            low, high = _piece(start, end, edge, query.oldest)
            rows = connection.execute(_newest(wanted, low, high, query.oldest).limit(left)).all()
        yield from (LogRow(*row) for row in rows)
        left -= len(rows)
        start, end = (high, end) if query.oldest else (start, low)


def _filters(query: LogQuery) -> bool:
    """Whether a statement may look through many rows to find few."""
    return bool(query.words) or GRAVE < query.severity < 7


def _piece(start: int, end: int, edge: int | None, oldest: bool) -> tuple[int, int]:
    if edge is None:
        return start, end
    return (start, edge) if oldest else (edge, end)


def _edge(
    connection: Connection, whole: ColumnElement[bool], start: int, end: int, oldest: bool, step: int
) -> int | None:
    """Where the next piece ends; None when it reaches to the end of what is to be looked through."""
    order = _ROW.at if oldest else _ORDER
    place = select(_ROW.at).where(whole, _ROW.at >= start, _ROW.at < end).order_by(order)
    return connection.scalar(place.offset(step).limit(1))


def _of(source: str, severity: int) -> Iterator[ColumnElement[bool]]:
    yield _ROW.at >= 0
    if source:
        yield _ROW.source == source
    elif severity <= GRAVE:
        yield _GRAVE  # type: ignore[misc]


def _sought(engine: Engine, query: LogQuery) -> Iterator[ColumnElement[bool]]:
    if query.severity < 7:
        yield _ROW.severity <= query.severity
    if query.words:
        escaped = "".join(f"\\{letter}" if letter in "\\%_" else letter for letter in query.words)
        pattern = f"%{escaped}%"
        # SQLite's LIKE takes capitals of ASCII for small letters by itself, and faster than its ILIKE does.
        if engine.dialect.name == "sqlite":
            yield _ROW.message.like(pattern, escape="\\") | _ROW.host.like(pattern, escape="\\")
        else:
            yield _ROW.message.ilike(pattern, escape="\\") | _ROW.host.ilike(pattern, escape="\\")


def _newest(wanted: ColumnElement[bool], low: int, high: int, oldest: bool) -> Select[Any]:
    query = select(syslog_message).where(wanted, _ROW.at >= low, _ROW.at < high)
    return query.order_by(_ROW.at if oldest else _ORDER)
