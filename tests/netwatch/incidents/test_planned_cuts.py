"""Lists of planned power cuts, as power companies send them and as people type them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.snapshot import Inventory, Site
from netwatch.clock import HOUR, MINUTE, SECOND
from netwatch.incidents.feeders import Feeders
from netwatch.incidents.moments import MomentFault, Written, between, read_period, read_written
from netwatch.incidents.places import Places
from netwatch.incidents.planned_cuts import PlannedCuts, read_cuts
from netwatch.language import translator

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp()) * SECOND
# 23 November 2026, 07:30 in Hà Nội.
MORNING = int(datetime(2026, 11, 23, 0, 30, tzinfo=UTC).timestamp()) * SECOND
FEEDERS = ("471-E1", "472-E1", "Lộ 12", "471-E9", "473/E2")
HEAD = "Trạm/Lộ;Khu vực;Từ ngày giờ;Đến ngày giờ;Lý do\n"
GOOD = "471-E1;Thôn 2;23/11/2026 07:30;23/11/2026 11:00;Sửa chữa đường dây\n"
# Local, as a spreadsheet has it.
NIGHT = datetime.fromisoformat("2026-11-23T22:00")
START = "Từ ngày giờ"
ORDER = "Write day, month and year in this order."
FORM = "Write day, month, year and time, such as 23/11/2026 07:30."
PERIOD = "Write from when to when, such as 07:30 - 17:00 23/11/2026."
AFTERWARDS = "To take it out of the figures: netwatch maintenance reclassify"

Read = Callable[[str], PlannedCuts]


def sites(*feeders: str) -> dict[str, Site]:
    """A site on each feeder."""
    return {
        name: Site(id=name, name=f"Điểm {at}", organisation_units=("X",), feeder=name)
        for at, name in enumerate(feeders)
    }


@pytest.fixture(scope="session")
def places() -> Places:
    """Sites on five feeders."""
    return Places(Inventory({"site": sites(*FEEDERS)}, revision=1))


@pytest.fixture
def read(tmp_path: Path, places: Places) -> Read:
    """Reads a CSV file of this text."""

    def reading(text: str) -> PlannedCuts:
        path = tmp_path / "cắt điện.csv"
        path.write_text(text, encoding="utf-8")
        return read_cuts(path, places, (), author="an", now=NOW, zone=ZONE)

    return reading


def told(cuts: PlannedCuts) -> list[str]:
    """The problems as sentences."""
    return [str(problem.sentence) for problem in cuts.problems]


def test_a_list_becomes_windows_of_its_feeders(read: Read) -> None:
    """With the reason and the area, in local time; each cut is one window."""
    cuts = read(HEAD + GOOD)
    (window,) = cuts.windows
    assert (window.id, window.start, window.duration) == (0, MORNING, 3 * HOUR + 30 * MINUTE)
    assert (window.feeders, window.author, window.zone) == (("471-E1",), "an", "Asia/Ho_Chi_Minh")
    assert window.reason == "Sửa chữa đường dây; Thôn 2"
    assert (cuts.problems, cuts.known, cuts.applicable) == ((), 0, True)


def test_no_control_sequence_of_a_list_reaches_a_terminal(read: Read) -> None:
    """Lists come by mail from outside."""
    (window,) = read(HEAD + GOOD.replace("Sửa", "\x1b[2J\x07Sửa")).windows
    assert window.reason.isprintable()
    assert window.reason.endswith("Sửa chữa đường dây; Thôn 2")


def test_the_same_list_again_adds_nothing(tmp_path: Path, places: Places) -> None:
    """Neither a second time nor by a row that stands twice in it."""
    path = tmp_path / "cuts.csv"
    path.write_text(HEAD + GOOD + GOOD.replace("471-E1", "Lộ 471 E1, 472-E1"), encoding="utf-8")
    first = read_cuts(path, places, (), author="an", now=NOW, zone=ZONE)
    assert [window.feeders for window in first.windows] == [("471-E1",), ("472-E1",)]
    assert first.known == 1
    again = read_cuts(path, places, first.windows, author="bình", now=NOW, zone=ZONE)
    assert (again.windows, again.known) == ((), 3)


def test_what_is_wrong_is_told_with_file_row_and_column(read: Read) -> None:
    """The good rows stay good."""
    rows = (
        "471E2;;23/11/2026 07:30;23/11/2026 11:00;x\n"
        ";;23/11/2026 07:30;23/11/2026 11:00;x\n"
        "471-E1;;11/23/2026 07:30;23/11/2026 11:00;x\n"
        "471-E1;;sáng thứ hai;23/11/2026 11:00;x\n"
        "471-E1;;23/11/2026;23/11/2026 11:00;x\n"
        "471-E1;;24/11/2026 07:30;23/11/2026 11:00;x\n"
        "471-E1;;23/11/2026 07:30;;x\n"
        "471-E1;;19/11/2026 07:30;19/11/2026 11:00;x\n"
        "471-E1;;23/11/2026 07:30;23/12/2026 11:00;x\n"
        "Điện lực An Bình;;;;\n"
        ";Khu vực phía nam;;;\n"
        "471-E1;Thôn 2;;;\n"
    )
    cuts = read(HEAD + rows + GOOD)
    assert [(problem.row, problem.column, str(problem.what)) for problem in cuts.problems] == [
        (2, "Trạm/Lộ", "No site or device has the feeder '471E2'. Near it: 473/E2; 471-E9; 471-E1."),
        (3, "Trạm/Lộ", "The feeder is missing."),
        (4, START, f"'11/23/2026' names a day that does not exist. {ORDER}"),
        (5, START, f"'sáng thứ hai' is not understood. {FORM}"),
        (6, START, "The time of day is missing. Write it as 07:30; midnight is 00:00 or 24:00."),
        (7, START, "The end does not lie after the beginning."),
        (8, START, f"'23/11/2026 07:30' is not understood. {PERIOD}"),
        (9, "Đến ngày giờ", f"This cut is over and needs no window. {AFTERWARDS}"),
        (10, "Đến ngày giờ", "A cut of more than 14 days is hardly meant."),
        (13, START, "It is not said from when to when."),
    ]
    assert [problem.is_error for problem in cuts.problems].count(False) == 1
    assert not cuts.applicable
    assert [window.start for window in cuts.windows] == [MORNING]
    assert cuts.problems[1].sentence.words(translator("vi")) == (
        "cắt điện.csv, dòng 3, cột 'Trạm/Lộ': Thiếu lộ điện (trạm, xuất tuyến)."
    )


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("Lộ,Ngày,Từ,Đến", "471-E1,23/11/2026,7h30,11h"),
        ("Feeder,Start,End,Reason", "471-e1,2026-11-23 07:30,2026-11-23 11:00,work"),
        ("Xuất tuyến,Thời gian,Lý do", '471-E1,"Từ 07h30 ngày 23/11/2026 đến 11h00 ngày 23/11/2026",x'),
        ("STT,Ngày cắt điện,Thời gian,Lộ đường dây", "1,23-11-2026,07:30-11:00,ĐZ 471 E1"),
        ("Tên lộ,Giờ cắt,Giờ đóng", "471-E1,7 giờ 30 phút ngày 23 tháng 11 năm 2026,11 giờ"),
        ("trạm,bắt đầu,kết thúc", "471-E1,23.11.2026 7g30,11:00 23.11.2026"),
    ],
)
def test_columns_have_many_names_and_times_many_forms(read: Read, heads: str, cells: str) -> None:
    """In both languages; below titles; day first."""
    cuts = read(f"CÔNG TY ĐIỆN LỰC SƠN HẢI,,,\nLỊCH NGỪNG CẤP ĐIỆN,,,\n,,,\n{heads}\n{cells}\n")
    assert told(cuts) == []
    assert [(each.start, each.duration, each.feeders) for each in cuts.windows] == [
        (MORNING, 3 * HOUR + 30 * MINUTE, ("471-E1",))
    ]


def test_a_workbook_with_headings_in_two_rows_and_its_own_dates(tmp_path: Path, places: Places) -> None:
    """Cells of dates and times, midnight included, and a time that ends the next morning."""
    path = tmp_path / "lịch.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, when = book.add_worksheet("Tháng 11"), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        book.add_worksheet("Ghi chú").write(0, 0, "Số điện thoại: 19006769")
        sheet.write(0, 0, "Lịch cắt điện")
        for at, text in enumerate(("STT", "Lộ", "Thời gian", "", "Lý do")):
            sheet.write(2, at, text)
        sheet.write(3, 2, "Từ")
        sheet.write(3, 3, "Đến")
        sheet.write(4, 1, "12")
        sheet.write_datetime(4, 2, NIGHT, when)
        sheet.write_datetime(4, 3, NIGHT + timedelta(hours=2), when)
        sheet.write(5, 1, "473/E2")
        sheet.write_datetime(5, 2, NIGHT, when)
        sheet.write(5, 3, "5h sáng")
    cuts = read_cuts(path, places, (), author="an", now=NOW, zone=ZONE)
    assert told(cuts) == []
    assert [(each.feeders, each.duration // HOUR) for each in cuts.windows] == [
        (("Lộ 12",), 2),
        (("473/E2",), 7),
    ]
    assert cuts.windows[0].reason == "cắt điện theo kế hoạch"


def test_files_that_are_no_list_are_told_as_such(read: Read, tmp_path: Path, places: Places) -> None:
    """Never an exception: nothing there, no headings, no workbook, something else."""
    assert "No sheet has headings for feeder" in told(read("a,b\n1,2\n"))[0]
    for name, content in (
        ("x.xlsx", b"PK\3\4 broken"),
        ("x.pdf", b"%PDF-1.7"),
        ("x.csv", b""),
        ("y.csv", b"\xff\xfe\0"),
    ):
        (tmp_path / name).write_bytes(content)
        cuts = read_cuts(tmp_path / name, places, (), author="an", now=NOW, zone=ZONE)
        assert (cuts.windows, cuts.applicable, len(cuts.problems)) == ((), False, 1)
    missing = read_cuts(tmp_path / "none.csv", places, (), author="an", now=NOW, zone=ZONE)
    assert not missing.applicable


def test_a_list_of_nothing_but_mistakes_is_not_read_to_its_end(read: Read) -> None:
    """After 500 problems one more says so."""
    cuts = read(HEAD + ";;x;y;z\n" * 600)
    assert len(cuts.problems) == 501
    assert "More than 500 problems" in told(cuts)[-1]


def test_a_feeder_that_may_be_two_is_not_guessed() -> None:
    """'Lộ 5' and 'Tuyến 5' are the same to others; who means one writes it as the inventory does."""
    feeders = Feeders(Places(Inventory({"site": sites("Lộ 5", "Tuyến 5")}, revision=1)))
    assert feeders.named("tuyến 5").feeders == ("Tuyến 5",)
    assert "may be several feeders: Lộ 5; Tuyến 5" in str(feeders.named("ĐZ 5").problems[0])


@pytest.mark.parametrize(
    ("text", "day", "clock"),
    [
        ("2026-11-23T07:30:00", date(2026, 11, 23), timedelta(hours=7, minutes=30)),
        ("2026-11-23", date(2026, 11, 23), timedelta()),
        ("23/11/2026", date(2026, 11, 23), None),
        ("1899-12-31T07:30:00", None, timedelta(hours=7, minutes=30)),
        ("24:00 23/11/2026", date(2026, 11, 23), timedelta(days=1)),
        ("lúc 2h chiều ngày 3/1/2027", date(2027, 1, 3), timedelta(hours=14)),
        ("12:15 AM", None, timedelta(minutes=15)),
        ("7g05", None, timedelta(hours=7, minutes=5)),
    ],
)
def test_moments_as_people_write_them(text: str, day: date | None, clock: timedelta | None) -> None:
    """And as spreadsheets give them: a bare day in ISO form is midnight, a bare time has their first day."""
    assert read_written(text) == Written(day, clock)


@pytest.mark.parametrize(
    "text", ["", "25:00", "7:61", "23/11/26 07:30", "07:30 08:00", "7", "31/02/2026 07:30", "x" * 300]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    """With a sentence, never by guessing."""
    with pytest.raises(MomentFault):
        read_written(text)


MARKS = st.text(alphabet="0123456789/:-.hg ngàytừđếnsáng→\u0301T", max_size=40)


@given(MARKS | st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_text_raises_anything_else(text: str) -> None:
    """Whatever stands in a cell."""
    for reading in (read_written, read_period):
        with suppress(MomentFault):
            reading(text)


@given(st.integers(0, 60 * 24 * 365 * 100), st.integers(1, 60 * 24 * 9))
@settings(max_examples=100, deadline=None)
def test_what_is_written_day_first_is_read_back(begin: int, minutes: int) -> None:
    """In each of the usual forms."""
    start = NIGHT + timedelta(minutes=begin)
    end = start + timedelta(minutes=minutes)
    for form in ("%d/%m/%Y %H:%M", "%Hh%M ngày %d-%m-%Y", "%Y-%m-%dT%H:%M:00", "%H giờ %M phút, %d.%m.%Y"):
        assert between(read_written(start.strftime(form)), read_written(end.strftime(form))) == (start, end)
        assert between(*read_period(f"từ {start.strftime(form)} đến {end.strftime(form)}")) == (start, end)
