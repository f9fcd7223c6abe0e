"""Periods of local dates: days, months and years as long as the zone's clocks make them. Pure."""

from datetime import UTC, date, datetime, timedelta, tzinfo

from inventory.local_days import start_of
from netwatch.availability.contract import Period

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# What metrics tell of; each up to now.
TO_DATE = ("month", "last_month", "year")
# The same and today.
TODAY = "day"
COUNTED = (*TO_DATE, TODAY)


def day(on: date, zone: tzinfo) -> Period:
    """A local day; 23 or 25 hours where clocks are put forward or back."""
    return Period(start_of(on, zone), start_of(_after(on), zone), on.isoformat())


def month(year_: int, month_: int, zone: tzinfo) -> Period:
    """A calendar month."""
    first = date(year_, month_, 1)
    return Period(start_of(first, zone), start_of(_next_month(first), zone), f"{first:%Y-%m}")


def quarter(year_: int, quarter_: int, zone: tzinfo) -> Period:
    """A quarter of a calendar year, 1 to 4: 2026-Q4; raises ValueError for another."""
    first = date(year_, 3 * quarter_ - 2, 1)
    after = _next_month(_next_month(_next_month(first)))
    return Period(start_of(first, zone), start_of(after, zone), f"{year_:04}-Q{quarter_}")


def quarter_of(on: date) -> int:
    """The quarter that a day lies in, 1 to 4."""
    return (on.month + 2) // 3


def year(year_: int, zone: tzinfo) -> Period:
    """A calendar year."""
    first, after = date(year_, 1, 1), date(year_ + 1, 1, 1)
    return Period(start_of(first, zone), start_of(after, zone), f"{year_:04}")


def between(first: date, last: date, zone: tzinfo) -> Period:
    """From one day to another, both whole; raises ValueError when the last lies before the first."""
    if last < first:
        raise ValueError(f"{last} lies before {first}")
    name = f"{first.isoformat()}..{last.isoformat()}"
    return Period(start_of(first, zone), start_of(_after(last), zone), name)


def to_date(name: str, today: date, zone: tzinfo) -> Period:
    """One of `COUNTED`, seen from a day: its month, the month before, its year, the day itself."""
    if name == TODAY:
        return day(today, zone)
    if name == "year":
        return year(today.year, zone)
    on = today.replace(day=1) - timedelta(days=1) if name == "last_month" else today
    return month(on.year, on.month, zone)


def last_day(period: Period, until: int, zone: tzinfo) -> date:
    """The local day of a period's last moment, of that before `until` while it is not over."""
    at = max(period.start, min(period.end, until) - 1)
    return (EPOCH + at * MICROSECOND).astimezone(zone).date()


def first_day(period: Period, zone: tzinfo) -> date:
    """The local day with which a period begins."""
    return (EPOCH + period.start * MICROSECOND).astimezone(zone).date()


def _after(on: date) -> date:
    return on + timedelta(days=1)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
