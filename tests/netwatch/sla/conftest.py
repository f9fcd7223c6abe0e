"""Terms of a contract, as most are."""

from datetime import date

import pytest

from netwatch.sla.contract import CreditUnit, MeasuringPeriod, Party, Step, Terms


@pytest.fixture(scope="session")
def terms() -> Terms:
    """A month, 99.5 %, 5 % of the fee below it; everything that may be is left out."""
    return Terms(
        contract="HD-01",
        number="01/2026",
        provider="VNPT",
        valid_from=date(2026, 1, 1),
        valid_to=None,
        measuring_period=MeasuringPeriod.MONTH,
        target=99_500,
        restoration=None,
        rtt=None,
        loss=None,
        jitter=None,
        minimum_outage=0,
        degraded_down=False,
        excluded=frozenset({Party.MAINTENANCE, Party.OWN_POWER, Party.OWN_EQUIPMENT, Party.FORCE_MAJEURE}),
        notice=0,
        steps=(Step(99_500, 5.0),),
        credit_unit=CreditUnit.PERCENT,
        fee=3_000_000,
    )
