"""What real looks measure stands in the database a minute later, and a killed daemon loses one bucket at the most."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from netwatch.capacity.contract import BUCKET
from netwatch.clock import MINUTE
from netwatch.sampling.rows import PORTIONS, VALID_MARK, told
from netwatch.store.sample_sql import rows_between

if TYPE_CHECKING:
    from tests.story.conftest import World

pytestmark = pytest.mark.anyio

LOSS = "line/loss/main"


def stored(engine: Engine) -> dict[str, dict[int, tuple[float, int]]]:
    """(mean, 250ths covered) by series and number of the bucket."""
    found: dict[str, dict[int, tuple[float, int]]] = {}
    for row in rows_between(engine, 0, 1 << 62, range(PORTIONS)):
        for name, value, covered, _ in told(row):
            found.setdefault(name, {})[row.start // BUCKET] = (value, covered)
    return found


async def test_samples_of_lines_and_endpoints_outlive_a_kill(world: "World") -> None:
    """Killed in the middle of a bucket; the next daemon goes on with it, and its neighbours are whole."""
    world.clock.move_to(world.clock.now() - world.clock.now() % BUCKET + BUCKET)
    first = world.clock.now() // BUCKET
    async with world.day(orderly=False) as day:
        await day.wait(6 * 60)
        world.wire.silence("10.1.0.1")
        await day.wait(6 * 60)
        found = stored(day.store.engine)
    assert set(found) == {
        *(f"line/{metric}/{id_}" for metric in ("rtt", "loss", "jitter") for id_ in ("main", "backup")),
        *(f"conferencing_endpoint/{metric}/room" for metric in ("rtt", "loss")),
    }
    mean, covered = found[LOSS][first]
    assert (mean, covered >= VALID_MARK) == (0.0, True)
    assert 0.5 < found[LOSS][first + 1][0] < 1
    # While every echo is lost there is no round trip to be had.
    assert found["line/rtt/main"][first + 1][1] < VALID_MARK
    world.clock.move_to(world.clock.now() + MINUTE // 2)
    async with world.day() as day:
        await day.wait(8 * 60)
    async with world.day() as day:
        found = stored(day.store.engine)
    kept = found[LOSS]
    assert [place - first for place, (_, covered) in sorted(kept.items()) if covered < VALID_MARK] in (
        [2, 4],
        [4],
    )
    assert kept[first + 3] == (1.0, 250)
