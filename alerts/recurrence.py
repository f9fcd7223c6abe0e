"""Recurrence rules of RFC 5545 (RRULE, section 3.3.10) in local time, walked within bounds. Pure.

Rules are read strictly before python-dateutil sees them, since they come from people: only frequencies from hourly on,
numbers within their ranges, and neither DTSTART nor anything else beside the rule itself. Local times are datetimes
without zone.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from dateutil.rrule import DAILY, HOURLY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

from alerts.contract import Phrase
from alerts.messages import phrase

LONGEST = 500
MOST_IN_A_YEAR = 10_000
Frequency: TypeAlias = Literal[0, 1, 2, 3, 4]
FREQUENCIES: Mapping[str, Frequency] = MappingProxyType(
    {"HOURLY": HOURLY, "DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY}
)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAYS_BY = ("byweekno", "byyearday", "bymonthday", "byweekday")

# The calendar repeats itself, days of the week included, every 400 years.
CYCLE_YEARS, CYCLE = 400, timedelta(days=146_097)
LAST_YEAR = 9999
# A leap year that begins on a Monday, to try rules on.
TRIAL = datetime(2024, 1, 1)  # noqa: DTZ001 - local time is what rules speak of


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule that was read: `by` are dateutil's arguments. `until` is local time, or UTC where `until_utc` says so."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    until_utc: bool = False
    by: Mapping[str, Any] = field(default_factory=dict)

    def walk(self, begin: datetime, low: datetime, zone: tzinfo) -> Iterator[datetime]:
        """Local starts from `low` on, in order, of a series that begins at `begin` (local); may be without end.

        ValueError when the rule cannot be met from that beginning.
        """
        last = self._last(zone)
        by = {**_spelt_out(self, begin), **self.by}
        first = begin if self.count is not None else _skipped(self, begin, low)
        # Near the calendar's end dateutil's search for a day that never comes is soon over.
        shift = CYCLE * ((LAST_YEAR - low.year) // CYCLE_YEARS)
        series = rrule(self.frequency, dtstart=first + shift, interval=self.interval, count=self.count, **by)
        for found in series:
            start = found - shift
            if last is not None and start > last:
                return
            if start >= max(low, begin):
                yield start

    def _last(self, zone: tzinfo) -> datetime | None:
        if self.until is None or not self.until_utc:
            return self.until
        return self.until.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def _spelt_out(rule: Recurrence, begin: datetime) -> dict[str, int]:
    """What RFC 5545 takes from the beginning where the rule does not say it, so that we may begin later."""
    taken: dict[str, int] = {"bysecond": begin.second, "byminute": begin.minute}
    if rule.frequency != HOURLY:
        taken["byhour"] = begin.hour
    if rule.frequency in (MONTHLY, YEARLY) and not any(name in rule.by for name in DAYS_BY):
        taken["bymonthday"] = begin.day
        if rule.frequency == YEARLY:
            taken["bymonth"] = begin.month
    return taken


def _skipped(rule: Recurrence, begin: datetime, low: datetime) -> datetime:
    """The beginning, or that of a later period of the series, not after `low`: the years between cost nothing."""
    if low <= begin:
        return begin
    if rule.frequency in (MONTHLY, YEARLY):
        step = rule.interval * (1 if rule.frequency == MONTHLY else 12)
        months = ((low.year - begin.year) * 12 + low.month - begin.month) // step * step
        if not months:
            return begin
        year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
        return datetime(year, month + 1 if rule.frequency == MONTHLY else 1, 1)  # noqa: DTZ001 - local
    unit = {HOURLY: timedelta(hours=1), DAILY: timedelta(days=1), WEEKLY: timedelta(weeks=1)}[rule.frequency]
    return begin + (low - begin) // (unit * rule.interval) * (unit * rule.interval)


@lru_cache(maxsize=1024)
def read(text: str) -> Recurrence | Phrase:
    """The rule of a text ('FREQ=WEEKLY;BYDAY=SA', with or without 'RRULE:' before it), or what is wrong with it."""
    try:
        return _read(text)
    except _RuleError as fault:
        return fault.phrase


@lru_cache(maxsize=1024)
def problem(text: str) -> Phrase | None:
    """What is wrong with a rule, whatever its beginning: not readable, never met, or met too often."""
    rule = read(text)
    if isinstance(rule, Phrase):
        return rule
    # Whether an interval meets the days depends on the beginning; without one any beginning may.
    if not _some(replace(rule, interval=1, until=None), TRIAL, 1):
        return phrase("window.never")
    starts = _some(replace(rule, until=None), TRIAL, MOST_IN_A_YEAR + 1)
    if len(starts) > MOST_IN_A_YEAR and starts[-1] - starts[0] < timedelta(days=366):
        return phrase("window.dense", limit=MOST_IN_A_YEAR)
    return None


def comes(rule: Recurrence, begin: datetime) -> bool:
    """Whether a series that begins then (local) has any start at all."""
    return bool(_some(replace(rule, until=None), begin, 1))


def _some(rule: Recurrence, begin: datetime, most: int) -> list[datetime]:
    try:
        return list(islice(rule.walk(begin, begin, UTC), most))
    except ValueError:
        return []


class _RuleError(Exception):
    """A rule that cannot be read, and why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.phrase = phrase(code, **params)


def _read(text: str) -> Recurrence:
    parts = _parts(text)
    frequency = parts.pop("FREQ", None)
    if frequency is None:
        raise _RuleError("window.no_frequency", allowed=", ".join(f"FREQ={name}" for name in FREQUENCIES))
    if frequency not in FREQUENCIES:
        raise _RuleError("window.frequency", value=frequency, allowed=", ".join(FREQUENCIES))
    if {"COUNT", "UNTIL"} <= parts.keys():
        raise _RuleError("window.count_and_until")
    if frequency in ("HOURLY", "DAILY") and "BYSETPOS" in parts:
        raise _RuleError("window.position", value=frequency)
    values = {name: READERS[name](name, value) for name, value in parts.items()}
    until, utc = values.pop("UNTIL", (None, False))
    return Recurrence(
        FREQUENCIES[frequency],
        interval=values.pop("INTERVAL", (1,))[0],
        count=values.pop("COUNT", (None,))[0],
        until=until,
        until_utc=utc,
        by={ARGUMENTS.get(name, name.lower()): value for name, value in values.items()},
    )


def _parts(text: str) -> dict[str, str]:
    if len(text) > LONGEST:
        raise _RuleError("window.long", limit=LONGEST)
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").strip(";").split(";"):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not (name and equals and value):
            raise _RuleError("window.part", part=part)
        if name != "FREQ" and name not in READERS:
            raise _RuleError("window.name", name=name, allowed=", ".join(["FREQ", *READERS]))
        if name in parts:
            raise _RuleError("window.twice", name=name)
        parts[name] = value
    return parts


Reader: TypeAlias = Callable[[str, str], Any]


def _numbers(low: int, high: int, *, signed: bool = False, most: int = 366) -> Reader:
    """Reads whole numbers from low to high, also negative ones, separated by commas."""
    allowed = f"{low}..{high}" + (f", -{high}..-{low}" if signed else "")
    shape = re.compile(r"[+-]?[0-9]{1,5}" if signed else r"[0-9]{1,5}")

    def read_numbers(name: str, value: str) -> tuple[int, ...]:
        pieces = [piece.strip() for piece in value.split(",")]
        good = [int(piece) for piece in pieces if shape.fullmatch(piece) and low <= abs(int(piece)) <= high]
        if len(good) != len(pieces) or len(good) > most:
            raise _RuleError("window.number", name=name, value=value, allowed=allowed, most=most)
        return tuple(good)

    return read_numbers


def _days(_name: str, value: str) -> tuple[weekday, ...]:
    found = []
    for piece in value.split(","):
        match = re.fullmatch(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", piece.strip())
        number = int(match[1]) if match and match[1] else None
        if match is None or (number is not None and not 1 <= abs(number) <= 53):
            raise _RuleError("window.day", value=piece, allowed=", ".join(DAYS))
        found.append(weekday(DAYS.index(match[2]), number))
    return tuple(found)


def _week_start(_name: str, value: str) -> int:
    if value not in DAYS:
        raise _RuleError("window.day", value=value, allowed=", ".join(DAYS))
    return DAYS.index(value)


def _until(_name: str, value: str) -> tuple[datetime, bool]:
    """A day is meant to its end; a time is local, or UTC with Z behind it."""
    match = re.fullmatch(r"([0-9]{8})(?:T([0-9]{6})(Z)?)?", value)
    try:
        if match is None:
            raise ValueError(value)
        moment = datetime.strptime(match[1] + (match[2] or "235959"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - local
        # Zones move a moment by a day at most; the calendar has nothing beyond its ends.
        return moment, match[3] is not None and 1 < moment.year < LAST_YEAR
    except ValueError:
        raise _RuleError("window.until", value=value) from None


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "INTERVAL": _numbers(1, 1000, most=1),
        "COUNT": _numbers(1, MOST_IN_A_YEAR, most=1),
        "UNTIL": _until,
        "WKST": _week_start,
        "BYMONTH": _numbers(1, 12),
        "BYMONTHDAY": _numbers(1, 31, signed=True),
        "BYYEARDAY": _numbers(1, 366, signed=True),
        "BYWEEKNO": _numbers(1, 53, signed=True),
        "BYDAY": _days,
        "BYHOUR": _numbers(0, 23),
        "BYMINUTE": _numbers(0, 59),
        "BYSECOND": _numbers(0, 59),
        "BYSETPOS": _numbers(1, 366, signed=True, most=12),
    }
)
ARGUMENTS: Mapping[str, str] = MappingProxyType({"BYDAY": "byweekday"})
