"""Decisions and tickets as the event log holds them: by line, by time, as known at a moment."""

import logging

import pytest
from sqlalchemy.orm import Session

from alerts.contract import Severity
from inventory.history import record_event
from netwatch.clock import HOUR
from netwatch.incidents.contract import DeskChange, Incident, Member, Nature
from netwatch.sla.contract import Decision, Party, Ticket
from netwatch.store.attribution_sql import add_decision, add_ticket, decisions, tickets
from netwatch.store.engine import writing
from netwatch.store.sql import SqlStore

NOW = 1_793_491_200_000_000


def decision(start: int, end: int, party: Party | None, recorded_at: int, line: str = "L") -> Decision:
    """A decision that is not stored yet."""
    return Decision(0, line, NOW + start, NOW + end, party, "vì sét", "an", NOW + recorded_at)


def ticket(start: int, number: str, recorded_at: int, closed: int | None = None, line: str = "L") -> Ticket:
    """A ticket that is not stored yet."""
    return Ticket(0, line, NOW + start, number, NOW + start, closed, "gọi 18001166", "an", NOW + recorded_at)


def test_decisions_are_read_by_line_time_and_what_was_known(store: SqlStore) -> None:
    """In the order recorded, those that lie in the time or reach into it; giving back is a decision too."""
    given = [
        decision(0, 10, Party.PROVIDER, 100),
        decision(5, 30, Party.FORCE_MAJEURE, 90),
        decision(5, 30, None, 120),
        decision(0, 10, Party.OWN_POWER, 100, line="M"),
    ]
    for one in given:
        assert add_decision(store.engine, one) > 0

    def parties(start: int, end: int, known_at: int | None = None) -> list[Party | None]:
        known = None if known_at is None else NOW + known_at
        return [one.party for one in decisions(store.engine, ("L",), NOW + start, NOW + end, known)]

    assert parties(0, 40) == [Party.PROVIDER, Party.FORCE_MAJEURE, None]
    assert parties(0, 40, 100) == [Party.PROVIDER, Party.FORCE_MAJEURE]
    assert parties(0, 40, 89) == []
    assert parties(10, 40) == [Party.FORCE_MAJEURE, None]
    assert parties(0, 5) == [Party.PROVIDER]
    found = decisions(store.engine, ("M", "L", "M"), NOW, NOW + HOUR)
    assert [one.line for one in found] == ["L", "L", "L", "M"]
    assert (found[0].reason, found[0].author, found[0].event) == ("vì sét", "an", found[0].event)
    assert decisions(store.engine, (), NOW, NOW + HOUR) == ()


def test_of_a_ticket_the_last_word_holds(store: SqlStore) -> None:
    """One taken back is gone; as known before it is still there."""
    for one in (ticket(3, "A", 10), ticket(4, "B", 11), ticket(3, "A", 12, closed=NOW + 9)):
        add_ticket(store.engine, one)
    add_ticket(store.engine, ticket(4, "B", 20), withdrawn=True)
    add_ticket(store.engine, ticket(4, "B", 20, line="M"))
    [held] = tickets(store.engine, ("L",), NOW, NOW + HOUR)
    assert (held.number, held.closed, held.note) == ("A", NOW + 9, "gọi 18001166")
    then = tickets(store.engine, ("L",), NOW, NOW + HOUR, NOW + 11)
    assert [(one.number, one.closed) for one in then] == [("A", None), ("B", None)]
    assert tickets(store.engine, ("L",), NOW + 4, NOW + HOUR) == ()


def test_events_that_cannot_be_read_are_left_out(store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    """And said in the log: one of them must not hide the others."""
    with Session(writing(store.engine)) as session:
        for after in (
            None,
            {"party": "nobody", "since": 1, "until": 2},
            {"party": "provider", "since": True},
        ):
            record_event(
                session, at=NOW, recorded_at=NOW, actor="x", kind="attribution", entity="L", after=after
            )
        session.commit()
    add_decision(store.engine, decision(0, 10, Party.UNKNOWN, 1))
    with caplog.at_level(logging.ERROR):
        assert [one.party for one in decisions(store.engine, ("L",), NOW, NOW + HOUR)] == [Party.UNKNOWN]
    assert caplog.text.count("cannot be read and is left out") == 3


@pytest.mark.parametrize("others", [0, 200])
def test_incidents_of_some_subjects_are_found_by_name(store: SqlStore, others: int) -> None:
    """Roots and members, whole names only, in the time asked for, however many are looked for."""

    def failed(id_: int, root: str, *members: str, start: int = 0) -> Incident:
        hit = tuple(Member(name, "line", "down", NOW) for name in members)
        at = NOW + start
        return Incident(
            id_, Nature.FAULT, (root,), "subject", 'lý do "L"', at, at, at, Severity.MAJOR, members=hit
        )

    odd = 'đường "A"\\1'
    given = (failed(1, "L"), failed(2, "L-2", "M"), failed(3, "X", odd), failed(4, "L", start=HOUR))
    store.put(DeskChange(incidents=given))
    more = [f"other-{number}" for number in range(others)]

    def found(*subjects: str) -> list[int]:
        return [one.id for one in store.incidents_of([*subjects, *more], NOW, NOW + HOUR)]

    assert found("L") == [1]
    assert found("M", odd) == [2, 3]
    assert found("lý do", "L-") == found() == []
