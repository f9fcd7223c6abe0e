"""Packed looks around transitions in the database. Writing belongs on the writer thread, reading on any other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Engine, Executable, select
from sqlalchemy.dialects import postgresql, sqlite

from netwatch.store.engine import writing
from netwatch.store.faults import told
from netwatch.store.sample_tables import look_block

_BLOCK = look_block.c
# Subjects that one statement asks for, fewer than any database's limit of parameters.
_AT_ONCE = 500


class LookBlock(NamedTuple):
    """Looks at a subject within a quarter of an hour from `start`, microseconds UTC."""

    subject: str
    start: int
    content: bytes


def _upsert(add: sqlite.Insert | postgresql.Insert) -> Executable:
    key = [_BLOCK.subject, _BLOCK.start]
    return add.on_conflict_do_update(index_elements=key, set_={"content": add.excluded.content})


_PUT: Mapping[str, Executable] = MappingProxyType(
    {
        "sqlite": _upsert(sqlite.insert(look_block)),
        "postgresql": _upsert(postgresql.insert(look_block)),
    }
)


def put_looks(engine: Engine, blocks: Sequence[LookBlock]) -> None:
    """Store blocks, in the place of those that are there; raises StoreFault."""
    if blocks:
        with told(engine.url), writing(engine).begin() as connection:
            connection.execute(_PUT[connection.dialect.name], [block._asdict() for block in blocks])


def looks_between(engine: Engine, subject: str, start: int, end: int) -> list[LookBlock]:
    """The blocks of a subject that begin within [start, end), in order; raises StoreFault."""
    query = select(look_block).where(_BLOCK.subject == subject, _BLOCK.start >= start, _BLOCK.start < end)
    with told(engine.url), engine.connect() as connection:
        return [LookBlock(*row) for row in connection.execute(query.order_by(_BLOCK.start))]


def looks_since(engine: Engine, subjects: Iterable[str], start: int) -> Iterator[LookBlock]:
    """The blocks of these subjects that begin at a moment or later; raises StoreFault."""
    ordered = sorted(set(subjects))
    for first in range(0, len(ordered), _AT_ONCE):
        query = select(look_block).where(
            _BLOCK.subject.in_(ordered[first : first + _AT_ONCE]), _BLOCK.start >= start
        )
        with told(engine.url), engine.connect() as connection:
            rows = connection.execute(query).all()
        yield from (LookBlock(*row) for row in rows)
