"""What the daemon has noticed about things, as the event log held it at a moment."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from inventory.models import EVENT


def newest(connection: Connection, kind: str, until: int, known_at: int) -> Iterator[Mapping[str, Any]]:
    """Of everything that has notices of a kind the facts of the newest that began by `until` and were recorded by then.

    Both moments are µs UTC, and count themselves.
    """
    noted = (EVENT.c.kind == kind, EVENT.c.at <= until, EVENT.c.recorded_at <= known_at)
    last = (
        select(EVENT.c.entity, func.max(EVENT.c.at).label("at"))
        .where(*noted)
        .group_by(EVENT.c.entity)
        .subquery()
    )
    these = (last.c.entity == EVENT.c.entity) & (last.c.at == EVENT.c.at)
    query = select(EVENT.c.after).join(last, these).where(*noted).order_by(EVENT.c.seq)
    yield from (after for (after,) in connection.execute(query) if after)
