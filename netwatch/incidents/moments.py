"""Dates and times as people write them: day first, '7h30 ngày 23/11/2026', '07:30', '2026-11-23T07:30:00'. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from inventory.texts import clean
from netwatch.language import Sentence

LONGEST = 200

_DATES = (
    re.compile(r"(?<![0-9])(?P<y>[0-9]{4})([-/.])(?P<m>[0-9]{1,2})\2(?P<d>[0-9]{1,2})(?![0-9])"),
    re.compile(r"(?<![0-9])(?P<d>[0-9]{1,2})([-/.])(?P<m>[0-9]{1,2})\2(?P<y>[0-9]{4})(?![0-9])"),
    re.compile(r"(?<![0-9])(?P<d>[0-9]{1,2}) tháng (?P<m>[0-9]{1,2}),? năm (?P<y>[0-9]{4})(?![0-9])"),
)
_CLOCK = re.compile(
    r"(?<![0-9:])(?P<h>[0-9]{1,2}) ?"
    r"(?:: ?(?P<m>[0-9]{2})(?::(?P<s>[0-9]{2})(?:\.[0-9]{1,6})?)?"
    r"|(?:giờ|h|g)(?: ?(?P<n>[0-9]{1,2})(?: ?(?:phút|ph|p|m)\b)?)?)"
    r"(?![0-9:])(?: ?(?P<half>am|pm|sáng|trưa|chiều|tối)\b)?"
)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_BETWEEN = re.compile(r"(?<=[0-9])t(?=[0-9])")
_FILLING = re.compile(r"\b(?:từ|đến|tới|ngày|lúc|vào|hồi|from|to|at|on|until)\b|[\s,;()]")
_BETWEEN = re.compile(
    r"\s(?:đến|tới|to|until)\s|\s?[→–—÷~]\s?|\s->?\s|(?<=[0-9hgờ])->?(?=[0-9]{1,2} ?(?::|h|g))",
    re.IGNORECASE,
)
# A spreadsheet gives a bare time as one of its own first day; nobody announces cuts for the last century.
_FIRST_YEAR, _LAST_YEAR = 1990, 2199
_DAY = timedelta(days=1)


class MomentFault(ValueError):  # noqa: N818 - the fault is the sheet's, not the program's
    """A text that is no date and time, with the sentence that says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Written:
    """What a text says: a day, a time of day (24:00 is the day's end), or both."""

    day: date | None
    clock: timedelta | None


def read_written(text: str) -> Written:
    """The day and the time of day in a text; raises MomentFault."""
    if len(text) > LONGEST:
        raise MomentFault(Sentence("The text is longer than {limit} characters.", {"limit": LONGEST}))
    plain = _ISO_BETWEEN.sub(" ", clean(text).casefold())
    day, rest = _day(plain)
    clock, rest = _clock(rest)
    if _FILLING.sub("", rest) or (day is None and clock is None):
        words = "'{text}' is not understood. Write day, month, year and time, such as 23/11/2026 07:30."
        raise MomentFault(Sentence(words, {"text": clean(text)[:80]}))
    # A bare day of this form is how spreadsheets give midnight.
    midnight = timedelta() if clock is None and _ISO_DAY.fullmatch(plain) else clock
    return Written(day, midnight)


def _day(text: str) -> tuple[date | None, str]:
    found = next((match for pattern in _DATES if (match := pattern.search(text))), None)
    if found is None:
        return None, text
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    year = int(found["y"])
    if year < _FIRST_YEAR:
        return None, rest
    try:
        day = date(min(year, _LAST_YEAR), int(found["m"]), int(found["d"]))
    except ValueError:
        words = "'{text}' names a day that does not exist. Write day, month and year in this order."
        raise MomentFault(Sentence(words, {"text": found[0]})) from None
    return day, rest


def _clock(text: str) -> tuple[timedelta | None, str]:
    found = _CLOCK.search(text)
    if found is None:
        return None, text
    hour, minute = _hour(int(found["h"]), found["half"]), int(found["m"] or found["n"] or 0)
    clock = timedelta(hours=hour, minutes=minute, seconds=int(found["s"] or 0))
    if minute > 59 or clock > _DAY:
        raise MomentFault(Sentence("'{text}' is no time of day.", {"text": found[0].strip()}))
    return clock, f"{text[: found.start()]} {text[found.end() :]}"


def _hour(hour: int, half: str | None) -> int:
    if half in ("am", "sáng") and hour == 12:
        return 0
    if (half in ("pm", "chiều", "tối") and hour < 12) or (half == "trưa" and hour < 3):
        return hour + 12
    return hour


def read_period(text: str) -> tuple[Written, Written]:
    """Beginning and end in one text: 'Từ 7h30 đến 11h ngày 23/11/2026', '07:30 - 11:00'; raises MomentFault."""
    parts = _BETWEEN.split(clean(text[: 2 * LONGEST]))
    if len(parts) != 2:
        words = "'{text}' is not understood. Write from when to when, such as 07:30 - 17:00 23/11/2026."
        raise MomentFault(Sentence(words, {"text": clean(text)[:80]}))
    return read_written(parts[0]), read_written(parts[1])


def between(start: Written, end: Written, day: date | None = None) -> tuple[datetime, datetime]:
    """Both as local times without a zone; `day` holds where they name none. Raises MomentFault.

    An end that names no day is the first such time after the beginning.
    """
    first = start.day or day or end.day
    if first is None:
        raise MomentFault(Sentence("The day is missing. Write it as day/month/year."))
    if start.clock is None or end.clock is None:
        raise MomentFault(
            Sentence("The time of day is missing. Write it as 07:30; midnight is 00:00 or 24:00.")
        )
    begin = datetime.combine(first, time()) + start.clock
    if end.day is None:
        over = datetime.combine(first, time()) + end.clock
        return begin, over if over > begin else over + _DAY
    over = datetime.combine(end.day, time()) + end.clock
    if over <= begin:
        raise MomentFault(Sentence("The end does not lie after the beginning."))
    return begin, over
