"""What is remembered between looks goes with its target."""

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory.apply import apply
from inventory.changes import Change
from inventory.load import load
from probes.contract import Seen, Target
from probes.kinds.snmp_interfaces import PROBE
from probes.kit import Kit
from probes.transports.fakes import FakeSnmp, counter64, integer, octets, ticks

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.anyio


def retire(engine: Engine, device: str, at: int) -> None:
    """Take a device out of the inventory, as an import does."""
    with Session(engine) as session, session.begin():
        there = load(session, date(2026, 11, 23)).of("device")[device]
        apply(session, [Change("device", device, None, there, None)], author="test", at=at, source="test")


IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"


async def received(kit: Kit, target: str, octets_in: int) -> float | None:
    """What is counted of a device's only port after its agent has counted so many octets."""
    assert isinstance(kit.snmp, FakeSnmp)
    kit.snmp.agent(f"127.0.9.{target[1:]}").values = {
        "1.3.6.1.2.1.1.3.0": ticks(round(kit.monotonic() * 100)),
        f"{IF}.8.1": integer(1),
        f"{IFX}.1.1": octets("e1"),
        f"{IFX}.6.1": counter64(octets_in),
    }
    seen: Seen = await PROBE.look(Target(target, f"127.0.9.{target[1:]}"), PROBE.params(), kit)
    return seen.columns[0].values["interface_receive_bytes_total"][0]


async def test_a_reload_forgets_the_counters_of_what_is_no_longer_there(bench: "Bench") -> None:
    """Those of the others go on; a device that comes back begins anew."""
    async with bench.run() as watch:
        await watch.wait(10)
        counters = watch.kit.counters
        for target in ("d1", "d2"):
            assert await received(watch.kit, target, 7) == 0
        await watch.daemon.write(lambda engine: retire(engine, "d1", bench.clock.now()))
        assert (await watch.daemon.reload(dry_run=True)).changes
        assert len(counters) == 2
        assert (await watch.daemon.reload(dry_run=False)).applied
        assert len(counters) == 1
        assert await received(watch.kit, "d2", 9) == 2
        assert await received(watch.kit, "d1", 9) == 0
        await watch.wait(20)
        assert watch.rows("d1")[-1].end is not None
        assert "d1" not in watch.daemon.present().judged
