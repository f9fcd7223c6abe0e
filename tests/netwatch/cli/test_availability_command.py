"""`netwatch availability` on sample data that has held for months, with verdicts of yesterday."""

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from inventory.local_days import start_of
from inventory.samples import sample_rows
from netwatch import commands
from netwatch.clock import HOUR, MINUTE, SECOND, SystemClock
from netwatch.control.fake import FakeDaemon
from netwatch.queries.day_words import clock_words
from netwatch.store.contract import Judgement, VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store
from netwatch.verdict import Kind, Verdict

SITE, LINE = "TRU-SO-SUOI-MAU", "TSLCD-SUOI-MAU"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def yesterday() -> date:
    """The local date of yesterday, by the clock that commands ask."""
    return datetime.fromtimestamp(SystemClock().now() / SECOND, ZONE).date() - timedelta(days=1)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, yesterday: date) -> Path:
    """A database in which the site was down for two hours yesterday, of which one was maintenance."""
    path = tmp_path_factory.mktemp("judged") / "netwatch.db"
    store = open_store(f"sqlite:///{path}", Holder("here", 1, 0, "0"))
    midnight, since = start_of(yesterday, ZONE), start_of(yesterday - timedelta(days=100), ZONE)
    order = commands.ImportOrder(sample_rows(), "an", since, yesterday, "t", recorded_at=since)
    assert commands.import_rows(store.engine, order).change_set is not None

    def row(kind: Kind, start: int, end: int | None, excluded: str = "") -> VerdictRow:
        verdict = Verdict(
            kind, "no_line_up" if kind is Kind.DOWN else "lines_up", "", "0 of 2", None, excluded
        )
        return VerdictRow(0, SITE, verdict, start, end, start - MINUTE, 1, start)

    six = midnight + 6 * HOUR
    rows = (
        row(Kind.UP, midnight - HOUR, six),
        row(Kind.DOWN, six, six + HOUR),
        row(Kind.DOWN, six + HOUR, six + 2 * HOUR, "maintenance: thay tủ điện (an)"),
        row(Kind.UP, six + 2 * HOUR, None),
    )
    store.judge(Judgement(0, add=rows))
    store.record((), {"local": midnight + 23 * HOUR}, midnight + 23 * HOUR)
    store.close()
    return path


@pytest.fixture
def counted(run: Run, judged: Path, home: Path) -> Run:
    """Commands on a copy of it."""
    shutil.copy(judged, home / "netwatch.db")
    return run


def test_a_table_with_bounds_and_outages(counted: Run, yesterday: date) -> None:
    """A row for each site and one for all; the outage with the moments around it; why time does not count."""
    done = counted("availability", "--day", yesterday, "--outages")
    assert done.code == 0, done.err
    [line] = [line for line in done.out.splitlines() if line.startswith(SITE) and "–" in line]
    figures = "95.454 91.231 – 95.653 95.652 21:00:00 1:00:00 1:00:00 1:00:00 1"
    assert " ".join(line.split()).endswith(figures)
    assert "all 2 together" in done.out
    [outage] = [line for line in done.out.splitlines() if "0 of 2" in line]
    assert "06:00:00" in outage
    assert "05:59:00" in outage
    assert "08:00:00" in outage
    assert "Not counted: 1:00:00, maintenance: thay tủ điện (an)" in done.out
    assert "No daemon has been running since" in done.err


def test_json_holds_what_the_table_says(counted: Run, yesterday: date) -> None:
    """Seconds by class add up; moments stand beside their microseconds."""
    found = counted("availability", SITE, "--day", yesterday, "--json").json
    [line] = found["lines"]
    assert line["seconds"] == {"up": 75600.0, "down": 3600.0, "unknown": 3600.0, "excluded": 3600.0}
    assert sum(line["seconds"].values()) == 86400
    assert line["availability"] == 75600 / 79200
    assert line["lowest"] <= line["availability"] <= line["highest"]
    assert line["outages"][0]["excluded_seconds"] == 3600
    assert {"class": "unknown", "reason": "not_watched", "seconds": 3600.0} in line["by_reason"]
    assert found["total"]["things"] == 1


def test_by_agency_and_by_line(counted: Run, yesterday: date) -> None:
    """An agency is its sites; of what nobody measured there is no figure; short outages may count as up."""
    by_agency = counted("availability", "--by", "agency", "--day", yesterday, "--json").json
    assert {line["id"]: line["seconds"]["down"] for line in by_agency["lines"]}["UBND-SUOI-MAU"] == 3600
    line = counted("availability", LINE, "--day", yesterday, "--outages")
    assert "0 – 100" in line.out
    assert "No outage." in line.out
    span = ("--from", yesterday - timedelta(days=1), "--to", yesterday, "--minimum-outage", 7201)
    assert counted("availability", SITE, *span, "--json").json["lines"][0]["seconds"]["down"] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("NOBODY",), "There was no unit, site, line or endpoint 'NOBODY'"),
        (("TRU-SO-SUOI-MAV",), "TRU-SO-SUOI-MAU"),
        ((LINE, "--by", "site"), "are told by line"),
        (("--month", "2026-13"), "is no month"),
        (("--year", "2198"), "is still to come"),
        (("--day", "2026-10-01", "--month", "2026-10"), "Name one period"),
        (("--to", "2026-10-01"), "Say from which day on"),
        (("--from", "2026-10-02", "--to", "2026-10-01"), "lies before"),
    ],
)
def test_what_cannot_be_counted_is_told(counted: Run, words: tuple[str, ...], sentence: str) -> None:
    """In a sentence, with exit code 64."""
    done = counted("availability", *words)
    assert (done.code, done.out) == (64, "")
    assert sentence in done.err


def test_years_and_kinds_without_things(counted: Run) -> None:
    """A period before there was anything is told as such; months without an option are this one."""
    assert "Nothing of this kind" in counted("availability", "--year", "1999").out
    assert counted("availability", "--json").json["period"]["name"] == f"{datetime.now(ZONE):%Y-%m}"
    assert "Tỷ lệ sẵn sàng" in counted("availability", "--lang", "vi").out


def test_lengths_are_hours() -> None:
    """Whole seconds of them, however many."""
    assert [clock_words(length) for length in (0, 61 * SECOND + 999_999, 744 * HOUR)] == [
        "0:00:00",
        "0:01:01",
        "744:00:00",
    ]


def test_the_figures_as_documents(counted: Run, yesterday: date, tmp_path: Path) -> None:
    """A workbook of sheets with real numbers and moments; one table as CSV; marked as sample data."""
    book, table = tmp_path / "b.xlsx", tmp_path / "t.csv"
    assert counted("--lang", "vi", "availability", "--day", yesterday, "-o", book).code == 0
    read = CalamineWorkbook.from_path(book)
    assert read.sheet_names[:4] == ["Văn bản", "Toàn bộ", "Tỷ lệ sẵn sàng", "Các lần gián đoạn"]
    [mark, _, headings, *rows] = read.get_sheet_by_name("Tỷ lệ sẵn sàng").to_python()
    assert mark[0] == "DỮ LIỆU MẪU / SAMPLE DATA"
    [row] = [row for row in rows if row[1] == SITE]
    found = dict(zip(headings, row, strict=True))
    assert (found["Tỷ lệ sẵn sàng"], found["Ít nhất"], found["Nhiều nhất"]) == (0.95454, 0.91231, 0.95653)
    assert found["Ngừng"] == timedelta(hours=1)
    [outage] = read.get_sheet_by_name("Các lần gián đoạn").to_python()[3:]
    assert outage[2] == datetime(yesterday.year, yesterday.month, yesterday.day, 6)  # noqa: DTZ001 - a cell's
    assert counted("availability", "--day", yesterday, "-o", table).code == 0
    [line] = [line for line in table.read_text("utf-8-sig").splitlines() if f",{SITE}," in line]
    assert "95.454,91.231,95.653,95.652,75600,3600,3600,3600,1" in line


def test_bars_show_ninety_days(counted: Run, yesterday: date) -> None:
    """A character each, with what they stand for; days before the import are not watched; the same as JSON."""
    done = counted("availability", SITE, "--bars")
    assert done.code == 0, done.err
    bars, legend = done.out.splitlines()[-2:]
    assert bars.strip()[:88] == "·" * 87 + "?"
    assert bars.strip()[88] == "▃"
    assert "▃ 95 % or more" in legend
    assert "· not watched" in legend
    assert "days with an outage: 1" in done.out
    [thing] = counted("availability", SITE, "--bars", "--json").json["things"]
    assert len(thing["days"]) == 90
    assert thing["days"][-2]["day"] == f"{yesterday}"
    assert thing["days"][-2]["seconds"]["down"] == 3600
    assert counted("availability", "--bars", "--month", "2026-10").code == 64
    assert counted("availability", "--bars", "--by", "agency").code == 64
    assert counted("availability", "NOBODY", "--bars").code == 64
    assert "số ngày có gián đoạn: 1" in counted("--lang", "vi", "availability", SITE, "--bars").out


@pytest.fixture
def month(yesterday: date) -> str:
    """A month that is over by weeks, of which the inventory is known."""
    first = yesterday.replace(day=1) - timedelta(days=1)
    return f"{first.replace(day=1) - timedelta(days=1):%Y-%m}"


def test_a_month_is_published_and_shown_again(counted: Run, month: str, tmp_path: Path) -> None:
    """Once; listed with its digest, by its id or its month, beside what is known today, and as a document."""
    assert "would hold" in counted("availability", "publish", month, "--dry-run").out
    assert "Nothing was published yet" in counted("availability", "published").out
    issued = counted("availability", "publish", month, "--json").json
    assert (issued["id"], issued["sites"], issued["lines"]) == (f"A-{month}-1", 2, 2)
    again = counted("availability", "publish", month)
    assert (again.code, "--amend" in again.err) == (1, True)
    [listed] = counted("availability", "published", "--json").json
    assert (listed["sha256"], listed["period"]) == (issued["sha256"], month)
    shown = counted("availability", "published", month, "--fail-on-difference")
    assert (shown.code, "gives the same figures" in shown.out) == (0, True)
    assert issued["sha256"] in counted("--lang", "vi", "availability", "published", issued["id"]).out
    assert counted("availability", "published", issued["id"], "--json").json["differs"] is False
    book = tmp_path / "p.xlsx"
    assert counted("availability", "published", month, "-o", book).code == 0
    names = CalamineWorkbook.from_path(book).sheet_names
    assert names[1:3] == ["Everything together", "Availability as published"]


def test_what_was_found_since_is_told_row_by_row(counted: Run, month: str, tmp_path: Path) -> None:
    """In words, with who wrote it down; a publication that replaces another says so."""
    counted("availability", "publish", month)
    late = tmp_path / "late.toml"
    late.write_text('[[site]]\nid = "TRU-SO-SUOI-MAU"\norganisation_units = "UBND-TINH-MAU"\n', "utf-8")
    assert counted("import", late, "--since", f"{month}-01").code == 0
    shown = counted("availability", "published", month, "--fail-on-difference")
    assert shown.code == 1
    assert "is no longer a site of it" in shown.out
    assert "CS-2, recorded" in shown.out
    assert "≠ UBND-TINH-MAU" in counted("availability", "published", month, "--lang", "vi").out
    assert "2 more rows differ" in counted("availability", "published", month, "--rows", "0").out
    letter = tmp_path / "p.csv"
    assert counted("availability", "published", month, "-o", letter).code == 0
    assert counted("availability", "publish", month, "--amend", "--reason", "chuyển").code == 0
    assert "replaces" in counted("availability", "published").out
    assert counted("availability", "published", month, "--fail-on-difference").code == 0


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("publish", "2026-13"), 64, "is no month"),
        (("TRU-SO-SUOI-MAU", "publish", "2026-08"), 64, "Name the command first"),
        (("publish", "2197-01"), 1, "cannot be published before"),
        (("publish", "2026-08", "--scope", "NOBODY"), 1, "no unit, site, line or endpoint"),
        (("published", "A-2026-10-7"), 1, "no publication A-2026-10-7"),
        (("published", "2026-02"), 1, "No figures of 2026-02"),
    ],
)
def test_what_cannot_be_published_is_told(
    counted: Run, words: tuple[str, ...], code: int, sentence: str
) -> None:
    """In a sentence."""
    done = counted("availability", *words)
    assert (done.code, sentence in done.err) == (code, True), done.err


def test_a_running_daemon_publishes(run: Run, daemon: FakeDaemon, tmp_path: Path) -> None:
    """Under the name the kernel gives it; what it refuses is shown."""
    file = tmp_path / "site.toml"
    file.write_text('[[site]]\nid = "TS"\nname = "TS"\norganisation_units = "UBND-TINH-MAU"\n', "utf-8")
    assert run("import", file, "--since", "2026-09-01").code == 0
    issued = run("availability", "publish", "2026-10", "--json")
    assert (issued.code, issued.json["id"], issued.json["sites"]) == (0, "A-2026-10-1", 1)
    assert run("availability", "publish", "2026-11").code == 1
    [listed] = run("availability", "published", "--json").json
    assert listed["recorded_at_us"] == daemon.now()
