"""Several worker processes: shared out by routing domain, restarted when they die, gone when the daemon is gone."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netwatch.bus.partition import worker_of

if TYPE_CHECKING:
    from conftest import Installation, Responder

# The two domains fall to different workers of two.
DOMAINS = {"DISTRICT": "district", "MAIN": "main"}
RESTARTS = 'netwatch_transport_events_total{event="worker_restarts"}'
KNOWN = 'netwatch_looks_total{outcome="known"}'
MOST_MIB = 110


def workers(place: "Installation") -> list[int]:
    """The process ids of the daemon's workers, by their number."""
    assert place.running is not None
    children = Path(f"/proc/{place.running.pid}/task/{place.running.pid}/children").read_text("utf-8").split()
    return [int(child) for child in children if alive(int(child))]


def alive(process: int) -> bool:
    """Whether a process is a worker that lives."""
    with suppress(OSError):
        return b"netwatch.workers.process" in Path(f"/proc/{process}/cmdline").read_bytes()
    return False


def resident(process: int) -> float:
    """MiB in memory."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


@pytest.fixture(scope="module")
def crew(
    tmp_path_factory: pytest.TempPathFactory,
    make_installation: "type[Installation]",
    responder: "Responder",
) -> Iterator["Installation"]:
    """A daemon with two workers and a switch in each of two routing domains; the last test ends it."""
    assert sorted(worker_of(domain, 2) for domain in DOMAINS.values()) == [0, 1]
    place = make_installation(tmp_path_factory.mktemp("crew"), responder)
    place.write(place.settings.replace("echoes = 1", "echoes = 1\nworkers = 2"))
    responder.alive = frozenset({"127.9.1.1", "127.9.1.2", "127.9.1.3"})
    assert bring_in(place, DOMAINS) == 0
    place.start()
    yield place
    place.kill()


def bring_in(place: "Installation", domains: dict[str, str]) -> int:
    """Import a switch of each id into its routing domain."""
    codes = [
        place.bring_in({id_: f"127.9.1.{number}"}, more=f'routing_domain = "{domain}"')
        for number, (id_, domain) in enumerate(domains.items(), 1)
    ]
    return max(codes)


def both_up(place: "Installation") -> bool:
    """Whether both switches are seen up."""
    return all(place.verdict(id_, "up") for id_ in DOMAINS)


def test_each_worker_looks_into_its_own_routing_domains(crew: "Installation") -> None:
    """Two processes make the looks, lean ones, and what they count is shown as the daemon's own."""
    crew.until(lambda: both_up(crew))
    each = workers(crew)
    assert len(each) == 2
    assert max(map(resident, each)) < MOST_MIB
    crew.until(lambda: crew.metric(KNOWN) >= 4)
    assert crew.metric(RESTARTS) == 0
    assert crew.log.count("runs: 1 checks.") == 2


def test_a_worker_that_is_killed_is_started_again(crew: "Installation") -> None:
    """kill -9 costs looks, never a verdict 'down'; the log says so, and counters do not go back."""
    crew.until(lambda: both_up(crew) and crew.metric(KNOWN) >= 4)
    before, victim = crew.metric(KNOWN), workers(crew)[0]
    os.kill(victim, signal.SIGKILL)
    crew.until(lambda: crew.metric(RESTARTS) == 1 and len(workers(crew)) == 2)
    assert crew.metric(KNOWN) >= before
    crew.until(lambda: crew.metric(KNOWN) > before + 4 and both_up(crew))
    assert "Worker 0 ended unexpectedly (exit status -9)" in crew.log
    assert not any(crew.verdict(id_, "down") for id_ in DOMAINS)


def test_a_reload_reaches_every_worker(crew: "Installation") -> None:
    """A switch imported while the daemon runs is looked at by the worker of its domain."""
    crew.until(lambda: both_up(crew))
    assert crew.bring_in({"THIRD": "127.9.1.3"}, more='routing_domain = "district"') == 0
    crew.until(lambda: crew.verdict("THIRD", "up"))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_the_daemon(crew: "Installation", end: signal.Signals) -> None:
    """However the daemon ends, its workers end too; a stop that reaches all at once, as systemd's, is in order."""
    if crew.running is None or crew.running.poll() is not None:
        crew.start()
    crew.until(lambda: both_up(crew))
    each = workers(crew)
    assert crew.running is not None
    for one in each if end is signal.SIGTERM else ():
        os.kill(one, end)
    crew.running.send_signal(end)
    code = crew.running.wait(30)
    assert code == (0 if end is signal.SIGTERM else -end)
    assert "ended unexpectedly (exit status -15)" not in crew.log
    for _ in range(600):
        if not any(map(alive, each)):
            return
        with suppress(subprocess.TimeoutExpired):
            subprocess.run([sys.executable, "-c", "import signal; signal.pause()"], timeout=0.05, check=False)
    pytest.fail(f"workers {each} live on")


def test_a_worker_knows_neither_database_nor_inventory() -> None:
    """Its own entry point loads nothing of sqlalchemy, of the inventory or of what sends messages."""
    program = "import sys, netwatch.workers.process; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert "probes" in loaded
    strangers = {"sqlalchemy", "sqlmodel", "inventory", "exporters", "fastapi", "pysnmp", "apprise", "httpx"}
    assert not strangers & set(loaded)
