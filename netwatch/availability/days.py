"""How local days went, a day in few bytes: its time by class, and the bounds of what was up of it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from netwatch.availability.contract import NOT_WATCHED, Account, Class, Period
from netwatch.availability.shares import WHOLE
from netwatch.clock import DAY
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind

# A day is one byte where it was all up or nobody watched (24 hours long), or not yet counted; else the byte is followed
# by seven numbers, each a length and so many bytes.
_NOT_COUNTED, _UNWATCHED, _UP, _NUMBERS, _UNWATCHED_NUMBERS = range(5)
_NUMBERS_OF_A_DAY = 7
GOOD = frozenset({Kind.UP, Kind.DEGRADED})


class Grade(StrEnum):
    """How a day went, in a word: how much of what was measured was up, or why that says nothing."""

    WHOLE = "whole"
    NEARLY = "nearly"
    MOST = "most"
    MUCH = "much"
    LITTLE = "little"
    NOTHING = "nothing"
    UNKNOWN = "unknown"
    EXCLUDED = "excluded"
    UNWATCHED = "unwatched"
    NOT_COUNTED = "not_counted"


# From so many thousandths of a percent on.
_LEAST = (
    (Grade.WHOLE, WHOLE),
    (Grade.NEARLY, 99_900),
    (Grade.MOST, 99_000),
    (Grade.MUCH, 95_000),
    (Grade.LITTLE, 1),
    (Grade.NOTHING, 0),
)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What `Account` says of a day, in microseconds; `watched` False: no verdict at all is stored of it."""

    up: int
    down: int
    unknown: int
    excluded: int
    low: int
    high: int
    countable: int
    watched: bool = True

    @property
    def numbers(self) -> tuple[int, ...]:
        """All lengths, in order."""
        return self.up, self.down, self.unknown, self.excluded, self.low, self.high, self.countable

    @property
    def length(self) -> int:
        """How long the day was, as far as it is counted."""
        return self.up + self.down + self.unknown + self.excluded

    def of(self, class_: Class) -> int:
        """The time of a class."""
        return self.numbers[tuple(Class).index(class_)]


def of_account(account: Account) -> DayFigures:
    """The figures of an account of one day."""
    watched = set(account.by_reason) - {(Class.UNKNOWN, NOT_WATCHED)}
    return DayFigures(
        account.up,
        account.down,
        account.unknown,
        account.excluded,
        account.low,
        account.high,
        account.countable,
        bool(watched),
    )


def unwatched(length: int) -> DayFigures:
    """A day, or as much of it, of which nothing is stored."""
    return DayFigures(0, 0, length, 0, 0, length, length, watched=False)


def all_up(length: int) -> DayFigures:
    """A day that certainly was up from end to end."""
    return DayFigures(length, 0, 0, 0, length, length, length)


def summed(days: Iterable[DayFigures]) -> DayFigures:
    """Several days together."""
    several = tuple(days)
    numbers = [sum(column) for column in zip(*(day.numbers for day in several), strict=True)]
    up, down, unknown, excluded, low, high, countable = numbers or (0,) * _NUMBERS_OF_A_DAY
    watched = any(day.watched for day in several)
    return DayFigures(up, down, unknown, excluded, low, high, countable, watched)


def grade(day: DayFigures | None) -> Grade:
    """How a day is drawn; None is one not yet counted."""
    if day is None:
        return Grade.NOT_COUNTED
    known = day.up + day.down
    if not day.watched:
        return Grade.UNWATCHED
    if known == 0:
        return Grade.EXCLUDED if day.excluded > day.unknown else Grade.UNKNOWN
    if known < day.unknown:
        return Grade.UNKNOWN
    share = day.up * WHOLE // known
    return next(grade for grade, least in _LEAST if share >= least)


def plain(rows: Sequence[VerdictRow], day: Period) -> DayFigures | None:
    """A day that is over and in which nothing changed, without any arithmetic; None where there must be some.

    `rows` are those of an account of that day; nothing else may be excluded of it.
    """
    if not rows:
        return unwatched(day.end - day.start)
    row = rows[0]
    whole = row.start <= day.start and (row.end is None or row.end >= day.end)
    good = row.verdict.kind in GOOD and not row.verdict.excluded and row.superseded_by is None
    return all_up(day.end - day.start) if len(rows) == 1 and whole and good else None


def pack(days: Sequence[DayFigures | None]) -> bytes:
    """Days one after the other in few bytes; None is a day not yet counted."""
    return b"".join(map(_packed, days))


def _packed(day: DayFigures | None) -> bytes:
    if day is None:
        return bytes((_NOT_COUNTED,))
    if day == _USUAL[_UP]:
        return bytes((_UP,))
    if day == _USUAL[_UNWATCHED]:
        return bytes((_UNWATCHED,))
    lengths = ((number.bit_length() + 7) // 8 for number in day.numbers)
    told = (bytes((size,)) + number.to_bytes(size) for size, number in zip(lengths, day.numbers, strict=True))
    return bytes((_NUMBERS if day.watched else _UNWATCHED_NUMBERS,)) + b"".join(told)


def unpack(content: bytes) -> list[DayFigures | None]:
    """What `pack` made bytes of."""
    return list(_unpacked(content))


def _unpacked(content: bytes) -> Iterator[DayFigures | None]:
    place = 0
    while place < len(content):
        code = content[place]
        place += 1
        if code in _USUAL:
            yield _USUAL[code]
            continue
        numbers = []
        for _ in range(_NUMBERS_OF_A_DAY):
            end = place + 1 + content[place]
            numbers.append(int.from_bytes(content[place + 1 : end]))
            place = end
        up, down, unknown, excluded, low, high, countable = numbers
        yield DayFigures(up, down, unknown, excluded, low, high, countable, code == _NUMBERS)


_USUAL: dict[int, DayFigures | None] = {_NOT_COUNTED: None, _UNWATCHED: unwatched(DAY), _UP: all_up(DAY)}
