"""What the desk keeps as rows of its tables, and back. Pure."""

from typing import Any

from sqlalchemy import RowMapping

from alerts.contract import Message, Notice, Silence, Window
from netwatch.incidents.contract import Deed, Incident, LogEntry
from netwatch.store.desk_json import facts_of, text_of
from netwatch.store.ledger import storable

Columns = dict[str, Any]


def incident_columns(value: Incident) -> Columns:
    """A row of `incident`."""
    return {
        "id": value.id,
        "nature": str(value.nature),
        "scope": storable(value.scope),
        "severity": str(value.severity),
        "onset_at": value.onset,
        "opened_at": value.opened,
        "announced_at": value.announced,
        "ended_at": value.ended,
        "closed_at": value.closed,
        "content": text_of(value),
    }


def log_columns(entry: LogEntry) -> Columns:
    """A row of `incident_log`, without its sequence."""
    return {
        "incident": entry.incident,
        "at": entry.at,
        "recorded_at": entry.recorded_at,
        "actor": storable(entry.actor),
        "deed": str(entry.deed),
        "facts": text_of(entry.facts),
    }


def log_entry(row: RowMapping) -> LogEntry:
    """A line of an incident's log."""
    return LogEntry(
        incident=row["incident"],
        at=row["at"],
        recorded_at=row["recorded_at"],
        actor=row["actor"],
        deed=Deed(row["deed"]),
        facts=facts_of(row["facts"]),
    )


def notice_columns(value: Notice) -> Columns:
    """A row of `notice`."""
    return {
        "id": value.id,
        "incident": value.incident,
        "receiver": storable(value.receiver),
        "kind": str(value.kind),
        "severity": str(value.severity),
        "created_at": value.created,
        "state": str(value.state),
        "message": value.message,
        "content": text_of(value),
    }


def message_columns(value: Message) -> Columns:
    """A row of `message`."""
    return {
        "id": value.id,
        "receiver": storable(value.receiver),
        "reference": storable(value.reference),
        "sealed_at": value.sealed,
        "finished_at": value.finished,
        "state": str(value.state),
        "content": text_of(value),
    }


def silence_columns(value: Silence) -> Columns:
    """A row of `silence`."""
    return {"id": value.id, "start_at": value.start, "end_at": value.end, "content": text_of(value)}


def window_columns(value: Window) -> Columns:
    """A row of `maintenance_window`; one that was ended early has no occurrence after its first."""
    once = not value.rule or (value.until is None and bool(value.ended_by))
    end = value.start + value.duration if once else value.until
    return {"id": value.id, "start_at": value.start, "end_at": end, "content": text_of(value)}
