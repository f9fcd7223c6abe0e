"""`netwatch outage` on sample data: a line that was down twice yesterday, once with an incident that says why."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.contract import Severity, Window
from inventory.local_days import start_of
from inventory.samples import sample_rows
from netwatch import commands
from netwatch.cli.at_rest import present
from netwatch.clock import HOUR, MINUTE, SECOND, SystemClock
from netwatch.control.client import call
from netwatch.control.contract import Refused
from netwatch.control.fake import FakeDaemon, answering
from netwatch.incidents.contract import (
    Blame,
    Cause,
    Clue,
    Confidence,
    DeskChange,
    Incident,
    Nature,
)
from netwatch.settings import load
from netwatch.store.contract import Judgement, VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store
from netwatch.verdict import Kind, Verdict

LINE = "TSLCD-SUOI-MAU"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def midnight() -> int:
    """When yesterday began, by the clock that commands ask."""
    today = datetime.fromtimestamp(SystemClock().now() / SECOND, ZONE).date()
    return start_of(today - timedelta(days=1), ZONE)


@pytest.fixture(scope="module")
def yesterday(midnight: int) -> date:
    """Its date."""
    return datetime.fromtimestamp(midnight / SECOND, ZONE).date()


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory, yesterday: date, midnight: int) -> Path:
    """A database: down from 6 to 8, an incident that likely was the power; maintenance from 7:30 to 9; down from 20."""
    path = tmp_path_factory.mktemp("failed") / "netwatch.db"
    store = open_store(f"sqlite:///{path}", Holder("here", 1, 0, "0"))
    since = start_of(yesterday - timedelta(days=100), ZONE)
    order = commands.ImportOrder(sample_rows(), "an", since, yesterday, "t", recorded_at=since)
    assert commands.import_rows(store.engine, order).change_set is not None

    def row(kind: Kind, start: int, end: int | None) -> VerdictRow:
        verdict = Verdict(kind, "no_answer" if kind is Kind.DOWN else "witness_good", "", "0 of 5", None)
        return VerdictRow(0, LINE, verdict, start, end, start - MINUTE, 1, start)

    # Moments of looks are no whole seconds.
    six, eight, evening = midnight + 6 * HOUR + 7, midnight + 8 * HOUR + 345_678, midnight + 20 * HOUR
    rows = (
        row(Kind.UP, midnight - HOUR, six),
        row(Kind.DOWN, six, eight),
        row(Kind.UP, eight, evening - 6 * HOUR),
        row(Kind.DEGRADED, evening - 6 * HOUR, evening - 5 * HOUR),
        row(Kind.UP, evening - 5 * HOUR, evening),
        row(Kind.DOWN, evening, None),
    )
    store.judge(Judgement(0, add=rows))
    blame = Blame(
        Cause.POWER, Confidence.LIKELY, (Clue("whole_site_dark", six, {"site": "TRU-SO-SUOI-MAU"}),)
    )
    known = Incident(
        7, Nature.FAULT, (LINE,), "subject", "no_answer", six, six, six, Severity.MAJOR, blame, ended=eight,
        closed=eight + MINUTE,
    )  # fmt: skip
    window = Window(1, midnight + 7 * HOUR + 30 * MINUTE, 90 * MINUTE, "an", "thay tủ điện", subjects=(LINE,))
    store.put(DeskChange(incidents=(known,), windows=(window,)))
    store.record((), {"local": midnight + 22 * HOUR}, midnight + 22 * HOUR)
    store.close()
    return path


@pytest.fixture
def outage(run: Run, failed: Path, home: Path) -> Run:
    """`netwatch outage` on a copy of it, where no daemon runs."""
    shutil.copy(failed, home / "netwatch.db")

    def command(*words: object) -> Any:  # noqa: ANN401 - what `run` gives
        return run("outage", *words)

    return command


@pytest.fixture
def served(outage: Run, home: Path, midnight: int) -> Iterator[Run]:
    """The same where a daemon answers."""
    settings = load(home / "netwatch.toml", {}).settings
    store = open_store(settings.store.url, Holder("here", 1, 0, "0"))
    moment = datetime.fromtimestamp(midnight / SECOND, ZONE) + timedelta(hours=24)
    now = round(moment.timestamp() * SECOND)
    fake = FakeDaemon(store.engine, moment, present(store, settings, now, moment.date()))
    with answering(fake, Path(settings.daemon.control_socket)):
        yield outage
    store.close()


def parts(found: Any) -> list[list[str]]:  # noqa: ANN401 - JSON
    """Whose the parts of the line's outages were."""
    [line] = found["lines"]
    return [[part["party"] for part in one["parts"]] for one in line["outages"]]


def test_outages_are_listed_with_whose_they_were(outage: Run, yesterday: date) -> None:
    """Part by part: by the incident, maintenance, nobody; with what that rests on."""
    found = outage("list", LINE, "--day", yesterday, "--json").json
    assert parts(found) == [["own_power", "maintenance"], ["unknown"]]
    first, second = found["lines"][0]["outages"]
    assert first["parts"][0]["incident"] == 7
    assert first["seconds_by_party"] == {
        "own_power": pytest.approx(5400),
        "maintenance": pytest.approx(1800.35, abs=0.01),
    }
    assert (first["counted_seconds"], second["counted_seconds"]) == (pytest.approx(5400), 7200)
    table = outage("list", "--day", yesterday)
    assert table.code == 0, table.err
    assert "own power (likely)" in table.out
    assert "nothing at Trụ sở" in table.out
    assert "incident 7" in table.out
    assert "maintenance in force: thay tủ điện (an)" in table.out
    assert "no incident of this time is about the line" in table.out
    assert "unknown from " in table.out
    assert "No daemon has been running since" in table.err
    assert parts(outage("list", "--party", "unknown", "--day", yesterday, "--json").json) == [["unknown"]]
    assert "No outage." in outage("list", "--year", "1999").out
    assert "Các lần gián đoạn của" in outage("list", "--day", yesterday, "--lang", "vi").out


def test_a_decision_is_an_event_and_can_be_taken_back(outage: Run, run: Run, yesterday: date) -> None:
    """Without a daemon: tried first, then done, seen in the list and in the log, and given back to evidence."""
    words = (
        "attribute",
        LINE,
        "--at",
        f"{yesterday}T06:30",
        "--to",
        "provider",
        "--reason",
        "đứt cáp, VNPT báo",
    )
    assert "dry run" in outage(*words, "--dry-run").out
    day = ("list", LINE, "--day", yesterday, "--json")
    assert parts(outage(*day).json)[0] == ["own_power", "maintenance"]
    done = outage(*words)
    assert done.code == 0, done.err
    assert "put down to: the provider" in done.out
    found = outage(*day).json
    assert parts(found) == [["provider"], ["unknown"]]
    told = found["lines"][0]["outages"][0]["parts"][0]
    assert (told["confidence"], told["decision"]["reason"]) == ("confirmed", "đứt cáp, VNPT báo")
    assert found["lines"][0]["outages"][0]["restoration"]["late"] is False
    table = outage("list", LINE, "--day", yesterday).out
    assert "đứt cáp, VNPT báo" in table
    assert "2:00:00 of 4:00:00: in time" in table
    [event] = run("events", "--kind", "attribution", "--json").json
    assert (event["entity"], event["reason"]) == (LINE, "đứt cáp, VNPT báo")
    assert "attribution of an outage" in run("events", "--item", LINE).out
    start = f"{yesterday:%d/%m/%Y} 07:30:00"
    back = ("attribute", LINE, "--at", start, "--until", f"{yesterday:%d/%m/%Y} 08:00:00", "--to", "evidence")
    assert "evidence decides again" in outage(*back, "--reason", "nhầm").out
    assert parts(outage(*day).json)[0] == ["provider", "maintenance"]
    assert parts(outage(*day, "--known-at", yesterday).json)[0] == ["own_power", "maintenance"]


def test_what_was_reclassified_is_maintenance(outage: Run, run: Run, yesterday: date) -> None:
    """In the time named, once it was written down."""
    span = ("--from", f"{yesterday}T06:00", "--to", f"{yesterday}T06:30", "--item", LINE)
    done = run("maintenance", "reclassify", *span, "--reason", "đấu nối lại")
    assert done.code == 0, done.err
    day = ("list", LINE, "--day", yesterday, "--json")
    found = outage(*day).json
    assert parts(found)[0] == ["maintenance", "own_power", "maintenance"]
    assert found["lines"][0]["outages"][0]["parts"][0]["clues"][0]["params"] == {
        "reason": "đấu nối lại (root)"
    }
    assert parts(outage(*day, "--known-at", yesterday).json)[0] == ["own_power", "maintenance"]


def test_through_the_daemon(served: Run, run: Run, home: Path, yesterday: date) -> None:
    """The same, and tickets; what a program asks for is checked as well."""
    at = ("--at", f"{yesterday}T20:00")
    done = served("attribute", LINE, *at, "--to", "force_majeure", "--reason", "bão số 3", "--json")
    assert done.code == 0, done.err
    assert (done.json["party"], done.json["goes_on"], done.json["outages"]) == ("force_majeure", False, 1)
    opened = served(
        "ticket", LINE, *at, "--number", "VNPT-15", "--opened", f"{yesterday}T20:10", "--note", "tổng đài"
    )
    assert opened.code == 0, opened.err
    assert "not closed yet" in opened.out
    closed = served("ticket", LINE, "--number", "VNPT-15", "--closed", f"{yesterday}T21:40", "--json").json
    assert (closed["known"], closed["note"], closed["opened"] is None) == (True, "tổng đài", False)
    listed = served("list", LINE, "--day", yesterday)
    assert "VNPT-15 (" in listed.out
    assert "force majeure (confirmed)" in listed.out
    assert "trouble ticket" in run("events", "--kind", "ticket").out
    assert "taken back" in served("ticket", LINE, "--number", "VNPT-15", "--withdraw").out
    assert "VNPT-15" not in served("list", LINE, "--day", yesterday).out
    # By a contract degraded may be down.
    slow = served(
        "attribute", LINE, "--at", f"{yesterday}T14:30", "--to", "provider", "--reason", "nghẽn", "--json"
    )
    assert slow.json["end"] - slow.json["start"] == HOUR
    socket = load(home / "netwatch.toml", {}).settings.daemon.control_socket
    order = {"line": LINE, "at": 10**15, "party": "chance", "reason": "x"}
    with pytest.raises(Refused, match="There is no party 'chance'"):
        call(socket, "outage_attribute", order)
    with pytest.raises(Refused, match="not understood"):
        call(socket, "outage_attribute", {**order, "at": 10**30})


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("attribute", "TSLCD-SUOI-MAV", "--at", "06:30", "--to", "provider", "--reason", "x"),
            "Did you mean",
        ),
        (("attribute", LINE, "--at", "12:00", "--to", "provider", "--reason", "x"), "Near it: "),
        (
            ("attribute", LINE, "--at", "12:00", "--until", "13:00", "--to", "provider", "--reason", "x"),
            "between",
        ),
        (
            ("attribute", LINE, "--at", "06:30", "--until", "06:00", "--to", "provider", "--reason", "x"),
            "ends before",
        ),
        (
            ("attribute", LINE, "--at", "2199-01-01", "--to", "provider", "--reason", "x"),
            "has not passed yet",
        ),
        (
            (
                "attribute",
                LINE,
                "--at",
                "1970-01-02",
                "--until",
                "06:00",
                "--to",
                "provider",
                "--reason",
                "x",
            ),
            "more than 400 days",
        ),
        (("attribute", LINE, "--at", "06:30", "--to", "provider", "--reason", " "), "Say why"),
        (
            ("attribute", LINE, "--at", "06:30", "--to", "provider", "--reason", "x" * 2001),
            "longer than 2000",
        ),
        (("ticket", LINE, "--number", "1"), "Say for which outage"),
        (("ticket", LINE, "--at", "06:30", "--number", " "), "Give the number"),
        (("ticket", LINE, "--number", "1", "--withdraw"), "There is no ticket '1'"),
        (("ticket", LINE, "--at", "2199-01-01", "--number", "1"), "not for a time to come"),
        (("ticket", LINE, "--at", "06:30", "--number", "1", "--opened", "2199-01-01"), "in the past"),
        (
            ("ticket", LINE, "--at", "06:30", "--number", "1", "--opened", "07:00", "--closed", "06:40"),
            "closed before",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    outage: Run, run: Run, yesterday: date, words: tuple[str, ...], sentence: str
) -> None:
    """In a sentence, and nothing is written down."""
    done = outage(*(f"{yesterday}T{word}" if word[2:3] == ":" and len(word) == 5 else word for word in words))
    assert (done.code, done.out) == (1, "")
    assert sentence in done.err
    assert run("events", "--kind", "attribution", "--json").json == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("list", "NOBODY"), "There was no unit, site or line 'NOBODY'"),
        (("list", "--month", "2026-13"), "is no month"),
        (("attribute", LINE, "--at", "06:30", "--to", "chance", "--reason", "x"), "chance"),
        (("attribute", LINE, "--at", "hôm qua", "--to", "provider", "--reason", "x"), "is no moment"),
    ],
)
def test_what_is_not_understood(outage: Run, words: tuple[str, ...], sentence: str) -> None:
    """Exit code 64."""
    done = outage(*words)
    assert (done.code, done.out) == (64, "")
    assert sentence in done.err
