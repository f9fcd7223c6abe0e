"""Figures that were published stay as they are; what is known later stands beside them, with the reason of each row."""

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from inventory.coverage.contract import Aspect, Sighting
from inventory.incoming import IncomingRow
from inventory.local_days import start_of
from inventory.sealing import Header, PublicationFault
from netwatch.clock import DAY
from netwatch.commands import ImportOrder, import_rows, undo
from netwatch.control.contract import Refused
from netwatch.publishing import Issued, PublishOrder, publish
from netwatch.queries.publication_lines import report_json
from netwatch.queries.publications import (
    PublishedReport,
    RowLine,
    publication_lines,
    published_report,
)
from netwatch.store import publications_sql, sighting_sql
from netwatch.store.engine import open_engine, writing
from netwatch.store.hold import Holder
from netwatch.store.migrating import configuration
from netwatch.store.publications_sql import headers
from netwatch.store.sql import SqlStore, open_store

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
REORGANISED = date(2025, 7, 1)
YEAR_END = date(2026, 12, 31)
COMMUNES = ("xa-1", "xa-2", "xa-3")
Rows = list[tuple[str, Mapping[str, str]]]


def day(year: int, month: int, day_: int) -> int:
    """The beginning of a local day."""
    return start_of(date(year, month, day_), ZONE)


PUBLISHED_AT = day(2027, 1, 5)
LATER = day(2027, 3, 1)


def unit(id_: str, level: str, **cells: str) -> tuple[str, Mapping[str, str]]:
    """The row of an agency."""
    named = {"id": id_, "name": f"UBND {id_}", "kind": "peoples_committee", "level": level}
    return "organisation_unit", {**named, "valid_from": REORGANISED.isoformat(), **cells}


def switch(commune: str) -> tuple[str, Mapping[str, str]]:
    """The row of a commune's switch."""
    name = {"id": f"sw-{commune}", "name": "Bộ chuyển mạch", "kind": "switch", "site": f"ts-{commune}"}
    return "device", {**name, "port_speed": "100 Mbps"}


def norm(**cells: str) -> tuple[str, Mapping[str, str]]:
    """The row of a norm's version."""
    named = {"id": "lan", "name": "Mạng LAN", "item": "lan", "levels": "commune"}
    return "norm", {**named, "valid_from": "2025-07-01", **cells}


def begin() -> Rows:
    """A province and three communes, two of which have a switch."""
    sites = [("site", {"id": f"ts-{one}", "name": one, "organisation_units": one}) for one in COMMUNES]
    return [
        unit("tinh", "province"),
        *(unit(one, "commune", parent="tinh") for one in COMMUNES),
        *sites,
        *(switch(one) for one in COMMUNES[:2]),
        norm(),
    ]


def merger() -> Rows:
    """The first two communes become one in the middle of 2026."""
    return [
        *(unit(one, "commune", valid_to="2026-07-01") for one in COMMUNES[:2]),
        unit("xa-moi", "commune", parent="tinh", valid_from="2026-07-01"),
        (
            "organisation_change",
            {
                "id": "sap-nhap",
                "kind": "merge",
                "on": "2026-07-01",
                "predecessors": "; ".join(COMMUNES[:2]),
                "successors": "xa-moi",
            },
        ),
    ]


def record(store: SqlStore, rows: Rows, at: int, recorded_at: int, author: str = "an") -> str:
    """Import rows that hold from one moment and are written down at another; the change set's id."""
    incoming = tuple(
        IncomingRow(kind, kind, place, cells) for place, (kind, cells) in enumerate(rows, start=2)
    )
    order = ImportOrder(incoming, author, at, date(2027, 4, 1), "rows.xlsx", recorded_at=recorded_at)
    report = import_rows(store.engine, order)
    assert report.change_set is not None, report.problems
    return report.change_set


def issue(store: SqlStore, on: date = YEAR_END, now: int = PUBLISHED_AT, **more: object) -> Issued:
    """Publish the figures of 2026."""
    given: dict[str, object] = {"scope": "", "author": "binh", **more}
    return publish(
        store.engine,
        PublishOrder(year=2026, on=on, now=now, zone=ZONE, release="1.0", **given),  # type: ignore[arg-type]
    )


def today(store: SqlStore, scope: str = "", now: int = LATER) -> PublishedReport:
    """The newest publication of 2026 beside what is known now."""
    return published_report(store, headers(store.engine, 2026, scope)[-1], now, ZONE)


def shares(report: PublishedReport) -> tuple[tuple[int, int], tuple[int, int]]:
    """Declared and asked of all levels, as published and as known now."""
    (figure,) = (one for one in report.figures if one.level == "")
    assert figure.published
    assert figure.today
    return (
        (figure.published.declared, figure.published.denominator),
        (figure.today.declared, figure.today.denominator),
    )


def told(row: RowLine) -> list[tuple[str, str, str, str]]:
    """Why a row differs, in short."""
    return [(cause.what, cause.change_set, cause.actor, cause.entity) for cause in row.causes]


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the province since the reorganisation, made once."""
    path = tmp_path_factory.mktemp("stock") / "netwatch.db"
    store = open_store(f"sqlite:///{path}", Holder("stock", 1, 0, "0"))
    record(store, begin(), day(2025, 7, 1), day(2025, 7, 1))
    store.close()
    return path


@pytest.fixture
def stocked(stock: Path, tmp_path: Path) -> Iterator[SqlStore]:
    """A store on a copy of it."""
    shutil.copy(stock, tmp_path / "netwatch.db")
    store = open_store(f"sqlite:///{tmp_path / 'netwatch.db'}", Holder("here", 1, 0, "0"))
    yield store
    store.close()


def test_a_publication_is_read_back_and_cannot_be_changed(store: SqlStore) -> None:
    """Both databases keep it byte by byte and refuse to update or delete it by themselves."""
    record(store, begin(), day(2025, 7, 1), day(2025, 7, 1))
    issued = issue(store)
    (line,) = publication_lines(store.engine)
    assert (line.id, line.on, line.author, line.sha256) == ("P-2026-1", "2026-12-31", "binh", issued.sha256)
    assert (issued.rows, issued.norms, issued.agencies, line.fault) == (3, 1, 3, None)
    report = today(store)
    assert (shares(report), report.differs, report.rows) == (((2, 3), (2, 3)), False, ())
    for statement in ("UPDATE publication SET year = 2030", "DELETE FROM publication"):
        with pytest.raises(DBAPIError, match="only ever added"), writing(store.engine).begin() as connection:
            connection.execute(text(statement))


def test_publications_of_other_figures_are_none_of_coverage(store: SqlStore) -> None:
    """Each kind is read by itself, with its periods; an id is one publication's, whatever its kind."""
    record(store, begin(), day(2025, 7, 1), day(2025, 7, 1))
    others = [
        Header(f"A-{month}", 2026, "", PUBLISHED_AT, "an", kind="availability", period=month)
        for month in ("2026-09", "2026-10")
    ]
    assert all(publications_sql.add(store.engine, header, b"..") for header in others)
    issued = issue(store)
    assert [line.id for line in publication_lines(store.engine)] == [issued.id]
    assert headers(store.engine, kind="availability") == tuple(others)
    assert headers(store.engine, 2026, "", "availability", "2026-09") == (others[0],)
    taken = Header(issued.id, 2026, "", 0, "an", kind="availability")
    assert not publications_sql.add(store.engine, taken, b"..")


def test_publications_from_before_there_were_kinds_are_of_coverage(database_url: str, holder: Holder) -> None:
    """They gain the kind without being changed."""
    engine = open_engine(database_url)
    with writing(engine).begin() as connection:
        command.upgrade(configuration(connection), "0008")
        connection.execute(
            text(
                "INSERT INTO publication (id, year, scope, recorded_at, author, reason, content)"
                " VALUES ('P-2025-1', 2025, '', 1, 'an', '', :content)"
            ),
            {"content": b"frozen"},
        )
    engine.dispose()
    store = open_store(database_url, holder)
    assert headers(store.engine) == (Header("P-2025-1", 2025, "", 1, "an"),)
    assert publications_sql.content_of(store.engine, "P-2025-1") == b"frozen"
    with pytest.raises(DBAPIError, match="only ever added"), writing(store.engine).begin() as connection:
        connection.execute(text("UPDATE publication SET kind = 'availability'"))
    store.close()


def test_a_fact_recorded_late_is_told_with_who_and_when(stocked: SqlStore) -> None:
    """The third commune had its switch since May; somebody wrote it down in February of the next year."""
    issue(stocked)
    change_set = record(stocked, [switch("xa-3")], day(2026, 5, 1), day(2027, 2, 1), "chi")
    report = today(stocked)
    assert shares(report) == ((2, 3), (3, 3))
    (row,) = report.rows
    assert (row.unit_name, dict(row.published), dict(row.today)) == (
        "UBND xa-3",
        {"missing": 1},
        {"not_measured": 1},
    )
    assert told(row) == [("recorded", change_set, "chi", "sw-xa-3")]
    # That the commune has another name by now is no reason of anything.
    record(stocked, [unit("xa-3", "commune", name="UBND xã Ba", parent="tinh")], LATER - DAY, LATER - DAY)
    assert told(today(stocked).rows[0]) == told(row)
    # Nor is what it becomes after the day the figures are of.
    later = unit("xa-3", "province", valid_from="2027-03-01", parent="tinh")
    record(stocked, [later], LATER - DAY, LATER - DAY)
    assert told(today(stocked).rows[0]) == told(row)
    assert (row.causes[0].recorded_at, row.causes[0].at) == (day(2027, 2, 1), day(2026, 5, 1))
    undo(stocked.engine, change_set, author="an", at=day(2027, 2, 2), dry_run=False)
    assert shares(today(stocked))[0] == (2, 3)


def test_what_holds_only_from_later_on_makes_no_difference(stocked: SqlStore) -> None:
    """A switch of January is none of December."""
    issue(stocked)
    record(stocked, [switch("xa-3")], day(2027, 1, 10), day(2027, 2, 1))
    assert not today(stocked).differs


def test_another_version_of_a_norm_is_told(stocked: SqlStore) -> None:
    """One that was decided afterwards to hold since October: the rows say so, and who recorded it."""
    issue(stocked)
    rows = [norm(valid_to="2026-10-01"), norm(valid_from="2026-10-01", bandwidth="1 Gbps")]
    change_set = record(stocked, rows, LATER - DAY, LATER - DAY, "chi")
    report = today(stocked)
    assert shares(report) == ((2, 3), (0, 3))
    assert [row.unit for row in report.rows] == ["xa-1", "xa-2"]
    first, *recorded = report.rows[0].causes
    assert (first.what, {one.field for one in first.fields}) == ("norm", {"bandwidth", "valid_from"})
    assert {(cause.change_set, cause.actor) for cause in recorded} == {(change_set, "chi")}


def test_figures_of_before_and_after_a_merger_are_both_right(stocked: SqlStore) -> None:
    """Three communes in June, two in December; the merged one has what the two had, once."""
    record(stocked, merger(), day(2026, 6, 15), day(2026, 6, 15))
    issue(stocked, date(2026, 6, 30))
    issue(stocked, YEAR_END, scope="tinh")
    june, december = today(stocked), today(stocked, "tinh")
    assert (shares(june), june.differs) == (((2, 3), (2, 3)), False)
    assert (shares(december), december.differs) == (((1, 2), (1, 2)), False)


def test_a_merger_that_is_recorded_late_is_the_reason_of_its_rows(stocked: SqlStore) -> None:
    """Two rows go and one comes, and each names the change set."""
    issue(stocked)
    change_set = record(stocked, merger(), LATER - DAY, LATER - DAY)
    report = today(stocked)
    assert shares(report) == ((2, 3), (1, 2))
    assert [row.unit for row in report.rows] == ["xa-1", "xa-2", "xa-moi"]
    for row in report.rows:
        assert ("recorded", change_set, "an", "sap-nhap") in told(row)


def test_what_looks_show_afterwards_is_told(stocked: SqlStore) -> None:
    """Of a year that is not over: published at noon, answered in the evening."""
    on, noon = date(2026, 11, 23), day(2026, 11, 23) + DAY // 2
    issue(stocked, on, noon)
    with writing(stocked.engine).begin() as connection:
        sighting_sql.write(connection, [Sighting("sw-xa-1", Aspect.ANSWERED, "", noon + 1, noon + 9)])
    report = today(stocked, now=noon + DAY)
    (row,) = report.rows
    (cause,) = row.causes
    assert (row.unit, cause.what, cause.entity, cause.at) == ("xa-1", "evidence", "sw-xa-1", noon + 9)
    assert (cause.fields[0].published, cause.fields[0].now) == ("not_measured", "proved")


def test_a_publication_is_replaced_only_by_another_one(stocked: SqlStore) -> None:
    """With a reason; both can be read, and each knows the other."""
    issue(stocked)
    record(stocked, [switch("xa-3")], day(2026, 5, 1), day(2027, 2, 1))
    for wrong in ({}, {"amend": True}, {"reason": "Bổ sung"}, {"amend": True, "reason": "x" * 3000}):
        with pytest.raises(Refused):
            issue(stocked, now=LATER, **wrong)
    second = issue(stocked, now=LATER, amend=True, reason="Bổ sung xã 3")
    one, two = publication_lines(stocked.engine)
    assert (one.replaced_by, two.replaces, two.reason) == (second.id, one.id, "Bổ sung xã 3")
    assert not today(stocked).differs
    assert published_report(stocked, headers(stocked.engine)[0], LATER, ZONE).differs


def test_there_must_be_something_to_amend_and_to_publish(stocked: SqlStore) -> None:
    """An unknown scope, or one without norms, has no figures."""
    with pytest.raises(Refused, match="There is nothing to publish"):
        issue(stocked, scope="khong-co")
    with pytest.raises(Refused, match="to amend"):
        issue(stocked, amend=True, reason="Bổ sung")
    assert publication_lines(stocked.engine) == ()


def test_a_dry_run_says_the_same_and_writes_nothing(stocked: SqlStore) -> None:
    """Even its digest."""
    dry = issue(stocked, dry_run=True)
    assert publication_lines(stocked.engine) == ()
    assert issue(stocked).sha256 == dry.sha256


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE publication SET author = 'else'", "header"),
        ("UPDATE publication SET recorded_at = recorded_at - 1", "header"),
        ("UPDATE publication SET content = x'00'", "unreadable"),
        ("UPDATE publication SET content = zeroblob(40000000)", "too_large"),
    ],
)
def test_a_row_changed_behind_the_back_of_the_database_is_told(
    stocked: SqlStore, statement: str, code: str
) -> None:
    """Somebody dropped the trigger first."""
    issue(stocked)
    with writing(stocked.engine).begin() as connection:
        connection.execute(text("DROP TRIGGER publication_no_update"))
        connection.execute(text(statement))
    (line,) = publication_lines(stocked.engine)
    assert line.fault is not None
    assert line.id in str(line.fault)
    with pytest.raises(PublicationFault) as caught:
        today(stocked)
    assert caught.value.code == code


def test_a_report_is_one_json_document(stocked: SqlStore) -> None:
    """With a schema, moments as people and as programs read them, and every cause."""
    issue(stocked)
    record(stocked, [switch("xa-3")], day(2026, 5, 1), day(2027, 2, 1))
    shown = json.loads(json.dumps(report_json(today(stocked))))
    assert shown["schema"] == 1
    (row,) = shown["rows"]
    assert row["causes"][0]["recorded_at_us"] == day(2027, 2, 1)
