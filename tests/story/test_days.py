"""Days of a province, told with the clock moved by hand."""

import itertools
from typing import TYPE_CHECKING

import pytest

from netwatch.clock import SECOND, ClockEvent, Disturbance

if TYPE_CHECKING:
    from conftest import World

pytestmark = pytest.mark.anyio
COMMUNE = ("10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5", "10.1.0.6")
EVERYTHING = (
    "core",
    "main",
    "backup",
    "router",
    "switch",
    "codec",
    "inputs",
    "room",
    "spd",
    "commune",
    "centre",
)


async def test_a_healthy_morning_ends_with_everything_up_and_says_why(world: "World") -> None:
    async with world.day() as day:
        await day.wait(0)
        assert day.now("main") == "unknown not_yet_measured"
        await day.wait(180)
        assert [day.now(subject) for subject in EVERYTHING] == [
            *["up answers"],
            *["up witness_good"] * 2,
            *["up answers"] * 4,
            "up registered",
            "up contact_normal",
            "up lines_up",
            "up core_up",
        ]


async def test_a_cut_main_line_is_down_and_its_site_degraded_within_ninety_seconds(world: "World") -> None:
    async with world.day() as day:
        await day.wait(180)
        world.wire.silence("10.1.0.1")
        await day.wait(60)
        assert day.now("main") == "down witness_fails"
        assert day.now("commune") == "degraded backup_only main"
        assert day.now("router") == "up answers"
        world.wire.answer("10.1.0.1")
        await day.wait(60)
        assert day.now("commune") == "up lines_up"
        line = day.rows("main")
        assert [str(row.verdict.kind) for row in line] == ["unknown", "up", "down", "up"]
        down = line[2]
        assert down.end is not None
        assert 0 <= (down.start - day.clock.now()) / SECOND + 120 <= 30
        assert 0 < (down.start - down.contrary) / SECOND <= 30
        site = day.rows("commune")
        assert [(row.start, row.end) for row in site if row.verdict.kind == "degraded"] == [
            (down.start, down.end)
        ]


async def test_a_commune_without_power_is_down_and_what_hangs_from_its_lines_unreachable(
    world: "World",
) -> None:
    async with world.day() as day:
        await day.wait(180)
        world.wire.silence(*COMMUNE)
        await day.wait(150)
        assert [
            day.now(subject) for subject in ("main", "backup", "router", "switch", "codec", "commune")
        ] == [
            *["down witness_fails"] * 2,
            *["unreachable upstream main"] * 3,
            "down no_line_up main",
        ]
        assert day.now("room") == "unreachable upstream main"
        assert day.now("spd") == "unknown input_unreachable main"
        assert day.now("core") == "up answers"
        world.wire.answer(*COMMUNE)
        await day.wait(120)
        assert {day.now(subject).split()[0] for subject in EVERYTHING} == {"up"}


async def test_a_dead_core_explains_everything_behind_it(world: "World") -> None:
    async with world.day() as day:
        await day.wait(180)
        world.wire.silence("10.0.0.1", *COMMUNE)
        await day.wait(150)
        assert day.now("core") == "down no_answer"
        assert {day.now(id_) for id_ in ("main", "backup", "router", "switch", "commune")} == {
            "unreachable upstream core"
        }


async def test_a_lost_registration_and_an_open_contact_are_faults_of_their_own(world: "World") -> None:
    async with world.day() as day:
        await day.wait(180)
        world.wire.set("10.1.0.5", "1.3.6.1.4.1.13885.101.1.3.1.0", 2)
        world.wire.set("10.1.0.6", "1.3.6.1.4.1.318.1.1.25.2.2.1.5.1.1", 2)
        await day.wait(100)
        assert day.now("room") == "down not_registered"
        assert day.now("codec") == "up answers"
        assert day.now("spd") == "down contact_fault"
        world.wire.set("10.1.0.6", "1.3.6.1.4.1.318.1.1.25.2.2.1.5.1.1", 3)
        await day.wait(100)
        assert day.now("spd") == "unknown bad_answer"


async def test_while_both_anchors_fail_nothing_is_called_down(world: "World") -> None:
    async with world.day() as day:
        await day.wait(180)
        world.wire.silence(*world.wire.known)
        await day.wait(120)
        assert day.daemon.present().vantages[0].blind_since
        assert {day.now(subject).split()[0] for subject in EVERYTHING} == {"unknown"}
        assert day.now("main") == "unknown vantage"
        world.wire.answer(*world.wire.known)
        await day.wait(120)
        assert {day.now(subject).split()[0] for subject in EVERYTHING} == {"up"}
        assert {row.verdict.kind for row in day.rows("main")} == {"unknown", "up"}


async def test_what_really_failed_while_the_vantage_was_blind_is_told_once_it_sees_again(
    world: "World",
) -> None:
    async with world.day() as day:
        await day.wait(180)
        world.wire.silence(*world.wire.known)
        await day.wait(120)
        world.wire.answer(*(address for address in world.wire.known if address != "10.1.0.1"))
        await day.wait(120)
        assert day.now("main") == "down witness_fails"
        assert day.now("commune") == "degraded backup_only main"
        assert [str(row.verdict.kind) for row in day.rows("main")] == ["unknown", "up", "unknown", "down"]


async def test_a_killed_daemon_leaves_every_committed_interval_and_a_gap_that_is_unknown(
    world: "World",
) -> None:
    async with world.day(orderly=False) as day:
        await day.wait(300)
        before = day.rows("main")
    world.clock.move_to(world.clock.now() + 36_000 * SECOND)
    async with world.day() as day:
        await day.wait(5)
        assert day.now("main").startswith("unknown stopped")
        await day.wait(60)
        assert day.now("main") == "up witness_good"
        after = day.rows("main")
        assert [row.id for row in after[: len(before)]] == [row.id for row in before]
        gap = after[len(before)]
        assert gap.verdict.reason == "stopped"
        assert gap.end is not None
        assert 36_000 <= (gap.end - gap.start) / SECOND <= 36_040
        assert all(one.end == two.start for one, two in itertools.pairwise(after))


async def test_an_outage_just_before_a_kill_is_still_told_after_the_restart(world: "World") -> None:
    async with world.day(orderly=False) as day:
        await day.wait(180)
        world.wire.silence("10.1.0.1")
        await day.wait(120)
        world.wire.answer("10.1.0.1")
        await day.wait(60)
        before = {id_: day.rows(id_) for id_ in ("main", "commune", "codec")}
    async with world.day() as day:
        await day.wait(120)
        for id_, rows in before.items():
            assert day.rows(id_)[: len(rows) - 1] == rows[:-1]


async def test_a_suspended_machine_has_a_sliver_of_unknown(world: "World") -> None:
    async with world.day() as day:
        await day.wait(180)
        slept = day.clock.now()
        day.clock.events.append(ClockEvent(Disturbance.SUSPENDED, slept, slept + 600 * SECOND, 600 * SECOND))
        world.clock.move_to(slept + 600 * SECOND)
        await day.wait(60)
        assert [(kind, reason) for _, kind, reason in day.told("main")][-3:] == [
            ("up", "witness_good"),
            ("unknown", "suspended"),
            ("up", "witness_good"),
        ]
        assert day.rows("main")[-2].start == slept


async def test_a_flapping_line_counts_every_outage_that_lasts_three_looks(world: "World") -> None:
    async with world.day() as day:
        await day.wait(180)
        for _ in range(3):
            world.wire.silence("10.1.0.1")
            await day.wait(60)
            world.wire.answer("10.1.0.1")
            await day.wait(60)
        assert [kind for _, kind, _ in day.told("main")].count("down") == 3


async def test_a_device_never_seen_is_unknown_and_degrades_nothing_else(world: "World") -> None:
    world.wire.silence("10.1.0.4")
    async with world.day() as day:
        await day.wait(200)
        assert day.now("switch") == "unknown never_seen"
        assert day.now("codec") == "up answers"
        assert day.now("commune") == "up lines_up"


async def test_a_device_that_answers_requests_but_no_echoes_stays_up(world: "World") -> None:
    async with world.day() as day:
        await day.wait(180)
        world.wire.icmp.silent("10.1.0.5")
        await day.wait(1800)
        assert day.now("codec") == "up answers"
        assert [kind for _, kind, _ in day.told("codec")] == ["unknown", "up"]
        assert [kind for _, kind, _ in day.told("room")][-1] == "up"


async def test_anchors_that_were_mistyped_and_are_taken_out_no_longer_excuse_failures(world: "World") -> None:
    async with world.day() as day:
        await day.wait(180)
        world.wire.silence(*world.wire.known[:2])
        await day.wait(60)
        assert day.daemon.present().vantages[0].blind_since
        day.daemon._overrides = (*day.daemon._overrides, "anchors.addresses=[]")
        report = await day.daemon.reload(dry_run=False)
        assert report.applied
        world.wire.silence("10.1.0.1")
        await day.wait(120)
        assert day.now("main") == "down witness_fails"


async def test_topology_revisions_go_on_after_a_restart_and_a_reload_tells_what_differs(
    world: "World",
) -> None:
    async with world.day() as day:
        await day.wait(180)
        assert {row.topology for row in day.rows("main")} == {1}
        day.daemon._overrides = (*day.daemon._overrides, "intervals.witness=20.0")
        report = await day.daemon.reload(dry_run=True)
        told = {(change.area, change.key): (change.before, change.after) for change in report.changes}
        assert told["settings", "intervals.witness"] == ("30.0", "20.0")
        assert told["checks", "icmp_echo main"] == ("10.1.0.1, 30 s", "10.1.0.1, 20 s")
    async with world.day() as day:
        assert day.daemon.plan.revision == 2
