"""A provider's own list: read in whatever form, and held against ours."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.texts import fold
from netwatch.availability.contract import Class, Exclusion, Period
from netwatch.clock import MINUTE, SECOND
from netwatch.incidents.contract import Confidence
from netwatch.sla.claim import Material, base_account
from netwatch.sla.comparison import Comparison, Finding, compared
from netwatch.sla.contract import AttributedOutage, Attribution, Part, Party, Terms
from netwatch.sla.provider_list import Known, ProviderList, Theirs, party_of, read_list
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, Verdict

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NAMES = {
    "L1": {"L1"},
    "Kênh Suối Mẫu": {"L1"},
    "HD-7": {"L1", "L2"},
    "UBND xã Suối Mẫu": {"L1", "L3"},
    "L2": {"L2"},
}
KNOWN = Known({fold(name): frozenset(lines) for name, lines in NAMES.items()}, frozenset({"L1"}))
HEAD = "Kênh;Số hợp đồng;Đơn vị;Bắt đầu;Kết thúc;Nguyên nhân;Mã phiếu\n"
# 5 October 2026, 09:15 in Hà Nội.
MORNING = int(datetime(2026, 10, 5, 2, 15, tzinfo=UTC).timestamp()) * SECOND
GOOD = "L1;;;05/10/2026 09:15;05/10/2026 10:00;Đứt cáp quang;SC-1\n"
Read = Callable[[str], ProviderList]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a CSV file of this text."""

    def reading(text: str) -> ProviderList:
        path = tmp_path / "danh sách.csv"
        path.write_text(text, encoding="utf-8")
        return read_list(path, KNOWN, ZONE)

    return reading


def test_a_list_gives_outages(read: Read) -> None:
    """In local time, with reason, ticket and whose it is by its words."""
    found = read(f"BÁO CÁO SỰ CỐ THÁNG 10;;;;;;\n{HEAD}{GOOD}")
    assert found.problems == ()
    assert found.outages == (
        Theirs(3, "L1", MORNING, MORNING + 45 * MINUTE, "Đứt cáp quang", "SC-1", Party.PROVIDER),
    )


@pytest.mark.parametrize(
    "row",
    [
        ";HD-7;UBND xã Suối Mẫu;05/10/2026 09:15;05/10/2026 10:00;x;",
        "kenh suoi mau;;;9h15 ngày 5/10/2026;10h;x;",
        "L1;HD-7;;2026-10-05 09:15;2026-10-05 10:00;x;",
    ],
)
def test_a_line_has_many_names(read: Read, row: str) -> None:
    """Contract and site together tell it; times have many forms."""
    (one,) = read(HEAD + row + "\n").outages
    assert (one.line, one.start, one.end) == ("L1", MORNING, MORNING + 45 * MINUTE)


@pytest.mark.parametrize(
    ("heads", "cells", "length"),
    [
        ("Circuit ID,Start,Duration (min)", "L1,2026-10-05 09:15,45", 45 * MINUTE),
        ("Line,Date,From,Minutes", "L1,05/10/2026,09:15,1:30", 90 * MINUTE),
        ("Mã kênh,Thời gian", "L1,09:15 - 10:00 05/10/2026", 45 * MINUTE),
        ("Tên đường truyền,Thời gian mất liên lạc,Thời gian khôi phục", "L1,05/10/2026 09:15,", None),
    ],
)
def test_ends_are_told_in_many_ways(read: Read, heads: str, cells: str, length: int | None) -> None:
    """As a moment, as a length, or not at all: it goes on."""
    (one,) = read(f"{heads}\n{cells}\n").outages
    assert (one.start, one.end) == (MORNING, None if length is None else MORNING + length)


def test_what_is_wrong_is_told_row_by_row(read: Read) -> None:
    """Good rows stay; rows of other lines are counted and left."""
    rows = (
        "XYZ;;;05/10/2026 09:15;05/10/2026 10:00;x;\n"
        ";HD-7;;05/10/2026 09:15;05/10/2026 10:00;x;\n"
        "L2;;;05/10/2026 09:15;05/10/2026 10:00;x;\n"
        "L1;;;sáng;05/10/2026 10:00;x;\n"
        "L1;;;05/10/2026 09:15;05/10/2024 10:00;x;\n"
        "L1;;;05/10/2020 09:15;05/10/2026 10:00;x;\n"
        ";;;05/10/2026 09:15;05/10/2026 10:00;\x1b[2J;\n"
        "Tổng cộng;;;;;;\n"
    )
    found = read(HEAD + rows + GOOD)
    assert [(one.row, one.column) for one in found.problems] == [
        (2, "Kênh"), (3, "Số hợp đồng"), (5, "Bắt đầu"), (6, "Bắt đầu"), (7, "Kết thúc"), (8, ""),
    ]  # fmt: skip
    assert (len(found.outages), found.others) == (1, 1)
    assert "L1, L2" in str(found.problems[1].what)


def test_a_workbook_and_a_file_that_is_none(tmp_path: Path) -> None:
    """Real dates of a spreadsheet are read; a picture is told to be no list."""
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy hh:mm"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Line", "Start", "End", "Cause"])
        sheet.write_row(1, 0, ["L1"])
        for place, text in enumerate(("2026-10-05T09:15", "2026-10-05T10:00"), start=1):
            sheet.write_datetime(1, place, datetime.fromisoformat(text))
    (one,) = read_list(path, KNOWN, ZONE).outages
    assert (one.start, one.end) == (MORNING, MORNING + 45 * MINUTE)
    (tmp_path / "x.xlsx").write_bytes(b"\x89PNG\r\n")
    assert read_list(tmp_path / "x.xlsx", KNOWN, ZONE).problems
    assert read_list(tmp_path / "none.csv", KNOWN, ZONE).problems


def test_problems_are_bounded(read: Read) -> None:
    """A list of another kind does not fill the screen."""
    found = read(HEAD + "L1;;;x;y;z;\n" * 600)
    assert len(found.problems) == 501


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=40) | st.sampled_from(("L1", "05/10/2026 09:15", "9h", "45")), max_size=24))
def test_nothing_in_a_file_raises(read: Read, cells: list[str]) -> None:
    """Whatever stands in the cells; what is read lies in order."""
    rows = [";".join(f'"{cell}"' for cell in cells[at : at + 7]) for at in range(0, len(cells), 7)]
    for one in read(HEAD + "\n".join(rows)).outages:
        assert one.end is None or one.start < one.end or one.end == one.start


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Neither as CSV nor as a workbook."""
    for name in ("a.csv", "a.xlsx"):
        path = tmp_path_factory.getbasetemp() / name
        path.write_bytes(content)
        read_list(path, KNOWN, ZONE)


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("Mất điện phía khách hàng", Party.OWN_POWER),
        ("mat nguon tai don vi", Party.OWN_POWER),
        ("Mất điện nhà trạm BTS", Party.PROVIDER),
        ("Đứt cáp quang do xe tải", Party.PROVIDER),
        ("Thiết bị của khách hàng lỗi", Party.OWN_EQUIPMENT),
        ("Nâng cấp mạng lưới theo kế hoạch", Party.MAINTENANCE),
        ("Sạt lở đất, bất khả kháng", Party.FORCE_MAJEURE),
        ("đang xác minh", Party.UNKNOWN),
        ("Score", Party.UNKNOWN),
    ],
)
def test_whose_an_outage_is_by_a_providers_words(text: str, party: Party) -> None:
    """With and without diacritics; whole words; unknown where they do not say."""
    assert party_of(text) is party


def row(kind: Kind, start: int, end: int | None, doubt: int = 0) -> VerdictRow:
    """A row of the line, in minutes of the period."""
    verdict = Verdict(kind, "why")
    return VerdictRow(0, "L1", verdict, start * MINUTE, None if end is None else end * MINUTE,
                      (start - doubt) * MINUTE, 1, 0)  # fmt: skip


ROWS = (
    row(Kind.UP, 0, 100), row(Kind.DOWN, 100, 130, 1), row(Kind.UP, 130, 200, 1), row(Kind.DOWN, 200, 210, 1),
    row(Kind.UP, 210, 300, 1), row(Kind.UNKNOWN, 300, 320), row(Kind.UP, 320, None),
)  # fmt: skip


def against(
    terms: Terms, *theirs: tuple[int, int | None, Party], timely: tuple[Exclusion, ...] = ()
) -> Comparison:
    """Our two outages, both the provider's, against theirs in minutes."""
    material = Material("L1", terms, Period(0, 1000 * MINUTE, "m"), 2000 * MINUTE, ROWS, timely)
    said = Attribution(Party.PROVIDER, Confidence.LIKELY)
    ours = [
        AttributedOutage("L1", one, (Part(one.start, one.end, said),), ())
        for one in base_account(material).outages
    ]
    listed = [
        Theirs(2, "L1", start * MINUTE, None if end is None else end * MINUTE, "", "", party)
        for start, end, party in theirs
    ]
    return compared(material, ours, listed)


def test_what_agrees_and_what_differs(terms: Terms) -> None:
    """To within two looks and a minute; else by how much beyond."""
    found = against(terms, (100, 129, Party.PROVIDER), (190, 215, Party.OWN_POWER))
    agree, times = found.matches
    assert (agree.finding, agree.starts_by, agree.ends_by, agree.cause_differs) == (
        Finding.AGREE,
        0,
        0,
        False,
    )
    assert (times.finding, times.starts_by, times.ends_by) == (Finding.TIMES, -9 * MINUTE, 5 * MINUTE)
    assert (times.cause_differs, found.causes_differ) == (True, 1)


def test_what_only_one_side_knows(terms: Terms) -> None:
    """Of what only they list it is told what we saw at the time."""
    found = against(terms, (295, 325, Party.UNKNOWN), (100, None, Party.UNKNOWN))
    assert [found.count(one) for one in Finding] == [0, 1, 0, 1]
    (only,) = [one for one in found.matches if one.finding is Finding.ONLY_THEIRS]
    assert only.seen == {Class.UNKNOWN: 20 * MINUTE, Class.UP: 10 * MINUTE}
    assert against(terms).count(Finding.ONLY_OURS) == 2


@settings(max_examples=60, deadline=None)
@given(
    stretch=st.tuples(st.integers(0, 990), st.integers(1, 400)),
    work=st.lists(st.tuples(st.integers(0, 990), st.integers(1, 90)), max_size=3),
)
def test_what_we_saw_is_counted_minute_by_minute(
    terms: Terms, stretch: tuple[int, int], work: list[tuple[int, int]]
) -> None:
    """Of a stretch that only they list: windows first, else by the row of each minute."""
    begin, end = stretch[0], min(1000, sum(stretch))
    timely = tuple(Exclusion(at * MINUTE, (at + length) * MINUTE, "work") for at, length in work)
    material = Material("L1", terms, Period(0, 1000 * MINUTE, "m"), 2000 * MINUTE, ROWS, timely)
    theirs = Theirs(2, "L1", begin * MINUTE, end * MINUTE, "", "", Party.UNKNOWN)
    (match,) = compared(material, (), [theirs]).matches
    classes = {Kind.UP: Class.UP, Kind.DOWN: Class.DOWN, Kind.UNKNOWN: Class.UNKNOWN}
    counted: Counter[Class] = Counter()
    for minute in range(begin, end):
        (kind,) = (one.verdict.kind for one in ROWS
                   if one.start <= minute * MINUTE and (one.end is None or minute * MINUTE < one.end))  # fmt: skip
        at_work = any(at <= minute < at + length for at, length in work)
        counted[Class.EXCLUDED if at_work else classes[kind]] += MINUTE
    assert match.seen == counted


def test_a_list_of_thousands_is_compared_at_once(terms: Terms) -> None:
    """Minutes listed one by one against a line that flapped all the month: each is looked up, not searched for."""
    flaps = [row(kind, at + first, at + last) for at in range(0, 4000, 4)
             for kind, first, last in ((Kind.UP, 0, 3), (Kind.DOWN, 3, 4))]  # fmt: skip
    month = Period(0, 44_640 * MINUTE, "m")
    rows = (*flaps, row(Kind.UP, 4000, None))
    theirs = [
        Theirs(2, "L1", at * MINUTE, (at + 1) * MINUTE, "", "", Party.UNKNOWN) for at in range(4000, 24_000)
    ]
    material = Material("L1", terms, month, month.end, rows, ())
    began = process_time()
    found = compared(material, (), theirs)
    assert process_time() - began < 5
    assert found.count(Finding.ONLY_THEIRS) == 20_000
    assert all(one.seen == {Class.UP: MINUTE} for one in found.matches)


def test_their_list_by_our_arithmetic(terms: Terms) -> None:
    """Windows do not count, rows that overlap count once, and what the contract leaves out by their own words."""
    window = Exclusion(500 * MINUTE, 600 * MINUTE, "work")
    theirs = ((100, 120, Party.PROVIDER), (110, 130, Party.PROVIDER), (700, 760, Party.OWN_POWER))
    found = against(terms, *theirs, timely=(window,))
    assert (found.listed.down, found.listed.up, found.listed.unknown) == (90 * MINUTE, 810 * MINUTE, 0)
    assert (found.admitted.down, found.admitted.excluded) == (30 * MINUTE, 160 * MINUTE)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 990), st.integers(0, 60)), max_size=8))
def test_every_outage_stands_in_one_match(terms: Terms, listed: list[tuple[int, int]]) -> None:
    """Of both lists, once each; the accounts add up to the period."""
    found = against(terms, *((start, start + length, Party.UNKNOWN) for start, length in listed))
    assert sum(len(one.ours) for one in found.matches) == 2
    assert sum(len(one.theirs) for one in found.matches) == sum(
        start + length > 0 for start, length in listed
    )
    assert found.listed.up + found.listed.down + found.listed.excluded == 1000 * MINUTE
