"""The hours of a contact, read from the free text people write: "T2-T6 07:30-11:30, 13:30-17:00", "24/7".

Days may be Vietnamese (T2 to T7, CN, thứ hai, chủ nhật) or English; without days the hours hold every day. Hours
that end before they begin run past midnight and belong to the day they begin on. Whatever is not fully understood
gives None: a wrong 'on duty' would send somebody to a telephone nobody answers.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

LONGEST = 200
DAY_MINUTES = 24 * 60
EVERY_DAY = frozenset(range(7))

_DAYS: tuple[tuple[str, ...], ...] = (
    ("t2", "th2", "thu 2", "thu hai", "mon", "monday"),
    ("t3", "th3", "thu 3", "thu ba", "tue", "tues", "tuesday"),
    ("t4", "th4", "thu 4", "thu tu", "wed", "wednesday"),
    ("t5", "th5", "thu 5", "thu nam", "thu", "thur", "thurs", "thursday"),
    ("t6", "th6", "thu 6", "thu sau", "fri", "friday"),
    ("t7", "th7", "thu 7", "thu bay", "sat", "saturday"),
    ("cn", "chu nhat", "sun", "sunday"),
)
_DAY_OF = {name: day for day, names in enumerate(_DAYS) for name in names}
_DAY_WORDS = "|".join(sorted((re.escape(name) for name in _DAY_OF), key=len, reverse=True))
_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<always>24h?\s*/\s*(?:7|24)h?|24h(?![\d]))
    | (?P<every>hang\ ngay|moi\ ngay|daily|every\ day|ca\ tuan)
    | (?P<time>\d{{1,2}}\s*[:hg.]\s*\d{{2}}(?:\s*[ap]m)?|\d{{1,2}}\s*(?:[ap]m|h|gio\b))
    | (?P<number>\d{{1,2}})(?![\d:])
    | (?P<day>{_DAY_WORDS})(?![a-z0-9])\.?
    | (?P<to>-|den\b|toi\b|to\b|until\b)
    | (?P<next>,|;|&|\+|/|va\b|and\b|:|\(|\)|tu\b|from\b|truc\b)
    )""",
    re.VERBOSE,
)
_CLOCK = re.compile(r"(\d{1,2})\D*?(\d{2})?\s*([ap]m)?\s*(?:h|gio)?$")


@dataclass(frozen=True, slots=True)
class Duty:
    """Minutes of the day [start, end) on `days` (0 is Monday); an end beyond 24 h runs into the next day."""

    days: frozenset[int]
    start: int
    end: int

    def covers(self, day: int, minute: int) -> bool:
        """Whether that minute of that day of the week lies within."""
        today = day in self.days and self.start <= minute < self.end
        return today or ((day - 1) % 7 in self.days and minute + DAY_MINUTES < self.end)


@dataclass(frozen=True, slots=True)
class _Word:
    kind: str
    text: str


def on_duty(hours: str, local: datetime) -> bool | None:
    """Whether somebody is there at that local time; None when the hours are not understood."""
    duties = read_hours(hours)
    if duties is None:
        return None
    minute = local.hour * 60 + local.minute
    return any(duty.covers(local.weekday(), minute) for duty in duties)


def read_hours(hours: str) -> tuple[Duty, ...] | None:
    """The duties a text of hours names, at least one; None when it is empty, too long or not understood."""
    if len(hours) > LONGEST:
        return None
    words = list(_words(_plain(hours)))
    if not words or any(word.kind == "?" for word in words):
        return None
    return _duties(words)


def _plain(text: str) -> str:
    """Lower case without diacritics (so that composed and decomposed letters are one), every dash a hyphen."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", re.sub("[‐-―~]", "-", bare.replace("đ", "d"))).strip()


def _words(text: str) -> Iterator[_Word]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            yield _Word("?", text[at:])
            return
        yield _Word(match.lastgroup, match[match.lastgroup])
        at = match.end()


def _duties(words: list[_Word]) -> tuple[Duty, ...] | None:
    """Days gather until hours come; hours belong to the days named last; other days start anew.

    Days at the very end belong to all the hours before them when none had days of their own.
    """
    duties: list[Duty] = []
    days: frozenset[int] = frozenset()
    bare = True
    used = True
    at = 0
    while at < len(words):
        kind = words[at].kind
        if kind == "next":
            at += 1
        elif kind in ("day", "every"):
            named, at = _read_days(words, at)
            days, used = (named if used else days | named), False
        else:
            span, at = _read_span(words, at)
            if span is None:
                return None
            bare = bare and not days
            duties.append(Duty(days or EVERY_DAY, *span))
            used = True
    if not duties or not (used or bare):
        return None
    return tuple(duties if used else (replace(duty, days=days) for duty in duties))


def _read_days(words: list[_Word], at: int) -> tuple[frozenset[int], int]:
    if words[at].kind == "every":
        return EVERY_DAY, at + 1
    first = _DAY_OF[words[at].text]
    last = _day_after_hyphen(words, at)
    if last is None:
        return frozenset({first}), at + 1
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1)), at + 3


def _day_after_hyphen(words: list[_Word], at: int) -> int | None:
    """The day a range runs to: a day, or a bare 2 to 7 as in 'thứ 2 - 6'."""
    if [word.kind for word in words[at + 1 : at + 2]] != ["to"] or at + 2 >= len(words):
        return None
    last = words[at + 2]
    if last.kind == "number" and last.text in "234567":
        return int(last.text) - 2
    return _DAY_OF[last.text] if last.kind == "day" else None


def _read_span(words: list[_Word], at: int) -> tuple[tuple[int, int] | None, int]:
    if words[at].kind == "always":
        return (0, DAY_MINUTES), at + 1
    kinds = [word.kind for word in words[at : at + 3]]
    if len(kinds) < 3 or kinds[1] != "to" or not {kinds[0], kinds[2]} <= {"time", "number"}:
        return None, at
    start, end = _minute(words[at].text), _minute(words[at + 2].text)
    if start is None or end is None or start == end:
        return None, at
    return (start, end if end > start else end + DAY_MINUTES), at + 3


def _minute(text: str) -> int | None:
    """Minutes since midnight; 24:00 is the end of the day."""
    match = _CLOCK.match(text)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    total = hour * 60 + minute
    return total if minute < 60 and total <= DAY_MINUTES else None
