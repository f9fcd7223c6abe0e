"""The capacity report as JSON. Pure."""

from datetime import date
from typing import Any

from netwatch.capacity.contract import Direction
from netwatch.queries.capacity import CapacityReport, LineCapacity


def capacity_json(report: CapacityReport) -> dict[str, Any]:
    """One document; numbers are bit/s and shares of the contracted bandwidth."""
    return {
        "schema": report.schema,
        "first": f"{report.first}",
        "last": f"{report.last}",
        "lines": [_line(one, report.first) for one in report.lines],
    }


def _line(one: LineCapacity, first: date) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "site": one.site,
        "units": list(one.units),
        "class": one.line_class,
        "provider": one.provider,
        "measured": one.measured,
        "breach": one.breach,
        "directions": {
            way: _direction(told, first, one.contracted[way]) for way, told in one.directions.items()
        },
    }


def _direction(told: Direction, first: date, contracted: int | None) -> dict[str, Any]:
    return {
        "contracted": contracted,
        "need": told.need,
        "breach": told.breach,
        "days": [
            {
                "day": f"{peak.day}",
                "p95": peak.p95,
                "share": peak.share,
                "contracted": peak.contracted,
                "valid_buckets": peak.valid,
                "buckets": peak.buckets,
                "state": peak.state,
            }
            for peak in told.peaks
            if peak.day >= first
        ],
        "runs": [
            {
                "first": f"{run.first}",
                "last": f"{run.last}",
                "over": run.over,
                "unmeasured": run.unmeasured,
                "consecutive": run.consecutive,
                "breach": run.breach,
                "possible": run.possible,
            }
            for run in told.runs
            if run.last >= first
        ],
        "weeks": [
            {"last": f"{week.last}", "share": week.share, "samples": week.samples, "over": week.over}
            for week in told.weeks
            if week.last >= first
        ],
        "forecast": {
            "trend": told.forecast.trend,
            "days": told.forecast.days,
            "slope": told.forecast.slope,
            "on": f"{told.forecast.on}" if told.forecast.on else None,
        },
    }
