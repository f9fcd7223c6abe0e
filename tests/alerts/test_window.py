"""Windows hold when their rule says so, at the hour on the wall, and no rule keeps us busy for long."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from alerts.contract import Window
from alerts.recurrence import LONGEST, MOST_IN_A_YEAR
from alerts.window import fault, in_force, next_start, occurrences, problem

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
BERLIN = ZoneInfo("Europe/Berlin")
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR


def at(text: str, zone: ZoneInfo = HANOI) -> int:
    """Microseconds of a local time."""
    local = datetime.fromisoformat(text).replace(tzinfo=zone)
    return (local - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def window(start: str, rule: str = "", zone: ZoneInfo = HANOI, hours: int = 2, **more: object) -> Window:
    """A window that begins at that local time."""
    values = {"author": "an", "reason": "works", "zone": zone.key, "rule": rule, **more}
    return Window(1, at(start, zone), hours * HOUR, **values)


def local(moment: int, zone: ZoneInfo = HANOI) -> str:
    """The local time of a moment, as text."""
    return f"{datetime.fromtimestamp(moment / SECOND, zone):%Y-%m-%d %H:%M}"


def starts(window: Window, first: str, last: str, zone: ZoneInfo = HANOI) -> list[str]:
    """When the window begins, as local times."""
    return [local(begin, zone) for begin, _ in occurrences(window, at(first, zone), at(last, zone))]


def test_a_single_window_holds_from_its_start_until_before_its_end() -> None:
    """Half-open."""
    once = window("2026-11-23 22:00")
    moments = ["2026-11-23 21:59:59", "2026-11-23 22:00", "2026-11-23 23:59:59", "2026-11-24 00:00"]
    assert [in_force(once, at(moment)) for moment in moments] == [False, True, True, False]
    assert next_start(once, at("2026-11-23 21:00")) == once.start
    assert next_start(once, once.start) is None


def test_a_weekly_window_comes_every_week() -> None:
    """Each whole, also the one that began before the time asked for."""
    weekly = window("2026-11-21 23:00", "FREQ=WEEKLY;BYDAY=SA")
    assert starts(weekly, "2026-11-22 00:30", "2026-12-06 00:00") == [
        "2026-11-21 23:00",
        "2026-11-28 23:00",
        "2026-12-05 23:00",
    ]
    following = next_start(weekly, at("2026-11-21 23:00"))
    assert following is not None
    assert local(following) == "2026-11-28 23:00"


def test_a_window_keeps_its_hour_when_clocks_change() -> None:
    """22:00 stays 22:00 in Berlin, in summer and in winter; what clocks leap over comes an hour later on the wall."""
    nightly = window("2026-03-27 22:00", "FREQ=DAILY", BERLIN)
    assert starts(nightly, "2026-03-28 12:00", "2026-03-31 12:00", BERLIN) == [
        "2026-03-28 22:00",
        "2026-03-29 22:00",
        "2026-03-30 22:00",
    ]
    leapt = window("2026-03-28 02:30", "FREQ=DAILY", BERLIN, hours=1)
    assert starts(leapt, "2026-03-29 00:00", "2026-03-30 00:00", BERLIN) == ["2026-03-29 03:30"]


def test_count_and_until_end_a_series() -> None:
    """UNTIL as a day is meant to its end, with Z as UTC; COUNT counts from the start."""
    span = ("2026-01-01 00:00", "2027-01-01 00:00")
    begin = "2026-11-21 01:00"
    assert len(starts(window(begin, "FREQ=DAILY;COUNT=3"), *span)) == 3
    assert starts(window(begin, "FREQ=DAILY;UNTIL=20261122"), *span)[-1] == "2026-11-22 01:00"
    assert starts(window(begin, "FREQ=DAILY;UNTIL=20261122T000000Z"), *span)[-1] == "2026-11-22 01:00"
    assert len(starts(window(begin, "FREQ=DAILY;UNTIL=20261121T170000Z"), *span)) == 1
    assert len(starts(window(begin, "RRULE:freq=daily;until=99991231T235959Z"), *span)) == 41


def test_a_window_that_was_ended_holds_no_more_but_its_past_stays() -> None:
    """What it covered before its `until` is still maintenance; without `until` nothing is."""
    daily = "FREQ=DAILY"
    ended = window("2026-11-20 22:00", daily, until=at("2026-11-22 23:00"), ended_by="an")
    spans = occurrences(ended, at("2026-11-22 00:00"), at("2026-12-31 00:00"))
    assert spans == ((at("2026-11-22 22:00"), at("2026-11-22 23:00")),)
    assert next_start(ended, at("2026-11-22 22:30")) is None
    assert not occurrences(window("2026-11-20 22:00", daily, ended_by="an"), 0, at("2027-01-01 00:00"))
    assert not in_force(window("2026-11-20 22:00", ended_by="an"), at("2026-11-20 22:30"))


def test_occurrences_that_overlap_are_one() -> None:
    """A window of thirty hours every day holds all the time."""
    spans = occurrences(
        window("2026-11-20 22:00", "FREQ=DAILY", hours=30), at("2026-11-25 00:00"), at("2026-11-27 00:00")
    )
    assert spans == ((at("2026-11-23 22:00"), at("2026-11-28 04:00")),)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "not a part"),
        ("every saturday", "not a part"),
        ("BYDAY=SA", "does not say how often"),
        ("FREQ=MINUTELY", "cannot come with FREQ=MINUTELY"),
        ("FREQ=SECONDLY", "cannot come with FREQ=SECONDLY"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0 is not possible"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR=24 is not possible"),
        ("FREQ=DAILY;BYHOUR=1,,2", "is not possible"),
        ("FREQ=WEEKLY;BYDAY=T7", "'T7' is not a day"),
        ("FREQ=DAILY;UNTIL=31/12/2026", "not a moment"),
        ("FREQ=DAILY;UNTIL=20261332", "not a moment"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "both COUNT and UNTIL"),
        ("FREQ=DAILY;BYHOUR=1;BYHOUR=2", "twice"),
        ("FREQ=DAILY\nDTSTART:20260101T000000", "not"),
        ("FREQ=DAILY;BYEASTER=1", "names 'BYEASTER'"),
        ("FREQ=HOURLY;BYSETPOS=5", "BYSETPOS is not possible"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never comes"),
        ("FREQ=HOURLY;BYMINUTE=0,30", "more than 10000 times"),
        ("FREQ=DAILY;" * 50, "longer than"),
    ],
)
def test_a_rule_that_makes_no_window_is_told_in_a_sentence(rule: str, said: str) -> None:
    """And is in force never."""
    found = problem(rule)
    assert found is not None
    assert said in found.text.format(**found.params)
    if rule:
        assert not occurrences(window("2026-11-20 22:00", rule), 0, at("2030-01-01 00:00"))
        assert next_start(window("2026-11-20 22:00", rule), 0) is None


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=HOURLY",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=3",
        "FREQ=DAILY;UNTIL=20200101",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    ],
)
def test_a_rule_is_good_when_some_beginning_meets_it(rule: str) -> None:
    """Whatever its beginning will be."""
    assert problem(rule) is None


def test_a_window_is_examined_as_a_whole() -> None:
    """Its rule together with its start, its zone and its duration."""
    good = window("2026-11-23 22:00", "FREQ=DAILY;INTERVAL=7;BYDAY=MO")
    assert fault(good) is None
    wrong = [
        (window("2026-11-24 22:00", "FREQ=DAILY;INTERVAL=7;BYDAY=MO"), "never comes"),
        (window("2026-11-24 22:00", "FREQ=SOMETIMES"), "FREQ=SOMETIMES"),
        (window("2026-11-24 22:00", hours=0), "no duration"),
        (Window(1, 10**30, HOUR, "an", "works"), "1970 and 2199"),
        (Window(1, good.start, HOUR, "an", "works", zone="../etc/passwd"), "not a time zone"),
    ]
    for one, said in wrong:
        found = fault(one)
        assert found is not None
        assert said in found.text.format(**found.params)


def test_the_year_holds_no_more_than_bounded() -> None:
    """An hourly window since 1970 is answered from the year asked for alone."""
    hourly = window("1971-01-01 00:00", "FREQ=HOURLY", hours=1)
    assert in_force(hourly, at("2026-11-23 22:30"))
    seen = occurrences(
        window("1971-01-01 00:10", "FREQ=HOURLY;BYMINUTE=10,40;BYHOUR=0,1,2,3,4,5"),
        at("2026-01-01 00:00"),
        at("2027-01-01 00:00"),
    )
    assert 0 < len(seen) < MOST_IN_A_YEAR


RULES = st.builds(
    lambda frequency, interval, rest: ";".join([f"FREQ={frequency}", f"INTERVAL={interval}", *rest]),
    st.sampled_from(["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 5),
    st.lists(
        st.sampled_from(
            [
                "BYDAY=MO,SU",
                "BYDAY=2TU,-1FR",
                "BYMONTHDAY=1,31,-1",
                "BYMONTH=2,11",
                "BYHOUR=3,22",
                "BYWEEKNO=1,53",
                "COUNT=7",
                "UNTIL=20270301",
                "BYYEARDAY=60,-1",
                "WKST=SU",
                "BYMINUTE=0,20",
            ]
        ),
        max_size=3,
        unique_by=lambda part: part.partition("=")[0],
    ).filter(lambda parts: len({"COUNT=7", "UNTIL=20270301"} & set(parts)) < 2),
)
MOMENTS = st.integers(at("2024-01-01 00:00"), at("2028-01-01 00:00"))


@hypothesis(max_examples=40)
@given(RULES, MOMENTS, st.integers(0, 500), st.integers(1, 40))
def test_occurrences_starts_and_moments_agree(rule: str, start: int, days: int, hours: int) -> None:
    """In force exactly within occurrences; nothing begins between now and the next start."""
    some = Window(1, start, hours * HOUR, "an", "works", rule=rule)
    now = start + days * DAY
    spans = occurrences(some, now, now + 30 * DAY)
    assert all(begin < over for begin, over in spans)
    assert all(left[1] < right[0] for left, right in pairwise(spans))
    assert in_force(some, now) == any(begin <= now < over for begin, over in spans)
    for begin, over in spans[:3]:
        assert in_force(some, begin)
        assert in_force(some, over - 1)
        assert over >= now + 30 * DAY or not in_force(some, over)
    following = next_start(some, now)
    ahead = [begin for begin, _ in spans if begin > now]
    assert following is None or (following > now and in_force(some, following))
    assert not ahead or (following is not None and following <= ahead[0])


@hypothesis(max_examples=40)
@given(RULES, MOMENTS, st.integers(0, 900))
def test_beginning_later_changes_nothing(rule: str, start: int, days: int) -> None:
    """What is found without walking there is what python-dateutil finds from the very start."""
    begin = datetime.fromtimestamp(start // SECOND, HANOI).replace(tzinfo=None)
    low, high = begin + timedelta(days=days), begin + timedelta(days=days + 10)
    try:
        expected = rrulestr(rule, dtstart=begin).between(low, high, inc=True)
    except ValueError:
        expected = []
    some = Window(1, start, SECOND, "an", "works", rule=rule)
    found = occurrences(some, at(f"{low}"), at(f"{high}") + 1)
    assert [local(one) for one, _ in found] == [f"{one:%Y-%m-%d %H:%M}" for one in expected]


@hypothesis(max_examples=150)
@given(
    st.one_of(
        st.text(max_size=LONGEST + 10),
        st.lists(
            st.builds(
                "{}={}".format,
                st.sampled_from(
                    ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYHOUR", "BYSETPOS", "WKST"]
                ),
                st.sampled_from(
                    ["DAILY", "WEEKLY", "HOURLY", "YEARLY", "1", "999", "-1", "5,6", "SA", "53MO", "x", "٣"]
                ),
            ),
            max_size=4,
        ).map(";".join),
    ),
    st.integers(-(2**70), 2**70),
    st.integers(-(2**70), 2**70),
    st.text(max_size=20),
)
def test_no_text_gets_through(rule: str, start: int, duration: int, zone: str) -> None:
    """Whatever stands in a window, it is told or it holds; no error leaves."""
    for name in (zone, "Asia/Ho_Chi_Minh"):
        strange = Window(1, start, duration, "an", "works", rule=rule, zone=name)
        if fault(strange) is not None and rule:
            problem(rule)
        occurrences(strange, at("2026-01-01 00:00"), at("2026-02-01 00:00"))
        next_start(strange, at("2026-01-01 00:00"))
