"""Imports and undos proposed in a process of their own, on both databases; what moves meanwhile is proposed anew."""

import resource
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from sqlalchemy import Engine

from inventory.incoming import IncomingRow
from inventory.snapshot import Inventory
from netwatch import commands
from netwatch.commands import ImportOrder
from netwatch.control.contract import Refused
from netwatch.control.fake import FakeDaemon
from netwatch.control.proposing import FEW_ROWS, Proposing, Uploads
from netwatch.present import Present
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

pytestmark = pytest.mark.anyio

Result = TypeVar("Result")
NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
COUNT = FEW_ROWS + 1
EMPTY = Present(0, 0, True, True, 0, False, 1, Inventory(), {}, {}, {}, {}, {})


@dataclass
class Disturbed(FakeDaemon):
    """A daemon in which others change the inventory just before so many writes of imports."""

    changes: int = 0
    tries: list[int] = field(default_factory=list)

    async def write(self, operation: Callable[[Engine], Result]) -> Result:
        """Let the others go first."""
        if self.changes and getattr(operation, "func", None) is commands.write_import:
            self.changes -= 1
            self.tries.append(self.changes)
            commands.import_rows(self.engine, _order(self, _contact("OTHER", str(1000 + self.changes))))
        return await super().write(operation)


def _contact(id_: str, phone: str) -> IncomingRow:
    return IncomingRow("contact", "c", 1, {"id": id_, "name": "Nga", "role": "agency", "phone": phone})


def _order(daemon: FakeDaemon, *rows: IncomingRow) -> ImportOrder:
    return ImportOrder(rows, "nga", daemon.now(), NOON.date(), "x")


@pytest.fixture
def daemon(database_url: str) -> Iterator[Disturbed]:
    """On an empty database of this release."""
    store = open_store(database_url, Holder("here", 1, 0, "0"))
    yield Disturbed(store.engine, NOON, EMPTY)
    store.close()


def _many(daemon: FakeDaemon, phone: str = "0900") -> ImportOrder:
    return _order(daemon, *(_contact(f"C{number}", phone) for number in range(COUNT)))


async def test_many_rows_are_proposed_elsewhere_and_written_here(daemon: Disturbed) -> None:
    """Again when the inventory moved meanwhile; the events are those of the change set, and it can be undone."""
    daemon.changes = 1
    proposing = Proposing(daemon)
    report = await proposing.import_rows(_many(daemon))
    assert (report.change_set, len(report.changes), daemon.tries) == ("CS-2", COUNT, [0])
    contacts = commands.inventory_of(daemon.engine, NOON.date()).of("contact")
    assert len(contacts) == COUNT + 1
    (event,) = commands.events(daemon.engine, commands.EventFilter(entity="C7"))
    assert (event.actor, event.change_set, "phone=0900" in event.after) == ("nga", "CS-2", True)
    undone = await proposing.undo("CS-2", author="lan", at=daemon.now(), dry_run=True)
    assert (undone.change_set, len(undone.events)) == ("CS-3", commands.MOST_TOLD)
    assert (await proposing.undo("CS-2", author="lan", at=daemon.now(), dry_run=False)).change_set == "CS-3"
    assert list(commands.inventory_of(daemon.engine, NOON.date()).of("contact")) == ["OTHER"]


async def test_an_inventory_that_never_stands_still_is_given_up_on(daemon: Disturbed) -> None:
    """After a few tries, with nothing applied."""
    daemon.changes = commands.MOST_TRIES
    with pytest.raises(Refused, match="changed by others"):
        await Proposing(daemon).import_rows(_order(daemon, _contact("C1", "0900")))
    assert list(commands.inventory_of(daemon.engine, NOON.date()).of("contact")) == ["OTHER"]
    assert daemon.changes == 0


def test_rows_there_is_no_room_for_are_refused_and_forgotten() -> None:
    """What was half written is never taken for rows."""
    uploads = Uploads(lambda: 0)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        with pytest.raises(Refused, match="no room"):
            uploads.add("a" * 32, "nga", "x" * 200_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    with pytest.raises(Refused, match="no such rows"):
        uploads.take("a" * 32, "nga")
    uploads.add("a" * 32, "nga", "[]")
    with pytest.raises(Refused, match="no such rows"):
        uploads.take("a" * 32, "lan")
    with closing(uploads.take("a" * 32, "nga").file) as rows:
        rows.seek(0)
        assert rows.read() == b"[]\n"
