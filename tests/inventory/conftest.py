"""The sample inventory, as rows, as a snapshot and in a database of each kind."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from inventory.changes import difference
from inventory.incoming import IncomingRow
from inventory.models import metadata
from inventory.samples import sample_rows
from inventory.snapshot import Inventory, gather

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def sample() -> Inventory:
    """The sample inventory as of 23 November 2026."""
    proposal = difference(gather((), TODAY), sample_rows())
    assert proposal.problems == ()
    return proposal.result


@pytest.fixture(scope="session")
def row() -> Callable[..., IncomingRow]:
    """Make one row: `row('device', id='A', name='...')`; its sheet is called like its kind."""

    def make(kind: str, number: int = 1, /, **cells: str) -> IncomingRow:
        return IncomingRow(kind, kind, number, cells)

    return make


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session on an empty inventory, foreign keys enforced, in a database of each kind."""
    engine = create_engine(database_url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
    metadata.create_all(engine)
    with Session(engine) as opened:
        yield opened
    engine.dispose()
