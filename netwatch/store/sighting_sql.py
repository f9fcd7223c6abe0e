"""Sightings in the database: written in batches, each row at its beginning and then at its end only.

The database may hold rows of many years; whoever weighs evidence asks for the newest of each value alone.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, bindparam, func, insert, select, tuple_, update

from inventory.coverage.contract import Aspect, Sighting
from netwatch.store.coverage_tables import sighting
from netwatch.store.ledger import storable

_ROW = sighting.c
# Keys of one statement, three values each: both databases allow at least 32,766.
_CHUNK = 1000
_LATER = (
    update(sighting)
    .where(
        _ROW.item == bindparam("of"),
        _ROW.aspect == bindparam("what"),
        _ROW.first == bindparam("since"),
        _ROW.last < bindparam("until"),
    )
    .values(last=bindparam("until"))
)

Key: TypeAlias = tuple[str, str, int]


def write(connection: Connection, rows: Sequence[Sighting]) -> None:
    """Store sightings: new ones, and how far known ones went on; a row never becomes shorter."""
    last: dict[Key, Sighting] = {_key(row): row for row in sorted(rows, key=lambda row: row.last)}
    known = set(_known(connection, list(last)))
    new = [_columns(row) for key, row in last.items() if key not in known]
    if new:
        connection.execute(insert(sighting), new)
    later = [_moved(row) for key, row in last.items() if key in known]
    if later:
        connection.execute(_LATER, later)


def newest(connection: Connection, until: int | None, since: int | None) -> Iterator[Sighting]:
    """Of every value an item's aspect had the newest row that begins at `until` or before, by item and first.

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
    for item, aspect, value, first, last in connection.execute(
        query.order_by(_ROW.item, func.max(_ROW.first))
    ):
        # Another release may know aspects that this one does not.
        if aspect in known:
            yield Sighting(item, known[aspect], value, first, last)


def _key(row: Sighting) -> Key:
    return row.item, str(row.aspect), row.first


def _known(connection: Connection, keys: Sequence[Key]) -> Iterator[Key]:
    place = tuple_(_ROW.item, _ROW.aspect, _ROW.first)
    for start in range(0, len(keys), _CHUNK):
        query = select(_ROW.item, _ROW.aspect, _ROW.first).where(place.in_(keys[start : start + _CHUNK]))
        yield from ((item, aspect, first) for item, aspect, first in connection.execute(query))


def _columns(row: Sighting) -> dict[str, str | int]:
    return {
        "item": row.item,
        "aspect": str(row.aspect),
        "first": row.first,
        "last": row.last,
        "value": storable(row.value),
    }


def _moved(row: Sighting) -> dict[str, str | int]:
    return {"of": row.item, "what": str(row.aspect), "since": row.first, "until": row.last}
