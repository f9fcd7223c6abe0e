"""The local days from which on something of a kind was otherwise than before, by the events."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.local_days import end_of, start_of
from inventory.models import EVENT


def turning_days(
    session: Session, kind: str, fields: Sequence[str], first: date, last: date, zone: tzinfo
) -> tuple[date, ...]:
    """The days after `first`, up to `last`, on which records of a kind came, went, or had such a field changed."""
    query = select(EVENT.c.at, EVENT.c.before, EVENT.c.after).where(
        EVENT.c.kind == kind, EVENT.c.at >= end_of(first, zone), EVENT.c.at < end_of(last, zone)
    )
    found = {
        datetime.fromtimestamp(at // 1_000_000, UTC).astimezone(zone).date()
        for at, before, after in session.execute(query)
        if before is None or after is None or any(before.get(name) != after.get(name) for name in fields)
    }
    return tuple(sorted(found))


def days_between(first: date, last: date) -> tuple[date, ...]:
    """All days from one to another, both included."""
    return tuple(first + timedelta(days=each) for each in range((last - first).days + 1))


def day_edges(day: date, zone: tzinfo) -> tuple[int, int]:
    """When a local day begins and ends, µs UTC."""
    return start_of(day, zone), end_of(day, zone)
