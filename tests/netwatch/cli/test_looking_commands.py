"""Status, probe, check and doctor."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netwatch.control.contract import OneOff, Saw
from netwatch.control.fake import FakeDaemon
from netwatch.present import Judged, VantageHealth
from netwatch.throughput import Carried
from netwatch.verdict import Kind, SubjectKind, Verdict, Why

Run = Callable[..., Any]


def judge(daemon: FakeDaemon, kind: Kind, **others: Kind) -> None:
    """Let everything stand so, except the subjects named (with _ for -)."""
    since = daemon.now() - 300_000_000
    other = {name.replace("_", "-"): verdict for name, verdict in others.items()}
    judged = {
        id_: Judged(
            Verdict(other.get(id_, kind), Why.WITNESS_FAILS if id_ in other else Why.ANSWERS), since, since
        )
        for id_ in daemon.shown.subjects
    }
    daemon.shown = replace(daemon.shown, live=True, ready=True, judged=judged, heartbeat=daemon.now())


@pytest.mark.parametrize(
    ("others", "code"),
    [
        ({}, 0),
        ({"TSLCD_SUOI_MAU": Kind.DEGRADED}, 1),
        ({"TSLCD_SUOI_MAU": Kind.UNKNOWN}, 1),
        ({"TSLCD_SUOI_MAU": Kind.DOWN}, 2),
        ({"TSLCD_SUOI_MAU": Kind.UNREACHABLE, "RT_SUOI_MAU": Kind.UNKNOWN}, 2),
    ],
)
def test_the_exit_code_tells_scripts_how_things_stand(
    daemon: FakeDaemon, stocked: Run, others: dict[str, Kind], code: int
) -> None:
    """The worst decides."""
    judge(daemon, Kind.UP, **others)
    assert stocked("status").code == code


def test_a_blind_vantage_cannot_tell(daemon: FakeDaemon, stocked: Run) -> None:
    """Whatever the verdicts were."""
    judge(daemon, Kind.UP)
    daemon.shown = replace(daemon.shown, vantages=(VantageHealth("local", 2, daemon.now()),))
    done = stocked("status")
    assert (done.code, "Blind: local" in done.out) == (3, True)


def test_what_is_down_is_shown_with_since_reason_and_contact(daemon: FakeDaemon, stocked: Run) -> None:
    """Sign and word, never colour alone; what is up is only counted."""
    judge(daemon, Kind.UP, TSLCD_SUOI_MAU=Kind.DOWN)
    out = stocked("status").out
    (line,) = [line for line in out.splitlines() if "TSLCD-SUOI-MAU" in line]
    assert "✖ down" in line
    assert "the witness fails" in line
    assert "since 23/11/2026 11:55:00 (5 minutes)" in line
    assert "→ provider's fault desk: " in out
    assert "more: up" in out
    assert "4G-SUOI-MAU" not in out
    assert "4G-SUOI-MAU" in stocked("status", "--all").out
    assert "SAMPLE DATA" in out


def test_the_tree_speaks_vietnamese(daemon: FakeDaemon, stocked: Run) -> None:
    """Verdict, reason and lengths of time."""
    judge(daemon, Kind.UP, TSLCD_SUOI_MAU=Kind.DOWN)
    out = stocked("status", "--lang", "vi").out
    assert "5 phút" in out
    assert "the witness" not in out


def test_filters_choose_what_is_shown(daemon: FakeDaemon, stocked: Run) -> None:
    """By unit, site, verdict, kind and text, and the exit code follows them."""
    judge(daemon, Kind.UP, TSLCD_SUOI_MAU=Kind.DOWN)
    assert stocked("status", "--kind", SubjectKind.SURGE_PROTECTOR).code == 0
    assert stocked("status", "--verdict", "down").code == 2
    assert stocked("status", "--site", "TRUNG-TAM").code == 0
    assert stocked("status", "--unit", "UBND-SUOI-MAU", "--text", "tslcd").code == 2
    nothing = stocked("status", "--verdict", "degraded")
    assert (nothing.code, "Nothing matches." in nothing.out) == (0, True)


def test_details_stand_below_each_thing_and_all_of_one_that_is_named(
    daemon: FakeDaemon, stocked: Run
) -> None:
    """A line of the most telling ones, or a line for each; with the decimal sign of the language."""
    judge(daemon, Kind.UP)
    carried = Carried(daemon.now(), 60_000_000, 1_075_000, 25_000)
    daemon.shown = replace(daemon.shown, carried={"TSLCD-SUOI-MAU": carried})
    assert "traffic towards" not in stocked("status", "--all").out
    (brief,) = [
        line for line in stocked("status", "--all", "--details").out.splitlines() if "traffic" in line
    ]
    assert "traffic towards the site: 8.6 / " in brief
    assert "; traffic from the site: 0.2 / " in brief
    out = stocked("status", "TSLCD-SUOI-MAU", "--lang", "vi").out
    assert "lưu lượng về điểm: 8,6 / " in out
    assert "băng thông thuê chiều xuống: " in out
    assert "4G-SUOI-MAU" not in out
    wrong = stocked("status", "TSLCD-SUOI-MAO")
    assert (wrong.code, "Did you mean TSLCD-SUOI-MAU?" in wrong.err) == (64, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--unit", "UBND-SUOI-MAO"), "Did you mean UBND-SUOI-MAU?"),
        (("--site", "TRUNG-TAMM"), "Did you mean TRUNG-TAM?"),
    ],
)
def test_a_unit_or_site_that_does_not_exist_is_named(
    daemon: FakeDaemon, stocked: Run, words: tuple[str, str], said: str
) -> None:
    """A misspelt filter must not pass for good news."""
    judge(daemon, Kind.UP)
    done = stocked("status", *words)
    assert (done.code, words[1] in done.err, said in done.err) == (64, True, True)


def test_contacts_are_told_once_a_site(daemon: FakeDaemon, stocked: Run) -> None:
    """What suffers from the same cause has the same people to call."""
    judge(daemon, Kind.DOWN)
    blocks = stocked("status", "--site", "TRU-SO-SUOI-MAU").out.splitlines()
    told = [line.strip(" │├└─") for line in blocks if "→" in line]
    assert told
    assert len(told) == len(set(told))


@pytest.mark.parametrize(("seconds", "told"), [(0.4, False), (4.9, False), (7.0, True)])
def test_a_database_between_two_commits_is_not_called_behind(
    daemon: FakeDaemon, stocked: Run, seconds: float, told: bool
) -> None:
    """As health has it."""
    judge(daemon, Kind.UP)
    daemon.shown = replace(daemon.shown, counts=replace(daemon.shown.counts, store_behind_seconds=seconds))
    assert ("The database is" in stocked("status").out) is told


@pytest.mark.parametrize("fault", ["[daemon]\nlanguage = 5\n", "[daemon\n", "[nonsense]\n"])
def test_faulty_settings_do_not_hide_a_running_daemon(
    daemon: FakeDaemon, stocked: Run, home: Path, fault: str
) -> None:
    """It shows how things stand, and hears of the reload that it has to refuse."""
    judge(daemon, Kind.UP)
    (home / "netwatch.toml").write_text(fault, "utf-8")
    shown = stocked("status")
    assert (shown.code, "more: up" in shown.out, "netwatch.toml" in shown.err) == (0, True, True)
    assert stocked("reload").code == 0
    assert daemon.reloads == [False]


def test_faulty_settings_are_told_where_no_daemon_runs(stocked: Run, home: Path) -> None:
    """They come before the question where the daemon is."""
    (home / "netwatch.toml").write_text("[daemon]\nlanguage = 5\n", "utf-8")
    for command, code in (("reload", 1), ("status", 3)):
        done = stocked(command)
        assert (done.code, "daemon.language" in done.err) == (code, True)


def test_status_as_json_carries_the_schema(daemon: FakeDaemon, stocked: Run) -> None:
    """For other programs."""
    judge(daemon, Kind.UP)
    shown = stocked("status", "--json").json
    assert (shown["schema"], shown["live"], shown["sample"]) == (1, True, True)


def test_without_a_daemon_the_database_answers_and_says_so(stocked: Run) -> None:
    """It is not how things stand now."""
    done = stocked("status")
    assert (done.code, "No daemon runs" in done.out) == (3, True)
    assert stocked("status", "--json").json["live"] is False


def test_without_a_database_status_is_a_sentence(run: Run) -> None:
    """Not a traceback."""
    done = run("status")
    assert (done.code, "There is no database yet" in done.err) == (3, True)


def test_a_probe_of_a_running_daemon_shows_everything_seen(daemon: FakeDaemon, stocked: Run) -> None:
    """Facts, numbers and texts; exit code 1 when a fact does not hold."""
    saw = (
        Saw("fact", "", "reachable", "no", "no_answer", "0/5"),
        Saw("sample", "", "icmp_rtt_seconds", "0.0123"),
        Saw("note", "", "sysName", "rt1"),
        Saw("sample", "GE0%2F0", "interface_receive_bytes_total", "123456789"),
        Saw("sample", "", "snmp_uptime_seconds", "7200"),
        Saw("sample", "GE0%2F0", "interface_speed_bytes_per_second", "125000000"),
    )
    daemon.looks = (OneOff("RT-SUOI-MAU", "icmp_echo", "", "10.1.1.1", 0.8, True, saw=saw),)
    done = stocked("probe", "RT-SUOI-MAU", "--kind", "icmp_echo")
    assert (done.code, daemon.probed) == (1, [("RT-SUOI-MAU", ("icmp_echo",))])
    for words in ("does not answer [0/5]", "12.3 ms", "rt1", "GE0/0", "123.5 MB", "2 hours", "125.0 MB/s"):
        assert words in done.out


def test_a_probe_says_why_it_could_not_tell_or_did_not_see_everything(
    daemon: FakeDaemon, stocked: Run
) -> None:
    """With the credential's name and what the agent said, or why a walk ended before its time."""
    unable = OneOff("A", "snmp_system", "", "10.1.1.1", 0.1, False, "credentials", "main: wrongDigests")
    cut = OneOff("A", "snmp_interfaces", "", "10.1.1.1", 0.1, False, detail="not_increasing")
    daemon.looks = (unable, cut, replace(cut, detail="error_5"), replace(cut, detail=""))
    told = [line for line in stocked("probe", "A").out.splitlines() if line.startswith("  ")]
    assert told == [
        "  could not tell: answers, but does not accept our credentials [main: wrongDigests]",
        "  not everything was seen: the agent repeats itself or goes backwards",
        "  not everything was seen: error_5",
        "  not everything was seen",
    ]


def test_a_probe_works_without_a_daemon(run: Run) -> None:
    """An address is enough; here a simulated responder's port is closed, so nothing answers."""
    done = run(
        "-s", "icmp.simulated_responder=127.0.0.1:9", "probe", "127.0.0.1", "--kind", "icmp_echo", "--json"
    )
    (look,) = done.json["looks"]
    assert (look["kind"], look["address"]) == ("icmp_echo", "127.0.0.1")
    assert done.code == 1


def test_a_probe_traces_the_way(run: Run) -> None:
    """On loopback it is one hop; who may not trace is told what to do."""
    done = run("probe", "127.0.0.1", "--trace", "--json")
    if done.code:
        assert "CAP_NET_RAW" in done.err
        pytest.skip("raw sockets are not permitted here")
    assert (done.json["reached"], [hop["address"] for hop in done.json["hops"]]) == (True, ["127.0.0.1"])
    said = run("probe", "127.0.0.1", "--trace").out
    assert ("The way to 127.0.0.1" in said, "ms" in said, "nobody answered" in said) == (True, True, False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("probe", "NOBODY", "--trace"), "neither an id of the inventory nor an IP address"),
        (("probe", "NOBODY"), "neither an id of the inventory nor an IP address"),
        (("probe", "127.0.0.1", "--kind", "icmp_ecco"), "Did you mean icmp_echo?"),
        (("probes", "icmp_ecco"), "Did you mean icmp_echo?"),
    ],
)
def test_what_cannot_be_probed_is_a_sentence(stocked: Run, words: tuple[str, ...], said: str) -> None:
    """With a suggestion where there is one."""
    done = stocked(*words)
    assert (done.code, said in done.err) == (1, True)


def test_probes_are_listed_and_explained(run: Run) -> None:
    """From the probe files alone."""
    assert "snmp_interfaces" in run("probes").out
    assert "icmp_rtt_seconds" in run("probes", "icmp_echo").out
    assert {"facts", "metrics", "parameters"} <= run("probes", "icmp_echo", "--json").json[0].keys()


def test_check_says_that_all_is_valid_and_what_would_be_looked_at(stocked: Run) -> None:
    """Nothing is started."""
    done = stocked("check")
    assert done.code == 0
    assert "Checks of kind icmp_echo" in done.out
    assert "anchors.addresses" in done.err
    assert "Valid, with the warnings above." in done.out
    assert "Everything is valid." in stocked("-s", 'anchors.addresses=["192.0.2.1","192.0.2.2"]', "check").out
    assert stocked("check", "--json").json["valid"] is True


def test_check_warns_of_secrets_nobody_can_read(run: Run, home: Path) -> None:
    """By their references."""
    with (home / "netwatch.toml").open("a", encoding="utf-8") as file:
        file.write('[credentials.main]\nkind = "snmp_v2c"\ncommunity = "file:community"\n')
    assert f"Secret file:{home / 'community'}" in run("check").err


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('[metrics]\ntoken = "file:nowhere"', "cannot be read"),
        ('[metrics]\ntoken = "file:short"', "it needs at least 16"),
        ('[status_page]\ncertificate = "no.pem"\nkey = "no.key"', "[status_page]) cannot be used"),
        ('[metrics]\nlisten = "127.0.0.1:9878"', "are both 127.0.0.1:9878"),
    ],
)
def test_check_refuses_listeners_the_daemon_would_refuse(
    stocked: Run, home: Path, lines: str, said: str
) -> None:
    """By the checks of the start itself."""
    (home / "short").write_text("abc", "utf-8")
    (home / "netwatch.toml").write_text(lines, "utf-8")
    done = stocked("check")
    assert (done.code, done.err.count(said), "alid" in done.out) == (1, 1, False)
    assert stocked("check", "--json").json["valid"] is False


def test_the_doctor_examines_everything_and_reports_json(run: Run) -> None:
    """Every area has a finding, each with a state."""
    found = run("doctor", "--json").json["findings"]
    assert {one["about"] for one in found} >= {
        "icmp",
        "buffers",
        "clock",
        "time_zone",
        "database",
        "names",
        "ports",
        "control",
    }
    assert {one["state"] for one in found} <= {"ok", "warning", "fault"}


def test_db_commands_upgrade_back_up_and_restore(stocked: Run, tmp_path: Path) -> None:
    """A copy put back holds what was there; nothing is overwritten unasked."""
    copy = tmp_path / "copy.bak"
    assert "there is nothing to do" in stocked("db", "upgrade").out
    assert "Would copy" in stocked("db", "backup", copy, "--dry-run").out
    assert stocked("db", "backup", copy, "--json").json["done"] is True
    assert stocked("db", "restore", copy).code == 1
    assert "Done" in stocked("db", "restore", copy, "--replace").out
    assert (
        "There is no difference"
        in stocked("import", Path(__file__).parents[3] / "inventory/samples/sample.toml").out
    )


def test_db_upgrade_without_a_database_says_what_it_would_do(run: Run) -> None:
    """A dry run makes none."""
    assert run("db", "upgrade", "--dry-run").code in (0, 1)
    assert "Upgraded from empty" in run("db", "upgrade").out


def test_watching_goes_on_until_interrupted(stocked: Run, home: Path) -> None:
    """One JSON document a line, and Ctrl-C is no fault."""
    words = [
        sys.executable,
        "-m",
        "netwatch",
        "--config",
        str(home / "netwatch.toml"),
        "status",
        "--watch",
        "--json",
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        assert json.loads(watching.stdout.readline())["live"] is False
        watching.send_signal(signal.SIGINT)
        assert watching.wait(10) == 0


def test_what_ran_out_lies_behind(daemon: FakeDaemon, stocked: Run) -> None:
    """A certificate that expired two days ago is told in days, with a sign."""
    saw = (Saw("sample", "", "certificate_remaining_seconds", "-172800"),)
    daemon.looks = (OneOff("x", "http_get", "", "10.0.0.1", 0.01, True, saw=saw),)
    assert "-2 days" in stocked("probe", "x").out
