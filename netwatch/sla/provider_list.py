"""A provider's own list of outages (XLSX or CSV): which line, from when to when, why, under which ticket.

Nothing in the file raises: what is wrong with it is told row by row, and good rows are taken all the same.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from inventory.sheets.limits import Limits
from inventory.sheets.messages import TEXTS
from inventory.sheets.reading import read_cells
from inventory.sheets.tables import Table, text_of_cell
from inventory.texts import clean, fold
from netwatch.clock import DAY, MINUTE, SECOND
from netwatch.incidents.headings import headed
from netwatch.incidents.moments import MomentFault, Written, between, read_period, read_written
from netwatch.incidents.planned_cuts import CutProblem
from netwatch.language import Sentence
from netwatch.sla.contract import Party

LIMITS = Limits(rows=20_000, columns=60)
LONGEST_TEXT = 500
MOST_PROBLEMS = 500
# Nobody lists an outage of more than a year.
LONGEST = 400 * DAY

# What the columns are called, folded; the first ones are ours.
HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "line": (
            "đường truyền", "mã đường truyền", "kênh", "mã kênh", "tên kênh", "tuyến", "mã tuyến", "line", "circuit",
            "circuit id", "line id", "channel", "mã thuê bao", "thuê bao", "account", "mã cid", "cid", "mã dịch vụ",
            "dịch vụ", "service id", "mã ftth", "tên đường truyền",
        ),
        "contract": (
            "số hợp đồng", "hợp đồng", "mã hợp đồng", "contract", "contract number", "contract no", "số hđ", "hđ",
        ),
        "site": (
            "điểm", "địa điểm", "đơn vị", "khách hàng", "điểm lắp đặt", "địa chỉ", "địa chỉ lắp đặt", "site",
            "location", "customer", "tên đơn vị", "tên khách hàng", "cơ quan",
        ),
        "day": ("ngày", "date", "day", "ngày xảy ra"),
        "start": (
            "bắt đầu", "từ", "thời gian bắt đầu", "thời điểm bắt đầu", "giờ bắt đầu", "thời gian mất liên lạc",
            "thời điểm mất", "thời gian mất", "thời gian xảy ra", "thời điểm xảy ra", "từ lúc", "start", "start time",
            "begin", "from", "down", "down time", "outage start", "opened", "thời gian báo hỏng", "mất liên lạc lúc",
        ),
        "end": (
            "kết thúc", "đến", "thời gian kết thúc", "thời điểm kết thúc", "giờ kết thúc", "thời gian khôi phục",
            "thời điểm khôi phục", "khôi phục", "thời gian khắc phục", "khôi phục lúc", "đến lúc", "end", "end time",
            "to", "until", "up", "up time", "restored", "outage end", "closed",
            "thời gian khắc phục xong", "có liên lạc lúc",
        ),
        "period": ("thời gian", "khoảng thời gian", "period", "time"),
        "duration": (
            "thời gian gián đoạn", "thời lượng", "số phút", "thời gian mất liên lạc (phút)", "tổng thời gian",
            "duration", "minutes", "duration (min)", "thời gian gián đoạn (phút)",
            "số phút gián đoạn", "thời lượng (phút)",
        ),
        "reason": (
            "nguyên nhân", "lý do", "lí do", "reason", "cause", "root cause", "nguyên nhân sự cố", "mô tả", "nội dung",
            "description", "rca",
        ),
        "party": (
            "trách nhiệm", "bên chịu trách nhiệm", "lỗi do", "phân loại", "responsible", "responsibility",
            "classification", "category", "thuộc về",
        ),
        "ticket": (
            "phiếu", "mã phiếu", "số phiếu", "phiếu sự cố", "mã sự cố", "số sự cố", "ticket", "ticket number",
            "ticket id", "ticket no", "mã ticket", "incident", "incident id",
        ),
    }
)  # fmt: skip
_FIELDS = {fold(name): field for field, names in HEADINGS.items() for name in names}
_NAMING = ("line", "contract", "site")
_NUMBER = re.compile(r"(\d{1,6})(?:[.,]\d{1,3})?(?: ?(?:phút|p|min|minutes?|m))?")
_CLOCK = re.compile(r"(\d{1,4}):(\d{2})(?::(\d{2}))?")

# Words of reasons, without diacritics, and whose the outage is by them; the first that fits, whole words.
_CUSTOMER = r"(?:khach hang|phia kh|do kh|don vi|customer|client)"
_POWER = r"(?:mat dien|mat nguon|cup dien|cat dien|nguon dien|dien luoi|power|electricity)"
_OWN_BUILDING = r"(?:tram|nha tram|bts|pop|tong dai|station|exchange)"
_NATURE = (
    r"bat kha khang|thien tai|bao so|mua bao|lu lut|lu quet|ngap lut|sat lo|dong dat|force majeure|storm|typhoon|flood|"
    r"landslide|earthquake"
)
_NETWORK = (
    r"dut cap|cap quang|suy hao|truyen dan|nha mang|nha cung cap|loi mang|cable|fib(?:er|re)|olt|backbone|core|"
    r"provider|carrier"
)
_WORDS: tuple[tuple[Party, str], ...] = (
    (Party.FORCE_MAJEURE, _NATURE),
    (Party.MAINTENANCE, r"bao tri|bao duong|nang cap|theo ke hoach|co ke hoach|maintenance|planned|upgrade"),
    (Party.PROVIDER, rf"{_POWER}.*\b{_OWN_BUILDING}|\b{_OWN_BUILDING}\b.*{_POWER}"),
    (Party.OWN_POWER, _POWER),
    (Party.OWN_EQUIPMENT, rf"{_CUSTOMER}|cpe"),
    (Party.PROVIDER, _NETWORK),
)
_PATTERNS = tuple((party, re.compile(rf"\b(?:{words})\b")) for party, words in _WORDS)


@dataclass(frozen=True, slots=True)
class Theirs:
    """An outage as the provider lists it; `end` None: not over by the list. `party` is whose it is by their words."""

    row: int
    line: str
    start: int
    end: int | None
    reason: str
    ticket: str
    party: Party


@dataclass(frozen=True, slots=True)
class ProviderList:
    """What a list says of the lines asked about, what is wrong with it, and how many rows are of other lines."""

    outages: tuple[Theirs, ...] = ()
    problems: tuple[CutProblem, ...] = ()
    others: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """Which lines a text may mean: ids by folded id, name, contract number, site; `wanted` are those asked about."""

    names: Mapping[str, frozenset[str]]
    wanted: frozenset[str]

    def lines(self, texts: Iterable[str]) -> frozenset[str]:
        """The lines that fit every text that is known at all."""
        found: frozenset[str] | None = None
        for text in texts:
            meant = self.names.get(fold(text), frozenset())
            if meant:
                found = meant if found is None else (found & meant or found)
        return found or frozenset()


@dataclass(slots=True)
class _Run:
    file: str
    known: Known
    zone: ZoneInfo
    outages: list[Theirs] = field(default_factory=list)
    problems: list[CutProblem] = field(default_factory=list)
    others: int = 0


def read_list(path: Path, known: Known, zone: ZoneInfo) -> ProviderList:
    """The outages of a provider's list."""
    tables, fault = read_cells(path, LIMITS)
    if fault is not None:
        return ProviderList(problems=(CutProblem(Sentence(TEXTS[fault.code], fault.params), path.name),))
    run = _Run(path.name, known, zone)
    found = [_read_table(run, table) for table in tables]
    if not any(found):
        text = "No sheet has headings for line, beginning and end. Name the columns: {names}."
        names = "Đường truyền, Bắt đầu, Kết thúc, Nguyên nhân, Mã phiếu"
        run.problems.append(CutProblem(Sentence(text, {"names": names}), path.name))
    ordered = sorted(run.outages, key=lambda one: (one.line, one.start, one.row))
    return ProviderList(tuple(ordered), tuple(run.problems), run.others)


def _read_table(run: _Run, table: Table) -> bool:
    found = headed(table.rows, _FIELDS, _enough)
    if found is None:
        return False
    below, columns, headings = found
    for number, row in enumerate(table.rows[below:], start=below + 1):
        place = CutProblem(Sentence(""), run.file, table.name, number)
        if len(run.problems) >= MOST_PROBLEMS:
            text = "More than {limit} problems; the rows from here on were not read."
            run.problems.append(replace(place, what=Sentence(text, {"limit": MOST_PROBLEMS})))
            return True
        cells = {name: text_of_cell(row[at]).strip() for name, at in columns.items() if at < len(row)}
        # A row of one cell is a title between the rows.
        if sum(bool(text_of_cell(cell).strip()) for cell in row) > 1 and any(
            cells.get(name) for name in ("start", "period", "day")
        ):
            _read_row(run, cells, place, headings)
    return True


def _enough(columns: Mapping[str, int]) -> bool:
    ends = "end" in columns or "duration" in columns
    return any(name in columns for name in _NAMING) and ("period" in columns or ("start" in columns and ends))


def _read_row(run: _Run, cells: Mapping[str, str], place: CutProblem, headings: Mapping[str, str]) -> None:
    named = [cells[name] for name in _NAMING if cells.get(name)]
    lines = run.known.lines(named)
    if len(lines) != 1:
        _unnamed(run, replace(place, column=headings.get(_first(cells), "")), named, lines)
        return
    (line,) = lines
    if line not in run.known.wanted:
        run.others += 1
        return
    try:
        start, end = _span(cells, run.zone)
    except MomentFault as fault:
        column = headings.get("start") or headings.get("period", "")
        run.problems.append(replace(place, what=fault.sentence, column=column))
        return
    if end is not None and end - start > LONGEST:
        text = Sentence("An outage of more than {days} days is hardly meant.", {"days": LONGEST // DAY})
        run.problems.append(replace(place, what=text, column=headings.get("end", "")))
        return
    reason = _plain("; ".join(cells[name] for name in ("reason", "party") if cells.get(name)))
    party = party_of(cells.get("party", ""))
    told = party if party is not Party.UNKNOWN else party_of(cells.get("reason", ""))
    run.outages.append(
        Theirs(place.row or 0, line, start, end, reason, _plain(cells.get("ticket", "")), told)
    )


def _first(cells: Mapping[str, str]) -> str:
    return next((name for name in _NAMING if cells.get(name)), "")


def _unnamed(run: _Run, place: CutProblem, named: Sequence[str], lines: frozenset[str]) -> None:
    """A row of no known line, or of one of several."""
    if not named:
        what = Sentence("The line is missing.")
    elif not lines:
        what = Sentence("No line, contract or site is known by '{text}'.", {"text": _plain(named[0])[:80]})
    elif not lines & run.known.wanted:
        run.others += 1
        return
    else:
        params = {"text": _plain(named[0])[:80], "lines": ", ".join(sorted(lines)[:8])}
        what = Sentence("'{text}' may be several lines: {lines}. Write the code of the line.", params)
    run.problems.append(replace(place, what=what))


def _span(cells: Mapping[str, str], zone: ZoneInfo) -> tuple[int, int | None]:
    day: date | None = read_written(cells["day"]).day if cells.get("day") else None
    if cells.get("start") and cells.get("end"):
        start, end = between(read_written(cells["start"]), read_written(cells["end"]), day)
        return _micro(start, zone), _micro(end, zone)
    if cells.get("start"):
        begin = _micro(_moment(read_written(cells["start"]), day), zone)
        length = _length(cells.get("duration", ""))
        return begin, None if length is None else begin + length
    if cells.get("period"):
        start, end = between(*read_period(cells["period"]), day)
        return _micro(start, zone), _micro(end, zone)
    raise MomentFault(Sentence("It is not said from when to when."))


def _moment(written: Written, day: date | None) -> datetime:
    on = written.day or day
    if on is None:
        raise MomentFault(Sentence("The day is missing. Write it as day/month/year."))
    if written.clock is None:
        raise MomentFault(
            Sentence("The time of day is missing. Write it as 07:30; midnight is 00:00 or 24:00.")
        )
    return datetime.combine(on, datetime.min.time()) + written.clock


def _length(text: str) -> int | None:
    """Minutes, or hours and minutes; None where nothing is said: it goes on. Raises MomentFault."""
    plain = clean(text[:LONGEST_TEXT]).casefold()
    if not plain:
        return None
    if found := _NUMBER.fullmatch(plain):
        return int(found[1]) * MINUTE
    if found := _CLOCK.fullmatch(plain):
        return int(found[1]) * 60 * MINUTE + int(found[2]) * MINUTE + int(found[3] or 0) * SECOND
    raise MomentFault(Sentence("'{text}' is no length of time. Write minutes.", {"text": plain[:80]}))


def _micro(local: datetime, zone: ZoneInfo) -> int:
    return int(local.replace(tzinfo=zone).timestamp()) * SECOND


def _plain(text: str) -> str:
    """A text as it may be shown on terminals."""
    return "".join(filter(str.isprintable, clean(text)))[:LONGEST_TEXT]


def party_of(reason: str) -> Party:
    """Whose an outage is by the words of a reason; UNKNOWN where they do not say."""
    bare = unicodedata.normalize("NFKD", clean(reason[:LONGEST_TEXT])).casefold().replace("đ", "d")
    text = "".join(character for character in bare if not unicodedata.combining(character))
    return next((party for party, pattern in _PATTERNS if pattern.search(text)), Party.UNKNOWN)
