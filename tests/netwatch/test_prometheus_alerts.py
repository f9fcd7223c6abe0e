"""The rules that `netwatch prometheus rules` writes, held against scripted series by promtool itself."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from exporters.rules.alerts import HEALTH, Wanted, alert_groups
from exporters.rules.estimates import Pace, estimate_groups
from exporters.rules.model import Rule, rules_file
from exporters.rules.yaml import Value, yaml_text
from inventory.snapshot import Inventory
from netwatch.language import translator
from netwatch.present import Present
from netwatch.translate.to_exporters_availability import AvailabilityLines, availability_families
from netwatch.translate.to_exporters_daemon import daemon_families
from netwatch.translate.to_exporters_incidents import incident_families
from netwatch.translate.to_exporters_subjects import SubjectLines
from netwatch.verdict import SubjectKind
from netwatch.web.metrics_app import certificate_sections

TARGET = {"job": "netwatch", "instance": "mon"}
DAY_MINUTES = 1440
RUNBOOKS = Path(__file__).parents[2] / "docs" / "prometheus.md"
PACE = Pace(3, 60.0, 15)


WANTED = Wanted(target=99.5)


def every_rule(wanted: Wanted = WANTED) -> list[Rule]:
    """All rules there are."""
    groups = (*alert_groups(wanted, str), *estimate_groups(PACE))
    return [rule for group in groups for rule in group.rules]


def series(name: str, /, **labels: str) -> str:
    """A series of our one target."""
    told = ", ".join(f'{label}="{value}"' for label, value in {**TARGET, **labels}.items())
    return f"{name}{{{told}}}"


def alert(name: str, severity: str, /, **labels: str) -> str:
    """A firing alert as the series by which Prometheus keeps it; without `instance` where that is ''."""
    told = {"alertname": name, "alertstate": "firing", "severity": severity, **TARGET, **labels}
    return "ALERTS{" + ", ".join(f'{label}="{value}"' for label, value in told.items() if value) + "}"


@dataclass(frozen=True)
class Script:
    """What is scraped minute by minute, and which alerts fire at some of those minutes, exactly."""

    name: str
    scraped: Mapping[str, str]
    fires: Mapping[int, Sequence[str]]
    expressions: Sequence[Mapping[str, Value]] = field(default_factory=tuple)

    def value(self) -> Mapping[str, Value]:
        """As promtool reads it; netwatch answers and is ready unless the script says otherwise."""
        last = max(self.fires)
        usual = {series("up"): f"1x{last}", series("netwatch_ready"): f"1x{last}"}
        told = {**usual, **self.scraped}
        asked: list[Mapping[str, Value]] = [
            {
                "expr": 'ALERTS{alertstate="firing"}',
                "eval_time": f"{minute}m",
                "exp_samples": [{"labels": one, "value": 1} for one in alerts],
            }
            for minute, alerts in self.fires.items()
        ]
        return {
            "name": self.name,
            "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in told.items()],
            "promql_expr_test": [*asked, *self.expressions],
        }


def once(
    name: str, severity: str, scraped: Mapping[str, str], begins: int, ends: int, **labels: str
) -> Script:
    """One alert that is silent, rings from the minute `begins` on, and is silent from `ends` on."""
    rings = [alert(name, severity, **labels)]
    return Script(name, scraped, {begins - 1: [], begins: rings, ends - 1: rings, ends: []})


def steady(good: float, bad: float, minutes: int = 20) -> str:
    """Good for five minutes, bad for so many, good again."""
    return f"{good}x4 {bad}x{minutes - 1} {good}x60"


UP, READY = series("up"), series("netwatch_ready")
BLIND = series("netwatch_vantage_blind", vantage="local")
ENDS = series("netwatch_certificate_expiry_timestamp_seconds", listener="metrics")
BUGS = series("netwatch_transport_events_total", event="bugs")
DEAD = series("netwatch_notifications_dead_total", receiver="noc")
TAKEN = series("netwatch_receiver_up", receiver="noc")
LOST = series("netwatch_syslog_messages_total", outcome="store")
SKIPPED, LOOKS = (
    series("netwatch_rounds_total", fate="skipped"),
    series("netwatch_looks_total", outcome="known"),
)
SHARES = {
    series("netwatch_probe_completeness_ratio", unit="A"): "0.9x4 0.2x60 0.9x30",
    series("netwatch_probe_completeness_ratio", unit="B"): "0.5x120",
}
OPEN = series("netwatch_incident_open", incident="7", severity="critical")
CALM = series("netwatch_incident_open", incident="7", severity="minor")
INFO = series(
    "netwatch_incident_info", incident="7", nature="fault", cause="line", subject="L", name="Tuyến An Bình"
)
RINGS = alert("NetwatchIncident", "critical", incident="7")
DOWN = alert("NetwatchIsDown", "critical")


HEALTH_SCRIPTS = (
    once("NetwatchIsDown", "critical", {UP: steady(1, 0)}, 8, 25),
    once("NetwatchIsAbsent", "critical", {UP: "1x4 stale _x19 1x60"}, 8, 25, instance=""),
    once("NetwatchIsNotReady", "critical", {READY: steady(1, 0)}, 15, 25),
    once("NetwatchIsBlind", "critical", {BLIND: steady(0, 1)}, 10, 25, vantage="local"),
    once("NetwatchStoreIsBehind", "major", {series("netwatch_store_behind_seconds"): steady(0, 100)}, 10, 25),
    once(
        "NetwatchRestartsOften",
        "major",
        {series("netwatch_start_timestamp_seconds"): "1x4 2x2 3x2 4x100"},
        11,
        65,
    ),
    once("NetwatchLooksLate", "major", {series("netwatch_scheduler_lag_seconds"): steady(0, 100)}, 15, 25),
    once("NetwatchSeesLittle", "major", SHARES, 35, 66),
    once("NetwatchChannelFails", "major", {TAKEN: steady(1, 0)}, 20, 25, receiver="noc"),
    once("NetwatchGaveUpMessages", "major", {DEAD: "_x5 1x100"}, 5, 65, receiver="noc"),
    once("NetwatchHeartbeatIsLost", "major", {series("netwatch_heartbeat_heard"): steady(1, 0)}, 15, 25),
    once("NetwatchCertificateIsEnding", "major", {ENDS: "172800x29 9999999x30"}, 10, 30, listener="metrics"),
    once("NetwatchCertificateEnds", "minor", {ENDS: "864000x99 9999999x30"}, 60, 100, listener="metrics"),
    once(
        "NetwatchRunsOutOfFiles",
        "major",
        {series("process_open_fds"): steady(10, 900), series("process_max_fds"): "1000x90"},
        20,
        25,
    ),
    once("NetwatchSkipsLooks", "minor", {SKIPPED: "0+1x40 40x60", LOOKS: "0+10x100"}, 16, 48),
    once("NetwatchReloadRefused", "minor", {series("netwatch_reload_in_force"): steady(1, 0)}, 15, 25),
    once("NetwatchClockSteps", "minor", {series("netwatch_clock_steps_total"): "0x4 1 2 3 4x100"}, 7, 66),
    once("NetwatchClockIsAhead", "minor", {series("netwatch_clock_ahead_seconds"): steady(0, 3)}, 15, 25),
    once("NetwatchScrapeIsSlow", "minor", {series("scrape_duration_seconds"): steady(1, 9)}, 20, 25),
    once(
        "NetwatchHasNoAnchors",
        "notice",
        {series("netwatch_vantage_anchors", vantage="local"): steady(2, 0, 100)},
        65,
        105,
        vantage="local",
    ),
    once(
        "NetwatchIsNotLive",
        "notice",
        {series("netwatch_notifications_live"): "0x1448 1x60", TAKEN: "1x1500"},
        DAY_MINUTES,
        1449,
    ),
    once("NetwatchHasBugs", "notice", {BUGS: "0x4 1x100"}, 5, 65, event="bugs"),
    once("NetwatchLosesSyslog", "notice", {LOST: "0x4 0+10x30 300x60"}, 21, 50),
    once(
        "NetwatchHasManySeries",
        "notice",
        {series("scrape_samples_scraped"): steady(1, 2_000_000, 100)},
        65,
        105,
    ),
)


def a_line_is_cut() -> Script:
    """One line, its site and the twenty devices behind it; netwatch opens one incident after two minutes."""
    suffering = [("line", "L"), ("site", "S"), *(("device", f"sw{number}") for number in range(20))]
    scraped = {series(f"netwatch_{kind}_up", **{kind: id_}): "1x4 0x25 1x60" for kind, id_ in suffering}
    verdicts = {
        series(f"netwatch_{kind}_verdict", **{kind: id_, "verdict": "down"}): "0x4 1x25 0x60"
        for kind, id_ in suffering
    }
    opened = {OPEN: "_x7 1x22 stale", INFO: "_x7 1x22 stale"}
    return Script(
        "twenty devices behind one line are one alert",
        {**scraped, **verdicts, **opened},
        {6: [], 7: [RINGS], 20: [RINGS], 29: [RINGS], 30: []},
    )


def netwatch_dies(stays: bool) -> Script:
    """It is gone for twenty minutes while an incident is open, which afterwards goes on, or was over meanwhile."""
    after = "1x9 stale" if stays else ""
    return Script(
        f"the death of netwatch is no recovery ({stays=})",
        {UP: "1x9 0x19 1x60", READY: "1x9 stale _x19 1x60", OPEN: f"1x9 stale _x19 {after}"},
        {
            9: [RINGS],
            10: [RINGS],
            13: [RINGS, DOWN],
            29: [RINGS, DOWN],
            30: [RINGS] if stays else [],
            39: [RINGS] if stays else [],
            40: [],
        },
    )


INCIDENT_SCRIPTS = (
    a_line_is_cut(),
    netwatch_dies(stays=True),
    netwatch_dies(stays=False),
    Script(
        "not ready yet, it does not know of its incidents, and they go on",
        {READY: "1x4 0x4 1x60", OPEN: "1x4 stale _x4 1x4 stale"},
        {4: [RINGS], 7: [RINGS], 12: [RINGS], 15: []},
    ),
    Script(
        "taken out of Prometheus, it has no incidents any more",
        {UP: "1x4 stale", READY: "1x4 stale", OPEN: "1x4 stale"},
        {4: [RINGS], 6: [], 8: [alert("NetwatchIsAbsent", "critical", instance="")]},
    ),
    Script(
        "another severity is another alert, and never two at once",
        {CALM: "1x4 stale", OPEN: "_x5 1x4 stale"},
        {4: [alert("NetwatchIncident", "minor", incident="7")], 5: [RINGS], 9: [RINGS], 10: []},
    ),
    Script(
        "blindness is told by its incident alone",
        {
            BLIND: "1x60",
            OPEN: "1x60",
            series("netwatch_incident_info", incident="7", nature="blindness"): "1x60",
        },
        {30: [RINGS]},
    ),
    Script(
        "few looks that tell are explained by any incident",
        {**SHARES, OPEN: "1x120"},
        {60: [RINGS]},
    ),
)


def seconds(site: str, class_: str, amount: str) -> Mapping[str, str]:
    """A figure of record."""
    return {series("netwatch_site_seconds", site=site, period="month", **{"class": class_}): amount}


RECORD_SCRIPTS = (
    once(
        "NetwatchFiguresAreOld",
        "minor",
        {series("netwatch_availability_timestamp_seconds"): "0+60x4 240x50 3600+60x30"},
        # 240 s are 15 minutes old after the 19th minute, for ten minutes after the 30th.
        30,
        56,
    ),
    Script(
        "the month's figures ring once with the number of sites, and not on its first day",
        {
            name: values
            for number in range(5)
            for name, values in {
                **seconds(f"S{number}", "up", "30000x59 70000x200"),
                **seconds(f"S{number}", "down", "10000x300" if number < 2 else "0x300"),
                **seconds(f"S{number}", "unknown", "20000x300" if number < 3 else "0x300"),
                **seconds(f"S{number}", "excluded", "9000x300"),
            }.items()
        },
        {
            59: [],
            119: [],
            120: [
                alert("NetwatchMonthIsBelowTarget", "minor"),
                alert("NetwatchMonthIsUnmeasured", "notice"),
            ],
        },
        [
            {
                "expr": next(rule.expr for rule in every_rule() if rule.alert == name),
                "eval_time": "120m",
                "exp_samples": [{"labels": '{job="netwatch", instance="mon"}', "value": sites}],
            }
            for name, sites in (("NetwatchMonthIsBelowTarget", 2), ("NetwatchMonthIsUnmeasured", 3))
        ],
    ),
)


@pytest.fixture
def promtool() -> Callable[..., str]:
    """Runs promtool; fails with what it says."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (apt-get install prometheus)")

    def run(*words: str) -> str:
        done = subprocess.run([program, *words], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def tried(tmp_path: Path, promtool: Callable[..., str]) -> Callable[..., str]:
    """Has promtool play scripts against the rules."""

    def play(scripts: Sequence[Script], pace: str = "1m") -> str:
        (tmp_path / "rules.yml").write_text(rules_file(alert_groups(WANTED, str)), "utf-8")
        told: Mapping[str, Value] = {
            "rule_files": ["rules.yml"],
            "evaluation_interval": pace,
            "tests": [script.value() for script in scripts],
        }
        (tmp_path / "script.yml").write_text(yaml_text(told), "utf-8")
        return promtool("test", "rules", str(tmp_path / "script.yml"))

    return play


def test_every_alert_on_health_rings_and_clears_as_scripted(tried: Callable[..., str]) -> None:
    """Each by itself, and no other with it."""
    assert {script.name for script in HEALTH_SCRIPTS} == {one.name for one in HEALTH}
    tried([script for script in HEALTH_SCRIPTS if max(script.fires) < DAY_MINUTES])
    # A whole day is played in larger steps.
    tried([script for script in HEALTH_SCRIPTS if max(script.fires) >= DAY_MINUTES], "3m")


def test_a_fault_arrives_once(tried: Callable[..., str]) -> None:
    """Whatever suffers from it, through restarts and other severities, and never ends by netwatch's own death."""
    tried(INCIDENT_SCRIPTS)


def test_figures_of_record_ring_once(tried: Callable[..., str]) -> None:
    """One alert says how many sites."""
    tried(RECORD_SCRIPTS)


NAMED = {
    "summary": "Sự cố 7: Tuyến An Bình",
    "description": "netwatch tại mon có sự cố 7 (critical) đang mở từ khi cảnh báo này bắt đầu. Ảnh hưởng đến ai, "
    "vì sao và gọi cho ai: netwatch incidents 7, hoặc trang trạng thái.",
    "runbook_url": "docs/prometheus.md#netwatchincident",
}


def test_an_alert_names_what_failed(tmp_path: Path, promtool: Callable[..., str]) -> None:
    """By the info of the incident, which is no label of the alert, as it may change while it goes on."""
    (tmp_path / "rules.yml").write_text(rules_file(alert_groups(Wanted(), translator("vi"))), "utf-8")
    labels = {**TARGET, "severity": "critical", "incident": "7"}
    asked: Mapping[str, Value] = {
        "eval_time": "5m",
        "alertname": "NetwatchIncident",
        "exp_alerts": [{"exp_labels": labels, "exp_annotations": NAMED}],
    }
    scraped = [{"series": OPEN, "values": "1x9"}, {"series": INFO, "values": "1x9"}]
    test: Mapping[str, Value] = {"interval": "1m", "input_series": scraped, "alert_rule_test": [asked]}
    (tmp_path / "script.yml").write_text(yaml_text({"rule_files": ["rules.yml"], "tests": [test]}), "utf-8")
    promtool("test", "rules", str(tmp_path / "script.yml"))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_promtool_finds_the_rules_well_formed(
    language: str, tmp_path: Path, promtool: Callable[..., str]
) -> None:
    """In both languages, without its linter having anything to say."""
    groups = (*alert_groups(Wanted(target=99.5), translator(language)), *estimate_groups(PACE))
    (tmp_path / "rules.yml").write_text(rules_file(groups, ("remark",)), "utf-8")
    promtool("check", "rules", "--lint-fatal", str(tmp_path / "rules.yml"))


def test_no_alert_asks_for_what_is_watched() -> None:
    """A device that is down is netwatch's to tell of; estimates may look at it, for they ring nowhere."""
    watched = re.compile(rf"netwatch_({'|'.join(SubjectKind)}|interface|anchor)_(?!seconds\b)")
    assert not [rule.alert for rule in every_rule() if rule.alert and watched.search(rule.expr)]


def names_there_are() -> Iterator[str]:
    """Every family of ours that rules may ask for, by name."""
    nothing = Present(
        at=0, started=0, live=True, ready=True, heartbeat=0, sample=False, plan_revision=0, inventory=Inventory(),
        checks={}, subjects={}, judged={}, facts={}, latest={},
    )  # fmt: skip
    yield from (family.name for family in incident_families(nothing))
    yield from (family.name for family in daemon_families(nothing, ""))
    yield from (family.name for family in SubjectLines(nothing).families(nothing, 0) if family)
    yield from (family.name for family in availability_families(nothing))
    yield from (family.name for family in AvailabilityLines().families(nothing))
    yield from (section.name for section in certificate_sections({"metrics": 1}))


def test_rules_ask_for_nothing_that_is_not_exported() -> None:
    """A rule about a series that was renamed would be silent for ever."""
    recorded = {rule.record for rule in every_rule()}
    asked = {
        name for rule in every_rule() for name in re.findall(r"[\w:]*\bnetwatch_\w+(?::\w+)?", rule.expr)
    }
    assert asked - recorded - {*names_there_are()} == set()


def test_every_alert_leads_to_its_part_of_the_docs() -> None:
    """By the heading of its name, as readers of Markdown make anchors of headings."""
    anchors = {
        heading.lower() for heading in re.findall(r"^### (\w+)$", RUNBOOKS.read_text("utf-8"), re.MULTILINE)
    }
    told = {rule.annotations["runbook_url"].partition("#")[2] for rule in every_rule() if rule.alert}
    assert told == anchors


def test_severities_are_those_of_incidents() -> None:
    """An incident's own comes with its series."""
    told = {rule.alert: rule.labels.get("severity", "") for rule in every_rule() if rule.alert}
    assert {*told.values()} == {"critical", "major", "minor", "notice", ""}
    assert [name for name, severity in told.items() if not severity] == ["NetwatchIncident"]


def test_incidents_are_left_out_where_somebody_else_tells_of_them() -> None:
    """Or everybody would hear of them twice."""
    assert "NetwatchIncident" not in {rule.alert for rule in every_rule(Wanted(incidents=False))}
