"""`netwatch sla` on sample data: a month in which a line failed for one reason after the other."""

import shutil
from array import array
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from alerts.contract import Severity, Window
from inventory.history import record_event
from inventory.local_days import start_of
from inventory.samples import sample_rows
from netwatch import commands
from netwatch.check import FactSeen, Observation
from netwatch.clock import DAY, HOUR, MINUTE, SECOND, SystemClock
from netwatch.histories import RETELL
from netwatch.incidents.contract import Blame, Cause, Clue, Confidence, DeskChange, Incident, Nature
from netwatch.incidents.reclassifying import KIND
from netwatch.journal import Notice, record
from netwatch.sampling.looks import QUARTER, Memory
from netwatch.sampling.rows import DaySamples, day_block
from netwatch.sampling.series import FIVE_MINUTES, LOSS, RTT, line_series
from netwatch.store import sample_sql
from netwatch.store.contract import Judgement, VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.look_sql import put_looks
from netwatch.store.sql import SqlStore, open_store
from netwatch.verdict import Kind, Verdict

LINE, OTHER = "TSLCD-SUOI-MAU", "4G-SUOI-MAU"
PROVIDER = "Nhà mạng Mẫu"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def first() -> date:
    """The first day of the last month that can be claimed for, by the clock that commands ask."""
    today = datetime.fromtimestamp((SystemClock().now() - RETELL) / SECOND, ZONE).date()
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


@pytest.fixture(scope="module")
def month(first: date) -> str:
    """The month as it is named."""
    return f"{first:%Y-%m}"


def fact(kind: Kind, start: int, end: int | None, doubt: int = 30 * SECOND) -> VerdictRow:
    """A verdict of the line."""
    good = {Kind.UP: "witness_good", Kind.DOWN: "witness_fails", Kind.UNKNOWN: "vantage"}
    verdict = Verdict(kind, good[kind], "", "0 of 5" if kind is Kind.DOWN else "", None)
    return VerdictRow(0, LINE, verdict, start, end, start - doubt, 1, start)


def incident(id_: int, cause: Cause, confidence: Confidence, start: int, end: int) -> Incident:
    """A failure of the line."""
    code = "provider_neighbours" if cause is Cause.LINE else "whole_site_dark"
    blame = Blame(cause, confidence, (Clue(code, start, {"site": "TRU-SO-SUOI-MAU", "count": "1"}),))
    return Incident(
        id_, Nature.FAULT, (LINE,), f"subject:{LINE}", "no_answer", start, start, start, Severity.MAJOR, blame,
        ended=end, closed=end,
    )  # fmt: skip


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory, first: date) -> Path:
    """A database: six hours of the provider's, two of power, an hour of nobody's, half a minute, an hour of maintenance
    that was not announced, and an hour in which nothing was measured."""
    path = tmp_path_factory.mktemp("claimed") / "netwatch.db"
    store = open_store(f"sqlite:///{path}", Holder("here", 1, 0, "0"))
    since = start_of(first - timedelta(days=100), ZONE)
    order = commands.ImportOrder(sample_rows(), "an", since, first, "t", recorded_at=since)
    assert commands.import_rows(store.engine, order).change_set is not None
    start = start_of(first, ZONE)
    spans = (
        (Kind.DOWN, 3 * DAY + 9 * HOUR, 6 * HOUR), (Kind.DOWN, 5 * DAY, 2 * HOUR), (Kind.DOWN, 8 * DAY, HOUR),
        (Kind.DOWN, 9 * DAY, 30 * SECOND), (Kind.DOWN, 11 * DAY, HOUR), (Kind.UNKNOWN, 12 * DAY, HOUR),
    )  # fmt: skip
    rows, at = [], start - DAY
    for kind, begin, length in spans:
        rows += [fact(Kind.UP, at, start + begin), fact(kind, start + begin, start + begin + length)]
        at = start + begin + length
    store.judge(Judgement(0, add=(*rows, fact(Kind.UP, at, None))))
    power = incident(2, Cause.POWER, Confidence.CONFIRMED, start + 5 * DAY, start + 5 * DAY + 2 * HOUR)
    cut = incident(1, Cause.LINE, Confidence.LIKELY, start + 3 * DAY + 9 * HOUR, start + 3 * DAY + 15 * HOUR)
    late = Window(1, start + 11 * DAY, HOUR, "an", "thay bộ chuyển mạch", subjects=(LINE,))
    store.put(DeskChange(incidents=(cut, power), windows=(late,)))
    with Session(store.engine) as session, session.begin():
        told = start + 11 * DAY - HOUR
        record_event(
            session, at=told, recorded_at=told, actor="an", kind=KIND, entity="1", after={"action": "added"}
        )
    _measured(store, start)
    step = {"until": start + DAY + SECOND, "by_seconds": 2.5}
    record(store.engine, Notice("clock_stepped", start + DAY, step), start + DAY)
    now = SystemClock().now()
    store.record((), {"local": now}, now)
    store.close()
    return path


def _measured(store: SqlStore, start: int) -> None:
    """A day of samples, an eighth of them beyond any limit, and the looks around an outage."""
    day = start // DAY + 2
    values = array("f", [0.02 if place % 8 else 0.2 for place in range(288)])
    samples = DaySamples(values, bytes([250] * 288), bytes([1] * 288))
    store_blocks = [day_block(line_series(LINE, name), day, samples) for name in (RTT, LOSS)]
    sample_sql.put_blocks(store.engine, FIVE_MINUTES, store_blocks)
    looks, cut = Memory(), start + 3 * DAY + 9 * HOUR
    for at in range(cut - 2 * MINUTE, cut + 2 * MINUTE, 30 * SECOND):
        good = at < cut
        seen = FactSeen("", "reachable", good, "answers" if good else "no_answer")
        looks.add(LINE, Observation("local", 1, 1, "c", at, 0, (seen,)), 0.02 if good else None, 0.0)
    looks.turned(LINE, cut)
    put_looks(store.engine, looks.take(cut + QUARTER))


@pytest.fixture
def claimed(run: Run, failed: Path, home: Path) -> Run:
    """Commands on a copy of it."""
    shutil.copy(failed, home / "netwatch.db")
    return run


def test_only_what_is_certain_and_the_providers_is_claimed(claimed: Run, month: str) -> None:
    """Half a minute less than what was measured; everything else is told with its reason."""
    found = claimed("sla", LINE, "--month", month, "--json").json
    (piece,) = found["pieces"]
    assert (found["standing"], found["claimed_seconds"]) == ("owed", 6 * 3600 - 30)
    assert piece["unclaimed_seconds"] == {
        "own_power": 7200.0, "maintenance_late": 3600.0, "undecided": 3630.0, "edge": 30.0,
    }  # fmt: skip
    assert sum(piece["unclaimed_seconds"].values()) + piece["claimed_seconds"] == sum(
        row["counted_seconds"] for row in piece["rows"]
    )
    assert (
        sum(piece["figures"]["seconds"].values())
        == (found["until_us"] - found["period"]["start_us"]) / SECOND
    )
    assert piece["not_measured"][0]["seconds"] == 3600
    assert (piece["certain"]["step"], found["amount"]) == ({"below": 99500, "credit": 5.0}, 75_000)
    assert piece["quality"][0]["measured_seconds"] == 86400
    assert found["clock"]["disturbances"][0]["what"] == "clock_stepped"
    assert len(found["rows"]["sha256"]) == 64


def moment(first: date, days: int, text: str) -> str:
    """A local time of the month as people write it."""
    return f"{first + timedelta(days=days):%d/%m/%Y} {text}"


def test_the_terminal_tells_what_is_claimed_and_what_is_not(claimed: Run, month: str, first: date) -> None:
    """Without a month it is the last one; in Vietnamese too."""
    found = claimed("sla", LINE)
    assert found.code == 0, found.err
    assert "Amount claimed: 75,000 VND" in found.out
    assert "5:59:30" in found.out
    assert "own power failed: 2:00:00" in found.out
    assert f"{month}: from" in found.out
    said = claimed("sla", LINE, "--lang", "vi").out
    assert "Chắc chắn không đạt cam kết, và phải bồi hoàn." in said
    assert "nguồn điện của đơn vị mất: 2:00:00" in said


def test_a_workbook_holds_real_numbers_and_moments(claimed: Run, month: str, first: date, home: Path) -> None:
    """Every outage a row with its moments, lengths and whose it was; nothing is written over unasked."""
    done = claimed("sla", LINE, "--month", month, "-o", home / "claim.xlsx")
    assert done.code == 0, done.err
    book = CalamineWorkbook.from_path(str(home / "claim.xlsx"))
    rows = book.get_sheet_by_name("Outages and whose they were").to_python()[3:]
    assert len(rows) == 5
    began = datetime.combine(first + timedelta(days=3), datetime.min.time()) + timedelta(hours=9)
    assert rows[0][:5] == [
        1.0, began - timedelta(seconds=30), began, began + timedelta(hours=6, seconds=-30),
        began + timedelta(hours=6),
    ]  # fmt: skip
    assert rows[0][7] == timedelta(hours=6)
    assert rows[0][8:12] == ["the provider", "likely", timedelta(hours=6, seconds=-30), timedelta(seconds=30)]
    figures = book.get_sheet_by_name("Figures").to_python()[3]
    assert figures[3] == 0.995
    assert figures[-1] == 75_000
    terms = {str(row[0]): row[1] for row in book.get_sheet_by_name("Terms of the contract").to_python()[3:]}
    assert terms["Restored within"] == "4:00:00"
    assert terms["Maintenance is announced"] == "at least 24 hours before it begins"
    assert str(terms["Credit steps"]).startswith("below 99.500%: 5 %")
    looks = book.get_sheet_by_name("Single looks").to_python()[3:]
    assert [row[3] for row in looks] == [
        "answers",
        "answers",
        "answers",
        "does not answer",
        "does not answer",
        "does not answer",
    ]
    method = {
        str(row[0]): str(row[1]) for row in book.get_sheet_by_name("How it was measured").to_python()[3:]
    }
    assert claimed("sla", LINE, "--verify", method["SHA-256 of these rows"]).code == 0
    assert "other rows" in claimed("sla", LINE, "--verify", "0" * 64).out
    assert "is not known" in method["Clock while measuring"]
    assert claimed("sla", LINE, "-o", home / "claim.xlsx").code == 1


def test_why_time_does_not_count_is_told_in_the_language(claimed: Run, month: str) -> None:
    """The code before a reason that somebody wrote is a word for machines."""
    shown = claimed("availability", LINE, "--month", month, "--outages", "--lang", "vi").out
    assert "Không tính: 1:00:00, bảo trì: thay bộ chuyển mạch (an)" in shown


def test_a_providers_list_is_compared(claimed: Run, month: str, first: date, home: Path) -> None:
    """What agrees, what differs, what only one side knows; rows that are not understood are told."""
    rows = (
        f"{LINE};{moment(first, 3, '09:00')};{moment(first, 3, '15:00')};Đứt cáp quang;SC-9\n"
        f"01/HĐ-MẪU;{moment(first, 5, '00:30')};{moment(first, 5, '02:00')};Mất điện nhà trạm;\n"
        f"{LINE};{moment(first, 20, '07:00')};{moment(first, 20, '08:00')};Bảo trì;\n"
        f"{OTHER};{moment(first, 20, '07:00')};{moment(first, 20, '08:00')};x;\n"
        f"{LINE};hôm qua;{moment(first, 20, '08:00')};x;\n"
    )
    path = home / "su-co.csv"
    path.write_text(f"Đường truyền;Bắt đầu;Kết thúc;Nguyên nhân;Mã phiếu\n{rows}", "utf-8")
    done = claimed("sla", LINE, "--month", month, "--compare", path, "--json")
    assert "row 6" in done.err
    assert "1 rows of their list" in done.err
    told = done.json["comparison"][0]
    assert told["counts"] == {"agree": 1, "times": 1, "only_ours": 3, "only_theirs": 1}
    assert told["causes_differ"] == 1
    assert told["matches"][1]["starts_by_seconds"] == 1800
    assert told["listed"]["seconds"]["down"] == 3600 * 8.5
    shown = claimed("sla", LINE, "--month", month, "--compare", path)
    assert "only they list it" in shown.out
    assert "+0:30:00" in shown.out


def test_a_list_nobody_can_read_is_not_taken_for_an_empty_one(claimed: Run, month: str, home: Path) -> None:
    """Else the provider would be said to claim a hundred percent."""
    path = home / "su-co.csv"
    for text, code in (("a;b\n1;2\n", 1), ("Đường truyền;Bắt đầu;Kết thúc\n", 0)):
        path.write_text(text, "utf-8")
        done = claimed("sla", LINE, "--month", month, "--compare", path)
        assert done.code == code
        assert bool(done.out) == (code == 0)


def test_a_provider_has_a_folder_of_dossiers_and_a_summary(claimed: Run, month: str, home: Path) -> None:
    """One for each line under its contracts; the name may be written in any case."""
    done = claimed("sla", "--provider", PROVIDER.lower(), "--month", month, "-o", home / "claims")
    assert done.code == 0, done.err
    assert sorted(path.name for path in (home / "claims").iterdir()) == [f"{LINE}.xlsx", "summary.xlsx"]
    rows = (
        CalamineWorkbook.from_path(str(home / "claims" / "summary.xlsx"))
        .get_sheet_by_name("By line")
        .to_python()
    )
    assert rows[3][0] == LINE
    assert rows[3][-1] == 75_000
    assert claimed("sla", "--provider", PROVIDER, "--month", month).out.count(LINE) == 1
    again = claimed("sla", "--provider", PROVIDER, "--month", month, "-o", home / "claims")
    assert again.code == 1
    forced = claimed("sla", "--provider", PROVIDER, "--month", month, "-o", home / "claims", "--force")
    assert forced.code == 0, forced.err


def test_a_month_that_goes_on_claims_nothing_yet(claimed: Run) -> None:
    """And says so."""
    today = datetime.fromtimestamp(SystemClock().now() / SECOND, ZONE).date()
    found = claimed("sla", LINE, "--month", f"{today:%Y-%m}")
    assert (
        "The period is not over, or its last hour may still be told anew: nothing is claimed yet."
        in found.out
    )
    assert claimed("sla", LINE, "--month", f"{today:%Y-%m}", "--json").json["amount"] == 0


def test_what_was_known_earlier(claimed: Run, month: str, first: date) -> None:
    """On the fourth day the outage of that day goes on; nothing is claimed, since the month was not over."""
    known = f"{first + timedelta(days=3):%Y-%m-%d}T12:00"
    found = claimed("sla", LINE, "--month", month, "--known-at", known, "--json").json
    assert found["standing"] == "not_over"
    (outage,) = found["pieces"][0]["outages"]
    assert outage["end"] is None


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ((), 64, "Name a line, or a provider"),
        (("NOBODY",), 64, "There was no line 'NOBODY'"),
        ((OTHER,), 1, "was under no contract"),
        (("--provider", "Nhà mạng Mẫo"), 64, "Nhà mạng Mẫu"),
        ((LINE, "--month", "2026-13"), 64, "is no month"),
        (("--provider", PROVIDER, "-o", "x.xlsx"), 64, "go into a folder"),
        ((LINE, "--verify", "claim.pdf"), 64, "64 digits"),
        ((LINE, "--verify", ""), 64, "64 digits"),
        ((LINE, "--verify", "0" * 64, "-o", "x.xlsx"), 64, "alone"),
    ],
)
def test_what_is_not_there(claimed: Run, words: tuple[str, ...], code: int, sentence: str) -> None:
    """With a sentence that helps."""
    done = claimed("sla", *words)
    assert (done.code, sentence in done.err) == (code, True), done.err
