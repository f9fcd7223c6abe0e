"""Rows of the tables as the daemon's values, and back. Pure."""

from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping

from netwatch.check import FactKey
from netwatch.state import Transition
from netwatch.store.contract import FactRow, VerdictRow
from netwatch.store.ledger import FactEntry, storable
from netwatch.verdict import Kind, Verdict


def storable_transition(transition: Transition) -> Transition:
    """The transition with every text such that both databases can hold it."""
    key, reason, evidence = transition.key, storable(transition.reason), storable(transition.evidence)
    told = FactKey(storable(key.check), storable(key.part), storable(key.fact), storable(key.vantage))
    if (told, reason, evidence) == (key, transition.reason, transition.evidence):
        return transition  # nearly always, and thousands at once when much fails
    return replace(transition, key=told, reason=reason, evidence=evidence)


def storable_verdict(row: VerdictRow) -> VerdictRow:
    """The row with every text such that both databases can hold it."""
    verdict = row.verdict
    return replace(
        row,
        subject=storable(row.subject),
        verdict=replace(
            verdict,
            reason=storable(verdict.reason),
            cause=storable(verdict.cause),
            evidence=storable(verdict.evidence),
            excluded=storable(verdict.excluded),
        ),
    )


def fact_columns(entry: FactEntry, at: int) -> dict[str, Any]:
    """A new fact interval as columns of `fact_interval`, recorded `at`."""
    row, transition = entry.row, entry.row.transition
    return {
        "sequence": row.sequence,
        "check_id": transition.key.check,
        "part": transition.key.part,
        "fact": transition.key.fact,
        "vantage": transition.key.vantage,
        "start_at": row.start,
        "end_at": row.end,
        "was": transition.was,
        "holds": transition.holds,
        "contrary_at": transition.contrary,
        "decided_at": transition.at,
        "reason": transition.reason,
        "evidence": transition.evidence,
        "ever": transition.ever,
        "recorded_at": at,
        "superseded_by": entry.superseded_by,
    }


def fact_row(columns: RowMapping) -> FactRow:
    """A row of `fact_interval`."""
    transition = Transition(
        key=FactKey(columns["check_id"], columns["part"], columns["fact"], columns["vantage"]),
        was=columns["was"],
        holds=columns["holds"],
        since=columns["start_at"],
        contrary=columns["contrary_at"],
        at=columns["decided_at"],
        reason=columns["reason"],
        evidence=columns["evidence"],
        ever=columns["ever"],
    )
    return FactRow(columns["sequence"], transition, columns["start_at"], columns["end_at"])


def verdict_columns(row: VerdictRow) -> dict[str, Any]:
    """A new verdict interval as columns of `verdict_interval`."""
    return {
        "id": row.id,
        "subject": row.subject,
        "start_at": row.start,
        "end_at": row.end,
        "kind": str(row.verdict.kind),
        "reason": str(row.verdict.reason),
        "cause": row.verdict.cause,
        "evidence": row.verdict.evidence,
        "manageable": row.verdict.manageable,
        "excluded": row.verdict.excluded,
        "contrary_at": row.contrary,
        "topology": row.topology,
        "recorded_at": row.recorded_at,
        "superseded_by": row.superseded_by,
    }


def verdict_row(columns: RowMapping) -> VerdictRow:
    """A row of `verdict_interval`."""
    return VerdictRow(
        id=columns["id"],
        subject=columns["subject"],
        verdict=Verdict(
            kind=Kind(columns["kind"]),
            reason=columns["reason"],
            cause=columns["cause"],
            evidence=columns["evidence"],
            manageable=columns["manageable"],
            excluded=columns["excluded"],
        ),
        start=columns["start_at"],
        end=columns["end_at"],
        contrary=columns["contrary_at"],
        topology=columns["topology"],
        recorded_at=columns["recorded_at"],
        superseded_by=columns["superseded_by"],
    )
