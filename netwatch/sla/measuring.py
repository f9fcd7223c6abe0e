"""The calendar periods over which contracts count, local. Pure."""

from datetime import date, tzinfo

from netwatch.availability import periods
from netwatch.availability.contract import Period
from netwatch.sla.contract import MeasuringPeriod


def measuring_period(kind: MeasuringPeriod, on: date, zone: tzinfo) -> Period:
    """The month, quarter or year that a local day lies in."""
    match kind:
        case MeasuringPeriod.MONTH:
            return periods.month(on.year, on.month, zone)
        case MeasuringPeriod.QUARTER:
            return periods.quarter(on.year, periods.quarter_of(on), zone)
        case MeasuringPeriod.YEAR:
            return periods.year(on.year, zone)


def measured_with(kind: MeasuringPeriod, period: Period, zone: tzinfo) -> Period:
    """The measuring period that the first day of a period lies in: of a month its quarter or year."""
    return measuring_period(kind, periods.first_day(period, zone), zone)
