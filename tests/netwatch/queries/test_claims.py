"""Claims over a database: lines that were given up, what was known earlier, measuring periods that change."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from inventory.changes import Complete
from inventory.incoming import IncomingRow
from inventory.local_days import start_of
from inventory.samples import sample_rows
from netwatch import commands
from netwatch.clock import DAY, HOUR, MINUTE, SECOND
from netwatch.queries.claims import Asked, Claims, Dossier, Measuring
from netwatch.sla.contract import Decision, Party
from netwatch.store.attribution_sql import add_decision
from netwatch.store.contract import Judgement, VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.verdict import Kind, Verdict

LINE, CONTRACT = "TSLCD-2", "HD-SUOI-MAU"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
OCTOBER, NOVEMBER = start_of(date(2026, 10, 1), ZONE), start_of(date(2026, 11, 1), ZONE)
LATER = NOVEMBER + 9 * DAY
MEASURING = Measuring(30 * SECOND, 3, 5, True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """The sample since July and a second line with the contract's number, down for six hours on the fourth day."""
    opened = open_store(f"sqlite:///{tmp_path}/netwatch.db", Holder("here", 1, 0, "0"))
    since = OCTOBER - 90 * DAY
    line = next(row.cells for row in sample_rows() if row.cells.get("id") == "TSLCD-SUOI-MAU")
    own = {
        name: text
        for name, text in line.items()
        if name not in {"a_interface", "b_interface", "witness_address"}
    }
    rows = (
        *sample_rows(),
        IncomingRow("line", "line", 90, own | {"id": LINE, "name": "second", "witness_address": "10.99.1.9"}),
    )
    order = commands.ImportOrder(rows, "an", since, date(2026, 7, 3), "t", recorded_at=since)
    report = commands.import_rows(opened.engine, order)
    assert report.change_set is not None, report.problems
    down, up = OCTOBER + 3 * DAY, OCTOBER + 3 * DAY + 6 * HOUR
    opened.judge(
        Judgement(0, add=(fact(Kind.UP, since, down), fact(Kind.DOWN, down, up), fact(Kind.UP, up, None)))
    )
    word = Decision(0, LINE, down, up, Party.PROVIDER, "cut", "an", up)
    add_decision(opened.engine, word)
    opened.record((), {"local": LATER}, LATER)
    yield opened
    opened.close()


def fact(kind: Kind, start: int, end: int | None) -> VerdictRow:
    """A verdict of the line."""
    return VerdictRow(0, LINE, Verdict(kind, "witness", "", "", None), start, end, start - MINUTE, 1, start)


def change(store: SqlStore, kind: str, at: int, *records: dict[str, str], gone: str = "") -> None:
    """Write records of a kind down that hold from a day on; one may be gone."""
    rows = [row for row in sample_rows() if row.kind == kind and row.cells["id"] != gone]
    rows += [IncomingRow(kind, kind, 90 + number, cells) for number, cells in enumerate(records)]
    complete = Complete("UBND-SUOI-MAU", date(2026, 11, 10), frozenset({kind})) if gone else None
    order = commands.ImportOrder(
        tuple(rows), "an", at, date(2026, 11, 10), "t", complete=complete, recorded_at=at
    )
    report = commands.import_rows(store.engine, order)
    assert report.change_set is not None, report.problems


def dossiers(store: SqlStore, month: date, now: int = LATER, known_at: int | None = None) -> list[Dossier]:
    claims = Claims(store, Asked(month, ZONE, now, MEASURING, known_at))
    assert LINE in claims.lines("Nhà mạng Mẫu")
    return list(claims.dossiers([LINE], ""))


def test_a_line_that_was_given_up_is_claimed_for_until_then(store: SqlStore) -> None:
    """On the twentieth it is taken out; it was under the contract by its number, and down for six hours."""
    (before,) = dossiers(store, date(2026, 10, 1))
    change(store, "line", OCTOBER + 20 * DAY, gone=LINE)
    (after,) = dossiers(store, date(2026, 10, 1))
    assert before.claim.claimed == after.claim.claimed == 6 * HOUR - MINUTE


def test_a_line_that_has_lost_its_number_is_under_no_contract(store: SqlStore) -> None:
    """It is there, and the inventory says that no contract is about it: that it was is claimed of nobody."""
    line = {"id": LINE, "contract_number": "07/OTHER"}
    change(store, "line", OCTOBER + 20 * DAY, line)
    claims = Claims(store, Asked(date(2026, 10, 1), ZONE, LATER, MEASURING))
    assert LINE not in claims.lines()
    assert list(claims.dossiers([LINE])) == []


def test_known_earlier_is_not_measured_longer(store: SqlStore) -> None:
    """No daemon has lived since the tenth: the rest of the month is unknown, whenever that is asked for."""
    silent = OCTOBER + 10 * DAY
    with store.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE heartbeat SET at = {silent}")
    (now,) = dossiers(store, date(2026, 10, 1))
    (then,) = dossiers(store, date(2026, 10, 1), known_at=LATER - HOUR)
    assert now.claim.pieces[0].account.unknown == then.claim.pieces[0].account.unknown == 21 * DAY


def test_no_time_is_claimed_by_two_measuring_periods(store: SqlStore) -> None:
    """By the month until October, by the quarter since November: October is no part of the quarter's claim."""
    quarterly = {"id": CONTRACT, "valid_from": "2026-11-01", "measuring_period": "quarter"}
    change(store, "line_contract", OCTOBER, quarterly)
    (october,) = dossiers(store, date(2026, 10, 1))
    (november,) = dossiers(store, date(2026, 11, 1), now=NOVEMBER + 70 * DAY)
    assert (october.claim.measuring.name, october.claim.claimed) == ("2026-10", 6 * HOUR - MINUTE)
    assert (november.claim.measuring.name, november.claim.claimed) == ("2026-Q4", 0)
