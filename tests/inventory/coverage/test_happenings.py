"""What no record tells of a protector voids its inspection in audits too, until one deals with it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.coverage.contract import Aspect, Covering, State
from inventory.inspections import Happening, Trigger

Make = Any
SUMMER = date(2026, 7, 1)
INSPECTED = date(2026, 6, 1)


def weighed(
    make: Make,
    done: Sequence[Any],
    happened: Sequence[Happening],
    seen: Sequence[Any] = (),
    /,
    **norm: Any,  # noqa: ANN401
) -> Covering:
    """The one protector as it covers the one agency's need."""
    records = [make.unit("A"), make.site("S", "A"), make.norm("N", "surge_protector", **norm)]
    inventory = make.inventory(*records, make.protector("P", "S"), *done)
    evidence = replace(make.evidence(seen, P="no_input"), happened={"P": tuple(happened)})
    (covering,) = make.cell(make.audit(inventory, evidence), "A").coverings
    assert isinstance(covering, Covering)
    return covering


def inspected(make: Make, on: date, result: str = "pass") -> Any:  # noqa: ANN401
    return make.done(f"I{on}{result}", "P", "inspection", on, result=result)


@pytest.mark.parametrize("trigger", [Trigger.STRIKE, Trigger.DEVICE_LOST])
def test_an_inspection_counts_no_more_once_lightning_struck_until_there_is_a_new_one(
    make: Make, trigger: Trigger
) -> None:
    """Whatever of the strike is known; where its contact is read too, it was seen."""
    struck = [Happening(trigger, SUMMER, "14:00")]
    first = inspected(make, INSPECTED)
    contact = [make.seen("P", Aspect.CONTACT, "closed")]
    assert weighed(make, [first], []).state is State.PROVED
    void = weighed(make, [first], struck)
    assert (void.state, void.reason, void.proved_at) == (State.DECLARED, "inspection_forced", 0)
    read = weighed(make, [first], struck, contact, inspected_within=12)
    assert (read.state, read.reason) == (State.SEEN, "inspection_forced")
    assert weighed(make, [first, inspected(make, SUMMER)], struck).state is State.PROVED
    # A contact in its normal position proves by itself where the norm asks for no inspection.
    assert weighed(make, [first], struck, contact).state is State.PROVED


def test_a_contact_that_was_at_fault_proves_nothing_until_a_replacement(make: Make) -> None:
    """Nor does an inspection, and not though the contact has come back by itself."""
    fault = [Happening(Trigger.CONTACT_FAULT, SUMMER, "14:00")]
    contact = [make.seen("P", Aspect.CONTACT, "closed")]
    later = inspected(make, date(2026, 8, 1))
    back = weighed(make, [later], fault, contact)
    assert (back.state, back.reason) == (State.SEEN, "tripped")
    assert weighed(make, [later], fault).reason == "tripped"
    new = make.done("R", "P", "replacement", date(2026, 7, 2))
    assert weighed(make, [later, new], fault, contact).state is State.PROVED


def test_what_happened_to_another_protector_changes_nothing(make: Make) -> None:
    """Nor what happened to one that is no longer on record."""
    records = [
        make.unit("A"),
        make.site("S", "A"),
        make.norm("N", "surge_protector"),
        make.protector("P", "S"),
    ]
    inventory = make.inventory(*records, inspected(make, INSPECTED))
    struck = replace(make.evidence(), happened={"Q": (Happening(Trigger.STRIKE, SUMMER),)})
    assert make.audit(inventory, struck) == make.audit(inventory)


days = st.integers(0, 300)


@settings(deadline=None, max_examples=60)
@given(
    done=st.lists(
        st.tuples(days, st.sampled_from(("pass", "fail"))), max_size=3, unique_by=lambda one: one[0]
    ),
    happened=st.lists(st.tuples(days, st.sampled_from((Trigger.STRIKE, Trigger.DEVICE_LOST))), max_size=4),
    within=st.sampled_from((None, 12)),
)
def test_it_is_proved_just_when_the_last_inspection_passed_and_nothing_happened_since(
    make: Make, done: list[tuple[int, str]], happened: list[tuple[int, Trigger]], within: int | None
) -> None:
    """Over any order of inspections and happenings, each of a day; more happenings never prove more."""

    def on(ago: int) -> date:
        return make.today - timedelta(days=ago)  # type: ignore[no-any-return]

    records = [inspected(make, on(ago), result) for ago, result in done]
    told = [Happening(trigger, on(ago)) for ago, trigger in happened]
    norm = {"inspected_within": within} if within else {}
    covering = weighed(make, records, told, **norm)
    last = min(done, default=None)
    in_order = last is not None and last[1] == "pass" and all(ago >= last[0] for ago, _ in happened)
    assert (covering.state is State.PROVED) is in_order
    if last is not None and last[1] == "pass" and not in_order:
        assert covering.reason == "inspection_forced"
        assert weighed(make, [*records, inspected(make, make.today)], told, **norm).state is State.PROVED
