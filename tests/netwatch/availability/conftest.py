"""Rows as a database would hold them, in whole seconds that are small numbers."""

from collections.abc import Callable

import pytest

from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, Verdict

MakeRow = Callable[..., VerdictRow]


@pytest.fixture(scope="session")
def row() -> MakeRow:
    """Makes a verdict row; without `contrary` nothing about its start is in doubt."""

    def make(
        kind: Kind,
        start: int,
        end: int | None,
        *,
        contrary: int | None = None,
        excluded: str = "",
        subject: str = "S",
        cause: str = "",
    ) -> VerdictRow:
        verdict = Verdict(kind, f"why_{kind}", cause, f"seen at {start}", excluded=excluded)
        return VerdictRow(0, subject, verdict, start, end, start if contrary is None else contrary, 1, start)

    return make
