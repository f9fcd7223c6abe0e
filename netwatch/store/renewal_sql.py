"""Records that were changed within a time, so that evidence of what they meant before can be told apart."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from inventory.coverage.renewal import KINDS, Redeclared
from inventory.models import EVENT


def redeclared(connection: Connection, since: int, until: int) -> Iterator[Redeclared]:
    """What was changed from `since` on, as known at `until`, in the order recorded.

    Nothing holds from later than when it was recorded, which the database has an index for.
    """
    columns = (EVENT.c.kind, EVENT.c.entity, EVENT.c.at, EVENT.c.before, EVENT.c.after)
    query = (
        select(*columns)
        .where(EVENT.c.recorded_at.between(since, until), EVENT.c.at.between(since, until))
        .where(EVENT.c.kind.in_(KINDS), EVENT.c.before.is_not(None), EVENT.c.after.is_not(None))
        .order_by(EVENT.c.seq)
    )
    for kind, entity, at, before, after in connection.execute(query):
        yield Redeclared(kind, entity, at, before, after)
