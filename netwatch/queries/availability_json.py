"""Availability as JSON: codes stay codes, lengths are seconds, moments ISO 8601 with their microseconds beside."""

from collections.abc import Mapping
from typing import Any

from netwatch.availability.contract import Account, Class
from netwatch.clock import SECOND
from netwatch.queries.as_json import iso
from netwatch.queries.availability import AvailabilityLine, AvailabilityReport, OutageLine


def availability_json(report: AvailabilityReport) -> dict[str, Any]:
    """The JSON object of a report."""
    period = report.period
    return {
        "schema": report.schema,
        **_moment("at", report.at),
        **_moment("until", report.until),
        **_moment("watched_until", report.watched_until or None),
        "scope": report.scope,
        "scope_name": report.scope_name,
        "by": report.by,
        "period": {
            "name": period.name,
            **_moment("start", period.start),
            **_moment("end", period.end),
        },
        "minimum_outage_seconds": report.minimum_outage / SECOND,
        "lines": [_line(line) for line in report.lines],
        "total": {"things": report.things, **_figures(report.total)},
    }


def _line(line: AvailabilityLine) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "id": line.id,
        "name": line.name,
        "place": line.place,
        "sites": line.sites,
        **_figures(line.account),
        "outages": [_outage(one) for one in line.outages],
    }


def _figures(account: Account) -> dict[str, Any]:
    return {
        "availability": account.availability,
        "lowest": account.lowest,
        "highest": account.highest,
        "measured_share": account.measured_share,
        "seconds": {class_.value: account.of(class_) / SECOND for class_ in Class},
        "seconds_bounds": {
            "low": account.low / SECOND,
            "high": account.high / SECOND,
            "countable": account.countable / SECOND,
        },
        "by_reason": [
            {"class": class_.value, "reason": reason, "seconds": length / SECOND}
            for (class_, reason), length in sorted(account.by_reason.items())
        ],
    }


def _outage(line: OutageLine) -> dict[str, Any]:
    outage = line.outage
    return {
        "subject": line.subject,
        **_moment("start", outage.start),
        **_moment("end", outage.end),
        **_moment("earliest_start", outage.earliest_start),
        **_moment("earliest_end", outage.earliest_end),
        **_moment("latest_end", outage.latest_end),
        "counted_seconds": outage.counted / SECOND,
        "excluded_seconds": outage.excluded / SECOND,
        "reason": outage.reason,
        "cause": outage.cause,
        "cause_name": line.cause_name,
        "evidence": outage.evidence,
    }


def _moment(name: str, at: int | None) -> Mapping[str, Any]:
    return {name: None if at is None else iso(at), f"{name}_us": at}
