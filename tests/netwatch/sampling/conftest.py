"""A database for samples, and its daemon's ways to it."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from sqlalchemy import Engine

from netwatch.store.contract import StoreFault
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store

Result = TypeVar("Result")


class Ways:
    """Both ways to a database, one call after the other; `broken` makes those that write fail, `calls` counts them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.broken = False
        self.calls = 0

    async def write(self, operation: Callable[[Engine], Result]) -> Result:
        """A call that changes something."""
        self.calls += 1
        if self.broken:
            raise StoreFault("full", "no space left")
        return operation(self.engine)

    async def read(self, operation: Callable[[Engine], Result]) -> Result:
        """A call that does not."""
        return operation(self.engine)


@pytest.fixture
def samples_store(database_url: str) -> Iterator[SqlStore]:
    """An empty database of each kind."""
    opened = open_store(database_url, Holder("hn-01", 1, 0, "0"), busy_timeout=20)
    yield opened
    opened.close()


@pytest.fixture
def ways(samples_store: SqlStore) -> Ways:
    """The ways to it."""
    return Ways(samples_store.engine)
