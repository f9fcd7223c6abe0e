"""The demo from outside: every fault and recovery of its story shows wherever people look, with verdict and reason.

The story is told by the lines of `netwatch demo --json`. What netwatch makes of it is taken from nothing but
`netwatch status --json`, the status page and /metrics, as somebody at another terminal would.
"""

import html
import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from exporters.grafana.boards import BOARDS
from exporters.grafana.build import pattern
from exporters.grafana.model import Query
from netwatch.demo.namespace import refusal
from netwatch.queries.words import REASONS

REFUSAL = refusal()
INTERVAL, AGREE = 5.0, 2
WITHIN = (AGREE + 1) * INTERVAL
# No two steps of the story are further apart; after the last one everything has time to recover.
LONGEST_PAUSE = 30.0
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("NETWATCH_")}
Shown = Mapping[str, tuple[str, str]]
Look = Callable[[Mapping[str, Any]], Any]
Looks = Generator[Any, None, None]

LINE_DOWN = {"L1": ("down", "witness_fails"), "TS": ("degraded", "backup_only")}
LINE_UP = {"L1": ("up", "witness_good"), "TS": ("up", "lines_up")}
EXPECTED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "line_cut": LINE_DOWN,
    "line_mended": LINE_UP,
    "flap_down": LINE_DOWN,
    "flap_up": LINE_UP,
    "power_lost": {
        "L1": ("down", "witness_fails"),
        "L2": ("down", "witness_fails"),
        "TS": ("down", "no_line_up"),
        "R1": ("unreachable", "upstream"),
        "AP1": ("unreachable", "upstream"),
    },
    "power_back": {
        **LINE_UP,
        "L2": ("up", "witness_good"),
        "R1": ("up", "answers"),
        "AP1": ("up", "answers"),
    },
    "registration_lost": {"DC1": ("down", "not_registered"), "VC1": ("up", "answers")},
    "registration_back": {"DC1": ("up", "registered")},
    "contact_opened": {"CS1": ("down", "contact_fault")},
    "contact_back": {"CS1": ("down", "contact_latched")},
    "protector_replaced": {"CS1": ("up", "contact_normal")},
    "mains_lost": {"UPS1": ("degraded", "on_battery"), "TS": ("up", "lines_up")},
    "mains_back": {"UPS1": ("up", "answers")},
    "service_stopped": {"DV3": ("down", "server_fault"), "SV3": ("up", "answers")},
    "service_back": {"DV3": ("up", "serves")},
    "certificate_ending": {"DV1": ("degraded", "beyond_limit")},
    "certificate_renewed": {"DV1": ("up", "serves")},
}
# What an incident is called by what causes it, in English; the UPS tells of the mains before the site is dark.
CAUSES = (
    "cut",
    "runs on its battery",
    "Power out",
    "not registered",
    "failed surge protector",
    "cut",
    "reports a fault of its own",
    "beyond its limit",
)
# A series of each kind that only this kind has.
SPECIFICS = (
    r'netwatch_interface_receive_bytes_total\{.*\bdevice="LD-X001-R1".*\}',
    r'netwatch_line_contracted_bytes_per_second\{.*\bline="LD-X001-L1".*\}',
    r'netwatch_conferencing_endpoint_registered\{conferencing_endpoint="LD-X001-DC1"\}',
    r'netwatch_conferencing_endpoint_call_jitter_seconds\{conferencing_endpoint="LD-K01-DC1",part="incoming audio"\}',
    r'netwatch_conferencing_endpoint_call_loss_ratio\{conferencing_endpoint="LD-S04-DC1",part="incoming video"\}',
    r'netwatch_surge_protector_contact_normal\{surge_protector="LD-CS2"\}',
    r'netwatch_surge_protector_strikes_counted\{surge_protector="LD-CS2"\}',
    r'netwatch_device_battery_runtime_seconds\{device="LD-UPS1".*\}',
    r'netwatch_device_battery_runtime_seconds\{device="LD-UPS2".*\}',
    r'netwatch_device_sessions\{device="LD-FW1".*\}',
    r'netwatch_sensor_point_value\{sensor="LD-CB1"\}',
    r'netwatch_service_certificate_remaining_seconds\{service="LD-DV1"\}',
)
# What devices are is asked for every 15 seconds; a command takes a moment by itself.
TWO_LOOKS, MOMENT = 2 * 3 * INTERVAL, 4.0
AREA = "LD-K02"
# Enough where it does not matter how many agencies there are.
SMALL = ("--agencies", "12")
# What the LAN of the commune becomes by a step.
LANS = {"switch_swapped": "contradicted", "switch_back": "proved"}
# What Grafana puts in place of variables; "all" for whatever the reader chooses but the line.
IN_PLACE = {"__range": "100s", "__rate_interval": "20s", "period": "month"}
# After its last fault everything is as it should be again, and was scraped so.
SETTLED = 18.0
# Nothing happens there, so that it may be in maintenance.
QUIET = "LD-X011-TS"
# The same one twice: dashboards have to do with several.
SCRAPED_BY = """\
global: {{scrape_interval: 3s, evaluation_interval: 5s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: any
    static_configs:
      - targets: ["{target}"]
      - targets: ["{target}"]
        labels: {{instance: another}}
"""
# The one surge protector whose contact nobody has tried.
UNTRIED = ("unknown", "not_commissioned")


@dataclass
class Demo:
    """A running `netwatch demo --json`, its events as they come, each with the moment it was read."""

    process: subprocess.Popen[str]
    events: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    told: threading.Condition = field(default_factory=threading.Condition)

    def listen(self) -> None:
        """Read events until there are no more; runs in a thread."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.told:
                self.events.append((time.monotonic(), json.loads(line)))
                self.told.notify_all()

    def first(self, event: str, **facts: object) -> dict[str, Any] | None:
        """The first event of this name with these facts."""
        fits = (told for _, told in self.events if told["event"] == event and facts.items() <= told.items())
        return next(fits, None)

    def wait_for(self, event: str, within: float, **facts: object) -> dict[str, Any]:
        """That event; fails when it does not come in time."""
        with self.told:
            self.told.wait_for(lambda: self.first(event, **facts), within)
        found = self.first(event, **facts)
        assert found is not None, f"no {event} within {within} s: {self.events}"
        return found

    def newest(self, event: str) -> float:
        """When the last event of this name was read."""
        return max(at for at, told in self.events if told["event"] == event)


@contextmanager
def demo(*options: str) -> Iterator[Demo]:
    """`netwatch demo --json` in a session of its own, ended when the block is left."""
    command = [sys.executable, "-m", "netwatch", "demo", "--json", *options]
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, start_new_session=True
    )
    running = Demo(started)
    thread = threading.Thread(target=running.listen, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        started.terminate()
        started.wait(30)
        thread.join(5)
        assert started.stdout is not None
        started.stdout.close()


def fetched(address: str) -> str:
    """A page of this machine."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())


def by_command(ready: Mapping[str, Any]) -> Shown:
    """Verdict and reason of everything, as `netwatch status --json` tells them."""
    command = [sys.executable, "-m", "netwatch", "status", "--json", "--config", ready["settings"]]
    told = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    return dict(flat(json.loads(told.stdout)["units"]))


def flat(units: list[dict[str, Any]]) -> Iterator[tuple[str, tuple[str, str]]]:
    """The standings of a status tree."""
    for unit in units:
        for site in unit["sites"]:
            for item in (site["standing"], *site["items"]):
                yield item["id"], (item["verdict"], item["reason"])
        yield from flat(unit["units"])


def by_page(ready: Mapping[str, Any]) -> str:
    """What the status page reads like in English, between blanks."""
    text = re.sub(r"<style.*?</style>|<[^>]+>", " ", fetched(ready["page"] + "?lang=en"), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(text))


def by_metrics(ready: Mapping[str, Any]) -> Mapping[str, str]:
    """The verdict of everything, as /metrics tells them."""
    one = re.compile(r'^netwatch_\w+_verdict\{\w+="([^"]+)",verdict="(\w+)"\} 1$', re.MULTILINE)
    return dict(one.findall(fetched(ready["metrics"])))


def by_preflight(ready: Mapping[str, Any]) -> Mapping[str, Any]:
    """What `netwatch preflight` finds at a site that the story leaves alone."""
    command = [
        sys.executable,
        "-m",
        "netwatch",
        "preflight",
        "--json",
        "LD-X010-TS",
        "--config",
        ready["settings"],
    ]
    told = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    found: Mapping[str, Any] = json.loads(told.stdout)
    return found


def command(ready: Mapping[str, Any], *words: str) -> str:
    """What a command of netwatch says of the demo, however it ends."""
    line = [sys.executable, "-m", "netwatch", "--lang", "en", *words, "--config", ready["settings"]]
    return subprocess.run(line, capture_output=True, text=True, env=ENVIRONMENT, check=False).stdout


def lan(ready: Mapping[str, Any], unit: str) -> dict[str, Any]:
    """The one cell of a commune's LAN, as `netwatch coverage --unit` tells it."""
    (cell,) = json.loads(command(ready, "coverage", "--unit", unit, "--norm", "DM-LAN", "--json"))["cells"]
    found: dict[str, Any] = cell
    return found


def moving(running: Demo, ready: Mapping[str, Any]) -> Mapping[str, tuple[float, dict[str, Any]]]:
    """How long after each step the LAN of its commune was in the state that belongs to it, and the cell itself."""
    found: dict[str, tuple[float, dict[str, Any]]] = {}
    for act, state in LANS.items():
        step = running.wait_for("step", 120, act=act)
        since = next(at for at, told in running.events if told is step)
        # Soon is too soon for most, and a command takes a share of a small machine.
        threading.Event().wait(TWO_LOOKS / 2)
        cell = lan(ready, step["unit"])
        while cell["state"] != state and time.monotonic() < since + TWO_LOOKS + MOMENT:
            threading.Event().wait(2.0)
            cell = lan(ready, step["unit"])
        found[act] = (time.monotonic() - since, cell)
    return found


@dataclass(frozen=True)
class Planned:
    """What planners are told of all agencies while the demo runs: by a command, by the page and by /metrics.

    `cells` are the page's, `area` its figures of one area.
    """

    figures: list[dict[str, Any]]
    page: list[dict[str, Any]]
    cells: list[dict[str, Any]]
    area: list[dict[str, Any]]
    metrics: str


def planned(ready: Mapping[str, Any]) -> Planned:
    """Ask for all of it; the daemon, which audits now and then, until it has seen what the command saw."""

    def figured() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(command(ready, "coverage", "--json"))["figures"]
        return found

    def by_daemon(wanted: str = "figures", unit: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(fetched(f"{ready['page']}coverage.json?unit={unit}"))[wanted]
        return found

    def agree(figures: list[dict[str, Any]]) -> bool:
        return eventually(lambda: by_daemon() == figures, 20, 1.0)

    figures = figured()
    # The story goes on: what it does just between the two is seen by the second alone.
    if not agree(figures):
        figures = figured()
        agree(figures)
    return Planned(
        figures, by_daemon(), by_daemon("cells", "LD"), by_daemon(unit=AREA), fetched(ready["metrics"])
    )


def letter_of(ready: Mapping[str, Any], folder: Path) -> str:
    """The text of the letter on an area, out of what the demo has stored; '' where PDF cannot be read."""
    if shutil.which("pdftotext") is None:
        return ""
    written = str(folder / "coverage.pdf")
    told = command(ready, "coverage", "report", "--scope", AREA, "-o", written)
    assert "Written" in told
    read = subprocess.run(["pdftotext", "-layout", written, "-"], capture_output=True, text=True, check=True)
    return re.sub(r"[ \t]+", " ", read.stdout)


@contextmanager
def prometheus(ready: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """The address of a Prometheus that reads the demo and its rules; '' where none is installed."""
    program = shutil.which("prometheus")
    if program is None:
        yield ""
        return
    rules = folder / "rules.yml"
    command(ready, "prometheus", "rules", "-o", str(rules))
    # What is counted every four minutes would come too late here.
    rules.write_text(rules.read_text("utf-8").replace('interval: "4m"', 'interval: "5s"'), "utf-8")
    target = urllib.parse.urlsplit(ready["metrics"]).netloc
    (folder / "prometheus.yml").write_text(SCRAPED_BY.format(rules=rules, target=target), "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    line = [
        program,
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/prometheus",
        f"--web.listen-address={address}",
        "--log.level=error",
    ]
    with subprocess.Popen(line) as running:
        try:
            yield f"http://{address}"
        finally:
            running.terminate()


def answer(server: str, question: str, line: str) -> list[dict[str, str]]:
    """The labels of the series that a question of a dashboard gives, with its variables filled in."""
    values = {**IN_PLACE, "line": line}
    asked = re.sub(r"\$(\w+)", lambda found: values.get(found[1], ".*"), question)
    body = urllib.parse.urlencode({"query": asked}).encode()
    with urllib.request.urlopen(f"{server}/api/v1/query", body, timeout=20) as told:
        return [one["metric"] for one in json.load(told)["data"]["result"]]


def dashboards(
    running: Demo, ready: Mapping[str, Any], server: str
) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """What a Prometheus answers to everything that the dashboards ask when the story is told; nothing without one.

    Marks are asked of all lines: the one that is chosen, which flapped, is not in maintenance.
    """
    line = f"{running.wait_for('step', 150, act='flap_down')['unit']}-L1"
    running.wait_for("step", 150, act="protector_replaced")
    command(ready, "maintenance", "add", "--site", QUIET, "--for", "1h", "--reason", "test")
    threading.Event().wait(SETTLED)
    panels = {query.expr for board in BOARDS for panel in board.panels() for query in panel.queries}
    choices = {variable.query for board in BOARDS for variable in board.variables if variable.query}
    marks = {each.query for board in BOARDS for each in board.marks}
    asked = {**dict.fromkeys(panels | choices, line), **dict.fromkeys(marks, ".*")} if server else {}
    return {question: answer(server, question, chosen) for question, chosen in asked.items()}


def by_watching(ready: Mapping[str, Any]) -> Looks:
    """The same as `netwatch status --watch --json` goes on telling it."""
    command = [sys.executable, "-m", "netwatch", "status", "--watch", "--json", "--config", ready["settings"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as watching:
        try:
            for line in watching.stdout or ():
                yield dict(flat(json.loads(line)["units"]))
        finally:
            watching.terminate()


def again_and_again(look: Look, ready: Mapping[str, Any]) -> Looks:
    """One way of looking, repeated without end."""
    while True:
        threading.Event().wait(0.5)
        yield look(ready)


# What each way of looking gives, by the way's name.
WAYS: Mapping[str, Callable[[Mapping[str, Any]], Looks]] = {
    "netwatch status": by_watching,
    "page": partial(again_and_again, by_page),
    "metrics": partial(again_and_again, by_metrics),
}


def named_as_wrong(page: str, name: str) -> bool:
    """Whether the page lists something among what is wrong."""
    wrong = "down|unreachable|degraded|unknown"
    return bool(re.search(rf"{re.escape(name)} ({wrong}) |({wrong}) {re.escape(name)} \(", page))


def page_says(page: str, name: str, verdict: str, reason: str) -> bool:
    """Whether the page says so of it: what is up is not listed among what is wrong."""
    if verdict == "up":
        return not named_as_wrong(page, name)
    words = re.escape(REASONS[reason])
    card = rf"{re.escape(name)} {verdict} (?i:{words})"
    suffering = rf"{verdict} {re.escape(name)} \([^()]*: (?i:{words})"
    return bool(re.search(f"{card}|{suffering}", page))


@dataclass
class Onlooker:
    """Looks again and again in one way, in a thread of its own, and keeps what it saw with the moment."""

    way: str
    ready: Mapping[str, Any]
    seen: list[tuple[float, Any]] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def look_on(self) -> None:
        """Look until it is enough."""
        with closing(WAYS[self.way](self.ready)) as shows:
            for shown in shows:
                self.seen.append((time.monotonic(), shown))
                if self.enough.is_set():
                    return


@contextmanager
def onlookers(ready: Mapping[str, Any]) -> Iterator[list[Onlooker]]:
    """One onlooker for each way of looking."""
    each = [Onlooker(way, ready) for way in WAYS]
    threads = [threading.Thread(target=one.look_on, daemon=True) for one in each]
    for thread in threads:
        thread.start()
    yield each
    for one, thread in zip(each, threads, strict=True):
        one.enough.set()
        thread.join(30)


@dataclass(frozen=True)
class Watched:
    """A whole story as it was seen: its steps, what was seen each way, and every name by id."""

    steps: list[tuple[float, dict[str, Any]]]
    seen: Mapping[str, list[tuple[float, Any]]]
    names: Mapping[str, str]
    first: dict[str, Any]
    status: int
    letters: list[str]
    incidents: list[str]
    metrics: str
    preflight: Mapping[str, Any]
    moved: Mapping[str, tuple[float, dict[str, Any]]]
    planned: Planned
    letter: str
    due: str
    dashboards: Mapping[str, Sequence[Mapping[str, str]]]

    def shows(self, way: str, shown: Any, id_: str, expected: tuple[str, str]) -> bool:  # noqa: ANN401
        """Whether what was seen one way is what is expected of a thing."""
        if way == "page":
            return page_says(shown, self.names[id_], *expected)
        return bool(shown.get(id_) == (expected if way == "netwatch status" else expected[0]))

    def delay(self, way: str, since: float, id_: str, expected: tuple[str, str]) -> float:
        """Seconds from a moment until one way of looking first showed what is expected; infinite when it never did."""
        found = (
            at - since for at, shown in self.seen[way] if at > since and self.shows(way, shown, id_, expected)
        )
        return next(found, math.inf)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Watches one story from beginning to end."""
    folder = tmp_path_factory.mktemp("demo")
    with demo("--once", "--lang", "en", "--keep", str(folder / "kept")) as running:
        ready = running.wait_for("ready", 60)
        running.wait_for("step", 60)
        names = dict(all_names(json.loads(fetched(ready["page"] + "status.json"))["units"]))
        with (
            onlookers(ready) as each,
            ThreadPoolExecutor(1) as beside,
            ThreadPoolExecutor(1) as aside,
            prometheus(ready, folder) as server,
        ):
            moved = beside.submit(moving, running, ready)
            plans = beside.submit(planned, ready)
            drawn = aside.submit(dashboards, running, ready, server)
            preflight = by_preflight(ready)
            while time.monotonic() < running.newest("step") + LONGEST_PAUSE:
                threading.Event().wait(0.5)
        seen, metrics = {one.way: one.seen for one in each}, fetched(ready["metrics"])
        status = running.process.wait(60)
        steps = [(at, event) for at, event in running.events if event["event"] == "step"]
        first = running.events[0][1]
        letters, lines = told(running)
        return Watched(
            steps=steps,
            seen=seen,
            names=names,
            first=first,
            status=status,
            letters=letters,
            incidents=lines,
            metrics=metrics,
            preflight=preflight,
            moved=moved.result(),
            planned=plans.result(),
            letter=letter_of(ready, folder),
            due=command(ready, "lightning", "due", "--json"),
            dashboards=drawn.result(),
        )


def told(running: Demo) -> tuple[list[str], list[str]]:
    """The subjects of the messages that the receiver of the demo was sent, and the lines of the incidents."""
    events = [event for _, event in running.events]
    letters = [event["subject"] for event in events if event["event"] == "message"]
    return letters, [event["text"] for event in events if event["event"] == "incident"]


def all_names(units: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Ids and names of everything in a status tree."""
    for unit in units:
        for site in unit["sites"]:
            yield from ((item["id"], item["name"]) for item in (site["standing"], *site["items"]))
        yield from all_names(unit["units"])


pytestmark = [pytest.mark.lab, pytest.mark.timeout(400)]


@pytest.mark.parametrize("act", EXPECTED)
def test_every_step_of_the_story_shows_everywhere_within_n_plus_one_intervals(
    watched: Watched, act: str
) -> None:
    steps = [(at, step) for at, step in watched.steps if step["act"] == act]
    assert steps, "the story never told of it"
    delays = {
        f"{step['unit']}-{suffix} {' '.join(expected)} by {way} after {step['elapsed']} s": delay
        for at, step in steps
        for suffix, expected in EXPECTED[act].items()
        for way in WAYS
        if (delay := watched.delay(way, at, f"{step['unit']}-{suffix}", expected)) > WITHIN
    }
    assert delays == {}


def test_one_cause_is_one_line_and_one_message_when_it_begins_and_when_it_is_over(watched: Watched) -> None:
    """What flaps is not over before it has been quiet for long."""
    openings = [letter for letter in watched.letters if not letter.startswith("OVER: ")]
    assert sorted(map(caused_by, openings)) == sorted(CAUSES)
    assert sorted(map(caused_by, watched.incidents)) == sorted(CAUSES)
    over = [caused_by(letter) for letter in watched.letters if letter not in openings]
    assert sorted(over) == sorted(CAUSES[1:])
    assert len(watched.letters) == 2 * len(CAUSES) - 1


def caused_by(text: str) -> str:
    """Which of the causes a message or a line names; the whole of it when it is none."""
    return next((cause for cause in CAUSES if cause in text), text)


def test_at_the_end_everything_is_up_again_but_the_contact_that_nobody_tried(watched: Watched) -> None:
    """That one stays unknown until there is a trip test."""
    last = {way: seen[-1][1] for way, seen in watched.seen.items()}
    lame = {id_: shown for id_, shown in last["netwatch status"].items() if shown[0] != "up"}
    assert list(lame.values()) == [UNTRIED]
    assert {id_ for id_, verdict in last["metrics"].items() if verdict != "up"} == lame.keys()
    assert not any(
        named_as_wrong(last["page"], name) for id_, name in watched.names.items() if id_ not in lame
    )


def test_nothing_that_the_story_left_alone_was_ever_called_down(watched: Watched) -> None:
    """Of the centre only the services of the story are hit."""
    befallen = tuple(
        step["target"] if step["unit"] == "LD" else f"{step['unit']}-" for _, step in watched.steps
    )
    accused = {
        id_
        for _, shown in watched.seen["netwatch status"]
        for id_, (verdict, _) in shown.items()
        if verdict in ("down", "unreachable") and not id_.startswith(befallen)
    }
    assert accused == set()


def test_metrics_show_what_is_particular_to_each_kind(watched: Watched) -> None:
    """Utilisation of lines, registration and calls, contacts and strikes, batteries, rooms and certificates."""
    for series in SPECIFICS:
        assert re.search(rf"^{series} \S+$", watched.metrics, re.MULTILINE), series


def test_a_conference_may_begin_where_all_is_well(watched: Watched) -> None:
    """By `netwatch preflight` in another terminal, as the demo says."""
    (site,) = watched.preflight["sites"]
    assert watched.preflight["verdict"] in ("go", "caution"), site
    assert "registered" in json.dumps(site)
    assert "MOS" in json.dumps(site)


def test_coverage_moves_within_two_looks_when_a_switch_is_another(watched: Watched) -> None:
    """Contradicted once an older one stands in its place, with what differs; proved when it is put back."""
    for act, state in LANS.items():
        delay, cell = watched.moved[act]
        assert (cell["state"], delay <= TWO_LOOKS + MOMENT) == (state, True), (act, delay, cell)
    (item,) = watched.moved["switch_swapped"][1]["items"]
    assert {"serial", "speed"} >= {one["what"] for one in item["contradictions"]} - {"model"} != set()


def test_an_audit_of_the_running_demo_shows_papers_proofs_and_contradictions(watched: Watched) -> None:
    """A camera without an address, lines that carry, a serial number that was misread, ports slower than declared."""
    cells = {(cell["unit"], cell["norm"]): cell for cell in watched.planned.cells}
    assert cells["LD-X002", "DM-CAMERA"]["state"] == "declared"
    assert cells["LD-X001", "DM-TSLCD-XA"]["state"] == "proved"
    differing = {
        unit: [one["what"] for item in cells[unit, "DM-LAN"]["items"] for one in item["contradictions"]]
        for unit in ("LD-K02", "LD-S04")
    }
    assert differing == {"LD-K02": ["serial"], "LD-S04": ["speed"]}
    assert {cell["state"] for cell in cells.values()} == {
        "missing", "contradicted", "declared", "seen", "proved", "exempt",
    }  # fmt: skip


def series(name: str, watched: Watched) -> Iterator[tuple[str, str, str, int]]:
    """What /metrics counted by norm, level and state, without zeros."""
    one = rf'^netwatch_coverage_{name}\{{norm="([^"]+)",level="(\w+)",state="(\w+)"\}} (\d+)'
    for norm, level, state, number in re.findall(one, watched.planned.metrics, re.MULTILINE):
        if int(number):
            yield norm, level, state, int(number)


def test_page_metrics_and_commands_agree_on_coverage(watched: Watched) -> None:
    """Cell by cell, and unit by unit."""
    counted = {(norm, level, state): number for norm, level, state, number in series("cells", watched)}
    cells = Counter((cell["norm"], cell["level"], cell["state"]) for cell in watched.planned.cells)
    assert counted == dict(cells)
    names = ("norm", "level", "denominator", "declared", "proved", "counts")
    by_command, by_page = (
        [{name: figure[name] for name in names} for figure in figures]
        for figures in (watched.planned.figures, watched.planned.page)
    )
    assert by_command == by_page
    units = {(norm, level, state): number for norm, level, state, number in series("units", watched)}
    assert units == {
        (figure["norm"], figure["level"], state): number
        for figure in watched.planned.figures
        for state, number in figure["counts"].items()
        if figure["level"]
    }


def test_what_is_to_be_inspected_is_listed(watched: Watched) -> None:
    """The overdue, what is due soon, and what a strike and a bad earth force."""
    told = watched.due
    for item in ("LD-K02-CS1", "LD-K01-CS1", "LD-S04-CS1", "LD-CS1"):
        assert f'"{item}"' in told, told
    assert "LD-X001-CS1" not in told


NO_PROMETHEUS = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="prometheus is not installed (apt-get install prometheus)"
)


@NO_PROMETHEUS
def test_every_panel_of_every_dashboard_has_data(watched: Watched) -> None:
    """By a real Prometheus; what the demo cannot have says why, and has none indeed. They are few."""
    queries: list[tuple[str, str, Query]] = [
        (board.name, panel.title, query)
        for board in BOARDS
        for panel in board.panels()
        for query in panel.queries
    ]
    lacking = [
        where for *where, query in queries if not (watched.dashboards[query.expr] or query.empty_in_demo)
    ]
    assert lacking == []
    each = {one["instance"] for one in watched.dashboards["netwatch_build_info"]}
    assert len(each) == 2
    excused = [query for *_, query in queries if query.empty_in_demo]
    assert not any(watched.dashboards[query.expr] for query in excused)
    assert len(excused) < len(queries) / 20


@NO_PROMETHEUS
def test_incidents_and_maintenance_are_marked_on_every_dashboard(watched: Watched) -> None:
    """The line that flaps is an incident still, and one site is in maintenance."""
    for board in BOARDS:
        for marks in board.marks:
            found = watched.dashboards[marks.query]
            assert found, (board.name, marks.name)
            assert all(one["name"] for one in found)


@NO_PROMETHEUS
def test_every_choice_of_a_dashboard_has_an_id_and_a_name(watched: Watched) -> None:
    """As Grafana takes them out of the series that Prometheus gives."""
    for board in BOARDS:
        for variable in board.variables:
            # Grafana writes a series so before it looks for the two.
            series = [
                "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"
                for labels in watched.dashboards.get(variable.query, ())
            ]
            found = re.compile(pattern(variable).strip("/g").replace("(?<", "(?P<"))
            whole = [{match.lastgroup for match in found.finditer(one)} for one in series]
            wanted = {"value"} if variable.value == variable.text else {"value", "text"}
            assert variable.fixed or whole, (board.name, variable.name)
            assert all(groups == wanted for groups in whole), (board.name, variable.name)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_the_letter_on_coverage_has_the_figures(watched: Watched) -> None:
    """As the page has them, in a PDF whose text can be read, and which serial number was found."""
    lan_there = next(one for one in watched.planned.area if (one["norm"], one["level"]) == ("DM-LAN", ""))
    assert (lan_there["denominator"], lan_there["declared"], lan_there["proved"]) == (8, 8, 7)
    for words in ("SAMPLE DATA", "Mạng LAN từ all levels 8 8 100.0% 7 87.5%", "MAU00050028"):
        assert words in watched.letter


def test_the_first_fault_shows_within_a_minute_of_the_start(watched: Watched) -> None:
    assert watched.steps[0][1]["act"] == "line_cut"
    assert watched.steps[0][1]["at"] <= 10


def test_page_and_status_say_that_the_data_are_samples(watched: Watched) -> None:
    assert all("DỮ LIỆU MẪU / SAMPLE DATA" in page for _, page in watched.seen["page"])


def test_once_ends_by_itself_without_a_fault(watched: Watched) -> None:
    assert watched.status == 0


@pytest.mark.skipif(REFUSAL is not None, reason=f"no network namespaces here: {REFUSAL}")
def test_where_namespaces_are_allowed_the_first_line_says_that_one_is_used(watched: Watched) -> None:
    assert watched.first["event"] == "first"
    assert watched.first["namespace"] is True


def test_without_a_namespace_the_first_line_says_simulated_and_the_story_shows_all_the_same() -> None:
    with demo("--without-namespace", "--lang", "en", *SMALL) as running:
        assert "SIMULATED" in running.wait_for("first", 20)["text"]
        ready = running.wait_for("ready", 60)
        step = running.wait_for("step", 60)
        line = f"{step['unit']}-L1"
        running.wait_for("shown", WITHIN, id=line, verdict="down", reason="witness_fails")
        assert by_command(ready)[line] == ("down", "witness_fails")
        assert by_metrics(ready)[line] == "down"


def family(process: int) -> set[int]:
    """A process and all that descend from it."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return {process}.union(*(family(int(child)) for child in children))


def gone(processes: set[int]) -> bool:
    """Whether none of them runs any more; a zombie that waits for its parent does not."""
    return not any(alive(process) for process in processes)


def alive(process: int) -> bool:
    """Whether a process runs."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually(holds: Callable[[], bool], within: float, pause: float = 0.05) -> bool:
    """Whether it comes to hold in time."""
    deadline = time.monotonic() + within
    while not holds() and time.monotonic() < deadline:
        threading.Event().wait(pause)
    return holds()


@pytest.mark.parametrize("mode", [(), ("--without-namespace",)], ids=["namespace", "simulated"])
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)], ids=str
)
def test_however_it_is_ended_no_process_folder_or_socket_stays_behind(
    mode: tuple[str, ...], number: signal.Signals, status: int
) -> None:
    with demo(*SMALL, *mode) as running:
        ready = running.wait_for("ready", 60)
        folder = Path(ready["settings"]).parent
        processes = family(running.process.pid)
        assert len(processes) >= 3
        assert folder.is_dir()
        running.process.send_signal(number)
        assert running.process.wait(30) == status
        assert eventually(lambda: gone(processes), 20)
        assert eventually(lambda: not folder.exists(), 10)
        port = int(ready["page"].rstrip("/").rpartition(":")[2])
        with demo("--page-port", str(port), *SMALL, *mode) as again:
            again.wait_for("done", 30)


def test_interrupted_while_it_still_prepares_it_leaves_nothing_behind() -> None:
    with demo() as running:
        running.wait_for("inventory", 20)
        processes = family(running.process.pid)
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(30) == 130
        assert eventually(lambda: gone(processes), 20)
