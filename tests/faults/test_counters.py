"""What is remembered between looks goes with its target."""

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory.apply import apply
from inventory.changes import Change
from inventory.load import load
from probes.counters import Reading

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.anyio


def retire(engine: Engine, device: str, at: int) -> None:
    """Take a device out of the inventory, as an import does."""
    with Session(engine) as session, session.begin():
        there = load(session, date(2026, 11, 23)).of("device")[device]
        apply(session, [Change("device", device, None, there, None)], author="test", at=at, source="test")


async def test_a_reload_forgets_the_counters_of_what_is_no_longer_there(bench: "Bench") -> None:
    """Those of the others go on; a device that comes back begins anew."""
    async with bench.run() as watch:
        await watch.wait(10)
        counters = watch.kit.counters
        for target in ("d1", "d2"):
            counters.add(target, Reading(0.0, 1, {("1", "octets"): (7, 64)}), complete=True)
        await watch.daemon.write(lambda engine: retire(engine, "d1", bench.clock.now()))
        assert (await watch.daemon.reload(dry_run=True)).changes
        assert len(counters) == 2
        assert (await watch.daemon.reload(dry_run=False)).applied
        assert len(counters) == 1
        grown = Reading(1.0, 101, {("1", "octets"): (9, 64)})
        assert counters.add("d2", grown, complete=True) == {("1", "octets"): 2}
        assert counters.add("d1", grown, complete=True) == {("1", "octets"): 0}
        await watch.wait(20)
        assert watch.rows("d1")[-1].end is not None
        assert "d1" not in watch.daemon.present().judged
