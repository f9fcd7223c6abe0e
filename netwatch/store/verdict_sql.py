"""What figures of record read of verdict rows: of many subjects at once, as little of each row as is counted with."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select

from netwatch.store.contract import VerdictRow
from netwatch.store.rows import verdict_row
from netwatch.store.tables import verdict_interval as verdicts
from netwatch.verdict import Kind

CHUNK = 500
CURRENT = verdicts.c.superseded_by.is_(None)
KINDS = {str(kind): kind for kind in Kind}


class Counted(NamedTuple):
    """A current row, as far as its time is counted."""

    subject: str
    start: int
    end: int | None
    kind: Kind
    cause: str
    excluded: str


def of_subjects(connection: Connection, subjects: Iterable[str], start: int, end: int) -> list[VerdictRow]:
    """Current rows of these subjects that overlap [start, end), by subject and start."""
    column = verdicts.c
    query = select(verdicts).where(CURRENT, or_(column.end_at.is_(None), column.end_at > start))
    query = query.where(column.start_at < end).order_by(column.subject, column.start_at)
    return [
        verdict_row(row)
        for chunk in _chunks(subjects)
        for row in connection.execute(query.where(column.subject.in_(chunk))).mappings()
    ]


def counted(connection: Connection, subjects: Iterable[str], start: int) -> Iterator[Counted]:
    """The same from a moment on, with what is counted alone."""
    column = verdicts.c
    query = select(
        column.subject, column.start_at, column.end_at, column.kind, column.cause, column.excluded
    ).where(CURRENT, or_(column.end_at.is_(None), column.end_at > start))
    for chunk in _chunks(subjects):
        found = connection.execute(
            query.where(column.subject.in_(chunk)).order_by(column.subject, column.start_at)
        )
        for subject, begin, end, kind, cause, excluded in found:
            yield Counted(subject, begin, end, KINDS[kind], cause, excluded)


def changed(connection: Connection, after: int, ended_since: int) -> tuple[frozenset[str], int]:
    """The subjects with rows numbered beyond `after` or ended since a moment, and the highest number there is.

    Whatever is told anew adds a row; a subject that leaves the inventory only ends one.
    """
    newest = int(connection.scalar(select(func.max(verdicts.c.id))) or 0)
    moved = select(verdicts.c.subject).where(verdicts.c.id > after)
    ended = select(verdicts.c.subject).where(verdicts.c.end_at >= ended_since, CURRENT)
    return frozenset(connection.scalars(moved.union(ended))), newest


def moved(connection: Connection, after: int, ended_since: int) -> tuple[dict[str, int], int]:
    """The same subjects, with the earliest moment at which those rows may change what was."""
    column = verdicts.c
    newest = int(connection.scalar(select(func.max(column.id))) or 0)
    begun = select(column.subject, func.min(column.start_at), func.min(column.contrary_at))
    ended = select(column.subject, func.min(column.end_at), func.min(column.end_at))
    found: dict[str, int] = {}
    for query in (
        begun.where(column.id > after),
        ended.where(column.end_at >= ended_since, CURRENT),
    ):
        for subject, *moments in connection.execute(query.group_by(column.subject)):
            found[subject] = min(*moments, *([found[subject]] if subject in found else ()))
    return found, newest


def _chunks(subjects: Iterable[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(set(subjects))
    return (ordered[first : first + CHUNK] for first in range(0, len(ordered), CHUNK))
