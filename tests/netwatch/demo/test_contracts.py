"""The contracts of the synthetic province: every sort there is, and lines under none."""

from datetime import date

import pytest

from inventory.contracts import KIND, Contracts
from inventory.rules import check
from inventory.snapshot import Inventory
from netwatch.demo.province import USUAL_DAY, province
from netwatch.sla.contract import CreditUnit, MeasuringPeriod
from netwatch.sla.terms import terms_from, terms_of


@pytest.fixture(scope="module")
def made() -> Inventory:
    """The usual province."""
    return province(40, 68)


def test_every_sort_of_contract_is_there_and_marked_as_a_sample(made: Inventory) -> None:
    """Of each period and unit one, and nothing that a rule would tell."""
    versions = made.every(KIND)
    terms = [terms_from(one) for one in versions]
    assert {one.measuring_period for one in terms} == set(MeasuringPeriod)
    assert {one.credit_unit for one in terms if one.steps} == set(CreditUnit)
    assert all("DỮ LIỆU MẪU" in one.name for one in versions)
    assert not [problem for problem in check(made) if problem.kind == KIND]


def test_terms_became_stricter_at_the_turn_of_the_year(made: Inventory) -> None:
    """Of all main lines of communes, which are many under two contracts; departments' lines are under none."""
    contracts = Contracts(made)
    lines = made.of("line").values()
    communes = [one.id for one in lines if one.line_class == "tslcd_access_2"]
    now = [terms_of(contracts, id_, USUAL_DAY) for id_ in communes]
    before = [terms_of(contracts, id_, date(USUAL_DAY.year - 1, 12, 31)) for id_ in communes]
    assert {one and one.contract for one in now} == {"HD-TSLCD2-A", "HD-TSLCD2-B"}
    assert ({one and one.target for one in before}, {one and one.target for one in now}) == (
        {99_000},
        {99_500},
    )
    assert not any(
        terms_of(contracts, one.id, USUAL_DAY) for one in lines if one.line_class == "tslcd_access_1"
    )
