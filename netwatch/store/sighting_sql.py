"""Sightings in the database: written in batches, each row at its beginning and then at its end only.

The database may hold rows of many years; whoever weighs evidence asks for the newest of each value alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, func, select
from sqlalchemy.dialects import postgresql, sqlite

from inventory.coverage.contract import Aspect, Sighting
from netwatch.store.coverage_tables import sighting
from netwatch.store.ledger import storable

_ROW = sighting.c
_AT_ONCE = 10_000
# Aspects of which many items have the same values.
_SHARED = frozenset({Aspect.PROFILE, Aspect.KIND, Aspect.VENDOR, Aspect.MODEL, Aspect.SPEED, Aspect.SPEAKING})


def _upsert(add: sqlite.Insert | postgresql.Insert) -> Executable:
    """To look first which rows are known takes ten times as long."""
    later = _ROW.last < add.excluded.last
    key = (_ROW.item, _ROW.aspect, _ROW.value, _ROW.first)
    return add.on_conflict_do_update(index_elements=key, set_={"last": add.excluded.last}, where=later)


_STORE: Mapping[str, Executable] = MappingProxyType(
    {
        "sqlite": _upsert(sqlite.insert(sighting)),
        "postgresql": _upsert(postgresql.insert(sighting)),
    }
)


def write(connection: Connection, rows: Sequence[Sighting]) -> None:
    """Store sightings: new ones, and how far known ones went on; a row never becomes shorter."""
    if rows:
        connection.execute(_STORE[connection.dialect.name], [_columns(row) for row in rows])


def newest(connection: Connection, until: int | None, since: int | None) -> Iterator[Sighting]:
    """Of every value an item's aspect had the newest row that begins at `until` or before, by item.

    With `since` only those that went on until then. Rows of one value never overlap, so that the last to begin is the
    last to end.
    """
    query = select(_ROW.item, _ROW.aspect, _ROW.value, func.max(_ROW.first), func.max(_ROW.last))
    if until is not None:
        query = query.where(_ROW.first <= until)
    query = query.group_by(_ROW.item, _ROW.aspect, _ROW.value)
    if since is not None:
        query = query.having(func.max(_ROW.last) >= since)
    known = {str(aspect): aspect for aspect in Aspect}
    # The same text is held once: the rows of an item follow one another, and most items show what others show.
    before = ""
    shared: dict[str, str] = {}
    for item, aspect, value, first, last in _plain_rows(connection.execute(query.order_by(_ROW.item))):
        # Another release may know aspects that this one does not.
        if aspect in known:
            before = before if item == before else item
            told = shared.setdefault(value, value) if aspect in _SHARED else value
            yield Sighting(before, known[aspect], told, first, last)


def _plain_rows(result: CursorResult[Any]) -> Iterator[tuple[Any, ...]]:
    """Rows as the driver has them: making something better of half a million takes as long as reading them."""
    cursor = result.cursor
    while cursor is not None and (rows := cursor.fetchmany(_AT_ONCE)):
        yield from rows


def _columns(row: Sighting) -> dict[str, str | int]:
    return {
        "item": row.item,
        "aspect": str(row.aspect),
        "first": row.first,
        "last": row.last,
        "value": storable(row.value),
    }
