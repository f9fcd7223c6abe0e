"""Incidents and messages while the daemon itself has trouble: killed, blind, its database locked, another inventory."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session

from alerts.contract import NoticeKind, Window
from inventory.apply import apply
from inventory.changes import Change
from netwatch.clock import SECOND, ClockEvent, Disturbance
from netwatch.incidents.contract import Incident, Nature
from netwatch.incidents.reclassifying import Reclassification
from netwatch.store.contract import StoreFault
from netwatch.translate.to_channels import pace, receivers

if TYPE_CHECKING:
    from conftest import Day, Land, Place, Story

pytestmark = pytest.mark.anyio

STRIDE = 5.0
HOUR = 3600.0


@asynccontextmanager
async def running(story: "Story", *, orderly: bool = True) -> AsyncIterator["Day"]:
    """A run of the daemon whose messages go into the story's boxes."""
    async with story.world.day(orderly=orderly) as day:
        into_boxes(story, day)
        yield day


def into_boxes(story: "Story", day: "Day") -> None:
    made = receivers(day.daemon.settings, {}, day.daemon.signer)
    boxes = {name: replace(one, channel=story.boxes[name]) for name, one in made.items()}
    day.daemon.notifier.renew(boxes, pace(day.daemon.settings))


async def edited(story: "Story", day: "Day", id_: str, **fields: object) -> None:
    """Edit a device in the inventory, and have it read again."""
    device = day.daemon.inventory.of("device")[id_]
    after = replace(device, **fields)  # type: ignore[type-var]
    with Session(day.store.engine) as session, session.begin():
        edit = Change("device", id_, None, device, after)
        apply(session, [edit], author="test", at=day.clock.now(), source="test")
    story.world.environment |= dict.fromkeys(("CNTT", "TRUC"), "json://127.0.0.1:9/")
    report = await day.daemon.reload(dry_run=False)
    assert report.applied
    into_boxes(story, day)


async def live(story: "Story", day: "Day") -> None:
    """All is well, and people are told from now on."""
    await day.wait(150, STRIDE)
    await day.daemon.attend(lambda desk: desk.go_live(story.world.clock.now()))


def told(day: "Day") -> list[tuple[str, str]]:
    """(root, kind) of every notice, by incident."""
    view = day.daemon.desk.view
    return [
        (view.incidents[id_].roots[0], str(notice.kind))
        for id_, notices in sorted(view.notices.items())
        for notice in notices
        if not view.incidents[id_].scope.startswith("condition:")
    ]


def open_ones(day: "Day") -> list[Incident]:
    """Without those about how much is known of an agency, which are another story."""
    return [it for it in day.daemon.desk.view.open if not it.scope.startswith("condition:")]


def roots(day: "Day") -> set[str]:
    return {root for incident in open_ones(day) for root in incident.roots}


def everything(land: "Land") -> Sequence[str]:
    return [address for place in land.places for address in place.addresses]


@pytest.fixture
def story(tell: "Callable[..., Story]", place: "type[Place]") -> "Story":
    """Four communes with a line each, one of them with a supply; no two share anything."""
    return tell([place(1), place(2), place(3), place(4, ups=True)])


async def test_a_daemon_killed_in_mid_storm_tells_no_end_that_is_not_true(story: "Story") -> None:
    """What it was told before stays told, what was gathered goes on; ends come once each thing was seen well."""
    land = story.land
    async with running(story, orderly=False) as day:
        await live(story, day)
        land.cut(land.places[0])
        await day.wait(90, STRIDE)
        land.cut(land.places[1])
        await day.wait(45, STRIDE)
        before = told(day)
        assert before == [("D01", "opening")]
    land.cut(land.places[2])
    async with running(story, orderly=False) as day:
        for _ in range(10):
            await day.wait(30, STRIDE)
            assert "closing" not in {kind for _, kind in told(day)}
        assert roots(day) == {"D01", "D02", "D03"}
        assert sorted(told(day)) == [(f"D0{number}", "opening") for number in (1, 2, 3)]
    land.mend(land.places[0])
    async with running(story) as day:
        await day.wait(300, STRIDE)
        assert roots(day) == {"D02", "D03"}
        assert [root for root, kind in told(day) if kind == "closing"] == ["D01"]
    assert len(story.boxes["cntt"].taken) == 4


async def test_a_daemon_killed_between_its_transactions_forgets_nothing(story: "Story") -> None:
    """The facts are stored, the verdicts are not: the next run tells of the cut as if nothing had been."""
    land = story.land
    async with running(story, orderly=False) as day:
        await live(story, day)

        def full(*_: object) -> None:
            raise StoreFault("full", "no space left on the device")

        day.store.judge = full  # type: ignore[assignment,method-assign]
        land.cut(land.places[0])
        await day.wait(120, STRIDE)
        assert open_ones(day) == []
    async with running(story) as day:
        await day.wait(180, STRIDE)
        assert [incident.roots for incident in open_ones(day)] == [("D01",)]
        assert told(day) == [("D01", "opening")]


async def test_a_commit_that_was_made_though_it_seemed_to_fail_leaves_one_incident(story: "Story") -> None:
    """The connection broke while the database said yes: what it holds counts, and nothing is opened twice."""
    land = story.land
    async with running(story) as day:
        await live(story, day)
        judge, broken = day.store.judge, []

        def breaking(judgement: object) -> object:
            rows = judge(judgement)  # type: ignore[arg-type]
            if not broken and judgement.desk.incidents:  # type: ignore[attr-defined]
                broken.append(rows)
                land.mend(land.places[0])
                raise StoreFault("gone", "the connection broke")
            return rows

        day.store.judge = breaking  # type: ignore[assignment,method-assign]
        land.cut(land.places[0])
        await day.wait(300, STRIDE)
        assert broken
        assert open_ones(day) == []
        stored = day.store.incidents(0, day.clock.now() + 1)
        assert [incident.open for incident in stored] == [False]
        deeds = [entry.deed for entry in day.store.incident_log(1)]
        assert deeds.count("opened") == 1


async def test_a_locked_database_delays_what_is_told_and_doubles_nothing(story: "Story") -> None:
    """A minute in which nothing can be written, in the middle of a storm."""
    land = story.land
    async with running(story) as day:
        await live(story, day)
        kept = day.store.judge, day.store.put

        def locked(*_: object) -> None:
            raise StoreFault("locked", "another writes")

        land.cut(land.places[0])
        await day.wait(85, STRIDE)
        day.store.judge = day.store.put = locked  # type: ignore[assignment,method-assign]
        land.cut(land.places[1])
        await day.wait(120, STRIDE)
        day.store.judge, day.store.put = kept  # type: ignore[method-assign]
        await day.wait(60, STRIDE)
        assert roots(day) == {"D01", "D02"}
        land.mend(land.places[0])
        land.mend(land.places[1])
        await day.wait(300, STRIDE)
        assert open_ones(day) == []
        assert told(day) == [
            ("D01", "opening"), ("D01", "closing"), ("D02", "opening"), ("D02", "closing"),
        ]  # fmt: skip
    assert len(story.boxes["cntt"].taken) == 4


async def test_while_we_are_blind_nothing_opens_or_ends_but_our_own_blindness(story: "Story") -> None:
    """An incident told before and one just gathered stay; afterwards exactly what is true is told."""
    land = story.land
    async with running(story) as day:
        await live(story, day)
        land.cut(land.places[0])
        await day.wait(120, STRIDE)
        assert told(day) == [("D01", "opening")]
        land.silence("10.0.0.250", "10.0.0.251", "10.0.0.1", *everything(land))
        await day.wait(400, STRIDE)
        natures = {incident.nature for incident in open_ones(day) if incident.announced}
        assert natures == {Nature.FAULT, Nature.BLINDNESS}
        assert told(day)[0] == ("D01", "opening")
        assert [root for root, _ in told(day)[1:]] == ["vantage:local"]
        land.icmp.living(("10.0.0.250", "10.0.0.251", "10.0.0.1"))
        for commune in land.places[1:]:
            land.mend(commune)
        land.cut(land.places[2])
        await day.wait(400, STRIDE)
        assert roots(day) == {"D01", "D03"}
        kinds = {(root, kind) for root, kind in told(day)}
        assert kinds == {
            ("D01", "opening"),
            ("vantage:local", "opening"),
            ("vantage:local", "closing"),
            ("D03", "opening"),
        }


async def test_an_agent_that_fell_silent_is_not_told_well_by_a_restart_and_not_missed_once_nobody_asks_it(
    story: "Story",
) -> None:
    """The device answers at once after the restart, its agent has to be asked; without credentials nobody does."""
    land = story.land
    ups = land.places[3]
    async with running(story, orderly=False) as day:
        await live(story, day)
        land.snmp.agents.pop(ups.address("U"))
        await day.wait(HOUR + 600, 20)
        assert [(incident.nature, incident.roots) for incident in open_ones(day)] == [
            (Nature.IGNORANCE, ("U04",))
        ]
    async with running(story) as day:
        await day.wait(400, 20)
        assert told(day) == [("U04", str(NoticeKind.OPENING))]
        assert roots(day) == {"U04"}
        await edited(story, day, "U04", credentials=())
        await day.wait(200, STRIDE)
        assert open_ones(day) == []
    async with running(story) as day:
        await day.wait(200, STRIDE)
        assert open_ones(day) == []


async def test_a_failing_thing_that_is_not_to_be_looked_at_any_more_ends_its_incident(story: "Story") -> None:
    """It was taken out of service: nobody will ever see it well again, though it had come and gone before."""
    land = story.land
    async with running(story) as day:
        await live(story, day)
        switch = land.places[0]
        for _ in range(3):
            land.break_switch(switch)
            await day.wait(120, STRIDE)
            land.mend(switch)
            await day.wait(120, STRIDE)
        land.break_switch(switch)
        await day.wait(120, STRIDE)
        assert [(it.roots, it.flapping) for it in open_ones(day)] == [(("C01",), True)]
        await edited(story, day, "C01", address=None)
        assert day.now("C01") == "down no_answer"
        await day.wait(200, STRIDE)
        assert day.now("C01") == "unknown not_monitored"
        assert open_ones(day) == []
        assert told(day) == 2 * [("C01", "opening"), ("C01", "closing")]


@pytest.mark.parametrize("what", [Disturbance.SUSPENDED, Disturbance.STEPPED])
async def test_a_machine_that_slept_or_a_clock_set_forward_tells_nobody_anything(
    story: "Story", what: Disturbance
) -> None:
    """Hours that nobody measured are unknown, and no news: what is open stays, what is well is looked at first."""
    land = story.land
    async with running(story) as day:
        await live(story, day)
        land.cut(land.places[0])
        await day.wait(120, STRIDE)
        before = told(day)
        slept, hours = day.clock.now(), 3 * HOUR * SECOND
        day.clock.move_to(slept + round(hours))
        day.clock.events.append(ClockEvent(what, slept, day.clock.now(), round(hours)))
        land.cut(land.places[1])
        await day.wait(400, STRIDE)
        assert roots(day) == {"D01", "D02"}
        assert told(day) == [*before, ("D02", "opening")]


async def test_a_daemon_that_was_stopped_for_hours_opens_nothing_for_that(story: "Story") -> None:
    """All is unknown since then, and looked at within a minute."""
    land = story.land
    async with running(story) as day:
        await live(story, day)
        land.cut(land.places[0])
        await day.wait(120, STRIDE)
    story.world.clock.move_to(story.world.clock.now() + round(3 * HOUR) * SECOND)
    land.mend(land.places[0])
    async with running(story) as day:
        await day.wait(400, STRIDE)
        assert told(day) == [("D01", "opening"), ("D01", "closing")]


async def test_an_open_incident_lives_through_edits_of_the_inventory(story: "Story") -> None:
    """Its device hangs elsewhere, then stands elsewhere: it goes on, is told once, and ends when that is well."""
    land = story.land
    async with running(story) as day:
        await live(story, day)
        land.break_switch(land.places[0])
        await day.wait(120, STRIDE)
        land.cut(land.places[1])
        await day.wait(120, STRIDE)
        before = [("C01", "opening"), ("D02", "opening")]
        assert told(day) == before
        await edited(story, day, "C01", uplinks=("R02",))
        await day.wait(120, STRIDE)
        assert day.now("C01") == "unreachable upstream D02"
        land.mend(land.places[1])
        await day.wait(400, STRIDE)
        assert told(day) == [*before, ("D02", "closing")]
        await edited(story, day, "C01", uplinks=("R03",), site="S03", name="Bộ chuyển mạch dời chỗ")
        await day.wait(120, STRIDE)
        assert roots(day) == {"C01"}
        land.mend(land.places[0])
        await day.wait(200, STRIDE)
        assert told(day) == [("C01", "opening"), ("C01", "closing"), ("D02", "opening"), ("D02", "closing")]


async def test_time_taken_out_of_the_figures_changes_no_incident(story: "Story") -> None:
    """The first minute of an outage that goes on was works: its rows are told anew, nobody is told anything."""
    land = story.land
    async with running(story) as day:
        await live(story, day)
        land.cut(land.places[0])
        await day.wait(HOUR + 300, 20)
        before, begun = open_ones(day), day.rows("D01")[-1].start
        window = Window(0, begun, 60 * SECOND, "lan", "works", subjects=("D01",))
        order = Reclassification(window, begun, begun + 60 * SECOND, "works", "lan")
        report = await day.daemon.reclassify(order)
        assert report.subjects == ("D01",)
        await day.wait(60, STRIDE)
        assert [row.verdict.excluded != "" for row in day.rows("D01")][-2:] == [True, False]
        scene = await day.daemon.attend(lambda desk: desk.scene({}, day.clock.now()))
        assert scene.rows["D01"] == day.rows("D01")[-1]
        assert open_ones(day) == before
        land.mend(land.places[0])
        await day.wait(200, STRIDE)
        assert told(day) == [("D01", "opening"), ("D01", "closing")]
