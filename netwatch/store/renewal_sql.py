"""Records that were changed within a time, so that evidence of what they meant before can be told apart."""

import json
from collections.abc import Iterator

from sqlalchemy import Connection, Text, cast, select

from inventory.coverage.renewal import KINDS, Redeclared
from inventory.models import EVENT


def redeclared(connection: Connection, since: int, until: int) -> Iterator[Redeclared]:
    """What was changed from `since` on, as known at `until`, in the order recorded.

    Nothing holds from later than when it was recorded, which the database has an index for.
    """
    before, after = cast(EVENT.c.before, Text), cast(EVENT.c.after, Text)
    query = (
        select(EVENT.c.kind, EVENT.c.entity, EVENT.c.at, before, after)
        .where(EVENT.c.recorded_at.between(since, until), EVENT.c.at.between(since, until))
        .where(EVENT.c.before.is_not(None), EVENT.c.after.is_not(None))
        .order_by(EVENT.c.seq)
    )
    # Asked for the kinds too, SQLite goes through all that ever happened to devices.
    for kind, entity, at, was, is_ in connection.execute(query):
        if kind in KINDS:
            yield Redeclared(kind, entity, at, json.loads(was), json.loads(is_))
