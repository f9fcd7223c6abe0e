"""When maintenance windows are in force. Pure; moments are microseconds UTC, intervals half-open.

A recurring window keeps its hour on the wall in its own zone, so 22:00 stays 22:00 when clocks are put forward. A rule
that is not understood, never met or met too often (`problem`) makes no window: what is not suppressed is told, which is
the better mistake.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from alerts.contract import Phrase, Window
from alerts.messages import phrase
from alerts.recurrence import MOST_IN_A_YEAR, Recurrence, comes, problem, read

__all__ = ["fault", "in_force", "next_start", "occurrences", "over_at", "problem"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_YEAR = 2199
# Both ends leave a day for zones.
SECOND = 1_000_000
EARLIEST = 24 * 3600 * SECOND
# One that comes again and again is walked through for as long as it lasts.
LONGEST = 366 * EARLIEST
LATEST = int(datetime(LAST_YEAR, 12, 31, tzinfo=UTC).timestamp()) * SECOND


def occurrences(window: Window, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The times [start, end) during which the window is or was in force that meet the asked ones, whole and in order.

    Those that overlap or touch are one. A window that was ended has none after its `until`, without one none at all.
    """
    spans = (
        _recurring(window, start, end) if window.rule else [(window.start, window.start + window.duration)]
    )
    cut = _cut(window)
    ended = ((begin, over if cut is None else min(over, cut)) for begin, over in spans)
    return tuple(
        _merged((begin, over) for begin, over in ended if begin < over and begin < end and over > start)
    )


def in_force(window: Window, now: int) -> bool:
    """Whether the window holds at that moment."""
    return bool(occurrences(window, now, now + 1))


def next_start(window: Window, now: int) -> int | None:
    """When it begins next, after that moment; None when it does not any more."""
    starts = _after(window, now) if window.rule else iter([window.start])
    found = next((start for start in starts if start > now), None)
    cut = _cut(window)
    return None if found is None or window.duration <= 0 or (cut is not None and found >= cut) else found


def over_at(window: Window) -> int | None:
    """From when on it surely does not hold any more; None where that is not known."""
    if not window.rule:
        return window.start + window.duration
    return _cut(window)


def fault(window: Window) -> Phrase | None:
    """What keeps a window from ever being in force, as a sentence; None when it can be taken in."""
    if window.duration <= 0:
        return phrase("window.duration")
    if window.duration > LONGEST:
        return phrase("window.lasting", days=LONGEST // (24 * 3600 * SECOND))
    if not EARLIEST <= window.start < LATEST:
        return phrase("window.calendar")
    if window.until is not None and not EARLIEST <= window.until < LATEST:
        return phrase("window.until_calendar")
    zone = _zone(window.zone)
    if zone is None:
        return phrase("window.zone", zone=window.zone)
    return _rule_fault(window.rule, _local(window.start, zone)) if window.rule else None


def _rule_fault(text: str, begin: datetime) -> Phrase | None:
    rule = read(text)
    if isinstance(rule, Recurrence) and problem(text) is None:
        return None if comes(rule, begin) else phrase("window.never")
    return problem(text)


def _cut(window: Window) -> int | None:
    """From when on it holds no more."""
    return window.start if window.ended_by and window.until is None else window.until


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, over in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(over, merged[-1][1]))
        else:
            merged.append((begin, over))
    return merged


def _usable(window: Window) -> tuple[Recurrence, tzinfo] | None:
    """The rule and zone of a recurring window; None when either is not understood."""
    if window.duration <= 0 or not EARLIEST <= window.start < LATEST or problem(window.rule) is not None:
        return None
    rule, zone = read(window.rule), _zone(window.zone)
    return (rule, zone) if isinstance(rule, Recurrence) and zone is not None else None


def _recurring(window: Window, start: int, end: int) -> list[tuple[int, int]]:
    usable = _usable(window)
    # Rules know no fractions of a second.
    first, last = max(start - window.duration, window.start // SECOND * SECOND), min(end, LATEST)
    if usable is None or first >= last:
        return []
    years = range(_local(first, usable[1]).year, _local(last, usable[1]).year + 1)
    yearly = (_starts(window.rule, window.start, window.zone, year) for year in years)
    return [
        (begin, begin + window.duration)
        for starts in yearly
        for begin in starts[bisect_left(starts, first) : bisect_left(starts, last)]
    ]


@lru_cache(maxsize=1024)
def _starts(text: str, start: int, name: str, year: int) -> tuple[int, ...]:
    """The starts within a local year; none at all where there are too many."""
    rule, zone = read(text), _zone(name)
    if isinstance(rule, Phrase) or zone is None:
        return ()
    low, high = datetime(year, 1, 1), datetime(year + 1, 1, 1)  # noqa: DTZ001 - local
    found: list[int] = []
    try:
        for local in rule.walk(_local(start, zone), low, zone):
            if local >= high:
                break
            if len(found) == MOST_IN_A_YEAR:
                return ()
            found.append(_instant(local, zone))
    except ValueError:
        return ()
    return tuple(sorted(set(found)))


def _after(window: Window, now: int) -> Iterator[int]:
    """Starts around and after that moment, no more than may come in a year."""
    usable = _usable(window)
    if usable is None or now >= LATEST:
        return
    rule, zone = usable
    begin = _local(window.start, zone)
    # Clocks put back repeat an hour, so begin a day early.
    low = max(begin, _local(max(now, EARLIEST), zone) - timedelta(days=1))
    try:
        yield from (_instant(local, zone) for local in islice(rule.walk(begin, low, zone), MOST_IN_A_YEAR))
    except ValueError:
        return


def _local(at: int, zone: tzinfo) -> datetime:
    """A moment's wall time, to the second."""
    return (EPOCH + timedelta(seconds=at // SECOND)).astimezone(zone).replace(tzinfo=None, fold=0)


def _instant(local: datetime, zone: tzinfo) -> int:
    """The moment of a wall time: the first of two, and what clocks leap over by the offset before (RFC 5545)."""
    return (local.replace(tzinfo=zone) - EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo | None:
    # Not ours to say which error a strange name gives: not found, not a file, not a name.
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
