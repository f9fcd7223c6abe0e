"""Numbers beyond their limits, told with the clock moved by hand: degraded, never down, with an incident."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netwatch.clock import MINUTE
from netwatch.incidents.contract import Nature
from probes.transports.errors import BadAnswer
from probes.transports.fakes import FakeIcmp
from probes.transports.icmp.contract import Burst

if TYPE_CHECKING:
    from conftest import World

pytestmark = pytest.mark.anyio
LOSSY = Burst((0.01, 0.01, None, None, 0.01))
SLOW = Burst((0.3,) * 5)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """These facts are like any other: one database is enough."""
    return f"sqlite:///{tmp_path}/netwatch.db"


def answer(icmp: FakeIcmp, burst: Burst) -> None:
    """The main line answers so."""
    icmp.answers["10.1.0.1"] = burst


async def test_a_lossy_line_is_degraded_until_its_loss_is_below_the_lower_bound(world: "World") -> None:
    """Two echoes of five lost: beyond 5 % soon, back only below 2 % of ten minutes; one incident all the while."""
    async with world.day() as day:
        await day.wait(360)
        assert day.now("main") == "up witness_good"
        began = day.clock.now()
        answer(world.wire.icmp, LOSSY)
        await day.wait(180)
        assert day.now("main") == "degraded beyond_limit"
        assert day.now("commune") == "degraded member_not_up main"
        [row] = [row for row in day.rows("main") if row.verdict.reason == "beyond_limit"]
        assert row.verdict.evidence.startswith("loss: ")
        assert row.verdict.evidence.endswith(" % > 5 %")
        assert began < row.start <= began + 2 * MINUTE
        await day.wait(60)
        [incident] = day.daemon.desk.view.open
        assert (incident.nature, incident.roots, incident.reason) == (Nature.LIMIT, ("main",), "beyond_limit")
        answer(world.wire.icmp, Burst((0.01,) * 5))
        await day.wait(240)
        assert day.now("main") == "degraded beyond_limit"
        await day.wait(540)
        assert day.now("main") == "up witness_good"
        assert not day.daemon.desk.view.open
        assert [str(row.verdict.kind) for row in day.rows("main")] == ["unknown", "up", "degraded", "up"]


async def test_a_cut_line_is_down_and_comes_back_without_a_word_of_loss(world: "World") -> None:
    """Silence is the witness's business: it neither counts as loss nor leaves any behind."""
    async with world.day() as day:
        await day.wait(480)
        world.wire.silence("10.1.0.1")
        await day.wait(300)
        assert day.now("main") == "down witness_fails"
        world.wire.answer("10.1.0.1")
        await day.wait(300)
        kinds = [(str(row.verdict.kind), row.verdict.reason) for row in day.rows("main")]
        assert kinds[1:] == [("up", "witness_good"), ("down", "witness_fails"), ("up", "witness_good")]


async def test_what_was_beyond_stays_so_over_a_restart(world: "World") -> None:
    """After a restart the time in between is unknown, and a number between both bounds still is beyond."""
    async with world.day() as day:
        await day.wait(360)
        answer(world.wire.icmp, SLOW)
        await day.wait(420)
        assert day.now("main") == "degraded beyond_limit"
    answer(world.wire.icmp, Burst((0.045,) * 5))
    async with world.day() as day:
        await day.wait(420)
        assert day.now("main") == "degraded beyond_limit"
        answer(world.wire.icmp, Burst((0.01,) * 5))
        await day.wait(420)
        assert day.now("main") == "up witness_good"


async def test_faulty_limits_leave_the_running_ones_in_force(
    make_world: type["World"], tmp_path: Path
) -> None:
    """A reload is refused with file and line; a sound file comes into force and is told as a difference."""
    folder = tmp_path / "own"
    folder.mkdir()
    more = f'limits.folder="{folder}"'
    world = make_world(f"sqlite:///{tmp_path}/netwatch.db")
    world.overrides = (*world.overrides, more)
    world.plant()
    async with world.day() as day:
        before = day.daemon.plan
        (folder / "a.toml").write_text("[loss]\nabov = 50\n", "utf-8")
        refused = await day.daemon.reload(dry_run=False)
        assert not refused.applied
        assert "a.toml, line 2: loss.abov" in str(refused.refused[0])
        assert day.daemon.plan is before
        (folder / "a.toml").write_text("[loss]\nabove = 50\n", "utf-8")
        report = await day.daemon.reload(dry_run=False)
        assert [(change.area, change.key, change.before, change.after) for change in report.changes] == [
            ("limits", "loss", "> 5 %", "> 50 %")
        ]
        await day.wait(360)
        answer(world.wire.icmp, LOSSY)
        await day.wait(420)
        assert day.now("main") == "up witness_good"


async def test_an_agency_of_which_little_is_known_is_an_incident(world: "World") -> None:
    """The agents of the commune talk nonsense: too few looks give a result. Were they silent, that would be told."""
    async with world.day() as day:
        await day.wait(120)
        for address in ("10.1.0.5", "10.1.0.6"):
            world.wire.snmp.agent(address).fault = BadAnswer()
        await day.wait(40 * 60, stride=10)
        shares = day.daemon.present().completeness
        assert shares["top"] == 1.0
        assert 0.5 < shares["xa"] < 0.9
        assert "condition:completeness:xa" in {incident.scope for incident in day.daemon.desk.view.open}
