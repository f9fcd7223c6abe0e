"""Incidents on the command line: one line each, everything about one, what people do about them, with and without a
daemon.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.contract import Notice, NoticeKind, NoticeState, Severity
from netwatch.cli import reading_desk
from netwatch.cli.incidents import line_text
from netwatch.cli.shell import Shell, Stop
from netwatch.cli.spans import coming, length_of
from netwatch.clock import DAY, HOUR, MINUTE, SECOND, SystemClock
from netwatch.commands import EventFilter, events
from netwatch.control.by_link import acknowledging
from netwatch.control.fake import FakeDaemon
from netwatch.incidents.circumstances import Circumstances
from netwatch.incidents.contract import (
    Blame,
    Cause,
    Clue,
    Confidence,
    Deed,
    DeskChange,
    Incident,
    LogEntry,
    Mark,
    Member,
    Nature,
)
from netwatch.incidents.desk import Desk
from netwatch.incidents.links import Claim, Signer
from netwatch.incidents.places import Places
from netwatch.plan import Plan
from netwatch.queries.incident_models import IncidentLine
from netwatch.queries.incidents import WantedIncidents
from netwatch.settings import load
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.translate.to_desk import arrangement

Run = Callable[..., Any]

LINE, SITE, ROUTER = "TSLCD-SUOI-MAU", "TRU-SO-SUOI-MAU", "RT-SUOI-MAU"
RECEIVERS = """
[receivers.noc]
apprise = "env:NOC"
[routes.night]
receivers = ["noc"]
hours = "02:00-02:01"
[routes.all]
receivers = ["noc"]
stop = false
"""
WHEN = r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d"
SHORT = r"\d\d:\d\d(?: \d\d/\d\d(?:/\d{4})?)?"
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def _incidents(now: int) -> tuple[Incident, ...]:
    cut = Incident(
        id=1, nature=Nature.FAULT, roots=(LINE,), scope=f"subject:{LINE}", reason="witness_fails",
        onset=now - 12 * MINUTE, contrary=now - 12 * MINUTE - 30 * SECOND, opened=now - 11 * MINUTE,
        severity=Severity.CRITICAL, blame=Blame(Cause.LINE, Confidence.LIKELY, (Clue("backup_alive", now),)),
        members=(Member(LINE, "line", "down", now - 12 * MINUTE), Member(SITE, "site", "degraded", now - 12 * MINUTE)),
        announced=now - 10 * MINUTE,
    )  # fmt: skip
    minor = replace(
        cut, id=2, roots=(ROUTER,), scope=f"subject:{ROUTER}", severity=Severity.MINOR, members=(),
        onset=now - 2 * HOUR, flapping=True, blame=Blame(Cause.EQUIPMENT, Confidence.POSSIBLE),
    )  # fmt: skip
    over = replace(cut, id=3, onset=now - 3 * HOUR, ended=now - 2 * HOUR, closed=now - 2 * HOUR + MINUTE)
    return cut, minor, over


def _fill(store: SqlStore, now: int) -> None:
    opening = Notice(
        1, 1, "noc", NoticeKind.OPENING, Severity.CRITICAL, now - 10 * MINUTE, NoticeState.DELIVERED, "line"
    )
    log = (LogEntry(1, now - 11 * MINUTE, now - 11 * MINUTE, "netwatch", Deed.OPENED),)
    store.put(DeskChange(incidents=_incidents(now), notices=(opening,), log=log))


@pytest.fixture
def troubled(stocked: Run, home: Path) -> Run:
    """Commands on a database with three incidents, no daemon running."""
    with (home / "netwatch.toml").open("a", encoding="utf-8") as file:
        file.write(RECEIVERS)
    settings = load(home / "netwatch.toml", {}).settings
    store = open_store(settings.store.url, Holder("here", 1, 0, "0"))
    _fill(store, SystemClock().now())
    store.close()
    return stocked


@pytest.fixture
def live(daemon: FakeDaemon, home: Path) -> FakeDaemon:
    """A daemon with the same incidents on its desk."""
    path = home / "netwatch.toml"
    with path.open("a", encoding="utf-8") as file:
        file.write(RECEIVERS)
    # A little ahead: what begins now has begun when the daemon hears of it.
    daemon.moment = datetime.fromtimestamp(SystemClock().now() // SECOND + 60, HANOI)
    settings, store, now = load(path, {}).settings, SqlStore(daemon.engine), daemon.now()
    _fill(store, now)
    places = Places(daemon.shown.inventory)
    arranged = arrangement(settings, places, Plan(), Signer(b"key"), "here")
    daemon.desk = Desk(store, arranged, Circumstances())
    daemon.desk.restore({}, (), now - DAY, now)
    daemon.shown = replace(daemon.shown, live=True, desk=daemon.desk.view)
    return daemon


def test_each_fault_is_one_line_the_worst_first(live: FakeDaemon, run: Run) -> None:
    """How bad, which number, what, since when and how long, whom it hits, why, and whose it is."""
    done = run("incidents")
    lines = [line for line in done.out.splitlines() if " #" in line]
    assert [re.findall(r"#(\d+)", line) for line in lines] == [["1"], ["2"]]
    assert re.match(rf"✖ critical #1 .*; since {SHORT} \(12 minutes\); 1 site, 1 line; cause: ", lines[0])
    assert lines[0].endswith("(likely); nobody has acknowledged it")
    assert lines[1].endswith("keeps going up and down")
    assert done.code == 2


def test_a_unit_shows_its_own_incidents(live: FakeDaemon, run: Run) -> None:
    """With all units below it; an unknown one is refused."""
    assert run("incidents", "--unit", "UBND-SUOI-MAU").code == 2
    refused = run("incidents", "--unit", "NIRGENDWO")
    assert refused.code == 64
    assert "NIRGENDWO" in refused.err


def test_what_is_over_is_shown_when_asked_for(live: FakeDaemon, run: Run) -> None:
    """It stands below what goes on, with its beginning and its end."""
    numbers = [line["id"] for line in run("incidents", "--all", "--json").json["lines"]]
    assert numbers == [1, 2, 3]
    last = run("incidents", "--since", "4h").out.splitlines()[-1]
    assert re.search(rf"#3 .*from {SHORT} to {SHORT} \(60 minutes\)", last)


def test_one_incident_tells_everything(live: FakeDaemon, run: Run) -> None:
    """Whom it hits, why we think so, what to do, whom to call, who was told, and what happened."""
    out = run("incidents", 1).out
    for heading in ("Whom it hits", "Why we think so", "Whom to call", "Who was told", "What happened"):
        assert f"\n{heading}\n" in out
    assert re.search(rf"\nBegan at {WHEN}\. All was known to be well at {WHEN}\.\n", out)
    assert "noc: opening, delivered" in out


def test_time_that_is_over_is_no_maintenance_to_come(troubled: Run) -> None:
    """The one is announced, the other taken out of the figures: each refusal names the other command."""
    about = ("--site", SITE, "--reason", "late")
    past = run_of(troubled, "add", "2026-01-01", "2026-01-02", about)
    assert "netwatch maintenance reclassify" in past
    coming = run_of(troubled, "reclassify", "2198-01-01", "2198-01-02", about)
    assert "netwatch maintenance add" in coming


def run_of(run: Run, command: str, start: str, end: str, about: tuple[str, ...]) -> str:
    """What a refused command of maintenance says."""
    done = run("maintenance", command, "--from", start, "--to", end, *about)
    assert done.code == 1
    return str(done.err)


def test_what_was_not_understood_is_no_open_incident(live: FakeDaemon, run: Run) -> None:
    """A script that reads 1 as 'some open' must not be misled by a slip of the pen."""
    unknown = run("incidents", 99)
    assert (unknown.code, "99" in unknown.err) == (64, True)
    assert run("incidents", "--since", "gestern").code == 64


def test_json_holds_codes_moments_and_words(live: FakeDaemon, run: Run) -> None:
    """Codes for programs, sentences in the language asked for."""
    line = run("incidents", "--json", "--lang", "vi").json["lines"][0]
    assert line["severity"] == "critical"
    assert line["cause"] == "line"
    assert line["hits"] == {"site": 1, "line": 1}
    assert line["since_us"] == live.now() - 12 * MINUTE
    assert line["since"].endswith("Z")
    assert line["ended"] is None
    assert "{" not in line["title"]


def test_a_call_list_is_ready_to_be_read_out(live: FakeDaemon, run: Run) -> None:
    """The fault desk's telephone, then each line with its contract number and since when, to the second."""
    done = run("incidents", "--provider", "nhà mạng mẫu")
    assert done.code == 2
    first, *rest = done.out.splitlines()
    assert re.search(rf": 1 line broken at {WHEN}$", first)
    assert rest[-1].startswith("1. ")
    assert re.search(rf"since {WHEN} \(12 minutes\); #1$", rest[-1])
    unknown = run("incidents", "--provider", "Nobody")
    assert unknown.code == 64
    assert "There are:" in unknown.err


def test_without_a_daemon_the_database_tells(troubled: Run) -> None:
    """What it knew last is shown as such, and nobody takes it for how things stand."""
    done = troubled("incidents", "--todo")
    assert done.code == 3
    assert "No daemon runs" in done.out
    assert "#1" in done.out
    assert "noc: opening" in troubled("incidents", 1).out


@pytest.mark.parametrize("side", ["troubled", "live"])
def test_who_acknowledges_first_stays(side: str, request: pytest.FixtureRequest) -> None:
    """A second one is only noted; a dry run changes nothing; all of it stands in the event log."""
    request.getfixturevalue(side)
    run = request.getfixturevalue("run")
    tried = run("ack", 1, "--dry-run").out
    assert "nothing was changed" in tried
    assert "Without --dry-run: Incident 1 is acknowledged." in tried
    assert run("ack", "#1", "--note", "on my way").out == "Incident 1 is acknowledged.\n"
    assert "before; your word is noted" in run("ack", 1).out
    assert run("incidents", "--json").json["lines"][0]["state"] == "acknowledged"
    events = run("events", "--kind", "incident", "--json").json
    assert [event["after"] for event in events][-1] == "action=acknowledged"
    assert events[-1]["reason"] == "on my way"


def test_a_code_acknowledges_once_as_its_receiver(live: FakeDaemon, run: Run) -> None:
    """Typed in any case; used again it says so; a made-up one is refused."""
    desk = live.desk
    assert desk is not None
    code = desk.arrangement.signer.code(1, "noc", desk.view.incidents[1].opened)
    assert run("ack", code.lower()).out == "Incident 1 is acknowledged.\n"
    assert desk.view.incidents[1].acknowledged == Mark("noc", live.now())
    assert run("ack", code).err == "This code was used before to acknowledge incident 1.\n"
    assert "neither the number" in run("ack", "ABCDEFGH").err
    assert run("ack", 3).err == "Incident 3 is over.\n"


@pytest.mark.anyio
async def test_a_link_acknowledges_once_as_its_receiver(live: FakeDaemon) -> None:
    """The event log names the receiver; the second press changes nothing and is no fault."""
    desk = live.desk
    assert desk is not None
    claim = Claim(1, "noc", desk.view.incidents[1].opened)
    token = desk.arrangement.signer.token(claim.incident, claim.receiver, claim.opened)
    await acknowledging(live)(claim, token)
    assert desk.view.incidents[1].acknowledged == Mark("noc", live.now())
    await acknowledging(live)(claim, token)
    found = events(live.engine, EventFilter(kind="incident"))
    assert [(event.actor, event.entity) for event in found] == [("noc", "1")]


@pytest.mark.parametrize("side", ["troubled", "live"])
def test_an_incident_is_given_to_somebody_and_its_cause_confirmed(
    side: str, request: pytest.FixtureRequest
) -> None:
    """A person's word is kept with the incident; a note alone leaves the cause."""
    request.getfixturevalue(side)
    run = request.getfixturevalue("run")
    assert run("assign", 2, "Lan").out == "Incident 2 is assigned to Lan.\n"
    assert run("assign", 2, "-").out == "Incident 2 is nobody's now.\n"
    assert "is confirmed: power failure" in run("blame", 1, "power", "--note", "EVN phoned").out
    assert run("blame", 2, "--note", "asked").out == "Noted for incident 2.\n"
    assert run("blame", 2).code == 1
    assert "EVN phoned" in run("incidents", 1).out


@pytest.mark.parametrize("side", ["troubled", "live"])
def test_a_silence_begins_is_listed_and_ends(side: str, request: pytest.FixtureRequest) -> None:
    """What it is about must exist, it needs an end, and it can be ended once."""
    request.getfixturevalue(side)
    run = request.getfixturevalue("run")
    assert run("silence", "add", "--for", "2h", "--reason", "drill").code == 64
    assert run("silence", "add", "--site", SITE, "--reason", "drill").code == 64
    assert run("silence", "add", "--for", "2h", "--site", "NOWHERE", "--reason", "drill").code == 1
    assert run("silence", "add", "--for", "2h", "--site", SITE, "--reason", "drill", "--dry-run").code == 0
    assert run("silence", "list").out == "Nothing is silenced.\n"
    assert run("silence", "add", "--for", "2h", "--site", SITE, "--reason", "drill").code == 0
    assert run("silence", "list", "--json").json["silences"][0]["sites"] == [SITE]
    assert "It is silenced (silence 1: drill)." in run("notify", "routes", LINE).out
    assert run("silence", "end", 1).out == "Silence 1 has ended.\n"
    assert run("silence", "end", 1).err == "Silence 1 has ended already.\n"


@pytest.mark.parametrize("side", ["troubled", "live"])
def test_a_window_is_added_listed_and_ended(side: str, request: pytest.FixtureRequest) -> None:
    """A recurring one too; a rule that makes no sense is refused in a sentence."""
    request.getfixturevalue(side)
    run = request.getfixturevalue("run")
    window = ("maintenance", "add", "--for", "2h", "--site", SITE, "--reason", "new UPS")
    assert run(*window, "--rule", "FREQ=SECONDLY").code == 1
    assert re.fullmatch(rf"Maintenance window 1 is added: from {WHEN} to {WHEN}\.\n", run(*window).out)
    assert run(*window, "--from", "22:00", "--rule", "FREQ=WEEKLY;BYDAY=SA").code == 0
    found = run("maintenance", "list", "--json").json["windows"]
    assert [line["in_force"] for line in found] == [True, False]
    assert found[0]["covers"] > 1
    assert "new UPS" in run("maintenance", "list").out
    assert run("maintenance", "end", 2).code == 0
    assert run("maintenance", "end", 2).code == 1


@pytest.mark.parametrize("side", ["troubled", "live"])
def test_planned_cuts_come_from_a_list(side: str, home: Path, request: pytest.FixtureRequest) -> None:
    """With a faulty row nothing is taken unless asked; taken twice it adds nothing."""
    request.getfixturevalue(side)
    run = request.getfixturevalue("run")
    cuts = home / "cuts.csv"
    rows = ("Lộ điện,Từ ngày giờ,Đến ngày giờ,Lý do", "471,25/11/2099 07:30,25/11/2099 11:00,Bảo dưỡng")
    cuts.write_text("\n".join((*rows, "9999,25/11/2099 07:30,25/11/2099 11:00,x")), "utf-8")
    refused = run("maintenance", "import", cuts)
    assert (refused.code, "9999" in refused.err) == (1, True)
    cuts.write_text("\n".join(rows), "utf-8")
    assert "1 window would be added" in run("maintenance", "import", cuts, "--dry-run").out
    assert "1 window is added" in run("maintenance", "import", cuts).out
    assert run("maintenance", "import", cuts).out == "Nothing is new: 1 windows were there already.\n"
    assert run("maintenance", "list", "--json").json["windows"][0]["window"]["feeders"] == ["471"]


def test_time_past_is_taken_out_only_once_it_is_settled(live: FakeDaemon, run: Run) -> None:
    """The last hour is still being told; the refusal says from when it is possible."""
    refused = run(
        "maintenance", "reclassify", "--from", "30m", "--for", "10m", "--site", SITE, "--reason", "x"
    )
    assert refused.code == 1
    assert run("maintenance", "reclassify", "--for", "1h", "--site", SITE, "--reason", "x").code == 64


@pytest.mark.parametrize("side", ["troubled", "live"])
def test_notifications_go_live_once(side: str, request: pytest.FixtureRequest) -> None:
    """Before, everything that shows incidents says that nobody is told."""
    request.getfixturevalue(side)
    run = request.getfixturevalue("run")
    assert "Nobody is sent anything yet" in run("incidents").out
    assert "nothing was changed" in run("notify", "go-live", "--dry-run").out
    assert "open incidents: 2" in run("notify", "go-live").out
    assert "have been live since" in run("notify", "go-live").out
    assert run("notify", "go-live", "--json").json["facts"]["since"].endswith("Z")
    assert "Nobody is sent anything yet" not in run("incidents").out


def test_a_test_message_needs_a_receiver_that_exists(live: FakeDaemon, run: Run) -> None:
    """Without a name everybody of the settings gets one."""
    assert "to noc is queued" in run("notify", "test").out
    assert run("notify", "test", "nobody").err.endswith("There are: noc.\n")
    queue = run("notify", "queue", "--json").json
    assert [line["name"] for line in queue["receivers"]] == ["noc"]


@pytest.mark.parametrize("side", ["troubled", "live"])
def test_who_would_hear_of_it_now(side: str, request: pytest.FixtureRequest) -> None:
    """Routes that take it, and those that would were it their time."""
    request.getfixturevalue(side)
    run = request.getfixturevalue("run")
    found = run("notify", "routes", LINE, "--json").json
    assert [route["name"] for route in found["routes"]] == ["all"]
    assert [route["name"] for route in found["later"]] == ["night"]
    assert "off duty now: route night: noc" in run("notify", "routes", LINE).out
    assert run("notify", "routes", "--incident", 1, "--json").json["incident"] == 1
    assert run("notify", "routes", "NOTHING").code == 1
    assert run("notify", "routes").code == 64


@pytest.mark.parametrize(
    ("text", "length"), [("90m", 90 * MINUTE), ("2h", 2 * HOUR), ("1h30m", 90 * MINUTE), ("3d", 3 * DAY)]
)
def test_lengths_are_read_as_people_write_them(text: str, length: int) -> None:
    assert length_of(text) == length


@pytest.mark.parametrize("text", ["", "0h", "2 weeks", "-1h", "h"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(Stop):
        length_of(text)


def test_a_clock_time_is_the_next_one(now: int) -> None:
    """At 14:05 the next 18:00 is today's and the next 08:00 tomorrow's."""
    day = now - (14 * HOUR + 5 * MINUTE)
    assert coming("18:00", now, HANOI) == day + 18 * HOUR
    assert coming("8h00", now, HANOI) == day + 32 * HOUR
    with pytest.raises(Stop):
        coming("2h ago", now, HANOI)


@pytest.mark.parametrize("hour", [0, 1, 2, 3, 14])
@pytest.mark.parametrize("width", [40, 60, 80, 120, 400])
def test_a_narrow_terminal_gets_one_line_with_since_when(
    troubled: Run, home: Path, width: int, hour: int
) -> None:
    """The least is left out first, then the title is cut; since when stays, also where it was yesterday."""
    shell = Shell("vi", config=home / "netwatch.toml")
    found = reading_desk.incidents(shell, WantedIncidents(everything=True))
    at = int(datetime(2026, 11, 22, hour, 30, tzinfo=HANOI).timestamp()) * SECOND
    shown = [line_text(_moved(line, at - found.at), at, shell, width) for line in found.lines]
    assert len(shown) == 3
    assert all(text.cell_len <= width and re.search(SHORT, text.plain) for text in shown)
    assert (width < 400) == any("nguyên nhân" not in text.plain for text in shown)


def _moved(line: IncidentLine, later: int) -> IncidentLine:
    moments = {
        name: getattr(line, name) + later for name in ("since", "ended", "closed") if getattr(line, name)
    }
    return replace(line, **moments)
