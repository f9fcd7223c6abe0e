"""The operations on the inventory of record, on every kind of database."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine

from inventory.incoming import IncomingRow
from inventory.samples import sample_rows
from netwatch import commands
from netwatch.commands import EventFilter, ImportOrder
from netwatch.control.contract import Refused
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

AT = 1_795_410_000_000_000
TODAY = date(2026, 11, 23)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty database of this release."""
    store = open_store(database_url, Holder("here", 1, 0, "0"))
    yield store.engine
    store.close()


def order(*rows: IncomingRow, dry_run: bool = False) -> ImportOrder:
    """An import of these rows, or of the sample."""
    return ImportOrder(rows or sample_rows(), "nga", AT, TODAY, "sample.toml", dry_run=dry_run)


def phone(text: str) -> IncomingRow:
    """A row that changes one field."""
    return IncomingRow("contact", "contact", 2, {"id": "LH-DIEN-LUC", "phone": text})


def test_what_is_imported_is_in_force_and_told_in_events(engine: Engine) -> None:
    """By whom, when, as which change set."""
    report = commands.import_rows(engine, order())
    assert (report.change_set, len(report.changes)) == ("CS-1", 23)
    assert len(commands.inventory_of(engine, TODAY).of("device")) == 4
    events = commands.events(engine, EventFilter(entity="RT-SUOI-MAU"))
    assert [(one.actor, one.at, one.change_set) for one in events] == [("nga", AT, "CS-1")]


def test_the_same_import_again_changes_nothing(engine: Engine) -> None:
    """No change set, no event."""
    commands.import_rows(engine, order())
    again = commands.import_rows(engine, order())
    assert (again.change_set, again.changes, again.applicable) == (None, (), True)


def test_a_dry_run_keeps_nothing(engine: Engine) -> None:
    """It reports the same changes."""
    report = commands.import_rows(engine, order(dry_run=True))
    assert (report.change_set, len(report.changes)) == (None, 23)
    assert commands.inventory_of(engine, TODAY).revision == 0


def test_a_field_is_shown_before_and_after(engine: Engine) -> None:
    """Only those that differ."""
    commands.import_rows(engine, order())
    (change,) = commands.import_rows(engine, order(phone("0900"))).changes
    (field,) = change.fields
    assert (change.action, field.field, field.after) == ("changed", "phone", "0900")


def test_an_undo_reverses_and_a_dry_one_only_tells(engine: Engine) -> None:
    """The dry one may be repeated."""
    commands.import_rows(engine, order())
    before = commands.inventory_of(engine, TODAY).of("contact")["LH-DIEN-LUC"]
    commands.import_rows(engine, order(phone("0900")))
    for dry_run in (True, True, False):
        report = commands.undo(engine, "CS-2", author="nga", at=AT, dry_run=dry_run)
        assert (report.change_set, len(report.events)) == ("CS-3", 1)
    assert commands.inventory_of(engine, TODAY).of("contact")["LH-DIEN-LUC"] == before
    with pytest.raises(Refused, match="undone already"):
        commands.undo(engine, "CS-2", author="nga", at=AT, dry_run=False)


def test_a_later_change_stands_in_the_way_of_an_undo(engine: Engine) -> None:
    """And is named."""
    commands.import_rows(engine, order())
    commands.import_rows(engine, order(phone("0900")))
    commands.import_rows(engine, order(phone("0901")))
    with pytest.raises(Refused, match="CS-3"):
        commands.undo(engine, "CS-2", author="nga", at=AT, dry_run=False)


def test_a_note_is_an_event_of_its_item(engine: Engine) -> None:
    """Without blanks around it; none for an unknown item."""
    commands.import_rows(engine, order())
    sequence = commands.record(engine, "RT-SUOI-MAU", " thay nguồn ", author="nga", at=AT, dry_run=False)
    (note,) = commands.events(engine, EventFilter(kind="note"))
    assert (note.sequence, note.reason) == (sequence, "thay nguồn")
    assert commands.record(engine, "RT-SUOI-MAU", "x", author="nga", at=AT, dry_run=True) == 0
    for item, text in (("NOBODY", "x"), ("RT-SUOI-MAU", "  ")):
        with pytest.raises(Refused):
            commands.record(engine, item, text, author="nga", at=AT, dry_run=False)


def test_a_mapped_heading_is_remembered_with_the_import(engine: Engine) -> None:
    """Both or neither."""
    mapped = ImportOrder(sample_rows(), "nga", AT, TODAY, "x", mapping={"Số lạ": "contact.phone"})
    commands.import_rows(engine, mapped)
    assert commands.remembered_headings(engine)["Số lạ"] == "contact.phone"
