"""Hours of duty are read from the texts people write; what is not understood is said to be so."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.hours import LONGEST, on_duty, read_hours

# 2026-11-23 is a Monday.
MONDAY = datetime(2026, 11, 23)  # noqa: DTZ001 - local time is what hours speak of


def _at(day: str, clock: str) -> datetime:
    hour, minute = clock.split(":")
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return MONDAY + timedelta(days=days.index(day), hours=int(hour), minutes=int(minute))


@pytest.mark.parametrize(
    "text",
    [
        "T2-T6 07:30-17:00",
        "Mon-Fri 7:30-17:00",
        "thứ 2 - thứ 6: 7h30-17h",
        "Thứ hai đến thứ sáu 7h30 - 17h00",
        "thứ 2 - 6 7h30-17h",
        "từ 7h30 đến 17h T2-T6",
        "T2, T3, T4, T5, T6 07.30-17.00",
        "monday–friday 7:30 AM – 5:00 PM",
        "7:30-17:00 (T2-T6)",
    ],
)
def test_office_hours_are_understood_however_they_are_written(text: str) -> None:
    assert on_duty(text, _at("mon", "7:30")) is True
    assert on_duty(text, _at("fri", "16:59")) is True
    assert on_duty(text, _at("fri", "17:00")) is False
    assert on_duty(text, _at("sat", "9:00")) is False


@pytest.mark.parametrize("text", ["24/7", "24/24", "24h/24h", "trực 24/24", "hàng ngày 0:00-24:00"])
def test_round_the_clock_is_always(text: str) -> None:
    assert on_duty(text, _at("sun", "3:00")) is True


def test_a_noon_break_is_off_duty() -> None:
    text = "T2-T6 07:30-11:30, 13:30-17:00"
    assert [on_duty(text, _at("wed", clock)) for clock in ("11:00", "12:00", "14:00")] == [True, False, True]


def test_other_days_have_their_own_hours() -> None:
    text = "T2-T6 07:30-17:00; T7, CN 08:00-11:00"
    assert [on_duty(text, _at(day, "14:00")) for day in ("fri", "sun")] == [True, False]
    assert on_duty(text, _at("sun", "8:00")) is True


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    assert on_duty("T6 22:00-06:00", _at("sat", "5:59")) is True
    assert on_duty("T6 22:00-06:00", _at("fri", "5:59")) is False


def test_a_range_of_days_may_run_over_the_week_end() -> None:
    assert on_duty("T7-T2 8-17", _at("mon", "9:00")) is True
    assert on_duty("T7-T2 8-17", _at("tue", "9:00")) is False


@pytest.mark.parametrize(
    "text",
    [
        "",
        "giờ hành chính",
        "T2-T6",
        "CN",
        "7:30",
        "7:30-25:00",
        "8-8",
        "T9 8-17",
        "T2 8-17 T3",
        "gọi trước",
        "x" * 5000,
    ],
)
def test_what_is_not_understood_is_not_guessed(text: str) -> None:
    assert on_duty(text, MONDAY) is None


@given(st.text(max_size=LONGEST + 20))
def test_any_text_is_read_or_refused_and_never_fails(text: str) -> None:
    duties = read_hours(text)
    assert duties is None or all(0 <= d.start < d.end <= d.start + 24 * 60 and d.days for d in duties)


PIECES = st.sampled_from(
    ["T2", "CN", "thứ", "-", "đến", "7", "24", "/", ":", "30", "h", ",", ";", " ", "(", "am"]
)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_near_misses_are_read_or_refused_and_never_fail(text: str) -> None:
    assert on_duty(text, MONDAY) in (True, False, None)
