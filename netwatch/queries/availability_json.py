"""Availability as JSON: codes stay codes, lengths are seconds, moments ISO 8601 with their microseconds beside."""

from collections.abc import Mapping
from typing import Any

from netwatch.availability.contract import Account, Class, Outage
from netwatch.availability.publication import FrozenLine, Total
from netwatch.clock import SECOND
from netwatch.queries.as_json import iso
from netwatch.queries.availability import AvailabilityLine, AvailabilityReport, OutageLine
from netwatch.queries.availability_published import PublishedAvailability, Reason, RowLine
from netwatch.queries.publication_lines import as_object, report_json


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


def published_json(report: PublishedAvailability) -> dict[str, Any]:
    """The JSON object of a publication beside what is known of it today."""
    frozen, today = report.frozen, report.today
    return {
        **report_json(report.publication),
        "period": frozen.period.name,
        **_moment("at", frozen.at),
        **_moment("watched_until", frozen.watched_until or None),
        "scope_name": frozen.scope_name,
        "last_event": frozen.last_event,
        "last_verdict": frozen.last_verdict,
        "differs": bool(report.rows),
        "totals": _totals(frozen.totals),
        "totals_today": _totals(today.totals),
        "lines": [_frozen(line) for line in frozen.lines],
        "rows": [_row(row) for row in report.rows],
    }


def _totals(totals: Mapping[str, Total]) -> dict[str, Any]:
    return {kind: {"things": total.things, **_figures(total.account)} for kind, total in totals.items()}


def _frozen(line: FrozenLine) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "id": line.id,
        "name": line.name,
        "place": line.place,
        "members": list(line.members),
        **_figures(line.account),
        "outages": [_outage_figures(outage) for outage in line.account.outages],
        "exclusions": [
            {**_moment("start", one.start), **_moment("end", one.end), "reason": one.reason, "by": one.by}
            for one in line.exclusions
        ],
        "owners": {cause: owner.value for cause, owner in line.owners.items()},
    }


def _row(row: RowLine) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "id": row.id,
        "name": row.name,
        "published": None if row.published is None else _frozen(row.published),
        "today": None if row.today is None else _frozen(row.today),
        "reasons": [_reason(reason) for reason in row.reasons],
        "recorded": [as_object(cause) for cause in row.recorded],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    moments = {name: getattr(reason, name) or None for name in ("start", "end", "recorded_at")}
    words = ("what", "subject", "before", "after", "why", "actor")
    told: dict[str, Any] = {name: str(getattr(reason, name)) for name in words}
    for name, at in moments.items():
        told |= _moment(name, at)
    return told


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
    return {"subject": line.subject, **_outage_figures(line.outage), "cause_name": line.cause_name}


def _outage_figures(outage: Outage) -> dict[str, Any]:
    return {
        **_moment("start", outage.start),
        **_moment("end", outage.end),
        **_moment("earliest_start", outage.earliest_start),
        **_moment("earliest_end", outage.earliest_end),
        **_moment("latest_end", outage.latest_end),
        "counted_seconds": outage.counted / SECOND,
        "excluded_seconds": outage.excluded / SECOND,
        "reason": outage.reason,
        "cause": outage.cause,
        "evidence": outage.evidence,
    }


def _moment(name: str, at: int | None) -> Mapping[str, Any]:
    return {name: None if at is None else iso(at), f"{name}_us": at}
