"""Rounds: the process of the sessions, a pool of devices good and bad, and what is remembered of them."""

# ruff: noqa: ANN401 - fixtures hand on what they are given

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from inventory.snapshot import Device, Inventory, gather
from netwatch.backup import records
from netwatch.backup.contract import Job, Limits, Outcome
from netwatch.backup.keeper import Keeper
from netwatch.backup.platforms import Platforms, Seen
from netwatch.backup.round import Order, results
from netwatch.backup.sealing import unseal
from netwatch.backup.targets import jobs, targets, within
from netwatch.clock import HOUR, MINUTE, SECOND, ManualClock
from netwatch.incidents.contract import Condition
from netwatch.settings_sections import Settings
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

pytestmark = pytest.mark.anyio

PASSWORD, ENABLE = "mat-khau-bi-mat", "quyen-cao-nhat"
NOON = 1_764_000_000 * SECOND


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database of this release."""
    store = open_store(f"sqlite:///{tmp_path}/netwatch.db", Holder("here", 1, 0, "0"))
    yield store.engine
    store.close()


@pytest.fixture
def settings(tmp_path: Path, pair: tuple[str, str]) -> Settings:
    """With a key, a login and short times; secrets lie in files."""
    for name, secret in {"password": PASSWORD, "enable": ENABLE, "mask": "khoa-che-rat-dai"}.items():
        (tmp_path / name).write_text(secret)
        (tmp_path / name).chmod(0o600)
    login = {
        "kind": "login",
        "user": "netwatch",
        "password": f"file:{tmp_path}/password",
        "enable_password": f"file:{tmp_path}/enable",
    }
    backup = {"public_key": pair[1], "mask_key": f"file:{tmp_path}/mask", "deadline": 15.0, "sessions": 6}
    return Settings(credentials={"login": login}, backup=backup)


def device(id_: str, port: int, platform: str = "", **more: Any) -> Device:
    """A device of the inventory at loopback."""
    given = {"address": "127.0.0.1", "credentials": ("login",), "site": "S", **more}
    rest = f"/{platform}" if platform else ""
    return Device(id=id_, name=id_, kind="switch", protocols=(f"ssh:{port}{rest}",), **given)


def inventory(*devices: Device) -> Inventory:
    """With these devices."""
    return gather((("device", each) for each in devices), None)


class Writing:
    """Runs operations on the database at once; `done` is set after each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.done = asyncio.Event()

    async def __call__(self, operation: Callable[[Engine], Any]) -> Any:
        self.done.set()
        return operation(self._engine)


@pytest.fixture
def writing(engine: Engine) -> Writing:
    """What the keeper writes with."""
    return Writing(engine)


@pytest.fixture
def keeper(writing: Writing, settings: Settings) -> Callable[..., Keeper]:
    """One over these devices."""

    def made(*devices: Device, seen: Mapping[str, Seen] | None = None) -> Keeper:
        keeper = Keeper(writing, ManualClock(NOON), lambda: seen or {})
        keeper.adopt(settings, inventory(*devices))
        return keeper

    return made


async def test_a_round_stores_the_good_and_names_the_bad(
    stage: Any, keeper: Callable[..., Keeper], engine: Engine, pair: tuple[str, str]
) -> None:
    """Dead, dying and locked devices cost the others nothing; a second round finds nothing new."""
    good = [stage.put_on("cisco_ios"), stage.put_on("hp_comware"), stage.put_on("fortinet")]
    dying = stage.put_on("hp_comware", drops_at="display current-configuration")
    locked = stage.put_on("hp_comware", password="khac")
    described = Seen(object_id="1.3.6.1.4.1.25506.11.1.222")
    keeper = keeper(
        device("IOS", good[0].port, "cisco_ios"), device("H3C", good[1].port), device("FG", good[2].port, "fortinet"),
        device("TREO", dying.port, "hp_comware"), device("KHOA", locked.port, "hp_comware"),
        device("CHET", 1, "hp_comware"), device("LA", 22), device("TRONG", 22, "linux", credentials=()),
        seen={"H3C": described},
    )  # fmt: skip
    heard: list[str] = []

    async def told(done: int, of: int, id_: str, outcome: Outcome) -> None:
        assert (done, of) == (len(heard) + 3, 8)
        heard.append(id_)

    everything = {"IOS", "H3C", "FG", "TREO", "KHOA", "CHET", "LA", "TRONG"}
    done = await keeper.back_up(everything, False, told)
    assert {id_: outcome for id_, outcome, _ in done.outcomes} == {
        "IOS": "stored", "H3C": "stored", "FG": "stored", "TREO": "incomplete", "KHOA": "credentials",
        "CHET": "refused", "LA": "no_platform", "TRONG": "no_credentials",
    }  # fmt: skip
    known = keeper.remembered
    assert (known["IOS"].good, known["IOS"].failures) == (known["IOS"].changed, 0)
    assert (known["KHOA"].outcome, known["KHOA"].good, known["KHOA"].failures) == ("credentials", 0, 1)
    assert set(heard) == {"IOS", "H3C", "FG", "TREO", "KHOA", "CHET"}
    (version,) = await keeper.history("IOS", 5)
    sealed = await keeper.text("IOS", version.id, sealed=True)
    assert sealed is not None
    assert "Bi-Mat-Cong-Dong" in unseal(sealed.text, pair[0])
    again = await keeper.back_up({"IOS"}, False)
    assert [outcome for _, outcome, _ in again.outcomes] == ["unchanged"]
    assert not secrets_in(engine)
    lines = {line.device: line for line in (await keeper.report()).devices}
    assert (lines["IOS"].facts["serial"], lines["IOS"].versions) == ("FOC1932X0K1", 1)
    assert lines["H3C"].platform == "hp_comware"


def secrets_in(engine: Engine) -> list[str]:
    """Which secrets of devices or of ours stand readable in the database's file."""
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = Path(str(engine.url.database)).read_bytes()
    telling = (
        "Bi-Mat-Cong-Dong",
        "nhEmQVczB7",
        "bimatcongdong",
        "SH2bimat",
        "BiMatRiengTu",
        PASSWORD,
        ENABLE,
    )
    return [each for each in telling if each.encode() in raw]


async def test_a_changed_host_key_is_a_condition_until_accepted(
    stage: Any, keeper: Callable[..., Keeper]
) -> None:
    """It names both fingerprints; accepted, the device is read again and nothing is wrong any more."""
    player = stage.put_on("hp_comware")
    keeper = keeper(device("SW", player.port, "hp_comware"))
    await keeper.back_up({"SW"}, False)
    assert keeper.conditions() == {}
    stage.rekey(player)
    player.logins.clear()
    done = await keeper.back_up({"SW"}, False)
    assert [outcome for _, outcome, _ in done.outcomes] == ["host_key_changed"]
    assert player.logins == []
    (line,) = (await keeper.report()).devices
    wrong = Condition("SW", "host_key_changed", NOON, f"{line.fingerprint} → {line.offered}")
    assert keeper.conditions() == {"host_key:SW": wrong}
    assert await keeper.trust("SW", line.fingerprint, "lan") is None
    assert await keeper.trust("SW", line.offered, "lan") is not None
    assert keeper.conditions() == {}
    done = await keeper.back_up({"SW"}, False)
    assert [outcome for _, outcome, _ in done.outcomes] == ["unchanged"]


async def test_without_a_key_nothing_is_asked(
    stage: Any, keeper: Callable[..., Keeper], settings: Settings
) -> None:
    """No device is connected to, every outcome says why, and how many it concerns is known."""
    player = stage.put_on("hp_comware")
    keeper = keeper(device("SW", player.port, "hp_comware"))
    keeper.adopt(
        Settings(credentials=settings.credentials), inventory(device("SW", player.port, "hp_comware"))
    )
    done = await keeper.back_up({"SW"}, False)
    assert ([outcome for _, outcome, _ in done.outcomes], done.good, keeper.unsealed) == (
        ["no_key"],
        False,
        1,
    )
    assert player.logins == []


async def test_a_dry_run_connects_to_nobody(stage: Any, keeper: Callable[..., Keeper]) -> None:
    """It says what would be read."""
    player = stage.put_on("hp_comware")
    keeper = keeper(device("SW", player.port, "hp_comware"))
    done = await keeper.back_up({"SW"}, True)
    assert ([outcome for _, outcome, _ in done.outcomes], player.logins) == (["due"], [])


async def test_a_process_that_dies_leaves_no_job_open(job: Callable[..., Job], pair: tuple[str, str]) -> None:
    """Each job it left behind is a fault of ours, told at once."""
    order = Order(pair[1], "env:MASK", {}, Limits())
    dying = (sys.executable, "-c", "raise SystemExit(3)")
    outcomes = [
        result.outcome
        async for result in results(
            order,
            [
                job(1, "linux"),
            ],
            dying,
        )
    ]
    assert outcomes == [Outcome.BUG]


async def test_secrets_are_in_no_argument_and_no_output(
    stage: Any, keeper: Callable[..., Keeper], capfd: pytest.CaptureFixture[str]
) -> None:
    """What other users can see of the process names no secret, nor does what it writes."""
    player = stage.put_on("hp_comware", hangs_at="display version")
    keeper = keeper(device("SW", player.port, "hp_comware"))
    work = asyncio.ensure_future(keeper.back_up({"SW"}, False))
    await asyncio.to_thread(player.hanging.wait, 20)
    shown = b"".join((Path("/proc") / pid / "cmdline").read_bytes() for pid in children_of(os.getpid()))
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert b"netwatch.backup.process" in shown
    assert PASSWORD.encode() not in shown
    assert PASSWORD not in "".join(capfd.readouterr())


def children_of(parent: int) -> list[str]:
    """The processes that this one has started."""
    found = Path(f"/proc/{parent}/task").glob("*/children")
    return [pid for path in found for pid in path.read_text().split()]


def test_targets_are_named_by_scope_and_told_apart(platforms: Platforms) -> None:
    """A written platform counts before a recognised one, that before the remembered one."""
    devices = inventory(
        device("A", 22, "linux"), device("B", 2222), device("C", 22), device("D", 22, site="T", address=None),
        replace(device("E", 22), protocols=("sip",)),
    )  # fmt: skip
    seen = {"A": Seen(profile="cisco_ios"), "B": Seen(profile="cisco_ios")}
    found = {
        t.device: t for t in targets(devices, {"login"}, platforms, seen, {"C": "fortinet", "B": "linux"})
    }
    assert {id_: (t.platform, t.port) for id_, t in found.items()} == {
        "A": ("linux", 22), "B": ("cisco_ios", 2222), "C": ("fortinet", 22),
    }  # fmt: skip
    assert within(devices, "S") == {"A", "B", "C", "E"}
    assert within(devices, "D") == {"D"}
    assert within(devices, "X") == frozenset()
    able, unable = jobs(targets(devices, (), platforms, seen, {}), platforms, {})
    assert able == []
    assert set(unable.values()) == {Outcome.NO_CREDENTIALS}


async def test_what_is_due_is_read_by_itself(
    stage: Any, keeper: Callable[..., Keeper], engine: Engine, writing: Writing
) -> None:
    """Started in the middle of the day, what was missed at night is read with the first minute, and only once."""
    player = stage.put_on("hp_comware")
    keeper = keeper(device("SW", player.port, "hp_comware"))
    clock: ManualClock = keeper._clock
    running = asyncio.ensure_future(keeper.run())
    await asyncio.sleep(0)
    clock.move_to(NOON + MINUTE)
    while not records.versions(engine):
        writing.done.clear()
        await writing.done.wait()
    writing.done.clear()
    await writing.done.wait()
    await asyncio.sleep(0)
    clock.move_to(NOON + HOUR)
    await writing.done.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(player.logins) == 1


def test_the_daemon_loads_no_ssh_library() -> None:
    """Neither it nor a worker: sessions have a process of their own."""
    program = "import sys, {module}; print([each for each in ('netmiko', 'paramiko') if each in sys.modules])"
    for module in ("netwatch.app", "netwatch.workers.process", "netwatch.cli.backup"):
        line = [sys.executable, "-c", program.format(module=module)]
        assert subprocess.run(line, capture_output=True, text=True, check=True).stdout == "[]\n"
