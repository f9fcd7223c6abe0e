"""A digest of the verdict rows that figures rest on, by which a dossier can be compared with the database. Pure."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from netwatch.availability.contract import Period
from netwatch.store.contract import VerdictRow


@dataclass(frozen=True, slots=True)
class Digest:
    """How many rows, and their SHA-256."""

    rows: int
    sha256: str


def digest(rows: Iterable[VerdictRow], period: Period) -> Digest:
    """Of the current rows that overlap a period, in order of start.

    Each is a line of JSON: subject, verdict, reason, cause, excluded, start, end, contrary (µs UTC). An end beyond the
    period is null, since a row that goes on may end any day.
    """
    hashed, count = hashlib.sha256(), 0
    for row in sorted(rows, key=lambda row: (row.subject, row.start)):
        overlaps = row.start < period.end and (row.end is None or row.end > period.start)
        if row.superseded_by is None and overlaps:
            hashed.update(_line(row, period).encode())
            count += 1
    return Digest(count, hashed.hexdigest())


def _line(row: VerdictRow, period: Period) -> str:
    end = row.end if row.end is not None and row.end <= period.end else None
    said = row.verdict
    values = (
        row.subject, said.kind.value, said.reason, said.cause, said.excluded, row.start, end, row.contrary,
    )  # fmt: skip
    return json.dumps(values, separators=(",", ":")) + "\n"
