"""Outages and whose they were as JSON: codes stay codes, lengths are seconds, moments ISO 8601 beside microseconds."""

from collections.abc import Mapping
from typing import Any

from netwatch.clock import SECOND
from netwatch.incidents.contract import Clue
from netwatch.queries.as_json import iso
from netwatch.queries.outages import LineOutages, OutageReport, lasting
from netwatch.sla.claim import restoration
from netwatch.sla.contract import AttributedOutage, Attribution, Decision, Part, Ticket


def outages_json(report: OutageReport) -> dict[str, Any]:
    """The JSON object of a report."""
    period = report.period
    return {
        "schema": report.schema,
        **moment_json("at", report.at),
        **moment_json("until", report.until),
        **moment_json("watched_until", report.watched_until or None),
        **moment_json("known_at", report.known_at),
        "scope": report.scope,
        "scope_name": report.scope_name,
        "period": {
            "name": period.name,
            **moment_json("start", period.start),
            **moment_json("end", period.end),
        },
        "lines": [_line(line, report.at) for line in report.lines],
    }


def _line(line: LineOutages, now: int) -> dict[str, Any]:
    return {
        "id": line.id,
        "name": line.name,
        "place": line.place,
        "provider": line.provider,
        "contract": line.contract,
        "outages": [
            {**outage_json(one, now), "restoration": _restoration(line, one, now)} for one in line.outages
        ],
    }


def _restoration(line: LineOutages, one: AttributedOutage, now: int) -> dict[str, Any] | None:
    """How long the provider took, beside what is agreed; None without a contract, or where nothing was its."""
    found = None if line.terms is None else restoration(one, line.terms, now)
    if found is None or line.terms is None:
        return None
    agreed = line.terms.restoration
    return {
        "measured_seconds": found.measured / SECOND,
        "surely_seconds": found.surely / SECOND,
        "at_most_seconds": None if found.at_most is None else found.at_most / SECOND,
        "agreed_seconds": None if agreed is None else agreed / SECOND,
        "late": found.late,
    }


def outage_json(one: AttributedOutage, now: int) -> dict[str, Any]:
    """An outage, its parts and tickets."""
    outage = one.outage
    return {
        **moment_json("start", outage.start),
        **moment_json("end", outage.end),
        **moment_json("earliest_start", outage.earliest_start),
        **moment_json("earliest_end", outage.earliest_end),
        **moment_json("latest_end", outage.latest_end),
        "counted_seconds": outage.counted / SECOND,
        "excluded_seconds": outage.excluded / SECOND,
        "seconds_by_party": {party: length / SECOND for party, length in lasting(one, now).items()},
        "reason": outage.reason,
        "cause": outage.cause,
        "evidence": outage.evidence,
        "parts": [_part(part) for part in one.parts],
        "tickets": [_ticket(ticket) for ticket in one.tickets],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        **moment_json("start", part.start),
        **moment_json("end", part.end),
        **attribution_json(part.attribution),
    }


def attribution_json(told: Attribution) -> dict[str, Any]:
    """Whose it is and what that rests on."""
    return {
        "party": told.party.value,
        "confidence": told.confidence.value,
        "perhaps": told.perhaps.value if told.perhaps is not None else None,
        "incident": told.incident or None,
        "clues": [_clue(clue) for clue in told.clues],
        "decision": _decision(told.decision) if told.decision is not None else None,
    }


def _clue(clue: Clue) -> dict[str, Any]:
    return {
        "code": clue.code,
        **moment_json("at", clue.at),
        "params": dict(clue.params),
        "trusted": clue.trusted,
    }


def _decision(one: Decision) -> dict[str, Any]:
    return {
        "event": one.event,
        **moment_json("start", one.start),
        **moment_json("end", one.end),
        "reason": one.reason,
        "author": one.author,
        **moment_json("recorded_at", one.recorded_at),
    }


def _ticket(one: Ticket) -> dict[str, Any]:
    return {
        "event": one.event,
        "number": one.number,
        **moment_json("opened", one.opened),
        **moment_json("closed", one.closed),
        "note": one.note,
        "author": one.author,
        **moment_json("recorded_at", one.recorded_at),
    }


def moment_json(name: str, at: int | None) -> Mapping[str, Any]:
    """A moment in both forms; null for none."""
    return {name: None if at is None else iso(at), f"{name}_us": at}
