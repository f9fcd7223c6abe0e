"""The program `netwatch run` as an operator meets it: refused starts, faulty settings, imports, and an orderly end."""

import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netwatch.store.integrity import check_integrity

if TYPE_CHECKING:
    from conftest import Installation, Responder

Captured = pytest.CaptureFixture[str]
IN_FORCE, REFUSED = "netwatch_reload_in_force", "netwatch_reloads_refused_total"


@pytest.fixture(scope="module")
def living(
    tmp_path_factory: pytest.TempPathFactory,
    make_installation: "type[Installation]",
    responder: "Responder",
    agent: int,
) -> Iterator["Installation"]:
    """A daemon that serves this module's tests, started by `cd folder && netwatch run`; one switch has an agent."""
    made = make_installation(tmp_path_factory.mktemp("living"), responder)
    responder.alive = frozenset({"127.0.0.1", "127.9.0.2"})
    assert made.bring_in({"agent": "127.0.0.1"}, more=f'snmp_port = {agent}\ncredentials = "tinh"') == 0
    made.start()
    yield made
    made.kill()


@pytest.mark.parametrize("section", ["metrics", pytest.param("status_page", marks=pytest.mark.lab)])
def test_a_port_in_use_stops_the_start_before_anything_else(place: "Installation", section: str) -> None:
    """One sentence names address and section; the database is not even made."""
    port = place.metrics if section == "metrics" else place.page
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert place.begin().wait(30) == 1
    assert place.log.startswith(
        f"The address 127.0.0.1:{port} (listen in section [{section}]) is used by another"
    )
    assert len(place.log.splitlines()) == 1
    assert not place.database.exists()


def test_the_control_socket_of_a_living_daemon_is_left_alone(
    living: "Installation", tmp_path: Path, make_installation: "type[Installation]"
) -> None:
    """A daemon with its own database is refused there, writes no start into its log, and the first still answers."""
    control = living.folder / "netwatch.sock"
    other = make_installation(tmp_path, living.responder)
    assert other.begin(options=("-s", f"daemon.control_socket={control}")).wait(30) == 1
    assert other.events() == []
    assert other.log.splitlines()[-1] == f"A daemon already answers at {control}. Stop it first."
    assert "Traceback" not in other.log
    assert living.command("status") in (0, 1, 2)


def test_a_second_daemon_on_one_database_is_refused_with_the_holder_named(
    living: "Installation", tmp_path: Path, make_installation: "type[Installation]"
) -> None:
    """By process and host, in one sentence."""
    assert living.running is not None
    other = make_installation(tmp_path, living.responder)
    code = other.begin(options=("-s", f"store.url=sqlite:///{living.database}")).wait(30)
    assert code == 1
    assert f"process {living.running.pid} on {socket.gethostname()}, since " in other.log
    assert "Traceback" not in other.log
    assert living.events() == ["daemon_started"]


def test_a_second_daemon_with_the_same_settings_is_told_the_holder_not_only_the_port(
    living: "Installation", tmp_path: Path, make_installation: "type[Installation]"
) -> None:
    """Ports, socket and database are all taken; what helps is who has them."""
    assert living.running is not None
    other = make_installation(tmp_path, living.responder)
    taken = (
        "-s",
        f"store.url=sqlite:///{living.database}",
        "-s",
        f"metrics.listen=127.0.0.1:{living.metrics}",
    )
    assert other.begin(options=taken).wait(30) == 1
    assert f"process {living.running.pid} on {socket.gethostname()}, since " in other.log
    assert len(other.log.splitlines()) == 1
    assert living.command("status") in (0, 1, 2)


def test_faulty_settings_do_not_start(place: "Installation", capfd: Captured) -> None:
    """Each fault is a sentence with file, key and value; the exit code says that nothing runs."""
    place.write(place.settings.replace("core = 1\n", 'core = "soon"\n').replace("[looks]", "[lookz]"))
    assert place.command("run") == 1
    said = capfd.readouterr().err
    assert "netwatch.toml" in said
    assert "intervals.core" in said
    assert "looks" in said
    assert not place.database.exists()


FAULTS = {
    "bad_value": ("core = 1\n", "core = -1\n", "intervals.core"),
    "unknown_key": ("[looks]\n", "[looks]\nechos = 1\n", "echoes"),
    "no_toml": ("[looks]\n", "[looks\n", "netwatch.toml"),
    "fixed_key": (
        'control_socket = "netwatch.sock"',
        'control_socket = "other.sock"',
        "daemon.control_socket",
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_faulty_reload_leaves_the_running_plan_in_force(
    living: "Installation", capfd: Captured, fault: tuple[str, str, str]
) -> None:
    """It is told, shows in the metrics and on /healthz, and is over with the next good one."""
    old, new, named = fault
    refused, revision = living.metric(REFUSED), living.metric("netwatch_plan_revision")
    living.write(living.settings.replace(old, new))
    assert living.running is not None
    living.running.send_signal(signal.SIGHUP)
    living.until(lambda: living.metric(REFUSED) == refused + 1)
    assert (living.metric(IN_FORCE), living.metric("netwatch_plan_revision")) == (0, revision)
    assert living.ails() == ["reload_refused"]
    assert named in living.log.rpartition("Reload refused, the running plan stays in force")[2]
    assert living.verdict("agent", "up")
    living.write(living.settings)
    capfd.readouterr()
    assert living.command("reload") == 0
    assert "There is no difference" in capfd.readouterr().out
    assert (living.metric(IN_FORCE), living.ails()) == (1, [])


def test_a_reload_by_command_says_what_is_wrong(living: "Installation", capfd: Captured) -> None:
    """The command's exit code and words are the daemon's; settings taken away altogether are a fault, too."""
    living.toml.rename(living.folder / "away")
    control = living.folder / "netwatch.sock"
    words = ("--config", str(living.folder / "away"), "-s", f"daemon.control_socket={control}")
    assert living.command(*words, "reload") == 1
    said = capfd.readouterr().err
    assert "netwatch.toml" in said
    assert "the running plan stays in force" in said
    (living.folder / "away").rename(living.toml)
    assert living.command("reload") == 0


def test_a_reload_says_who_would_be_told_in_vain(living: "Installation", capfd: Captured) -> None:
    """A unit that nobody knows and an address that means nothing come into force, but not unnoticed."""
    (living.folder / "mail").write_text("mailx://bi-mat\n", "utf-8")
    (living.folder / "mail").chmod(0o600)
    told = '[receivers.it]\napprise = "file:mail"\n[routes.all]\nreceivers = ["it"]\nunits = ["UBND-X"]\n'
    living.write(living.settings + told)
    assert living.command("reload") == 0
    said = capfd.readouterr().err
    assert "the inventory has no organisation unit 'UBND-X'. Did you mean UBND?" in said
    assert "it holds no address that Apprise understands (receiver it)." in said
    assert "bi-mat" not in said + living.log


def test_a_broken_inventory_leaves_the_running_plan_in_force(living: "Installation", capfd: Captured) -> None:
    """Somebody wrote into the database by hand; until it is mended the daemon watches by what it knew."""
    living.do("UPDATE device SET site = 'KHONG-CO' WHERE id = 'agent'")
    assert living.command("reload") == 1
    assert "KHONG-CO" in capfd.readouterr().err
    assert (living.metric(IN_FORCE), living.ails()) == (0, ["reload_refused"])
    assert living.verdict("agent", "up")
    living.do("UPDATE device SET site = 'TRU-SO' WHERE id = 'agent'")
    assert living.command("reload") == 0
    assert living.metric(IN_FORCE) == 1


def test_an_import_into_the_running_daemon_is_in_force_at_once(living: "Installation") -> None:
    """A new device is looked at without a restart; one retired by a complete sheet is no longer there, its rows end."""
    assert living.bring_in({"new": "127.9.0.2"}) == 0
    living.until(lambda: living.verdict("new", "up"))
    assert living.bring_in({"agent": "127.0.0.1"}, "--complete", "--scope", "UBND") == 0
    living.until(lambda: 'device="new"' not in living.get("/metrics")[1])
    living.until(lambda: living.verdicts("new")[-1][3] is not None)
    assert living.verdict("agent", "up")


def test_the_log_of_a_sound_start_has_no_warning_and_no_secret(living: "Installation") -> None:
    """Even at level debug, after refusals, imports and looks with the community; a reload may remark on settings."""
    living.until(lambda: living.metric('netwatch_device_manageable{device="agent"}') == 1)
    warnings = [line for line in living.log.splitlines() if " WARNING " in line]
    assert not [line for line in warnings if "netwatch.daemon: Reload: " not in line]
    assert " INFO netwatch.app: ICMP is simulated" in living.log
    secret = (living.folder / "community").read_text("utf-8").strip()
    for text in (living.log, *(living.get(path)[1] for path in ("/metrics", "/healthz", "/readyz"))):
        assert secret not in text
    assert secret.encode() not in living.database.read_bytes()


def test_sigterm_ends_it_in_order(living: "Installation") -> None:
    """Exit code 0, a last heartbeat, start and stop in the event log, sockets gone, the database sound and free."""
    control = living.folder / "netwatch.sock"
    assert stat.S_ISSOCK(control.stat().st_mode)
    (before,) = living.ask("SELECT at FROM heartbeat")[0]
    assert living.stop() == 0, living.log
    assert not control.exists()
    assert living.get("/healthz", default=(0, ""))[0] == 0
    assert living.events() == ["daemon_started", "daemon_stopped"]
    ((stopped,),) = living.ask("SELECT at FROM event WHERE kind = 'daemon_stopped'")
    ((beat,),) = living.ask("SELECT at FROM heartbeat")
    assert isinstance(beat, int)
    assert isinstance(before, int)
    assert isinstance(stopped, int)
    assert before <= beat
    assert stopped - beat < 1_000_000
    assert living.ask("SELECT * FROM daemon") == []
    assert check_integrity(f"sqlite:///{living.database}") == ()
    assert "Traceback" not in living.log
