"""Verdict rows as they stood at an earlier moment. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from netwatch.store.contract import VerdictRow


def rows_known(rows: Iterable[VerdictRow], known_at: int) -> list[VerdictRow]:
    """Of all versions of a subject's rows those that were current at a moment, in order of start.

    A row that a later one replaced was current until that was written down; one that another follows went on until
    then.
    """
    every = list(rows)
    known = [row for row in every if row.recorded_at <= known_at]
    current = [row for row in known if row.superseded_by is None or not _replaced(row, known)]
    later = {row.start for row in every if row.recorded_at > known_at}
    told = {row.start for row in current}
    return [
        replace(
            row,
            superseded_by=None,
            end=None if row.end in later and row.end not in told else row.end,
        )
        for row in sorted(current, key=lambda row: row.start)
    ]


def _replaced(row: VerdictRow, known: Iterable[VerdictRow]) -> bool:
    return any(
        one.recorded_at > row.recorded_at
        and (row.end is None or one.start < row.end)
        and (one.end is None or row.start < one.end)
        for one in known
    )
