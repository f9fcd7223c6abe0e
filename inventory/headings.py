"""Column headings and sheet names people said the meaning of, so that nobody says it twice."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from inventory.models import HEADING


def remembered(session: Session) -> Mapping[str, str]:
    """Heading to its meaning: 'kind.field' for a column, 'kind' for a sheet."""
    query = select(HEADING.c.heading, HEADING.c.meaning).order_by(HEADING.c.heading)
    return {row.heading: row.meaning for row in session.execute(query)}


def remember(session: Session, mapping: Mapping[str, str], *, author: str, at: int) -> None:
    """Keep these meanings beside those already known; the same heading said anew takes its new meaning.

    The caller commits; `at` is µs UTC.
    """
    if mapping:
        session.execute(delete(HEADING).where(HEADING.c.heading.in_(list(mapping))))
        rows = [
            {"heading": key, "meaning": value, "author": author, "at": at} for key, value in mapping.items()
        ]
        session.execute(insert(HEADING), rows)
