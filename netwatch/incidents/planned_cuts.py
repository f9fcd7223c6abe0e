"""Planned power cuts as the power company lists them (XLSX or CSV): one-off maintenance windows of feeders.

Nothing in the file raises: what is wrong with it is told row by row, and good rows can be taken all the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias
from zoneinfo import ZoneInfo

from alerts.contract import Window
from inventory.sheets.limits import Limits
from inventory.sheets.messages import TEXTS
from inventory.sheets.reading import read_cells
from inventory.sheets.tables import Table, text_of_cell
from inventory.texts import clean, fold
from netwatch.clock import DAY, SECOND
from netwatch.incidents.feeders import Feeders
from netwatch.incidents.headings import headed
from netwatch.incidents.moments import MomentFault, between, read_period, read_written
from netwatch.incidents.places import Places
from netwatch.language import Sentence

LIMITS = Limits(rows=10_000, columns=60)
LONGEST_CUT = 14 * DAY
LONGEST_REASON = 1000
MOST_PROBLEMS = 500
PLANNED = "cắt điện theo kế hoạch"
# What the columns are called, folded; the first ones are ours.
HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "feeder": (
            "trạm/lộ", "lộ", "trạm", "xuất tuyến", "feeder", "lộ đường dây", "tên lộ", "lộ/xuất tuyến", "đường dây",
            "phát tuyến", "tuyến", "trạm/lộ/xuất tuyến", "trạm, lộ", "nguồn điện", "tên đường dây", "lộ ra", "lộ điện",
        ),
        "area": (
            "khu vực", "khu vực mất điện", "khu vực ngừng cấp điện", "khu vực cắt điện", "phạm vi", "địa điểm", "area",
            "phạm vi mất điện", "phạm vi cắt điện", "khách hàng", "địa bàn",
        ),
        "day": ("ngày", "ngày cắt điện", "ngày cắt", "ngày ngừng cấp điện", "date", "day", "ngày thực hiện"),
        "start": (
            "từ ngày giờ", "từ", "bắt đầu", "từ giờ", "giờ bắt đầu", "thời gian bắt đầu", "thời gian từ", "giờ cắt",
            "thời gian cắt", "thời điểm cắt", "thời gian cắt điện", "từ lúc", "ngày giờ bắt đầu", "start", "from",
            "begin", "start time", "từ ngày", "thời gian mất điện",
        ),
        "end": (
            "đến ngày giờ", "đến", "kết thúc", "đến giờ", "giờ kết thúc", "thời gian kết thúc", "thời gian đến",
            "giờ đóng", "thời gian đóng", "thời gian đóng điện", "giờ có điện", "thời gian có điện", "đến lúc",
            "ngày giờ kết thúc", "end", "to", "until", "end time", "đến ngày", "thời gian có điện lại",
            "dự kiến có điện",
        ),
        "period": ("thời gian", "thời gian ngừng cấp điện", "giờ", "period", "time", "thời gian thực hiện"),
        "reason": (
            "lý do", "lí do", "reason", "nội dung", "nội dung công tác", "lý do ngừng cấp điện", "lý do cắt điện",
            "lý do mất điện", "công việc", "nội dung công việc", "work",
        ),
    }
)  # fmt: skip
_FIELDS = {fold(name): field for field, names in HEADINGS.items() for name in names}

Cells: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CutProblem:
    """What is wrong with a row: `row` None means the whole sheet; `column` is its heading as the file has it.

    A warning leaves out a row that needs no window; an error is a row that was not understood.
    """

    what: Sentence
    file: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    is_error: bool = True

    @property
    def sentence(self) -> Sentence:
        """What is wrong and where."""
        params = {"file": self.file, "row": self.row, "column": self.column, "what": self.what}
        if self.row is None:
            return Sentence("{file}: {what}", params)
        if not self.column:
            return Sentence("{file}, row {row}: {what}", params)
        return Sentence("{file}, row {row}, column '{column}': {what}", params)


@dataclass(frozen=True, slots=True)
class PlannedCuts:
    """New windows (id 0), what is wrong, and how many cuts of the list were there already."""

    windows: tuple[Window, ...] = ()
    problems: tuple[CutProblem, ...] = ()
    known: int = 0

    @property
    def applicable(self) -> bool:
        """Whether every row was understood; the good ones may be taken all the same if that is wished."""
        return not any(problem.is_error for problem in self.problems)


@dataclass(slots=True)
class _Import:
    """What reading needs besides the cells, and what it found so far."""

    file: str
    feeders: Feeders
    author: str
    now: int
    zone: ZoneInfo
    known: set[tuple[str, int, int, str]]
    windows: list[Window] = field(default_factory=list)
    problems: list[CutProblem] = field(default_factory=list)
    there: int = 0


def read_cuts(
    path: Path, places: Places, existing: Iterable[Window], *, author: str, now: int, zone: ZoneInfo
) -> PlannedCuts:
    """The windows a list of planned cuts asks for.

    A cut that one of the `existing` windows (or an earlier row) is for already, by feeder, start, duration and reason,
    adds nothing.
    """
    tables, fault = read_cells(path, LIMITS)
    if fault is not None:
        sentence = Sentence(TEXTS[fault.code], fault.params)
        return PlannedCuts(problems=(CutProblem(sentence, path.name),))
    known = {key for window in existing for key in _keys(window)}
    run = _Import(path.name, Feeders(places), author, now, zone, known)
    headed = [_read_table(run, table) for table in tables]
    if not any(headed):
        wanted = "No sheet has headings for feeder, beginning and end. Name the columns: {names}."
        names = "Trạm/lộ, Từ ngày giờ, Đến ngày giờ, Khu vực, Lý do"
        run.problems.append(CutProblem(Sentence(wanted, {"names": names}), path.name))
    return PlannedCuts(tuple(run.windows), tuple(run.problems), run.there)


def _keys(window: Window) -> Iterable[tuple[str, int, int, str]]:
    return ((feeder, window.start, window.duration, window.reason) for feeder in window.feeders)


def _read_table(run: _Import, table: Table) -> bool:
    """Read the rows below the headings; False when there are none."""
    heading = headed(table.rows, _FIELDS, _enough)
    if heading is None:
        return False
    below, columns, headings = heading
    for number, row in enumerate(table.rows[below:], start=below + 1):
        if len(run.problems) >= MOST_PROBLEMS:
            text = "More than {limit} problems; the rows from here on were not read."
            run.problems.append(
                CutProblem(Sentence(text, {"limit": MOST_PROBLEMS}), run.file, table.name, number)
            )
            return True
        cells = {name: text_of_cell(row[at]).strip() for name, at in columns.items() if at < len(row)}
        # A row of one cell is a title between the rows.
        filled = sum(bool(text_of_cell(cell).strip()) for cell in row)
        if filled > 1 and any(cells.get(name) for name in ("feeder", "start", "end", "period")):
            _read_row(run, cells, CutProblem(Sentence(""), run.file, table.name, number), headings)
    return True


def _enough(columns: Mapping[str, int]) -> bool:
    return "feeder" in columns and ("period" in columns or {"start", "end"} <= columns.keys())


def _read_row(run: _Import, cells: Cells, place: CutProblem, headings: Mapping[str, str]) -> None:
    def wrong(what: Sentence, name: str, *, is_error: bool = True) -> None:
        column = headings.get(name, "")
        run.problems.append(replace(place, what=what, column=column, is_error=is_error))

    try:
        start, end = _span(cells)
    except MomentFault as fault:
        wrong(fault.sentence, "start" if "start" in headings else "period")
        return
    begin, over = _micro(start, run.zone), _micro(end, run.zone)
    if over - begin > LONGEST_CUT:
        wrong(
            Sentence("A cut of more than {days} days is hardly meant.", {"days": LONGEST_CUT // DAY}), "end"
        )
        return
    found = run.feeders.named(cells.get("feeder", ""))
    for sentence in found.problems:
        wrong(sentence, "feeder")
    if over <= run.now:
        text = "This cut is over and needs no window. To take it out of the figures: netwatch maintenance reclassify"
        wrong(Sentence(text), "end", is_error=False)
        return
    for feeder in found.feeders:
        _add(run, feeder, begin, over - begin, _reason(cells))


def _span(cells: Cells) -> tuple[datetime, datetime]:
    day: date | None = read_written(cells["day"]).day if cells.get("day") else None
    if cells.get("start") and cells.get("end"):
        return between(read_written(cells["start"]), read_written(cells["end"]), day)
    for name in ("period", "start"):
        if cells.get(name):
            return between(*read_period(cells[name]), day)
    raise MomentFault(Sentence("It is not said from when to when."))


def _micro(local: datetime, zone: ZoneInfo) -> int:
    return int(local.replace(tzinfo=zone).timestamp()) * SECOND


def _reason(cells: Cells) -> str:
    said = [clean(cells[name]) for name in ("reason", "area") if cells.get(name)]
    # It is shown on terminals before it is taken.
    return "".join(filter(str.isprintable, "; ".join(said)))[:LONGEST_REASON] or PLANNED


def _add(run: _Import, feeder: str, start: int, duration: int, reason: str) -> None:
    key = (feeder, start, duration, reason)
    if key in run.known:
        run.there += 1
        return
    run.known.add(key)
    run.windows.append(Window(0, start, duration, run.author, reason, zone=run.zone.key, feeders=(feeder,)))
