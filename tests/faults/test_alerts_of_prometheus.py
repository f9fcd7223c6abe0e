"""A real Prometheus and Alertmanager with the rules we write: twenty-one devices fall silent, and one alert arrives."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Installation

pytestmark = [pytest.mark.lab, pytest.mark.timeout(90)]

PROGRAMS = ("prometheus", "prometheus-alertmanager")
MEMBERS = {f"ap{number}": f"127.9.1.{number}" for number in range(1, 21)}
ALL = frozenset({"127.9.0.1", *MEMBERS.values()})
# Incidents come and go at once.
QUICK = """
[incidents]
gather = 1.0
together = 5.0
stay_up = 1.0
settle = 1.0
"""
TOLD = """
route: {{receiver: it, group_by: [alertname, instance, incident], group_wait: 0s, group_interval: 1s}}
receivers: [{{name: it, webhook_configs: [{{url: "http://127.0.0.1:{port}/", send_resolved: true}}]}}]
"""
ALERTING = """
global: {{evaluation_interval: 1s}}
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}]}}
"""


class Duty:
    """Somebody on duty: every alert that Alertmanager told of, in order."""

    def __init__(self) -> None:
        self.told: list[Mapping[str, Any]] = []
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                told.extend(json.loads(body)["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def heard(self) -> list[tuple[str, str]]:
        """Name and status of what was told."""
        return [(alert["labels"]["alertname"], alert["status"]) for alert in self.told]

    def close(self) -> None:
        """Go home."""
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()


@pytest.fixture
def duty() -> Iterator[Duty]:
    """Whom Alertmanager tells."""
    made = Duty()
    yield made
    made.close()


@contextmanager
def running(place: "Installation", program: str, *options: str) -> Iterator[None]:
    """A program with its log in the folder, until the block is left."""
    with (place.folder / f"{program}.log").open("w", encoding="utf-8") as log:
        started = subprocess.Popen([program, *options], stdout=log, stderr=log, cwd=place.folder)
    try:
        yield
    finally:
        started.terminate()
        started.wait(20)


def waits_for(holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold while no daemon runs."""
    pause = threading.Event()
    return any(holds() or pause.wait(0.1) for _ in range(200)) or holds()


def asked(port: int, path: str) -> Any:  # noqa: ANN401 - whatever it says
    """A JSON answer; None while nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return json.loads(answer.read()) if answer.status == 200 else None
    except (OSError, ValueError):
        return None
    finally:
        connection.close()


def firing(prometheus: int) -> list[Mapping[str, str]]:
    """The labels of the alerts that fire."""
    found = asked(prometheus, "/api/v1/alerts")
    alerts = found["data"]["alerts"] if found else []
    return [alert["labels"] for alert in alerts if alert["state"] == "firing"]


def configured(place: "Installation", folder: Path, alertmanager: int) -> Path:
    """The settings of Prometheus: the rules and the job as our commands write them."""
    rules = folder / "rules.yml"
    assert place.command("prometheus", "rules", "-o", str(rules)) == 0
    # Three minutes without netwatch are too long for a test.
    patient = re.compile(r'(alert: "NetwatchIsDown".*?for: )"3m"', re.DOTALL)
    hasty, count = patient.subn(r'\1"2s"', rules.read_text("utf-8"))
    assert count == 1
    rules.write_text(hasty, "utf-8")
    job = ("prometheus", "scrape-config", "--rules-file", str(rules))
    assert place.command(*job, "-o", str(folder / "job.yml")) == 0
    file = folder / "prometheus.yml"
    # Five seconds are the least that the command writes; here a second is enough.
    written = (folder / "job.yml").read_text("utf-8").replace('"5s"', '"1s"')
    file.write_text(ALERTING.format(port=alertmanager) + written, "utf-8")
    return file


@contextmanager
def watched(place: "Installation", duty: Duty, free: list[int]) -> Iterator[None]:
    """Prometheus and Alertmanager read the daemon and tell the one on duty."""
    prometheus, alertmanager = free
    told = place.folder / "alertmanager.yml"
    told.write_text(TOLD.format(port=duty.server.server_port), "utf-8")
    file = configured(place, place.folder, alertmanager)
    with (
        running(
            place,
            "prometheus-alertmanager",
            f"--config.file={told}",
            f"--storage.path={place.folder / 'am'}",
            f"--web.listen-address=127.0.0.1:{alertmanager}",
            "--cluster.listen-address=",
        ),
        running(
            place,
            "prometheus",
            f"--config.file={file}",
            f"--storage.tsdb.path={place.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{prometheus}",
        ),
    ):
        yield


def require_programs() -> None:
    """Skip where they are not installed."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed (Debian: prometheus, prometheus-alertmanager)")


def test_a_fault_of_many_devices_arrives_once_and_ends_once(
    place: "Installation", duty: Duty, free_ports: list[int]
) -> None:
    """One switch dies and twenty access points with it; somebody hears of one incident, and once that it is over."""
    require_programs()
    place.write(place.settings + QUICK)
    place.responder.alive = ALL
    assert place.bring_in({"sw": "127.9.0.1"}) == 0
    assert place.bring_in(MEMBERS, more='uplinks = "sw"') == 0
    place.start()
    prometheus = free_ports[0]
    with watched(place, duty, free_ports):
        place.until(lambda: all(place.verdict(id_, "up") for id_ in ("sw", *MEMBERS)))
        up = "/api/v1/query?query=netwatch_device_up"
        place.until(
            lambda: len((asked(prometheus, up) or {"data": {"result": []}})["data"]["result"]) == len(ALL)
        )
        assert (firing(prometheus), duty.heard) == ([], [])
        place.responder.alive = frozenset()
        place.until(lambda: bool(duty.heard))
        place.until(lambda: all(not place.verdict(id_, "up") for id_ in ("sw", *MEMBERS)))
        (alert,) = firing(prometheus)
        assert (alert["alertname"], alert["severity"]) == ("NetwatchIncident", "major")
        place.responder.alive = ALL
        place.until(lambda: ("NetwatchIncident", "resolved") in duty.heard)
        assert firing(prometheus) == []
    assert duty.heard == [("NetwatchIncident", "firing"), ("NetwatchIncident", "resolved")]
    assert duty.told[0]["annotations"]["summary"] == f"Incident {alert['incident']}: sw"
    assert place.stop() == 0


def test_a_script_of_faults_rings_for_each_once_and_for_nothing_else(
    place: "Installation", duty: Duty, free_ports: list[int]
) -> None:
    """One switch dies; netwatch is killed and comes back meanwhile; the switch returns; another dies and returns."""
    require_programs()
    one, two = "127.9.0.1", "127.9.0.2"
    place.write(place.settings + QUICK)
    place.responder.alive = frozenset({one, two})
    assert place.bring_in({"one": one, "two": two}) == 0
    place.start()
    expected: list[tuple[str, str]] = []
    with watched(place, duty, free_ports):

        def rings(name: str, status: str) -> None:
            expected.append((name, status))
            place.until(lambda: len(duty.heard) >= len(expected))
            assert duty.heard == expected

        place.until(lambda: place.verdict("one", "up") and place.verdict("two", "up"))
        place.responder.alive = frozenset({two})
        rings("NetwatchIncident", "firing")
        place.kill()
        expected.append(("NetwatchIsDown", "firing"))
        assert waits_for(lambda: duty.heard == expected)
        place.start()
        rings("NetwatchIsDown", "resolved")
        place.until(lambda: place.verdict("one", "down"))
        place.responder.alive = frozenset({one, two})
        rings("NetwatchIncident", "resolved")
        place.responder.alive = frozenset({one})
        rings("NetwatchIncident", "firing")
        place.responder.alive = frozenset({one, two})
        rings("NetwatchIncident", "resolved")
        assert firing(free_ports[0]) == []
    assert duty.heard == expected
    incidents = [alert["labels"].get("incident") for alert in duty.told]
    first, _, _, first_over, second, second_over = incidents
    assert (first, second) == (first_over, second_over)
    assert first != second
    assert place.stop() == 0
