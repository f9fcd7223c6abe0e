"""People's words on whose outages of lines were, and tickets of providers, as the event log held them at a moment.

Both are events of a line: `at` is from when they hold. Nothing holds from later than when it was written down.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from sqlalchemy import Engine, RowMapping, select
from sqlalchemy.orm import Session

from inventory.history import record_event
from inventory.models import EVENT
from netwatch.sla.contract import Decision, Party, Ticket
from netwatch.store.engine import writing
from netwatch.store.faults import told

_log = logging.getLogger(__name__)

ATTRIBUTION, TICKET = "attribution", "ticket"
# What an event says instead of a party where it gives time back to evidence.
TO_EVIDENCE = "evidence"
# Parameters of one statement: both databases allow at least 32,766.
CHUNK = 1000
Value = TypeVar("Value")


def decisions(
    engine: Engine, lines: Iterable[str], start: int, end: int, known_at: int | None = None
) -> tuple[Decision, ...]:
    """What was decided of time within [start, end) of lines, in the order recorded; raises StoreFault.

    With `known_at` only what had been written down by then.
    """
    found = _events(engine, ATTRIBUTION, lines, end, known_at)
    return tuple(one for one in _read(found, _decision) if one.end > start)


def tickets(
    engine: Engine, lines: Iterable[str], start: int, end: int, known_at: int | None = None
) -> tuple[Ticket, ...]:
    """Tickets for outages at moments within [start, end) of lines, of every number the last recorded; likewise.

    A number that was taken back is left out.
    """
    newest: dict[tuple[str, str], Ticket | None] = {}
    for one, withdrawn in _read(_events(engine, TICKET, lines, None, known_at), _ticket):
        newest.pop((one.line, one.number), None)
        newest[one.line, one.number] = None if withdrawn else one
    return tuple(one for one in newest.values() if one is not None and start <= one.start < end)


def _events(
    engine: Engine, kind: str, lines: Iterable[str], end: int | None, known_at: int | None
) -> list[RowMapping]:
    """The events of a kind of lines that hold from before `end`, in order."""
    ordered = sorted(set(lines))
    chunks = (ordered[first : first + CHUNK] for first in range(0, len(ordered), CHUNK))
    query = select(EVENT).where(EVENT.c.kind == kind).order_by(EVENT.c.seq)
    if end is not None:
        query = query.where(EVENT.c.at < end)
    if known_at is not None:
        query = query.where(EVENT.c.recorded_at <= known_at)
    with told(engine.url), engine.connect() as connection:
        rows = [
            row
            for chunk in chunks
            for row in connection.execute(query.where(EVENT.c.entity.in_(chunk))).mappings()
        ]
    return sorted(rows, key=lambda row: int(row["seq"]))


def _read(rows: Iterable[RowMapping], read: Callable[[RowMapping], Value]) -> Iterator[Value]:
    """What can be read; a row that cannot must not keep anybody from the others."""
    for row in rows:
        try:
            yield read(row)
        except (LookupError, TypeError, ValueError):
            _log.error("Database, table event: row %s cannot be read and is left out.", row["seq"])


def _decision(row: RowMapping) -> Decision:
    facts = row["after"]
    party = facts["party"]
    return Decision(
        event=row["seq"],
        line=row["entity"],
        start=_moment(facts["since"]),
        end=_moment(facts["until"]),
        party=None if party == TO_EVIDENCE else Party(party),
        reason=row["reason"],
        author=row["actor"],
        recorded_at=row["recorded_at"],
    )


def _ticket(row: RowMapping) -> tuple[Ticket, bool]:
    """A ticket, and whether that takes it back."""
    facts = row["after"]
    opened, closed = (facts.get(name) for name in ("opened", "closed"))
    ticket = Ticket(
        event=row["seq"],
        line=row["entity"],
        start=_moment(facts["since"]),
        number=str(facts["number"]),
        opened=None if opened is None else _moment(opened),
        closed=None if closed is None else _moment(closed),
        note=row["reason"],
        author=row["actor"],
        recorded_at=row["recorded_at"],
    )
    return ticket, bool(facts.get("withdrawn"))


def _moment(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("no moment")
    return value


def add_decision(engine: Engine, decision: Decision) -> int:
    """Write a decision down; its number in the event log. Raises StoreFault."""
    party = TO_EVIDENCE if decision.party is None else str(decision.party)
    facts = {"party": party, "since": decision.start, "until": decision.end}
    return _add(engine, ATTRIBUTION, decision, facts, decision.reason)


def add_ticket(engine: Engine, ticket: Ticket, *, withdrawn: bool = False) -> int:
    """Write a ticket down, or that it is taken back; likewise."""
    facts: dict[str, Any] = {"number": ticket.number, "since": ticket.start}
    facts |= {
        name: at for name, at in (("opened", ticket.opened), ("closed", ticket.closed)) if at is not None
    }
    return _add(engine, TICKET, ticket, {**facts, "withdrawn": True} if withdrawn else facts, ticket.note)


def _add(engine: Engine, kind: str, value: Decision | Ticket, facts: Mapping[str, Any], reason: str) -> int:
    with told(engine.url), Session(writing(engine)) as session:
        number = record_event(
            session,
            at=value.start,
            recorded_at=value.recorded_at,
            actor=value.author,
            kind=kind,
            entity=value.line,
            after=facts,
            reason=reason,
        )
        session.commit()
    return number
