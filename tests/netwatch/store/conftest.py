"""Databases for the store's tests, and the values they are fed with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netwatch.check import FactKey
from netwatch.state import Transition
from netwatch.store.contract import VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.verdict import Kind, Verdict


@pytest.fixture
def holder() -> Holder:
    """A daemon with a name."""
    return Holder(host="hn-01", pid=4711, since=1_700_000_000_000_000, version="0.1.0")


@pytest.fixture
def store(database_url: str, holder: Holder) -> Iterator[SqlStore]:
    """A store on an empty database of each kind, held by `holder`."""
    opened = open_store(database_url, holder, busy_timeout=20)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path}/netwatch.db"


@pytest.fixture
def sqlite_store(sqlite_url: str, holder: Holder) -> Iterator[SqlStore]:
    """A store on an empty SQLite database, held by `holder`."""
    opened = open_store(sqlite_url, holder, busy_timeout=20)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def change() -> Callable[..., Transition]:
    """Makes a transition."""

    def make(
        since: int, holds: bool | None, *, check: str = "c1", at: int | None = None, reason: str = "answered"
    ) -> Transition:
        return Transition(
            key=FactKey(check, "", "reachable"),
            was=None,
            holds=holds,
            since=since,
            contrary=since - 1,
            at=since if at is None else at,
            reason=reason,
            evidence="5 of 5 echoes",
            ever=True,
        )

    return make


@pytest.fixture(scope="session")
def verdict() -> Callable[..., VerdictRow]:
    """Makes a verdict row that is not stored yet."""

    def make(
        start: int,
        end: int | None = None,
        kind: Kind = Kind.UP,
        *,
        subject: str = "line-1",
        revision: int = 1,
    ) -> VerdictRow:
        judged = Verdict(kind=kind, reason="answers", cause="", evidence="", manageable=None)
        return VerdictRow(0, subject, judged, start, end, start - 1, revision, recorded_at=start + 5)

    return make


@pytest.fixture
def another_url(database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of one more empty database of the same kind as `database_url`."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/another.db"
    make: Callable[[], str] = request.getfixturevalue("new_postgresql_database")
    return make()
