"""When a device has its turn."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from netwatch.backup.contract import Outcome
from netwatch.backup.timetable import RETRIES, SETTLE, Timetable, Tried, due_for_change, jitter
from netwatch.clock import DAY, HOUR, MINUTE, SECOND

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
TABLE = Timetable("02:00", HOUR, HANOI)
DAWN = int(datetime(2026, 11, 22, 19, 0, tzinfo=UTC).timestamp()) * SECOND


@given(st.text(min_size=1), st.integers(0, 400 * DAY))
def test_the_turn_is_once_a_day_within_the_spread(device: str, after: int) -> None:
    """The slot is in the past, less than a day ago, and within the hour behind two o'clock."""
    now = DAWN + after
    slot = TABLE.slot(device, now)
    assert now - DAY < slot <= now
    assert (slot - DAWN) % DAY <= HOUR
    assert (slot - DAWN) % DAY == jitter(device, HOUR)


def test_devices_are_spread_evenly() -> None:
    """A thousand of them leave no quarter of the hour empty or crowded."""
    quarters = [jitter(f"SW-{number}", 4) for number in range(1000)]
    assert all(200 < quarters.count(quarter) < 300 for quarter in range(4))


def test_a_failure_is_tried_again_a_few_times_that_day() -> None:
    """Each time later, then no more until the next day; success ends it."""
    slot = TABLE.slot("SW-1", DAWN + 12 * HOUR)
    assert TABLE.due("SW-1", Tried(), slot)
    assert not TABLE.due("SW-1", Tried(slot, slot, 0, Outcome.STORED), slot + HOUR)
    for number, wait in enumerate(RETRIES, 1):
        failed = Tried(slot, 0, number, Outcome.NO_ANSWER)
        assert not TABLE.due("SW-1", failed, slot + wait - 1)
        assert TABLE.due("SW-1", failed, slot + wait)
    given_up = Tried(slot + HOUR, 0, len(RETRIES) + 1, Outcome.NO_ANSWER)
    assert not TABLE.due("SW-1", given_up, slot + 23 * HOUR)
    assert TABLE.due("SW-1", given_up, slot + DAY)


def test_what_people_must_mend_is_not_tried_again_that_day() -> None:
    """A wrong password is not sent again and again: accounts get locked by that."""
    slot = TABLE.slot("SW-1", DAWN + 12 * HOUR)
    for outcome in (Outcome.CREDENTIALS, Outcome.HOST_KEY):
        failed = Tried(slot, 0, 1, outcome)
        assert not TABLE.due("SW-1", failed, slot + 22 * HOUR)
        assert TABLE.due("SW-1", failed, slot + DAY + MINUTE)


def test_a_change_that_is_told_is_read_once_it_has_settled() -> None:
    """Not before a few minutes, not twice for one word, and once an hour at most, whoever says what."""
    read = Tried(DAWN - DAY, DAWN - DAY, 0, Outcome.UNCHANGED)
    assert not due_for_change(DAWN, read, DAWN + SETTLE - 1)
    assert due_for_change(DAWN, read, DAWN + SETTLE)
    again = Tried(DAWN + SETTLE, DAWN + SETTLE, 0, Outcome.STORED)
    assert not due_for_change(DAWN, again, DAWN + DAY)
    assert not due_for_change(DAWN + 10 * MINUTE, again, DAWN + 20 * MINUTE)
    assert due_for_change(DAWN + 10 * MINUTE, again, DAWN + SETTLE + HOUR)
    locked = Tried(DAWN - DAY, 0, 1, Outcome.CREDENTIALS)
    assert not due_for_change(DAWN, locked, DAWN + SETTLE)
