"""Communes merge in the middle of a year: agencies and figures are right on both days, and nothing was rewritten."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from inventory.coverage.audit import audit
from inventory.coverage.contract import Evidence, Figure
from inventory.incoming import IncomingRow
from inventory.local_days import end_of, start_of
from inventory.organisation import agencies_of, children
from inventory.reorganisation import Successor, merge
from inventory.snapshot import Inventory
from netwatch import commands
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BEGIN, MERGER, TODAY = date(2026, 1, 1), date(2026, 7, 1), date(2026, 11, 23)
BEFORE = MERGER - timedelta(days=1)
UNIT = {"kind": "peoples_committee", "level": "commune", "parent": "tinh", "valid_from": "2025-07-01"}
ROWS = (
    ("organisation_unit", UNIT | {"id": "tinh", "name": "UBND tỉnh", "level": "province", "parent": ""}),
    ("organisation_unit", UNIT | {"id": "xa-1", "name": "UBND xã 1"}),
    ("organisation_unit", UNIT | {"id": "xa-2", "name": "UBND xã 2"}),
    ("site", {"id": "tru-so-1", "name": "Trụ sở 1", "organisation_units": "xa-1"}),
    ("site", {"id": "tru-so-2", "name": "Trụ sở 2", "organisation_units": "xa-2"}),
    ("line", {"id": "kenh-1", "name": "Kênh 1", "site": "tru-so-1", "line_class": "tslcd_access_2"}),
    (
        "norm",
        {
            "id": "tslcd",
            "name": "Mỗi UBND xã một kênh TSLCD cấp II",
            "item": "data_line",
            "levels": "commune",
            "valid_from": "2025-07-01",
        },
    ),
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Two communes, one of which has a line, since January."""
    store = open_store(database_url, Holder("here", 1, 0, "0"))
    rows = [IncomingRow(kind, kind, number, cells) for number, (kind, cells) in enumerate(ROWS)]
    taken_in(store.engine, rows, BEGIN, BEGIN)
    yield store.engine
    store.close()


def taken_in(engine: Engine, rows: object, since: date, recorded: date) -> str:
    """Import rows that hold since a day and are written down at the end of another."""
    order = commands.ImportOrder(
        rows=tuple(rows),  # type: ignore[arg-type]
        author="an",
        at=start_of(since, ZONE),
        on=recorded,
        source="test",
        recorded_at=end_of(recorded, ZONE) - 1,
    )
    report = commands.import_rows(engine, order)
    assert [problem for problem in report.problems if problem.is_error] == []
    assert report.change_set is not None
    return report.change_set


def held(engine: Engine, on: date, known: date | None = None) -> Inventory:
    """The inventory of a day, as known at the end of another."""
    return commands.inventory_at(engine, on, end_of(known, ZONE) - 1 if known else None, ZONE)


def figure(inventory: Inventory, on: date) -> Figure:
    """How far communes have their line."""
    [found] = [
        each for each in audit(inventory, Evidence(end_of(on, ZONE), on)).figures if each.level == "commune"
    ]
    return found


def test_a_merger_in_the_middle_of_the_year(engine: Engine) -> None:
    """In June one of two communes has a line; from July on the one there is has it; told in September, known then."""
    rows = merge(held(engine, TODAY), ["xa-1", "xa-2"], Successor("xa-moi", "UBND xã Mới"), MERGER, "NQ 1")
    heard = date(2026, 9, 1)
    change_set = taken_in(engine, rows, MERGER, heard)
    june, july = held(engine, BEFORE), held(engine, MERGER)
    assert [unit.id for unit in agencies_of(june, "tru-so-1")] == ["xa-1"]
    assert [unit.id for unit in agencies_of(july, "tru-so-2")] == ["xa-moi"]
    assert children(june, "organisation_unit")["tinh"] == ("xa-1", "xa-2")
    assert children(july, "organisation_unit")["tinh"] == ("xa-moi",)
    for inventory, on, counted in (
        (june, BEFORE, (1, 2)),
        (july, MERGER, (1, 1)),
        (held(engine, TODAY), TODAY, (1, 1)),
    ):
        found = figure(inventory, on)
        assert (found.declared, found.denominator) == counted
    # Before anybody had written it down, July looked like June.
    assert figure(held(engine, MERGER, heard - timedelta(days=1)), MERGER).denominator == 2
    assert july.of("site") == june.of("site")
    assert july.of("line") == june.of("line")
    commands.undo(engine, change_set, author="an", at=end_of(TODAY, ZONE), dry_run=False)
    assert figure(held(engine, MERGER), MERGER).denominator == 2
