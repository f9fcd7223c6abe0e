"""Local days begin and end where people there say so."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from inventory.local_days import end_of, start_of


def _micro(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


def test_a_day_ends_where_the_next_begins() -> None:
    """In Hanoi at five in the afternoon of the day before, by UTC."""
    hanoi = ZoneInfo("Asia/Ho_Chi_Minh")
    assert start_of(date(2026, 7, 1), hanoi) == _micro(datetime(2026, 6, 30, 17, tzinfo=UTC))
    assert end_of(date(2026, 6, 30), hanoi) == start_of(date(2026, 7, 1), hanoi)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_days_on_which_clocks_change_are_shorter_and_longer(day: date, hours: int) -> None:
    """By an hour each, in Paris."""
    paris = ZoneInfo("Europe/Paris")
    assert end_of(day, paris) - start_of(day, paris) == hours * 3_600_000_000


def test_the_last_day_there_is_has_an_end() -> None:
    """No day follows it."""
    assert end_of(date.max, UTC) == start_of(date.max, UTC)
