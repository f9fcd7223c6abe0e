"""What planners find in the synthetic province: norms, statements, surge protectors of every age, a merger ahead."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.coverage.audit import audit
from inventory.coverage.contract import Audit, Evidence, State
from inventory.inspections import Status, Trigger, terms
from inventory.rules import check
from inventory.snapshot import KINDS, Inventory, gather, kind_of
from netwatch.clock import SECOND
from netwatch.demo.planning import merged_on
from netwatch.demo.province import USUAL_DAY, province
from netwatch.demo.truth import MISREAD, standing

AT = 1_792_000_000 * SECOND


def as_of(day: date) -> Inventory:
    """The usual province as those find it who look on a day."""
    usual = province(40, 68)
    return gather(((kind_of(record), record) for kind in KINDS for record in usual.every(kind)), on=day)


@pytest.fixture(scope="module")
def found() -> Audit:
    return audit(as_of(USUAL_DAY), Evidence(AT, USUAL_DAY))


def test_without_a_look_nothing_is_proved_but_what_was_inspected(found: Audit) -> None:
    """Papers alone: declared, missing, exempt; surge protectors are proved by their inspections."""
    states = {state for figure in found.figures for state in figure.counts}
    assert states == {State.MISSING, State.DECLARED, State.PROVED, State.EXEMPT}
    assert {figure.norm for figure in found.figures if figure.proved} == {"DM-CS-NGUON"}


def test_every_norm_asks_somebody_and_all_but_a_few_things_are_declared(found: Audit) -> None:
    """A province of order, in which something is lacking all the same."""
    shares = {
        figure.norm: (figure.declared, figure.denominator) for figure in found.figures if not figure.level
    }
    assert len(shares) == 12
    assert all(2 * declared > needed > 0 for declared, needed in shares.values())
    assert {norm for norm, (declared, needed) in shares.items() if declared < needed} >= {
        "DM-CAMERA",
        "DM-CNTT",
    }


def test_a_camera_without_an_address_is_declared_only(found: Audit) -> None:
    """A plain asset stands for the camera of its one-stop shop, and nothing ever shows it."""
    (cell,) = (cell for cell in found.cells if (cell.norm, cell.unit) == ("DM-CAMERA", "LD-X002"))
    assert cell.state is State.DECLARED
    assert [(one.item, one.reason) for one in cell.coverings] == [("LD-X002-CA", "asset")]


@settings(max_examples=6, deadline=None)
@given(
    agencies=st.sampled_from((12, 40, 120)),
    seed=st.integers(0, 2**32),
    today=st.dates(date(2026, 2, 1), date(2040, 1, 1)),
)
def test_on_whatever_day_it_is_made_the_same_things_are_due(agencies: int, seed: int, today: date) -> None:
    """One inspection overdue, one soon, one earth too bad, one strike since, whatever the number of the province."""
    made = province(agencies, seed, today=today)
    assert check(made) == ()
    found = terms(made)
    late = {item: term.status(today) for item, term in found.items() if term.status(today) is not Status.OK}
    assert sorted(late.values()) == [Status.DUE_SOON, Status.OVERDUE]
    forced = {item: [one.trigger for one in term.forces(today)] for item, term in found.items()}
    wanted = [told for told in forced.values() if told]
    assert sorted(wanted) == [[Trigger.EARTH_RESISTANCE], [Trigger.STRIKE]]
    assert all(record.on <= today for record in made.of("field_record").values())


def test_two_communes_will_be_one_and_keep_what_they_have() -> None:
    """On the day of the merger the figures ask one agency where they asked two, and nothing that is there is lost."""
    on = merged_on(USUAL_DAY)
    assert on > USUAL_DAY + timedelta(days=30)
    before, after = (audit(as_of(day), Evidence(AT, day)) for day in (on - timedelta(days=1), on))
    lines = [
        next(one for one in found.figures if (one.norm, one.level) == ("DM-TSLCD-XA", ""))
        for found in (before, after)
    ]
    assert [(one.agencies, one.items) for one in lines] == [(29, 29), (28, 29)]


def test_a_switch_answers_by_another_serial_number_than_was_written_down() -> None:
    """Who swaps one gets another model as well; all others are what they are declared as."""
    devices = province(40, 68).of("device")
    other = {id_ for id_, device in devices.items() if standing(device, ()).serial != device.serial}
    assert other == {MISREAD}
    swapped = standing(devices["LD-X001-SW1"], {"LD-X001-SW1"})
    assert swapped.serial != devices["LD-X001-SW1"].serial
    assert swapped.model != devices["LD-X001-SW1"].model
