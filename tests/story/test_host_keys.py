"""A device shows another host key: told until somebody accepts it, also across a restart."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from inventory.snapshot import Device
from netwatch.backup import records
from netwatch.backup.contract import HostKey, Outcome, Result
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

if TYPE_CHECKING:
    from conftest import World

pytestmark = pytest.mark.anyio


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database is enough."""
    return f"sqlite:///{tmp_path}/netwatch.db"


def change_key(engine: Engine, now: int) -> None:
    """The switch was known by one key and showed another."""
    for outcome, key in ((Outcome.INCOMPLETE, "AAAA"), (Outcome.HOST_KEY, "BBBB")):
        result = Result("switch", outcome, host_key=HostKey("ssh-ed25519", key))
        records.take(engine, result, "cisco_ios", now, 10)


async def test_a_changed_host_key_is_one_incident_until_it_is_accepted(
    database_url: str, make_world: "type[World]"
) -> None:
    """Without a key to seal to nothing is read, which is said; the incident ends a minute after the key is accepted."""
    world = make_world(database_url)
    ssh = {"protocols": ("ssh",), "credentials": ("login",)}
    world.records = tuple(
        replace(each, **ssh) if isinstance(each, Device) and each.id == "switch" else each  # type: ignore[arg-type]
        for each in world.records
    )
    login = ("kind", "login"), ("user", "netwatch"), ("password", "env:COMMUNITY")
    world.overrides = (*world.overrides, *(f'credentials.login.{key}="{value}"' for key, value in login))
    world.plant()
    store = open_store(database_url, Holder("here", 1, 0, "test"))
    change_key(store.engine, world.clock.now())
    store.close()
    async with world.day() as day:
        await day.wait(120)
        (incident,) = day.daemon.desk.view.open
        assert (incident.reason, incident.roots) == ("host_key_changed", ("switch",))
        assert day.daemon.present().unsealed == 1
        number = incident.id
    async with world.day() as day:
        await day.wait(120)
        assert [each.id for each in day.daemon.desk.view.open] == [number]
        (line,) = (each for each in (await day.daemon.keeper.report()).devices if each.device == "switch")
        assert await day.daemon.keeper.trust("switch", line.offered, "lan") is not None
        await day.wait(240)
        assert not day.daemon.desk.view.open
