"""Inspections over a season: due by the calendar, forced by strikes and by what a storm took; and who is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from alerts.contract import Severity
from inventory.apply import apply
from inventory.changes import Change
from inventory.snapshot import FieldRecord, Norm, OrganisationUnit, Site, SurgeProtector
from netwatch.clock import SECOND
from netwatch.inspections import remembered
from netwatch.queries.coverage import taken
from netwatch.queries.incidents import WantedIncidents, incident_list, todo
from netwatch.queries.telling import telling

if TYPE_CHECKING:
    from tests.story.conftest import Day, World

pytestmark = pytest.mark.anyio

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
IO, SWITCH = "10.1.0.6", "10.1.0.4"
CONTACT = "1.3.6.1.4.1.318.1.1.25.2.2.1.5.1.1"
COUNTER = "1.3.6.1.4.1.21796.3.3.1.1.6.1"
STRIDE, DAY = 6 * 3600, 86_400
NORM = Norm(
    id="inspected", name="inspected", item="surge_protector", inspected_within=12, valid_from=date(2025, 7, 1)
)


def at(text: str) -> int:
    """A local moment, microseconds."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()) * SECOND


def inspection(item: str, on: date, result: str = "pass") -> FieldRecord:
    return FieldRecord(id=f"{item}/inspection/{on}", item=item, kind="inspection", on=on, result=result)


async def written(day: "Day", record: FieldRecord) -> None:
    """Write a record down while the daemon runs, which reads it at once."""
    now = day.clock.now()

    def write() -> None:
        with Session(day.store.engine) as session, session.begin():
            change = Change("field_record", record.id, None, None, record)
            apply(session, [change], author="test", at=now, source="test")

    await day.writer.run(write)
    assert (await day.daemon.reload(dry_run=False)).applied


def told(day: "Day") -> list[tuple[tuple[str, ...], str, str, bool]]:
    """Every incident about inspections: roots, reason, severity, over."""
    return [
        (one.roots, str(one.reason), str(one.severity), one.ended is not None)
        for one in day.daemon.desk.view.incidents.values()
    ]


def titles(day: "Day") -> list[str]:
    """What people read of open incidents."""
    now, present = day.clock.now(), day.daemon.present()
    tell = telling(present, datetime.fromtimestamp(now / SECOND, ZONE))
    return [one.title.words(str) for one in incident_list(present, WantedIncidents(), tell, now).lines]


def covered(day: "Day", known_at: int | None = None) -> tuple[str, str]:
    """How the one protector covers what the norm asks, and why not better."""
    found = taken(day.store, day.daemon.today(), ZONE, known_at, "", day.clock.now())
    (one,) = (covering for cell in found.audit.cells for covering in cell.coverings)
    return str(one.state), one.reason


def chores(day: "Day") -> set[str]:
    lines = {one.reason: one.things for one in todo(day.daemon.present())}
    return {id_ for id_, _ in lines.get("inspection_wanted", ())}


@pytest.fixture
def calendar(make_world: "Callable[..., World]", database_url: str) -> "World":
    """Protectors without contacts: two due on 2 November, one for months not, and many that were overdue long ago."""
    world = make_world(database_url)
    since = date(2025, 7, 1)
    unit = {"kind": "peoples_committee", "level": "commune", "valid_from": since}
    old = [
        SurgeProtector(id=f"old{n}", name=f"old{n}", site="xa", installed_on=date(2020, 1, 1))
        for n in range(30)
    ]
    good = [SurgeProtector(id=id_, name=id_, site="xa", installed_on=since) for id_ in ("a", "b", "c")]
    world.records = (
        OrganisationUnit(id="xa-ubnd", name="UBND xã", **unit),  # type: ignore[arg-type]
        Site(id="xa", name="Trụ sở", organisation_units=("xa-ubnd",)),
        *old,
        *good,
        inspection("a", date(2025, 11, 2)),
        inspection("b", date(2025, 11, 2)),
        inspection("c", date(2026, 10, 25)),
    )
    world.overrides = (*world.overrides, "probes.inspection_term.interval=21600.0")
    world.transports = {"wall": lambda: world.clock.now() / SECOND}
    world.plant()
    return world


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_season_of_inspections(calendar: "World") -> None:
    """What was overdue at first sight is one listing; what comes due is one quiet incident of its agency."""
    async with calendar.day() as day:
        await day.wait(DAY, STRIDE)
        assert day.now("a") == "up inspected"
        assert day.now("old0") == "unknown not_monitored"
        assert told(day) == []
        assert len(chores(day)) == 30 + 2  # a and b are due soon
        await day.wait((at("2026-11-04T08:00") - day.clock.now()) / SECOND, STRIDE)
        assert day.now("a") == day.now("b") == "degraded inspection_overdue"
        assert told(day) == [(("a", "b"), "inspection_overdue", "notice", False)]
        assert titles(day) == ["2 surge protectors: its inspection is overdue"]
        assert len(chores(day)) == 30
        await written(day, inspection("a", date(2026, 11, 4)))
        await written(day, inspection("b", date(2026, 11, 4), "fail"))
        await day.wait(DAY, STRIDE)
        assert day.now("a") == "up inspected"
        assert day.now("b") == "degraded forced_by_inspection_failed"
        await written(day, inspection("b", date(2026, 11, 5)))
        await day.wait(DAY, STRIDE)
        assert day.now("b") == "up inspected"
        assert all(over for *_, over in told(day))
    calendar.clock.move_to(at("2027-05-01T09:00"))
    async with calendar.day() as day:
        await day.wait(DAY, STRIDE)
        assert day.now("a") == day.now("c") == "up inspected"
        await written(day, FieldRecord(id="strike", item="c", kind="strike", on=date(2027, 5, 1), at="08:30"))
        await day.wait(DAY, STRIDE)
        assert day.now("c") == "degraded forced_by_strike"
        assert day.now("old0") == "unknown not_monitored"
        await written(day, inspection("c", date(2027, 5, 2)))
        await day.wait(DAY, STRIDE)
        assert day.now("c") == "up inspected"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_strike_and_what_the_storm_took_force_an_inspection(
    make_world: "type[World]", database_url: str
) -> None:
    """The counter rises, the switch behind the protector goes silent: both are evidence, also after a restart."""
    world = make_world(database_url)
    world.records = tuple(_counting(one) for one in world.records)
    world.records += (inspection("spd", date(2026, 10, 20)), NORM)
    world.overrides = (*world.overrides, "probes.inspection_term.interval=60.0")
    world.transports = {"wall": lambda: world.clock.now() / SECOND}
    world.plant()
    world.wire.set(IO, COUNTER, 5)
    async with world.day() as day:
        await day.wait(180)
        assert day.now("spd") == "up contact_normal"
        assert covered(day) == ("proved", "")
        calm = day.clock.now()
        world.wire.set(IO, COUNTER, 7)
        world.wire.silence(SWITCH)
        await day.wait(300)
        assert day.now("switch").startswith("down")
        assert day.now("spd") == "degraded forced_by_strike"
        assert covered(day) == ("seen", "inspection_forced")
        # Whoever asks what was known before is told so.
        assert covered(day, calm) == ("proved", "")
        (severity,) = {one.severity for one in day.daemon.desk.view.incidents.values() if "spd" in one.roots}
        assert severity is Severity.NOTICE
    async with world.day() as day:
        await day.wait(180)
        assert day.now("spd") == "degraded forced_by_strike"
        (strike, loss) = sorted(
            day.daemon.present().happened["spd"], key=lambda one: one.trigger, reverse=True
        )
        assert (strike.trigger, loss.trigger) == ("strike", "device_lost")
        assert loss.evidence.startswith("switch ")
        assert "← spd" in loss.evidence
        assert remembered(day.store.engine, ZONE) == day.daemon.present().happened
        world.wire.answer(SWITCH)
        today = datetime.fromtimestamp(day.clock.now() / SECOND, ZONE)
        record = replace(inspection("spd", today.date()), at=f"{today:%H:%M}")
        await written(day, record)
        await day.wait(300)
        assert day.now("spd") == "up contact_normal"
        assert covered(day) == ("proved", "")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_contact_that_came_back_proves_nothing_until_a_replacement(
    make_world: "type[World]", database_url: str
) -> None:
    """In coverage as in its verdict, whatever it says meanwhile."""
    world = make_world(database_url)
    world.records += (inspection("spd", date(2026, 10, 20)), replace(NORM, inspected_within=None))
    world.plant()
    async with world.day() as day:
        await day.wait(180)
        assert covered(day) == ("proved", "")
        world.wire.set(IO, CONTACT, 2)
        await day.wait(300)
        world.wire.set(IO, CONTACT, 1)
        await day.wait(300)
        assert day.now("spd") == "down contact_latched"
        assert covered(day) == ("seen", "tripped")
        today = datetime.fromtimestamp(day.clock.now() / SECOND, ZONE)
        new = FieldRecord(id="new", item="spd", kind="replacement", on=today.date(), at=f"{today:%H:%M}")
        await written(day, new)
        await day.wait(300)
        assert day.now("spd") == "up contact_normal"
        assert covered(day) == ("proved", "")


def _counting(record: Any) -> Any:  # noqa: ANN401 - any record
    if isinstance(record, SurgeProtector):
        return replace(record, counter_point=f"snmp:{COUNTER}", protected=("switch",))
    return record
