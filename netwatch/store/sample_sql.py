"""Samples in the database: small rows written every minute, blocks of days and months, deleted a few at a time.

No transaction touches more than some hundred small rows or blocks. Writing and deleting belong on the writer thread,
reading on any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import ColumnElement, Engine, Executable, delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from netwatch.store.engine import writing
from netwatch.store.faults import told
from netwatch.store.sample_tables import sample_block, sample_recent

_ROW, _BLOCK = sample_recent.c, sample_block.c
# Series that one statement asks for, fewer than any database's limit of parameters.
_AT_ONCE = 500


class SampleRow(NamedTuple):
    """Five minutes from `start` (microseconds UTC) of some series."""

    start: int
    portion: int
    content: bytes


class SampleBlock(NamedTuple):
    """A series from `day` on, a day counted from 1970-01-01."""

    day: int
    series: str
    content: bytes


def _upsert_row(add: sqlite.Insert | postgresql.Insert) -> Executable:
    return add.on_conflict_do_update(
        index_elements=[_ROW.start, _ROW.portion], set_={"content": add.excluded.content}
    )


def _upsert_block(add: sqlite.Insert | postgresql.Insert) -> Executable:
    key = [_BLOCK.grain, _BLOCK.day, _BLOCK.series]
    return add.on_conflict_do_update(index_elements=key, set_={"content": add.excluded.content})


_PUT_ROW: Mapping[str, Executable] = MappingProxyType(
    {
        "sqlite": _upsert_row(sqlite.insert(sample_recent)),
        "postgresql": _upsert_row(postgresql.insert(sample_recent)),
    }
)
_PUT_BLOCK: Mapping[str, Executable] = MappingProxyType(
    {
        "sqlite": _upsert_block(sqlite.insert(sample_block)),
        "postgresql": _upsert_block(postgresql.insert(sample_block)),
    }
)


def put_rows(engine: Engine, rows: Sequence[SampleRow]) -> None:
    """Store small rows, in the place of those that are there; raises StoreFault."""
    if rows:
        with told(engine.url), writing(engine).begin() as connection:
            connection.execute(_PUT_ROW[connection.dialect.name], [row._asdict() for row in rows])


def rows_between(engine: Engine, start: int, end: int, portions: Sequence[int]) -> list[SampleRow]:
    """Small rows of some portions that begin within [start, end), in order of time; raises StoreFault."""
    query = select(sample_recent).where(_ROW.start >= start, _ROW.start < end, _ROW.portion.in_(portions))
    with told(engine.url), engine.connect() as connection:
        return [SampleRow(*row) for row in connection.execute(query.order_by(_ROW.start, _ROW.portion))]


def oldest_row(engine: Engine) -> int | None:
    """When the oldest small row begins; raises StoreFault."""
    with told(engine.url), engine.connect() as connection:
        start: int | None = connection.scalar(select(func.min(_ROW.start)))
        return start


def drop_rows(engine: Engine, start: int, end: int, portion: int) -> None:
    """Delete the small rows of one portion that begin within [start, end), a day's at most; raises StoreFault."""
    those = (_ROW.start >= start, _ROW.start < end, _ROW.portion == portion)
    with told(engine.url), writing(engine).begin() as connection:
        connection.execute(delete(sample_recent).where(*those))


def put_blocks(engine: Engine, grain: str, blocks: Sequence[SampleBlock]) -> None:
    """Store blocks, in the place of those that are there; raises StoreFault."""
    if blocks:
        with told(engine.url), writing(engine).begin() as connection:
            columns = [{"grain": grain, **block._asdict()} for block in blocks]
            connection.execute(_PUT_BLOCK[connection.dialect.name], columns)


def blocks_between(
    engine: Engine, grain: str, first: int, last: int, series: Sequence[str]
) -> Iterator[SampleBlock]:
    """Blocks of some series from day `first` to `last`, the last included; raises StoreFault."""
    for start in range(0, len(series), _AT_ONCE):
        some = series[start : start + _AT_ONCE]
        query = select(_BLOCK.day, _BLOCK.series, _BLOCK.content).where(
            _BLOCK.grain == grain, _BLOCK.day.in_(range(first, last + 1)), _BLOCK.series.in_(some)
        )
        with told(engine.url), engine.connect() as connection:
            rows = connection.execute(query).all()
        yield from (SampleBlock(*row) for row in rows)


def series_between(engine: Engine, grain: str, first: int, last: int) -> list[str]:
    """The series that have blocks from day `first` to `last`, the last included; raises StoreFault."""
    query = select(_BLOCK.series).where(_BLOCK.grain == grain, _BLOCK.day.between(first, last)).distinct()
    with told(engine.url), engine.connect() as connection:
        return list(connection.scalars(query.order_by(_BLOCK.series)))


def block_days(engine: Engine, grain: str, series: str | None = None) -> tuple[int, int] | None:
    """The oldest and the newest day of which a grain has blocks (of one series); None without any."""
    query = select(func.min(_BLOCK.day), func.max(_BLOCK.day)).where(_BLOCK.grain == grain)
    if series is not None:
        query = query.where(_BLOCK.series == series)
    with told(engine.url), engine.connect() as connection:
        first, last = connection.execute(query).one()
    return None if first is None else (first, last)


def oldest_day(engine: Engine, grain: str, prefix: str) -> int | None:
    """The oldest day of which there are blocks of series whose names begin so; raises StoreFault."""
    query = select(_BLOCK.day).where(_BLOCK.grain == grain, *_beginning(prefix)).order_by(_BLOCK.day).limit(1)
    with told(engine.url), engine.connect() as connection:
        day: int | None = connection.scalar(query)
        return day


def _beginning(prefix: str) -> list[ColumnElement[bool]]:
    if not prefix:
        return []
    return [_BLOCK.series >= prefix, _BLOCK.series < prefix[:-1] + chr(ord(prefix[-1]) + 1)]


def drop_blocks(engine: Engine, grain: str, before: int, prefix: str, most: int) -> int:
    """Delete at most so many blocks of days before one, of series whose names begin so; how many went.

    Raises StoreFault.
    """
    key = (_BLOCK.grain, _BLOCK.day, _BLOCK.series)
    old = select(*key).where(_BLOCK.grain == grain, _BLOCK.day < before, *_beginning(prefix))
    with told(engine.url), writing(engine).begin() as connection:
        return connection.execute(delete(sample_block).where(tuple_(*key).in_(old.limit(most)))).rowcount
