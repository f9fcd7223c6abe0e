"""Periods of local dates, where clocks never change and where they do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.availability import periods
from netwatch.availability.contract import Period

HANOI, PARIS = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Paris")
# Clocks were put forward at midnight here, and in the other put back to midnight.
SAO_PAULO, AZORES = ZoneInfo("America/Sao_Paulo"), ZoneInfo("Atlantic/Azores")
HOUR = 3600 * 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DATES = st.dates(date(2000, 1, 1), date(2035, 12, 30))


def hours(period: Period) -> float:
    return (period.end - period.start) / HOUR


def test_months_and_days_here() -> None:
    """They begin at 17:00 UTC of the day before."""
    assert hours(periods.month(2026, 10, HANOI)) == 31 * 24
    assert periods.month(2026, 12, HANOI).end == periods.month(2027, 1, HANOI).start
    begin = EPOCH + timedelta(microseconds=periods.day(date(2026, 11, 23), HANOI).start)
    assert begin == datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("on", "zone", "length"),
    [
        (date(2026, 3, 29), PARIS, 23),
        (date(2026, 10, 25), PARIS, 25),
        (date(2018, 11, 4), SAO_PAULO, 23),
        (date(2026, 10, 25), AZORES, 25),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(on: date, zone: ZoneInfo, length: int) -> None:
    """Also where midnight comes twice or never."""
    assert hours(periods.day(on, zone)) == length


@given(DATES, st.sampled_from((HANOI, PARIS, SAO_PAULO, AZORES)))
def test_days_follow_each_other(on: date, zone: ZoneInfo) -> None:
    """No moment between two days, and every moment of a day has its date."""
    today, tomorrow = periods.day(on, zone), periods.day(on + timedelta(days=1), zone)
    assert today.end == tomorrow.start
    for at in (today.start, today.end - 1):
        assert (EPOCH + timedelta(microseconds=at)).astimezone(zone).date() == on
    assert periods.last_day(today, 2**62, zone) == periods.first_day(today, zone) == on
    month, year = periods.to_date("month", on, zone), periods.to_date("year", on, zone)
    assert year.start <= month.start <= today.start < today.end <= month.end <= year.end
    assert periods.to_date("last_month", on, zone).end == month.start


def test_from_one_day_to_another_takes_both() -> None:
    """And not backwards."""
    first, last = date(2026, 10, 5), date(2026, 10, 6)
    period = periods.between(first, last, HANOI)
    assert (hours(period), period.name) == (48, "2026-10-05..2026-10-06")
    with pytest.raises(ValueError, match="lies before"):
        periods.between(last, first, HANOI)
