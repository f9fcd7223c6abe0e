"""What is in order but wants somebody's visit wakes nobody: it is told by day."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from alerts.contract import NoticeKind, NoticeState
from alerts.due import next_due

if TYPE_CHECKING:
    from conftest import Office

NIGHT = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
MORNING = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)


def at(moment: datetime) -> int:
    return round(moment.timestamp()) * 1_000_000


def test_a_patient_incident_is_told_in_the_morning_and_its_end_at_any_hour(office: "Office") -> None:
    """Everything else is told at once; when it is due is known beforehand."""
    office.policy = replace(office.policy, daytime="07:00-18:00")
    office.now = at(NIGHT)
    office.open(1, patient=True)
    office.open(2)
    assert [notice.incident for notice in office.decide()] == [2]
    assert next_due(office.alerts.values(), office.book, office.policy, office.now) == at(MORNING)
    office.now = at(MORNING)
    assert [(notice.incident, notice.kind) for notice in office.decide()] == [(1, NoticeKind.OPENING)]
    office.run(minutes=2)
    office.now = at(NIGHT.replace(day=2))
    office.close(1)
    office.run(minutes=2)
    mine = [(one.kind, one.state) for one in office.notices.values() if one.incident == 1]
    assert mine == [
        (NoticeKind.OPENING, NoticeState.DELIVERED),
        (NoticeKind.CLOSING, NoticeState.DELIVERED),
    ]


def test_without_hours_nothing_waits(office: "Office") -> None:
    """Nor does what is over by the morning."""
    office.now = at(NIGHT)
    office.open(1, patient=True)
    assert len(office.decide()) == 1
    office.policy = replace(office.policy, daytime="07:00-18:00")
    office.open(2, patient=True)
    office.close(2)
    office.now = at(MORNING)
    assert all(notice.incident == 1 for notice in office.decide())
