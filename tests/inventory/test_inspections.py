"""When inspections are due, to the day, and what forces one: every trigger alone, and what deals with it."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.inputs import when
from inventory.inspections import (
    Happening,
    Status,
    Term,
    Trigger,
    add_months,
    first_day_after,
    last_inspection,
    term_of,
    terms,
)
from inventory.snapshot import FieldRecord, SurgeProtector, gather, kind_of

INSTALLED = date(2024, 1, 31)
ON = date(2026, 6, 1)
DAYS = st.dates(date(1, 1, 1), date.max)
MONTHS = st.integers(0, 1200)


def protector(**more: Any) -> SurgeProtector:  # noqa: ANN401 - any field
    return SurgeProtector(id="spd", name="SPD", site="s", **more)


def record(kind: str, on: date, at: str | None = None, **more: Any) -> FieldRecord:  # noqa: ANN401
    return FieldRecord(id=f"{kind} {on} {at or ''}", item="spd", kind=kind, on=on, at=at, **more)


def judged(*records: FieldRecord, happened: tuple[Happening, ...] = (), **more: Any) -> Term:  # noqa: ANN401
    given_ = {"installed_on": INSTALLED, **more}
    return term_of(protector(**given_), sorted(records, key=when), happened)


def triggers(term: Term, on: date = ON) -> set[Trigger]:
    return {one.trigger for one in term.forces(on)}


@given(DAYS, MONTHS)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int) -> None:
    """No month is skipped, none lasts longer than it does."""
    later = add_months(day, months)
    passed = (later.year - day.year) * 12 + later.month - day.month
    if later != date.max:
        assert passed == months
        assert later.day == min(day.day, monthrange(later.year, later.month)[1])


@given(DAYS, DAYS, MONTHS)
def test_who_is_inspected_later_is_due_no_earlier(one: date, other: date, months: int) -> None:
    """Order is kept, and nothing is due before it was inspected."""
    first, second = sorted((one, other))
    assert add_months(first, months) <= add_months(second, months)
    assert add_months(first, months) >= first


@given(DAYS, MONTHS, MONTHS)
def test_terms_added_up_never_reach_beyond_the_whole(day: date, one: int, other: int) -> None:
    """Going by way of a short month may lose days, never win any."""
    assert add_months(add_months(day, one), other) <= add_months(day, one + other)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_the_end_of_february_is_clamped(day: date, months: int, later: date) -> None:
    """The dates people argue about."""
    assert add_months(day, months) == later


@given(DAYS, st.integers(0, 400), st.integers(0, 365))
def test_a_status_follows_from_the_days_that_are_left(due: date, before: int, soon: int) -> None:
    """The last day of the term is still in it; the next one is not."""
    term = Term("spd", base=due, due=due)
    on = max(date(1, 1, 1), due - timedelta(days=min(before, (due - date(1, 1, 1)).days)))
    left = (due - on).days
    assert term.status(on, soon) is (Status.DUE_SOON if left <= soon else Status.OK)
    if first_day_after(due) > due:
        assert term.status(first_day_after(due), soon) is Status.OVERDUE


def test_never_inspected_counts_from_commissioning_else_installation_else_nothing() -> None:
    """In this order; without any date nobody knows."""
    assert judged(commissioned_on=date(2025, 3, 1)).due == date(2026, 3, 1)
    assert judged().due == date(2025, 1, 31)
    nothing = judged(installed_on=None)
    assert (nothing.due, nothing.status(ON)) == (None, Status.UNKNOWN)


def test_only_an_inspection_with_a_result_begins_the_term_anew() -> None:
    """Somebody was there is not enough; that it failed is a result, which forces another."""
    told = judged(
        record("inspection", date(2026, 2, 1), result="pass"), record("inspection", date(2026, 5, 1))
    )
    assert told.due == date(2027, 2, 1)
    failed = judged(record("inspection", date(2026, 2, 1), result="fail"))
    assert failed.due == date(2027, 2, 1)
    assert triggers(failed) == {Trigger.INSPECTION_FAILED}
    assert last_inspection([]) is None


def test_the_interval_is_the_protectors_own() -> None:
    """Six months where somebody wrote six months."""
    term = judged(record("inspection", date(2026, 2, 28), result="pass"), inspection_interval=6)
    assert term.due == date(2026, 8, 28)


def test_a_strike_forces_an_inspection_until_there_was_one() -> None:
    """By a record, or by a counter that rose; what was before the inspection is dealt with."""
    strike, after = record("strike", date(2026, 5, 3), "14:00"), date(2026, 5, 4)
    assert triggers(judged(strike)) == {Trigger.STRIKE}
    assert not triggers(judged(strike, record("inspection", after, result="pass")))
    assert triggers(judged(strike, record("inspection", date(2026, 5, 2), result="pass"))) == {Trigger.STRIKE}
    counted = Happening(Trigger.STRIKE, date(2026, 5, 3), "14:00", "+2")
    assert triggers(judged(happened=(counted,))) == {Trigger.STRIKE}
    assert not triggers(judged(record("inspection", after, result="pass"), happened=(counted,)))


def test_an_inspection_without_a_time_covers_its_whole_day() -> None:
    """Who comes because of the morning's strike and writes down only the day has dealt with it."""
    strike = record("strike", date(2026, 5, 3), "08:00")
    assert not triggers(judged(strike, record("inspection", date(2026, 5, 3), result="pass")))
    assert triggers(judged(strike, record("inspection", date(2026, 5, 3), "07:00", result="pass")))


def test_a_counter_read_by_eye_tells_of_strikes_once_it_is_higher_than_before() -> None:
    """The first reading begins the count, a lower one begins it anew."""
    readings = [record("strike", date(2026, 5, day), reading=float(n)) for day, n in ((1, 7), (2, 7), (3, 1))]
    assert not triggers(judged(*readings))
    assert triggers(judged(*readings, record("strike", date(2026, 5, 4), reading=2.0))) == {Trigger.STRIKE}


def test_earth_resistance_is_judged_by_the_newest_reading_and_the_protectors_limit() -> None:
    """Ten ohm is still good; a newer reading within the limit settles it, an inspection does not."""
    high = record("earth", date(2026, 5, 1), reading=10.1)
    assert not triggers(judged(record("earth", date(2026, 5, 1), reading=10.0)))
    assert triggers(judged(high)) == {Trigger.EARTH_RESISTANCE}
    assert triggers(judged(high, record("inspection", ON, result="pass"))) == {Trigger.EARTH_RESISTANCE}
    assert not triggers(judged(high, record("earth", date(2026, 5, 2), reading=9.0)))
    assert triggers(judged(record("earth", date(2026, 5, 2), reading=5.0), earth_limit=4.0))


def test_one_electrode_serves_all_protectors_of_its_site_that_name_it() -> None:
    """It is measured once, whoever the record is written for."""
    several = [
        SurgeProtector(id=id_, name=id_, site=site, earth_electrode=name)
        for id_, site, name in (("spd", "s", "E1"), ("b", "s", "E1"), ("c", "s", "E2"), ("d", "t", "E1"))
    ]
    inventory = gather(((kind_of(one), one) for one in (*several, record("earth", ON, reading=12.0))), None)
    found = terms(inventory)
    assert {id_ for id_, term in found.items() if triggers(term)} == {"spd", "b"}
    assert found["b"].ohms == 12.0


def test_a_red_indicator_forces_one_until_it_is_green_or_the_module_is_new() -> None:
    """Who saw red says so with any record."""
    red = record("inspection", date(2026, 5, 1), result="pass", indicator="red")
    assert triggers(judged(red)) == {Trigger.INDICATOR_RED}
    assert not triggers(judged(red, record("replacement", date(2026, 5, 2))))
    assert not triggers(judged(red, record("inspection", date(2026, 5, 2), indicator="green")))


def test_design_life_ends_by_the_calendar_and_begins_anew_with_a_new_module() -> None:
    """Ten years to the day."""
    old = judged(installed_on=date(2016, 6, 1), design_life=10)
    assert old.life_over == ON
    assert Trigger.DESIGN_LIFE in triggers(old)
    assert not triggers(old, ON - timedelta(days=1))
    renewed = judged(record("replacement", date(2020, 1, 1)), installed_on=date(2016, 6, 1), design_life=10)
    assert renewed.life_over == date(2030, 1, 1)


def test_a_failed_contact_asks_for_a_replacement_and_a_lost_device_for_an_inspection() -> None:
    """An inspection alone does not put a tripped protector right."""
    fault = Happening(Trigger.CONTACT_FAULT, date(2026, 5, 1), "10:00", "")
    lost = Happening(Trigger.DEVICE_LOST, date(2026, 5, 1), "10:00", "switch")
    inspected = record("inspection", date(2026, 5, 2), result="pass")
    assert triggers(judged(happened=(fault, lost))) == {Trigger.CONTACT_FAULT, Trigger.DEVICE_LOST}
    assert triggers(judged(inspected, happened=(fault, lost))) == {Trigger.CONTACT_FAULT}
    assert not triggers(judged(inspected, record("replacement", date(2026, 5, 2)), happened=(fault, lost)))


def test_every_trigger_says_since_when_and_by_what() -> None:
    """Evidence is a record's id, or what was seen, in signs that need no translation."""
    term = judged(
        record("strike", date(2026, 5, 3), "14:00"),
        record("earth", date(2026, 5, 1), reading=12.5),
        happened=(Happening(Trigger.DEVICE_LOST, date(2026, 5, 3), "14:01", "switch ← spd"),),
    )
    assert [(one.on.day, one.evidence) for one in term.forces(ON)] == [
        (3, "strike 2026-05-03 14:00"),
        (1, "earth 2026-05-01 : 12.5 > 10 Ω"),
        (3, "switch ← spd"),
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["inspection", "earth", "strike", "replacement"]),
            st.dates(date(2025, 1, 1), date(2026, 5, 31)),
            st.sampled_from([None, "pass", "fail"]),
            st.none() | st.floats(0, 20),
        ),
        max_size=8,
    ),
    st.dates(date(2026, 6, 1), date(2026, 12, 31)),
)
def test_a_good_inspection_with_a_good_earth_and_a_new_module_settles_everything(
    past: list[tuple[str, date, str | None, float | None]], on: date
) -> None:
    """Whatever was before: the term begins anew and nothing is forced any more."""
    records = [
        FieldRecord(id=f"r{n}", item="spd", kind=kind, on=day, result=result, reading=reading)
        for n, (kind, day, result, reading) in enumerate(past)
    ]
    good = [
        record("replacement", on),
        record("earth", on, reading=1.0),
        record("inspection", on, result="pass", indicator="green"),
    ]
    term = judged(*records, *good, design_life=10)
    assert term.due == add_months(on, 12)
    assert not term.forces(on)
