"""The sample inventory, as rows, as a snapshot and in a database of each kind."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from inventory.changes import difference
from inventory.incoming import IncomingRow
from inventory.models import metadata
from inventory.samples import sample_rows
from inventory.snapshot import Inventory, gather

TODAY = date(2026, 11, 23)
# What a crash would leave is the business of the tests of the store.
PRAGMAS = "PRAGMA foreign_keys=ON; PRAGMA synchronous=OFF"


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


@pytest.fixture(scope="session")
def postgresql_template(new_postgresql_database: Callable[..., str]) -> str:
    """A database with the tables in it, to be copied: quicker than making the tables for every test."""
    url = new_postgresql_database()
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def session(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Session]:
    """A session on an empty inventory, foreign keys enforced, in a database of each kind."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path}/netwatch.db")
    else:
        template: str = request.getfixturevalue("postgresql_template")
        engine = create_engine(request.getfixturevalue("new_postgresql_database")(template))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.executescript(PRAGMAS))
    metadata.create_all(engine)
    with Session(engine) as opened:
        yield opened
    engine.dispose()
